"""Reminders that do not fit stay away, and help is a step away from every page while out."""

import re

import pytest
from django.urls import reverse

from homevisits.people.models import Staff
from tests.cast import Cast, browser
from tests.factories import visits as make
from visits import transitions

TAG = re.compile(r'<[^>]*data-guidance="(\w+)"[^>]*data-clauses="([^"]*)"')

type Seen = set[tuple[str, str]]


def on_page(staff: Staff, address: str, *args: object) -> Seen:
    """The reminders on a page: the moment of each, and its clauses."""
    return set(TAG.findall(browser(staff).get(reverse(address, args=args)).content.decode()))


@pytest.mark.parametrize("cast", ["three_counties"], indirect=True)
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
