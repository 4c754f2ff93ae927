"""Everything that one person may read about one visit, on its own page."""

import datetime as dt
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from homevisits.audit.look import looked
from homevisits.clock import local
from homevisits.look.times import when_text
from homevisits.people.models import Staff
from visits import gates, mending, paper, telling
from visits.actions import Action, Looker, next_actions, other_actions
from visits.codeword import has_code_word
from visits.documents import can_be_printed, kept
from visits.hours import distance
from visits.incidents import read_by
from visits.letters import leaves_card
from visits.models import Attendee, Visit, VisitAlarm
from visits.numbers import may_read
from visits.permissions import refusal
from visits.pills import Pill, is_late, pill
from visits.prefill import standing_warnings
from visits.routes import deciders, is_exempt, missing
from visits.states import ENDED, WATCHED, State
from visits.story import Decision, Document, Incident, OfficeNote, VisitEvent

# What stands in the way of a visit, each with the state that it is reached by.
WAY = (
    ("Asked", State.REQUESTED),
    ("Authorised", State.AUTHORISED),
    ("Logged", State.LOGGED),
    ("Out", State.IN_PROGRESS),
    ("Back", State.RETURNED_SAFE),
    ("Recorded", State.RECORDED),
)
ORDER = [State.DRAFT, *(state for _, state in WAY)]
GATES = {
    "submit": "Before it can be sent",
    "authorise": "Before it is authorised",
    "log": "Before it is logged",
    "depart": "Before anybody leaves",
    "return": "Before they are back safe",
    "record": "Before the record is finished",
}
ICONS = {
    "submitted": "send", "authorised": "circle-check", "logged": "clipboard-check", "departed": "door-open",
    "arrived": "map-pin", "entered": "house", "fine": "thumbs-up", "left": "footprints", "back": "check", "home": "house",
    "returned_safe": "shield-check", "recorded": "notebook-pen", "cancelled": "ban", "declined": "circle-x",
    "help": "siren", "duress": "siren", "note": "message-square-text", "incident": "triangle-alert", "retimed": "clock", "amended": "pencil", "risk": "shield-alert", "extended": "clock-plus",
}  # fmt: skip
TINTS = {
    "authorised": "ok", "returned_safe": "ok", "recorded": "ok", "help": "late", "duress": "late", "no_answer": "soon", "due": "soon",
    "voided": "soon", "not_back": "soon",
}  # fmt: skip
# Lines that tell of an alarm: nobody who is out may find one on this page (somebody may look over a shoulder).
OF_ALARMS = {"no_answer", "due", "rung_told", "rung_skipped"}
WITH_REASON = {"cancelled", "retimed"}


@dataclass
class Overview:
    """One visit as one person reads it at one instant."""

    visit: Visit
    staff: Staff
    now: dt.datetime

    @cached_property
    def reads_why(self) -> bool:
        """Whether they may read why; looking at a stated concern of somebody else's visit is noted."""
        may = Visit.objects.about_reason(self.staff).filter(pk=self.visit.pk).exists()
        if may and self.visit.concern_text and not self.is_own:
            looked(self.staff, "visit_concern", self.visit.ref)
        return may

    @cached_property
    def reads_record(self) -> bool:
        """Whether the policy lets them read what the family said (PS-087)."""
        return Visit.objects.record_read_by(self.staff).filter(pk=self.visit.pk).exists()

    @cached_property
    def goes(self) -> bool:
        return self.visit.includes(self.staff)

    @property
    def is_ahead(self) -> bool:
        """Whether anything about it may still be changed, or people are out."""
        return self.visit.state not in {*ENDED, State.RETURNED_SAFE}

    @property
    def prepares(self) -> bool:
        """Whether they go on it, and it has been asked for and not begun."""
        return self.goes and self.visit.state in {State.REQUESTED, State.AUTHORISED, State.LOGGED}

    @property
    def is_own(self) -> bool:
        return self.goes or self.visit.requested_by_id == self.staff.pk

    @property
    def hides_alarms(self) -> bool:
        """No alarm shows to somebody of the party before all is over: it may be a silent one (PS-129)."""
        return self.goes and self.visit.state in {*WATCHED, State.RETURNED_SAFE}

    @property
    def pill(self) -> Pill:
        return pill(self.visit, self.now)

    @property
    def title(self) -> str:
        """The pupils, for everybody who sees the visit: who, where, when."""
        return " and ".join(str(pupil) for pupil in self.visit.pupils.all()) or "No pupil chosen yet"

    @property
    def sub(self) -> str:
        """ "HV-9QTR2 · asked by D. Mensah, today 10:41 · policy SG23, version 4"."""
        visit, rules = self.visit, self.visit.rules
        at = when_text(visit.submitted_at or visit.created_at, self.now)
        policy = f"policy {rules.policy_number}, version {rules.number}".replace(" ,", ",") if rules else ""
        return " · ".join(
            filter(None, [visit.ref, f"asked by {visit.requested_by.short_name}, {at}", policy])
        )

    @cached_property
    def events(self) -> list[VisitEvent]:
        found = self.visit.events.select_related("by").order_by("number")
        hidden = "feigned" if self._knows_silent else "silent"
        shown = [event for event in found if hidden not in event.detail]
        return [event for event in shown if not (self.hides_alarms and self._is_of_alarm(event))]

    @cached_property
    def _knows_silent(self) -> bool:
        """Whether they may know of a silent alarm; of the party nobody, and without asking."""
        return not self.goes and self.visit.alarms.silent().shown_to(self.staff).exists()

    def _is_of_alarm(self, event: VisitEvent) -> bool:
        by_party = event.by_id in {a.staff_id for a in self.visit.party}
        return (
            "alarm" in event.detail
            or event.kind in OF_ALARMS
            or (event.kind in {"help", "incident"} and not by_party)
        )

    @property
    def way(self) -> list[dict[str, Any]]:
        """The dots: what lies behind with its time, and what comes next."""
        at = self._reached()
        here = max(at, default=-1) if self.visit.state in ENDED - {State.RECORDED} else self._index - 1
        stops = []
        for index, (label, _) in enumerate(WAY):
            is_next = index == here + 1 and self.visit.state not in ENDED
            state = "done" if index <= here else "next" if is_next else "todo"
            late = is_next and is_late(self.visit, self.now)
            stops.append(
                {
                    "label": label,
                    "at": at.get(index) if index <= here else None,
                    "state": "late" if late else state,
                }
            )
        return stops

    @property
    def _index(self) -> int:
        return ORDER.index(State(self.visit.state)) if self.visit.state in ORDER else 0

    def _reached(self) -> dict[int, dt.datetime]:
        """When each dot was reached, by its place."""
        visit = self.visit
        said = [e.recorded_at for e in self.events if e.kind == "authorised"]
        done = [e.recorded_at for e in self.events if e.kind == "recorded"]
        times = [
            visit.submitted_at, said[-1] if said else None, visit.logged_at, visit.departed_at, visit.returned_at,
            done[-1] if done else None,
        ]  # fmt: skip
        return {index: at for index, at in enumerate(times) if at}

    @cached_property
    def gate(self) -> str | None:
        return gates.next_gate(self.visit)

    @property
    def gate_title(self) -> str:
        return GATES.get(self.gate or "", "")

    @cached_property
    def lines(self) -> list[dict[str, Any]]:
        """What the next step needs, met or not, with a way to mend it."""
        checks = gates.checks(self.gate, self.visit, self.now) if self.gate else []
        shown = [check for check in checks if not (self.hides_alarms and check.code == "alarm")]
        return mending.lines(shown, self.visit, self.staff, self.now)

    @property
    def unmet(self) -> list[dict[str, Any]]:
        return [line for line in self.lines if not line["met"]]

    @property
    def met(self) -> list[dict[str, Any]]:
        return [line for line in self.lines if line["met"]]

    @cached_property
    def _looker(self) -> Looker:
        return Looker(self.visit, self.staff, self.now, self.reads_why)

    @cached_property
    def actions(self) -> list[Action]:
        return next_actions(self._looker)

    @cached_property
    def others(self) -> list[Action]:
        return other_actions(self._looker)

    @property
    def waits_for(self) -> str:
        """Who moves it on, in a sentence."""
        visit = self.visit
        if visit.state == State.REQUESTED:
            return self._decisions_wait()
        sentences = {
            State.DRAFT: "Nobody is asked until the request is sent.",
            State.AUTHORISED: f"{visit.school.desk_name} logs it before anybody leaves.",
            State.LOGGED: f"They say on the phone page when they leave. Planned: {self._at(visit.depart_at)}.",
            State.IN_PROGRESS: f"They are out. Due back at {self._at(visit.return_at)}.",
            State.RETURNED_SAFE: f"{visit.lead or 'The lead'} writes the record.",
            State.RECORDED: "Nothing more is needed.",
            State.DECLINED: "It does not take place.",
            State.CANCELLED: "Cancelled for safety."
            if visit.cancelled_for_safety
            else "It does not take place.",
        }
        return sentences[State(visit.state)]

    def _decisions_wait(self) -> str:
        asked: dict[str, list[str]] = {}
        for need in missing(self.visit):
            who = telling.names(deciders(need, self.visit, self.now))
            asked.setdefault(who, []).append(need.label.lower())
        if not asked:
            return "Every decision is in. Once what is open below is done, press “Go on with the visit”."
        return "Waits for " + "; ".join(f"{who} ({', '.join(what)})" for who, what in asked.items()) + "."

    def _at(self, at: dt.datetime | None) -> str:
        return when_text(at, self.now).removeprefix("today ") if at else "not set"

    @property
    def day(self) -> str:
        return f"{local(self.visit.start_at):%A %-d %B %Y}" if self.visit.start_at else ""

    @property
    def hours(self) -> str:
        v = self.visit
        return distance(v.school, v.start_at, v.end_at) if v.start_at and v.end_at else ""

    @property
    def parents(self) -> str:
        return paper.parents_told(self.visit, for_office=not self.reads_why) if self.visit.told else ""

    @property
    def whom(self) -> str:
        return paper.whom(self.visit)

    @property
    def language(self) -> str:
        return paper.language(self.visit)

    @cached_property
    def know(self) -> list[Any]:
        """Warnings that stand about the home; the look at them is recorded."""
        return standing_warnings(self.visit.household, by=self.staff)

    @cached_property
    def decisions(self) -> list[Decision]:
        """Decisions, those that are void too; the DSL's view only for those who read why."""
        found = self.visit.decisions.select_related("decider", "typed_by").order_by("decided_at")
        return [d for d in found if self.reads_why or d.kind != Decision.Kind.DSL_INPUT]

    @property
    def exempt(self) -> bool:
        return self.visit.policy_id is not None and is_exempt(self.visit)

    @cached_property
    def alarms(self) -> list[VisitAlarm]:
        if self.hides_alarms:
            return []
        shown = self.visit.alarms.shown_to(self.staff).select_related("owner", "attendee__staff")
        return list(shown.order_by("-opened_at"))

    @property
    def timeline(self) -> list[dict[str, Any]]:
        return [self._line(event) for event in self.events]

    @cached_property
    def _notes(self) -> dict[int, str]:
        """What was written to the office, by moment, with the reading noted; nothing is asked where nobody wrote."""
        wanted = [event.detail["moment"] for event in self.events if event.kind == "note"]
        if not wanted:
            return {}
        if not self.goes:
            looked(self.staff, "office_note", self.visit.ref)
        return {one.moment_id: one.text for one in OfficeNote.objects.filter(moment__in=wanted)}

    @cached_property
    def incidents(self) -> list[Incident]:
        """What was reported from this visit, for those who read why."""
        return list(read_by(self.visit, self.staff)) if self.reads_why else []

    def _line(self, event: VisitEvent) -> dict[str, Any]:
        shows = self.reads_why or event.kind in WITH_REASON
        return {
            "at": event.happened_at,
            "text": event.sentence,
            "by": event.by.short_name if event.by else "",
            "icon": ICONS.get(event.kind, ""),
            "kind": TINTS.get(event.kind, ""),
            "detail": self._notes.get(event.detail.get("moment"), "") or (event.reason if shows else ""),
        }

    @property
    def ended_because(self) -> str:
        """Why it was declined, returned or cancelled, for those to whom that was written."""
        shows = self.reads_why or self.visit.state == State.CANCELLED
        return self.visit.ended_reason if shows else ""

    @cached_property
    def party(self) -> list[tuple[Attendee, bool]]:
        """Everybody who goes, and whether this person sees their number (TC-160, TC-161)."""
        return [(one, may_read(self.staff, self.visit, one)) for one in self.visit.party]

    @property
    def documents(self) -> list[Document]:
        return list(kept(self.visit, self.staff)[:6])

    @property
    def has_appointment(self) -> bool:
        return can_be_printed(self.visit, Document.Kind.APPOINTMENT)

    @property
    def has_card(self) -> bool:
        return leaves_card(self.visit)

    @property
    def has_record(self) -> bool:
        return self.reads_record and can_be_printed(self.visit, Document.Kind.RECORD)

    @cached_property
    def may_read_word(self) -> bool:
        """Whether there is a code word for this visit that they may read."""
        is_live = self.visit.state not in ENDED and self.visit.state != State.DRAFT
        return (
            is_live
            and refusal(self.staff, "code_word", self.visit, self.now) is None
            and has_code_word(self.visit)
        )
