"""Servers that die: Valkey emptied, killed, away; PostgreSQL stopped under load; locks and old snapshots."""

import contextlib
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psutil
import psycopg
import redis
from django.db import connection

from homevisits.local.servers import Postgres
from tests.chaos.ledger import Ledger, one
from tests.chaos.scenarios import scenario
from tests.chaos.seeding import people_out
from tests.chaos.world import World, run
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


@scenario("valkey", "Valkey flushed, killed, away, back", "R4", "P7")
def valkey(w: World) -> Ledger:
    away = w.many(30, 3)
    _, _, worker, beat = w.watched(celery=True)
    people_out(w.many(600, 40), seconds=away + 12.0, seed=20)
    assert w.valkey is not None
    with w.kept_up(worker, beat):
        for _ in range(3):
            time.sleep(1)
            redis.Redis.from_url(w.valkey.url()).flushall()
        assert w.valkey.process is not None
        w.valkey.process.kill()
        w.valkey.process.wait()
        time.sleep(away)
        w.valkey.start()
        found = w.ledger(patience=60)
        swept = "SELECT count(*) FROM escalation_heartbeat WHERE name = 'celery' AND beat_at > app_now() - interval '5 s'"
        came_back = any(one(swept) or time.sleep(1) for _ in range(60))
    found.must(came_back, "Celery did not sweep again within a minute")
    found.notes.append(f"away for {away} s")
    return found


@scenario("postgres", "PostgreSQL stopped at once under load, and started again", "R6")
def postgres(w: World) -> Ledger:
    times = w.many(5, 1)
    kept = w.watched(celery=True)
    people_out(w.many(600, 40), seconds=times * 8.0, seed=21)
    assert w.postgres is not None
    back: list[float] = []
    with w.kept_up(*kept):
        for _ in range(times):
            time.sleep(2 + w.rng.random() * 2)
            stop_at_once(w.postgres)
            connection.close()
            time.sleep(2)
            w.postgres.start()
            began = time.monotonic()
            one("SELECT 1")
            back.append(time.monotonic() - began)
        found = w.ledger(patience=60)
    found.notes.append(f"{times} times down for 2 s")
    return found


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


@scenario("locks", "A migration's lock on the alarms for two seconds, again and again", "R19")
def locks(w: World) -> Ledger:
    w.watched()
    people_out(w.many(400, 30), seconds=w.many(40, 5), seed=22)
    with meanwhile("LOCK TABLE visits_visitalarm IN ACCESS EXCLUSIVE MODE", hold=2, every=3):
        return w.ledger(patience=60)


@scenario("snapshot", "A report that keeps an old snapshot open for as long as it lasts", "R19")
def snapshot(w: World) -> Ledger:
    w.watched()
    people_out(w.many(1000, 40), seconds=w.many(40, 4), seed=23)
    sql = "SET idle_in_transaction_session_timeout = 0; BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM visits_visit"
    with meanwhile(sql, hold=600, every=0):
        return w.ledger(patience=60)


@scenario("restore", "A backup of seconds ago put back, and everything started again", "R21")
def restore(w: World) -> Ledger:
    """What was due since fires from the copy; what it sends carries the word that it may be a repeat."""
    running = w.watched()
    people_out(w.many(200, 20), seconds=12.0, seed=24)
    time.sleep(5)
    for process in running:
        process.end()
    copy = copied(w)
    for process in running:
        process.start()
    time.sleep(6)
    for process in running:
        process.kill()
    w.env["DATABASE_URL"] = w.env["DATABASE_URL"].replace(str(connection.settings_dict["NAME"]), copy)
    connection.close()
    connection.settings_dict["NAME"] = copy
    assert run([sys.executable, "manage.py", "restored"], w.env) == 0
    w.watched()
    found = w.ledger(patience=60)
    told = one("SELECT count(*) FROM notices_notice WHERE key LIKE 'restored:%%' AND state = 'sent'")
    found.must(told, "nobody was told that a copy was put back")
    marked = sum("This is a repeat" in str(message.get_payload()) for message in w.mail.messages)
    found.must(marked, "no message says that it may be a repeat")
    found.notes.append(f"{marked} e-mails say that they may be a repeat")
    return found


def copied(w: World) -> str:
    """A copy of the scenario's database as it is now; its name."""
    name = str(connection.settings_dict["NAME"])
    connection.close()
    assert w.postgres is not None
    with psycopg.connect(w.postgres.url("postgres"), autocommit=True) as server:
        server.execute(f"DROP DATABASE IF EXISTS {name}_copy WITH (FORCE)")
        server.execute(f"CREATE DATABASE {name}_copy TEMPLATE {name}")
    return f"{name}_copy"
