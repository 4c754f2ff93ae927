"""Where a trust admin sets up texts: the key is never shown, and what goes wrong is said in words."""

import uuid

import pytest
from django.test import Client

from homevisits.notices.accounts import TextAccount
from homevisits.people.models import Staff
from homevisits.people.story import PeopleEvent
from homevisits.trusts.roles import RoleName
from tests.factories.people import staff_with
from tests.notify import Pretend

SECRET = "0d8b1f5e-7c1c-4a0f-9d6a-0a4f7b1c2d3e"
KEY = f"home_visits-26785a09-ab16-4eb0-8407-a37497a57506-{SECRET}"
TEMPLATE = "f33517ff-2a88-4f6e-b855-c550268ce08a"
PAGE = "/notices/texts/"


@pytest.fixture
def admin(reader: Staff) -> Staff:
    return staff_with(RoleName.TRUST_ADMIN, reader.trust, mobile="+447700900105", email="ada@a.example")


@pytest.fixture
def hers(client: Client, admin: Staff) -> Client:
    client.force_login(admin)
    return client


def html(client: Client, path: str = PAGE) -> str:
    return client.get(path).content.decode()


def written(**fields: str) -> dict[str, str]:
    return {"key": KEY, "text_template": TEMPLATE, "reply_number": "07700 900010"} | fields


def test_without_an_account_the_page_says_what_that_means(hers: Client) -> None:
    assert "nobody is reached by text" in html(hers)


def test_the_key_is_sealed_and_never_shown_again(hers: Client, admin: Staff) -> None:
    hers.post(PAGE, written())
    account = TextAccount.objects.get()
    assert (account.trust, account.key, account.key_name) == (admin.trust, KEY, "home_visits")
    assert SECRET.encode() not in bytes(account.sealed_key)
    page = html(hers)
    assert ("“home_visits” is kept" in page, SECRET in page, KEY[:30] in page) == (True, False, False)
    assert [event.by for event in PeopleEvent.objects.filter(kind="texts_set")] == [admin]


def test_saving_without_a_key_keeps_the_one_that_is_there(hers: Client) -> None:
    hers.post(PAGE, written())
    other = str(uuid.uuid4())
    hers.post(PAGE, written(key="", text_template=other))
    account = TextAccount.objects.get()
    assert (account.key, str(account.text_template)) == (KEY, other)


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"key": ""}, "Enter the API key"),
        ({"key": "abc"}, "Enter the whole key as Notify shows it once"),
        ({"text_template": "abc"}, "Enter the id as Notify shows it"),
        ({"sends_email": "on"}, "Enter the id of the e-mail template"),
        ({"reply_number": "12"}, "Enter a phone number"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_typed_is_lost(
    hers: Client, fields: dict[str, str], sentence: str
) -> None:
    page = hers.post(PAGE, written(**fields)).content.decode()
    assert (sentence in page, TextAccount.objects.count()) == (True, 0)
    assert written(**fields)["text_template"] in page


@pytest.mark.parametrize("role", [RoleName.OFFICE, RoleName.HEADTEACHER, RoleName.CEO])
def test_the_page_is_the_trust_admins_alone(client: Client, reader: Staff, role: RoleName) -> None:
    where = reader.trust if role == RoleName.CEO else reader.main_school
    client.force_login(staff_with(role, where))
    replies = [client.get(PAGE), client.post(PAGE, written()), client.post(f"{PAGE}token/")]
    assert [reply.status_code for reply in replies] == [404, 404, 404]
    assert TextAccount.objects.count() == 0


def test_the_token_is_shown_once(hers: Client, admin: Staff, notify: Pretend) -> None:
    account = notify.account(admin.trust, callbacks=False)
    page = hers.post(f"{PAGE}token/").content.decode()
    token = page.partition("data-token>")[2].partition("<")[0]
    assert (len(token), token in html(hers)) == (43, False)
    assert f"http://127.0.0.1:8000/notices/notify/{account.uuid}/receipt/" in page
    path, headers = f"/notices/notify/{account.uuid}/receipt/", {"Authorization": f"Bearer {token}"}
    said = {"id": str(uuid.uuid4()), "reference": "", "status": "delivered"}
    assert hers.post(path, said, content_type="application/json", headers=headers).status_code == 204
    hers.post(f"{PAGE}token/")
    assert hers.post(path, said, content_type="application/json", headers=headers).status_code == 401


def test_a_test_text_goes_to_ones_own_phone(hers: Client, admin: Staff, notify: Pretend) -> None:
    notify.account(admin.trust)
    page = hers.post(f"{PAGE}test/", {"what": "text"}, follow=True).content.decode()
    assert [message.to for message in notify.taken] == ["+447700900105"]
    assert ("Notify took the text" in page, "Texts work." in page) == (True, True)


def test_a_test_email_goes_to_oneself(hers: Client, admin: Staff, notify: Pretend) -> None:
    notify.account(admin.trust, sends_email=True)
    hers.post(f"{PAGE}test/", {"what": "email"})
    assert [(message.kind, message.to) for message in notify.taken] == [("email", "ada@a.example")]


@pytest.mark.parametrize(
    ("faults", "sentence"),
    [
        ({"status": 403}, "Notify does not accept the key"),
        (
            {"status": 403, "message": "Error: Your system clock must be accurate to within 30 seconds"},
            "The clock of this server is wrong",
        ),
        ({"status": 400, "message": "Template not found"}, "Notify knows no such template"),
        ({"status": 429}, "Notify&#x27;s limit is reached"),
        ({"status": 500}, "Notify has a fault of its own"),
    ],
)
def test_what_went_wrong_with_a_test_is_said_in_words(
    hers: Client, admin: Staff, notify: Pretend, faults: dict[str, object], sentence: str
) -> None:
    notify.account(admin.trust)
    notify.misbehave(**faults)
    page = hers.post(f"{PAGE}test/", {"what": "text"}, follow=True).content.decode()
    assert ("It did not go" in page, sentence in page, "Texts do not go." in page) == (True, True, True)


def test_the_real_checks_refuse_a_wrong_key_and_a_wrong_template(
    hers: Client, admin: Staff, notify: Pretend
) -> None:
    account = notify.account(admin.trust)
    TextAccount.objects.update(text_template=account.email_template)
    page = hers.post(f"{PAGE}test/", {"what": "text"}, follow=True).content.decode()
    assert "of the wrong kind" in page
    hers.post(PAGE, written())
    page = hers.post(f"{PAGE}test/", {"what": "text"}, follow=True).content.decode()
    assert "Notify does not accept the key" in page
