"""The policy and school pages in a real browser: accessible, nothing cut off, usable without a mouse."""

import pytest
from django.urls import reverse

from homevisits.clock import app_now
from homevisits.trusts import publishing
from tests.axe import troubles
from tests.browser.screens import be
from tests.cast import Cast, make_cast
from tests.factories.trusts import ClosureFactory, TermFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def house() -> Cast:
    cast = make_cast()
    TermFactory(school=cast.school)
    ClosureFactory(school=cast.school)
    return cast


@pytest.fixture
def signed_in(page, live_server, house):
    """A browser window with the trust admin signed in."""
    be(page, house.admin, live_server.url)
    page.base = live_server.url
    return page


def addresses(house: Cast) -> dict[str, str]:
    draft = publishing.start_draft(
        trust=house.trust, school=None, by=house.admin, now=app_now(), based_on=house.policy
    )
    publishing.save_draft(policy=draft, by=house.admin, now=app_now(), values={"wait_minutes": 15})
    reason, step = draft.reasons.first(), draft.laddersteps.filter(ladder="safety")[1]
    return {
        "list": reverse("policy_list"),
        "draft": reverse("policy_version", args=[draft.pk]),
        "draft-reasons": reverse("policy_version", args=[draft.pk]) + "?part=reasons",
        "draft-ladders": reverse("policy_version", args=[draft.pk]) + "?part=ladders",
        "draft-guidance": reverse("policy_version", args=[draft.pk]) + "?part=guidance",
        "draft-briefing": reverse("policy_version", args=[draft.pk]) + "?part=briefing",
        "changes": reverse("policy_changes", args=[draft.pk]),
        "compare": reverse("policy_compare") + f"?a={house.policy.pk}&b={draft.pk}",
        "impact": reverse("policy_impact", args=[draft.pk]),
        "edit": reverse("policy_edit", args=[draft.pk, "authorising"]),
        "reason": reverse("policy_row", args=[draft.pk, "reasons", reason.pk]),
        "step": reverse("policy_row", args=[draft.pk, "safety", step.pk]),
        "publish": reverse("policy_publish", args=[draft.pk]),
        "discard": reverse("policy_discard", args=[draft.pk]),
        "new": reverse("policy_new"),
        "school": reverse("school_page", args=[house.school.slug]),
        "hours": reverse("school_hours", args=[house.school.slug]),
        "closure": reverse("school_span_add", args=[house.school.slug, "closures"]),
    }


def test_axe_finds_nothing_and_nothing_overflows(signed_in, house):
    for name, address in addresses(house).items():
        signed_in.goto(signed_in.base + address)
        assert troubles(signed_in) == [], name
