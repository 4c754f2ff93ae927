"""Signing in and passwords, in our words."""

import re

import pytest
from django.core.cache import cache
from django.test import Client

from tests.cast import Cast

PASSWORD = "three quiet lanterns"


@pytest.fixture(autouse=True)
def nobody_has_tried_yet(db: None) -> None:
    cache.clear()


def text(reply: object) -> str:
    return re.sub(r"\s+", " ", reply.content.decode())  # type: ignore[attr-defined]


def test_sign_in_page_has_our_labels_and_no_browser_bubbles(client: Client) -> None:
    page = text(client.get("/accounts/login/"))
    assert "E-mail address" in page
    assert "novalidate" in page
    assert "placeholder" not in page


def test_empty_sign_in_says_what_to_enter(client: Client) -> None:
    page = text(client.post("/accounts/login/", {}))
    assert '<a href="#id_login">Enter your e-mail address</a>' in page
    assert '<a href="#id_password">Enter your password</a>' in page
    assert "<title>Error: Sign in" in page


def test_wrong_password_is_told_once_and_keeps_the_address(client: Client, cast: Cast) -> None:
    page = text(client.post("/accounts/login/", {"login": cast.office.email, "password": "wrong"}))
    assert page.count("The e-mail address or the password is not right.") == 1
    assert f'value="{cast.office.email}"' in page


def test_password_is_changed_on_our_page(client: Client, cast: Cast) -> None:
    cast.office.set_password("old and forgotten lanterns")
    cast.office.save()
    client.force_login(cast.office)
    assert "Your password now" in text(client.get("/accounts/password/change/"))
    sent = {"oldpassword": "old and forgotten lanterns", "password1": PASSWORD, "password2": PASSWORD}
    assert client.post("/accounts/password/change/", sent).status_code == 302
    cast.office.refresh_from_db()
    assert cast.office.check_password(PASSWORD)


def test_forgotten_password_says_nothing_about_who_has_an_account(client: Client, cast: Cast) -> None:
    known = client.post("/accounts/password/reset/", {"email": cast.office.email}, follow=True)
    unknown = client.post("/accounts/password/reset/", {"email": "nobody@nowhere.example"}, follow=True)
    assert "Look in your e-mail" in text(known)
    assert text(known) == text(unknown)


def test_signing_out_is_asked_first(client: Client, cast: Cast) -> None:
    client.force_login(cast.office)
    assert "Sign out?" in text(client.get("/accounts/logout/"))
    client.post("/accounts/logout/")
    assert client.get("/heartbeat/").status_code == 302


@pytest.mark.parametrize("path", ["/accounts/password/reset/key/1-set-password/", "/accounts/signup/"])
def test_dead_ends_are_pages_of_the_house(client: Client, path: str) -> None:
    assert "page-entrance" in text(client.get(path, follow=True))


def test_missing_page_is_a_page_of_the_house(client: Client, cast: Cast) -> None:
    client.force_login(cast.office)
    reply = client.get("/no-such-page/")
    assert reply.status_code == 404
    assert "There is no page here" in text(reply)
