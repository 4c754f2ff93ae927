"""Three Counties, in a browser: teacher-led with the head, EWO-led without, and the EWO alone with the CEO."""

import pytest

from homevisits.clock import app_now
from tests.browser import driver
from tests.browser.driver import Request
from tests.browser.screens import Screens, needed, problems, state, status, unmet
from tests.cast import Cast, make_cast
from tests.clock import Clock
from tests.factories.visits import a_pupil, checked
from tests.visits.test_deciding_series import sent

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

REASON = "Persistently low attendance, or at risk of it"
WORD = "Is the blue folder on my desk?"


@pytest.fixture
def cast(morning: Clock) -> Cast:
    """The people of the trust, their DBS checks on file, and a pupil whom they visit."""
    cast = make_cast("three_counties")
    a_pupil(cast, legal_first_name="Ivy", legal_last_name="Novak")
    checked(cast.teacher, cast.ewo)
    return cast


@pytest.mark.clause("TC-016", "TC-048", "TC-049", "TC-069", "TC-070", "TC-087", "TC-091", "TC-093", "TC-095")
@pytest.mark.clause("TC-052", "TC-124", "TC-166", "TC-168", "TC-174", "TC-227", "TC-057", "TC-229")
@pytest.mark.clause("TC-051", "TC-053", "TC-082", "TC-141")
def test_teacher_led_visit_is_refused_at_every_gate_and_then_let_through(
    screens: Screens, cast: Cast
) -> None:
    # Given a teacher with a phone, and a colleague whose DBS check nobody has put on file
    phone, head, office = screens.phone(cast.teacher), screens.desk(cast.head), screens.desk(cast.office)
    request = Request("Ivy Novak", REASON, colleagues=("Pat Colleague",))

    # When the teacher asks, every step says what it still needs before it lets them go on
    ref = driver.start_request(phone, request.pupil)
    assert driver.refused(phone, "Continue") == [
        "Choose a reason that your policy allows.",
        "Say what the visit is for, in 20 characters or more.",
        "Say why a home visit is necessary.",
    ]
    driver.say_why(phone, request)
    driver.go_on(phone, "told")
    assert driver.refused(phone, "Continue") == ["Say whether the parents are told before you go."]
    driver.say_told(phone, request)
    phone.get_by_label("They agreed to the visit").locator("visible=true").uncheck()
    assert driver.refused(phone, "Continue") == ["Say which parent agreed to the visit."]
    driver.say_told(phone, request)
    driver.go_on(phone, "where")
    driver.go_on(phone, "when")
    phone.get_by_label("Day", exact=True).fill("2026-11-25")
    assert driver.refused(phone, "Continue") == ["Choose a start that lies ahead."]
    driver.say_when(phone, request)
    driver.go_on(phone, "people")
    assert phone.get_by_label("Who leads?").locator("option:checked").inner_text() == "Pat Ewo"
    driver.say_who(phone, Request("Ivy Novak", REASON))
    assert driver.refused(phone, "Continue") == [
        "Choose at least 2 members of staff, or say why fewer should go."
    ]
    driver.say_who(phone, request)
    driver.go_on(phone, "check")

    # Then the missing DBS check is said there, and added, before the request can be sent
    assert needed(phone, "dbs").startswith("P. Colleague's DBS check is not on file.")
    driver.press(phone, "Send the request")
    assert problems(phone) == [needed(phone, "dbs")]
    checked(cast.colleague)
    driver.send_request(phone)
    assert state(phone, ref) == "requested"

    # And nobody leaves: the phone page and the office's log wait for the head
    driver.open_phone(phone, ref)
    assert phone.get_by_text("Do not leave yet. The visit is not authorised yet.").is_visible()
    office.goto(f"/visits/{ref}/log/")
    assert office.get_by_role("button", name="Log this visit").is_disabled()
    assert office.get_by_text("The visit is not authorised yet.").is_visible()

    # When the head opens it, the missing risk assessment blocks, and the DSL's view only warns
    driver.open_request(head, ref)
    assert unmet(head) == {"risk": True, "decision_dsl_input": False}
    assert head.get_by_role("button", name="Authorise").is_disabled()
    assert head.locator("#why-not").inner_text().endswith("Write the risk assessment for this visit.")
    driver.assess_risk(head, ref)
    driver.open_request(head, ref)
    assert driver.refused(head, "Authorise") == [
        "Confirm that the visit is necessary, or return it for changes",
        "Confirm that the visit is in the pupil’s best interests, or return it for changes",
        "Confirm that safeguarding arrangements are in place, or return it for changes",
        "Give a reason for your decision",
    ]
    driver.decide(head, ref, "Two meetings were missed; go together.")
    assert state(head, ref) == "authorised"

    # And the office logs only with transport, a colleague who rings, and a code word
    driver.open_phone(phone, ref)
    assert phone.get_by_text("The office logs it first").is_visible()
    driver.open_log(office, ref)
    assert driver.refused(office, "Log this visit") == [
        "Say how P. Teacher travels",
        "Say how P. Colleague travels",
        "Choose who makes the check-in call, or say why nobody can",
        "Set a code word before the visit is logged",
    ]
    driver.log(office, ref, travel="On foot", caller="Pat Office", word=WORD)

    # When the visitors go, the checklist and the adult at the door come first
    colleague = screens.phone(cast.colleague)
    driver.open_phone(phone, ref)
    driver.press(phone, "I am leaving now")
    assert problems(phone) == ["Tick every line before you leave"]
    driver.tick_all(phone)
    assert driver.not_done(phone, "I am leaving now") == (
        "P. Teacher is not briefed yet. Ask the Headteacher/Head of School to do that."
    )
    driver.brief(head, ref)
    driver.read_briefing(phone, ref)
    driver.read_briefing(colleague, ref)
    driver.leave(phone, ref)
    driver.arrive(phone)
    driver.press(phone, "We went in")
    driver.press(phone, "We are inside")
    assert problems(phone) == ["Choose which adult invited you in"]
    driver.choose(phone, "Which adult invited you in?", "Maria Novak, mother")
    driver.tap(phone, "We are inside", "inside")
    driver.say_fine(phone, "We are together, both fine")
    driver.leave_home(phone)

    # Then each of the two is accounted for alone
    driver.say_back(phone, ref)
    assert state(phone, ref) == "in_progress"
    driver.say_back(colleague, ref)
    assert state(phone, ref) == "returned_safe"

    # And the record is refused until it is whole, and finished by the lead alone
    driver.open_record(colleague, ref)
    assert colleague.get_by_text("Only the lead visitor can finish the record.").is_visible()
    driver.open_record(phone, ref)
    assert driver.refused(phone, "Finish the record") == [
        "Say how the visit went.",
        "List who was there, or tick that nobody was.",
        "Say whether the pupil was seen and spoken to.",
        "Write the facts: what you saw and heard.",
        "List what was agreed, or tick that nothing was.",
        "Say whether there is a safeguarding concern.",
        "Choose the file that the record goes on.",
    ]
    driver.finish_record(phone, ref)
    assert state(head, ref) == "recorded"
    assert [driver.pdf(head, path).body()[:5] for path in driver.papers(head)] == [b"%PDF-"] * 4
    assert status(screens.desk(cast.outsider), f"/visits/{ref}/") == 404


@pytest.mark.clause("TC-048", "TC-092", "TC-052", "TC-152", "TC-130", "TC-060")
def test_ewo_led_visit_goes_on_without_the_head(screens: Screens, cast: Cast) -> None:
    # Given the EWO, who asks to go with the teacher
    phone, head, office = screens.phone(cast.ewo), screens.desk(cast.head), screens.desk(cast.office)

    # When the request is sent
    ref = driver.ask_for_visit(phone, Request("Ivy Novak", REASON, colleagues=("Pat Teacher",)))

    # Then it is authorised at once, and the head has nothing to decide
    assert phone.get_by_text("needs no head’s authorisation").is_visible()
    assert state(phone, ref) == "authorised"
    head.goto("/dashboard/")
    assert head.locator(".queue-item", has_text=ref).count() == 0

    # And the EWO's word and the risk assessment still come before the office's log
    driver.open_log(office, ref)
    assert needed(office, "risk") == "Write the risk assessment for this visit."
    driver.fill_log(office, travel="Public transport", caller="Pat Office", word=WORD)
    wanted = "The Education Welfare and Safeguarding Support Officer confirms on the visit's page that"
    assert driver.refused(office, "Log this visit") == [f"{wanted} safeguarding arrangements are in place."]
    driver.confirm_safeguarding(phone, ref)
    assert driver.refused(office, "Log this visit") == ["Write the risk assessment for this visit."]
    driver.assess_risk(phone, ref)
    driver.log(office, ref, travel="Public transport", caller="Pat Office", word=WORD)

    # And the CEO briefs the EWO, the head the teacher
    driver.brief(screens.desk(cast.ceo), ref)
    driver.brief(head, ref)
    driver.read_briefing(phone, ref)
    driver.read_briefing(screens.phone(cast.teacher), ref)

    # And the visit takes place, and is recorded
    driver.visit_home(phone, ref, "Maria Novak, mother")
    driver.say_back(screens.phone(cast.teacher), ref)
    driver.finish_record(phone, ref)
    assert state(office, ref) == "recorded"


@pytest.mark.clause("TC-123", "TC-126", "TC-128", "TC-166")
def test_ewo_alone_waits_for_the_ceo_to_decide_on_going_alone(screens: Screens, cast: Cast) -> None:
    # Given the EWO, who asks to go alone and says why
    phone, head, ceo = screens.phone(cast.ewo), screens.desk(cast.head), screens.desk(cast.ceo)
    office = screens.desk(cast.office)
    ref = driver.ask_for_visit(
        phone, Request("Ivy Novak", REASON, lone_reason="The mother speaks openly to one person only.")
    )

    # Then it waits for the CEO, and the head can read it but not decide
    assert state(phone, ref) == "requested"
    head.goto(f"/visits/{ref}/decide/")
    assert head.get_by_text("Nothing here is yours to decide now.").is_visible()
    assert head.locator("form.decide-form").count() == 0

    # When the CEO presses without ticking that going alone is safe, it is refused; then it is let through
    driver.open_request(ceo, ref)
    ceo.get_by_label("Your reason").fill("The family trusts her.")
    assert "Tick what you decide on" in driver.refused(ceo, "Authorise")
    driver.decide(ceo, ref, "The family trusts her.", lone="Daylight, own car, a call every ten minutes.")
    assert state(phone, ref) == "authorised"

    # And the office logs it only with the lone-working assessment and a colleague who rings
    driver.open_log(office, ref)
    driver.fill_log(office, travel="On foot", word=WORD)
    assert driver.refused(office, "Log this visit") == ["Choose who makes the check-in call"]
    driver.confirm_safeguarding(phone, ref)
    driver.fill_log(office, travel="On foot", caller="Pat Office", word=WORD)
    assert driver.refused(office, "Log this visit") == ["Write the risk assessment for this visit."]
    assert needed(office, "lone_assessment") == "Write the lone-working assessment."
    driver.assess_risk(phone, ref, lone="Parks facing out, phone in hand, leaves at the first doubt.")
    driver.log(office, ref, travel="On foot", caller="Pat Office", word=WORD)
    driver.brief(ceo, ref)
    driver.read_briefing(phone, ref)

    # And the visit takes place, and is recorded
    driver.visit_home(phone, ref, "Maria Novak, mother")
    driver.finish_record(phone, ref)
    assert state(ceo, ref) == "recorded"


@pytest.mark.clause("TC-080")
def test_one_answer_authorises_all_lessons_of_a_series(screens: Screens, cast: Cast) -> None:
    # Given three lessons at home that wait for the head
    visits = sent(cast, app_now())
    head = screens.desk(cast.head)

    # When the head authorises the first and ticks that it holds for the others
    driver.open_request(head, visits[0].ref)
    driver.fill_decision(head, "She cannot come in.")
    head.get_by_label("The same answer for the other 2 lessons of this series").check()
    driver.press(head, "Authorise")
    head.wait_for_url("**/decided/")

    # Then the page says so, and none of them waits
    assert head.get_by_text("2 of 2 other lessons of this series have the same answer.").is_visible()
    assert [state(head, visit.ref) for visit in visits] == ["authorised"] * 3
