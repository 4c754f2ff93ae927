"""Clocks: both change nights, a wrong clock on machine and phone, a database's clock that jumps, an outage."""

import datetime as dt
import time
import uuid
from dataclasses import replace

from homevisits.clock import NoSuchLocalTime, app_now, from_local
from homevisits.escalation import signs
from homevisits.escalation.sweep import sweep
from homevisits.people.models import DeskDuty
from homevisits.trusts.models import LadderStep
from tests.cast import build_cast
from tests.chaos.ledger import Ledger, ask, one
from tests.chaos.phone import Phone, lead, refs
from tests.chaos.scenarios import scenario
from tests.chaos.scenarios.checking_in import served
from tests.chaos.seeding import EVER
from tests.chaos.world import World
from tests.clock import Clock
from tests.factories import visits as make
from visits.models import Visit

HOUR = dt.timedelta(hours=1)
AT_NIGHT = {"ooh_necessary": "The parent works by day.", "ooh_no_alternative": "There is no other time."}
MOMENT = dt.timedelta(milliseconds=1)
# What a school's wall shows, and the instant that it means, worked out by hand. Autumn: the hour from one to
# two comes twice, and means the first time. Spring: it does not come at all.
AUTUMN = {
    "2026-10-25 00:50": "2026-10-24 23:50",
    "2026-10-25 01:00": "2026-10-25 00:00",
    "2026-10-25 01:30": "2026-10-25 00:30",
    "2026-10-25 02:00": "2026-10-25 02:00",
    "2026-10-25 03:10": "2026-10-25 03:10",
}
SPRING = {
    "2027-03-28 00:50": "2027-03-28 00:50",
    "2027-03-28 01:00": None,
    "2027-03-28 01:30": None,
    "2027-03-28 02:00": "2027-03-28 01:00",
    "2027-03-28 03:10": "2027-03-28 02:10",
}


def running_from(at: dt.datetime) -> Clock:
    """app_now() goes on from this instant at its usual pace."""
    clock = Clock()
    clock.advance(seconds=(at - app_now()).total_seconds())
    return clock


def utc(wall: str) -> dt.datetime:
    return dt.datetime.fromisoformat(wall).replace(tzinfo=dt.UTC)


def night(w: World, walls: dict[str, str | None], change: str) -> Ledger:
    """Rows in real processes over the change; then visits walked from wall times, judged to the thousandth."""
    w.watched()
    running_from(utc(change) - dt.timedelta(seconds=w.many(15, 5)))
    w.people_out(w.many(600, 20), seconds=w.many(40, 8), starting=1.0, seed=40)
    found = w.ledger(latest=0.5, told_by=5)
    found.must(any(d.at < utc(change) for d in w.history.due.values()), "no deadline lay before the change")
    found.must(any(d.at > utc(change) for d in w.history.due.values()), "no deadline lay behind the change")
    for process in w.running:
        process.kill()
    for wall, instant in walls.items():
        _walked(found, dt.datetime.fromisoformat(wall), instant)
    found.notes.append(f"{len(walls)} times of the wall")
    return found


def _walked(found: Ledger, wall: dt.datetime, instant: str | None) -> None:
    """A visit whose plan says this on the wall: refused, or due by the policy's minutes and not a moment apart."""
    try:
        back = from_local(wall.date(), wall.time())
    except NoSuchLocalTime:
        found.must(instant is None, f"{wall} was refused")
        return
    if instant is None or back != utc(instant):
        found.must(False, f"{wall} on the wall was taken for {back}, not for {instant}")
        return
    clock = Clock()
    clock.set(back - HOUR)
    cast = build_cast("three_counties")
    visit = make.out(cast, return_at=back, end_at=back - dt.timedelta(minutes=15), **AT_NIGHT)
    DeskDuty.objects.create(
        school=cast.school, staff=cast.office, set_by=cast.head, during=(app_now() - EVER, app_now() + EVER)
    )
    deadline = visit.deadlines.get(kind="return", state="live")
    grace = dt.timedelta(minutes=visit.rules.overdue_grace_minutes)
    found.must(deadline.due_at == utc(instant) + grace, f"{wall}: due at {deadline.due_at}")
    _climbs(found, clock, visit, utc(instant) + grace)


def _climbs(found: Ledger, clock: Clock, visit: Visit, due: dt.datetime) -> None:
    """A thousandth of a second before each step of the ladder nobody is told; at its time they are."""
    steps = LadderStep.objects.filter(policy=visit.rules, ladder="safety")
    for number, step in enumerate(steps, start=1):
        at = due + dt.timedelta(minutes=step.after_minutes)
        for instant, reached in ((at - MOMENT, number - 1), (at, number)):
            clock.set(instant)
            sweep("night")
            alarm = visit.alarms.filter(deadline__kind="return").first()
            rung = alarm.rung if alarm else 0
            found.must(rung == reached, f"{due}: step {rung} at {instant}, not {reached}")


@scenario("autumn", "The night of 25 October 2026, as the clocks go back", "R11", "promise 4")
def autumn(w: World) -> Ledger:
    return night(w, AUTUMN, "2026-10-25 01:00")


@scenario("spring", "The night of 28 March 2027, as the clocks go forward", "R11", "promise 4")
def spring(w: World) -> Ledger:
    return night(w, SPRING, "2027-03-28 01:00")


@scenario("machine-clock", "The clocks of sweepers, sender, web and phone an hour wrong", "R12")
def machine_clock(w: World) -> Ledger:
    """Only PostgreSQL's clock decides; what a phone says of its time is kept as a claim beside the receipt."""
    first = Ledger()
    for wrong in (3600, -3600):
        w.manage("sentinel", name=f"sentinel{wrong:+}", wrong_by=wrong)
    w.manage("sender", wrong_by=3600)
    _, port = served(w, first, wrong_by=-3600)
    w.up("sentinel")
    w.people_out(w.many(400, 20), seconds=w.many(30, 3), seed=41)
    phone, ref, claims = Phone(lead(), port), refs(1)[0], {}
    for hours in (-1, 1):
        claims[key := uuid.uuid4()] = said_at = app_now() + hours * HOUR
        first.must(phone.say(ref, key, said_at=said_at.isoformat()).status == 302, "a check-in was not taken")
    found = w.ledger(latest=0.5, told_by=2)
    found.faults += first.faults
    rows = ask("SELECT key, said_at, recorded_at FROM visits_moment WHERE key = ANY(%s)", list(claims))
    found.must(len(rows) == len(claims), "a check-in is gone")
    for key, said_at, recorded_at in rows:
        believed = claims[key] if claims[key] < recorded_at else recorded_at
        found.must(said_at == believed, f"the phone said {claims[key]}, kept is {said_at}")
        found.must(abs(app_now() - recorded_at) < HOUR / 12, f"recorded at {recorded_at}, by a wrong clock")
    return found


@scenario("database-clock", "The database's clock jumps an hour on, and an hour back", "R13")
def database_clock(w: World) -> Ledger:
    """What is due in the next seconds fires in the next seconds, not an hour later; and the jump is told."""
    first, clock = Ledger(), Clock()
    w.watched()
    w.people_out(w.many(100, 10), seconds=4.0, starting=3606.0, seed=42)
    w.up("sentinel")
    clock.advance(hours=1)
    w.history.due = {k: replace(due, moment=due.moment - 3600) for k, due in w.history.due.items()}
    _must_tell(first, "forward")
    time.sleep(12)
    w.people_out(w.many(100, 10), seconds=6.0, starting=6.0, seed=43)
    time.sleep(4)
    clock.advance(hours=-1)
    _must_tell(first, "back")
    found = _by_a_clock_put_back(w)
    clock.restore()
    found.faults += first.faults
    found.notes += first.notes
    return found


def _by_a_clock_put_back(w: World) -> Ledger:
    """The account while the database's clock shows an hour ago: only moments of the machine's clock count."""
    last = max(due.moment for due in w.history.due.values())
    time.sleep(max(last - time.monotonic(), 0) + 5)
    return w.ledger(latest=5, told_by=30, patience=60)


def _must_tell(found: Ledger, way: str) -> None:
    """Within half a minute every board says that the clock jumped, and which way."""
    began = time.monotonic()
    while f"jumped {way}" not in signs.read().trouble and time.monotonic() - began < 60:
        time.sleep(0.2)
    took = time.monotonic() - began
    found.must(took <= 30, f"it took {took:.0f} s to say that the clock jumped {way}")
    found.notes.append(f"a jump {way} was told after {took:.1f} s")


@scenario("outage", "Forty minutes in which nothing runs, over three steps of the ladder", "R10")
def outage(w: World) -> Ledger:
    """Each step counts from the first due time; on recovery each is told once, in order, and says how late it is."""
    w.people_out(w.many(40, 5), seconds=1.0, starting=0.2, seed=44)
    time.sleep(1.5)
    Clock().advance(minutes=41)  # and one: between two repeats of the last step
    w.watched()
    began = time.monotonic()
    found = w.ledger(latest=None, told_by=None)
    took = max(letter.taken_at for letter in w.mail.messages) - began
    found.must(took <= 5 + w.margin, f"the last message went {took:.1f} s after the sentinel was back")
    found.notes.append(f"all told {max(took, 0):.1f} s after recovery")
    steps = ask(
        "SELECT visit_id, array_agg((detail->>'rung')::int ORDER BY number) FROM visits_visitevent "
        "WHERE kind IN ('rung_told', 'rung_skipped') GROUP BY 1"
    )
    whole = one(
        "SELECT count(*) FROM trusts_ladderstep s JOIN visits_visit v ON v.policy_id = s.policy_id "
        "WHERE s.ladder = 'safety' AND v.id = (SELECT min(id) FROM visits_visit)"
    )
    found.must(len(steps) == found.due, f"{len(steps)} of {found.due} climbed")
    in_order = all(told == list(range(1, whole + 1)) for _, told in steps)
    found.must(in_order, "steps were left out, doubled or out of order")
    late = one(
        "SELECT count(*) FROM notices_notice WHERE alarm IS NOT NULL AND body NOT LIKE '%%minutes late%%' "
        "AND split_part(key, ':', 2) ~ '^[0-9]+$'"
    )
    found.must(late == 0, f"{late} notices do not say how late they are")
    drift = one(
        "SELECT count(*) FROM visits_visitalarm "
        "WHERE mod(round(extract(epoch FROM next_at - due_at))::int, 60) <> 0"
    )
    found.must(drift == 0, f"{drift} alarms drifted from their first due time")
    return found
