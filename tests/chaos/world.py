"""One scenario's world: a database of its own on a durable server, a mail server, and processes to break."""

import contextlib
import datetime as dt
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
from django.db import connection

from homevisits.local import processes
from homevisits.trusts import pinned
from tests.chaos import seeding
from tests.chaos.eye import LOOKS_EVERY, Eye
from tests.chaos.ledger import Due, History, Ledger, account, one, settle, wait_until
from tests.mailserver import Letterbox, letterbox
from tests.running import ROOT, database_url

if TYPE_CHECKING:
    from homevisits.local.servers import Postgres, Valkey

CELERY = ["-m", "celery", "-A", "homevisits.celery"]
QUIET = ["--loglevel", "ERROR", "--without-gossip", "--without-mingle"]
# A database is copied only while nobody is in it: what a thread that has ended left open is ended too.
LEAVE = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = %s AND state = 'idle'"


class Process:
    """One process that may be killed at any moment and started again."""

    def __init__(self, world: "World", name: str, argv: list[str]) -> None:
        self.world, self.name, self.argv = world, name, argv
        self.start()

    def start(self) -> None:
        with (self.world.folder / f"{self.name}.log").open("ab") as log:
            self.process = processes.spawn(
                self.argv, dies_by=signal.SIGKILL, env=self.world.env, cwd=ROOT, stdout=log, stderr=log
            )

    def kill(self) -> None:
        """kill -9, the whole group: a worker's children too."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def end(self) -> None:
        """Ask it to end, as a deploy does."""
        processes.stop(self.process, signal.SIGTERM, patience=20)

    def freeze(self) -> None:
        os.killpg(self.process.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        os.killpg(self.process.pid, signal.SIGCONT)


class World:
    """What a scenario breaks and what it measures. Everything random comes from `rng`.

    `margin`: seconds that the machine may add to the promised lateness (docs/promises.md).
    """

    def __init__(
        self,
        folder: Path,
        mail: Letterbox,
        *,
        seed: int,
        size: float,
        margin: float,
        postgres: "Postgres | None" = None,
        valkey: "Valkey | None" = None,
    ) -> None:
        self.folder, self.mail, self.size, self.margin = folder, mail, size, margin
        self.postgres, self.valkey = postgres, valkey
        self.rng = random.Random(seed)
        self.running: list[Process] = []
        self.history = History()
        self.eye = Eye(database_url())
        self.env = os.environ | {
            "DATABASE_URL": database_url(),
            "EMAIL_URL": mail.url,
            "DJANGO_SETTINGS_MODULE": "tests.settings",
            "PYTHONPATH": str(ROOT),
            "LOG_LEVEL": "ERROR",
        }

    def many(self, number: int, least: int = 1) -> int:
        """A number of the full size, made smaller in the suite."""
        return max(least, round(number * self.size))

    # Processes.

    def start(self, name: str, *argv: str, wrong_by: float = 0) -> Process:
        """Start a program of Python's; `wrong_by` seconds its clock is wrong."""
        off = ["-m", "tests.chaos.wrong_clock", str(wrong_by)] if wrong_by else []
        process = Process(self, name, [sys.executable, *off, *argv])
        self.running.append(process)
        return process

    def manage(self, command: str, *more: str, name: str = "", wrong_by: float = 0) -> Process:
        return self.start(name or command, "manage.py", command, *more, wrong_by=wrong_by)

    def python(self, name: str, code: str) -> Process:
        return self.start(name, "-c", f"import django; django.setup()\n{code}")

    def watched(self, *, celery: bool = False) -> list[Process]:
        """A sentinel and a sender, and Celery's worker and beat if asked: all of them at work already."""
        started = [self.manage("sentinel"), self.manage("sender")]
        started += [self.worker(), self.beat()] if celery else []
        self.up("sentinel", *(["celery"] if celery else []))
        return started

    def worker(self, name: str = "worker") -> Process:
        return self.start(
            name,
            *CELERY,
            "worker",
            "--concurrency",
            "1",
            "--queues",
            "celery",
            "--hostname",
            f"{name}@%h",
            *QUIET,
        )

    def beat(self) -> Process:
        return self.start(
            "beat",
            *CELERY,
            "beat",
            "--schedule",
            str(self.folder / f"beat-{time.monotonic_ns()}"),
            "--pidfile",
            "",
            "--loglevel",
            "ERROR",
        )

    def web(self, port: int, name: str = "web", wrong_by: float = 0) -> Process:
        return self.start(
            name,
            "-m",
            "gunicorn",
            "homevisits.wsgi:application",
            "--bind",
            f"127.0.0.1:{port}",
            "--workers",
            "2",
            "--threads",
            "4",
            "--no-control-socket",
            "--log-level",
            "error",
            wrong_by=wrong_by,
        )

    def up(self, *sweepers: str, seconds: float = 180) -> None:
        """Wait until each of these has completed a sweep since now: what is due from now on is due for it."""
        began = one("SELECT app_now()")
        for name in sweepers or ("sentinel",):
            swept = (
                f"SELECT count(*) > 0 FROM escalation_heartbeat WHERE name = '{name}' AND beat_at > '{began}'"
            )
            if not wait_until(swept, seconds):
                raise TimeoutError(f"{name} did not sweep within {seconds:.0f} s")

    @contextmanager
    def kept_up(self, *kept: Process, after: float = 0.0) -> Iterator[None]:
        """A supervisor: whatever of these has ended is started again."""
        stop = threading.Event()

        def watch() -> None:
            while not stop.wait(0.05):
                for process in kept:
                    if process.process.poll() is not None:
                        stop.wait(after)
                        process.start()

        thread = threading.Thread(target=watch)
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join()

    def end(self) -> None:
        """End what is left, and give the next scenario its servers back."""
        self.eye.close()
        for process in self.running:
            with contextlib.suppress(ProcessLookupError):
                process.thaw()
            process.kill()
        for server in (self.postgres, self.valkey):
            if server is not None and (server.process is None or server.process.poll() is not None):
                server.start()

    # The account.

    def people_out(self, number: int, **how: float) -> dict[int, dt.datetime]:
        """Visits out, as `seeding.people_out` makes them, and written down here when each is due."""
        dues = seeding.people_out(number, **how)  # type: ignore[arg-type]
        before = time.monotonic()
        now = one("SELECT app_now()")
        here = (before + time.monotonic()) / 2
        self.history.due |= {key: Due(at, here + (at - now).total_seconds()) for key, at in dues.items()}
        return dues

    def ledger(
        self, *, latest: float | None, told_by: float | None, repeats: int = 0, patience: float = 30
    ) -> Ledger:
        """Wait for everything due and everything urgent, then count.

        `latest` and `told_by` are the promised seconds until an alarm and its first message are there;
        `repeats` how many second copies what was broken excuses.
        """
        late = settle(self.history, patience)
        time.sleep(2 * LOOKS_EVERY)
        self.history.seen, self.history.letters = dict(self.eye.seen), list(self.mail.messages)
        found = account(self.history)
        found.faults += late
        found.latest = None if latest is None else latest + self.margin
        found.told_by = None if told_by is None else told_by + self.margin
        found.repeats_allowed = repeats
        return found


@contextmanager
def copy_of(base: str, name: str) -> Iterator[str]:
    """A copy of the database `base`, deleted after the block."""
    connection.close()
    with psycopg.connect(database_url("postgres"), autocommit=True) as server:
        server.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        server.execute(LEAVE, [base])
        server.execute(f"CREATE DATABASE {name} TEMPLATE {base}")
    try:
        yield name
    finally:
        with psycopg.connect(database_url("postgres"), autocommit=True) as server:
            server.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


@contextmanager
def speaking_to(name: str) -> Iterator[None]:
    """Django speaks to another database inside the block."""
    before = connection.settings_dict["NAME"]
    _turn_to(name)
    try:
        yield
    finally:
        _turn_to(before)


def _turn_to(name: str) -> None:
    """Nothing that was read in the one database is known in the other."""
    connection.close()
    connection.settings_dict["NAME"] = name
    pinned._bytes_of.cache_clear()


@contextmanager
def own_database(base: str, name: str) -> Iterator[None]:
    """Both: a copy of `base` to work on and to throw away."""
    with copy_of(base, name), speaking_to(name):
        yield


@contextmanager
def world(folder: Path, **options: object) -> Iterator[World]:
    """A world for the length of a scenario; what is left of it is killed."""
    folder.mkdir(parents=True, exist_ok=True)
    with letterbox() as mail:
        made = World(folder, mail, **options)  # type: ignore[arg-type]
        try:
            yield made
        finally:
            made.end()
            connection.close()


def run(argv: list[str], env: dict[str, str], seconds: float = 60) -> int:
    """A process that ends by itself; its code, negative for the signal that ended it."""
    return subprocess.run(
        argv, cwd=ROOT, env=env, timeout=seconds, capture_output=True, check=False
    ).returncode
