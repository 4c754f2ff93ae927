"""The clock that tests set really is the database's for the product."""

import datetime as dt

import pytest
from django.db import connection

from homevisits.clock import app_now

TEN_IN_WINTER = dt.datetime(2026, 11, 26, 10, tzinfo=dt.UTC)


@pytest.mark.django_db
def test_clock_set_stops_app_now_at_school_time(clock):
    clock.set("2026-11-26 10:00")
    assert (app_now(), clock.now) == (TEN_IN_WINTER, TEN_IN_WINTER)


@pytest.mark.django_db
def test_clock_set_counts_summer_time(clock):
    assert clock.set("2026-07-01 10:00") == dt.datetime(2026, 7, 1, 9, tzinfo=dt.UTC)


@pytest.mark.django_db
def test_clock_advance_moves_a_stopped_clock(clock):
    clock.set(TEN_IN_WINTER)
    assert clock.advance(minutes=5) == TEN_IN_WINTER + dt.timedelta(minutes=5)


@pytest.mark.django_db
def test_clock_advance_lets_an_unset_clock_run_ahead(clock):
    before = app_now()
    clock.advance(hours=1)
    first, second = app_now(), app_now()
    assert first - before >= dt.timedelta(hours=1)
    assert second > first


@pytest.mark.django_db
def test_clock_is_real_again_after_a_rollback():
    assert abs(app_now() - dt.datetime.now(dt.UTC)) < dt.timedelta(minutes=1)


@pytest.mark.django_db(transaction=True)
def test_clock_in_a_committing_test_is_seen_by_other_connections(clock):
    clock.set(TEN_IN_WINTER)
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT app_now()")
            assert cursor.fetchone() == (TEN_IN_WINTER,)
    finally:
        other.close()


@pytest.mark.django_db(transaction=True)
def test_clock_is_real_again_after_a_committing_test():
    assert abs(app_now() - dt.datetime.now(dt.UTC)) < dt.timedelta(minutes=1)
