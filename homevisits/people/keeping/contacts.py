"""Keeps the adults around a pupil: how to reach them, and who may be spoken to."""

import datetime as dt
from typing import Any

from django.db import transaction

from homevisits.people import permissions
from homevisits.people.families import Contact, ContactLink, Pupil
from homevisits.people.keeping.rules import NotAllowed, ask, fresh, require, set_fields
from homevisits.people.models import Staff
from homevisits.people.story import tell

CONTACT_FIELDS = {"first_name", "last_name", "phone", "email", "language", "interpreter_needed"}
LINK_FIELDS = {
    "relationship",
    "has_parental_responsibility",
    "is_delegated_adult",
    "may_be_discussed_with",
    "permission_note",
    "priority",
}
NO_PERMISSION_NOTE = "Say who gave the permission to speak to this adult, when and how."


@transaction.atomic
def add_contact(
    *,
    pupil: Pupil,
    first_name: str,
    last_name: str,
    relationship: str,
    by: Staff,
    now: dt.datetime,
    **facts: Any,
) -> ContactLink:
    """Add an adult to a pupil. `facts` are the other fields of Contact and ContactLink.

    Any relationship counts: carers and whoever has parental responsibility (TC-024).
    """
    _ask_for(pupil, by)
    _known(facts, CONTACT_FIELDS | LINK_FIELDS | {"household"})
    link_facts = {name: facts.pop(name) for name in LINK_FIELDS & set(facts)}
    contact = Contact.objects.create(
        trust_id=pupil.school.trust_id, first_name=first_name, last_name=last_name, **facts
    )
    link = ContactLink(pupil=pupil, contact=contact, relationship=relationship, **link_facts)
    _require_permission_note(link)
    link.save()
    _tell(pupil, "contact_added", by, now, "A contact was added to a pupil.", link)
    return link


@transaction.atomic
def change_contact(*, link: ContactLink, by: Staff, now: dt.datetime, **changes: Any) -> ContactLink:
    """Change how an adult is reached, which holds for siblings too, and what they are to one pupil.

    Permission to speak to an adult without parental responsibility needs its source (PS-074, PS-075).
    """
    _ask_for(link.pupil, by)
    _known(changes, CONTACT_FIELDS | LINK_FIELDS)
    locked, contact = fresh(link), fresh(link.contact)
    locked.contact = contact
    standing = {name: changes.pop(name) for name in LINK_FIELDS & changes.keys()}
    before = {name: getattr(locked, name) for name in standing}
    reached, stands = set_fields(contact, **changes), set_fields(locked, **standing)
    _require_permission_note(locked)
    if reached or stands:
        was = {name: before[name] for name in stands}
        sentence = "A contact of a pupil was changed."
        _tell(link.pupil, "contact_changed", by, now, sentence, locked, fields=reached, before=was)
    return locked


@transaction.atomic
def remove_link(*, link: ContactLink, by: Staff, now: dt.datetime) -> None:
    """An adult is no longer a contact of this pupil; the adult stays for siblings."""
    _ask_for(link.pupil, by)
    _tell(link.pupil, "contact_removed", by, now, "A contact was taken off a pupil.", link)
    link.delete()


@transaction.atomic
def set_key_person(*, pupil: Pupil, staff: Staff | None, by: Staff, now: dt.datetime) -> Pupil:
    """Name the member of staff who supports a pupil (AF-058, PS-039), or nobody."""
    _ask_for(pupil, by)
    require(
        staff is None or staff in Staff.objects.active().visible_to(by), "Choose somebody of this school."
    )
    locked = fresh(pupil)
    if set_fields(locked, key_person=staff):
        sentence = "The key person of a pupil was changed."
        tell(where=pupil.school, kind="key_person_set", by=by, now=now, sentence=sentence, pupil=pupil.pk)
    return locked


def _ask_for(pupil: Pupil, by: Staff) -> None:
    if not Pupil.objects.visible_to(by).filter(pk=pupil.pk).exists():
        raise NotAllowed("You may not see this pupil.")
    ask(permissions.may_keep_families(by, pupil.school), "You may not change this pupil's contacts.")


def _known(given: dict[str, Any], fields: set[str]) -> None:
    if unknown := set(given) - fields:
        raise TypeError(f"not a field of a contact: {sorted(unknown)}")


def _require_permission_note(link: ContactLink) -> None:
    """An adult without parental responsibility is spoken to only by a permission that says whose."""
    by_permission = link.may_be_discussed_with and not link.has_parental_responsibility
    require(not by_permission or bool(link.permission_note.strip()), NO_PERMISSION_NOTE)


def _tell(
    pupil: Pupil, kind: str, by: Staff, now: dt.datetime, sentence: str, link: ContactLink, **detail: Any
) -> None:
    ids: dict[str, Any] = {"pupil": pupil.pk, "contact": link.contact_id}
    tell(where=pupil.school, kind=kind, by=by, now=now, sentence=sentence, **ids, **detail)
