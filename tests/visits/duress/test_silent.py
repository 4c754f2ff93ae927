"""Asking for help in secret: by PIN, by a note, by text. What comes back is what always comes back."""

import datetime as dt
import re
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from homevisits.escalation.sweep import sweep
from homevisits.people import keeping
from tests.cast import Cast, browser
from tests.factories import visits as make
from visits.models import Visit, VisitAlarm

ORDINARY, DURESS, WRONG = "4826", "9153", "7061"
PHRASE = "Is the blue folder on my desk?"  # what the factory sets
SAID = "Could somebody look whether the blue folders are on the desk"
PLAIN = "Could somebody look whether the green boxes are in the hall"


@pytest.fixture
def pins(cast: Cast, now: dt.datetime) -> Cast:
    """Both visitors have set their PINs."""
    for staff in (cast.teacher, cast.colleague):
        keeping.set_pins(staff=staff, ordinary=ORDINARY, duress=DURESS, by=staff, now=now)
    return cast


def silent(visit: Visit) -> VisitAlarm | None:
    return visit.alarms.filter(kind="duress").first()


def one_word(text: str, pair: list[Visit]) -> str:
    """A page without what differs between any two visits and any two drawings: references, keys, tokens."""
    for visit in pair:
        text = text.replace(visit.ref, "REF")
        text = re.sub(rf"(/out/back/|/call/){'|'.join(str(a.pk) for a in visit.party)}/", r"\1N/", text)
        for home in (visit.address, visit.postcode, visit.postcode.replace(" ", "%20")):
            text = text.replace(home, "PLACE")
        for pupil in visit.pupils.all():
            text = text.replace(str(pupil), "PUPIL").replace(f"/pupils/{pupil.pk}/", "/pupils/N/")
    text = re.sub(
        r'value="[0-9a-f-]{36}"|name="csrfmiddlewaretoken" value="[^"]+"|"X-CSRFToken": "[^"]+"',
        "TOKEN",
        text,
    )
    text = re.sub(r"/(risk|documents|household|people/homes)/[0-9a-f-]+/", r"/\1/N/", text)
    return re.sub(r'ETag|"[0-9a-f]{32}"', "TAG", text)


def headers(reply: Any) -> dict[str, str]:
    """The headers of a reply, without those that differ between any two."""
    return {
        name: value for name, value in reply.headers.items() if name not in {"Date", "Content-Length", "ETag"}
    }


PAGES: list[Callable[[Visit], str]] = [
    lambda visit: reverse("out", args=[visit.ref]),
    lambda visit: visit.get_absolute_url(),
    lambda visit: reverse("out_note", args=[visit.ref]),
    lambda visit: reverse("out_help", args=[visit.ref]),
]


def seen(client: Client, pair: list[Visit], visit: Visit) -> list[str]:
    return [one_word(client.get(page(visit)).content.decode(), pair) for page in PAGES]


def post(name: str, **said: str) -> Callable[[Client, Visit], Any]:
    """A form of the phone page, sent by the teacher."""
    args = [said.pop("what")] if "what" in said else []

    def send(client: Client, visit: Visit) -> Any:
        return client.post(reverse(name, args=[visit.ref, *args]), {"key": str(uuid.uuid4()), **said})

    return send


WAYS = {
    "fine": (post("out_say", what="fine", pin=ORDINARY), post("out_say", what="fine", pin=DURESS)),
    "together": (
        post("out_say", what="together", pin=ORDINARY),
        post("out_say", what="together", pin=DURESS),
    ),
    "back": (post("out_say", what="back", pin=ORDINARY), post("out_say", what="back", pin=DURESS)),
    "note": (post("out_note", text=PLAIN), post("out_note", text=SAID)),
    "more time": (
        post("out_time", minutes="10", why="other", why_other=PLAIN),
        post("out_time", minutes="10", why="other", why_other=SAID),
    ),
}


@pytest.mark.clause("PS-129", "TC-169", "SH-066")
@pytest.mark.parametrize("way", WAYS)
def test_asking_in_secret_looks_like_an_ordinary_word(pins: Cast, clock, now, way: str) -> None:
    pair = [make.fresh(make.out(pins, now=now)) for _ in range(2)]
    client = browser(pins.teacher)
    client.get("/")  # the first page of a session costs more than the next
    replies, costs = [], []
    clock.advance(minutes=12)
    for visit, send in zip(pair, WAYS[way], strict=True):
        send_once(client)
        with CaptureQueriesContext(connection) as queries:
            replies.append(send(client, visit))
        costs.append(len(queries))
    assert [reply.status_code for reply in replies] == [302, 302]
    quiet, loud = (
        {k: v.replace(v_.ref, "REF") for k, v in headers(r).items()}
        for r, v_ in zip(replies, pair, strict=True)
    )
    assert quiet == loud
    assert [one_word(r.content.decode(), pair) for r in replies] == ["", ""]
    assert costs[0] == costs[1]
    sweep("test")
    assert [bool(silent(visit)) for visit in pair] == [False, True]
    ordinary, secret = (seen(client, pair, visit) for visit in pair)
    said = lambda text: text.replace(SAID, "NOTE").replace(PLAIN, "NOTE")  # noqa: E731
    assert list(map(said, ordinary)) == list(map(said, secret))
    assert [make.fresh(v).state for v in pair] == [make.fresh(pair[0]).state] * 2


def send_once(client: Client) -> None:
    """Have the session read, as by any page before."""
    client.get("/notices/")
