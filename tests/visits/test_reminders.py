"""Every reminder of every preset is on the page of its moment, on a visit that it fits."""

import datetime as dt
import re

import pytest
from django.urls import reverse

from homevisits.people.models import Staff
from tests.cast import Cast, browser
from tests.factories import visits as make
from tests.factories.rules import overlay
from tests.visits.test_lessons import series_of
from visits import transitions
from visits.guidance import guidance
from visits.models import Attendee, Visit

TC, PS, AF = "three_counties", "poulton_le_sands", "aspirational_futures"
TAG = re.compile(r'<[^>]*data-guidance="(\w+)"[^>]*data-clauses="([^"]*)"')
AHEAD = {"draft": ["ask"], "requested": ["decide", "prepare"], "logged": ["prepare", "depart"]}

type Seen = set[tuple[str, str]]


def on_page(staff: Staff, address: str, *args: object) -> Seen:
    """The reminders on a page: the moment of each, and its clauses."""
    return set(TAG.findall(browser(staff).get(reverse(address, args=args)).content.decode()))


def items_of(visit: Visit, *moments: str) -> Seen:
    """The reminders that fit a visit at some moments."""
    return {(item.moment, " ".join(item.clauses)) for item in guidance(visit, *moments)}


def changed(visit: Visit, *, driving: bool = True, **columns: object) -> Visit:
    """The same visit with somebody at the wheel, and with other facts."""
    if driving:
        Attendee.objects.filter(visit=visit, is_lead=True).update(travel="drives")
    Visit.objects.filter(pk=visit.pk).update(**columns)
    return make.fresh(visit)


def seen_ahead(cast: Cast, visits: dict[str, Visit]) -> Seen:
    """Asking, deciding, preparing, and the checklist before leaving."""
    lead = visits["draft"].lead.staff
    seen = on_page(lead, "request_step", visits["draft"].ref, "reason")
    seen |= on_page(cast.head, "decide", visits["requested"].ref)
    seen |= on_page(lead, "visit", visits["requested"].ref)
    seen |= on_page(lead, "out", visits["logged"].ref)
    for state, moments in AHEAD.items():
        assert items_of(visits[state], *moments) - seen == set(), state
    return seen


def seen_out(cast: Cast, visit: Visit, now: dt.datetime) -> Seen:
    """At the door, inside, in trouble, leaving, afterwards, and writing: one visit from page to page."""
    lead = visit.lead.staff
    steps = [
        ("arrive", lambda: transitions.say_arrived(visit=visit, by=lead, now=now)),
        ("home", lambda: transitions.say_entered(
            visit=visit, by=lead, now=now, invited_by="Maria Novak", life_at_risk="He lies on the floor.")),
        ("leave", lambda: transitions.say_left(visit=visit, by=lead, now=now)),
    ]  # fmt: skip
    seen = on_page(lead, "out_help", visit.ref)
    assert items_of(visit, "threat") - seen == set()
    for moment, act in steps:
        act()
        page = on_page(lead, "out", visit.ref)
        assert items_of(make.fresh(visit), moment) - page == set(), moment
        seen |= page
    for attendee in visit.party:
        transitions.say_back(visit=visit, by=cast.office, now=now, attendee=attendee, identity="Saw them")
    afterwards = on_page(lead, "out", visit.ref) | on_page(lead, "record", visit.ref)
    assert items_of(visit, "after", "record") - afterwards == set()
    return seen | afterwards


def pair(cast: Cast, now: dt.datetime) -> Seen:
    """Two who drive to a lesson while the infection rules hold."""
    series = series_of(cast, now) if cast.policy.preset == TC else None
    visits = {state: make.in_state(cast, state) for state in ("draft", "requested", "logged", "in_progress")}
    visits = {state: changed(visit, series=series) for state, visit in visits.items()}
    overlay(cast)
    return seen_ahead(cast, visits) | seen_out(cast, visits["in_progress"], now)


def alone(cast: Cast, now: dt.datetime) -> Seen:
    """One who goes alone, for the pupil's welfare."""
    options = {"party": [cast.teacher], "lone_reason": "A short drop-off."}
    visits = {s: make.in_state(cast, s, **options) for s in ("draft", "requested", "logged", "in_progress")}
    code = cast.policy.reasons.filter(is_welfare=True).first().code
    visits = {state: changed(visit, reason_code=code) for state, visit in visits.items()}
    return seen_ahead(cast, visits) | seen_out(cast, visits["in_progress"], now)


def of_the_ewo(cast: Cast) -> Seen:
    options = {"by": cast.ewo, "party": [cast.ewo, cast.colleague]}
    return seen_ahead(cast, {s: make.in_state(cast, s, **options) for s in ("draft", "requested", "logged")})


@pytest.mark.parametrize("cast", [TC, PS, AF], indirect=True)
def test_every_reminder_is_seen_at_its_moment_by_those_whom_it_fits(cast: Cast, now) -> None:
    everything = {(item.moment, " ".join(item.clauses)) for item in cast.policy.guidanceitems.all()}
    seen = alone(cast, now) | (of_the_ewo(cast) if cast.policy.preset == TC else set())
    seen |= pair(cast, now)  # the last one: it switches the infection rules on
    seen |= on_page(cast.admin, "policy_version", cast.policy.pk)
    assert everything - seen == set()


@pytest.mark.parametrize("cast", [TC], indirect=True)
def test_reminders_that_do_not_fit_stay_away(cast: Cast, now) -> None:
    page = on_page(cast.teacher, "out", make.logged(cast).ref)
    clauses = {clause for _, cited in page for clause in cited.split()}
    assert {"TC-127", "TC-177", "TC-192", "TC-012"} & clauses == set()


def test_whoever_is_out_is_led_to_help_from_every_page(cast: Cast, now) -> None:
    visit = make.out(cast)
    help_page = reverse("out_help", args=[visit.ref])
    client = browser(cast.teacher)
    for address in ("day", "visit_new", "policy_list", "pupils"):
        assert f'href="{help_page}"' in client.get(reverse(address)).content.decode(), address
    assert help_page not in browser(cast.head).get(reverse("day")).content.decode()
    transitions.say_back(visit=visit, by=cast.teacher, now=now)
    assert help_page not in client.get(reverse("day")).content.decode()
