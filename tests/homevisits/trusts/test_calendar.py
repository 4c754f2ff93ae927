"""When a school is open: terms, closures, bank holidays, and the clock changes."""

import datetime as dt
import socket

import pytest

from homevisits.clock import from_local
from homevisits.trusts.calendar import (
    SchoolDays,
    bank_holidays,
    is_in_school_hours,
    is_school_day,
    next_school_day,
)
from homevisits.trusts.models import School
from tests.factories.trusts import ClosureFactory, SchoolFactory, TermFactory

D = dt.date


@pytest.fixture
def school(db) -> School:
    """A year with a half term and an INSET day; 08:45 to 15:15."""
    school = SchoolFactory()
    TermFactory(school=school, name="Autumn", starts_on=D(2026, 9, 3), ends_on=D(2026, 12, 18))
    TermFactory(school=school, name="Spring", starts_on=D(2027, 1, 4), ends_on=D(2027, 4, 1))
    ClosureFactory(school=school, name="Half term", starts_on=D(2026, 10, 26), ends_on=D(2026, 10, 30))
    ClosureFactory(school=school, name="INSET", starts_on=D(2026, 11, 2))
    return school


@pytest.mark.clause("TC-103", "AF-035")
@pytest.mark.parametrize(
    ("day", "is_open"),
    [
        (D(2026, 9, 2), False),  # the day before term
        (D(2026, 9, 3), True),  # its first day
        (D(2026, 9, 5), False),  # a Saturday
        (D(2026, 10, 23), True),  # the last day before half term
        (D(2026, 10, 26), False),  # half term
        (D(2026, 10, 30), False),
        (D(2026, 11, 2), False),  # INSET
        (D(2026, 11, 3), True),  # the first day back
        (D(2026, 12, 18), True),  # the last day of term
        (D(2026, 12, 21), False),  # between terms
        (D(2027, 3, 26), False),  # Good Friday, in term
        (D(2027, 3, 29), False),  # Easter Monday, in term
        (D(2027, 4, 1), True),
    ],
)
def test_school_day_is_a_weekday_in_term_without_closure_or_bank_holiday(school, day, is_open):
    assert is_school_day(school, day) == is_open


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        (D(2026, 11, 3), D(2026, 11, 4)),
        (D(2026, 11, 6), D(2026, 11, 9)),  # over a weekend
        (D(2026, 10, 23), D(2026, 11, 3)),  # over half term and INSET
        (D(2026, 12, 18), D(2027, 1, 4)),  # over Christmas
        (D(2027, 3, 25), D(2027, 3, 30)),  # over Easter
        (D(2027, 4, 1), D(2027, 4, 2)),  # nothing known after the last term
    ],
)
def test_next_school_day(school, after, expected):
    assert next_school_day(school, after) == expected


def test_without_terms_every_weekday_but_bank_holidays_counts(db):
    school = SchoolFactory()
    assert is_school_day(school, D(2026, 8, 12))
    assert not is_school_day(school, D(2026, 8, 31))  # summer bank holiday
    assert not is_school_day(school, D(2026, 8, 15))  # a Saturday


def test_days_of_another_school_do_not_count(school):
    ClosureFactory(name="Their closure", starts_on=D(2026, 11, 4))
    assert is_school_day(school, D(2026, 11, 4))


def test_bank_holidays_ask_no_network(monkeypatch):
    def no_network(*args, **kwargs):
        raise AssertionError("asked the network")

    bank_holidays.cache_clear()
    monkeypatch.setattr(socket.socket, "connect", no_network)
    assert {D(2026, 12, 25), D(2026, 12, 28), D(2027, 1, 1)} <= bank_holidays()


@pytest.mark.clause("TC-103")
@pytest.mark.parametrize(
    ("starts", "ends", "is_inside"),
    [
        ("08:45", "15:15", True),
        ("08:44", "09:30", False),
        ("14:30", "15:16", False),
        ("10:00", "10:45", True),
        ("18:00", "18:30", False),
    ],
)
@pytest.mark.parametrize(
    "day",
    [
        D(2026, 10, 23),  # the last school day in summer time
        D(2026, 11, 3),  # the first in winter time, after Sunday 25 October
        D(2027, 3, 25),  # the last in winter time
        D(2027, 3, 30),  # the first in summer time, after Sunday 28 March
    ],
)
def test_school_hours_are_those_of_the_wall_clock(school, day, starts, ends, is_inside):
    first, last = (from_local(day, dt.time.fromisoformat(at)) for at in (starts, ends))
    assert is_in_school_hours(school, first, last) == is_inside


@pytest.mark.parametrize(
    ("day", "quarter_to_nine"),
    [(D(2026, 10, 23), 7), (D(2026, 11, 3), 8), (D(2027, 3, 25), 8), (D(2027, 3, 30), 7)],
)
def test_school_opens_at_another_instant_after_a_clock_change(school, day, quarter_to_nine):
    opens = dt.datetime.combine(day, dt.time(quarter_to_nine, 45), tzinfo=dt.UTC)
    assert is_in_school_hours(school, opens, opens + dt.timedelta(minutes=1))
    assert not is_in_school_hours(school, opens - dt.timedelta(minutes=1), opens)


@pytest.mark.parametrize("sunday", [D(2026, 10, 25), D(2027, 3, 28)])
def test_sunday_of_a_clock_change_is_no_school_day(school, sunday):
    noon = from_local(sunday, dt.time(12))
    assert not is_in_school_hours(school, noon, noon + dt.timedelta(minutes=30))


def test_visit_over_midnight_is_not_in_school_hours(school):
    starts = from_local(D(2026, 11, 3), dt.time(9))
    assert not is_in_school_hours(school, starts, starts + dt.timedelta(days=1))


def test_a_year_of_days_costs_two_queries(school, django_assert_num_queries):
    with django_assert_num_queries(2):
        assert next_school_day(school, D(2027, 4, 1)) == D(2027, 4, 2)  # looks a year ahead
    with django_assert_num_queries(0):  # the same object knows its days
        days = SchoolDays.of(school)
        assert sum(D(2026, 9, 1) + dt.timedelta(days=n) in days for n in range(365)) == 77 - 6 + 64 - 2


def test_prefetched_school_costs_no_query(school, django_assert_num_queries):
    (fetched,) = School.objects.filter(pk=school.pk).prefetch_related("terms", "closures")
    with django_assert_num_queries(0):
        assert is_school_day(fetched, D(2026, 11, 3))
