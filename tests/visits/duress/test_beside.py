"""What somebody beside the visitor, with the visitor's phone or another that is carried, may try or come to hear."""

import datetime as dt
import uuid

import pytest
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
from tests.notify import Pretend
from visits import texting, transitions
from visits.models import VisitAlarm
from visits.transitions.calling import hear_code_word

ORDINARY, DURESS = "4826", "9153"
SCHOOLS_PHONE = "+447700900155"


@pytest.fixture
def pins(cast: Cast, now: dt.datetime) -> Cast:
    for staff in (cast.teacher, cast.colleague):
        keeping.set_pins(staff=staff, ordinary=ORDINARY, duress=DURESS, by=staff, now=now)
    return cast


@pytest.mark.clause("PS-129")
@pytest.mark.parametrize("what", ["fine", "left", "back"])
def test_nothing_that_calls_off_a_check_is_said_without_the_pin(pins: Cast, now, what: str) -> None:
    visit, phone = make.fresh(make.out(pins, now=now)), browser(pins.teacher)
    before = list(visit.deadlines.filter(state="live").order_by("pk").values_list("kind", "due_at"))
    url = reverse("out_say", args=[visit.ref, what])
    assert phone.post(url, {"key": str(uuid.uuid4())}).status_code == 409
    assert list(visit.deadlines.filter(state="live").order_by("pk").values_list("kind", "due_at")) == before
    assert phone.post(url, {"key": str(uuid.uuid4()), "pin": ORDINARY}).status_code == 302


@pytest.mark.clause("PS-129", "TC-170")
@pytest.mark.parametrize("pin", ["", "7061"])
def test_more_time_takes_the_pin(pins: Cast, now, pin: str) -> None:
    visit, phone = make.fresh(make.out(pins, now=now)), browser(pins.teacher)
    asked = {"minutes": "10", "why": "other", "why_other": "Roadworks", "key": str(uuid.uuid4())}
    page = phone.post(reverse("out_time", args=[visit.ref]), asked | {"pin": pin}).content.decode()
    assert ("Enter your PIN" if not pin else "That is not your PIN") in page
    assert "Roadworks" in page
    assert make.fresh(visit).return_at == visit.return_at
    assert visit.attendees.get(staff=pins.teacher).wrong_pins == bool(pin)


@pytest.mark.clause("PS-129", "TC-169")
def test_words_under_a_wrong_pin_are_heard_and_the_pin_is_counted(pins: Cast, now) -> None:
    visit, phone = make.fresh(make.out(pins, now=now)), browser(pins.teacher)
    said = "Could somebody look whether the blue folders are on the desk"
    asked = {"minutes": "10", "why": "other", "why_other": said, "key": str(uuid.uuid4()), "pin": "7061"}
    phone.post(reverse("out_time", args=[visit.ref]), asked)
    assert visit.deadlines.filter(kind="word_note", state="live").exists()
    assert visit.attendees.get(staff=pins.teacher).wrong_pins == 1


def test_another_pin_under_one_key_is_another_try(pins: Cast, now) -> None:
    visit, phone, key = make.fresh(make.out(pins, now=now)), browser(pins.teacher), str(uuid.uuid4())
    for pin in ("7061", "7062", "7062"):
        phone.post(reverse("out_say", args=[visit.ref, "fine"]), {"key": key, "pin": pin})
    assert visit.attendees.get(staff=pins.teacher).wrong_pins == 2
    phone.post(reverse("out_say", args=[visit.ref, "fine"]), {"key": key, "pin": "7063"})
    sweep("test")
    assert visit.alarms.get().kind == "duress"


@pytest.mark.clause("PS-129")
@pytest.mark.parametrize("whose", ["their own", "the school's"])
def test_a_silent_alarm_is_never_heard_on_a_telephone_that_the_party_carries(
    pins: Cast, now, notify: Pretend, whose: str
) -> None:
    notify.account(pins.trust)
    visit = make.out(pins, now=now)
    if whose == "the school's":
        visit.attendees.filter(staff=pins.teacher).update(phone=SCHOOLS_PHONE)
    else:
        Staff.objects.filter(pk=pins.teacher.pk).update(mobile=SCHOOLS_PHONE)
    Staff.objects.filter(pk=pins.office.pk).update(mobile=SCHOOLS_PHONE)
    Staff.objects.filter(pk=pins.head.pk).update(mobile="+447700900156")
    alarm = hear_code_word(
        visit=make.fresh(visit), by=pins.slt, now=now, attendee=visit.attendees.get(staff=pins.teacher)
    )
    told = set(Notice.objects.filter(alarm=alarm.uuid).values_list("recipient", "channel"))
    assert {(pins.office.pk, "in_app"), (pins.office.pk, "email")} <= told
    assert not {(pins.office.pk, "text"), (pins.office.pk, "call")} & told
    event = visit.events.filter(kind="rung_told").first()
    assert "their telephone is carried on this visit" in event.sentence


@pytest.mark.clause("PS-129")
def test_the_phrase_as_the_reason_for_not_going_tells_its_writer_nothing(cast: Cast, now) -> None:
    visit = make.fresh(make.logged(cast, now=now))
    make.give_role(cast.teacher, RoleName.OFFICE, cast)
    said = "Could somebody look whether the blue folders are on the desk"
    transitions.withdraw(visit=visit, by=cast.teacher, now=now, reason=said)
    sweep("test")
    alarm = VisitAlarm.objects.get(kind="duress")
    teacher = Staff.objects.get(pk=cast.teacher.pk)
    assert (alarm.raised_by, alarm.attendee) == (teacher, None)
    assert not Notice.objects.filter(alarm=alarm.uuid, recipient=teacher).exists()
    assert not VisitAlarm.visible_to(teacher).filter(pk=alarm.pk).exists()
    with pytest.raises(alarms.Refused):
        alarms.resolve(alarm=alarm, by=teacher, outcome="false", resolution="All well", now=now)
    call = reverse("desk_call", args=[visit.ref, visit.attendees.get(staff=cast.colleague).pk])
    pages = {who: browser(who).get(call).content.decode() for who in (teacher, cast.office)}
    assert ["asks for help in secret" in pages[who] for who in (teacher, cast.office)] == [False, True]


@pytest.mark.clause("PS-129")
def test_a_handover_says_nothing_of_an_alarm_about_the_takers_own_visit(cast: Cast, clock, now) -> None:
    mine = make.out(cast, now=now, by=cast.slt, party=[cast.slt, cast.colleague])
    other = make.out(cast, now=now)
    transitions.ask_for_help(visit=other, by=cast.teacher, now=now)
    alarms.own(alarm=other.alarms.get(), by=cast.head, now=now)
    row = transitions.offer_desk(school=cast.school, taker=cast.slt, by=cast.head, now=now)
    before = browser(cast.slt).get("/desk/handover/").content.decode()
    place = mine.attendees.get(staff=cast.colleague)
    secret = hear_code_word(visit=make.fresh(mine), by=cast.office, now=now, attendee=place)
    alarms.own(alarm=secret, by=cast.head, now=now)
    after = browser(cast.slt).get("/desk/handover/").content.decode()
    assert ("1 alarm" in before, "1 alarm" in after, "2 alarms" in after) == (True, True, False)
    transitions.accept_desk(handover=row, by=cast.slt, now=clock.advance(minutes=1))
    owners = {alarm.kind: alarm.owner for alarm in VisitAlarm.objects.all()}
    assert owners == {"help": cast.slt, "duress": cast.head}
    told = Notice.objects.filter(recipient=cast.head, subject="P. Slt holds the desk now").first()
    assert told.body == "They accepted 1 alarm. You still hold 1 alarm: they go on that visit themselves."


def test_a_late_note_with_a_number_is_a_note(pins: Cast, clock, now) -> None:
    visit = make.fresh(make.out(pins, now=now))
    text = Inbound(uuid.uuid4(), (pins.teacher,), "bus 1430 broken down", now)
    reply = texting.answer(text, clock.advance(minutes=11))
    assert "came 11 minutes late and was not counted. The office has it." in reply[1]
    assert "bus 1430 broken down" in visit.moments.get(kind="note").words.text
    assert visit.attendees.get(staff=pins.teacher).wrong_pins == 0


@pytest.mark.clause("PS-129", "CS-069")
def test_the_page_of_the_talk_tells_nobody_of_the_party_before_it(cast: Cast, now) -> None:
    visit = make.fresh(make.out(cast, now=now))
    person = visit.attendees.get(staff=cast.teacher)
    alarm = hear_code_word(visit=visit, by=cast.office, now=now, attendee=person)
    alarms.resolve(alarm=alarm, by=cast.head, outcome="real", resolution="The police came", now=now)
    for attendee in visit.party:
        said = {"attendee": attendee, "identity": "Saw them"}
        transitions.say_back(visit=visit, by=cast.office, now=now, **said)
    url = reverse("debrief", args=[visit.ref])
    assert [browser(who).get(url).status_code for who in (cast.teacher, cast.head)] == [404, 200]
    transitions.hold_debrief(visit=visit, by=cast.head, now=now, held_at=now, words="She is well")
    assert browser(cast.teacher).get(url).status_code == 200
