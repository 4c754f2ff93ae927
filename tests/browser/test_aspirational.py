"""Aspirational Futures, in a browser: the head or a senior leader authorises, then the office logs."""

import pytest

from tests.browser import driver
from tests.browser.driver import Request
from tests.browser.screens import Screens, problems, state, unmet
from tests.cast import Cast, make_cast
from tests.clock import Clock
from tests.factories.visits import a_pupil, checked
from visits.models import Visit

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

REASON = "Attendance issues or concerns"
PASSWORD = "a long sentence that nobody guesses"


@pytest.fixture
def cast(morning: Clock) -> Cast:
    """The people of the trust, their DBS checks on file, and a pupil whom they visit."""
    cast = make_cast("aspirational_futures")
    a_pupil(cast, legal_first_name="Ivy", legal_last_name="Novak")
    checked(cast.teacher, cast.colleague)
    return cast


@pytest.mark.clause("AF-011", "AF-013", "AF-014", "AF-016", "SH-066", "CS-007")
def test_senior_leader_authorises_then_the_office_logs(screens: Screens, cast: Cast) -> None:
    # Given a teacher who signs in with her password, after a wrong one was refused
    cast.teacher.set_password(PASSWORD)
    cast.teacher.save(update_fields=["password"])
    phone = screens.nobody((390, 844))
    driver.sign_in(phone, cast.teacher.email, "not the password")
    assert problems(phone) == ["The e-mail address or the password is not right. Try again."]
    driver.sign_in(phone, cast.teacher.email, PASSWORD)
    assert phone.get_by_role("heading", name="My day").is_visible()

    # When she asks, a senior leader can decide, and only with a reason
    slt, office = screens.desk(cast.slt), screens.desk(cast.office)
    ref = driver.ask_for_visit(phone, Request("Ivy Novak", REASON, told_whom="Maria Novak"))
    driver.open_request(slt, ref)
    assert unmet(slt) == {}
    assert driver.refused(slt, "Authorise") == ["Give a reason for your decision"]
    driver.decide(slt, ref, "Please go today.")

    # Then nobody leaves before the office has logged it
    driver.open_phone(phone, ref)
    assert phone.get_by_text("The office logs it first").is_visible()
    assert phone.get_by_role("button", name="I am leaving now").count() == 0
    driver.open_log(office, ref)
    assert driver.refused(office, "Log this visit") == ["Set a code word before the visit is logged"]
    driver.log(office, ref, word="Is the blue folder on my desk?")

    # And the visit takes place, and is recorded
    driver.visit_home(phone, ref, "Maria Novak, mother")
    driver.finish_record(phone, ref)
    assert state(slt, ref) == "recorded"
    assert [driver.pdf(slt, path).body()[:5] for path in driver.papers(slt)] == [b"%PDF-"] * 4


@pytest.mark.clause("AF-012")
def test_two_who_decide_at_once_have_one_decision_and_the_other_is_told(screens: Screens, cast: Cast) -> None:
    # Given a request that the head and a senior leader both have open, with a reason typed
    phone, head, slt = screens.phone(cast.teacher), screens.desk(cast.head), screens.desk(cast.slt)
    ref = driver.ask_for_visit(phone, Request("Ivy Novak", REASON))
    for page, reason in ((head, "Please go today."), (slt, "Meet them in school first.")):
        driver.open_request(page, ref)
        driver.fill_decision(page, reason)

    # When the head authorises, and then the other declines on the page as it was
    driver.press(head, "Authorise")
    head.wait_for_url("**/decided/")
    said = driver.refused(slt, "Decline")

    # Then the other is told who and when, keeps what was typed, and nothing has changed
    decided = Visit.objects.get(ref=ref).decisions.get()
    at = driver.at(decided.decided_at)
    assert said == [f"This visit is authorised: P. Head, {at}. Look at it again before you go on."]
    assert slt.get_by_text("Meet them in school first.").is_visible()
    assert (decided.decider, decided.answer) == (cast.head, "yes")
    assert state(phone, ref) == "authorised"
