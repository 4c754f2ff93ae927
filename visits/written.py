"""What the PDF and the page of a finished record say: facts and opinions each in a block of its own."""

import hashlib
import json
from typing import Any

from django.db.models import QuerySet

from homevisits.clock import london_day
from homevisits.trusts.choices import FileChoice
from visits.models import ArrivalLook, Visit
from visits.paper import clock, day, moment, place, pupils, told
from visits.preparing import HazardKind
from visits.questions import asks_card_shown
from visits.story import Moment
from visits.writing import AgreedAction, VisitRecord

# What was written while out may hold the code word: it stands on the visit's page, whose readings are noted.
IN_NOTES = "(in the visit’s notes)"
CONCERN_ELSEWHERE = "Yes. It goes to the safeguarding lead as a concern of its own."


WRITTEN = [
    "place",
    "nobody_present",
    "pupil_seen",
    "pupil_spoken",
    "why_not",
    "discussed",
    "facts",
    "opinions",
    "pupil_words",
    "nothing_agreed",
    "concern",
    "id_shown",
    "went_upstairs",
    "upstairs_why",
    "in_bedroom",
    "bedroom_why",
    "life_at_risk",
    "card_left",
    "had_intervention",
    "file_destination",
]


def version(visit: Visit) -> str:
    """A hash of all that is written about a visit so far: another writer's words change it."""
    record = VisitRecord.objects.filter(visit=visit).first()
    said: list[Any] = [visit.outcome, visit.outcome_text]
    if record:
        said += [getattr(record, name) for name in WRITTEN]
        said += list(record.people_present.values_list("name", "relationship"))
        said += list(record.barriers_found.values_list("kind", "text"))
        said += [(a.what, a.owner, str(a.due_on), str(a.barrier or "")) for a in _actions(record)]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()[:16]


def record_words(visit: Visit) -> dict[str, Any]:
    """The visit record (CS-093 to CS-097, SH-077 to SH-080, TC-072, TC-073)."""
    record = VisitRecord.objects.select_related("written_by").get(visit=visit)
    return {
        "title": "Home visit record",
        "aside": ". ".join(filter(None, [_file(record), keep_until(visit)])),
        "times": [
            ("Date", day(visit.departed_at or visit.start_at)),
            ("Arrived", clock(visit.arrived_at) or "Not noted"),
            ("Left the home", clock(visit.left_at) or "Not noted"),
            ("Everybody back", clock(visit.returned_at) or "Not noted"),
        ],
        "visit": _visit_facts(visit, record),
        "present": [str(person) for person in record.people_present.all()],
        "nobody_present": record.nobody_present,
        "discussed": record.discussed,
        "facts": record.facts,
        "opinions": record.opinions,
        "pupil_words": record.pupil_words,
        "barriers": [str(barrier) for barrier in record.barriers_found.all()],
        "actions": [_agreed(action) for action in _actions(record)],
        "concern": _concern(record),
        "written": _written(record),
    }


def _actions(record: VisitRecord) -> QuerySet[AgreedAction]:
    return record.actions.select_related("barrier")


def _agreed(action: AgreedAction) -> dict[str, str]:
    """What was agreed, with the barrier that it is about (AF-062)."""
    return {
        "what": action.what,
        "about": action.barrier.text if action.barrier else "",
        "owner": action.owner,
        "due": f"{action.due_on:%-d %b %Y}",
    }


def _file(record: VisitRecord) -> str:
    chosen = record.file_destination
    return f"Keep on the {str(FileChoice(chosen).label).lower()}" if chosen else "Keep on the pupil file"


def _visit_facts(visit: Visit, record: VisitRecord) -> list[tuple[str, str]]:
    went = "; ".join(str(attendee) for attendee in visit.party)
    outcome = ". ".join(filter(None, [visit.get_outcome_display(), visit.outcome_text and IN_NOTES]))
    return told(
        ("Pupils" if visit.pupils.count() > 1 else "Pupil", pupils(visit)),
        ("Where", record.place or place(visit)),
        ("Who went", went),
        ("Reason", str(visit.reason or "")),
        ("How it went", outcome),
        ("Invited in by", visit.invited_by),
        ("Pupil seen", _seen(record)),
        ("Identity card", _card(visit, record)),
        ("Looked round", _look(visit)),
        ("Upstairs", _room(record.went_upstairs, record.upstairs_why)),
        ("Child’s bedroom", _room(record.in_bedroom, record.bedroom_why)),
        ("Life at risk", record.life_at_risk),
        ("Incidents", _incidents(visit)),
        ("Calling card", "" if record.card_left is None else "Left." if record.card_left else "Not left."),
    )


def _card(visit: Visit, record: VisitRecord) -> str:
    """Shown, or not shown where the policy asks for it (TC-108)."""
    return "Shown." if record.id_shown else "Not shown." if asks_card_shown(visit) else ""


def _incidents(visit: Visit) -> str:
    """That something was reported, by whom and when; the words stay sealed, for they may hold a code word."""
    found = visit.moments.filter(kind=Moment.Kind.INCIDENT).select_related("by")
    said = [f"Reported by {one.by}, {moment(one.recorded_at)}." for one in found]
    return " ".join([*said, "Read them on the visit’s page."] if said else [])


def _room(answer: bool | None, why: str) -> str:
    if answer is None:
        return ""
    return f"Yes. {why}".strip() if answer else "No."


def _look(visit: Visit) -> str:
    """What was seen at the door, by whom and when (CS-062)."""
    return " ".join(
        f"{clock(look.at)} {look.by}: {_seen_there(look)}. {look.get_choice_display()}."
        for look in visit.looks.select_related("by")
    )


def _seen_there(look: ArrivalLook) -> str:
    seen = ", ".join(str(HazardKind(kind).label).lower() for kind in look.seen) or "nothing of note"
    return f"{seen}. {look.note and IN_NOTES}".rstrip(". ")


def keep_until(visit: Visit) -> str:
    """ "Keep until 26 Nov 2032"; "" where the policy gives no years."""
    years = visit.rules.retention_years if visit.rules else None
    at = visit.returned_at or visit.start_at
    if not (years and at):
        return ""
    day_there = london_day(at)
    last = (
        day_there.replace(year=day_there.year + years, day=min(day_there.day, 28))
        if (day_there.month == 2)
        else day_there.replace(year=day_there.year + years)
    )
    return f"Keep until {last:%-d %b %Y}"


def _seen(record: VisitRecord) -> str:
    """Was the pupil seen and spoken to, or why not (TC-072)."""
    seen = f"Seen: {record.get_pupil_seen_display().lower()}." if record.pupil_seen else ""
    spoken = f"Spoken to: {record.get_pupil_spoken_display().lower()}." if record.pupil_spoken else ""
    why = f"Why not: {record.why_not}" if record.why_not else ""
    return " ".join(filter(None, [seen, spoken, why]))


def _concern(record: VisitRecord) -> str:
    if record.concern == VisitRecord.YesNo.YES:
        return CONCERN_ELSEWHERE
    return "No." if record.concern == VisitRecord.YesNo.NO else "Not stated."


def _written(record: VisitRecord) -> str:
    return f"{record.written_by}, {record.written_by.title.lower()}, {moment(record.finished_at)}"
