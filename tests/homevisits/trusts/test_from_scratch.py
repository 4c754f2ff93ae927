"""A policy from an empty sheet to the first visit that obeys it, for a whole trust and for one school."""

import pytest
from django.urls import reverse

from homevisits.clock import app_now
from homevisits.trusts import presets, publishing
from homevisits.trusts.policies import Policy
from homevisits.trusts.roles import RoleName
from homevisits.trusts.sheet import empty_sheet
from homevisits.trusts.soundness import faults
from tests.browser.screens import PHONE, be
from tests.cast import Cast, browser, make_cast
from tests.factories import visits as make
from tests.factories.people import staff_with
from tests.factories.trusts import SchoolFactory
from visits import gates
from visits.models import Visit


def url(name: str, *args: object) -> str:
    return reverse(f"policy_{name}", args=args)


def opened(client, whose: object, start: str) -> Policy:
    response = client.post(url("new"), {"whose": whose, "start": start})
    assert response.status_code == 302, response.context["form"].errors
    return Policy.objects.get(published_at=None)


def fill(client, draft: Policy, section: str, **answers) -> None:
    """Send a section as it stands, with some answers otherwise."""
    edit = url("edit", draft.pk, section)
    form = client.get(edit).context["form"]
    sent = {name: "" if value is None else value for name, value in form.initial.items()}
    sent = {name: value for name, value in sent.items() if value is not False and name != "role_labels"}
    response = client.post(edit, sent | {"seen": form["seen"].initial} | answers)
    assert response.status_code == 302, response.context["form"].errors


def published(client, draft: Policy) -> Policy:
    seen = client.get(url("publish", draft.pk)).context["form"]["seen"].value()
    response = client.post(url("publish", draft.pk), {"note": "Our own policy", "seen": seen})
    assert response.status_code == 302, response.context["form"].errors
    return Policy.objects.get(pk=draft.pk)


def test_empty_sheet_lacks_only_what_nobody_can_guess():
    lacking = [fault.where for fault in faults(empty_sheet())]
    assert lacking == [
        "authorising_roles",
        "review_by",
        "lone_roles",
        "risk_assessor_roles",
        "file_choices",
        "told_roles",
    ]


def test_trust_without_a_policy_gets_one_from_an_empty_sheet(db):
    school = SchoolFactory()
    admin = staff_with(RoleName.TRUST_ADMIN, school.trust)
    client = browser(admin)
    draft = opened(client, "trust", "empty")
    page = client.get(url("version", draft.pk))
    assert len(page.context["todo"]) == 6
    assert page.context["todo"][0].url == url("edit", draft.pk, "authorising") + "#div_id_authorising_roles"

    fill(client, draft, "authorising", authorising_roles=["headteacher"])
    fill(client, draft, "document", review_by="2027-09-01")
    fill(client, draft, "going", lone_roles=["headteacher"])
    fill(client, draft, "risk", risk_assessor_roles=["dsl"])
    fill(client, draft, "record", file_choices=["pupil"])
    assert [item.place for item in client.get(url("version", draft.pk)).context["todo"]] == [
        "In the home: Who is told"
    ]
    fill(client, draft, "home", told_roles=["headteacher"])
    assert client.get(url("version", draft.pk)).context["todo"] == []
    assert published(client, draft) == Policy.objects.in_force(school)


def test_publishing_too_early_says_what_is_missing_and_where(cast):
    client = browser(cast.admin)
    draft = opened(client, cast.school.pk, "empty")
    page = client.get(url("publish", draft.pk))
    assert "Still to do before it can be published" in page.content.decode()
    seen = page.context["form"]["seen"].value()
    response = client.post(url("publish", draft.pk), {"note": "Now", "seen": seen})
    assert "Choose at least one role that may authorise." in response.context["form"].non_field_errors()
    assert not Policy.objects.get(pk=draft.pk).is_published


@pytest.mark.parametrize("start", [*presets.NAMES, "empty"])
def test_school_starts_from_anything_and_is_raised_to_the_floor(cast, start):
    client = browser(cast.admin)
    draft = opened(client, cast.school.pk, start)
    client.post(url("lift", draft.pk))
    assert publishing.faults_of(Policy.objects.get(pk=draft.pk)) == []
    assert published(client, draft) == Policy.objects.in_force(cast.school)
    assert Policy.objects.in_force(cast.other_school) == cast.policy


def test_draft_like_another_version_says_the_same(cast):
    client = browser(cast.admin)
    draft = opened(client, cast.school.pk, f"like:{cast.policy.pk}")
    assert (draft.school, draft.based_on) == (cast.school, cast.policy)
    assert client.get(url("version", draft.pk)).context["todo"] == []


def test_version_of_another_trust_is_no_start(cast):
    foreign = make_cast().policy
    form = (
        browser(cast.admin)
        .post(url("new"), {"whose": "trust", "start": f"like:{foreign.pk}"})
        .context["form"]
    )
    assert list(form.errors) == ["start"]


def test_next_visit_obeys_the_schools_own_policy_and_the_one_before_keeps_its_own(cast, clock):
    now = clock.set("2026-11-26 10:00")
    before = make.requested(cast, now=now)
    client = browser(cast.admin)
    draft = opened(client, cast.school.pk, "empty")
    client.post(url("lift", draft.pk))
    fill(client, draft, "going", min_people=3, lone_rule="never")
    own = published(client, draft)
    after = make.draft(cast, now=app_now())
    assert Visit.objects.get(pk=before.pk).rules == cast.policy
    assert Visit.objects.get(pk=after.pk).rules == own
    unmet = [check.sentence for check in gates.blocking("submit", Visit.objects.get(pk=after.pk), now)]
    assert "At least 3 members of staff must go." in unmet


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_trust_admin_makes_a_policy_on_a_phone_and_the_next_visit_obeys_it(page, live_server):
    """New draft, empty sheet, one school; raised to the floor, one value changed; published."""
    cast: Cast = make_cast()
    page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    be(page, cast.admin, live_server.url)
    page.goto(live_server.url + url("list"))
    page.get_by_role("link", name="New draft").click()
    page.get_by_text(f"{cast.school} alone").click()
    page.get_by_text("An empty sheet").click()
    page.get_by_role("button", name="Open the draft").click()
    page.get_by_role("heading", name="Still to do before it can be published").wait_for()
    page.get_by_role("button", name="Raise all to the trust’s floor").click()
    page.get_by_text("Nothing is missing.").wait_for()

    page.get_by_role("link", name="Change Who goes").click()
    page.get_by_label("Members of staff who go, at least").fill("1")
    page.get_by_role("button", name="Save to the draft").click()
    page.get_by_text("Your trust asks for at least 2 people (version 1). Enter 2 or more.").first.wait_for()
    page.get_by_label("Members of staff who go, at least").fill("3")
    page.get_by_text("Nobody goes alone").click()
    page.get_by_role("button", name="Save to the draft").click()

    page.get_by_role("link", name="Publish").click()
    page.get_by_text("Nothing would be different").or_(page.get_by_text("0 visits are open")).first.wait_for()
    page.get_by_label("What changed, and why?").fill("Three go here")
    page.get_by_role("button", name="Publish").click()
    page.get_by_role("heading", name="Version 1 is in force").wait_for()
    visit = Visit.objects.get(pk=make.draft(cast).pk)
    assert (visit.rules.school, visit.rules.min_people) == (cast.school, 3)
