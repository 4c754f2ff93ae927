"""The pages beside the policy in a real browser: accessible, nothing cut off; and one short journey."""

import datetime as dt

import pytest

from homevisits.clock import app_now, london_day
from homevisits.people import keeping as people
from homevisits.people.having_read import missing_papers
from homevisits.trusts import publishing
from homevisits.trusts.models import Policy
from homevisits.upkeep import keeping
from tests.axe import troubles
from tests.browser.screens import be
from tests.cast import Cast, make_cast

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def house() -> Cast:
    """A second version, infection rules, a paper, cover that ends soon, a review under way."""
    cast, now = make_cast(), app_now()
    today = london_day(now)
    draft = publishing.start_draft(
        trust=cast.trust, school=None, by=cast.admin, now=now, based_on=cast.policy
    )
    publishing.save_draft(policy=draft, by=cast.admin, now=now, values={"wait_minutes": 10})
    draft = publishing.publish(policy=draft, by=cast.admin, now=now, note="Shorter wait.")
    keeping.start_review(policy=draft, why="New guidance", by=cast.ceo, now=now)
    keeping.add_insurance(
        trust=cast.trust,
        insurer="RPA",
        reference="1",
        starts_on=today,
        expires_on=today + dt.timedelta(days=30),
        by=cast.admin,
        now=now,
    )
    keeping.start_overlay(
        school=cast.school,
        starts_on=today,
        ends_on=None,
        reason="Measles",
        source="UKHSA",
        by=cast.head,
        now=now,
    )
    keeping.add_paper(
        school=cast.school,
        kind="behaviour",
        title="Behaviour",
        url="https://a.example/",
        by=cast.head,
        now=now,
    )
    people.ask_training(school=cast.school, title="Cultural awareness", by=cast.head, now=now)
    return cast


def addresses(house: Cast) -> list[tuple[str, str]]:
    """Who looks at which page."""
    policy = f"/policy/{Policy.objects.get(trust=house.trust, number=2).pk}/"
    school = f"/schools/{house.school.slug}/"
    return [
        ("admin", "/policy/"),
        ("admin", policy),
        ("admin", f"{policy}review/"),
        ("admin", "/policy/laws/"),
        ("admin", "/policy/laws/new/"),
        ("admin", "/policy/insurance/"),
        ("admin", "/policy/website/"),
        ("admin", f"{school}details/"),
        ("ewo", "/policy/reading/overdue/"),
        ("ewo", "/people/checks/"),
        ("head", "/"),
        ("head", f"{policy}tell/"),
        ("head", school),
        ("head", f"{school}papers/new/"),
        ("head", f"{school}infection/new/"),
        ("head", f"/people/training/{house.school.slug}/"),
        ("head", f"/people/staff/{house.teacher.pk}/checks/new/"),
        ("head", f"/people/staff/{house.teacher.pk}/"),
        ("teacher", f"{policy}read/"),
        ("teacher", f"{policy}words/"),
        ("teacher", f"/policies/{house.trust.slug}/{house.school.slug}/"),
    ]


def test_axe_finds_nothing_and_nothing_overflows(page, live_server, house: Cast) -> None:
    found, signed_in = [], ""
    for who, path in addresses(house):
        if who != signed_in:
            be(page, house.people[who], live_server.url)
            signed_in = who
        page.goto(live_server.url + path)
        found += [f"{who} {path}: {trouble}" for trouble in troubles(page)]
    assert found == []


@pytest.mark.clause("TC-050", "TC-255", "PS-044", "SH-060")
def test_a_head_tells_the_staff_and_a_teacher_reads(page, live_server, house: Cast) -> None:
    policy = Policy.objects.get(trust=house.trust, number=2)
    be(page, house.head, live_server.url)
    page.goto(live_server.url + "/")
    page.get_by_role("link", name="Tell your staff").click()
    page.get_by_label("How did you tell them?").fill("At the staff briefing")
    page.get_by_role("button", name="My staff have been told").click()
    page.get_by_text("were told").first.wait_for()
    be(page, house.teacher, live_server.url)
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto(live_server.url + "/")
    page.get_by_role("link", name="Read the policy").click()
    for paper in ("The home-visit policy", "Lone Worker Policy", "Staff Code of Conduct"):
        page.get_by_label(paper, exact=True).check()
    page.get_by_role("button", name="I have read what I ticked").click()
    page.get_by_text("You have read all of it").wait_for()
    assert missing_papers(house.teacher, policy) == []
