"""How late an alarm opens after its due time, with each of the sweep's callers alone.

    make db, and in another shell: . var/dev/env; .venv/bin/python -m bench.alarm_latency

Needs a database with example data (`manage.py prepare --examples`) and, for Celery, a REDIS_URL.
Prints the median and the largest lateness in seconds for each caller; compare ratios, not seconds.
"""

# ruff: noqa: E402  (Django is set up before its models are imported)
import datetime as dt
import os
import statistics
import subprocess
import sys
import tempfile
import time

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "homevisits.settings")
import django

django.setup()

from homevisits.clock import app_now
from homevisits.escalation.fallback import sweep_if_stale
from visits.models import Visit, VisitAlarm, VisitDeadline

SCHEDULE = os.path.join(tempfile.mkdtemp(), "beat")
MANY = int(os.environ.get("MANY", "20"))
CALLERS = {
    "sentinel": [[sys.executable, "manage.py", "sentinel"]],
    "celery": [
        [sys.executable, "-m", "celery", "-A", "homevisits", "-q", "worker", "-c", "2", "-Q", "celery"],
        [sys.executable, "-m", "celery", "-A", "homevisits", "-q", "beat", "-s", SCHEDULE],
    ],
    "board": [],
}


def arm(visit: Visit, due_at: dt.datetime) -> VisitDeadline:
    """One more safety deadline on a visit that is out."""
    return VisitDeadline.objects.create(
        visit=visit, kind="return", is_safety=True, due_at=due_at, next_at=due_at, created_at=app_now()
    )


def lateness(caller: str) -> list[float]:
    """Seconds from due to opened for many deadlines, one after the other."""
    processes = [subprocess.Popen(command) for command in CALLERS[caller]]
    visit = Visit.objects.filter(state="in_progress").order_by("pk")[0]
    late = []
    try:
        time.sleep(8 if processes else 0)
        for number in range(MANY):
            VisitDeadline.objects.filter(visit=visit, state="live").delete()
            deadline = arm(visit, app_now() + dt.timedelta(seconds=1.1 + number % 7 / 7))
            late.append(_wait(deadline, polls=caller == "board"))
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait()
    return late


def _wait(deadline: VisitDeadline, *, polls: bool) -> float:
    """Until the alarm is there; a board polls every five seconds while the heartbeat is stale."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        alarm = VisitAlarm.objects.filter(deadline=deadline).first()
        if alarm:
            return (alarm.opened_at - alarm.due_at).total_seconds()
        if polls:
            sweep_if_stale()
            time.sleep(5)
        time.sleep(0.05)
    raise TimeoutError("no alarm within a minute")


if __name__ == "__main__":
    for name in sys.argv[1:] or CALLERS:
        found = lateness(name)
        print(f"{name:9} n={len(found)}  median {statistics.median(found):.3f} s  max {max(found):.3f} s")
