"""Hours, terms and closures are changed by the right people, and every change is kept."""

import datetime as dt

import pytest

from homevisits.clock import app_now
from homevisits.trusts import opening
from homevisits.trusts.models import Closure, SchoolEvent, Term
from homevisits.trusts.permissions import NotAllowed
from tests.cast import Cast

D = dt.date


def autumn(cast: Cast, **facts) -> Term:
    days = {"name": "Autumn", "starts_on": D(2026, 9, 3), "ends_on": D(2026, 12, 18)} | facts
    return Term(school=cast.school, **days)


def put(span, by) -> None:
    opening.put_span(span=span, by=by, now=app_now())


@pytest.mark.parametrize("part", ["teacher", "office", "head", "dsl", "ewo", "outsider"])
def test_only_editors_change_the_calendar(cast, part):
    person = cast.people[part]
    with pytest.raises(NotAllowed):
        put(autumn(cast), person)
    with pytest.raises(NotAllowed):
        opening.set_hours(school=cast.school, by=person, now=app_now(), opens_at=dt.time(8))


@pytest.mark.parametrize("part", ["admin", "ceo"])
def test_change_of_hours_is_kept_with_who_and_what(cast, part):
    person = cast.people[part]
    opening.set_hours(school=cast.school, by=person, now=app_now(), opens_at=dt.time(8, 30))
    event = SchoolEvent.objects.get()
    assert (event.by, event.sentence) == (person, "Hours changed: school day starts 08:30:00.")
    cast.school.refresh_from_db()
    assert cast.school.opens_at == dt.time(8, 30)


def test_hours_that_stay_the_same_write_no_event(cast):
    opening.set_hours(school=cast.school, by=cast.admin, now=app_now(), opens_at=cast.school.opens_at)
    assert not SchoolEvent.objects.exists()


@pytest.mark.parametrize(
    ("starts_on", "ends_on"),
    [
        (D(2026, 12, 18), D(2027, 1, 5)),
        (D(2026, 8, 1), D(2026, 9, 3)),
        (D(2026, 10, 1), D(2026, 10, 2)),
        (D(2026, 8, 1), D(2027, 1, 5)),
    ],
)
def test_terms_do_not_overlap(cast, starts_on, ends_on):
    put(autumn(cast), cast.admin)
    with pytest.raises(opening.Overlap, match="overlap with Autumn, 3 September 2026"):
        put(autumn(cast, name="Other", starts_on=starts_on, ends_on=ends_on), cast.admin)


def test_term_may_be_moved_over_its_own_days(cast):
    term = autumn(cast)
    put(term, cast.admin)
    term.ends_on = D(2026, 12, 17)
    put(term, cast.admin)
    assert [event.sentence for event in SchoolEvent.objects.all()] == [
        "Term added: Autumn, 3 September 2026 to 18 December 2026.",
        "Term changed: Autumn, 3 September 2026 to 17 December 2026.",
    ]


def test_terms_of_two_schools_may_share_days(cast):
    put(autumn(cast), cast.admin)
    put(Term(school=cast.other_school, name="A", starts_on=D(2026, 9, 3), ends_on=D(2026, 12, 1)), cast.admin)
    assert Term.objects.count() == 2


def test_removed_closure_leaves_a_line(cast):
    closure = Closure(
        school=cast.school, kind="inset", name="INSET", starts_on=D(2026, 10, 2), ends_on=D(2026, 10, 2)
    )
    put(closure, cast.admin)
    opening.drop_span(span=closure, by=cast.admin, now=app_now())
    assert not Closure.objects.exists()
    assert SchoolEvent.objects.last().sentence.startswith("INSET day removed: INSET, 2 October 2026")
