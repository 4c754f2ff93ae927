"""One visit of each preset, page by page in a browser: what its policy reminds of is there to be read."""

import pytest
from django.urls import reverse

from tests.browser.screens import Screens
from tests.cast import Cast, make_cast
from tests.clock import Clock
from tests.factories import visits as make
from visits import transitions
from visits.guidance import guidance
from visits.models import Visit

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

READABLE = """moment => [...document.querySelectorAll(`[data-guidance="${moment}"]`)]
    .filter(one => { const box = (one.closest(".tile") || one).getBoundingClientRect(); return box.width > 0 && box.height > 0; })
    .map(one => one.dataset.clauses)"""


def readable(page, address: str, *args: object, moments: tuple[str, ...]) -> dict[str, set[str]]:
    """What somebody can read on a page at some moments, by its clauses."""
    page.goto(reverse(address, args=args))
    return {moment: set(page.evaluate(READABLE, moment)) for moment in moments}


def expected(visit: Visit, *moments: str) -> dict[str, set[str]]:
    items = guidance(make.fresh(visit), *moments)
    return {m: {" ".join(item.clauses) for item in items if item.moment == m} for m in moments}


@pytest.mark.parametrize("preset", ["aspirational_futures", "poulton_le_sands", "three_counties"])
def test_a_visit_shows_each_reminder_at_its_moment(screens: Screens, morning: Clock, preset: str) -> None:
    # Given people who ask, decide and go
    cast: Cast = make_cast(preset)
    phone, desk = screens.phone(cast.teacher), screens.desk(cast.head)

    # When they ask, decide and prepare
    visit = make.draft(cast)
    assert readable(phone, "request_step", visit.ref, "reason", moments=("ask",)) == expected(visit, "ask")
    visit = make.logged(cast)
    waiting = make.requested(cast)
    assert readable(desk, "decide", waiting.ref, moments=("decide",)) == expected(waiting, "decide")
    before = ("prepare", "depart")
    assert readable(phone, "out", visit.ref, moments=before) == expected(visit, *before)

    # And go, from page to page
    ticked = [item.pk for item in guidance(visit, "depart") if item.is_check]
    transitions.depart(visit=visit, by=cast.teacher, now=morning.now, checks=ticked)
    assert readable(phone, "out", visit.ref, moments=("arrive",)) == expected(visit, "arrive")
    assert readable(phone, "out_help", visit.ref, moments=("threat",)) == expected(visit, "threat")
    transitions.say_entered(visit=visit, by=cast.teacher, now=morning.now, invited_by="Maria Novak, mother")
    inside = ("home", "leave")
    assert readable(phone, "out", visit.ref, moments=inside) == expected(visit, *inside)
    transitions.say_left(visit=visit, by=cast.teacher, now=morning.now)
    assert readable(phone, "out", visit.ref, moments=("leave",)) == expected(visit, "leave")

    # Then afterwards they read what to write, and everybody what to keep
    for attendee in visit.party:
        transitions.say_back(
            visit=visit, by=cast.office, now=morning.now, attendee=attendee, identity="Saw them"
        )
    assert readable(phone, "out", visit.ref, moments=("after",)) == expected(visit, "after")
    assert readable(phone, "record", visit.ref, moments=("record",)) == expected(visit, "record")
    kept = {" ".join(item.clauses) for item in cast.policy.guidanceitems.filter(moment="keep")}
    assert readable(desk, "policy_version", cast.policy.pk, moments=("keep",)) == {"keep": kept}
