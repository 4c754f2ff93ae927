"""What must hold after each step of the machine (test_machine.py), whoever did what and whatever died."""

import datetime as dt
from collections import Counter
from collections.abc import Callable
from typing import Any, ClassVar

from django.db.models import Max, Prefetch, Q, QuerySet
from hypothesis.stateful import RuleBasedStateMachine, invariant

from homevisits.clock import app_now
from homevisits.notices.models import Notice
from tests.cast import Cast
from tests.clock import Clock
from visits import timing
from visits.models import Attendee, Visit
from visits.safety import WORDS, VisitAlarm, VisitDeadline
from visits.states import State
from visits.story import Moment, VisitEvent

WATCHED = {State.LOGGED, State.IN_PROGRESS}
READS = ("SELECT ", "SAVEPOINT ", "RELEASE ", "ROLLBACK ")
# No preset waits longer than this after a planned time, or between two looks at an alarm.
LONGEST = dt.timedelta(hours=1)
OF_A_WORD = Q(kind="duress") | Q(deadline__kind__in=WORDS)
# Written down here anew: what opens when nothing was heard. One that somebody raised before goes on instead.
OPENS = {
    "departure": "possibly_out",
    "check_in": "missed_check_in",
    "wait": "wait_over",
    "return": "overdue",
    "home_safe": "unheard",
}
ARMED = VisitDeadline.objects.filter(state="live", is_safety=True).exclude(kind__in=WORDS)


class Promised(RuleBasedStateMachine):
    """The promises, asked of the database after every step."""

    cast: Cast
    clock: Clock
    tally: ClassVar[Counter[str]] = Counter()

    def __init__(self) -> None:
        super().__init__()
        self.visits: list[int] = []
        self.climbed: dict[int, tuple[int, int]] = {}
        self.checked = 0
        self.secrets: set[int] = set()
        self.has_changed = True

    @invariant()
    def what_was_promised_holds(self) -> None:
        """Asked after each step that wrote anything, or moved the clock; most are refused."""
        if not self.has_changed:
            return
        self.nobody_is_out_unwatched()
        self.who_is_to_be_called_is_called()
        self.whoever_asked_for_help_has_an_alarm_of_their_own()
        self.states_and_events_agree()
        self.the_chain_is_whole()
        self.alarms_only_climb()
        self.everything_that_fired_is_an_alarm()
        self.everybody_of_a_safe_visit_is_back()
        self.what_was_asked_in_secret_is_an_alarm_of_which_the_party_learns_nothing()
        self.has_changed = False

    def note(self, execute: Callable[..., Any], sql: Any, *rest: Any) -> Any:
        """An execute wrapper: whatever does not only read may have changed something."""
        self.has_changed = self.has_changed or not str(sql).startswith(READS)
        return execute(sql, *rest)

    def open_alarms(self) -> list[VisitAlarm]:
        return list(VisitAlarm.objects.exclude(state="resolved").order_by("pk"))

    def nobody_is_out_unwatched(self) -> None:
        """A deadline at a time that the plan bounds, or an alarm that the engine looks at again; a silent one is none."""
        loud = VisitAlarm.objects.exclude(state="resolved").exclude(OF_A_WORD)
        visits = Visit.objects.filter(pk__in=self.visits, state__in=WATCHED).prefetch_related(
            Prefetch("deadlines", queryset=ARMED), Prefetch("alarms", queryset=loud)
        )
        now = app_now()
        for visit in visits:
            latest = max(visit.return_at or now, now) + LONGEST
            armed = [d for d in visit.deadlines.all() if d.next_at <= d.due_at <= latest]
            climbing = [a for a in visit.alarms.all() if a.next_at and a.next_at <= now + LONGEST]
            assert armed or climbing, f"{visit.state}: nothing watches"
            assert visit.state == State.LOGGED or climbing or any(d.kind == "return" for d in armed)

    def who_is_to_be_called_is_called(self) -> None:
        """By a live deadline, or by the open alarm about that person which it opened: also after one was resolved."""
        out = Visit.objects.filter(pk__in=self.visits, state=State.IN_PROGRESS)
        for visit in out.select_related("school", "policy"):
            live = set(ARMED.filter(visit=visit, kind="check_in").values_list("attendee", flat=True))
            missed = VisitAlarm.objects.unresolved().filter(visit=visit, kind="missed_check_in")
            called = live | set(missed.values_list("attendee", flat=True))
            wanted = {w.extra["attendee"].pk for w in timing.wanted(visit) if w.kind == "check_in"}
            again = timing.repeat_minutes(visit, visit.rules)
            assert not again or wanted <= called, "called no more"

    def whoever_asked_for_help_has_an_alarm_of_their_own(self) -> None:
        asked = Moment.objects.filter(visit__in=self.visits, kind="help").values_list("visit", "attendee")
        told = VisitAlarm.objects.filter(kind="help").values_list("visit", "attendee")
        assert set(asked) <= set(told)

    def states_and_events_agree(self) -> None:
        told = VisitEvent.objects.filter(visit__in=self.visits, detail__has_key="state")
        last = told.order_by("visit", "-number").distinct("visit").values_list("visit", "detail__state")
        assert dict(last) == dict(Visit.objects.filter(pk__in=self.visits).values_list("pk", "state"))

    def the_chain_is_whole(self) -> None:
        links = VisitEvent.objects.filter(chain=f"school:{self.cast.school.pk}")
        new = list(links.filter(number__gt=self.checked).order_by("number"))
        assert [e.number for e in new] == list(range(self.checked + 1, self.checked + len(new) + 1))
        assert all(e.digest == e.expected_digest() for e in new)
        self.checked += len(new)

    def alarms_only_climb(self) -> None:
        for alarm in self.open_alarms():
            assert alarm.next_at is not None
            height = (alarm.rung, alarm.round)
            assert height >= self.climbed.get(alarm.pk, (0, 0))
            self.climbed[alarm.pk] = height

    def everything_that_fired_is_an_alarm(self) -> None:
        fired = VisitDeadline.objects.filter(state="fired", is_safety=True).exclude(kind__in=WORDS)
        assert not self.unheard_of(fired)

    def unheard_of(self, fired: QuerySet[VisitDeadline]) -> list[VisitDeadline]:
        """Those that opened no alarm, and for which none was open about the same people already."""
        return [deadline for deadline in fired.filter(alarm=None) if not self.was_open(deadline)]

    def was_open(self, deadline: VisitDeadline) -> bool:
        at = deadline.settled_at
        same = VisitAlarm.objects.filter(visit=deadline.visit_id, attendee=deadline.attendee_id)
        before = same.filter(kind=OPENS[deadline.kind], opened_at__lte=at)
        return before.filter(Q(resolved_at=None) | Q(resolved_at__gte=at)).exists()

    def everybody_of_a_safe_visit_is_back(self) -> None:
        safe = Visit.objects.filter(pk__in=self.visits, state__in=[State.RETURNED_SAFE, State.RECORDED])
        assert not Attendee.objects.filter(visit__in=safe, back_at=None).exists()

    def what_was_asked_in_secret_is_an_alarm_of_which_the_party_learns_nothing(self) -> None:
        if not self.secrets:
            return
        silent = VisitAlarm.objects.filter(OF_A_WORD)
        waiting = VisitDeadline.objects.filter(state="live", kind__in=WORDS).values_list("visit", flat=True)
        assert self.secrets <= {*silent.values_list("visit", flat=True), *waiting}
        party = [self.cast.teacher, self.cast.colleague]
        assert not Notice.objects.filter(alarm__in=silent.values("uuid"), recipient__in=party).exists()
        for person in party:
            assert not VisitAlarm.visible_to(person).filter(pk__in=silent.values("pk")).exists()

    def written(self) -> int:
        """The newest line of the story."""
        return VisitEvent.objects.aggregate(newest=Max("pk"))["newest"] or 0
