"""After somebody asked in secret: the responders keep their tools, and nobody of the party learns of it."""

import datetime as dt
import uuid
from typing import Any

import pytest
from django.urls import reverse

from homevisits.escalation import alarms
from homevisits.escalation.sweep import sweep
from homevisits.notices.models import Notice
from homevisits.pdf import render
from homevisits.people import keeping
from homevisits.trusts.roles import RoleName
from tests.cast import Cast, browser
from tests.factories import visits as make
from tests.visits.duress.test_silent import DURESS, ORDINARY, headers, one_word
from visits import documents, responders, transitions
from visits.models import Document, Visit, VisitAlarm
from visits.overview import Overview
from visits.positions import Position
from visits.transitions.calling import hear_code_word

POLICE = "decide about the police"


@pytest.fixture
def pins(cast: Cast, now: dt.datetime) -> Cast:
    for staff in (cast.teacher, cast.colleague):
        keeping.set_pins(staff=staff, ordinary=ORDINARY, duress=DURESS, by=staff, now=now)
    return cast


def coerced(cast: Cast, clock: Any, now: dt.datetime, **more: Any) -> Visit:
    """Both have said that they are back, the last with the PIN that asks for help."""
    visit = make.fresh(make.out(cast, now=now, **more))
    then = clock.advance(minutes=12)
    for attendee, pin in zip(visit.party, (ORDINARY, DURESS), strict=True):
        transitions.say_back(visit=visit, by=attendee.staff, now=then, pin=pin)
    sweep("test")
    return make.fresh(visit)


def recorded(cast: Cast, visit: Visit, now: dt.datetime) -> Visit:
    facts = make.record_facts(visit)
    transitions.keep_record(
        visit=visit, by=cast.teacher, now=now, values=facts, outcome="completed",
        people=[("Maria", "mother")], actions=[],
    )  # fmt: skip
    transitions.record(visit=visit, by=cast.teacher, now=now)
    return make.fresh(visit)


def asked(visit: Visit) -> set[str]:
    """Who was asked to decide about the police."""
    found = Notice.objects.filter(subject=f"{visit.ref}: {POLICE}").select_related("recipient")
    return {notice.recipient.email for notice in found}


# --- The police, the sheet, the places ------------------------------------------------------------


@pytest.mark.clause("TC-120", "TC-121")
@pytest.mark.parametrize("ends", ["returned_safe", "recorded"])
def test_the_police_are_thought_of_after_a_coerced_return(pins: Cast, clock, now, ends: str) -> None:
    visit = coerced(pins, clock, now)
    assert (visit.state, visit.alarms.get().kind) == ("returned_safe", "duress")
    if ends == "recorded":
        visit = recorded(pins, visit, clock.now)
    alarm = visit.alarms.get()
    due = alarm.due_at + dt.timedelta(minutes=visit.policy.police_after_minutes)
    assert visit.deadlines.get(kind="police", state="live").due_at == due
    clock.set(due)
    sweep("test")
    assert asked(visit)
    client, url = browser(pins.head), f"/visits/{visit.ref}"
    paths = [
        f"{url}/police/",
        f"{url}/responders/",
        reverse("desk_call", args=[visit.ref, visit.party[0].pk]),
    ]
    assert [client.get(path).status_code for path in paths] == [200, 200, 200]
    assert [browser(pins.teacher).get(path).status_code for path in paths] == [404, 404, 404]
    alarms.resolve(alarm=alarm, by=pins.head, outcome="false", resolution="Seen at home.", now=clock.now)
    assert not visit.deadlines.filter(kind="police", state="live").exists()


def test_the_police_are_thought_of_when_who_is_back_asks_in_secret(pins: Cast, clock, now) -> None:
    visit = make.fresh(make.out(pins, now=now))
    for attendee in visit.party:
        transitions.say_back(visit=visit, by=attendee.staff, now=now, pin=ORDINARY)
    transitions.check_in(visit=visit, by=pins.teacher, now=now, pin=DURESS)
    sweep("test")
    assert visit.deadlines.filter(kind="police", state="live").count() == 1


def test_the_police_are_thought_of_after_a_coerced_cancellation(cast: Cast, clock, now) -> None:
    visit = make.logged(cast, now=now)
    transitions.cancel(
        visit=visit,
        by=cast.teacher,
        now=now,
        reason="Could somebody look whether the blue folders are on the desk",
    )
    sweep("test")
    assert (make.fresh(visit).state, visit.alarms.get().kind) == ("cancelled", "duress")
    assert visit.deadlines.filter(kind="police", state="live").count() == 1
    assert browser(cast.head).get(f"/visits/{visit.ref}/police/").status_code == 200


def test_places_are_kept_until_the_last_alarm_ends(pins: Cast, clock, now) -> None:
    visit = coerced(pins, clock, now)
    place = {"latitude": 54, "longitude": -2, "accuracy": 9, "sent_with": "help", "received_at": now}
    Position.objects.create(visit=visit, attendee=visit.party[0], **place)
    visit.attendees.update(wears="navy coat")
    visit = recorded(pins, visit, clock.now)
    kept = [(Position.objects.count(), visit.attendees.filter(wears="").count())]
    alarms.resolve(
        alarm=visit.alarms.get(), by=pins.head, outcome="real", resolution="Seen by police.", now=clock.now
    )
    assert kept == [(1, 0)]
    assert (Position.objects.count(), set(visit.attendees.values_list("wears", flat=True))) == (0, {""})
    # and a senior leader talks with them
    assert visit.deadlines.filter(kind="debrief", state="live").count() == 1


@pytest.mark.clause("TC-120")
def test_the_sheet_says_who_asked_in_secret_and_that_nobody_rings_them(pins: Cast, clock, now) -> None:
    visit = coerced(pins, clock, now)
    who = visit.party[1]
    said = dict(responders.parts(visit, pins.head))
    assert said["What has happened"] == [
        f"{who} asked for help in secret; cannot speak freely.",
        "Do not ring their phone, and let nobody else ring it. They may have been made to say that they are back.",
    ]
    assert [line.split(",")[0] for line in said["Who is missing"]] == [str(who)]
    page = browser(pins.office).get(f"/visits/{visit.ref}/responders/").content.decode()
    words = documents.words(visit, Document.Kind.RESPONDERS)
    paper = documents.render_to_string("pdf/responders.html", {**words, "printed": ""})
    for text in (page, paper):
        assert ("cannot speak freely" in text, "everybody is accounted for" in text) == (True, False)
    assert render(paper).startswith(b"%PDF")


# --- Nobody of the party, nor who merely asked ----------------------------------------------------


def told_of(cast: Cast, visit: Visit, who: Any, now: dt.datetime) -> list[str]:
    """Every line and page that may tell somebody of an alarm."""
    client = browser(who)
    pages = [visit.get_absolute_url(), "/notices/log/", "/notices/", "/", "/board/", "/desk/"]
    read = [client.get(page).content.decode() for page in pages]
    signs = (
        "about the police",
        "police were called",
        "Rang 999",
        "take over the desk",
        "took over the desk",
        "the desk: ",
        "alk with those who went",
    )
    lines = [line["text"] for line in Overview(make.fresh(visit), who, now).timeline]
    return [
        sign for sign in signs for text in (*read[:3], *read[4:5], *lines) if sign in text.split("<main")[-1]
    ]


@pytest.mark.clause("PS-129")
@pytest.mark.parametrize("ends", ["in_progress", "recorded"])
def test_what_is_done_about_a_silent_alarm_shows_to_nobody_of_the_party(
    pins: Cast, clock, now, ends: str
) -> None:
    make.give_role(pins.teacher, RoleName.OFFICE, pins)
    party = [pins.teacher, pins.colleague]
    if ends == "in_progress":
        visit = make.fresh(make.out(pins, now=now, by=pins.attendance, party=party))
        transitions.check_in(visit=visit, by=pins.teacher, now=now, pin=DURESS)
        sweep("test")
    else:
        visit = coerced(pins, clock, now, by=pins.attendance, party=party)
    alarm = visit.alarms.get()
    alarms.own(alarm=alarm, by=pins.head, now=clock.now)
    row = transitions.offer_desk(school=pins.school, taker=pins.slt, by=pins.head, now=clock.now)
    transitions.accept_desk(handover=row, by=pins.slt, now=clock.now)
    for _ in range(2):  # the decision about the police falls due
        clock.advance(minutes=10 if ends == "in_progress" else 30)
        sweep("test")
    transitions.decide_police(
        visit=visit, alarm=alarm, by=pins.slt, now=clock.now, answer="called", at=clock.now,
        decider=pins.head, number="999", reference="77",
    )  # fmt: skip
    if ends == "recorded":
        visit = recorded(pins, visit, clock.now)
        alarms.resolve(alarm=alarm, by=pins.dsl, outcome="real", resolution="Seen.", now=clock.now)
        clock.advance(minutes=2)
        sweep("test")
        assert Notice.objects.filter(subject__endswith="talk with those who went").exists()
    sent = Notice.objects.filter(subject__contains="olice")
    assert (sent.exists(), sent.filter(is_private=False).exists()) == (True, False)
    for who in (pins.teacher, pins.colleague, pins.attendance):
        assert told_of(pins, visit, who, clock.now) == [], who
    assert "Rang 999" in " ".join(
        line["text"] for line in Overview(make.fresh(visit), pins.slt, clock.now).timeline
    )
    if ends == "in_progress":
        with pytest.raises(transitions.Stale) as no:
            transitions.depart(visit=visit, by=pins.teacher, now=clock.now)
        assert "Head" not in no.value.sentence


def test_who_merely_asked_may_cancel_as_if_there_were_no_silent_alarm(pins: Cast, now) -> None:
    visit = make.logged(pins, now=now, by=pins.attendance, party=[pins.teacher, pins.colleague])
    hear_code_word(visit=visit, by=pins.office, now=now, attendee=make.fresh(visit).party[0])
    with pytest.raises(transitions.Refused):
        transitions.cancel(visit=visit, by=pins.office, now=now, reason="Not today")
    assert (
        transitions.cancel(visit=visit, by=pins.attendance, now=now, reason="Not today").state == "cancelled"
    )


# --- The call -------------------------------------------------------------------------------------


@pytest.mark.clause("PS-129", "TC-169")
@pytest.mark.parametrize("state", ["in_progress", "returned_safe"])
def test_after_the_code_word_on_a_call_the_phone_is_as_after_any_call(
    cast: Cast, clock, now, state: str
) -> None:
    pair = [make.fresh(make.out(cast, now=now)) for _ in range(2)]
    clock.advance(minutes=12)
    office, phone = browser(cast.office), browser(cast.teacher)
    for visit, answer in zip(pair, ("fine", "code_word"), strict=True):
        if state == "returned_safe":
            for attendee in visit.party:
                transitions.say_back(
                    visit=visit, by=cast.office, now=clock.now, attendee=attendee, identity="Seen"
                )
        said = {"answer": answer, "note": "", "identity": "Her voice", "key": str(uuid.uuid4())}
        office.post(reverse("desk_call", args=[visit.ref, visit.party[0].pk]), said)
    assert [visit.alarms.filter(kind="duress").count() for visit in pair] == [0, 1]
    for _ in range(2):
        pages = []
        for visit in pair:
            replies = [phone.get(p) for p in (reverse("out", args=[visit.ref]), visit.get_absolute_url())]
            pages.append([(one_word(r.content.decode(), pair), headers(r)) for r in replies])
        assert pages[0][0][0] == pages[1][0][0]
        assert pages[0][1][0] == pages[1][1][0]
        assert "Fine" in pages[1][0][0]
        clock.advance(minutes=6)
        sweep("test")
    page = office.get(visit.get_absolute_url()).content.decode().split("What happened")[1]
    assert ("Fine: P. Teacher" in page, "said the code word" in page) == (False, True)
    alarm = office.get(visit.alarms.first().get_absolute_url()).content.decode()
    assert ("fine at" in alarm, "needed help, or said the code word" in alarm) == (False, True)


def test_under_a_silent_alarm_no_loud_notice_has_them_rung(cast: Cast, clock, now) -> None:
    visit = make.fresh(make.out(cast, now=now))
    clock.advance(minutes=12)
    hear_code_word(visit=visit, by=cast.office, now=clock.now, attendee=visit.party[0])
    for _ in range(12):
        clock.advance(minutes=5)
        sweep("test")
    kinds = set(visit.alarms.values_list("kind", flat=True))
    assert {"duress", "missed_check_in"} <= kinds
    own = [attendee.staff for attendee in visit.party]
    told = Notice.objects.exclude(recipient__in=own).filter(created_at__gt=now + make.minutes(12))
    bodies = {notice.body for notice in told if "due back" not in notice.subject}
    assert [body for body in bodies if "ring them" in body or "Voicemail" in body] == []
    assert not told.filter(subject__startswith="Ring ").exists()
    asked = told.filter(subject=f"{visit.ref}: do not ring, open the alarm")
    assert (asked.exists(), asked.filter(is_private=False).exists()) == (True, False)


@pytest.mark.parametrize("way", ["pin", "call", "help"])
def test_a_second_cry_for_help_reaches_whoever_deals_with_the_first(pins: Cast, clock, now, way: str) -> None:
    visit = make.fresh(make.out(pins, now=now))
    cry = {
        "pin": lambda: transitions.check_in(visit=visit, by=pins.teacher, now=clock.now, pin=DURESS),
        "call": lambda: hear_code_word(visit=visit, by=pins.office, now=clock.now, attendee=visit.party[0]),
        "help": lambda: transitions.ask_for_help(visit=visit, by=pins.teacher, now=clock.now),
    }[way]
    cry()
    sweep("test")
    alarm = visit.alarms.get()
    alarms.own(alarm=alarm, by=pins.dsl, now=clock.now)
    clock.advance(minutes=1)
    cry()
    sweep("test")
    again = Notice.objects.filter(alarm=alarm.uuid, subject__startswith="Again: ")
    assert {notice.recipient for notice in again} == {pins.dsl}
    assert {notice.is_private for notice in again} == {alarm.kind == VisitAlarm.Kind.DURESS}


def test_a_call_for_help_and_the_code_word_after_it_are_two_alarms(cast: Cast, now) -> None:
    visit = make.fresh(make.out(cast, now=now))
    transitions.ask_for_help(visit=visit, by=cast.teacher, now=now)
    hear_code_word(visit=visit, by=cast.office, now=now, attendee=visit.party[0], note="Men's voices")
    assert sorted(visit.alarms.values_list("kind", flat=True)) == ["duress", "help"]
    assert {e.detail.get("silent") for e in visit.events.filter(sentence__in=["Men's voices"])} == {True}


def test_a_pin_under_a_key_that_was_taken_is_checked_all_the_same(pins: Cast, clock, now) -> None:
    visit, client, key = make.fresh(make.out(pins, now=now)), browser(pins.teacher), str(uuid.uuid4())
    url, found = reverse("out_say", args=[visit.ref, "fine"]), []
    for pin in (ORDINARY, "7061", "", DURESS):
        reply = client.post(url, {"key": key, "pin": pin})
        sweep("test")
        found.append((reply.status_code, visit.alarms.count()))
    assert found == [(302, 0), (302, 0), (302, 0), (302, 1)]
    assert visit.moments.filter(kind="fine").count() == 1
