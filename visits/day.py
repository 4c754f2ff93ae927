"""One person's own day: the visits they go on, what waits for them, their drafts, and what they asked for."""

import datetime as dt
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import F, Q
from django.urls import reverse

from homevisits.clock import local, london_day
from homevisits.look.times import when_text
from homevisits.people.models import Away, Staff
from visits import paper
from visits.actions import Action, may_ask
from visits.board.scope import viewer
from visits.briefings import Waits, waiting_to_brief, waiting_to_read
from visits.climbing import EVERYBODY
from visits.desk import worklist
from visits.models import Attendee, Visit, VisitAlarm, VisitDeadline
from visits.owed import Owed, owed
from visits.pills import Pill, pill
from visits.risk import first_minutes
from visits.routes import wants_contact
from visits.safety import Due
from visits.states import ENDED, State
from visits.story import Decision
from visits.together import gathered
from visits.waiting import Waiting, open_ones, to_countersign, waiting

LATELY = dt.timedelta(days=14)
SHOWN = 5
STANDS = {
    State.AUTHORISED: "The office logs it before anybody leaves",
    State.LOGGED: "Logged: ready to go",
    State.IN_PROGRESS: "You are out",
    State.DECLINED: "Open it to read why",
    State.CANCELLED: "Open it to read why",
}


@dataclass(frozen=True)
class Row:
    """One visit on a person's day."""

    visit: Visit
    pill: Pill
    stands: str
    action: Action | None = None

    @property
    def pupils(self) -> str:
        return " and ".join(str(pupil) for pupil in self.visit.pupils.all()) or "No pupil chosen yet"

    @property
    def who(self) -> str:
        return ", ".join(attendee.short_name for attendee in self.visit.party)

    @property
    def place(self) -> str:
        return paper.place(self.visit)


@dataclass(frozen=True)
class Call:
    """A call that this person is named to make."""

    at: dt.datetime | None
    visit: Visit
    who: str
    url: str


@dataclass
class Day:
    """A person's day at one instant. The same number of queries for one row and for thirty."""

    staff: Staff
    now: dt.datetime

    @cached_property
    def _mine(self) -> list[Visit]:
        """Visits that this person asked for or goes on, and that are not over."""
        own = Q(requested_by=self.staff) | Q(attendees__staff=self.staff)
        lately = Q(state__in=[State.DECLINED, State.CANCELLED], submitted_at__gt=self.now - LATELY)
        running = Q(state__in=[state for state in State.values if state not in {*ENDED, State.DRAFT}])
        found = Visit.objects.filter(own).filter(running | lately)
        ids = found.order_by().values("pk")
        return gathered(Visit.objects.filter(pk__in=ids).order_by("start_at", "pk"))

    @cached_property
    def _away(self) -> set[int]:
        """Who is away now, of those who lead a visit whose record is owed."""
        leads = [
            v.lead.staff_id
            for v in self._mine
            if v.state == State.RETURNED_SAFE and v.lead and v.lead.staff_id
        ]
        away = Away.objects.filter(staff__in=leads, during__contains=self.now)
        return set(away.values_list("staff_id", flat=True))

    @cached_property
    def going(self) -> list[Row]:
        """Visits that this person goes on: those out first, then by the hour."""
        mine = [v for v in self._mine if v.state not in ENDED and v.includes(self.staff)]
        ordered = sorted(mine, key=lambda v: (v.state != State.IN_PROGRESS, v.depart_at or v.created_at))
        return [self._row(visit) for visit in ordered]

    @property
    def today(self) -> list[Row]:
        """Out, leaving today, or back with a record to write."""
        return [row for row in self.going if self._is_now(row.visit)]

    @property
    def later(self) -> list[Row]:
        return [row for row in self.going if not self._is_now(row.visit)]

    def _is_now(self, visit: Visit) -> bool:
        if visit.state in {State.IN_PROGRESS, State.RETURNED_SAFE}:
            return True
        return bool(visit.start_at and london_day(visit.start_at) <= london_day(self.now))

    @cached_property
    def asked(self) -> list[Row]:
        """What this person asked for and others do, or nobody does."""
        return [
            self._row(v)
            for v in self._mine
            if v.requested_by_id == self.staff.pk and (v.state in ENDED or not v.includes(self.staff))
        ]

    def _row(self, visit: Visit) -> Row:
        shown = pill(visit, self.now)
        if visit.state == State.RETURNED_SAFE and self._is_overdue(visit):
            shown = ("late", "notebook-pen", "Record overdue")
        goes = visit.includes(self.staff)
        return Row(visit, shown, self._stands(visit), self._action(visit) if goes else None)

    def _is_overdue(self, visit: Visit) -> bool:
        """Whether the record should have been written by now (CS-007)."""
        hours = visit.policy.record_due_hours if visit.policy else 0
        return bool(visit.returned_at and visit.returned_at + dt.timedelta(hours=hours) < self.now)

    def _stands(self, visit: Visit) -> str:
        """Who acts next, or what to know, in a sentence."""
        if visit.state == State.REQUESTED:
            needs = [need.who for need in open_ones(visit) if need.is_required]
            return f"Waits for {', '.join(dict.fromkeys(needs))}" if needs else "Every decision is in"
        if visit.state == State.RETURNED_SAFE:
            return "Everybody is back safe" if self._writes(visit) else f"{visit.lead} writes the record"
        if visit.state == State.IN_PROGRESS and not visit.includes(self.staff):
            return "They are out"
        return STANDS.get(State(visit.state), "")

    def _writes(self, visit: Visit) -> bool:
        """Whether the record is this person's to finish: the lead's, or the party's without one."""
        lead: Attendee | None = visit.lead
        if lead is None or lead.staff is None or lead.staff_id in self._away or not lead.staff.is_active:
            return visit.includes(self.staff)
        return lead.staff_id == self.staff.pk

    def _action(self, visit: Visit) -> Action | None:
        """The one thing to do about it now."""
        if visit.state == State.IN_PROGRESS:
            return _to(visit, "Open phone page", "out", "smartphone")
        if visit.state == State.LOGGED and self._is_now(visit):
            return _to(visit, "Say that you leave", "out", "door-open")
        if visit.state == State.RETURNED_SAFE and self._writes(visit):
            return _to(visit, "Write the record", "record", "notebook-pen")
        return None

    @cached_property
    def drafts(self) -> list[Visit]:
        """Requests begun and not sent, the latest first; those that a leader asks for stand by themselves."""
        mine = Q(requested_by=self.staff, asked_of=None) | Q(asked_of=self.staff, requested_by=self.staff)
        found = Visit.objects.filter(mine, state=State.DRAFT)
        return list(found.prefetch_related("pupils").order_by("-created_at")[:30])

    @cached_property
    def _handed(self) -> list[Visit]:
        """Drafts that somebody asked a colleague to complete: theirs to do, or asked by this person (TC-184)."""
        handed = Visit.objects.filter(state=State.DRAFT, asked_of__isnull=False)
        mine = handed.filter(Q(asked_of=self.staff) | Q(requested_by=self.staff))
        found = mine.exclude(asked_of=F("requested_by")).select_related("requested_by", "asked_of")
        return list(found.prefetch_related("pupils").order_by("-created_at")[:30])

    @property
    def asked_to_make(self) -> list[Visit]:
        """Visits that a leader asks this person to make."""
        return [visit for visit in self._handed if visit.asked_of_id == self.staff.pk]

    @property
    def asked_of_others(self) -> list[Visit]:
        """Visits that this person asked colleagues to make, and that they have not sent yet."""
        return [visit for visit in self._handed if visit.requested_by_id == self.staff.pk]

    @cached_property
    def to_confirm(self) -> list[Visit]:
        """Visits whose people this person checks on out of hours, and has not said so yet (TC-106)."""
        named = Visit.objects.filter(responsible_contact=self.staff, contact_acknowledged_at=None)
        states = [State.AUTHORISED, State.LOGGED]
        found = named.filter(state__in=states, return_at__gt=self.now).select_related("school", "policy")
        whole = found.prefetch_related("school__terms", "school__closures").order_by("depart_at")
        return [v for v in whole if v.rules and v.rules.contact_must_acknowledge and wants_contact(v)]

    @cached_property
    def to_brief(self) -> list[Waits]:
        """Visits with somebody whom this person briefs and who waits for it."""
        return waiting_to_brief(self.staff, self.now)

    @cached_property
    def to_read(self) -> list[Visit]:
        """Visits of which this person was given a briefing and has not confirmed it."""
        return waiting_to_read(self.staff, self.now)

    @cached_property
    def decisions(self) -> list[Waiting]:
        """Requests that wait for this person's decision, the most urgent first."""
        return [one for one in waiting(self.staff, self.now) if one.mine]

    @cached_property
    def countersign(self) -> list[Decision]:
        return to_countersign(self.staff)

    @cached_property
    def to_log(self) -> list[dict[str, Any]]:
        """Authorised visits that wait for this person's office."""
        return worklist(self.staff, self.now).to_log if viewer(self.staff).desk else []

    @cached_property
    def owed(self) -> list[Owed]:
        """What this person still owes after visits, or must answer now."""
        return owed(self.staff, self.now)

    @cached_property
    def alarms(self) -> list[VisitAlarm]:
        """Open alarms that this person can answer; never about a visit they are on."""
        if not any(role in EVERYBODY for role, _ in self.staff.held):
            return []
        open_ones = VisitAlarm.visible_to(self.staff).exclude(state=VisitAlarm.State.RESOLVED)
        return list(open_ones.exclude(visit__attendees__staff=self.staff).select_related("attendee__staff"))

    @cached_property
    def calls(self) -> list[Call]:
        """The check-in calls that this person is named for, the first one first (TC-166)."""
        named = Q(visit__checkin_colleague=self.staff) | Q(visit__responsible_contact=self.staff)
        due = VisitDeadline.objects.filter(named, kind=Due.CHECK_IN, state=VisitDeadline.State.LIVE)
        rows = due.select_related("visit", "attendee__staff").order_by("prompt_at", "pk")
        return [self._call(row) for row in rows if row.attendee] + self._calls_to_come()

    def _call(self, row: VisitDeadline) -> Call:
        url = reverse("desk_call", args=[row.visit.ref, row.attendee_id])
        return Call(
            row.prompt_at or row.due_at, row.visit, row.attendee.short_name if row.attendee else "", url
        )

    def _calls_to_come(self) -> list[Call]:
        """Visits of today on which nobody has left yet."""
        named = Q(checkin_colleague=self.staff) | Q(responsible_contact=self.staff)
        logged = Visit.objects.filter(named, state=State.LOGGED).select_related("policy").order_by("start_at")
        found = [v for v in logged.prefetch_related("attendees__staff") if self._is_now(v)]
        return [Call(_first_call(v), v, _names(v), v.get_absolute_url()) for v in found]

    @property
    def waits(self) -> bool:
        """Whether anything waits for this person besides their own visits and the alarms, which stand on top."""
        told = self.owed or self.to_brief or self.to_read or self.to_confirm or self.asked_to_make
        return bool(self.decisions or self.countersign or self.to_log or self.calls or told)

    @property
    def is_empty(self) -> bool:
        return not (
            self.going or self.waits or self.alarms or self.drafts or self.asked or self.asked_of_others
        )

    @property
    def may_ask(self) -> bool:
        return may_ask(self.staff)

    @property
    def has_action(self) -> bool:
        """Whether a visit of today has a button of its own: then that one is the page's first."""
        return any(row.action for row in self.today)

    @property
    def date(self) -> str:
        return f"{local(self.now):%A %-d %B %Y}"

    def when(self, at: dt.datetime) -> str:
        return when_text(at, self.now)


def _to(visit: Visit, text: str, name: str, icon: str) -> Action:
    return Action(text, reverse(name, args=[visit.ref]), icon, "brand")


def _first_call(visit: Visit) -> dt.datetime | None:
    if not (visit.start_at and visit.policy):
        return visit.start_at
    return visit.start_at + dt.timedelta(minutes=first_minutes(visit, visit.policy))


def _names(visit: Visit) -> str:
    return ", ".join(attendee.short_name for attendee in visit.attendees.all())
