"""What is read out to the police, in the order in which a call handler asks. No pupil, and not why."""

import datetime as dt
from typing import Any

from homevisits.clock import local
from homevisits.people.models import Staff
from homevisits.trusts.choices import PoliceNumber
from visits import homeward
from visits.models import Attendee, Visit, VisitAlarm
from visits.paper import moment, spoken
from visits.police import open_ones
from visits.reported import CHILD_ALONE, has_left_unsafe
from visits.responding import last_heard, plan

QUIETLY = (
    "Do not ring their phone, and let nobody else ring it. They may have been made to say that they are back."
)
Part = tuple[str, list[str]]


def parts(visit: Visit, by: Staff | None) -> list[Part]:
    """Each question with its answers; `by` is ringing."""
    alarms = open_ones(visit)
    missing = _missing(visit, alarms)
    return [
        ("What has happened", _what(visit, missing, alarms)),
        ("Who is missing", [_person(a) for a in missing] or ["Nobody: everybody is accounted for."]),
        ("Their vehicle", [f"{a.short_name}: {a.car or 'not stated'}" for a in visit.party]),
        ("Where they went", [f"{visit.address}, {visit.postcode}"]),
        ("When", [_time(*one) for one in plan(visit)]),
        ("Last heard of", [f"{a.short_name}: {last_heard(a, visit)}" for a in missing]),
        ("What is known of the home", _known(visit)),
        (
            "Who is ringing",
            [
                *([_ringing(by)] if by else []),
                f"Ring back: {visit.school.desk_name}, {spoken(visit.school.phone)}",
            ],
        ),
        ("Our reference", [f"{visit.ref}, {visit.school}"]),
    ]


def _missing(visit: Visit, alarms: list[VisitAlarm]) -> list[Attendee]:
    """Who is not accounted for; whoever asks in secret is not, whatever they have said since."""
    secret = [alarm.attendee_id for alarm in alarms if alarm.is_silent]
    home = homeward.awaited(visit)
    return [a for a in visit.party if not a.back_at or a in home or a.pk in secret or None in secret]


def _what(visit: Visit, missing: list[Attendee], alarms: list[VisitAlarm]) -> list[str]:
    """Why the police are rung, the gravest first."""
    secret = [alarm for alarm in alarms if alarm.is_silent]
    aloud = [alarm for alarm in alarms if alarm.kind == VisitAlarm.Kind.HELP]
    asked = [f"{_who(alarm, visit)} asked for help in secret; cannot speak freely." for alarm in secret]
    asked += [QUIETLY] if secret else []
    asked += [f"{_who(alarm, visit)} asked for help at {local(alarm.opened_at):%H:%M}." for alarm in aloud]
    return asked or [_not_back(visit, missing)]


def _who(alarm: VisitAlarm, visit: Visit) -> str:
    return str(alarm.attendee) if alarm.attendee else f"Somebody of the staff of {visit.school}"


def _not_back(visit: Visit, missing: list[Attendee]) -> str:
    many = len(missing) > 1
    people = (
        f"{len(missing)} members of staff of {visit.school}"
        if many
        else f"A member of staff of {visit.school}"
    )
    went = f"{people} went to a home for their work."
    if visit.outcome == CHILD_ALONE:
        return f"{went} A child is there without an adult."
    if has_left_unsafe(visit):
        return f"{went} {'They' if many else 'That person'} left because it was not safe, and {'are' if many else 'is'} not back."
    return f"{went} {'They have' if many else 'That person has'} not come back, or cannot be reached."


def _person(attendee: Attendee) -> str:
    title = attendee.staff.title if attendee.staff else attendee.organisation
    number = f"mobile {spoken(attendee.phone)}" if attendee.phone else "no mobile known"
    wears = f"wears {attendee.wears}" if attendee.wears else ""
    return ", ".join(filter(None, [str(attendee), title, number, wears]))


def _time(label: str, planned: dt.datetime | None, happened: dt.datetime | None) -> str:
    return f"{label}: {moment(happened) or 'not said'} (planned {moment(planned)})"


def _known(visit: Visit) -> list[str]:
    """What stands about the home, and the level of risk; never why they went."""
    standing = visit.household.warnings.filter(ended_at=None) if visit.household else []
    warnings = [f"{w.get_kind_display()}: {w.note}" for w in standing]
    level = [f"Risk was assessed as {visit.risk.get_level_display().lower()}."] if visit.risk else []
    return [*warnings, *level] or ["Nothing is known of a danger there."]


def _ringing(by: Staff) -> str:
    number = f", {spoken(by.mobile)}" if by.mobile else ""
    return f"{by}, {by.title}{number}"


def numbers(visit: Visit) -> str:
    """Which number the policy names, and that danger to life is always 999."""
    rules = visit.rules
    is_other = bool(rules and rules.police_number == PoliceNumber.OTHER)
    return "Ring 101. If anybody may be in danger, ring 999." if is_other else "Ring 999."


def words(visit: Visit, by: Staff | None = None) -> dict[str, Any]:
    """The sheet as a document."""
    return {
        "title": "Responders’ sheet",
        "aside": numbers(visit),
        "times": [(label, moment(real) or "not said") for label, _, real in plan(visit)],
        "parts": [(title, lines) for title, lines in parts(visit, by)],
    }
