"""Servers that die: Valkey emptied, killed, away; PostgreSQL stopped under load; locks, old snapshots, a restore."""

import sys
import time

import redis
from django.db import connection

from tests.chaos.ledger import Ledger, one, until, wait_until
from tests.chaos.phone import Phone, office, refs
from tests.chaos.scenarios import scenario
from tests.chaos.scenarios.checking_in import saying, served
from tests.chaos.seeding import people_out
from tests.chaos.servers import copied, kill_valkey, meanwhile, stop_at_once
from tests.chaos.world import World, run
from tests.running import database_url

CELERY_SWEEPS = (
    "SELECT count(*) > 0 FROM escalation_heartbeat "
    "WHERE name = 'celery' AND beat_at > app_now() - interval '5 s'"
)
QUEUED = "SELECT count(*) > 0 FROM notices_notice WHERE alarm IS NOT NULL AND state = 'queued'"


@scenario("valkey", "Valkey flushed, restarted, killed, away for a minute, back", "R4", "P7")
def valkey(w: World) -> Ledger:
    """The board is served, and says that it is watched, for as long as the sentinel lives."""
    away, found = w.many(60, 3), Ledger()
    _, _, worker, beat = w.watched(celery=True)
    _, port = served(w, found)
    assert w.valkey is not None
    board = Phone(office(), port)
    w.people_out(w.many(900, 40), seconds=away + 25.0, seed=20)
    with w.kept_up(worker, beat):
        for _ in range(3):
            time.sleep(1)
            redis.Redis.from_url(w.valkey.url()).flushall()
        w.valkey.stop()
        time.sleep(3)
        w.valkey.start()
        time.sleep(3)
        kill_valkey(w.valkey)
        until, ages = time.monotonic() + away, []
        while time.monotonic() < until:
            ages.append(board.get("/board/rows/").age)
            time.sleep(1)
        w.valkey.start()
        ledger = w.ledger(latest=0.5, told_by=2, patience=60)
        ledger.must(wait_until(CELERY_SWEEPS, 60), "Celery did not sweep again within a minute")
    ledger.faults += found.faults
    ledger.must(max(ages) < 15, f"without Valkey the board showed ages up to {max(ages)} s")
    ledger.notes.append(f"away for {away} s")
    return ledger


@scenario("postgres", "PostgreSQL stopped at once under load, for two seconds and for a minute", "R6")
def postgres(w: World) -> Ledger:
    """Five hundred that fell due meanwhile fire within four seconds; each check-in that was taken is there."""
    assert w.postgres is not None
    stretches = [*[2.0] * w.many(5, 1), *([60.0] if w.size >= 1 else [])]
    first = Ledger()
    kept = w.watched(celery=True)
    web, port = served(w, first)
    people_out(50, seconds=1, starting=3600, seed=25)
    spoken_of = refs(50)  # whom the check-ins are about: nobody whose alarm is counted
    w.people_out(w.many(900, 40), seconds=sum(stretches) + 6.0 * len(stretches), seed=21)
    with w.kept_up(*kept, web):
        with saying(port, w.many(600, 20), spoken_of) as said:
            for stretch in stretches:
                time.sleep(2 + w.rng.random() * 2)
                went = time.monotonic()
                stop_at_once(w.postgres)
                connection.close()
                time.sleep(stretch)
                w.postgres.start()
                w.history.away.append((went - 0.5, time.monotonic()))
        found = w.ledger(latest=4, told_by=25, repeats=len(stretches) * 10, patience=60)
    found.faults += first.faults
    found.notes.append(f"{len(stretches)} times down, the longest {max(stretches):.0f} s")
    return said.judge(found)


@scenario("locks", "A migration's lock on the alarms for two seconds, again and again", "R19")
def locks(w: World) -> Ledger:
    w.watched()
    w.people_out(w.many(400, 20), seconds=w.many(40, 4), seed=22)
    with meanwhile("LOCK TABLE visits_visitalarm IN ACCESS EXCLUSIVE MODE", hold=2, every=3):
        return w.ledger(latest=3, told_by=8, patience=60)


@scenario("snapshot", "A report that keeps an old snapshot open for as long as it lasts", "R19")
def snapshot(w: World) -> Ledger:
    w.watched()
    w.people_out(w.many(1000, 20), seconds=w.many(40, 3), seed=23)
    sql = "SET idle_in_transaction_session_timeout = 0; BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM visits_visit"
    with meanwhile(sql, hold=600, every=0):
        return w.ledger(latest=3, told_by=8, patience=60)


@scenario("restore", "A backup of seconds ago put back, and everything started again", "R21")
def restore(w: World) -> Ledger:
    """What was due since fires from the copy; what it sends carries the word that it may be a repeat."""
    running = w.watched()
    w.people_out(w.many(200, 20), seconds=20.0, seed=24)
    sentinel, sender = running
    time.sleep(5)
    sender.end()
    wait_until(QUEUED, 20)  # what the lost database still sends goes again from the copy
    sentinel.end()
    copy = copied(w)
    before = len(w.mail.messages)
    for process in running:
        process.start()
    until(lambda: len(w.mail.messages) > before, 30)
    time.sleep(2)
    for process in running:
        process.kill()
    w.eye.close()
    w.eye.seen.clear()  # of what stood only in the database that was lost
    connection.close()
    connection.settings_dict["NAME"] = copy
    w.env["DATABASE_URL"] = w.eye.url = database_url()
    w.eye.open()
    began = time.monotonic()
    assert run([sys.executable, "manage.py", "restored"], w.env) == 0
    w.watched()
    w.history.away.append((0.0, began))  # what was due before it was put back counts from then
    found = w.ledger(latest=60, told_by=60, repeats=len(w.history.due), patience=60)
    told = one("SELECT count(*) FROM notices_notice WHERE key LIKE 'restored:%%' AND state = 'sent'")
    found.must(told, "nobody was told that a copy was put back")
    found.must(found.repeats, "nothing came twice: the copy was of too late a time to show anything")
    found.notes.append(f"{found.repeats} e-mails came twice, each marked")
    return found
