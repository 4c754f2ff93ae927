"""A trust's own colour is readable, or is not used."""

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from homevisits.look.brand import READABLE, contrast_with_white, readable
from tests.cast import Cast


@given(st.integers(0, 0xFFFFFF))
def test_every_colour_becomes_readable(colour: int) -> None:
    assert contrast_with_white(readable(f"#{colour:06x}") or "#ffffff") >= READABLE


def test_dark_colour_stays_as_it_is() -> None:
    assert readable("#0B4F4A") == "#0b4f4a"


@pytest.mark.parametrize("text", ["", "green", "#fff", "#0b4f4a; } body { display: none"])
def test_what_is_no_colour_is_not_used(text: str) -> None:
    assert readable(text) is None


def test_page_of_a_trust_with_a_colour_links_its_stylesheet(client: Client, cast: Cast, demo: None) -> None:
    cast.trust.brand_colour = "#ff0000"
    cast.trust.save()
    client.force_login(cast.office)
    shade = (readable("#ff0000") or "").removeprefix("#")
    assert f"/brand/{shade}.css" in client.get("/look/").content.decode()
    sheet = client.get(f"/brand/{shade}.css")
    assert (sheet["Content-Type"], f"--brand: #{shade}" in sheet.content.decode()) == ("text/css", True)


def test_stylesheet_of_no_colour_is_missing(client: Client, cast: Cast) -> None:
    client.force_login(cast.office)
    assert client.get("/brand/green.css").status_code == 404
