"""`manage.py demo`: comes up, keeps its data, leaves nothing behind."""

import os
import signal
import socket
import stat
import subprocess
import sys
import time
import urllib.request

import psutil
import psycopg
import pytest
from django.conf import settings

from homevisits.local.servers import Postgres
from homevisits.local.supervisor import Child, running

READY_WITHIN = 120
# What the tests' own settings put into the environment must not reach a demo.
OURS = ("DATABASE_URL", "REDIS_URL", "HOMEVISITS_MODE", "DJANGO_SETTINGS_MODULE")


def free_port():
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        return door.getsockname()[1]


def start_demo(folder, port, *options):
    env = {name: value for name, value in os.environ.items() if name not in OURS}
    return subprocess.Popen(
        [
            sys.executable,
            "manage.py",
            "demo",
            "--port",
            str(port),
            "--data",
            str(folder),
            "--empty",
            *options,
        ],
        cwd=settings.BASE_DIR,
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def read_until(demo, words):
    """What the demo says up to a line that begins with these words."""
    said = []
    until = time.monotonic() + READY_WITHIN
    while time.monotonic() < until and (line := demo.stdout.readline()):
        said.append(line)
        if line.startswith(words):
            return "".join(said)
    raise AssertionError(f"{words!r} was never said, but: {''.join(said)}")


def descendants(demo):
    return psutil.Process(demo.pid).children(recursive=True)


def still_there(processes, seconds=20):
    _, alive = psutil.wait_procs(processes, timeout=seconds)
    return alive


def connect(folder):
    server = Postgres(folder / "postgres")
    server.find()
    return psycopg.connect(server.url(), autocommit=True)


@pytest.fixture
def demo(folder):
    port = free_port()
    demo = start_demo(folder, port)
    demo.port = port
    yield demo
    demo.terminate()
    demo.wait(timeout=60)


def test_demo_comes_up_keeps_its_data_and_leaves_nothing_running(folder, demo):
    said = read_until(demo, "Ctrl-C stops")
    assert f"Ready: http://127.0.0.1:{demo.port}\n" in said
    assert settings.DEMO_PASSWORD in said
    with urllib.request.urlopen(f"http://127.0.0.1:{demo.port}/accounts/login/") as reply:
        assert reply.status == 200
    with connect(folder) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS number")

    second = start_demo(folder, free_port())
    assert "already running" in second.communicate(timeout=60)[0]

    processes = descendants(demo)
    assert len(processes) > 7
    demo.terminate()
    assert "everything is kept" in demo.communicate(timeout=60)[0]
    assert (demo.returncode, still_there(processes)) == (0, [])
    assert stat.S_IMODE(folder.parent.stat().st_mode) == 0o700

    again = start_demo(folder, demo.port)
    try:
        read_until(again, "Ready:")
        with connect(folder) as connection:
            assert connection.execute("SELECT number FROM kept").fetchall() == [(42,)]
        processes = descendants(again)
        again.kill()
        assert still_there(processes) == []
    finally:
        again.kill()
        again.wait()


def test_demo_refuses_a_port_that_is_taken(folder):
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        door.listen()
        port = door.getsockname()[1]
        demo = start_demo(folder, port)
        said = demo.communicate(timeout=60)[0]
    assert (demo.returncode, said) == (
        1,
        f"CommandError: Port {port} is taken by another program. Choose another: manage.py demo --port {port + 1}\n",
    )


def test_supervisor_starts_a_child_again_and_ends_all_at_the_end(tmp_path):
    said = []
    child = Child("sleeper", ["sleep", "60"], env=dict(os.environ), cwd=tmp_path, logs=tmp_path)
    with running([child]):
        first = child.process
        first.send_signal(signal.SIGKILL)
        first.wait()
        until = time.monotonic() + 10
        while child.process is first and time.monotonic() < until:
            child.look(said.append)
            time.sleep(0.05)
        second = child.process
        assert second.poll() is None
    assert second.poll() is not None
    assert [line.startswith("sleeper ended (code -9)") for line in said] == [True]


def test_supervisor_waits_longer_for_a_child_that_keeps_dying(tmp_path):
    child = Child("dies", ["false"], env=dict(os.environ), cwd=tmp_path, logs=tmp_path)
    pauses = []
    with running([child]):
        for _ in range(6):
            child.process.wait()
            child.look(pauses.append)
            pauses[-1] = child.pause
            child.start()
    assert pauses == [2, 4, 8, 16, 30, 30]
