"""The servers of a test run: one for all workers, gone afterwards."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil
import pytest
from django.conf import settings
from django.db import connection

from tests.embedded import PREFIX, sweep_remains

SLEEPER = """
import time
from pathlib import Path


def test_sleeps():
    Path(__file__).with_name("asleep").touch()
    time.sleep(300)
"""


@pytest.mark.django_db
def test_each_worker_has_its_own_database_on_the_one_server():
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    assert connection.settings_dict["NAME"] == "_".join(filter(None, ["test_homevisits", worker]))
    assert settings.REDIS_URL.endswith(f"?db={worker.removeprefix('gw') or 0}")


def remains(pid):
    return list(Path(tempfile.gettempdir()).glob(f"{PREFIX}{pid}-*"))


def wait_for(condition, seconds):
    until = time.monotonic() + seconds
    while not condition() and time.monotonic() < until:
        time.sleep(0.2)
    return condition()


def test_a_run_that_is_ended_leaves_nothing_behind(tmp_path):
    (tmp_path / "test_sleeper.py").write_text(SLEEPER)
    env = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("DATABASE_URL", "REDIS_URL", "PYTEST"))
    }
    command = [sys.executable, "-m", "pytest", "-n0", "-c", "pyproject.toml", "--rootdir", ".", str(tmp_path)]
    run = subprocess.Popen(command, cwd=settings.BASE_DIR, env=env, stdout=subprocess.DEVNULL)
    wait_for(lambda: (tmp_path / "asleep").exists() or run.poll() is not None, 180)
    assert run.poll() is None
    servers = psutil.Process(run.pid).children(recursive=True)
    assert {"postgres", "valkey-server"} <= {server.name() for server in servers}
    assert len(remains(run.pid)) == 1
    run.send_signal(signal.SIGTERM)
    run.wait(60)
    assert psutil.wait_procs(servers, timeout=20)[1] == []
    assert remains(run.pid) == []


def test_the_remains_of_a_killed_run_are_swept_by_the_next(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    (tmp_path / f"{PREFIX}{dead.pid}-x").mkdir()
    (tmp_path / f"{PREFIX}{os.getpid()}-x").mkdir()
    sweep_remains()
    assert [path.name for path in tmp_path.iterdir()] == [f"{PREFIX}{os.getpid()}-x"]
