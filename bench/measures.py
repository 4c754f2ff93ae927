"""One round of each measurement of bench.timers: ours, then the peers on the same deadlines."""

import time
from collections.abc import Callable
from dataclasses import dataclass

import psutil
import psycopg
from django.db import connection

from bench.house import House, Pairs, half, latest
from bench.peers import STARTING, celerys, eta_rate, jobs_rate, killed, procrastinates
from homevisits.escalation.sweep import _page, sweep
from tests.chaos.ledger import Ledger, ask, one, wait_until
from tests.chaos.seeding import people_out
from tests.chaos.world import Process, World

# One round: by the figure's key, ours and the peer's.
Round = dict[str, tuple[float, float]]

OURS = "SELECT d.due_at, a.opened_at FROM visits_visitdeadline d JOIN visits_visitalarm a ON a.deadline_id = d.id"
SENT = (
    "SELECT a.due_at, n.sent_at FROM visits_visitalarm a JOIN notices_notice n ON n.alarm = a.uuid "
    "WHERE n.channel = 'email' AND n.sent_at IS NOT NULL"
)
# Recorded once on a machine of this kind (healthchecks 4.3), and the claim on the same machine.
CLAIM = 38_536.0
FIRED, FIRST, LAST, LIGHT_HALF, LIGHT_LATEST = 59.3, 39.8, 174.0, 1.12, 1.99
# The tables of the claim: a deadline that goes on to its next step, and a message for each step, never twice.
CLAIMS = 40_000
OUTBOX = (
    "CREATE TABLE outbox (id bigserial PRIMARY KEY, due bigint REFERENCES due, step int, body text, "
    "state text DEFAULT 'queued', next_try_at timestamptz DEFAULT statement_timestamp(), UNIQUE (due, step))"
)
CLAIMED = (
    "CREATE TABLE due (id bigserial PRIMARY KEY, next_at timestamptz, step int DEFAULT 0, state text DEFAULT 'live')",
    OUTBOX,
    "CREATE INDEX ON outbox (next_try_at) WHERE state = 'queued'",
    f"INSERT INTO due (next_at) SELECT statement_timestamp() - interval '1 s' FROM generate_series(1, {CLAIMS})",
    "CREATE INDEX ON due (next_at) WHERE state = 'live'",
    "ANALYZE due",
)


def sweepers(w: World, how: str) -> list[Process]:
    """Ours with the sentinel alone, or with Celery's beat alone."""
    if how == "sentinel":
        started = [w.manage("sentinel")]
        w.up("sentinel")
    else:
        started = [w.worker(), w.beat()]
        w.up("celery")
    return started


@dataclass(frozen=True)
class Fired:
    """What became of our deadlines."""

    pairs: Pairs
    sent: Pairs
    account: Ledger


def ours(house: House, how: str, number: int, seconds: float, kills: int = 0) -> Fired:
    """With kills, two sentinels: one of them and the sender are killed in turn."""
    with house.world(f"ours_{how}") as w:
        victims = sweepers(w, how)
        if kills and how == "sentinel":
            w.manage("sentinel", name="second")
        victims = [victims[0], w.manage("sender")]
        w.people_out(number, seconds=seconds, seed=1)
        with w.kept_up(*victims):
            killed(victims if how == "sentinel" else victims[:1], kills, seconds)
            account = w.ledger(latest=None, told_by=None, repeats=kills, patience=60)
        return Fired(ask(OURS), ask(SENT), account)


def lateness(house: House) -> Round:
    """P4, P5: a light load."""
    number, seconds = house.many(200), house.long(30.0)
    mine, beat = ours(house, "sentinel", number, seconds), ours(house, "celery", number, seconds)
    jobs, eta = procrastinates(house, number, seconds), celerys(house, number, seconds)
    slower = CLAIM / claims(house)
    return {
        "P4 half": (half(mine.sent), LIGHT_HALF * slower),
        "P4 latest": (latest(mine.sent), LIGHT_LATEST * slower),
        "P5": (half(mine.pairs), half(beat.pairs)),
        "half, procrastinate": (half(mine.pairs), half(jobs.pairs)),
        "half, Celery ETA": (half(mine.pairs), half(eta.pairs)),
    }


def kill(house: House) -> Round:
    """P6, P8: kill -9 every two or three seconds. Lost are alarms, and notices for people who were to be told."""
    number, seconds = house.many(200), house.long(30.0)
    kills = int(seconds // 3)
    mine, beat = (ours(house, how, number, seconds, kills) for how in ("sentinel", "celery"))
    jobs, eta = (run(house, number, seconds, kills) for run in (procrastinates, celerys))
    lost = (mine.account.lost + mine.account.notices_lost) / kills
    return {
        "P6": (latest(mine.pairs), latest(beat.pairs)),
        "P8": (lost, 1.53),
        "lost, procrastinate": (lost, jobs.lost / kills),
        "lost, Celery ETA": (lost, eta.lost / kills),
        "doubled, procrastinate": (doubled(mine) / kills, jobs.twice / kills),
        "doubled, Celery ETA": (doubled(mine) / kills, eta.twice / kills),
    }


def doubled(mine: Fired) -> int:
    return mine.account.doubled + mine.account.notices_doubled


def bulk(house: House) -> Round:
    """P1, P2, P3: ten thousand due at one moment. A small run's times are compared in proportion."""
    number, few = house.many(10_000), house.many(2000)
    claim, rate = claims(house), _fired_rate(house, number)
    with house.world("bulk") as w:
        for name in ("sentinel", "second"):
            w.manage("sentinel", name=name)
        w.manage("sender")
        w.up("sentinel")
        people_out(number, seconds=0.0, starting=6.0, seed=1)
        wait_until(f"SELECT count(*) >= {number} FROM visits_visitalarm", 600)
        wait_until(
            "SELECT count(*) > 0 FROM notices_notice WHERE channel = 'email' AND sent_at IS NOT NULL", 60
        )
        last, first = latest(ask(OURS)), min((sent - due).total_seconds() for due, sent in ask(SENT))
    slower = CLAIM / claim * number / 10_000
    return {
        "P1": (rate, FIRED * claim / CLAIM),
        "P1 stretch": (rate, claim),
        "P2": (first, FIRST * slower),
        "P3": (last, LAST * slower),
        "rate, procrastinate": (rate, jobs_rate(house, few)),
        "rate, Celery ETA": (rate, eta_rate(house, few)),
    }


def _fired_rate(house: House, number: int) -> float:
    """Deadlines fired for a CPU-second of one sentinel and PostgreSQL: alarm, events and notices with each."""
    with house.world("rate") as w:
        sentinel = psutil.Process(w.manage("sentinel").process.pid)
        w.up("sentinel")
        people_out(number, seconds=0.0, starting=6.0, seed=1)
        before = house.cpu(sentinel)
        wait_until(f"SELECT count(*) >= {number} FROM visits_visitalarm", 600)
        return number / (house.cpu(sentinel) - before)


def claims(house: House) -> float:
    """The calibrator: rows for a CPU-second of one statement that claims and queues a message, 500 at a time."""
    url = house.database("bench_claim")
    with psycopg.connect(url, autocommit=True) as line:
        for statement in CLAIMED:
            line.execute(statement)
        before = house.cpu()
        while line.execute(
            "WITH c AS (UPDATE due SET step = step + 1, next_at = next_at + interval '10 min' WHERE id IN "
            "(SELECT id FROM due WHERE state = 'live' AND next_at <= statement_timestamp() ORDER BY next_at "
            "LIMIT 500 FOR UPDATE SKIP LOCKED) RETURNING id, step) INSERT INTO outbox (due, step, body) "
            "SELECT id, step, 'Alarm: C-' || id || ' has not come back' FROM c"
        ).rowcount:
            pass
        return CLAIMS / max(house.cpu() - before, 0.01)


def redis(house: House) -> Round:
    """P7: Valkey gone for half a minute."""
    found = [_without_redis(house, how) for how in ("sentinel", "celery")]
    return {"P7": (found[0], found[1])}


def _without_redis(house: House, how: str) -> float:
    away = house.long(30.0)
    with house.world(f"redis_{how}") as w:
        kept = sweepers(w, how)
        w.manage("sender")
        w.people_out(house.many(300), seconds=away + 5, seed=1)
        assert house.valkey.process is not None
        with w.kept_up(*kept):
            house.valkey.process.kill()
            house.valkey.process.wait()
            time.sleep(away)
            house.valkey.start()
            w.ledger(latest=None, told_by=None, patience=90)
        return latest(ask(OURS))


def sender(house: House) -> Round:
    """P16: notices sent for a CPU-second, to a sink and by SMTP; a job that does nothing."""
    job = jobs_rate(house, house.many(2000), "nothing")
    sink, smtp = _sent_rate(house, "--settings", "bench.sink"), _sent_rate(house)
    return {"P16": (sink, job), "P16 SMTP": (smtp, job)}


def _sent_rate(house: House, *options: str) -> float:
    with house.world("sender") as w:
        people_out(house.many(1000), seconds=0.0, starting=0.0, seed=1)
        sweep("bench")
        waiting = one("SELECT count(*) FROM notices_notice WHERE state = 'queued'")
        ask("UPDATE notices_notice SET next_try_at = app_now() + interval '1 h'")
        process = psutil.Process(w.manage("sender", *options).process.pid)
        time.sleep(STARTING)
        before = house.cpu(process)
        ask("UPDATE notices_notice SET next_try_at = app_now()")
        wait_until("SELECT count(*) = 0 FROM notices_notice WHERE state IN ('queued', 'sending')", 300)
        return float(waiting / (house.cpu(process) - before))


def idle(house: House) -> Round:
    """P17: nothing due."""
    found = [_idle(house, how) for how in ("ours", "celery")]
    return {"P17": (found[0], found[1])}


def _idle(house: House, how: str) -> float:
    seconds = house.long(20.0)
    with house.world(f"idle_{how}") as w:
        started = [w.manage("sentinel"), w.manage("sender")] if how == "ours" else [w.worker(), w.beat()]
        w.up("sentinel" if how == "ours" else "celery")
        time.sleep(5)
        processes = [psutil.Process(p.process.pid) for p in started]
        broker = house.broker if how == "celery" else None
        before = house.cpu(*processes, broker)
        time.sleep(seconds)
        return (house.cpu(*processes, broker) - before) / seconds * 100


def tick(house: House) -> Round:
    """P18: an empty look over 200,000 deadlines that are not due."""
    with house.world("tick"):
        people_out(20, seconds=1.0, starting=36_000)
        with connection.cursor() as cursor:
            cursor.execute("SET session_replication_role = replica")
            cursor.execute(
                "INSERT INTO visits_visitdeadline (visit_id, kind, is_safety, due_at, next_at, state, created_at, "
                "nudges_left, nudge_minutes) SELECT (SELECT min(id) FROM visits_visit), 'x' || n, true, "
                "app_now() + interval '2 h', app_now() + interval '2 h', 'live', app_now(), 0, 0 "
                "FROM generate_series(1, %s) n",
                [house.many(200_000)],
            )
            cursor.execute("SET session_replication_role = origin")
            cursor.execute("ANALYZE")
        bare = "SELECT id FROM visits_visitdeadline WHERE state = 'live' AND next_at <= app_now() LIMIT 500"
        look, claim = in_turn(lambda: _page(200), lambda: ask(bare))
        (whole,) = in_turn(lambda: sweep("bench"))
    return {"P18": (look, claim), "P18 ms": (look, 1.0), "whole sweep": (whole, claim)}


def in_turn(*acts: Callable[[], object], times: int = 200) -> list[float]:
    """The median milliseconds of each, one after the other again and again."""
    taken: list[list[float]] = [[] for _ in acts]
    for _ in range(times):
        for place, act in enumerate(acts):
            began = time.perf_counter()
            act()
            taken[place].append((time.perf_counter() - began) * 1000)
    return [sorted(each)[times // 2] for each in taken]


MEASURES: dict[str, Callable[[House], Round]] = {
    "lateness": lateness,
    "kill": kill,
    "bulk": bulk,
    "redis": redis,
    "sender": sender,
    "idle": idle,
    "tick": tick,
}
