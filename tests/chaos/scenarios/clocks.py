"""Clocks: both change nights, a wrong clock on the machine, a database's clock that jumps, an outage of forty minutes."""

import shutil
import sys
import time

from django.db import connection

from homevisits.escalation.sweep import sweep
from tests.chaos.ledger import Ledger, account, ask, one
from tests.chaos.scenarios import scenario
from tests.chaos.seeding import people_out
from tests.chaos.world import World
from tests.clock import Clock

# Both at 01:00 UTC: the hour from one to two comes twice, or not at all.
AUTUMN, SPRING = "2026-10-25 00:59:50", "2027-03-28 00:59:50"


def running_from(wall: str) -> Clock:
    """app_now() goes on from this instant, given in UTC, at its usual pace."""
    clock = Clock()
    ahead = one("SELECT extract(epoch FROM %s::timestamptz - statement_timestamp())", f"{wall}+00")
    clock.advance(seconds=float(ahead))
    return clock


def night(w: World, wall: str) -> Ledger:
    """Deadlines before, at and after the change: none moves by a second."""
    w.watched()
    running_from(wall)
    people_out(w.many(600, 40), seconds=w.many(40, 12), starting=1.0, seed=40)
    found = w.ledger()
    crossed = one(
        "SELECT count(*) FROM visits_visitdeadline WHERE date_trunc('hour', due_at) = %s::timestamptz",
        f"{wall[:10]} 01:00+00",
    )
    found.must(crossed, "no deadline lay behind the change")
    return found


@scenario("autumn", "The night of 25 October 2026, as the clocks go back", "R11", "promise 4")
def autumn(w: World) -> Ledger:
    return night(w, AUTUMN)


@scenario("spring", "The night of 28 March 2027, as the clocks go forward", "R11", "promise 4")
def spring(w: World) -> Ledger:
    return night(w, SPRING)


@scenario("machine-clock", "The machine's clock an hour ahead and an hour behind", "R12")
def machine_clock(w: World) -> Ledger:
    """Only PostgreSQL's clock decides, so the sweepers do not notice."""
    found = Ledger()
    faketime = shutil.which("faketime")
    if faketime is None:
        found.must(False, "needs the Debian package faketime: apt-get install faketime")
        return found
    w.env["FAKETIME_DONT_FAKE_MONOTONIC"] = "1"
    for shift in ("+1h", "-1h"):
        w.start(f"sentinel{shift}", faketime, "-f", shift, sys.executable, "manage.py", "sentinel")
    w.start("sender", faketime, "-f", "+1h", sys.executable, "manage.py", "sender")
    w.up("sentinel")
    people_out(w.many(400, 30), seconds=w.many(30, 4), seed=41)
    return w.ledger()


@scenario("database-clock", "The database's clock jumps back an hour, then on", "R13")
def database_clock(w: World) -> Ledger:
    """What is due in the next seconds fires in the next seconds, not an hour later."""
    w.watched()
    people_out(w.many(100, 20), seconds=6.0, starting=6.0, seed=42)
    time.sleep(4)
    clock = Clock()
    clock.advance(hours=-1)
    began = time.monotonic()
    while (
        one("SELECT count(*) FROM visits_visitdeadline WHERE state = 'live'")
        and time.monotonic() - began < 40
    ):
        time.sleep(0.5)
    took = time.monotonic() - began
    clock.advance(hours=2)
    time.sleep(2)
    clock.restore()
    found = account()
    found.early, found.late = 0, []  # measured by a clock that jumped
    found.must(took < 30, f"{found.lost} alarms waited for the clock to come back")
    found.notes.append(
        f"the last fired {max(took - 8, 0):.0f} s after its due time, by a clock that did not jump"
    )
    return found


@scenario("outage", "Forty minutes in which nothing runs, over three steps of the ladder", "R10")
def outage(w: World) -> Ledger:
    """Each step counts from the first due time; on recovery each is told once, in order, and says how late it is."""
    people_out(w.many(40, 5), seconds=1.0, starting=0.2, seed=43)
    time.sleep(1.5)
    Clock().advance(minutes=40)
    sweep("recovery")
    w.manage("sender")
    found = w.ledger()
    found.late = []  # all of them forty minutes, by plan
    steps = ask(
        "SELECT visit_id, array_agg((detail->>'rung')::int ORDER BY number) FROM visits_visitevent WHERE kind IN ('rung_told', 'rung_skipped') GROUP BY 1"
    )
    whole = ask(
        "SELECT count(*) FROM trusts_ladderstep s JOIN visits_visit v ON v.policy_id = s.policy_id WHERE s.ladder = 'safety' AND v.id = (SELECT min(id) FROM visits_visit)"
    )[0][0]
    found.must(len(steps) == found.due, f"{len(steps)} of {found.due} climbed")
    found.must(
        all(told == list(range(1, whole + 1)) for _, told in steps),
        "steps were left out, doubled or out of order",
    )
    late = one(
        "SELECT count(*) FROM notices_notice WHERE alarm IS NOT NULL AND body NOT LIKE '%%minutes late%%' AND key NOT LIKE '%%:down:%%'"
    )
    found.must(late == 0, f"{late} notices do not say how late they are")
    drift = one(
        "SELECT count(*) FROM visits_visitalarm WHERE mod(round(extract(epoch FROM next_at - due_at))::int, 60) <> 0"
    )
    found.must(drift == 0, f"{drift} alarms drifted from their first due time")
    connection.close()
    return found
