"""Several at once: sweepers beside each other, people who are as quick as one another."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, transaction

from homevisits.clock import app_now
from homevisits.escalation import alarms, canary, signs
from homevisits.escalation.fallback import sweep_if_stale
from homevisits.escalation.sweep import sweep
from homevisits.notices.models import Notice
from homevisits.notices.sending import drain
from homevisits.people.models import Staff
from homevisits.trusts.models import School
from tests.clock import Clock
from tests.escalation_house.models import House, HouseAlarm, HouseDeadline
from tests.factories.trusts import SchoolFactory

pytestmark = pytest.mark.django_db(transaction=True)
Arm = Callable[..., HouseDeadline]


def together(*jobs: Callable[[], Any]) -> list[Any]:
    """Run jobs at the same moment, each on a connection of its own; what each gave or raised."""
    barrier = threading.Barrier(len(jobs))
    results: list[Any] = [None] * len(jobs)

    def run(place: int, job: Callable[[], Any]) -> None:
        try:
            connection.ensure_connection()
            barrier.wait(10)
            results[place] = job()
        except Exception as failure:
            results[place] = failure
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(n, job)) for n, job in enumerate(jobs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


class Holder:
    """Somebody else's transaction that holds a house's lock."""

    def __init__(self, house: House) -> None:
        self.locked, self.release = threading.Event(), threading.Event()
        self.thread = threading.Thread(target=self._hold, args=(house,))

    def _hold(self, house: House) -> None:
        with transaction.atomic():
            House.objects.select_for_update().get(pk=house.pk)
            self.locked.set()
            self.release.wait(20)
        connection.close()

    def __enter__(self) -> "Holder":
        self.thread.start()
        self.locked.wait(10)
        return self

    def __exit__(self, *args: object) -> None:
        self.release.set()
        self.thread.join()


@pytest.fixture
def houses(house: House, office: Staff) -> list[House]:
    """Twelve more, over four schools, so that chains are locked across batches."""
    schools: list[School] = [SchoolFactory(trust=house.school.trust) for _ in range(4)]
    ladder = [[0, [office.pk]]]
    return [House.objects.create(school=schools[n % 4], name=f"House {n}", ladder=ladder) for n in range(12)]


def test_sweepers_at_once_fire_each_deadline_once(houses: list[House], due: Arm) -> None:
    for one in houses:
        for kind in ("return", "check_in", "wait"):
            due(-1, kind, of=one)
    swept = together(*[lambda: sweep("test")] * 4)
    left = sweep("test")
    assert sum(s.fired for s in swept) + left.fired == 36
    assert sum(s.faults for s in swept) == 0
    assert (HouseAlarm.objects.count(), Notice.objects.count()) == (36, 72)
    assert HouseDeadline.objects.filter(state="live").count() == 0


def test_subject_in_somebody_elses_hands_is_taken_by_the_next_sweep(
    house: House, houses: list[House], due: Arm
) -> None:
    due(-1)
    due(-1, of=houses[0])
    with Holder(house):
        swept = sweep("test")
        assert (swept.fired, swept.skipped, swept.is_complete) == (1, 1, True)
    assert sweep("test").fired == 1


def test_sweeper_passes_over_what_another_holds_instead_of_waiting(
    house: House, houses: list[House], due: Arm, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without its limit on waiting it would stand behind the other until that one lets go."""
    monkeypatch.setattr("homevisits.escalation.sweep.LIMITS", "SELECT 1")
    due(-1)
    due(-1, of=houses[0])
    with Holder(house) as holder:
        assert sweep("test").fired == 1
        assert holder.thread.is_alive()


def test_chain_in_somebody_elses_hands_is_no_fault(house: House, due: Arm) -> None:
    due(-1)
    sweep("test")
    due(-1, "wait")
    swept = holding("SELECT 1 FROM audit_chainhead FOR UPDATE", lambda: sweep("test"))
    assert (swept.fired, swept.skipped, swept.faults) == (0, 1, 0)
    assert sweep("test").fired == 1


def test_row_that_stays_busy_becomes_an_alarm(
    house: House, due: Arm, monkeypatch: pytest.MonkeyPatch
) -> None:
    def waits(deadline: HouseDeadline, *, now: object) -> None:
        connection.cursor().execute("SELECT pg_advisory_xact_lock(7)")

    monkeypatch.setattr("homevisits.escalation.sweep.BUSY_FOR", 0.3)
    due(-1)
    monkeypatch.setattr(HouseDeadline, "note_fired", waits)
    first, second = holding("SELECT pg_advisory_xact_lock(7)", lambda: (sweep("test"), sweep("test")))
    assert (first.skipped, first.faults, second.faults) == (1, 0, 1)
    assert house.alarms.get().kind == "fault"


def test_row_that_every_sweep_passes_over_is_a_trouble(house: House, due: Arm, clock: Clock) -> None:
    clock.set("2026-11-26 10:00")
    canary.ensure(now=app_now())
    due(0)

    def sweeps() -> list[str]:
        told = []
        for _ in range(2):
            assert sweep("sentinel").skipped == 1
            told.append(signs.read().trouble)
            clock.advance(seconds=16)
        drain(seconds=1)
        return [*told, signs.read().trouble]

    told = holding(f"SELECT 1 FROM {House._meta.db_table} WHERE id = {house.pk} FOR UPDATE", sweeps)
    words = "a timer that ran out {} seconds ago has raised no alarm: ring everybody who is out."
    assert told == ["", words.format(16), words.format(32)]
    assert (sweep("sentinel").fired, signs.read().trouble) == (1, "")


def holding(lock: str, job: Callable[[], Any]) -> Any:
    """Run a job while another session's transaction holds a lock."""
    held, release = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic():
            connection.cursor().execute(lock)
            held.set()
            release.wait(20)
        connection.close()

    thread = threading.Thread(target=hold)
    thread.start()
    held.wait(10)
    try:
        return job()
    finally:
        release.set()
        thread.join()


def test_first_of_two_owners_wins_and_the_other_hears_who(
    house: House, due: Arm, office: Staff, head: Staff
) -> None:
    due(-1)
    sweep("test")
    alarm, now = house.alarms.get(), app_now()
    results = together(*[lambda by=by: alarms.own(alarm=alarm, by=by, now=now) for by in (office, head)])
    (owner,) = [r.owner for r in results if isinstance(r, HouseAlarm)]
    (late,) = [r for r in results if isinstance(r, alarms.TakenAlready)]
    assert late.owner == owner


def test_owner_and_sweeper_at_once_leave_one_order(house: House, due: Arm, office: Staff) -> None:
    """Either the rung was told before somebody took the alarm, or it is not told at all."""
    due(-10)
    HouseAlarm.objects.create(house=house, kind="fire", due_at=app_now(), opened_at=app_now())
    alarm, now = HouseAlarm.objects.get(), app_now()
    together(lambda: alarms.own(alarm=alarm, by=office, now=now), lambda: sweep("test"))
    alarm.refresh_from_db()
    kinds = [e.kind for e in house.events.filter(detail__alarm=str(alarm.uuid))]
    assert alarm.state == "owned"
    assert kinds in (["owned"], ["rung_told", "owned"])


def test_two_people_resolve_at_once_and_one_is_told(
    house: House, due: Arm, office: Staff, head: Staff
) -> None:
    due(-1)
    sweep("test")
    alarm, now = house.alarms.get(), app_now()

    def resolve(by: Staff) -> HouseAlarm:
        return alarms.resolve(alarm=alarm, by=by, outcome="false", resolution="Fine.", now=now)

    results = together(lambda: resolve(office), lambda: resolve(head))
    assert sorted(type(r).__name__ for r in results) == ["HouseAlarm", "ResolvedAlready"]
    assert house.events.filter(kind="resolved").count() == 1


def test_board_sweeps_when_nobody_else_does_and_sends_behind_the_page(house: House, due: Arm) -> None:
    due(-1)
    assert sweep_if_stale() is None
    assert house.alarms.count() == 1
    for thread in threading.enumerate():
        if thread.name.startswith("drain"):
            thread.join(10)
    assert Notice.objects.get(channel="email").state == "sent"


def test_board_leaves_the_sweep_to_those_who_live(house: House, due: Arm) -> None:
    sweep("sentinel")
    due(-1)
    age = sweep_if_stale()
    assert age is not None
    assert house.alarms.count() == 0
