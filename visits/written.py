"""What the PDF and the page of a finished record say: facts and opinions each in a block of its own."""

import hashlib
import json
from typing import Any

from homevisits.trusts.choices import FileChoice
from visits.models import Visit
from visits.paper import clock, day, moment, place, pupils, told
from visits.writing import VisitRecord

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
    "barriers",
    "nothing_agreed",
    "concern",
    "id_shown",
    "file_destination",
]


def version(visit: Visit) -> str:
    """A hash of all that is written about a visit so far: another writer's words change it."""
    record = VisitRecord.objects.filter(visit=visit).first()
    said: list[Any] = [visit.outcome, visit.outcome_text]
    if record:
        said += [getattr(record, name) for name in WRITTEN]
        said += list(record.people_present.values_list("name", "relationship"))
        said += [(a.what, a.owner, str(a.due_on)) for a in record.actions.all()]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()[:16]


def record_words(visit: Visit) -> dict[str, Any]:
    """The visit record (CS-093 to CS-097, SH-077 to SH-080, TC-072, TC-073)."""
    record = VisitRecord.objects.select_related("written_by").get(visit=visit)
    return {
        "title": "Home visit record",
        "aside": _file(record),
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
        "barriers": record.barriers,
        "actions": [
            {"what": action.what, "owner": action.owner, "due": f"{action.due_on:%-d %b %Y}"}
            for action in record.actions.all()
        ],
        "concern": _concern(record),
        "written": _written(record),
    }


def _file(record: VisitRecord) -> str:
    chosen = record.file_destination
    return f"Keep on the {str(FileChoice(chosen).label).lower()}" if chosen else "Keep on the pupil file"


def _visit_facts(visit: Visit, record: VisitRecord) -> list[tuple[str, str]]:
    went = "; ".join(str(attendee) for attendee in visit.party)
    outcome = ". ".join(filter(None, [visit.get_outcome_display(), visit.outcome_text]))
    return told(
        ("Pupils" if visit.pupils.count() > 1 else "Pupil", pupils(visit)),
        ("Where", record.place or place(visit)),
        ("Who went", went),
        ("Reason", str(visit.reason or "")),
        ("How it went", outcome),
        ("Invited in by", visit.invited_by),
        ("Pupil seen", _seen(record)),
        ("Identity card", "Shown." if record.id_shown else ""),
    )


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
