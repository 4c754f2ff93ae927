"""The code word: how old it may be, where it lies, where it never stands; PINs as a policy asks for them."""

import datetime as dt
import logging
import uuid
from decimal import Decimal

import pytest
from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from homevisits.audit.models import Look
from homevisits.escalation import alarms
from homevisits.escalation.sweep import sweep
from homevisits.notices.models import Notice
from homevisits.people import keeping, pins
from homevisits.people.pins import REFUSAL, CheckInPins, Given, are_usable, given
from homevisits.sealed import unopened
from homevisits.sealing import seal, unseal
from tests.cast import Cast, browser
from tests.factories import visits as make
from tests.factories.trusts import PolicyFactory
from tests.visits.duress.dump import every_text
from tests.visits.turning import unmet
from visits import documents, transitions
from visits.codeword import CodeWord, is_heard, objection, read_code_word, set_code_word
from visits.models import Document
from visits.positions import Position
from visits.story import OfficeNote

PHRASE = "Has Marguerite fed the tortoise?"
SECRETS = ("marguerite", "tortoise")


@pytest.mark.turns("code_word_days")
@pytest.mark.clause("PS-126", "PS-137", "TC-168")
def test_an_old_word_of_the_school_no_longer_counts(cast: Cast, clock, now) -> None:
    visit = make.authorised(cast, now=now)
    set_code_word(school=cast.school, word=PHRASE, by=cast.office, now=now - dt.timedelta(days=90))
    stands = {days: unmet("log", visit, now, "code_word", code_word_days=days) for days in (0, 90, 91)}
    assert stands == {0: [], 90: ["blocks"], 91: []}
    client, url = browser(cast.office), reverse("school_word", args=[cast.school.slug])
    assert "no longer counts since 26 November" in client.get("/desk/").content.decode()
    assert (
        "petrol light is the example" in client.post(url, {"word": "The fuel lamp came on"}).content.decode()
    )
    assert client.post(url, {"word": "Did Sam find the minibus key?"}).status_code == 302
    assert unmet("log", visit, now, "code_word", code_word_days=90) == []
    assert "code word" not in client.get("/desk/").content.decode().split("<main")[1].replace(
        "new code word", ""
    )
    clock.advance(days=80)
    assert "has to be changed by" in client.get("/desk/").content.decode()


@pytest.mark.parametrize(
    ("text", "heard"),
    [
        ("has marguerite fed the tortoise", True),
        ("Did MARGUERITE feed those tortoises?? fed them I mean", True),
        ("The tortoise was fed by Margerite.", True),
        ("Marguerite rang about the bus", False),
        ("", False),
    ],
)
def test_the_word_is_heard_in_what_people_really_write(cast: Cast, now, text: str, heard: bool) -> None:
    visit = make.draft(cast, now=now)
    set_code_word(school=cast.school, word=PHRASE, by=cast.office, now=now - dt.timedelta(days=400))
    assert is_heard(visit, text) == heard


def test_keys_rotate_and_everything_still_opens(cast: Cast, now, settings) -> None:
    visit = make.draft(cast, now=now)
    set_code_word(school=cast.school, word=PHRASE, by=cast.office, now=now)
    keeping.set_pins(staff=cast.teacher, ordinary="4826", duress="9153", by=cast.teacher, now=now)
    settings.FIELD_KEY_FALLBACKS, settings.FIELD_KEY = [settings.FIELD_KEY], "another key altogether"
    call_command("rotatekeys")
    settings.FIELD_KEY_FALLBACKS = []
    assert is_heard(visit, PHRASE)
    assert read_code_word(visit, by=cast.office) == PHRASE
    assert [given(cast.teacher, pin) for pin in ("4826", "9153", "0000", "")] == [
        Given.ORDINARY, Given.DURESS, Given.WRONG, Given.WRONG,
    ]  # fmt: skip
    settings.FIELD_KEY = "one that was never there"
    assert not is_heard(visit, PHRASE)  # and does not fail: what people write is taken all the same


@pytest.mark.parametrize("at_a_time", [1, 50])
def test_every_sealed_column_rotates_and_a_row_that_no_key_opens_is_named(
    cast: Cast, now, settings, monkeypatch: pytest.MonkeyPatch, at_a_time: int
) -> None:
    monkeypatch.setattr("homevisits.sealed.AT_A_TIME", at_a_time)
    keeping.set_pins(staff=cast.teacher, ordinary="4826", duress="9153", by=cast.teacher, now=now)
    visit = make.fresh(make.out(cast, now=now))
    transitions.say_note(visit=visit, by=cast.teacher, now=now, text="A note")
    transitions.want_time(visit=visit, by=cast.teacher, now=now, minutes=90, reason="Roadworks", pin="4826")
    transitions.look_round(visit=visit, by=cast.teacher, now=now, choice="doorstep", note="A dog")
    transitions.say_outcome(visit=visit, by=cast.teacher, now=now, outcome="doorstep", text="Said hello")
    foreign = CodeWord.objects.create(
        school=cast.other_school, sealed=b"of another key", set_at=now, set_by=cast.office
    )
    settings.FIELD_KEY_FALLBACKS, settings.FIELD_KEY = [settings.FIELD_KEY], "another key altogether"
    with pytest.raises(CommandError, match=rf"visits.CodeWord.sealed: {foreign.pk}\."):
        call_command("rotatekeys")
    foreign.delete()
    settings.FIELD_KEY_FALLBACKS = []
    assert unopened() == []
    assert [event.words for event in visit.events.exclude(words="").order_by("number")] == [
        "Roadworks", "A dog", "Said hello",
    ]  # fmt: skip
    assert (make.fresh(visit).outcome_text, visit.looks.get().note) == ("Said hello", "A dog")
    assert (visit.time_requests.get().reason, OfficeNote.objects.get().text) == ("Roadworks", "A note")
    settings.FIELD_KEY = "one that was never there"
    assert set(unopened()) == {
        "visits.CodeWord.sealed", "visits.OfficeNote.sealed", "people.CheckInPins.key", "visits.Moment.note",
        "visits.ArrivalLook.note", "visits.TimeRequest.reason", "visits.Visit.outcome_text",
        "visits.VisitEvent.words",
    }  # fmt: skip


def test_a_lost_key_stops_no_check_in_and_no_call(cast: Cast, now, settings) -> None:
    keeping.set_pins(staff=cast.teacher, ordinary="4826", duress="9153", by=cast.teacher, now=now)
    visit = make.fresh(make.out(cast, now=now))
    transitions.say_note(visit=visit, by=cast.teacher, now=now, text="The gate sticks")
    settings.FIELD_KEY, settings.FIELD_KEY_FALLBACKS = "one that was never there", []
    phone, office = browser(cast.teacher), browser(cast.office)
    said = {"key": str(uuid.uuid4()), "pin": "4826"}
    assert phone.post(reverse("out_say", args=[visit.ref, "fine"]), said).status_code == 302
    assert visit.moments.filter(kind="fine").count() == 1
    told = Notice.objects.filter(subject=f"{visit.ref}: a PIN could not be checked")
    assert {cast.office, cast.head} <= {notice.recipient for notice in told}
    call = reverse("desk_call", args=[visit.ref, visit.party[0].pk])
    pages = [
        phone.get(reverse("out", args=[visit.ref])),
        office.get(call),
        office.get(visit.get_absolute_url()),
    ]
    assert [page.status_code for page in pages] == [200, 200, 200]
    # The phone shows no words of a note at all; it is kept there for when there is no signal.
    assert ["cannot be read" in page.content.decode() for page in pages] == [False, True, True]
    health = Client().get("/healthz")
    assert health.status_code == 503


@pytest.mark.clause("PS-137", "TC-168")
def test_a_word_that_is_changed_while_people_are_out_is_heard_until_they_are_back(
    cast: Cast, clock, now
) -> None:
    set_code_word(school=cast.school, word="Is the kettle on the windowsill?", by=cast.office, now=now)
    clock.advance(minutes=1)
    set_code_word(school=cast.school, word=PHRASE, by=cast.office, now=clock.now)
    clock.advance(minutes=1)
    visit = make.fresh(make.out(cast, now=clock.now))
    url = reverse("school_word", args=[cast.school.slug])
    assert "1 visit is logged or out" in browser(cast.office).get(url).content.decode()
    clock.advance(minutes=5)
    new = "Did Sam find the minibus key?"
    set_code_word(school=cast.school, word=new, by=cast.office, now=clock.now)
    heard = [is_heard(visit, text) for text in (PHRASE, new, "Is the kettle on the windowsill?")]
    assert heard == [True, True, False]
    page = browser(cast.office).get(reverse("desk_call", args=[visit.ref, visit.party[0].pk]))
    assert [text in page.content.decode() for text in (PHRASE, new)] == [True, True]


@pytest.mark.clause("PS-130")
@pytest.mark.parametrize(
    ("word", "usable"),
    [
        ("The petrol lamps came on", False),
        ("p\u00e9trol light is on", False),
        ("My car is nearly out of petrol", False),
        ("The gas warning came up", False),
        ("The fish tank needs cleaning", True),
        ("Did Sam find the minibus key?", True),
        ("Everything is fine here", False),
        ("We are all back at school", False),
        ("We are home safe", False),
    ],
)
def test_no_variant_of_the_printed_example_and_no_ordinary_text_can_be_the_word(
    word: str, usable: bool
) -> None:
    assert (objection(word) is None) == usable


@pytest.mark.clause("PS-138", "TC-168")
def test_the_word_stands_nowhere(cast: Cast, clock, now, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    set_code_word(school=cast.school, word=PHRASE, by=cast.office, now=now)
    visit = make.fresh(make.out(cast, now=now))
    office = browser(cast.office)
    office.post(reverse("code_word", args=[visit.ref]))
    phone = browser(cast.teacher)
    phone.post(reverse("out_note", args=[visit.ref]), {"key": str(uuid.uuid4()), "text": PHRASE})
    office.post(reverse("desk_call", args=[visit.ref, visit.party[0].pk]), {"answer": "code_word"})
    sweep("test")
    assert visit.alarms.filter(kind="duress").count() == 1
    pages = [
        office.get(path).content.decode().lower()
        for path in ("/board/", "/desk/", "/notices/", "/diary/", visit.alarms.get().get_absolute_url())
    ]
    for attendee in visit.party:
        transitions.say_back(visit=visit, by=cast.office, now=clock.now, attendee=attendee, identity="Seen")
    transitions.keep_record(
        visit=visit,
        by=cast.teacher,
        now=now,
        values=make.record_facts(visit),
        outcome="completed",
        people=[("Maria", "mother")],
        actions=[],
    )
    place = {"latitude": 54, "longitude": -2, "accuracy": 9, "sent_with": "help", "received_at": now}
    Position.objects.create(visit=visit, attendee=visit.party[0], **place)
    transitions.record(visit=visit, by=cast.teacher, now=now)
    alarms.resolve(alarm=visit.alarms.get(), by=cast.head, outcome="false", resolution="Seen.", now=now)
    assert not Position.objects.exists()  # nor where anybody was
    said = [
        *pages,
        str(
            [
                documents.words(visit, kind)
                for kind in Document.Kind.values
                if documents.can_be_printed(visit, kind)
            ]
        ).lower(),
        every_text(),
        caplog.text.lower(),
    ]
    assert [word for word in SECRETS for one in said if word in one] == []
    assert Look.objects.filter(by=cast.office, what="code_word", ref=visit.ref).exists()
    assert phone.get(reverse("out", args=[visit.ref])).status_code == 200
    assert unseal(CodeWord.objects.get(school=cast.school).sealed) == PHRASE
    assert seal(PHRASE) != seal(PHRASE)


# --- PINs -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ordinary", "duress", "usable"),
    [
        ("4826", "9153", True),
        ("48261", "915304", True),
        ("4826", "4826", False),
        ("4826", "4827", False),
        ("4826", "48267", False),
        ("1234", "9153", False),
        ("4826", "4321", False),
        ("7777", "9153", False),
        ("4826", "1212", False),
        ("482", "9153", False),
        ("4826", "91a3", False),
    ],
)
def test_two_pins_are_far_apart_and_neither_is_weak(ordinary: str, duress: str, usable: bool) -> None:
    assert are_usable(ordinary, duress) == usable


def signed_in_now(staff, at: dt.datetime):
    """A browser in which the password was given at this time."""
    client = browser(staff)
    session = client.session
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [{"method": "password", "at": at.timestamp()}]
    session.save()
    return client


@pytest.mark.clause("PS-129")
def test_whoever_holds_the_phone_sets_no_pins(cast: Cast, clock, now) -> None:
    keeping.set_pins(staff=cast.teacher, ordinary="4826", duress="9153", by=cast.teacher, now=now)
    stranger = {"ordinary": "4715", "duress": "8302"}
    cast.teacher.set_password("a long enough secret")
    cast.teacher.save()
    client = signed_in_now(cast.teacher, now)
    assert client.get(reverse("pins")).status_code == 200
    earlier = signed_in_now(cast.teacher, now - dt.timedelta(minutes=16))
    assert earlier.get(reverse("pins"))["Location"].startswith("/accounts/reauthenticate/")
    assert earlier.post(reverse("pins"), stranger)["Location"] == reverse("pins")
    assert given(cast.teacher, "4715") is Given.WRONG
    # Nor with the password, which the phone may know, while they are out.
    make.out(cast, now=clock.now)
    client = signed_in_now(cast.teacher, clock.now)
    assert "You are on a visit." in client.post(reverse("pins"), stranger).content.decode()
    assert given(cast.teacher, "4715") is Given.WRONG


def test_every_refusal_says_the_same_and_nothing_is_sent_back(cast: Cast, now) -> None:
    client, pages = signed_in_now(cast.teacher, now), set()
    for ordinary, duress in (("4826", "4826"), ("4826", "4827"), ("4826", "3333")):
        page = client.post(reverse("pins"), {"ordinary": ordinary, "duress": duress}).content.decode()
        assert (ordinary in page, duress in page) == (False, False)
        pages.add(
            page.split("<main")[1].split("csrfmiddlewaretoken")[0] + page.split("csrfmiddlewaretoken")[1][80:]
        )
    assert REFUSAL.split(";")[0] in next(iter(pages))
    assert client.post(reverse("pins"), {"ordinary": "4826", "duress": "9153"}).status_code == 302
    kept = CheckInPins.objects.get(staff=cast.teacher)
    assert "4826" not in f"{kept.ordinary}{kept.duress}"
    with pytest.raises(keeping.NotAllowed):
        keeping.set_pins(staff=cast.teacher, ordinary="4826", duress="9153", by=cast.head, now=now)


@pytest.mark.parametrize("typed", ["4826", "9153", "7061", ""])
def test_both_pins_are_checked_whatever_is_typed(
    cast: Cast, now, monkeypatch: pytest.MonkeyPatch, typed: str
) -> None:
    keeping.set_pins(staff=cast.teacher, ordinary="4826", duress="9153", by=cast.teacher, now=now)
    checked = []
    monkeypatch.setattr(pins, "check_password", lambda mark, kept: checked.append(kept) or False)
    given(cast.teacher, typed)
    kept = CheckInPins.objects.get(staff=cast.teacher)
    assert checked == [kept.ordinary, kept.duress]


@pytest.mark.turns("pin_rule")
def test_pins_are_asked_for_as_the_policy_says(cast: Cast, now) -> None:
    visit = make.logged(cast, now=now)
    stands = {rule: unmet("depart", visit, now, "pins", pin_rule=rule) for rule in ("off", "warn", "block")}
    assert stands == {"off": [], "warn": ["warns", "warns"], "block": ["blocks", "blocks"]}
    keeping.set_pins(staff=cast.teacher, ordinary="4826", duress="9153", by=cast.teacher, now=now)
    assert unmet("depart", visit, now, "pins", pin_rule="block") == ["blocks"]
    out = make.out(cast, now=now)
    with pytest.raises(transitions.PinNeeded):
        transitions.check_in(visit=out, by=cast.teacher, now=now)
    transitions.check_in(visit=out, by=cast.colleague, now=now)  # who has set none
    PolicyFactory(preset="three_counties", trust=cast.trust, pin_rule="off")
    make.read(cast.teacher, cast.colleague)
    free = make.out(cast, now=now)
    transitions.check_in(visit=free, by=cast.teacher, now=now)
    assert free.moments.filter(kind="fine").count() == 1


# --- Where a phone was ----------------------------------------------------------------------------

PLACE = {"latitude": "54.07512", "longitude": "-2.86391", "accuracy": "12.4", "taken_at": "1795687200000"}


@pytest.mark.parametrize(
    ("setting", "what"),
    [
        pytest.param("position_with_help", "help", marks=pytest.mark.turns("position_with_help")),
        pytest.param("position_on_arrival", "arrived", marks=pytest.mark.turns("position_on_arrival")),
    ],
)
def test_a_place_is_kept_only_where_the_policy_asks(cast: Cast, now, setting: str, what: str) -> None:
    kept = {}
    for turned in (False, True):
        PolicyFactory(preset="three_counties", trust=cast.trust, **{setting: turned})
        visit = make.fresh(make.out(cast, now=now))
        client, url = browser(cast.teacher), reverse("out_position", args=[visit.ref])
        page = reverse("out", args=[visit.ref])
        assert client.post(url, {**PLACE, "sent_with": what}).status_code == 204  # nothing asked for it yet
        client.post(reverse("out_help", args=[visit.ref]), {"held": "1", "key": str(uuid.uuid4())})
        transitions.say_arrived(visit=visit, by=cast.teacher, now=now)
        asked = "data-position=" in client.get(page).content.decode()
        for other in ("help", "arrived"):
            client.post(url, {**PLACE, "sent_with": other})
        kept[turned] = asked, [p.sent_with for p in visit.positions.all()]
        assert "data-position=" not in client.get(page).content.decode()
    assert kept == {False: (False, []), True: (True, [what])}
    (place,) = visit.positions.all()
    assert (place.latitude, place.longitude, place.accuracy) == (Decimal("54.07512"), Decimal("-2.86391"), 12)
    alarm = visit.alarms.get()
    assert "54.07512" in browser(cast.office).get(alarm.get_absolute_url()).content.decode()
    assert Look.objects.filter(by=cast.office, what="position", ref=visit.ref).exists()
    assert "54.07512" not in browser(cast.office).get("/board/").content.decode()


def test_help_is_answered_with_the_time_at_which_the_server_had_it(cast: Cast, clock, now) -> None:
    visit, client, key = make.out(cast, now=now), browser(cast.teacher), str(uuid.uuid4())
    url, answers = reverse("out_help", args=[visit.ref]), []
    for _ in range(2):
        reply = client.post(url, {"held": "1", "key": key}, headers={"accept": "application/json"})
        answers.append(reply.json())
        clock.advance(minutes=4)
    assert answers == [{"sent_at": "10:00", "next": f"/visits/{visit.ref}/out/"}] * 2
    assert visit.alarms.count() == 1


# --- The call -------------------------------------------------------------------------------------


@pytest.mark.clause("PS-131", "PS-132", "PS-133")
def test_all_well_needs_how_they_were_known(cast: Cast, now) -> None:
    visit, client = make.fresh(make.out(cast, now=now)), browser(cast.office)
    url = reverse("desk_call", args=[visit.ref, visit.party[0].pk])
    page = client.get(url).content.decode()
    for sentence in ("say the code word back", "are you in danger", "Keep talking", "red button"):
        assert sentence in page, sentence
    refused = client.post(url, {"answer": "fine", "note": "On the way", "key": str(uuid.uuid4())})
    assert "Say how you knew that it was them" in refused.content.decode()
    assert "On the way" in refused.content.decode()
    client.post(
        url, {"answer": "fine", "note": "On the way", "identity": "Knew her voice", "key": str(uuid.uuid4())}
    )
    moment = visit.moments.get(kind="fine")
    assert (moment.identity, moment.note) == ("Knew her voice", "On the way")
    with pytest.raises(transitions.Refused, match="how you knew"):
        transitions.check_in(visit=visit, by=cast.office, now=now, attendee=visit.party[1])
