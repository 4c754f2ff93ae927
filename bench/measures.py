"""Each measurement of bench.timers: ours and the peers on the same deadlines, one after the other in one run."""

import asyncio
import datetime as dt
import random
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import procrastinate
import psutil
import psycopg
from django.db import connection

from bench.timers import CLAIM, HEALTHCHECKS, House, late, three
from tests.chaos.ledger import ask, one, wait_until
from tests.chaos.seeding import people_out
from tests.chaos.world import Process, World, world

Pairs = list[tuple[dt.datetime, dt.datetime]]
PEER_TABLE = "CREATE TABLE peer_alarm (id bigserial, number bigint, opened_at timestamptz)"
OURS = "SELECT d.due_at, a.opened_at FROM visits_visitdeadline d JOIN visits_visitalarm a ON a.deadline_id = d.id"
SENT = "SELECT a.due_at, n.sent_at FROM visits_visitalarm a JOIN notices_notice n ON n.alarm = a.uuid WHERE n.channel = 'email' AND n.sent_at IS NOT NULL"


@contextmanager
def there(house: House, name: str) -> Iterator[World]:
    """A database of its own and a world on it."""
    url = house.database(f"bench_{name}")
    connection.close()
    connection.settings_dict["NAME"] = f"bench_{name}"
    with world(house.folder / name, seed=1, size=1.0, postgres=house.postgres, valkey=house.valkey) as w:
        w.env["DATABASE_URL"] = url
        yield w
    connection.close()


def dues(number: int, seconds: float, starting: float = 3.0) -> list[dt.datetime]:
    """When each of a peer's timers is due: the same moments as ours, from the same seed."""
    rng, (now,) = random.Random(1), ask("SELECT statement_timestamp()")[0]
    return [now + dt.timedelta(seconds=starting + rng.random() * seconds) for _ in range(number)]


def sweepers(w: World, how: str) -> list[Process]:
    """Ours with the sentinel alone, or with Celery's beat alone."""
    if how == "sentinel":
        started = [w.manage("sentinel")]
        w.up("sentinel")
    else:
        started = [w.worker(), w.beat()]
        w.up("celery")
    return started


def ours(
    house: House, name: str, how: str, number: int, seconds: float, kills: int = 0, two: bool = False
) -> tuple[Pairs, Pairs, int]:
    """(due, opened), (due, first sent) and how many were lost."""
    with there(house, name) as w:
        victims = sweepers(w, how) + ([w.manage("sentinel", name="second")] if two else [])
        w.manage("sender")
        people_out(number, seconds=seconds, seed=1)
        with w.kept_up(*victims):
            killed(w, victims[0], kills, seconds)
            w.ledger(patience=60)
        return ask(OURS), ask(SENT), number - one("SELECT count(*) FROM visits_visitalarm")


def killed(w: World, victim: Process, kills: int, seconds: float) -> None:
    for _ in range(kills):
        time.sleep(seconds / kills)
        victim.kill()


def procrastinates(house: House, number: int, seconds: float, kills: int = 0) -> tuple[Pairs, int, int]:
    """(due, ran), how many never ran, how many ran more than once."""
    with there(house, "procrastinate") as w:
        ask(PEER_TABLE)
        at = dues(number, seconds, starting=6.0)
        asyncio.run(_defer(w.env["DATABASE_URL"], at))
        worker = w.start("procrastinate", sys.executable, "-m", "bench.peer_procrastinate", "worker")
        return _peer(w, worker, at, kills, seconds)


async def _defer(url: str, at: list[dt.datetime]) -> None:
    """Make procrastinate's tables, and a job for each moment."""
    app = procrastinate.App(connector=procrastinate.PsycopgConnector(conninfo=url))
    async with app.open_async():
        await app.schema_manager.apply_schema_async()
        for place, due in enumerate(at):
            await app.configure_task("escalate", queue="alarms", schedule_at=due).defer_async(number=place)


def celerys(house: House, number: int, seconds: float, kills: int = 0) -> tuple[Pairs, int, int]:
    """The same of Celery's ETA tasks."""
    with there(house, "celery_eta") as w:
        ask(PEER_TABLE)
        argv = [
            sys.executable,
            "-m",
            "celery",
            "-A",
            "bench.peer_celery",
            "worker",
            "-c",
            "2",
            "--loglevel",
            "ERROR",
            "--without-gossip",
            "--without-mingle",
        ]
        worker = w.start("celery-eta", *argv)
        from bench.peer_celery import app

        time.sleep(4)
        at = dues(number, seconds, starting=4.0)
        for place, due in enumerate(at):
            app.send_task("escalate", [place], eta=due)
        return _peer(w, worker, at, kills, seconds)


def _peer(
    w: World, worker: Process, at: list[dt.datetime], kills: int, seconds: float
) -> tuple[Pairs, int, int]:
    with w.kept_up(worker, after=1.0):
        killed(w, worker, kills, seconds)
        rest = (max(at) - ask("SELECT statement_timestamp()")[0][0]).total_seconds()
        time.sleep(max(rest, 0))
        wait_until(f"SELECT count(DISTINCT number) >= {len(at)} FROM peer_alarm", 45)
    ran = ask("SELECT number, min(opened_at), count(*) FROM peer_alarm GROUP BY number")
    pairs = [(at[number], opened) for number, opened, _ in ran]
    return pairs, len(at) - len(ran), sum(count - 1 for _, _, count in ran)


def lateness(house: House) -> None:
    """P4, P5: a light load."""
    number, seconds = house.many(400), 60.0 if not house.small else 10.0
    mine, sent, lost = ours(house, "light", "sentinel", number, seconds)
    beat, _, _ = ours(house, "beat", "celery", number, seconds)
    jobs, unrun, twice = procrastinates(house, number, seconds)
    eta, eta_unrun, eta_twice = celerys(house, number, seconds)
    m, b = late(mine), late(beat)
    house.found |= {"beat_p50": b[0], "beat_max": b[2]}
    house.say("P5 due -> fired, beat's sweep each second", three(m), three(b), f"{m[0] / b[0]:.2f} (<= 0.1)")
    house.say(
        "   due -> run, procrastinate",
        three(m),
        f"{three(late(jobs))}, lost {unrun}",
        f"{m[0] / late(jobs)[0]:.3f}",
    )
    house.say(
        "   due -> run, Celery ETA",
        three(m),
        f"{three(late(eta))}, lost {eta_unrun}",
        f"{m[0] / max(late(eta)[0], 1e-4):.1f}",
    )
    s, h = late(sent), HEALTHCHECKS
    house.say(
        "P4 due -> e-mail sent, healthchecks",
        three(s),
        f"{h['light_p50']} / - / {h['light_max']}",
        f"{s[0] / h['light_p50']:.2f} (<= 0.1), {s[2] / h['light_max']:.2f} (<= 0.5)",
    )
    house.say(
        "   lost, doubled (ours 0 by the database's keys)",
        str(lost),
        f"{unrun}+{twice} / {eta_unrun}+{eta_twice}",
    )


def kill(house: House) -> None:
    """P6, P8: kill -9 of a worker every two seconds."""
    number, seconds, kills = house.many(400), 60.0 if not house.small else 10.0, 20 if not house.small else 4
    mine, _, lost = ours(house, "kill", "sentinel", number, seconds, kills, two=True)
    beat, _, _ = ours(house, "kill_beat", "celery", number, seconds, kills)
    jobs, unrun, twice = procrastinates(house, number, seconds, kills)
    eta, eta_unrun, eta_twice = celerys(house, number, seconds, kills)
    m, b = late(mine), late(beat)
    house.say(
        f"P6 {kills} kills, two sentinels; beat's sweep", three(m), three(b), f"{m[2] / b[2]:.2f} (<= 0.15)"
    )
    house.say(
        "P8 lost for each kill: procrastinate",
        f"{lost / kills:.2f}",
        f"{unrun / kills:.2f}, twice {twice / kills:.2f}",
        "0",
    )
    house.say(
        "   lost for each kill: Celery ETA",
        f"{lost / kills:.2f}",
        f"{eta_unrun / kills:.2f}, twice {eta_twice / kills:.2f}",
    )
    house.say(
        "   latest: procrastinate, Celery ETA",
        f"{m[2]:.2f}",
        f"{late(jobs)[2] if jobs else 0:.1f}, {late(eta)[2] if eta else 0:.1f}",
    )


def bulk(house: House) -> None:
    """P1, P2, P3: everything due at one moment; escalations for a CPU-second."""
    number = house.many(5000)
    claim = claims(house)
    with there(house, "bulk") as w:
        sentinel, sender = w.manage("sentinel"), w.manage("sender")
        w.up("sentinel")
        people_out(number, seconds=0.0, starting=6.0, seed=1)
        mine = [psutil.Process(p.process.pid) for p in (sentinel, sender)]
        before = house.cpu(mine[0])
        wait_until(f"SELECT count(*) >= {number} FROM visits_visitalarm", 600)
        spent = house.cpu(mine[0]) - before
        w.ledger(patience=600)
        last = max(late(ask(OURS)))
        first = float(
            one(
                "SELECT extract(epoch FROM min(n.sent_at) - min(a.due_at)) FROM visits_visitalarm a JOIN notices_notice n ON n.alarm = a.uuid WHERE n.channel = 'email'"
            )
        )
    scaled = HEALTHCHECKS["fired"] * claim / CLAIM
    rate = number / spent
    size = number / 10_000
    house.say(
        f"P1 fired for a CPU-second, {number} at once; healthchecks",
        f"{rate:.0f}",
        f"{scaled:.1f} (scaled)",
        f"{rate / scaled:.1f} (>= 20)",
    )
    house.say(
        "   and as a share of the bare claim",
        f"{rate:.0f}",
        f"{claim:.0f}",
        f"{rate / claim:.4f} (stretch 0.05)",
    )
    house.say(
        "P2 first e-mail after, s",
        f"{first:.2f}",
        f"{HEALTHCHECKS['first'] * size:.1f} (for {number})",
        f"{first / (HEALTHCHECKS['first'] * size):.3f} (<= 0.05)",
    )
    house.say(
        "P3 last fired after, s",
        f"{last:.1f}",
        f"{HEALTHCHECKS['last'] * size:.0f} (for {number})",
        f"{last / (HEALTHCHECKS['last'] * size):.3f} (<= 0.05)",
    )
    _peer_rates(house, rate, number)


def _peer_rates(house: House, rate: float, number: int) -> None:
    """Escalations for a CPU-second of the peers, whose escalation is one row."""
    with there(house, "bulk_peer") as w:
        ask(PEER_TABLE)
        asyncio.run(_defer(w.env["DATABASE_URL"], dues(number, 0.0, starting=0.0)))
        worker = w.start("procrastinate", sys.executable, "-m", "bench.peer_procrastinate", "worker")
        process = psutil.Process(worker.process.pid)
        before = house.cpu(process)
        wait_until(f"SELECT count(*) >= {number} FROM peer_alarm", 300)
        jobs = number / (house.cpu(process) - before)
    house.found["procrastinate"] = jobs
    house.say(
        "   escalations for a CPU-second: procrastinate (one row each)",
        f"{rate:.0f}",
        f"{jobs:.0f}",
        f"{rate / jobs:.2f}",
    )


def claims(house: House) -> float:
    """The calibrator: rows for a CPU-second of one statement that claims and passes on, 500 at a time."""
    url = house.database("bench_claim")
    with psycopg.connect(url, autocommit=True) as line:
        line.execute(
            "CREATE TABLE due (id bigserial PRIMARY KEY, at timestamptz, state text DEFAULT 'live'); CREATE TABLE passed (id bigint)"
        )
        line.execute(
            "INSERT INTO due (at) SELECT statement_timestamp() - interval '1 s' FROM generate_series(1, 20000)"
        )
        line.execute("CREATE INDEX ON due (at) WHERE state = 'live'; ANALYZE due")
        before = house.cpu()
        while line.execute(
            "WITH c AS (UPDATE due SET state = 'fired' WHERE id IN (SELECT id FROM due WHERE state = 'live' AND at <= statement_timestamp() "
            "ORDER BY at LIMIT 500 FOR UPDATE SKIP LOCKED) RETURNING id) INSERT INTO passed SELECT id FROM c"
        ).rowcount:
            pass
        return 20_000 / max(house.cpu() - before, 0.01)


def redis(house: House) -> None:
    """P7: Valkey gone for half a minute."""
    number, seconds, away = (
        house.many(300),
        40.0 if not house.small else 12.0,
        30.0 if not house.small else 6.0,
    )
    found = {}
    for how in ("sentinel", "celery"):
        with there(house, f"redis_{how}") as w:
            kept = sweepers(w, how)
            w.manage("sender")
            people_out(number, seconds=seconds, seed=1)
            with w.kept_up(*kept):
                assert house.valkey.process is not None
                house.valkey.process.kill()
                house.valkey.process.wait()
                time.sleep(away)
                house.valkey.start()
                w.ledger(patience=90)
            found[how] = late(ask(OURS))
    m, b = found["sentinel"], found["celery"]
    house.say(
        f"P7 Valkey away for {away:.0f} s; beat's sweep alone",
        three(m),
        three(b),
        f"{m[2] / b[2]:.3f} (<= 0.03)",
    )


def sender(house: House) -> None:
    """P16: notices sent for a CPU-second, to a mail server that answers at once."""
    number = house.many(1000)
    with there(house, "sender") as w:
        people_out(number, seconds=0.0, starting=0.0, seed=1)
        from homevisits.escalation.sweep import sweep

        sweep("bench")
        waiting = one("SELECT count(*) FROM notices_notice WHERE state = 'queued'")
        process = psutil.Process(w.manage("sender").process.pid)
        time.sleep(0.2)
        before = house.cpu(process)
        wait_until("SELECT count(*) = 0 FROM notices_notice WHERE state IN ('queued', 'sending')", 300)
        rate = waiting / (house.cpu(process) - before)
    jobs = house.found.get("procrastinate") or 0.0
    house.say(
        "P16 e-mails sent for a CPU-second; procrastinate's jobs",
        f"{rate:.0f}",
        f"{jobs:.0f}",
        f"{rate / jobs:.2f} (>= 1.0)" if jobs else "run bulk too",
    )


def idle(house: House) -> None:
    """P17: nothing due for half a minute."""
    seconds = 30.0 if not house.small else 8.0
    spent = {}
    for how in ("ours", "celery"):
        with there(house, f"idle_{how}") as w:
            started = [w.manage("sentinel"), w.manage("sender")] if how == "ours" else [w.worker(), w.beat()]
            w.up("sentinel" if how == "ours" else "celery")
            time.sleep(5)
            processes = [psutil.Process(p.process.pid) for p in started]
            processes += (
                [psutil.Process(house.valkey.process.pid)] if how == "celery" and house.valkey.process else []
            )
            before = house.cpu(*processes)
            time.sleep(seconds)
            spent[how] = (house.cpu(*processes) - before) / seconds * 100
    house.say(
        "P17 idle, per cent of a core; Celery's worker and beat",
        f"{spent['ours']:.2f}",
        f"{spent['celery']:.2f}",
        f"{spent['ours'] / spent['celery']:.2f} (<= 1.0)",
    )


def tick(house: House) -> None:
    """P18: an empty sweep over 200,000 deadlines that are not due."""
    number = 200_000 if not house.small else 20_000
    with there(house, "tick"):
        people_out(20, seconds=1.0, starting=36_000)
        with connection.cursor() as cursor:
            cursor.execute("SET session_replication_role = replica")
            cursor.execute(
                "INSERT INTO visits_visitdeadline (visit_id, kind, is_safety, due_at, next_at, state, created_at, nudges_left, nudge_minutes) "
                "SELECT (SELECT min(id) FROM visits_visit), 'x' || n, true, app_now() + interval '2 h', app_now() + interval '2 h', 'live', app_now(), 0, 0 FROM generate_series(1, %s) n",
                [number],
            )
            cursor.execute("SET session_replication_role = origin")
            cursor.execute("ANALYZE")
        from homevisits.escalation.sweep import _page, sweep

        page, whole = median_ms(lambda: _page(200)), median_ms(lambda: sweep("bench"))
        bare = median_ms(
            lambda: ask(
                "SELECT id FROM visits_visitdeadline WHERE state = 'live' AND next_at <= app_now() LIMIT 500"
            )
        )
    house.say(
        f"P18 empty look, {number} not due, ms; one claim's look",
        f"{page:.2f}",
        f"{bare:.2f}",
        f"{page / bare:.1f} (<= 5 and <= 1 ms)",
    )
    house.say("    the whole empty sweep with its heartbeat, ms", f"{whole:.2f}", "")


def median_ms(do: Callable[[], object], times: int = 200) -> float:
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        do()
        taken.append((time.perf_counter() - began) * 1000)
    return sorted(taken)[times // 2]


MEASURES = {
    "lateness": lateness,
    "kill": kill,
    "bulk": bulk,
    "redis": redis,
    "sender": sender,
    "idle": idle,
    "tick": tick,
}
