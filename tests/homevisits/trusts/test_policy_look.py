"""The policy and school pages in a real browser: accessible, nothing cut off, usable without a mouse."""

import os

import pytest
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.urls import reverse

from homevisits.clock import app_now
from homevisits.trusts import publishing
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
    session = SessionStore()
    session[SESSION_KEY] = str(house.admin.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = house.admin.get_session_auth_hash()
    session.save()
    page.context.add_cookies(
        [{"name": settings.SESSION_COOKIE_NAME, "value": session.session_key, "url": live_server.url}]
    )
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
        "changes": reverse("policy_changes", args=[draft.pk]),
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


def violations(page) -> list[str]:
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page).response["violations"]
    return [f"{rule['id']}: {node['html'][:160]}" for rule in found for node in rule["nodes"]]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_axe_finds_nothing_and_nothing_overflows(signed_in, house, width, scheme):
    signed_in.set_viewport_size({"width": width, "height": 900})
    signed_in.emulate_media(color_scheme=scheme)
    shots = os.environ.get("SHOTS")
    for name, address in addresses(house).items():
        signed_in.goto(signed_in.base + address)
        if shots:
            signed_in.screenshot(path=f"{shots}/{name}-{width}-{scheme}.png", full_page=True)
        assert violations(signed_in) == [], name
        assert signed_in.evaluate("document.documentElement.scrollWidth") <= width, name
