"""The timers as real processes: killed, frozen, cut off from the database; nothing is lost or doubled."""

import signal
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from homevisits.escalation import heartbeat
from homevisits.escalation.sweep import sweep
from homevisits.notices.models import Notice
from tests.escalation_house.models import House, HouseAlarm, HouseDeadline
from tests.running import PATIENCE, Running, wait_for

pytestmark = pytest.mark.django_db(transaction=True)
Arm = Callable[..., HouseDeadline]
SECOND = 1 / 60

# Stops in the middle of the sweep's transaction, after the alarm was made.
STOPS_INSIDE = """
import os, signal
from tests.escalation_house.models import HouseAlarm
from homevisits.escalation.sweep import sweep
words = HouseAlarm.words
def stop(self, rung, *, now):
    os.kill(os.getpid(), signal.{signal})
    return words(self, rung, now=now)
HouseAlarm.words = stop
sweep("stopped")
"""


def alarm_of(house: House) -> Callable[[], HouseAlarm | None]:
    return lambda: house.alarms.first()


def sweeping(name: str) -> Callable[[], bool]:
    """Whether a sweeper of this name has completed a cycle since the last question."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM escalation_heartbeat WHERE name = %s", [name])

    def has_beaten() -> bool:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM escalation_heartbeat WHERE name = %s", [name])
            return cursor.fetchone() is not None

    return has_beaten


def lateness(house: House) -> float:
    """Seconds between due and alarm, by the database's clock; bench/alarm_latency.py measures it on a quiet machine."""
    alarm = house.alarms.get()
    return (alarm.opened_at - alarm.due_at).total_seconds()


def test_sentinel_fires_at_the_due_time(house: House, due: Arm, running: Running) -> None:
    running.manage("sentinel")
    wait_for(sweeping("sentinel"))
    due(1.5 * SECOND)
    wait_for(alarm_of(house))
    assert 0 <= lateness(house) < PATIENCE
    assert {n.channel for n in Notice.objects.all()} == {"in_app", "email"}


def test_sentinel_wakes_for_a_deadline_that_moved_forward(house: House, due: Arm, running: Running) -> None:
    due(60)
    running.manage("sentinel")
    wait_for(sweeping("sentinel"))
    due(0.2 * SECOND)
    wait_for(alarm_of(house))
    assert 0 <= lateness(house) < PATIENCE


def test_sentinel_ends_cleanly_when_asked(running: Running, house: House) -> None:
    sentinel = running.manage("sentinel")
    wait_for(sweeping("sentinel"))
    sentinel.send_signal(signal.SIGTERM)
    assert sentinel.wait(5) == 0


def test_sentinel_comes_back_after_the_database_cut_it_off(house: House, due: Arm, running: Running) -> None:
    running.manage("sentinel")
    wait_for(sweeping("sentinel"))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    due(0.5 * SECOND)
    wait_for(alarm_of(house))
    assert 0 <= lateness(house) < PATIENCE


def test_sentinel_sends_urgent_mail_when_no_sender_lives(house: House, due: Arm, running: Running) -> None:
    running.manage("sentinel")
    due(0)
    wait_for(lambda: Notice.objects.filter(channel="email", state="sent").exists())


def test_other_sentinel_goes_on_when_one_is_killed(house: House, due: Arm, running: Running) -> None:
    first, _ = running.manage("sentinel"), running.manage("sentinel")
    wait_for(sweeping("sentinel"))
    due(0.5 * SECOND)
    first.kill()
    first.wait()
    wait_for(alarm_of(house))
    wait_for(sweeping("sentinel"))
    assert (house.alarms.count(), Notice.objects.count()) == (1, 2)


def test_sweeper_killed_inside_the_transaction_loses_and_doubles_nothing(
    house: House, due: Arm, running: Running
) -> None:
    due(-1)
    killed = running.python(STOPS_INSIDE.format(signal="SIGKILL"))
    assert killed.wait(30) == -signal.SIGKILL
    assert house.deadlines.get().state == "live"
    wait_for(lambda: sweep("test").fired)
    assert (house.alarms.count(), Notice.objects.count(), house.events.count()) == (1, 2, 2)


def test_frozen_sweeper_is_replaced_and_writes_nothing_when_it_wakes(
    house: House, due: Arm, running: Running
) -> None:
    due(-1)
    frozen = running.python(STOPS_INSIDE.format(signal="SIGSTOP"))
    wait_for(lambda: Path(f"/proc/{frozen.pid}/stat").read_text().split()[2] == "T")
    assert wait_for(lambda: sweep("test").fired, seconds=5) < 3
    frozen.send_signal(signal.SIGCONT)
    frozen.wait(20)
    assert (house.alarms.count(), Notice.objects.count(), house.events.count()) == (1, 2, 2)


def test_celery_fires_the_deadline(house: House, due: Arm, running: Running) -> None:
    # A schedule kept in memory: SQLite's file of it may be locked for seconds on a busy machine.
    options = ["--beat", "--scheduler", "celery.beat:Scheduler", "--concurrency", "1", "--pool", "solo"]
    quiet = ["--loglevel", "WARNING", "--without-gossip", "--without-mingle"]
    running.start(
        [sys.executable, "-m", "celery", "-A", "homevisits.celery", "worker", *options, *quiet],
        REDIS_URL=settings.REDIS_URL,
    )
    wait_for(sweeping("celery"), seconds=120)
    due(0.5 * SECOND)
    wait_for(alarm_of(house))
    assert 0 <= lateness(house) < PATIENCE
    wait_for(lambda: Notice.objects.filter(channel="email", state="sent").exists())


def test_redis_emptied_and_away_changes_nothing(house: House, due: Arm, running: Running) -> None:
    running.manage("sentinel", REDIS_URL="redis://127.0.0.1:1/0")
    wait_for(sweeping("sentinel"))
    due(0.5 * SECOND)
    wait_for(alarm_of(house))
    assert 0 <= lateness(house) < PATIENCE
    assert not heartbeat.is_stale(heartbeat.age())
