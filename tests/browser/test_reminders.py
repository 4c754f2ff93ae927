"""Every reminder of every preset, page by page in a browser: readable at its moment, on a visit that it fits."""

import datetime as dt

import pytest
from django.urls import reverse

from homevisits.people.models import Staff
from tests.browser.screens import Screens
from tests.cast import Cast, make_cast
from tests.clock import Clock
from tests.factories import visits as make
from tests.factories.rules import overlay
from tests.visits.test_lessons import series_of
from visits import transitions
from visits.guidance import guidance
from visits.models import Attendee, Visit

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

TC, PS, AF = "three_counties", "poulton_le_sands", "aspirational_futures"
READABLE = """() => [...document.querySelectorAll("[data-guidance]")]
    .filter(one => { const box = (one.closest(".tile") || one).getBoundingClientRect(); return box.width > 0 && box.height > 0; })
    .map(one => [one.dataset.guidance, one.dataset.clauses])"""
AHEAD = {"draft": ["ask"], "requested": ["decide", "prepare"], "logged": ["prepare", "depart"]}

type Seen = set[tuple[str, str]]


def items_of(visit: Visit, *moments: str) -> Seen:
    """The reminders that fit a visit at some moments."""
    return {(item.moment, " ".join(item.clauses)) for item in guidance(visit, *moments)}


def changed(visit: Visit, **columns: object) -> Visit:
    """The same visit with somebody at the wheel, and with other facts."""
    Attendee.objects.filter(visit=visit, is_lead=True).update(travel="drives")
    Visit.objects.filter(pk=visit.pk).update(**columns)
    return make.fresh(visit)


class Walk:
    """Visits of one preset, looked at by those who ask, decide and go."""

    def __init__(self, screens: Screens, cast: Cast, now: dt.datetime) -> None:
        self.screens, self.cast, self.now = screens, cast, now

    def on_page(self, staff: Staff, address: str, *args: object) -> Seen:
        """The reminders that somebody can read on a page: the moment of each, and its clauses."""
        page = self.screens.phone(staff)
        page.goto(reverse(address, args=args))
        return {(moment, clauses) for moment, clauses in page.evaluate(READABLE)}

    def ahead(self, visits: dict[str, Visit]) -> Seen:
        """Asking, deciding, preparing, and the checklist before leaving."""
        lead = visits["draft"].lead.staff
        seen = self.on_page(lead, "request_step", visits["draft"].ref, "reason")
        seen |= self.on_page(self.cast.head, "decide", visits["requested"].ref)
        seen |= self.on_page(lead, "visit", visits["requested"].ref)
        seen |= self.on_page(lead, "out", visits["logged"].ref)
        for state, moments in AHEAD.items():
            assert items_of(visits[state], *moments) - seen == set(), state
        return seen

    def out(self, visit: Visit) -> Seen:
        """At the door, inside, in trouble, leaving, afterwards, and writing: one visit from page to page."""
        lead, now = visit.lead.staff, self.now
        steps = [
            ("arrive", lambda: transitions.say_arrived(visit=visit, by=lead, now=now)),
            ("home", lambda: transitions.say_entered(
                visit=visit, by=lead, now=now, invited_by="Maria Novak", life_at_risk="He lies on the floor.")),
            ("leave", lambda: transitions.say_left(visit=visit, by=lead, now=now)),
        ]  # fmt: skip
        seen = self.on_page(lead, "out_help", visit.ref)
        assert items_of(visit, "threat") - seen == set()
        for moment, act in steps:
            act()
            page = self.on_page(lead, "out", visit.ref)
            assert items_of(make.fresh(visit), moment) - page == set(), moment
            seen |= page
        for attendee in visit.party:
            transitions.say_back(
                visit=visit, by=self.cast.office, now=now, attendee=attendee, identity="Saw them"
            )
        afterwards = self.on_page(lead, "out", visit.ref) | self.on_page(lead, "record", visit.ref)
        assert items_of(visit, "after", "record") - afterwards == set()
        return seen | afterwards

    def pair(self) -> Seen:
        """Two who drive to a lesson while the infection rules hold."""
        series = series_of(self.cast, self.now) if self.cast.policy.preset == TC else None
        visits = {s: make.in_state(self.cast, s) for s in ("draft", "requested", "logged", "in_progress")}
        visits = {state: changed(visit, series=series) for state, visit in visits.items()}
        overlay(self.cast)
        return self.ahead(visits) | self.out(visits["in_progress"])

    def alone(self) -> Seen:
        """One who goes alone, for the pupil's welfare."""
        options = {"party": [self.cast.teacher], "lone_reason": "A short drop-off."}
        states = ("draft", "requested", "logged", "in_progress")
        code = self.cast.policy.reasons.filter(is_welfare=True).first().code
        visits = {s: changed(make.in_state(self.cast, s, **options), reason_code=code) for s in states}
        return self.ahead(visits) | self.out(visits["in_progress"])

    def of_the_ewo(self) -> Seen:
        options = {"by": self.cast.ewo, "party": [self.cast.ewo, self.cast.colleague]}
        return self.ahead({s: make.in_state(self.cast, s, **options) for s in AHEAD})


@pytest.mark.parametrize("preset", [TC, PS, AF])
def test_every_reminder_is_read_at_its_moment_by_those_whom_it_fits(
    screens: Screens, morning: Clock, preset: str
) -> None:
    cast = make_cast(preset)
    walk = Walk(screens, cast, morning.now)
    everything = {(item.moment, " ".join(item.clauses)) for item in cast.policy.guidanceitems.all()}
    seen = walk.alone() | (walk.of_the_ewo() if preset == TC else set())
    seen |= walk.pair()  # the last one: it switches the infection rules on
    seen |= walk.on_page(cast.admin, "policy_version", cast.policy.pk)
    assert everything - seen == set()
