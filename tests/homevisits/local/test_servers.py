"""The embedded servers: real ones, started, killed and started again."""

import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import textwrap
import time
from pathlib import Path

import psutil
import psycopg
import pytest
import redis
from django.conf import settings

from homevisits.local import places
from homevisits.local.datafolder import FolderBusy, claimed, emptied, keys
from homevisits.local.servers import Postgres, ServerError, Valkey

STARTER = """
    import sys, time
    from pathlib import Path
    from homevisits.local.servers import Postgres, Valkey
    folder = Path(sys.argv[1])
    servers = Postgres(folder / "postgres", durable=False), Valkey(folder / "valkey")
    for server in servers:
        server.start()
    print(*(server.process.pid for server in servers), flush=True)
    time.sleep(600)
"""


@pytest.fixture
def postgres(folder):
    server = Postgres(folder / "postgres", durable=False)
    server.start()
    yield server
    server.stop()


def query(server, statement, database="homevisits"):
    with psycopg.connect(server.url(database), autocommit=True) as connection:
        cursor = connection.execute(statement)
        return cursor.fetchall() if cursor.description else None


def wait_until_gone(pids, seconds=15):
    until = time.monotonic() + seconds
    while any(psutil.pid_exists(pid) for pid in pids) and time.monotonic() < until:
        time.sleep(0.1)
    return [pid for pid in pids if psutil.pid_exists(pid)]


def test_postgres_keeps_rows_over_a_restart(postgres):
    postgres.make_database()
    query(postgres, "CREATE TABLE kept AS SELECT 42 AS number")
    postgres.stop()
    postgres.start()
    postgres.make_database()
    assert query(postgres, "SELECT number FROM kept") == [(42,)]


def test_postgres_makes_a_database_anew_only_when_asked(postgres):
    postgres.make_database()
    query(postgres, "CREATE TABLE kept AS SELECT 42 AS number")
    postgres.make_database(anew=True)
    assert query(postgres, "SELECT count(*) FROM pg_tables WHERE tablename = 'kept'") == [(0,)]


def test_postgres_leaves_the_mode_of_a_private_parent_alone(folder, postgres):
    assert stat.S_IMODE(folder.parent.stat().st_mode) == 0o700
    assert query(postgres, "SELECT 1", "postgres") == [(1,)]


def test_postgres_listens_on_no_port(postgres):
    assert query(postgres, "SHOW listen_addresses", "postgres") == [("",)]


def test_postgres_throws_a_half_made_cluster_away(folder):
    server = Postgres(folder / "postgres", durable=False)
    half = places.home(folder / "postgres") / "cluster.half"
    half.mkdir()
    (half / "PG_VERSION").write_text("18\n")
    server.start()
    try:
        assert query(server, "SELECT 1", "postgres") == [(1,)]
    finally:
        server.stop()


def test_postgres_ends_a_server_that_its_starter_left_behind(folder, postgres):
    second = Postgres(folder / "postgres", durable=False)
    second.start()
    try:
        assert postgres.process.wait(15) == 0
        assert query(second, "SELECT 1", "postgres") == [(1,)]
    finally:
        second.stop()


def test_postgres_that_cannot_start_says_why(folder, postgres):
    postgres.stop()
    postgres.cluster.joinpath("PG_VERSION").write_text("9\n")
    with pytest.raises(ServerError, match="not compatible"):
        postgres.start()


def test_data_moves_out_when_its_parent_becomes_private():
    parent = Path(tempfile.mkdtemp())
    parent.chmod(0o755)
    server = Postgres(parent / "data" / "postgres", durable=False)
    try:
        server.start()
        query(server, "CREATE TABLE kept AS SELECT 42 AS number", "postgres")
        server.stop()
        parent.chmod(0o700)
        server.start()
        assert query(server, "SELECT number FROM kept", "postgres") == [(42,)]
    finally:
        server.stop()
        emptied(parent / "data")
        shutil.rmtree(parent)


def test_a_long_path_still_gets_a_socket(folder):
    server = Valkey(folder / ("long" * 30))
    server.start()
    try:
        assert redis.from_url(server.url()).ping() is True
    finally:
        server.stop()


def test_valkey_is_private_and_keeps_nothing(folder):
    server = Valkey(folder / "valkey")
    server.start()
    redis.from_url(server.url()).set("tick", "1")
    assert stat.S_IMODE(server.socket.parent.stat().st_mode) == 0o700
    server.stop()
    server.start()
    try:
        assert redis.from_url(server.url()).get("tick") is None
    finally:
        server.stop()


def test_servers_end_when_their_starter_is_killed(folder):
    starter = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(STARTER), str(folder)],
        cwd=settings.BASE_DIR,
        stdout=subprocess.PIPE,
        text=True,
    )
    pids = [int(pid) for pid in starter.stdout.readline().split()]
    assert len(pids) == 2
    starter.send_signal(signal.SIGKILL)
    starter.communicate()
    assert wait_until_gone(pids) == []


def test_a_folder_is_held_by_one_at_a_time(folder):
    with claimed(folder), pytest.raises(FolderBusy, match="already running"), claimed(folder):
        pass
    with claimed(folder):
        pass


def test_keys_are_made_once_and_only_their_owner_reads_them(folder):
    first = keys(folder)
    assert keys(folder) == first
    assert sorted(first) == ["FIELD_KEY", "SECRET_KEY", "VAPID_PRIVATE_KEY"]
    # A folder of an earlier release gets the keys that are new, and keeps its own
    (folder / "keys.json").write_text('{"FIELD_KEY": "old"}')
    assert keys(folder)["FIELD_KEY"] == "old"
    assert sorted(keys(folder)) == sorted(first)
    assert stat.S_IMODE((folder / "keys.json").stat().st_mode) == 0o600


def test_a_fresh_start_deletes_everything_but_the_lock_that_is_held(folder):
    far = folder.parent / "far"
    far.mkdir()
    (folder / "postgres").mkdir()
    (folder / "postgres" / "elsewhere").write_text(f"{far}\n")
    keys(folder)
    with claimed(folder):
        emptied(folder)
        assert [path.name for path in folder.iterdir()] == ["lock"]
    assert not far.exists()


def test_without_database_url_a_command_says_what_to_do():
    bare = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    done = subprocess.run(
        [sys.executable, "manage.py", "migrate"],
        cwd=settings.BASE_DIR,
        env=bare | {"DJANGO_SETTINGS_MODULE": "homevisits.settings"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "DATABASE_URL is not set" in done.stderr
    assert "Traceback" not in done.stderr
