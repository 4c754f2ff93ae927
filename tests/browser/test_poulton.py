"""Poulton-le-Sands, in a browser: only the safeguarding lead authorises; a pair, or a reasoned override."""

import pytest

from tests.browser import driver
from tests.browser.driver import Request
from tests.browser.screens import Screens, problems, state, unmet
from tests.cast import Cast, make_cast
from tests.clock import Clock
from tests.factories.visits import a_pupil, checked

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

REASON = "Attendance issues or concerns"
WORD = "Is the blue folder on my desk?"


@pytest.fixture
def cast(morning: Clock) -> Cast:
    """The people of the school, their DBS checks on file, and a pupil whom they visit."""
    cast = make_cast("poulton_le_sands")
    a_pupil(cast, legal_first_name="Ivy", legal_last_name="Novak")
    checked(cast.teacher, cast.colleague)
    return cast


@pytest.mark.clause("PS-003", "PS-004", "PS-043", "PS-046", "PS-048", "PS-061", "PS-062", "PS-126")
def test_pair_goes_when_the_safeguarding_lead_and_nobody_else_authorises(
    screens: Screens, cast: Cast
) -> None:
    # Given a teacher and a colleague who ask
    phone, dsl, office = screens.phone(cast.teacher), screens.desk(cast.dsl), screens.desk(cast.office)
    ref = driver.ask_for_visit(phone, Request("Ivy Novak", REASON, colleagues=("Pat Colleague",)))

    # Then neither the head, nor a senior leader, nor the deputy can decide
    for person in (cast.head, cast.slt, cast.deputy):
        desk = screens.desk(person)
        desk.goto(f"/visits/{ref}/decide/")
        assert desk.locator("form.decide-form").count() == 0
        desk.goto("/dashboard/")
        assert desk.get_by_role("button", name="Authorise").count() == 0
    assert state(phone, ref) == "requested"

    # When the safeguarding lead opens it, the missing risk assessment blocks
    driver.open_request(dsl, ref)
    assert unmet(dsl) == {"risk": True}
    assert dsl.get_by_role("button", name="Authorise").is_disabled()
    driver.assess_risk(phone, ref)
    driver.open_request(dsl, ref)
    assert driver.refused(dsl, "Authorise") == [
        "Confirm that the visit is necessary, or return it for changes",
        "Give a reason for your decision",
    ]
    driver.decide(dsl, ref, "The family asked for it.")

    # And student services log it only with a code word for the pair
    driver.open_log(office, ref)
    assert driver.refused(office, "Log this visit") == ["Set a code word before the visit is logged"]
    driver.log(office, ref, word=WORD)

    # And the visit takes place, and is recorded
    driver.visit_home(phone, ref, "Maria Novak, mother")
    driver.say_back(screens.phone(cast.colleague), ref)
    driver.finish_record(phone, ref)
    assert state(dsl, ref) == "recorded"
    assert [driver.pdf(dsl, path).body()[:5] for path in driver.papers(dsl)] == [b"%PDF-"] * 4


@pytest.mark.clause("PS-048", "PS-049", "PS-125", "PS-061")
def test_one_person_goes_alone_when_the_safeguarding_lead_overrides_with_a_reason(
    screens: Screens, cast: Cast
) -> None:
    # Given a teacher who asks to go alone
    phone, dsl, office = screens.phone(cast.teacher), screens.desk(cast.dsl), screens.desk(cast.office)
    request = Request("Ivy Novak", REASON)
    driver.start_request(phone, request.pupil)
    driver.answer_until_people(phone, request)
    assert driver.refused(phone, "Continue") == [
        "Say whether two people could make it worse.",
        "Choose at least 2 members of staff, or say why fewer should go.",
    ]

    # When a reason is given, it can be sent
    request = Request("Ivy Novak", REASON, lone_reason="The colleague is ill; the mother knows me well.")
    driver.say_who(phone, request)
    driver.go_on(phone, "check")
    ref = driver.send_request(phone)
    driver.assess_risk(phone, ref, lone="A neighbour knows, phone in hand, leaves at the first doubt.")

    # Then the visit alone does not authorise going alone: the lead decides on both, each with a reason
    driver.open_request(dsl, ref)
    driver.fill_decision(dsl, "The family asked for it.")
    dsl.get_by_label("Going alone: I decide that it is safe and appropriate").check()
    driver.press(dsl, "Authorise")
    assert problems(dsl) == ["Say why going alone is safe and appropriate"]
    driver.decide(dsl, ref, "The family asked for it.", lone="Daylight, a known family, two calls.")
    assert state(phone, ref) == "authorised"

    # And the policy asks for no code word of one person; the visit takes place, and is recorded
    driver.log(office, ref)
    driver.visit_home(phone, ref, "Maria Novak, mother")
    driver.finish_record(phone, ref)
    assert state(dsl, ref) == "recorded"
