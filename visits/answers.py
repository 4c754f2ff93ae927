"""What a request says, step by step, in words to check before it is sent and to choose from when it changes."""

from dataclasses import dataclass

from homevisits.clock import local
from homevisits.trusts.models import Reason
from visits import paper
from visits.hours import distance
from visits.models import Attendee, Visit
from visits.steps import ABOUT_REASON, STEPS, TITLES
from visits.story import ContactAttempt

Rows = list[tuple[str, str]]
EMPTY = "Not answered yet"


@dataclass(frozen=True)
class Answer:
    """The answers of one step, and where they are changed."""

    step: str
    rows: Rows

    @property
    def title(self) -> str:
        return TITLES[self.step]


def answers(visit: Visit, *, reads_why: bool = True) -> list[Answer]:
    """Every step with its answers; without those that say why for whoever may not read it."""
    steps = [step for step in STEPS if reads_why or step not in ABOUT_REASON]
    return [
        Answer(step, [(name, text or EMPTY) for name, text in ROWS[step](visit, reads_why)]) for step in steps
    ]


def _pupil(visit: Visit, reads_why: bool) -> Rows:
    return [("Pupil" if visit.pupils.count() < 2 else "Pupils", paper.pupils(visit))]


def _reason(visit: Visit, reads_why: bool) -> Rows:
    reason: Reason | None = visit.reason
    more = [("Which kind", visit.reason_kind)] if reason and reason.kinds else []
    more += [("The reason explained", visit.reason_explained)] if reason and reason.needs_explanation else []
    more += [("The concern", visit.concern_text)] if reason and reason.needs_concern else []
    return [
        ("Reason", str(reason or "")),
        *more,
        ("What for", visit.purpose),
        ("Why a home visit", visit.why_necessary),
    ]


def _told(visit: Visit, reads_why: bool) -> Rows:
    told = paper.parents_told(visit, for_office=not reads_why) if visit.told else ""
    agreed = " They agreed." if visit.parent_agreed else ""
    tried = attempts(visit)
    return [("Parents told", told + agreed), *([("Tried before", tried)] if tried else [])]


def attempts(visit: Visit) -> str:
    """The calls and messages noted with this request, one a line."""
    noted = visit.attempts.order_by("at")
    return "\n".join(f"{paper.moment(one.at)}: {_tried(one)}" for one in noted)


def _tried(one: ContactAttempt) -> str:
    return f"{one.get_channel_display()}, {str(one.get_result_display()).lower()}"


def _where(visit: Visit, reads_why: bool) -> Rows:
    child = [("The child", visit.get_child_there_display())] if visit.child_there else []
    seen = "; ".join(
        filter(None, [*(str(link) for link in visit.to_see.select_related("contact")), visit.to_see_text])
    )
    known = [("A risk", "There is one that is not listed yet")] if visit.risk_known else []
    ill = [("Symptoms at the home", visit.get_symptoms_display())] if visit.symptoms else []
    return [
        ("Address", paper.place(visit)),
        ("Going in", visit.get_access_display()),
        ("To see", seen),
        *child,
        *ill,
        *known,
    ]


def _when(visit: Visit, reads_why: bool) -> Rows:
    if not (visit.start_at and visit.end_at):
        return [("When", "")]
    hours = distance(visit.school, visit.start_at, visit.end_at)
    why = [("Why these hours", visit.ooh_necessary), ("No alternative", visit.ooh_no_alternative)]
    return [
        ("Day", f"{local(visit.start_at):%A %-d %B %Y}"),
        ("Times", times(visit)),
        ("School hours", hours),
        *(row for row in why if row[1] and reads_why),
    ]


def times(visit: Visit) -> str:
    """ "Leave 10:45, there 11:00 to 11:45, back by 12:00"."""
    leave, start, end, back = (
        paper.clock(at) for at in (visit.depart_at, visit.start_at, visit.end_at, visit.return_at)
    )
    return f"Leave {leave}, there {start} to {end}, back by {back}"


def _people(visit: Visit, reads_why: bool) -> Rows:
    who = "\n".join(_goes(attendee) for attendee in visit.party)
    why = [
        ("Could two make it worse", worse(visit)),
        ("Why fewer go", visit.lone_reason),
        ("Why without the DSL", visit.dsl_absent_reason),
        ("Why nobody interprets", visit.no_interpreter_reason),
    ]
    return [("People", who), *(row for row in why if row[1] and reads_why)]


def worse(visit: Visit) -> str:
    """Whether two people could make it worse, and why (PS-125); "" where nobody was asked."""
    rules = visit.rules
    if rules is None or not rules.two_may_escalate or visit.two_may_escalate is None:
        return ""
    return f"Yes. {visit.two_may_escalate_why}".strip() if visit.two_may_escalate else "No"


def _goes(attendee: Attendee) -> str:
    lead = " (leads)" if attendee.is_lead else ""
    outside = ", ".join(filter(None, [attendee.organisation, paper.spoken(attendee.phone)]))
    speaks = ", interprets" if attendee.is_interpreter else ""
    return f"{attendee}{lead}" + (f", {outside}" if not attendee.staff_id and outside else "") + speaks


ROWS = {
    "pupil": _pupil,
    "reason": _reason,
    "told": _told,
    "where": _where,
    "when": _when,
    "people": _people,
}
