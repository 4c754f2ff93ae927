"""A visit that does not return: an alarm and a notice within a second, whichever process is left."""

import datetime as dt
from functools import partial

import pytest
from django.test import Client

from homevisits.clock import from_local
from homevisits.escalation.models import Heartbeat
from homevisits.notices.models import Notice
from tests.cast import Cast
from tests.clock import Clock
from tests.factories.visits import out
from tests.running import Running, running, wait_for  # noqa: F401  (a fixture)
from visits.models import Visit, VisitAlarm

pytestmark = pytest.mark.django_db(transaction=True)
DUE = dt.timedelta(minutes=70)  # back by 10:55, fifteen minutes' grace in every preset


@pytest.fixture
def visit(cast: Cast, clock: Clock) -> Visit:
    """Out since a Thursday at ten, with the clock running; all checks given."""
    ten = from_local(dt.date(2026, 11, 26), dt.time(10))
    clock.advance(seconds=(ten - clock.now).total_seconds())
    visit = out(cast)
    visit.deadlines.exclude(kind="return").update(state="met", settled_at=clock.now)
    return visit


def overdue(visit: Visit) -> VisitAlarm | None:
    return VisitAlarm.objects.filter(visit=visit, kind="overdue").first()


def just_before(visit: Visit, clock: Clock, seconds: float) -> None:
    due_at = visit.deadlines.get(kind="return", state="live").due_at
    clock.advance(seconds=(due_at - clock.now).total_seconds() - seconds)


def has_beaten(name: str) -> bool:
    return Heartbeat.objects.filter(name=name).exists()


@pytest.mark.clause("TC-119", "CS-091")
def test_sentinel_alone_raises_the_alarm_within_a_second(
    cast: Cast,
    visit: Visit,
    clock: Clock,
    running: Running,  # noqa: F811
) -> None:
    running.manage("sentinel", REDIS_URL="redis://127.0.0.1:1/0")
    wait_for(partial(has_beaten, "sentinel"))
    just_before(visit, clock, 1)
    wait_for(partial(overdue, visit))
    alarm = VisitAlarm.objects.get(visit=visit, kind="overdue")
    assert (alarm.opened_at - alarm.due_at).total_seconds() < 1
    told = Notice.objects.filter(alarm=alarm.uuid, channel="in_app")
    assert [notice.recipient for notice in told] == [cast.office]


@pytest.mark.clause("TC-119")
def test_board_alone_raises_the_alarm_with_its_poll(
    cast: Cast, visit: Visit, clock: Clock, client: Client
) -> None:
    clock.advance(seconds=DUE.total_seconds())
    client.force_login(cast.office)
    reply = client.get("/board/rows/")
    alarm = overdue(visit)
    assert alarm is not None
    assert f'data-alarm="{alarm.uuid}"' in reply.content.decode()
    wait_for(lambda: Notice.objects.filter(alarm=alarm.uuid, channel="email", state="sent").exists())
