"""A page that was opened before things changed: its click never undoes a newer state."""

import pytest

from tests.browser import driver
from tests.browser.screens import Screens
from tests.cast import Cast, make_cast
from tests.clock import Clock
from tests.factories import visits as make
from visits import transitions
from visits.models import Visit

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def cast(morning: Clock) -> Cast:
    return make_cast("three_counties")


def story(visit: Visit) -> list[str]:
    """What has happened to a visit, in order."""
    return list(visit.events.order_by("number").values_list("kind", flat=True))


def test_old_phone_page_cannot_leave_a_home_of_those_marked_back(screens: Screens, cast: Cast) -> None:
    # Given a teacher out with a colleague, whose phone shows that they are at the door
    visit = make.out(cast)
    phone, office = screens.phone(cast.teacher), screens.desk(cast.office)
    driver.open_phone(phone, visit.ref)
    driver.arrive(phone)

    # When the office marks both back, and the teacher then presses "Leaving now" on the old page
    for person in ("Pat Teacher", "Pat Colleague"):
        driver.mark_back(office, visit.ref, person, "Both stand at my desk")
    before = Visit.objects.get(ref=visit.ref)
    told = story(before)
    said = driver.not_done(phone, "Leaving now")

    # Then the page says who was first, and nothing has changed
    at = driver.at(before.events.get(kind="returned_safe").recorded_at)
    assert said == f"This visit is back safe: P. Office, {at}. Look at it again before you go on."
    after = Visit.objects.get(ref=visit.ref)
    assert (after.state, after.left_at, story(after)) == ("returned_safe", before.left_at, told)


def test_old_phone_page_cannot_leave_for_a_visit_that_was_cancelled(
    screens: Screens, cast: Cast, morning: Clock
) -> None:
    # Given a checklist, ticked but not sent
    visit = make.logged(cast)
    phone = screens.phone(cast.teacher)
    driver.open_phone(phone, visit.ref)
    driver.tick_all(phone)

    # When the office cancels, and the teacher then says that they leave
    transitions.cancel(visit=visit, by=cast.office, now=morning.now, reason="The family rang: not today.")
    said = driver.not_done(phone, "I am leaving now")

    # Then nobody is out
    at = driver.at(visit.events.get(kind="cancelled").recorded_at)
    assert said == f"This visit is cancelled: P. Office, {at}. Look at it again before you go on."
    assert Visit.objects.get(ref=visit.ref).state == "cancelled"


def test_request_that_changed_after_it_was_opened_is_read_again_before_it_is_decided(
    screens: Screens, cast: Cast, morning: Clock
) -> None:
    # Given the head, who has a request open with a reason typed
    visit = make.requested(cast)
    make.assessed(cast, visit, morning.now)
    head = screens.desk(cast.head)
    driver.open_request(head, visit.ref)
    driver.fill_decision(head, "Go together.")

    # When the teacher meanwhile takes somebody else along
    make.checked(cast.dsl)
    party = [{"staff": cast.teacher, "is_lead": True}, {"staff": cast.dsl}]
    transitions.amend(
        visit=visit, by=cast.teacher, now=morning.now, values={}, party=party, reason="My colleague is ill."
    )

    # Then the answer is refused, what was typed is kept, and the page shows who goes now
    assert driver.refused(head, "Authorise") == [
        "This request changed after you opened it. Read it again before you decide."
    ]
    assert head.get_by_label("Your reason").input_value() == "Go together."
    assert head.get_by_text("P. Dsl").first.is_visible()
    assert not Visit.objects.get(ref=visit.ref).decisions.exists()
