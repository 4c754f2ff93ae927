"""What an outside watcher is told."""

import pytest
from django.db import OperationalError, connection

from homevisits.escalation import heartbeat

pytestmark = pytest.mark.django_db


@pytest.fixture
def no_database(monkeypatch):
    def refuse(*args, **kwargs):
        raise OperationalError("the server closed the connection")

    monkeypatch.setattr("django.db.backends.base.base.BaseDatabaseWrapper.cursor", refuse)


def test_healthz_is_well_while_something_sweeps(client):
    heartbeat.beat("sentinel")
    reply = client.get("/healthz")
    assert (reply.status_code, reply.json()["status"]) == (200, "ok")
    assert reply.json()["heartbeat_age"] < 5


def test_healthz_fails_when_nothing_ever_swept(client):
    reply = client.get("/healthz")
    assert (reply.status_code, reply.json()["heartbeat_age"]) == (503, None)


def test_healthz_fails_once_the_heartbeat_is_stale(client, clock):
    clock.set("2026-11-26 10:00")
    heartbeat.beat("celery")
    clock.advance(seconds=heartbeat.STALE_AFTER)
    assert client.get("/healthz").status_code == 200
    clock.advance(seconds=1)
    assert client.get("/healthz").status_code == 503


def test_healthz_does_not_take_the_boards_own_sweep_for_a_sign_of_life(client):
    heartbeat.beat(heartbeat.BOARD)
    assert client.get("/healthz").status_code == 503


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_health_fails_without_a_database(client, no_database, path):
    reply = client.get(path)
    assert (reply.status_code, reply.json()["status"]) == (503, "the database does not answer")


def test_readyz_is_ready_whatever_the_heartbeat(client):
    assert client.get("/readyz").json() == {"status": "ok"}


def test_readyz_fails_while_a_migration_is_missing(client, monkeypatch):
    monkeypatch.setattr("homevisits.health._seen_migrated", False)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'notices'")
    reply = client.get("/readyz")
    assert (reply.status_code, reply.json()["status"]) == (503, "the database is not migrated")
