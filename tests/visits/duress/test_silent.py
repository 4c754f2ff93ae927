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

from homevisits.escalation import alarms
from homevisits.escalation.sweep import sweep
from homevisits.notices.models import Notice
from homevisits.notices.registry import Inbound
from homevisits.people import keeping
from homevisits.people.models import Staff
from homevisits.trusts.roles import RoleName
from tests.cast import Cast, browser
from tests.factories import visits as make
from tests.visits.duress.dump import every_text
from visits import documents, transitions
from visits.models import Document, Visit, VisitAlarm
from visits.texting import NOT_ALL_WELL, answer

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


def cookies(reply: Any) -> dict[str, dict[str, Any]]:
    """Which cookies a reply sets and with which attributes; their values and when they end differ by chance."""
    return {name: {k: v for k, v in one.items() if k != "expires"} for name, one in reply.cookies.items()}


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


NOTE = NOT_ALL_WELL.removesuffix(".")
WAYS = {
    "fine": (post("out_say", what="fine", pin=ORDINARY), post("out_say", what="fine", pin=DURESS)),
    "together": (
        post("out_say", what="together", pin=ORDINARY),
        post("out_say", what="together", pin=DURESS),
    ),
    "back": (post("out_say", what="back", pin=ORDINARY), post("out_say", what="back", pin=DURESS)),
    "note": (post("out_note", text=PLAIN), post("out_note", text=SAID)),
    "more time": (
        post("out_time", minutes="10", why="other", why_other=PLAIN, pin=ORDINARY),
        post("out_time", minutes="10", why="other", why_other=SAID, pin=ORDINARY),
    ),
    "more time beyond the limit": (
        post("out_time", minutes="60", why="other", why_other=PLAIN, pin=ORDINARY),
        post("out_time", minutes="60", why="other", why_other=SAID, pin=ORDINARY),
    ),
    "more time, by PIN": (
        post("out_time", minutes="10", why="other", why_other=PLAIN, pin=ORDINARY),
        post("out_time", minutes="10", why="other", why_other=PLAIN, pin=DURESS),
    ),
    "left": (post("out_say", what="left", pin=ORDINARY), post("out_say", what="left", pin=DURESS)),
    "look": (post("out_look", choice="doorstep", note=PLAIN), post("out_look", choice="doorstep", note=SAID)),
    "outcome": (
        post("out_outcome", outcome="nobody_in", text=PLAIN),
        post("out_outcome", outcome="nobody_in", text=SAID),
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
    assert [r.headers.get("Content-Length", "0") for r in replies] == ["0", "0"]
    assert cookies(replies[0]) == cookies(replies[1])
    assert [one_word(r.content.decode(), pair) for r in replies] == ["", ""]
    assert costs[0] == costs[1]
    sweep("test")
    assert [bool(silent(visit)) for visit in pair] == [False, True]
    ordinary, secret = (seen(client, pair, visit) for visit in pair)
    said = lambda text: text.replace(SAID, "NOTE").replace(PLAIN, "NOTE")  # noqa: E731
    assert list(map(said, ordinary)) == list(map(said, secret))
    assert [make.fresh(v).state for v in pair] == [make.fresh(pair[0]).state] * 2


@pytest.mark.clause("PS-138", "TC-168")
@pytest.mark.parametrize("way", [way for way, sends in WAYS.items() if sends[1] is not sends[0]])
def test_what_was_written_in_secret_lies_sealed_wherever_it_lies(pins: Cast, clock, now, way: str) -> None:
    visit, client = make.fresh(make.out(pins, now=now)), browser(pins.teacher)
    clock.advance(minutes=12)
    assert WAYS[way][1](client, visit).status_code == 302
    sweep("test")
    assert silent(visit)
    kept = every_text()
    assert [word for word in ("blue folder", DURESS) if word in kept] == []
    transitions.keep_record(visit=visit, by=pins.teacher, now=clock.now, values=make.record_facts(visit))
    due = [kind for kind in Document.Kind.values if documents.can_be_printed(visit, kind)]
    paper = str([documents.words(make.fresh(visit), kind) for kind in [*due, Document.Kind.RECORD]])
    pages = [browser(who).get("/").content.decode() for who in (pins.head, pins.office)]
    assert [text for text in (paper, *pages) if "blue folder" in text] == []
    if way not in {
        "fine",
        "together",
        "left",
        "back",
        "more time, by PIN",
    }:  # who may read a visit reads the words on its own page
        assert SAID in browser(pins.head).get(visit.get_absolute_url()).content.decode()


def send_once(client: Client) -> None:
    """Have the session read, as by any page before."""
    client.get("/notices/")


def text(visit: Visit, staff: Staff, words: str, now: dt.datetime, key: uuid.UUID | None = None) -> str:
    """The reply to a text, without the reference."""
    _, reply = answer(Inbound(key or uuid.uuid4(), (staff,), words, now), now) or (staff, "")
    return reply.replace(visit.ref, "REF")


@pytest.mark.clause("TC-169")
@pytest.mark.parametrize(
    ("ordinary", "secret", "reply"),
    [
        (f"OK {ORDINARY}", f"ok, {DURESS}", "REF: you are fine. Recorded at 10:12."),
        (f"BACK {ORDINARY}", f"Back {DURESS}", "REF: you are back. Recorded at 10:12."),
        (PLAIN, SAID, f"REF: {NOTE}. Recorded at 10:12."),
        (
            f"{PLAIN} {ORDINARY}",
            f"{PLAIN} {DURESS}",
            "REF: you are fine, with a note to the office. Recorded at 10:12.",
        ),
        (f"OK{ORDINARY}", f"I’m fine: {DURESS} thanks", "REF: you are fine. Recorded at 10:12."),
    ],
)
def test_asking_in_secret_by_text_gets_the_ordinary_reply(
    pins: Cast, clock, now, ordinary: str, secret: str, reply: str
) -> None:
    parties = ([pins.teacher, pins.slt], [pins.colleague, pins.deputy])
    pair = [make.fresh(make.out(pins, now=now, party=party)) for party in parties]
    then, costs = clock.advance(minutes=12), []
    for visit, words in zip(pair, (ordinary, secret), strict=True):
        with CaptureQueriesContext(connection) as queries:
            assert text(visit, visit.party[0].staff, words, then) == reply
        costs.append(len(queries))
    assert costs[0] == costs[1]
    sweep("test")
    assert [bool(silent(visit)) for visit in pair] == [False, True]


def test_a_text_means_what_it_says_and_counts_once(pins: Cast, clock, now) -> None:
    visit, key = make.fresh(make.out(pins, now=now)), uuid.uuid4()
    then = clock.advance(minutes=12)
    assert "Text the same word with your PIN" in text(visit, pins.teacher, "Fine!", then)
    assert "That is not your PIN" in text(visit, pins.teacher, f"fine {WRONG}", then)
    assert "with your PIN" in text(visit, pins.teacher, "10 min", then, key)
    for _ in range(2):
        reply = text(visit, pins.teacher, f"10 min {ORDINARY}", then, key)
        assert "10 more minutes. Recorded at 10:12. Back by 11:05." in reply
    reply = text(visit, pins.teacher, f"90 {ORDINARY}", then)
    assert "you asked for 90 more minutes. Recorded at 10:12. Nobody has agreed yet: back by 11:05." in reply
    assert "not recorded. You have asked already" in text(visit, pins.teacher, f"80 {ORDINARY}", then)
    assert "In danger ring 999" in text(visit, pins.teacher, "HELP he will not let us out", then)
    assert visit.moments.filter(kind="fine").count() == 0
    assert [m.via for m in visit.moments.filter(kind__in=["more_time", "help"])] == ["text"] * 3
    assert make.fresh(visit).extensions == 1
    assert visit.alarms.get().kind == "help"
    assert text(visit, pins.head, "ok", then) == ""


@pytest.mark.clause("PS-129", "PS-133")
def test_back_under_a_silent_alarm_moves_on_and_the_alarm_climbs_outside_the_party(
    pins: Cast, clock, now
) -> None:
    make.give_role(pins.teacher, RoleName.OFFICE, pins)
    make.give_role(pins.colleague, RoleName.HEADTEACHER, pins)
    visit = make.fresh(make.out(pins, now=now))
    then = clock.advance(minutes=12)
    for attendee, pin in zip(visit.party, (DURESS, ORDINARY), strict=True):
        transitions.say_back(visit=visit, by=attendee.staff, now=then, pin=pin)
    assert make.fresh(visit).state == "returned_safe"
    client = browser(pins.teacher)
    etags = [client.get("/board/").context["etag"]]
    sweep("test")
    etags.append(client.get("/board/").context["etag"])
    assert etags[0] == etags[1]
    alarm = silent(visit)
    told = {n.recipient for n in Notice.objects.filter(alarm=alarm.uuid)}
    assert {pins.office, pins.head} <= told  # the first two steps at once
    assert told.isdisjoint({pins.teacher, pins.colleague})
    assert {n.subject for n in Notice.objects.filter(alarm=alarm.uuid)} == {f"Alarm: {visit.ref} needs you"}
    assert alarm.next_at is not None  # and goes on
    for _ in range(3):
        clock.advance(minutes=30)
        sweep("test")
    told = {n.recipient for n in Notice.objects.filter(alarm=alarm.uuid)}
    assert {pins.dsl, pins.ceo} <= told
    assert told.isdisjoint({pins.teacher, pins.colleague})
    for part in (pins.teacher, pins.colleague):
        client = browser(part)
        board = client.get("/board/").content.decode()
        assert client.get(alarm.get_absolute_url()).status_code == 404
        assert client.post(f"{alarm.get_absolute_url()}own/").status_code == 404
        for page in (
            board,
            *(
                client.get(p).content.decode()
                for p in ("/", "/desk/", "/notices/", "/notices/log/", visit.get_absolute_url())
            ),
        ):
            assert str(alarm.uuid) not in page
            assert "ilent alarm" not in page
            assert "needs you" not in page
    board = browser(pins.office).get("/board/").content.decode()
    assert f"P. Teacher, {visit.ref}: silent alarm." in board
    assert "P. Teacher said back at 10:12: do not believe it." in board
    assert "Said back: do not believe it. Open the alarm" in board
    page = browser(pins.office).get(alarm.get_absolute_url()).content.decode()
    assert "Somebody asks for help in secret" in page
    assert "P. Teacher gave the PIN that asks for help." in page


def test_after_it_is_resolved_the_party_still_reads_nothing_of_it(pins: Cast, clock, now) -> None:
    visit = make.fresh(make.out(pins, now=now))
    transitions.check_in(visit=visit, by=pins.teacher, now=now, pin=DURESS)
    sweep("test")
    alarms.resolve(alarm=silent(visit), by=pins.head, outcome="real", resolution="Seen by police.", now=now)
    sweep("test")
    assert not Notice.objects.filter(
        alarm__isnull=False, recipient__in=[pins.teacher, pins.colleague]
    ).exists()
    for part, reads in ((pins.teacher, False), (pins.colleague, False), (pins.head, True)):
        story = browser(part).get(visit.get_absolute_url()).content.decode().split("What happened")[1]
        assert ("asks for help" in story, "Seen by police" in story) == (reads, reads)


def test_who_merely_asked_for_the_visit_learns_nothing(pins: Cast, now) -> None:
    visit = make.fresh(make.out(pins, now=now, by=pins.attendance, party=[pins.teacher, pins.colleague]))
    transitions.check_in(visit=visit, by=pins.teacher, now=now, pin=DURESS)
    sweep("test")
    for part, status in ((pins.attendance, 404), (pins.slt, 200)):
        client = browser(part)
        assert client.get(silent(visit).get_absolute_url()).status_code == status
        page = client.get(visit.get_absolute_url()).content.decode()
        assert ("asks for help" in page) == (status == 200)


@pytest.mark.clause("PS-129")
def test_three_wrong_pins_in_a_row_ask_for_help_and_lock_nobody_out(pins: Cast, now) -> None:
    visit, client = make.fresh(make.out(pins, now=now)), browser(pins.teacher)
    url, pages = reverse("out_say", args=[visit.ref, "fine"]), []
    sweep("test")
    asked = client.post(url, {"key": str(uuid.uuid4())})
    assert (asked.status_code, "Enter your PIN" in asked.content.decode()) == (409, False)
    for number in range(1, 5):
        key = str(uuid.uuid4())
        for _ in range(2):  # a poor connection sends it again
            pages.append(one_word(client.post(url, {"key": key, "pin": WRONG}).content.decode(), [visit]))
        sweep("test")
        assert bool(silent(visit)) == (number >= 3), number
    assert len(set(pages)) == 1
    assert "That is not your PIN. Nothing is recorded yet" in pages[0]
    assert WRONG not in pages[0]
    assert not visit.moments.filter(kind="fine").exists()
    assert client.post(url, {"key": str(uuid.uuid4()), "pin": ORDINARY}).status_code == 302
    assert visit.alarms.count() == 1


def test_a_second_word_in_secret_is_the_same_alarm(pins: Cast, now) -> None:
    visit = make.fresh(make.out(pins, now=now))
    for _ in range(2):
        transitions.check_in(visit=visit, by=pins.teacher, now=now, pin=DURESS)
        transitions.say_note(visit=visit, by=pins.teacher, now=now, text=SAID)
        sweep("test")
    assert visit.alarms.count() == 1
    assert visit.events.filter(kind="duress").count() == 4
    assert {e.detail.get("silent") for e in visit.events.filter(detail__has_key="alarm")} == {True}


@pytest.mark.clause("PS-129")
def test_a_word_that_is_refused_is_heard_all_the_same(pins: Cast, now) -> None:
    visit = make.logged(pins, now=now)  # they forgot to say that they left
    with pytest.raises(transitions.Refused):
        transitions.check_in(visit=visit, by=pins.teacher, now=now, pin=DURESS)
    sweep("test")
    assert silent(visit) is not None


def test_whoever_asked_for_help_is_not_the_one_who_ends_the_alarm(cast: Cast, now) -> None:
    visit = make.fresh(make.out(cast, now=now))
    transitions.ask_for_help(visit=visit, by=cast.office, now=now)
    alarm = visit.alarms.get()
    alarms.own(alarm=alarm, by=cast.office, now=now)
    for by, why in ((cast.office, "You raised this alarm"), (cast.teacher, "You are on this visit")):
        with pytest.raises(alarms.Refused, match=why):
            alarms.resolve(alarm=alarm, by=by, outcome="false", resolution="A mistake.", now=now)
    assert (
        alarms.resolve(alarm=alarm, by=cast.head, outcome="false", resolution="Rang them.", now=now).state
        == "resolved"
    )


def test_the_police_are_thought_about_by_the_silent_alarms_own_minutes(pins: Cast, now) -> None:
    visit = make.fresh(make.out(pins, now=now))
    transitions.check_in(visit=visit, by=pins.teacher, now=now, pin=DURESS)
    sweep("test")
    at = silent(visit).due_at + dt.timedelta(minutes=visit.policy.police_after_minutes)
    assert visit.deadlines.get(kind="police", state="live").next_at == at
