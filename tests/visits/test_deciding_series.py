"""One answer for all lessons of a series that wait."""

import datetime as dt

import pytest
from django.http import HttpResponse

from tests.cast import Cast, browser
from tests.factories import visits as make
from tests.visits.test_lessons import series_of
from visits import transitions
from visits.models import TuitionSeries, Visit

YES = {"reply": "yes", "reason": "She cannot come in.", "whole_series": "on"} | dict.fromkeys(
    ["necessary", "best_interests", "safeguarding"], "on"
)


def sent(cast: Cast, now: dt.datetime, sessions: int = 3) -> list[Visit]:
    """The sessions of a series, each a request, each assessed where the policy asks for it."""
    series: TuitionSeries = series_of(cast, now, sessions)
    transitions.send_all(series=series, by=cast.teacher, now=now)
    visits = list(series.visits.order_by("start_at"))
    for visit in visits:
        make.assessed(cast, visit, now)
    return [make.fresh(visit) for visit in visits]


def decide(cast: Cast, visit: Visit, **said: object) -> HttpResponse:
    """The page on which the head is after deciding on one lesson."""
    client, url = browser(cast.head), f"/visits/{visit.ref}/decide/"
    form = client.get(url).context["form"]
    hidden = {"seen": form.initial["seen"], "kinds": form.initial["kinds"]}
    return client.post(url, hidden | YES | said, follow=True)


def states(visits: list[Visit]) -> list[str]:
    return [make.fresh(visit).state for visit in visits]


@pytest.mark.clause("TC-080")
def test_one_answer_decides_on_all_lessons_that_wait(cast: Cast, now: dt.datetime) -> None:
    visits = sent(cast, now)
    page = browser(cast.head).get(f"/visits/{visits[0].ref}/decide/").content.decode()
    assert "The same answer for the other 2 lessons of this series" in page
    text = decide(cast, visits[0]).content.decode()
    assert "2 of 2 other lessons of this series have the same answer." in text
    assert states(visits) == ["authorised"] * 3
    assert {visit.decisions.get(kind="visit").decider for visit in visits} == {cast.head}


def test_without_the_tick_the_others_wait(cast: Cast, now: dt.datetime) -> None:
    visits = sent(cast, now)
    decide(cast, visits[0], whole_series="")
    assert states(visits) == ["authorised", "requested", "requested"]


def test_a_lesson_that_differs_is_named_and_stays_a_request(cast: Cast, now: dt.datetime) -> None:
    visits = sent(cast, now)
    other = visits[1]
    transitions.amend(
        visit=other, by=cast.teacher, now=now, values={"address": "2 New Road"}, reason="At her aunt's."
    )
    text = decide(cast, visits[0]).content.decode()
    assert f"{other.ref} still waits: It differs from this one in more than its day." in text
    assert "1 of 2 other lessons" in text
    assert states(visits) == ["authorised", "requested", "authorised"]


def test_a_visit_of_no_series_and_the_last_lesson_are_not_asked(cast: Cast, now: dt.datetime) -> None:
    for visit in (make.requested(cast), *sent(cast, now, sessions=1)):
        page = browser(cast.head).get(f"/visits/{visit.ref}/decide/").content.decode()
        assert "of this series" not in page
