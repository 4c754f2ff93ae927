"""How moments are written."""

import datetime as dt

import pytest

from homevisits.look.times import age_text, left_text, local_text, when_text

NOW = dt.datetime(2026, 11, 26, 10, 52, 7, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0:00"),
        (228, "3:48"),
        (3599, "59:59"),
        (3600, "1:00:00"),
        (6490, "1:48:10"),
        (172_800, "2 days"),
        (-1, "+0:01"),
        (-727, "+12:07"),
        (-3844, "+1:04:04"),
    ],
)
def test_left_text_reads_like_a_clock(seconds: int, text: str) -> None:
    assert left_text(seconds) == text


@pytest.mark.parametrize(
    ("seconds", "text"), [(1, "1 s ago"), (119, "119 s ago"), (720, "12 min ago"), (7200, "2 h ago")]
)
def test_age_text_grows_coarser(seconds: int, text: str) -> None:
    assert age_text(seconds) == text


@pytest.mark.parametrize(
    ("at", "text"),
    [
        (dt.datetime(2026, 11, 26, 14, 0, tzinfo=dt.UTC), "today 14:00"),
        (dt.datetime(2026, 11, 27, 9, 30, tzinfo=dt.UTC), "tomorrow 09:30"),
        (dt.datetime(2026, 11, 25, 16, 5, tzinfo=dt.UTC), "yesterday 16:05"),
        (dt.datetime(2026, 12, 3, 9, 0, tzinfo=dt.UTC), "Thu 3 Dec 09:00"),
        (dt.datetime(2028, 1, 3, 9, 0, tzinfo=dt.UTC), "Mon 3 Jan 2028 09:00"),
    ],
)
def test_when_text_names_the_near_days(at: dt.datetime, text: str) -> None:
    assert when_text(at, NOW) == text


def test_when_text_counts_days_on_the_school_clock_in_summer() -> None:
    now = dt.datetime(2026, 6, 10, 12, 0, tzinfo=dt.UTC)
    assert when_text(dt.datetime(2026, 6, 10, 23, 30, tzinfo=dt.UTC), now) == "tomorrow 00:30"


@pytest.mark.parametrize(
    ("at", "text"),
    [
        (dt.datetime(2027, 3, 28, 0, 59, tzinfo=dt.UTC), "00:59"),
        (dt.datetime(2027, 3, 28, 1, 0, tzinfo=dt.UTC), "02:00"),
        (dt.datetime(2026, 10, 25, 0, 30, tzinfo=dt.UTC), "01:30"),
        (dt.datetime(2026, 10, 25, 1, 30, tzinfo=dt.UTC), "01:30"),
    ],
)
def test_local_text_follows_the_clock_changes(at: dt.datetime, text: str) -> None:
    assert local_text(at) == text
