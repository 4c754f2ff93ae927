"""Real processes of the product on the test's own database, ended with the test."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest
from django.db import connection

ROOT = Path(__file__).parent.parent
PATIENCE = 20.0


def database_url(name: str = "") -> str:
    """The test's database, for another process; or another one on its server."""
    settings = connection.settings_dict
    name = name or settings["NAME"]
    host, port = str(settings["HOST"] or ""), str(settings["PORT"] or "")
    who = f"{quote(settings['USER'] or '')}:{quote(settings['PASSWORD'] or '')}@" if settings["USER"] else ""
    if host.startswith("/"):
        query = urlencode({"host": host} | ({"port": port} if port else {}))
        return f"postgres://{who}/{name}?{query}"
    return f"postgres://{who}{host}:{port}/{name}"


class Running:
    """Starts processes and ends what is left of them."""

    def __init__(self) -> None:
        self.env = os.environ | {
            "DATABASE_URL": database_url(),
            "DJANGO_SETTINGS_MODULE": "tests.settings",
            "PYTHONPATH": str(ROOT),
        }
        self.processes: list[subprocess.Popen[bytes]] = []

    def manage(self, *argv: str, **env: str) -> "subprocess.Popen[bytes]":
        """`manage.py argv`."""
        return self.start([sys.executable, "manage.py", *argv], **env)

    def python(self, code: str, **env: str) -> "subprocess.Popen[bytes]":
        """A script that has Django set up."""
        return self.start([sys.executable, "-c", f"import django; django.setup()\n{code}"], **env)

    def start(self, argv: list[str], **env: str) -> "subprocess.Popen[bytes]":
        process = subprocess.Popen(argv, cwd=ROOT, env=self.env | env, start_new_session=True)
        self.processes.append(process)
        return process

    def end(self) -> None:
        for process in self.processes:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


@pytest.fixture
def running(transactional_db: None) -> Iterator[Running]:
    """Processes on the database of a test that commits."""
    processes = Running()
    yield processes
    processes.end()


def wait_for(condition: Callable[[], object], seconds: float = PATIENCE) -> float:
    """Wait until something holds; how many seconds it took. Fails when it never does."""
    began = time.monotonic()
    while time.monotonic() - began < seconds:
        if condition():
            return time.monotonic() - began
        time.sleep(0.02)
    pytest.fail(f"not within {seconds} s: {condition}")
