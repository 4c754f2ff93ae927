"""The servers of one run of bench.timers, and a database of its own for each measurement."""

import datetime as dt
import os
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import psycopg

from homevisits.local.servers import Postgres, Valkey

if TYPE_CHECKING:
    from tests.chaos.world import World

BASE = "bench_base"
Pairs = list[tuple[dt.datetime, dt.datetime]]


class House:
    """PostgreSQL and Valkey, and how much of everything: `quick` is a tenth of it."""

    def __init__(self, folder: Path, *, quick: bool) -> None:
        self.folder, self.quick = folder, quick
        self.postgres, self.valkey = Postgres(folder / "postgres"), Valkey(folder / "valkey")
        self.made = 0

    def many(self, number: int) -> int:
        return max(10, number // 10) if self.quick else number

    def long(self, seconds: float) -> float:
        return max(6.0, seconds / 5) if self.quick else seconds

    def database(self, name: str) -> str:
        with psycopg.connect(self.postgres.url("postgres"), autocommit=True) as line:
            line.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
            line.execute(f"CREATE DATABASE {name} TEMPLATE {BASE}")
        return self.postgres.url(name)

    @contextmanager
    def world(self, name: str) -> "Iterator[World]":
        """A database of its own and a world on it."""
        from django.db import connection

        from tests.chaos.world import world

        self.made += 1
        url = self.database(f"bench_{name}")
        connection.close()
        connection.settings_dict["NAME"] = f"bench_{name}"
        folder = self.folder / f"{name}-{self.made}"
        with world(folder, seed=1, size=1.0, margin=0.0, postgres=self.postgres, valkey=self.valkey) as there:
            there.env["DATABASE_URL"] = url
            yield there
        connection.close()

    def cpu(self, *more: "psutil.Process | None") -> float:
        """CPU seconds used so far by PostgreSQL, living and reaped, and by other processes and their children."""
        assert self.postgres.process is not None
        time.sleep(0.1)
        all_of_them = (psutil.Process(self.postgres.process.pid), *more)
        return sum(_spent(process) for process in all_of_them if process)

    @property
    def broker(self) -> "psutil.Process | None":
        return psutil.Process(self.valkey.process.pid) if self.valkey.process else None


def _spent(process: psutil.Process) -> float:
    try:
        own = process.cpu_times()
        total = own.user + own.system + own.children_user + own.children_system
        return float(total + sum(_spent(child) for child in process.children()))
    except psutil.NoSuchProcess:
        return 0.0


@contextmanager
def servers(*, quick: bool) -> Iterator[House]:
    """A house whose servers run, with an empty base database; the environment names them."""
    with tempfile.TemporaryDirectory(prefix="home-visits-bench-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        house = House(folder, quick=quick)
        house.postgres.start()
        house.valkey.start()
        try:
            house.postgres.make_database(BASE)
            broker = house.valkey.url(5)
            os.environ |= {
                "DATABASE_URL": house.postgres.url(BASE),
                "REDIS_URL": house.valkey.url(),
                "PEER_REDIS_URL": broker.replace("unix://", "redis+socket://").replace(
                    "?db=", "?virtual_host="
                ),
                "DJANGO_SETTINGS_MODULE": "tests.settings",
                "LOG_LEVEL": "ERROR",
            }
            yield house
        finally:
            house.valkey.stop()
            house.postgres.stop()


def seconds_late(pairs: Pairs) -> list[float]:
    return [(happened - due).total_seconds() for due, happened in pairs]


def half(pairs: Pairs) -> float:
    """The median lateness in seconds."""
    return statistics.median(seconds_late(pairs))


def latest(pairs: Pairs) -> float:
    return max(seconds_late(pairs))
