"""Signing in: by e-mail alone, limited by account, closed to strangers and to the demo's password."""

import pytest
from django.core.exceptions import ValidationError

from homevisits.people.signin import DemoPasswordValidator
from tests.factories.people import StaffFactory

PASSWORD = "correct horse battery"
FAILURES_ALLOWED = 10

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff():
    return StaffFactory(email="dana@school.example", password=PASSWORD)


def sign_in(client, email, password=PASSWORD):
    client.post("/accounts/login/", {"login": email, "password": password})
    return "_auth_user_id" in client.session


def test_sign_in_takes_the_e_mail_address_in_any_case(client, staff):
    assert sign_in(client, "Dana@School.Example") is True


def test_sign_in_refuses_a_wrong_password(client, staff):
    assert sign_in(client, staff.email, "wrong") is False


def test_sign_in_refuses_somebody_who_has_left(client, staff):
    staff.is_active = False
    staff.save(update_fields=["is_active"])
    assert sign_in(client, staff.email) is False


def test_a_leavers_session_ends_at_once(client, staff):
    assert sign_in(client, staff.email) is True
    staff.is_active = False
    staff.save(update_fields=["is_active"])
    assert client.get("/accounts/password/change/").status_code == 302


def test_sign_in_is_limited_by_account(client, staff):
    for _ in range(FAILURES_ALLOWED):
        sign_in(client, staff.email, "wrong")
    assert sign_in(client, staff.email) is False


def test_sign_in_is_never_limited_by_address(client, staff):
    """A whole school signs in from one address at 08:50."""
    for number in range(5 * FAILURES_ALLOWED):
        sign_in(client, f"nobody{number}@school.example", "wrong")
    assert sign_in(client, staff.email) is True


def test_the_demos_password_opens_nothing_outside_a_demo(client, settings):
    StaffFactory(email="head@school.example", password=settings.DEMO_PASSWORD)
    settings.DEMO = False
    assert sign_in(client, "head@school.example", settings.DEMO_PASSWORD) is False
    settings.DEMO = True
    assert sign_in(client, "head@school.example", settings.DEMO_PASSWORD) is True


def test_the_demos_password_cannot_be_chosen(settings):
    with pytest.raises(ValidationError, match="printed in the README"):
        DemoPasswordValidator().validate(settings.DEMO_PASSWORD)
    DemoPasswordValidator().validate("another password altogether")


def test_nobody_makes_an_account_for_themselves(client, django_user_model):
    client.post(
        "/accounts/signup/", {"email": "new@school.example", "password1": PASSWORD, "password2": PASSWORD}
    )
    assert django_user_model.objects.count() == 0


def test_a_password_reset_for_a_stranger_sends_nothing_and_answers_alike(client, staff, mailoutbox):
    unknown = client.post("/accounts/password/reset/", {"email": "nobody@school.example"})
    assert mailoutbox == []
    known = client.post("/accounts/password/reset/", {"email": staff.email})
    assert [message.to for message in mailoutbox] == [[staff.email]]
    assert (unknown.status_code, unknown.url) == (known.status_code, known.url)
