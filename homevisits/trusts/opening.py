"""The one door through which a school's hours, terms and closures change."""

import datetime as dt
from typing import TYPE_CHECKING, Any

from django.db import transaction

from homevisits.trusts.columns import column
from homevisits.trusts.models import Closure, School, SchoolEvent, Term
from homevisits.trusts.permissions import require_editor

if TYPE_CHECKING:
    from homevisits.people.models import Staff

HOURS = ("opens_at", "closes_at", "office_opens_at", "office_closes_at", "desk_name")
# Where the school lies: sunrise and sunset are reckoned for it (SH-056).
POSITION = ("latitude", "longitude")

type Span = Term | Closure


class Overlap(ValueError):
    """Two terms of a school share days; the message names the other one."""


@transaction.atomic
def set_hours(*, school: School, by: "Staff", now: dt.datetime, **hours: Any) -> School:
    """Change when a school and its office are open (TC-103). Raises NotAllowed."""
    stored = _locked(school, by)
    changed = [name for name, value in hours.items() if getattr(stored, name) != value]
    for name in changed:
        setattr(stored, name, hours[name])
    if changed:
        stored.save(update_fields=changed)
        told = ", ".join(f"{_label(name)} {getattr(stored, name)}" for name in changed)
        _note(stored, "hours", f"Hours changed: {told}.", by=by, now=now)
    return stored


@transaction.atomic
def put_span(*, span: Span, by: "Staff", now: dt.datetime) -> None:
    """Add or change a term or a closure. Raises NotAllowed; Overlap for two terms on one day."""
    school = _locked(span.school, by)
    if isinstance(span, Term):
        _refuse_overlap(span)
    verb = "changed" if span.pk else "added"
    span.save()
    _note(school, "calendar", f"{_kind(span)} {verb}: {_days(span)}.", by=by, now=now)


@transaction.atomic
def drop_span(*, span: Span, by: "Staff", now: dt.datetime) -> None:
    """Take a term or a closure off the calendar. Raises NotAllowed."""
    school = _locked(span.school, by)
    told = f"{_kind(span)} removed: {_days(span)}."
    span.delete()
    _note(school, "calendar", told, by=by, now=now)


def _locked(school: School, by: "Staff") -> School:
    require_editor(by, school.trust_id)
    return School.objects.select_for_update(no_key=True).get(pk=school.pk)


def _refuse_overlap(term: Term) -> None:
    others = Term.objects.filter(school=term.school).exclude(pk=term.pk)
    other = others.filter(starts_on__lte=term.ends_on, ends_on__gte=term.starts_on).first()
    if other:
        raise Overlap(f"These days overlap with {_days(other)}. Enter other dates, or change that term.")


def _label(name: str) -> str:
    return str(column(School, name).verbose_name)


def _kind(span: Span) -> str:
    return "Term" if isinstance(span, Term) else span.get_kind_display()


def _days(span: Span) -> str:
    return f"{span.name}, {span.starts_on:%-d %B %Y} to {span.ends_on:%-d %B %Y}"


def _note(school: School, kind: str, sentence: str, *, by: "Staff", now: dt.datetime) -> None:
    SchoolEvent.append(
        chain=f"calendar:{school.pk}",
        school=school,
        kind=kind,
        by=by,
        happened_at=now,
        recorded_at=now,
        sentence=sentence[:300],
    )
