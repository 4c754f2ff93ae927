"""Watching the watcher: the canary, the clock's watchdog, the ping, the measures, and how fast an alarm went."""

import datetime as dt
import http.server
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from homevisits.audit.models import ClockWatch
from homevisits.audit.watchdog import Watchdog
from homevisits.clock import ahead, app_now
from homevisits.escalation import canary, heartbeat, moved, signs
from homevisits.escalation.management.commands.sentinel import Sentinel
from homevisits.escalation.models import CanaryDeadline
from homevisits.escalation.pace import pace
from homevisits.escalation.pinging import EVERY, Pinger
from homevisits.escalation.registry import alarm_tables
from homevisits.escalation.sweep import sweep
from homevisits.notices.models import Notice, Trial
from homevisits.notices.sending import drain
from tests.clock import Clock
from tests.escalation_house.models import House

HOUR = dt.timedelta(hours=1)


class Ticking:
    """A machine's clock in the test's hands."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def at_ten(clock: Clock) -> Clock:
    clock.set("2026-11-26 10:00")
    return clock


@pytest.fixture
def flying(at_ten: Clock) -> Clock:
    """A canary that has come through once."""
    canary.ensure(now=app_now())
    sweep("sentinel")
    drain(seconds=1)
    return at_ten


def go(clock: Clock, seconds: float, ticking: Ticking) -> None:
    """Time passes for both clocks alike."""
    clock.advance(seconds=seconds)
    ticking.seconds += seconds


# --- The canary ------------------------------------------------------------------------------------


def test_canary_goes_the_whole_way_once_a_minute_and_shows_to_nobody(flying: Clock) -> None:
    flying.advance(seconds=59)
    assert (sweep("sentinel").reminded, Trial.objects.count()) == (0, 1)
    flying.advance(seconds=1)
    assert (sweep("sentinel").reminded, Trial.objects.filter(sent_at=None).count()) == (1, 1)
    drain(seconds=1)
    assert [(t.due_at, t.sent_at) for t in Trial.objects.all()[:1]] == [(app_now(), app_now())]
    assert (CanaryDeadline.objects.count(), Notice.objects.count()) == (1, 0)
    # After a night in which everything stood still it is well again at once
    flying.advance(hours=9, seconds=30)
    assert "no test alarm" in signs.read().trouble
    sweep("sentinel")
    drain(seconds=1)
    assert (signs.read().canary, signs.read().trouble) == (30, "")


@pytest.mark.parametrize("broken", ["sweep", "sender"])
def test_healthz_fails_when_no_canary_has_come_through(flying: Clock, client: Client, broken: str) -> None:
    for _ in range(2):
        flying.advance(seconds=46)
        heartbeat.beat("sentinel")
        if broken == "sender":
            sweep("sentinel")
        else:
            drain(seconds=1)
    reply = client.get("/healthz")
    assert (reply.status_code, reply.json()["status"]) == (
        503,
        "no test alarm has come through for 1 minute: messages may reach nobody.",
    )
    assert reply.json()["heartbeat_age"] == 0


def test_healthz_fails_when_nobody_sends_what_is_urgent(
    at_ten: Clock, client: Client, house: House, due: Any
) -> None:
    due(0)
    sweep("sentinel")
    at_ten.advance(seconds=15)
    heartbeat.beat("sentinel")
    assert client.get("/healthz").json()["oldest_urgent_age"] == 15
    assert client.get("/healthz").status_code == 200
    at_ten.advance(seconds=1)
    reply = client.get("/healthz")
    told = "messages about alarms have been waiting for a sender for 16 seconds: ring people."
    assert (reply.status_code, reply.json()["status"]) == (503, told)
    drain(seconds=1)
    assert client.get("/healthz").status_code == 200


def test_healthz_fails_when_a_message_is_tried_for_two_minutes_and_does_not_go(
    flying: Clock, client: Client, house: House, due: Any
) -> None:
    due(0)
    sweep("sentinel")
    for _ in range(13):
        flying.advance(seconds=10)
        sweep("sentinel")
        Trial.objects.filter(sent_at=None).update(sent_at=app_now())
        Notice.objects.waiting().update(next_try_at=app_now())  # each try fails, and is put off
    reply = client.get("/healthz")
    told = "a message about an alarm has not gone out for 2 minutes: ring people."
    assert (reply.status_code, reply.json()["status"]) == (503, told)


def test_message_about_a_silent_alarm_is_a_trouble_of_no_page(flying: Clock, house: House, due: Any) -> None:
    due(0)
    sweep("sentinel")
    flying.advance(seconds=16)
    assert "waiting for a sender" in signs.read().trouble
    Notice.objects.update(is_private=True)
    assert (signs.read().neglected, signs.read().trouble) == (None, "")


def test_row_that_is_made_when_it_is_due_already_is_no_trouble(flying: Clock, house: House, due: Any) -> None:
    due(-600)
    assert (signs.read().unfired, signs.read().trouble) == (0, "")


def test_canary_that_could_not_be_processed_is_let_out_again(flying: Clock) -> None:
    CanaryDeadline.objects.update(state="fired")
    assert canary.ensure(now=app_now())
    assert not canary.ensure(now=app_now())
    assert sweep("sentinel").reminded == 1


# --- The clock -------------------------------------------------------------------------------------


def test_ticking_clock_is_no_jump(at_ten: Clock) -> None:
    ticking = Ticking()
    dog = Watchdog(ticking)
    for _ in range(3):
        assert dog.look() == dt.timedelta()
        go(at_ten, 4000, ticking)
    assert ClockWatch.objects.get().jumped_at is None


def test_clock_put_back_an_hour_makes_no_alarm_late(at_ten: Clock, house: House, due: Any) -> None:
    ticking, dog = Ticking(), None
    dog = Watchdog(ticking)
    due(10)
    dog.look()
    go(at_ten, 60, ticking)
    dog.look()
    at_ten.advance(hours=-1)
    ticking.seconds += 1
    lead = dog.look()
    assert (dog.is_moved, round(lead.total_seconds())) == (True, 3600)
    # Nine minutes later it is due, whatever the clock says
    go(at_ten, 8.9 * 60, ticking)
    with ahead(dog.look()):
        assert sweep("sentinel").fired == 0
    go(at_ten, 6, ticking)
    with ahead(dog.look()):
        assert (sweep("sentinel").fired, house.alarms.count()) == (1, 1)
        # ... and its messages do not wait for the clock either
        assert drain(seconds=1) > 0
    # When the clock shows again what it had shown, all is as it was, and what waits is looked at once
    go(at_ten, 3600, ticking)
    assert (dog.look(), dog.is_moved) == (dt.timedelta(), True)
    moved.look_at_everything()
    alarm = house.alarms.get()
    assert alarm.next_at <= app_now()


@pytest.mark.parametrize(("hours", "way"), [(-1, "back"), (1, "forward")])
def test_jump_is_told_by_healthz_and_forgotten(at_ten: Clock, client: Client, hours: int, way: str) -> None:
    dog = Watchdog(Ticking())
    dog.look()
    at_ten.advance(hours=hours)
    dog.look()
    heartbeat.beat("sentinel")
    reply = client.get("/healthz")
    told = (
        f"the server's clock jumped {way} by 60 minutes at {10 + hours:02}:00: the times shown may be wrong."
    )
    assert (reply.status_code, reply.json()["status"]) == (503, told)
    at_ten.advance(minutes=11)
    heartbeat.beat("sentinel")
    reply = client.get("/healthz")
    assert (reply.status_code, reply.json()["clock_jumped_by"]) == (200, hours * 3600)


def test_sentinel_that_starts_after_the_clock_was_put_back_notices(at_ten: Clock) -> None:
    Watchdog(Ticking()).look()
    at_ten.advance(minutes=-30)
    assert Watchdog(Ticking()).look() == dt.timedelta(minutes=30)


def test_clock_put_right_again_ends_the_lead(at_ten: Clock) -> None:
    dog = Watchdog(Ticking())
    dog.look()
    at_ten.advance(hours=-1)
    dog.look()
    at_ten.advance(hours=1)
    assert dog.look() == dt.timedelta()


def test_beat_of_a_dead_sweeper_does_not_look_fresh_after_the_clock_was_put_back(at_ten: Clock) -> None:
    heartbeat.beat("sentinel")
    at_ten.advance(hours=-1)
    assert (heartbeat.age(), signs.read().is_stale) == (3600, True)


# --- The outside watcher -------------------------------------------------------------------------------


class Outside(http.server.BaseHTTPRequestHandler):
    pings: list[tuple[str, str]]

    def do_POST(self) -> None:
        words = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.pings.append((self.path, words))
        self.send_response(404 if "nowhere" in self.path else 200)
        self.end_headers()

    def log_message(self, *args: object) -> None:
        """Nothing on the screen."""


@pytest.fixture
def outside() -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """A healthchecks-like watcher on loopback: its address, and what it was told."""
    pings: list[tuple[str, str]] = []
    handler = type("Handler", (Outside,), {"pings": pings})
    with http.server.HTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", pings
        server.shutdown()


def test_outside_watcher_is_pinged_once_a_minute_and_told_what_is_wrong(outside: Any) -> None:
    url, pings = outside
    ticking = Ticking()
    pinger = Pinger(f"{url}/secret/", ticking)
    for trouble in ("", "", "nobody sends them."):
        pinger.ping(trouble=trouble)
        pinger.wait()
        ticking.seconds += EVERY if len(pings) else 0
        pinger.ping(trouble="too soon") if not len(pings) else None
    assert pings == [("/secret", ""), ("/secret", ""), ("/secret/fail", "nobody sends them.")]
    pinger = Pinger(f"{url}/secret", Ticking())
    for _ in range(2):
        pinger.ping(trouble="")
        pinger.wait()
    assert len(pings) == 4  # the second came too soon


@pytest.mark.parametrize("place", ["/nowhere-secret", "gone"])
def test_ping_that_fails_is_logged_without_its_address(
    outside: Any, caplog: pytest.LogCaptureFixture, place: str
) -> None:
    url = f"{outside[0]}{place}" if place != "gone" else "http://127.0.0.1:9/secret"
    pinger = Pinger(url)
    pinger.ping(trouble="")
    pinger.wait()
    assert len(caplog.messages) == 1
    assert "secret" not in caplog.text


def test_sentinel_pings_after_a_full_look_and_looks_on_though_its_watchdog_fails(
    outside: Any, at_ten: Clock, monkeypatch: pytest.MonkeyPatch, house: House, due: Any
) -> None:
    def bite(self: Watchdog) -> None:
        raise OSError("no")

    monkeypatch.setattr(Watchdog, "look", bite)
    due(0)
    sentinel = Sentinel(Pinger(f"{outside[0]}/secret"))
    sentinel.work()
    sentinel.pinger.wait()
    assert (house.alarms.count(), heartbeat.age(), outside[1]) == (1, 0, [("/secret", "")])


# --- Measures -------------------------------------------------------------------------------------------


def test_metrics_want_their_token(client: Client, settings: Any, db: None) -> None:
    assert client.get("/metrics").status_code == 404
    settings.METRICS_TOKEN = "open-sesame"
    assert client.get("/metrics").status_code == 401
    assert client.get("/metrics", headers={"Authorization": "Bearer open-barley"}).status_code == 401
    assert client.get("/metrics", headers={"Authorization": "Bearer open-sesame"}).status_code == 200


def test_metrics_tell_what_is_open_overdue_and_late(
    flying: Clock, house: House, due: Any, client: Client, settings: Any
) -> None:
    settings.METRICS_TOKEN = "token"
    due(1)
    flying.advance(seconds=63)
    due(-1, "check_in")
    sweep("sentinel")
    flying.advance(seconds=2)
    due(-1, "late")
    text = client.get("/metrics", headers={"Authorization": "Bearer token"}).content.decode()
    told = dict(line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))
    assert told["homevisits_heartbeat_age_seconds"] == "2"
    assert told["homevisits_open_alarms"] == "2"
    assert told["homevisits_due_and_unfired_deadlines"] == "1"
    assert told["homevisits_oldest_urgent_notice_seconds"] == "2"
    # The canary's two (0 s and 3 s), and the deadlines of the house: one 3 s late, one overdue when it was made
    assert told['homevisits_sweep_lag_seconds{quantile="1"}'] == "3"
    assert told['homevisits_sweep_lag_seconds{quantile="0.5"}'] == "0"


# --- How fast an alarm went --------------------------------------------------------------------------


def test_alarm_shows_how_fast_each_step_went(
    at_ten: Clock, house: House, due: Any, office: Any, client: Client
) -> None:
    due(0)
    at_ten.advance(seconds=2)
    sweep("sentinel")
    at_ten.advance(seconds=70)
    drain(seconds=1)
    alarm = house.alarms.get()
    told = {step.label: (step.text, step.is_slow) for step in pace(alarm)}
    assert told == {
        "Due": ("", False),
        "Noticed by the timers": ("2 s", False),
        "First message written": ("2 s", False),
        "First message sent": ("1 min 12 s", True),
        "First message delivered": ("", False),
        "First message read": ("", False),
        "Taken by somebody": ("", False),
    }
    client.force_login(office)
    assert "1 min 12 s, slow" in client.get(alarm.get_absolute_url()).content.decode()
    assert all(alarm._meta.label != "escalation.CanaryAlarm" or not alarm.SHOWN for alarm in alarm_tables())
