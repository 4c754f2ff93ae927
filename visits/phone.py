"""What a visitor's phone page shows at each moment. Reads the visit and what was said; never an open alarm.

An alarm may be a silent one: this page is the same with it and without it.
"""

import datetime as dt
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from urllib.parse import quote

from django.urls import reverse
from django.utils.functional import cached_property

from homevisits.clock import london_day
from homevisits.notices.accounts import account_of
from homevisits.people.models import ContactLink, HouseholdWarning, Staff
from homevisits.people.phones import written
from homevisits.trusts.choices import Moment as Moments
from homevisits.trusts.choices import Strength
from homevisits.trusts.parts import GuidanceItem
from visits import homeward, timing
from visits.briefing import Briefed, of_visitor
from visits.following import TimeRequest
from visits.gates.enter import last_look, look_strength
from visits.gates.letters import knows_times
from visits.guidance import guidance
from visits.models import ArrivalLook, Attendee, Visit
from visits.next_step import waits_since
from visits.positions import Position
from visits.risk import first_minutes
from visits.states import State
from visits.story import Moment
from visits.transitions.secret import wants_pin

Kind = Moment.Kind
POSITION_FOR = dt.timedelta(minutes=10)
MAPS = "https://www.google.com/maps/search/?api=1&query="


class Phase(StrEnum):
    """Where a visitor is, as far as they have said."""

    NOT_YET = "not_yet"
    READY = "ready"
    ON_THE_WAY = "on_the_way"
    AT_THE_DOOR = "at_the_door"
    WAITING = "waiting"
    INSIDE = "inside"
    LEFT = "left"
    BACK = "back"
    OVER = "over"


OUT = {Phase.ON_THE_WAY, Phase.AT_THE_DOOR, Phase.WAITING, Phase.INSIDE, Phase.LEFT}
# What helps at each phase; before the end of a talk comes what to say and leave there.
REMINDERS = {
    Phase.READY: ("prepare", "depart"),
    Phase.ON_THE_WAY: ("arrive",),
    Phase.AT_THE_DOOR: ("arrive",),
    Phase.WAITING: ("arrive",),
    Phase.INSIDE: ("home", "leave"),
    Phase.LEFT: ("leave",),
    Phase.BACK: ("after",),
}
WARNING_ICONS = {
    HouseholdWarning.Kind.ANIMALS: "paw-print",
    HouseholdWarning.Kind.AGGRESSION: "triangle-alert",
    HouseholdWarning.Kind.AREA: "map",
    HouseholdWarning.Kind.SUBSTANCES: "flask-conical",
    HouseholdWarning.Kind.OTHER_PEOPLE: "users",
    HouseholdWarning.Kind.OTHER: "info",
}


@dataclass
class PhonePage:
    """One visitor's page of one visit at one instant."""

    visit: Visit
    staff: Staff
    now: dt.datetime
    problem: str = ""
    unmet: list[Any] = field(default_factory=list)

    @cached_property
    def me(self) -> Attendee:
        """This visitor's place in the party. Raises LookupError for anybody else."""
        for attendee in self.visit.party:
            if attendee.staff_id == self.staff.pk:
                return attendee
        raise LookupError(f"{self.staff} does not go on {self.visit}")

    @cached_property
    def moments(self) -> list[Moment]:
        """What this visitor said, or somebody said for them or for all, the latest first."""
        found = self.visit.moments.select_related("by").order_by("-recorded_at", "-id")
        return [m for m in found if m.attendee_id == self.me.pk or m.for_all or m.by_id == self.staff.pk]

    @property
    def sent(self) -> Moment | None:
        """The last thing that this visitor sent and the server took."""
        return next((m for m in self.moments if m.by_id == self.staff.pk), None)

    @cached_property
    def phase(self) -> Phase:
        visit = self.visit
        if visit.state in {State.DRAFT, State.REQUESTED, State.AUTHORISED}:
            return Phase.NOT_YET
        if visit.state == State.LOGGED:
            return Phase.READY
        if visit.state not in {State.IN_PROGRESS, State.RETURNED_SAFE}:
            return Phase.OVER
        return Phase.BACK if self.back_at else self._out_phase()

    def _out_phase(self) -> Phase:
        visit = self.visit
        if visit.left_at or self.has_left:
            return Phase.LEFT
        if visit.entered_at:
            return Phase.INSIDE
        if not visit.arrived_at:
            return Phase.ON_THE_WAY
        waits = visit.moments.filter(kind=Kind.WAITING).exists() and not visit.outcome
        return Phase.WAITING if waits else Phase.AT_THE_DOOR

    @property
    def has_left(self) -> bool:
        """Whether this visitor said that they alone left the home."""
        return any(m.kind == Kind.LEFT and m.attendee_id == self.me.pk for m in self.moments)

    @property
    def is_out(self) -> bool:
        return self.phase in OUT

    @property
    def back_at(self) -> dt.datetime | None:
        """When they said that they are back, whether or not it counts yet: the page is the same."""
        return self.me.claimed_back_at or self.me.back_at

    @property
    def asks_home(self) -> bool:
        """Whether somebody who goes straight home from this visit says once more that they are there."""
        return homeward.is_asked(self.visit)

    @property
    def home_by(self) -> dt.datetime | None:
        """By when this visitor, who goes straight home, says that they are there; None where nothing is due."""
        return homeward.due_at(self.visit, self.me)

    @property
    def may_ask_help(self) -> bool:
        """Whether somebody still follows them: about to go, out, just back, or on the way home."""
        return self.is_out or self.phase in {Phase.READY, Phase.BACK} or self.home_by is not None

    @property
    def is_late(self) -> bool:
        return bool(self.is_out and self.visit.return_at and self.visit.return_at < self.now)

    @cached_property
    def asked_time(self) -> TimeRequest | None:
        """More time that was asked for and not agreed to: nobody has answered, or somebody refused."""
        last = self.visit.time_requests.select_related("answered_by").order_by("-asked_at").first()
        return last if last and not last.is_agreed else None

    @property
    def owes_next(self) -> bool:
        """Whether nobody was reached and the next step is not named yet."""
        return waits_since(self.visit) is not None

    @cached_property
    def owes_parents(self) -> bool:
        """Whether the times of a lesson changed and nobody has noted yet that the parents know (TC-199)."""
        visit = self.visit
        return bool(visit.series_id and visit.told != Visit.Told.NO and not knows_times(visit))

    @property
    def wait_ends_at(self) -> dt.datetime | None:
        """When the wait at the door is over: counted from the arranged time, or a later arrival (TC-109)."""
        visit = self.visit
        if not (visit.rules and visit.arrived_at):
            return None
        since = max(visit.arrived_at, visit.start_at or visit.arrived_at)
        return since + timing.minutes(visit.rules.wait_minutes)

    @cached_property
    def next_check_in(self) -> dt.datetime | None:
        """When somebody calls this visitor next, from the plan and what they said (TC-166)."""
        visit, rules = self.visit, self.visit.rules
        if not (self.is_out and rules and visit.start_at and first_minutes(visit, rules)):
            return None
        alone = any(
            m.kind == Kind.LEFT and not m.for_all and m.attendee_id == self.me.pk for m in self.moments
        )
        if timing.is_past_calls(visit) or alone:
            return None
        fine = [m for m in reversed(self.moments) if m.kind == Kind.FINE]
        return timing.next_prompt(visit, rules, self.me, fine)

    @cached_property
    def too_early(self) -> Moment | None:
        """The last "fine" from this phone, if it came so late that it answers no check-in."""
        last = next((m for m in self.moments if m.kind == Kind.FINE and m.by_id == self.staff.pk), None)
        return last if last and self.next_check_in and timing.call_left_by(self.visit, last) else None

    @cached_property
    def heard_by(self) -> dt.datetime | None:
        """When somebody is told if nothing is heard of this visitor, from the plan and the policy alone."""
        visit, rules = self.visit, self.visit.rules
        if rules is None:
            return None
        late = [visit.return_at + timing.minutes(rules.overdue_grace_minutes)] if visit.return_at else []
        if self.phase == Phase.READY and visit.depart_at:
            late.append(visit.depart_at + timing.minutes(rules.departure_grace_minutes))
        if self.next_check_in:
            late.append(self.next_check_in + timing.minutes(rules.checkin_answer_minutes))
        if self.phase == Phase.WAITING and self.wait_ends_at:
            late.append(self.wait_ends_at)
        ahead = [at for at in late if at > self.now]
        return min(ahead, default=None) if self.is_out or self.phase == Phase.READY else None

    @cached_property
    def to_ring(self) -> list[tuple[str, Staff]]:
        """Whom to ring besides the office: who makes the check-in calls, and who is responsible out of hours."""
        if not (self.is_out or self.phase == Phase.READY):
            return []
        named = {
            "check-in": self.visit.checkin_colleague,
            "responsible contact": self.visit.responsible_contact,
        }
        found = {person: part for part, person in named.items() if person and person.mobile}
        return [(part, person) for person, part in found.items() if person != self.staff]

    @property
    def texts_to(self) -> tuple[str, str] | None:
        """The number that a visitor may text to, as a phone and as a person reads it; None where there is none."""
        account = account_of(self.staff) if self.is_out or self.phase == Phase.READY or self.home_by else None
        return (
            (account.reply_number, written(account.reply_number))
            if account and account.reply_number
            else None
        )

    @property
    def texts_need_pin(self) -> bool:
        """Whether what they text needs their PIN."""
        return wants_pin(self.visit, self.staff)

    @property
    def help_at(self) -> dt.datetime | None:
        """When help was asked for, until they say that they are fine or back."""
        for said in self.moments:
            if said.kind in {Kind.FINE, Kind.BACK}:
                return None
            if said.kind == Kind.HELP:
                return said.recorded_at
        return None

    @cached_property
    def position_with(self) -> str:
        """What this phone's browser is asked to tell its place with, now and once: help, or arriving; "" for nothing."""
        rules, since = self.visit.rules, self.now - POSITION_FOR
        asked = [
            (Position.When.HELP, self.help_at, rules and rules.position_with_help),
            (Position.When.ARRIVED, self.visit.arrived_at, rules and rules.position_on_arrival),
        ]
        may = {Position.When.HELP: self.may_ask_help, Position.When.ARRIVED: self.is_out}
        due = [(what, at) for what, at, allowed in asked if allowed and at and at > since and may[what]]
        for what, at in due:
            if not self.me.positions.filter(sent_with=what, received_at__gte=at).exists():
                return str(what)
        return ""

    @property
    def companions(self) -> list[Attendee]:
        """Everybody else of the party."""
        return [a for a in self.visit.party if a.pk != self.me.pk]

    @property
    def awaited(self) -> list[Attendee]:
        """The others of whom nobody has said yet that they are back."""
        return [a for a in self.companions if not (a.back_at or a.claimed_back_at)]

    @property
    def together(self) -> str:
        """How to speak for everybody who is still out; nothing for somebody alone."""
        others = len(self.awaited)
        return (
            "" if not others else "We are together, both fine" if others == 1 else "We are together, all fine"
        )

    @cached_property
    def look(self) -> ArrivalLook | None:
        """What was seen on arriving, if somebody looked round."""
        return last_look(self.visit)

    @cached_property
    def looks_first(self) -> bool:
        """Whether the look round is what comes next: at the door, asked for, and not done."""
        at_door = self.phase in {Phase.ON_THE_WAY, Phase.AT_THE_DOOR, Phase.WAITING} and self.visit.arrived_at
        return bool(
            at_door and not self.visit.outcome and not self.look and look_strength(self.visit) != Strength.OFF
        )

    @property
    def maps_url(self) -> str:
        return MAPS + quote(self.visit.postcode) if self.visit.postcode else ""

    @cached_property
    def warnings(self) -> list[dict[str, str]]:
        """The home's warnings that still stand, each with its icon; the nearest words first."""
        home = self.visit.household
        if home is None:
            return []
        kinds = home.warnings.filter(ended_at=None)
        listed = [{"icon": WARNING_ICONS[HouseholdWarning.Kind(w.kind)], "text": w.note} for w in kinds]
        if home.entrance == home.Entrance.SHARED:
            listed.append({"icon": "ear", "text": "Shared entrance: do not say there why you came."})
        if home.circumstances:
            listed.append({"icon": "info", "text": home.circumstances})
        return listed

    @cached_property
    def to_see(self) -> list[str]:
        """Whom to see, with their language: "Maria Novak, mother (speaks Polish, interpreter needed)"."""
        listed = [_with_language(link) for link in self.visit.to_see.select_related("contact")]
        return listed or list(filter(None, [self.visit.to_see_text]))

    @cached_property
    def reminders(self) -> list[dict[str, Any]]:
        """The policy's reminders for this phase, by their moments; what is ticked stands in the checklist."""
        wanted = REMINDERS.get(self.phase, ())
        found = [item for item in guidance(self.visit, *wanted) if not item.is_check] if wanted else []
        groups = [
            {"title": Moments(moment).label, "items": [item for item in found if item.moment == moment]}
            for moment in wanted
        ]
        return [group for group in groups if group["items"]]

    @cached_property
    def briefing(self) -> Briefed | None:
        """What this visitor reads and confirms before leaving, where the policy asks for it (TC-141)."""
        return of_visitor(self.visit, self.staff) if self.phase == Phase.READY else None

    @property
    def threats(self) -> list[GuidanceItem]:
        """What the policy says for when something goes wrong."""
        return guidance(self.visit, "threat")

    @cached_property
    def onward(self) -> list[Visit]:
        """The logged visits later today in which this visitor goes as well: the next legs of a round."""
        if not self.is_out:
            return []
        mine = Visit.objects.filter(attendees__staff=self.staff, state=State.LOGGED).exclude(pk=self.visit.pk)
        return [
            v
            for v in mine.order_by("depart_at")
            if v.depart_at and london_day(v.depart_at) == london_day(self.now)
        ]


def _with_language(link: ContactLink) -> str:
    contact = link.contact
    told = [f"speaks {contact.language}"] if contact.language and contact.language != "English" else []
    told += ["interpreter needed"] if contact.interpreter_needed else []
    return f"{link} ({', '.join(told)})" if told else str(link)


def all_reminders(visit: Visit) -> list[tuple[str, list[GuidanceItem]]]:
    """Every reminder of the policy that fits this visit, by its moment."""
    moments = [
        Moments(moment) for moment in ("prepare", "depart", "arrive", "home", "threat", "leave", "after")
    ]
    found = guidance(visit, *moments)
    grouped = [(str(at.label), [item for item in found if item.moment == at]) for at in moments]
    return [(title, items) for title, items in grouped if items]


def help_while_out(staff: Staff) -> str:
    """The page for when something goes wrong, of the visit that somebody is out on; "" for everybody else. One query."""
    mine = Attendee.objects.filter(staff=staff, back_at=None, claimed_back_at=None)
    ref = mine.filter(visit__state=State.IN_PROGRESS).values_list("visit__ref", flat=True).first()
    return reverse("out_help", args=[ref]) if ref else ""
