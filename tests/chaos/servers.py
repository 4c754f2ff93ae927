"""How a server dies: killed with all its children, cut off at once, emptied; and somebody else's transactions."""

import contextlib
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import psutil
import psycopg
from django.db import connection

from homevisits.local.servers import Postgres, Valkey
from tests.chaos.world import World
from tests.running import database_url


def kill_postgres(postgres: Postgres) -> None:
    """kill -9 of the postmaster and of every backend; nothing gets to write a last word."""
    assert postgres.process is not None
    with contextlib.suppress(psutil.NoSuchProcess):
        family = psutil.Process(postgres.process.pid)
        for each in [family, *family.children(recursive=True)]:
            with contextlib.suppress(psutil.NoSuchProcess):
                each.kill()
    postgres.process.wait()


def stop_at_once(postgres: Postgres) -> None:
    """An immediate shutdown: sessions are cut, the next start recovers."""
    assert postgres.process is not None
    postgres.process.send_signal(signal.SIGQUIT)
    postgres.process.wait()


def kill_valkey(valkey: Valkey) -> None:
    assert valkey.process is not None
    valkey.process.kill()
    valkey.process.wait()


@contextmanager
def meanwhile(sql: str, *, hold: float, every: float) -> Iterator[None]:
    """Somebody else's transactions beside the sweep: each says `sql` and stays open for a while."""
    stop = threading.Event()

    def disturb() -> None:
        while not stop.is_set():
            with psycopg.connect(database_url()) as other:
                other.execute(sql)
                stop.wait(hold)
                other.rollback()
            stop.wait(every)

    thread = threading.Thread(target=disturb)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def copied(w: World) -> str:
    """A copy of the scenario's database as it is now; its name. Nobody looks on while it is made."""
    name = str(connection.settings_dict["NAME"])
    connection.close()
    w.eye.close()
    with psycopg.connect(database_url("postgres"), autocommit=True) as server:
        server.execute(f"DROP DATABASE IF EXISTS {name}_copy WITH (FORCE)")
        server.execute(f"CREATE DATABASE {name}_copy TEMPLATE {name}")
    w.eye.open()
    return f"{name}_copy"
