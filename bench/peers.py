"""The same deadlines as jobs of procrastinate and as Celery's ETA tasks, whose escalation is one row."""

import asyncio
import datetime as dt
import random
import time
from dataclasses import dataclass

import procrastinate
import psutil

from bench.house import House, Pairs
from tests.chaos.ledger import ask, wait_until
from tests.chaos.world import Process, World

TABLE = "CREATE TABLE peer_alarm (id bigserial, number bigint, opened_at timestamptz)"
CELERY = [
    "-m",
    "celery",
    "-A",
    "bench.peer_celery",
    "worker",
    "-c",
    "2",
    "--loglevel",
    "ERROR",
]
PATIENCE = 45
# What is measured for a CPU-second is held back for as long as a process needs to start.
STARTING, LATER = 5.0, 3600.0


@dataclass(frozen=True)
class Ran:
    """What became of a peer's timers."""

    pairs: Pairs
    lost: int
    twice: int


def dues(number: int, seconds: float, starting: float) -> list[dt.datetime]:
    """When each timer is due: the same moments as ours, from the same seed."""
    rng, (now,) = random.Random(1), ask("SELECT statement_timestamp()")[0]
    return [now + dt.timedelta(seconds=starting + rng.random() * seconds) for _ in range(number)]


def killed(victims: list[Process], kills: int, seconds: float) -> None:
    """kill -9 of one after the other, over so many seconds."""
    for number in range(kills):
        time.sleep(seconds / kills)
        victims[number % len(victims)].kill()


def procrastinates(house: House, number: int, seconds: float, kills: int = 0) -> Ran:
    with house.world("procrastinate") as w:
        ask(TABLE)
        at = dues(number, seconds, 6.0)
        asyncio.run(_defer(w.env["DATABASE_URL"], "escalate", at))
        return _ran(w, _procrastinate(w), at, kills, seconds)


def _procrastinate(w: World) -> Process:
    return w.start("procrastinate", "-m", "bench.peer_procrastinate", "worker")


async def _defer(url: str, task: str, at: list[dt.datetime]) -> None:
    """Make procrastinate's tables, and a job for each moment."""
    app = procrastinate.App(connector=procrastinate.PsycopgConnector(conninfo=url))
    async with app.open_async():
        await app.schema_manager.apply_schema_async()
        for place, due in enumerate(at):
            await app.configure_task(task, queue="alarms", schedule_at=due).defer_async(number=place)


def celerys(house: House, number: int, seconds: float, kills: int = 0) -> Ran:
    with house.world("celery_eta") as w:
        ask(TABLE)
        worker = _celery(w)
        at = dues(number, seconds, 4.0)
        _send(at)
        return _ran(w, worker, at, kills, seconds)


def _celery(w: World) -> Process:
    """Celery's worker, once it answers."""
    from bench.peer_celery import app

    app.control.purge()  # what a worker before left behind
    worker = w.start("celery-eta", *CELERY, "--without-gossip", "--without-mingle")
    until = time.monotonic() + PATIENCE
    while not app.control.ping(timeout=1) and time.monotonic() < until:
        pass
    return worker


def _send(at: list[dt.datetime]) -> None:
    from bench.peer_celery import app

    for place, due in enumerate(at):
        app.send_task("escalate", [place], eta=due)


def _ran(w: World, worker: Process, at: list[dt.datetime], kills: int, seconds: float) -> Ran:
    with w.kept_up(worker, after=1.0):
        killed([worker], kills, seconds)
        rest = (max(at) - ask("SELECT statement_timestamp()")[0][0]).total_seconds()
        time.sleep(max(rest, 0))
        wait_until(f"SELECT count(DISTINCT number) >= {len(at)} FROM peer_alarm", PATIENCE)
    ran = ask("SELECT number, min(opened_at), count(*) FROM peer_alarm GROUP BY number")
    pairs = [(at[number], opened) for number, opened, _ in ran]
    return Ran(pairs, len(at) - len(ran), sum(count - 1 for _, _, count in ran))


def jobs_rate(house: House, number: int, task: str = "escalate") -> float:
    """procrastinate's jobs for a CPU-second of its worker and PostgreSQL; all of them become due once it runs."""
    done = "SELECT count(*) = 0 FROM procrastinate_jobs WHERE status IN ('todo', 'doing')"
    with house.world("procrastinate") as w:
        ask(TABLE)
        asyncio.run(_defer(w.env["DATABASE_URL"], task, dues(number, 0.0, LATER)))
        worker = psutil.Process(_procrastinate(w).process.pid)
        time.sleep(STARTING)
        before = house.cpu(worker)
        ask("UPDATE procrastinate_jobs SET scheduled_at = NULL")
        wait_until(done, 300)
        return number / (house.cpu(worker) - before)


def eta_rate(house: House, number: int) -> float:
    """Celery's ETA tasks for a CPU-second of its worker, Valkey and PostgreSQL; all of them due already."""
    with house.world("celery_eta") as w:
        ask(TABLE)
        worker = _celery(w)
        process = psutil.Process(worker.process.pid)
        before = house.cpu(process, house.broker)
        _send(dues(number, 0.0, 0.0))
        wait_until(f"SELECT count(*) >= {number} FROM peer_alarm", 300)
        return number / (house.cpu(process, house.broker) - before)
