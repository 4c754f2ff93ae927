"""The smaller papers of a visit: the risk assessment, the calling card, the card of all reminders."""

from typing import Any

from homevisits.people.models import Staff
from homevisits.trusts.choices import Moment
from homevisits.trusts.models import Policy
from homevisits.trusts.parts import GuidanceItem
from visits import risk
from visits.guidance import guidance, shown_text
from visits.models import Attendee, RiskAssessment, Visit
from visits.paper import clock, day, moment, place, pupils, spoken, told

# The moments of a card that is taken along; what is asked before and kept afterwards stands on pages.
TAKEN_ALONG = (
    Moment.PREPARE,
    Moment.DEPART,
    Moment.ARRIVE,
    Moment.HOME,
    Moment.THREAT,
    Moment.LEAVE,
    Moment.AFTER,
    Moment.RECORD,
)


def risk_words(visit: Visit) -> dict[str, Any]:
    """The risk assessment that the visit holds, and the lone-working one on a sheet of its own (TC-128, TC-152)."""
    held = visit.risk
    assert held is not None  # documents.can_be_printed asks
    return {
        "title": "Home visit risk assessment",
        "aside": f"Version {held.number}. Keep on the pupil file",
        "times": [
            ("Level", held.get_level_display()),
            ("Points", str(held.score)),
            ("Assessed", day(held.assessed_at)),
            ("Visit", day(visit.start_at)),
        ],
        "visit": _about(visit, held),
        "dangers": [
            {"name": str(h), "likely": h.likely, "severe": h.severe, "score": h.score, "control": h.control}
            for h in held.hazards.all()
        ],
        "text": held.text,
        "asks": _asks(visit),
        "lone": _lone(visit),
        "lone_text": visit.lone_assessment if visit.lone_assessed_at else "",
    }


def _about(visit: Visit, held: RiskAssessment) -> list[tuple[str, str]]:
    confirmed = (
        f"{visit.risk_confirmed_by}, {moment(visit.risk_confirmed_at)}" if visit.risk_confirmed_by else ""
    )
    return told(
        ("Where", place(visit)),
        ("Pupils" if visit.pupils.count() > 1 else "Pupil", pupils(visit)),
        ("Who goes", "; ".join(str(attendee) for attendee in visit.party)),
        ("Assessed by", f"{held.assessed_by}, {moment(held.assessed_at)}"),
        ("What changed", held.why),
        ("Holds for this visit", confirmed),
        ("The school’s form", f"{held.file_name}, kept with this version" if held.file_name else ""),
    )


def _asks(visit: Visit) -> list[str]:
    """What the level asks of the visit."""
    band, rules = risk.band_of(visit), visit.rules
    if band is None or rules is None:
        return []
    repeat = risk.repeat_minutes(visit, rules)
    who = " or ".join(rules.role_label(role) for role in band.roles)
    said = [
        f"At least {risk.fewest(visit)} go." if risk.fewest(visit) > 1 else "",
        f"Somebody rings every {repeat} minutes." if repeat else "",
        f"Decides on the risk too: {who}." if who else "",
    ]
    return [line for line in said if line]


def _lone(visit: Visit) -> list[tuple[str, str]]:
    if not visit.lone_assessed_at:
        return []
    return told(
        ("Goes alone", "; ".join(str(attendee) for attendee in visit.party)),
        ("Assessed by", f"{visit.lone_assessed_by}, {moment(visit.lone_assessed_at)}"),
        ("When", f"{day(visit.start_at)}, {clock(visit.start_at)} to {clock(visit.end_at)}"),
    )


def calling_words(visit: Visit) -> dict[str, Any]:
    """What is left at a door that nobody opens: who called, from where, how to ring; no pupil, no purpose (PS-077, CS-044)."""
    return {
        "title": "We called",
        "day": f"{day(visit.start_at)}, {clock(visit.start_at)}",
        "visitors": [_caller(attendee) for attendee in visit.party],
        "phone": spoken(visit.school.phone),
    }


def _caller(attendee: Attendee) -> dict[str, str]:
    staff: Staff | None = attendee.staff
    return {"name": str(attendee), "role": staff.title if staff else attendee.organisation}


def checklist_words(visit: Visit) -> dict[str, Any]:
    """Every reminder that fits this visit, by its moment; the code word is never among them (CS-100, PS-138)."""
    return {
        "title": "Reminders for a home visit",
        "aside": day(visit.start_at),
        "times": [],
        "groups": grouped(guidance(visit, *TAKEN_ALONG)),
    }


def policy_checklist(policy: Policy) -> dict[str, Any]:
    """The same for a policy without a visit: every reminder that it has, with when it holds."""
    return {
        "title": "Reminders for home visits",
        "aside": "",
        "times": [],
        "groups": grouped(list(policy.guidanceitems.filter(moment__in=TAKEN_ALONG))),
    }


def grouped(items: list[GuidanceItem]) -> list[dict[str, Any]]:
    """Items under the words for their moments, in the order in which a visit comes to them."""
    groups = [
        {
            "name": str(Moment(at).label),
            "lines": [
                {"text": shown_text(item), "is_check": item.is_check, "clauses": list(item.clauses)}
                for item in items
                if item.moment == at
            ],
        }
        for at in TAKEN_ALONG
    ]
    return [group for group in groups if group["lines"]]
