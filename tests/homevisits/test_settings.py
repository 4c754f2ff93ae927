"""The settings as production and the database see them."""

import logging
import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.db import connection

from homevisits.logs import WithoutValues

KEY = "only-for-this-test-0123456789-abcdefghijklmnopqrstuvwxyz"
PRODUCTION = {
    "HOMEVISITS_MODE": "production",
    "DJANGO_SETTINGS_MODULE": "homevisits.settings",
    "SECRET_KEY": KEY,
    "FIELD_KEY": KEY,
    "DATABASE_URL": "postgres://user:password@db/homevisits",
    "EMAIL_URL": "smtp+tls://user:password@mail:587",
    "SITE_URL": "https://visits.trust.example",
    "ALLOWED_HOSTS": "visits.trust.example",
}


def manage(*args, without="", **environment):
    env = os.environ | PRODUCTION | environment
    env.pop(without, None)
    return subprocess.run(
        [sys.executable, "manage.py", *args],
        cwd=settings.BASE_DIR,
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("missing", "sentence"),
    [
        ("FIELD_KEY", "FIELD_KEY is not set"),
        ("EMAIL_URL", "EMAIL_URL is not set"),
        ("SITE_URL", "SITE_URL does not begin with https://"),
    ],
)
def test_check_deploy_says_what_production_lacks(missing, sentence):
    done = manage("check", "--deploy", "--fail-level", "WARNING", without=missing)
    assert (done.returncode, sentence in done.stderr) == (1, True)


def test_production_is_what_whoever_says_nothing_gets():
    script = "from django.conf import settings as s; print(s.MODE, s.DEBUG)"
    done = manage("shell", "--no-imports", "--command", script, without="HOMEVISITS_MODE")
    assert done.stdout == "production False\n"


def test_an_unknown_mode_is_refused():
    assert "choose production, demo, development or test" in manage("check", HOMEVISITS_MODE="debug").stderr


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "value"),
    [("lock_timeout", "5s"), ("idle_in_transaction_session_timeout", "10s"), ("TimeZone", "UTC")],
)
def test_connections_carry_their_limits(name, value):
    with connection.cursor() as cursor:
        cursor.execute(f"SHOW {name}")
        assert cursor.fetchone() == (value,)


def test_every_tick_expires():
    ticks = settings.CELERY_BEAT_SCHEDULE.values()
    assert [t["options"]["expires"] for t in ticks if t["schedule"] == 1.0] == [2, 2]
    assert all("expires" in tick["options"] for tick in ticks)


@pytest.mark.django_db
def test_pages_carry_a_policy_without_inline_code_and_are_not_stored(client):
    reply = client.get("/accounts/login/")
    policy = reply.headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert "no-store" in reply.headers["Cache-Control"]


def test_a_log_line_holds_no_values_of_a_database_error():
    error = "duplicate key\nDETAIL:  Key (email)=(dana@school.example) already exists."
    record = logging.LogRecord("web", logging.ERROR, "", 0, error, None, None)
    line = WithoutValues().format(record)
    assert line.endswith("ERROR web: duplicate key\\n")


def test_a_log_line_is_one_line_whatever_is_written_into_it():
    record = logging.LogRecord("web", logging.INFO, "", 0, "name\nERROR forged", None, None)
    assert WithoutValues().format(record).endswith("INFO web: name\\nERROR forged")


def test_papers_wait_in_a_queue_of_their_own_which_a_plain_worker_takes_too():
    from homevisits.celery import app

    assert app.amqp.router.route({}, "visits.tasks.make_document")["queue"].name == "papers"
    assert app.amqp.router.route({}, "homevisits.escalation.tasks.sweep")["queue"].name == "celery"
    assert set(app.amqp.queues.consume_from) == {"celery", "papers"}
