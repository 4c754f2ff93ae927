"""Keeps what is known about homes: warnings, who lives there, what visitors should know."""

import datetime as dt
from typing import Any

from django.db import transaction

from homevisits.clock import london_day
from homevisits.people.families import Household, HouseholdMember, HouseholdWarning, Pupil
from homevisits.people.keeping.rules import NotAllowed, fresh, require, set_fields
from homevisits.people.models import Staff
from homevisits.people.story import tell
from homevisits.trusts.models import School

LONGEST_REVIEW = dt.timedelta(days=366)
HOME_FIELDS = {"entrance", "circumstances"}


@transaction.atomic
def add_warning(
    *, household: Household, kind: str, note: str, review_on: dt.date, by: Staff, now: dt.datetime
) -> HouseholdWarning:
    """Warn others of a risk at an address, with the day on which to look at it again."""
    school = _school_through_which(by, household)
    require(kind in HouseholdWarning.Kind.values, "Choose what the warning is about.")
    require(bool(note.strip()), "Say what the warning is.")
    _require_review_day(review_on, now)
    warning = HouseholdWarning.objects.create(
        household=household, kind=kind, note=note.strip(), author=by, written_at=now, review_on=review_on
    )
    _tell(school, "warning_added", by, now, "A warning was added to a home.", warning)
    return warning


@transaction.atomic
def review_warning(
    *, warning: HouseholdWarning, note: str, review_on: dt.date, by: Staff, now: dt.datetime
) -> HouseholdWarning:
    """Say that a warning still holds, in which words, and when to look again."""
    school = _school_through_which(by, warning.household)
    locked = fresh(warning)
    require(locked.ended_at is None, "This warning has ended: add a new one if it holds again.")
    require(bool(note.strip()), "Say what the warning is.")
    _require_review_day(review_on, now)
    before = {"note_before": locked.note, "review_on_before": locked.review_on}
    if set_fields(locked, note=note.strip(), review_on=review_on):
        _tell(school, "warning_reviewed", by, now, "A warning about a home was reviewed.", locked, **before)
    return locked


@transaction.atomic
def end_warning(*, warning: HouseholdWarning, by: Staff, now: dt.datetime) -> HouseholdWarning:
    """Say that a warning no longer holds; it stays to be read. Ended twice, the first stands."""
    school = _school_through_which(by, warning.household)
    locked = fresh(warning)
    if locked.ended_at is None:
        set_fields(locked, ended_at=now, ended_by=by)
        _tell(school, "warning_ended", by, now, "A warning about a home was ended.", locked)
    return locked


@transaction.atomic
def add_member(
    *, household: Household, name: str, relationship: str = "", note: str = "", by: Staff, now: dt.datetime
) -> HouseholdMember:
    """Note somebody who lives in a home and is neither pupil nor contact (SH-057)."""
    school = _school_through_which(by, household)
    member = HouseholdMember.objects.create(
        household=household, name=name, relationship=relationship, note=note
    )
    _tell(school, "member_added", by, now, "Somebody was added to those who live in a home.", member)
    return member


@transaction.atomic
def remove_member(*, member: HouseholdMember, by: Staff, now: dt.datetime) -> None:
    """Somebody no longer lives there."""
    school = _school_through_which(by, member.household)
    _tell(school, "member_removed", by, now, "Somebody was taken off those who live in a home.", member)
    member.delete()


@transaction.atomic
def change_household(*, household: Household, by: Staff, now: dt.datetime, **changes: Any) -> Household:
    """Change the entrance and what visitors should know (PS-056); the address comes by import."""
    unknown = set(changes) - HOME_FIELDS
    if unknown:
        raise TypeError(f"not a field to keep: {sorted(unknown)}")
    school = _school_through_which(by, household)
    locked = fresh(household)
    if changed := set_fields(locked, **changes):
        sentence = "What is known about a home was changed."
        tell(
            where=school,
            kind="home_changed",
            by=by,
            now=now,
            sentence=sentence,
            household=locked.pk,
            fields=changed,
        )
    return locked


def _school_through_which(by: Staff, household: Household) -> School:
    """The school of a pupil there whom the person may see; raises NotAllowed when there is none."""
    pupil = Pupil.objects.visible_to(by).filter(household=household).select_related("school").first()
    if pupil is None:
        raise NotAllowed("You may not see this home.")
    return pupil.school


def _require_review_day(review_on: dt.date, now: dt.datetime) -> None:
    today = london_day(now)
    require(review_on >= today, "Enter a review date that is not in the past.")
    require(review_on <= today + LONGEST_REVIEW, "Enter a review date within a year.")


def _tell(
    school: School,
    kind: str,
    by: Staff,
    now: dt.datetime,
    sentence: str,
    row: HouseholdWarning | HouseholdMember,
    **detail: Any,
) -> None:
    ids: dict[str, Any] = {"household": row.household_id, "row": row.pk}
    tell(where=school, kind=kind, by=by, now=now, sentence=sentence, **ids, **detail)
