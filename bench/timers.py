"""Timers beside their peers on the same deadlines, in one run: how late, what a kill -9 loses, how much for a CPU-second.

    .venv/bin/python -m bench.timers             every measurement, about fifteen minutes
    .venv/bin/python -m bench.timers --small     a tenth, to see that it runs
    .venv/bin/python -m bench.timers lateness    only these: lateness kill bulk redis sender idle tick

Ours is the sentinel (with its alarm, events, ladder and notices); the peers are procrastinate's worker,
Celery's ETA tasks, and our own sweep called by Celery beat alone. Ratios and medians, never one absolute
number: machines drift. Figures of healthchecks (recorded on another day) are scaled by a calibrator, the
one-statement claim, measured in the same run.
"""

import argparse
import datetime as dt
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import psycopg

from homevisits.local.servers import Postgres, Valkey

# Recorded once on a machine of this kind: healthchecks 4.3, and the claim on the same machine.
HEALTHCHECKS = {"fired": 59.3, "first": 39.8, "last": 174.0, "light_p50": 1.12, "light_max": 1.99}
CLAIM = 38_536.0
BASE = "bench_base"


class House:
    """The servers of one run, and a fresh database for each measurement."""

    def __init__(self, folder: Path, *, small: bool) -> None:
        self.folder, self.small = folder, small
        self.postgres, self.valkey = Postgres(folder / "postgres"), Valkey(folder / "valkey")
        self.found: dict[str, float] = {}
        self.rows: list[tuple[str, str, str, str]] = []

    def many(self, number: int) -> int:
        return max(10, number // 10) if self.small else number

    def database(self, name: str) -> str:
        with psycopg.connect(self.postgres.url("postgres"), autocommit=True) as line:
            line.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
            line.execute(f"CREATE DATABASE {name} TEMPLATE {BASE}")
        return self.postgres.url(name)

    def cpu(self, *more: psutil.Process) -> float:
        """CPU seconds used so far by PostgreSQL, living and reaped, and by other processes and their children."""
        assert self.postgres.process is not None
        time.sleep(0.1)
        return sum(_spent(p) for p in (psutil.Process(self.postgres.process.pid), *more))

    def say(self, what: str, ours: str, peer: str, ratio: str = "") -> None:
        self.rows.append((what, ours, peer, ratio))
        print(f"{what:58} {ours:>22} {peer:>30} {ratio:>26}", flush=True)


def _spent(process: psutil.Process) -> float:
    try:
        own = process.cpu_times()
        total = own.user + own.system + own.children_user + own.children_system
        return total + sum(_spent(child) for child in process.children())
    except psutil.NoSuchProcess:
        return 0.0


def late(pairs: list[tuple[dt.datetime, dt.datetime]]) -> tuple[float, float, float]:
    """p50, p95 and the largest lateness in seconds."""
    seconds = sorted((opened - due).total_seconds() for due, opened in pairs)
    return statistics.median(seconds), seconds[int(0.95 * (len(seconds) - 1))], seconds[-1]


def three(seconds: tuple[float, float, float]) -> str:
    return " / ".join(f"{each:.3f}" for each in seconds)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", nargs="*")
    parser.add_argument("--small", action="store_true")
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="home-visits-bench-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        house = House(folder, small=wanted.small)
        house.postgres.start()
        house.valkey.start()
        try:
            house.postgres.make_database(BASE)
            os.environ |= {
                "DATABASE_URL": house.postgres.url(BASE),
                "REDIS_URL": house.valkey.url(),
                "PEER_REDIS_URL": house.valkey.url(5)
                .replace("unix://", "redis+socket://")
                .replace("?db=", "?virtual_host="),
                "DJANGO_SETTINGS_MODULE": "tests.settings",
                "LOG_LEVEL": "ERROR",
            }
            measure(house, wanted.names)
        finally:
            house.valkey.stop()
            house.postgres.stop()


def measure(house: House, names: list[str]) -> None:
    import django

    django.setup()
    from bench.measures import MEASURES
    from tests.chaos.__main__ import prepare

    prepare()
    house.say("what (seconds are p50 / p95 / max)", "ours", "peer", "ratio and target")
    for name, take in MEASURES.items():
        if not names or name in names:
            take(house)


Measure = Callable[[House], None]

if __name__ == "__main__":
    random.seed(2026)
    sys.exit(main())
