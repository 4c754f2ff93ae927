"""Putting a version into force, and lifting the schools' own policies that it would leave behind."""

import datetime as dt
from dataclasses import dataclass

from django.db import transaction

from homevisits.trusts import registry
from homevisits.trusts.contents import Contents
from homevisits.trusts.faults import Fault
from homevisits.trusts.floor import below, raised
from homevisits.trusts.models import School
from homevisits.trusts.policies import Policy
from homevisits.trusts.publishing.door import Actor, Changed, faults_of, lock_trust, locked, note, refuse
from homevisits.trusts.publishing.drafts import open_draft
from homevisits.trusts.soundness import faults

PARKED = 1_000_000_000


@dataclass(frozen=True)
class SchoolBelow:
    """A school whose own policy in force asks less than a version of its trust's would."""

    school: School
    policy: Policy
    contents: Contents
    faults: list[Fault]


@transaction.atomic
def publish(*, policy: Policy, by: Actor, now: dt.datetime, note: str, seen: str = "") -> Policy:
    """Put a draft into force for visits requested from now on (TC-251).

    A trust's version lifts the schools' own policies that fall below it, in the same transaction.
    Raises NotAllowed; NotADraft when somebody was faster; Changed when the draft is not the one
    that the person saw (`seen`, of `Contents.digest`); Unsound when something is missing, or is
    laxer than the trust's floor.
    """
    lock_trust(policy.trust_id)
    draft = locked(policy, by)
    contents = Contents.of(draft)
    if seen and seen != contents.digest():
        raise Changed("Somebody else has changed the draft since you opened the page.")
    refuse(faults_of(draft, contents))
    _into_force(draft, by=by, now=now, why=note)
    for school in schools_below(contents):
        _raise(school, contents, by=by, now=now)
    return draft


def schools_below(trusts: Contents) -> list[SchoolBelow]:
    """The schools of a trust whose own policy in force would fall below this version of the trust's."""
    if trusts.policy.school_id is not None:
        return []
    found = []
    for own in Policy.objects.schools_own_in_force(trusts.policy.trust_id):
        contents = Contents.of(own)
        if (lacking := below(contents, trusts)) and own.school:
            found.append(SchoolBelow(own.school, own, contents, lacking))
    return found


def _into_force(draft: Policy, *, by: Actor, now: dt.datetime, why: str) -> None:
    draft.published_at, draft.published_by, draft.note = now, by, why
    draft.save(update_fields=["published_at", "published_by", "note"])
    note(draft, "published", f"Version {draft.number} published.", by=by, now=now, note=why)
    for hear in registry.ON_PUBLISHED:
        hear(draft, by, now)


def _raise(left: SchoolBelow, trusts: Contents, *, by: Actor, now: dt.datetime) -> None:
    """A new version of a school's own policy, lifted to the floor; an open draft follows after it."""
    lifted = raised(left.contents, trusts)
    refuse(faults(lifted))
    waiting = (
        Policy.objects.of(left.policy.trust, left.school).drafts().select_for_update(of=("self",)).first()
    )
    if waiting:  # one draft at a time: out of the way while the lifted version is written
        Policy.objects.filter(pk=waiting.pk).update(school=None, number=PARKED)
    version = open_draft(
        trust=left.policy.trust,
        school=left.school,
        by=by,
        now=now,
        contents=lifted,
        preset=left.policy.preset,
        based_on=left.policy,
    )
    why = f"Raised to the trust's floor, version {trusts.policy.number}."
    _into_force(version, by=by, now=now, why=why)
    if waiting:
        Policy.objects.filter(pk=waiting.pk).update(school=left.school, number=version.number + 1)
