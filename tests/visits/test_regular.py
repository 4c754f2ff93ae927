"""Who visits regularly: counted in the term, for the people's floor."""

import datetime as dt

import pytest

from homevisits.clock import london_day
from homevisits.people.regular import visits_in_term
from tests.cast import Cast
from tests.factories import visits as make
from tests.factories.trusts import TermFactory


@pytest.mark.clause("TC-185")
def test_visits_are_counted_for_those_who_went(cast: Cast, now: dt.datetime) -> None:
    make.out(cast, now=now)
    today = london_day(now)
    assert visits_in_term([cast.teacher.pk, cast.head.pk], today) == {cast.teacher.pk: 1}


def test_only_visits_of_the_term_count(cast: Cast, now: dt.datetime) -> None:
    make.out(cast, now=now)
    today = london_day(now)
    TermFactory(school=cast.school, starts_on=today + dt.timedelta(days=1))
    assert visits_in_term([cast.teacher.pk], today + dt.timedelta(days=2)) == {}
