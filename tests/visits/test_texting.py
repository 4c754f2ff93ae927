"""What a text does to the visit that it is about, whichever telephone it comes from and however late."""

import datetime as dt
import re
import uuid

import pytest

from homevisits.notices import receiving
from homevisits.notices.channels.text import numbers
from homevisits.notices.models import Notice
from homevisits.notices.notify import Incoming
from homevisits.notices.registry import Inbound
from homevisits.people import keeping
from homevisits.people.models import Staff
from homevisits.sealing import seal
from tests.cast import Cast
from tests.clock import Clock
from tests.factories import visits as make
from tests.notify import Pretend
from visits.models import Visit
from visits.nudging import next_told
from visits.story import CodeWord
from visits.texting import answer

SHARED = "+447700900155"
ORDINARY, DURESS = "4826", "9153"


def text(words: str, *people: Staff, now: dt.datetime, sent_at: dt.datetime | None = None) -> str:
    """The reply; empty where no visit takes it."""
    found = answer(Inbound(uuid.uuid4(), people, words, sent_at or now), now)
    return found[1] if found else ""


def with_phone(visit: Visit, number: str, *people: Staff) -> Visit:
    """Logged with this telephone, as the office does it."""
    visit.attendees.filter(staff__in=people).update(phone=number)
    return make.fresh(visit)


@pytest.mark.parametrize("words", ["BACK", "OK", "20", "We were late"])
def test_a_text_from_the_visit_before_meets_nothing_of_the_next(
    cast: Cast, clock: Clock, now: dt.datetime, words: str
) -> None:
    written = clock.now
    clock.advance(minutes=3)
    visit = make.fresh(make.out(cast, now=clock.now))
    live = visit.deadlines.filter(state="live").order_by("pk")
    before = list(live.values_list("kind", "due_at"))
    reply = text(words, cast.teacher, now=clock.advance(minutes=2), sent_at=written)
    assert "came 5 minutes late and was not counted. The office has it." in reply
    fresh = make.fresh(visit)
    assert (fresh.state, fresh.return_at) == ("in_progress", visit.return_at)
    assert list(live.all().values_list("kind", "due_at")) == before
    assert [moment.kind for moment in visit.moments.exclude(kind="departed")] == ["note"]


def test_a_text_that_waited_long_is_not_how_things_are(cast: Cast, clock: Clock, now: dt.datetime) -> None:
    visit = make.fresh(make.out(cast, now=now))
    written = clock.advance(minutes=5)
    reply = text("OK", cast.teacher, now=clock.advance(minutes=11), sent_at=written)
    assert "was not counted" in reply
    assert not visit.moments.filter(kind="fine").exists()
    recent = text("OK", cast.teacher, now=clock.now, sent_at=clock.now - dt.timedelta(minutes=9))
    assert "you were fine at 10:07" in recent
    assert visit.moments.filter(kind="fine").count() == 1


def test_help_counts_however_late_it_comes(cast: Cast, clock: Clock, now: dt.datetime) -> None:
    visit = make.fresh(make.out(cast, now=clock.advance(minutes=3)))
    assert "you need help" in text("please help", cast.teacher, now=clock.now, sent_at=now)
    assert visit.alarms.get().kind == "help"


def test_a_late_pin_that_asks_for_help_is_heard(cast: Cast, clock: Clock, now: dt.datetime) -> None:
    keeping.set_pins(staff=cast.teacher, ordinary=ORDINARY, duress=DURESS, by=cast.teacher, now=now)
    visit = make.fresh(make.out(cast, now=clock.advance(minutes=3)))
    replies = {pin: text(f"OK {pin}", cast.teacher, now=clock.now, sent_at=now) for pin in (ORDINARY, DURESS)}
    assert len(set(replies.values())) == 1
    assert visit.deadlines.get(kind="word_pin", state="live").attendee.staff == cast.teacher


def test_of_several_who_share_a_telephone_it_is_whoever_is_out(cast: Cast, now: dt.datetime) -> None:
    visit = make.fresh(make.out(cast, now=now))
    assert "you need help" in text("HELP", cast.attendance, cast.teacher, now=now)
    assert visit.alarms.get().raised_by == cast.teacher


def test_help_from_a_shared_telephone_is_for_every_visit_that_it_may_be_about(
    cast: Cast, now: dt.datetime
) -> None:
    parties = ([cast.teacher, cast.slt], [cast.colleague, cast.deputy])
    pair = [make.fresh(make.out(cast, now=now, party=party)) for party in parties]
    assert "you need help" in text("HELP", cast.teacher, cast.colleague, now=now)
    assert [visit.alarms.get().raised_by for visit in pair] == [cast.teacher, cast.colleague]


def test_the_pin_says_who_of_a_pair_with_one_telephone_it_is(
    cast: Cast, clock: Clock, now: dt.datetime
) -> None:
    for staff, pin in ((cast.teacher, "4826"), (cast.colleague, "7305")):
        keeping.set_pins(staff=staff, ordinary=pin, duress=pin[::-1], by=staff, now=now)
    visit = make.fresh(make.out(cast, now=now))
    text("OK 7305", cast.teacher, cast.colleague, now=clock.advance(minutes=5))
    assert visit.moments.get(kind="fine").attendee.staff == cast.colleague
    assert not visit.attendees.filter(wrong_pins__gt=0).exists()


def test_the_telephone_that_a_visit_was_logged_with_is_known(
    cast: Cast, clock: Clock, now: dt.datetime, notify: Pretend
) -> None:
    account = notify.account(cast.trust)
    Staff.objects.filter(pk=cast.teacher.pk).update(mobile="")
    visit = with_phone(make.out(cast, now=now), SHARED, cast.teacher)
    row = receiving.take_in(account, Incoming(uuid.uuid4(), SHARED[1:], "help!", clock.now), now=clock.now)
    assert row is not None
    assert receiving.answer(row.pk)
    assert visit.alarms.get().raised_by == cast.teacher
    assert numbers([Staff.objects.get(pk=cast.teacher.pk)]) == {cast.teacher.pk: SHARED}
    reply = Notice.objects.get(key=f"text:{row.pk}:answer")
    assert reply.recipient == cast.teacher


def test_a_telephone_is_somebodys_no_longer_once_the_visit_is_recorded(
    cast: Cast, now: dt.datetime, notify: Pretend
) -> None:
    account = notify.account(cast.trust)
    with_phone(make.recorded(cast, now=now), SHARED, cast.teacher)
    assert receiving.senders(account, SHARED) == []


def test_a_strangers_cry_goes_first_to_the_school_from_which_somebody_is_out(
    cast: Cast, clock: Clock, now: dt.datetime, notify: Pretend
) -> None:
    account = notify.account(cast.trust)
    make.out(cast, now=now)
    row = receiving.take_in(account, Incoming(uuid.uuid4(), "447700900188", "SOS", clock.now), now=clock.now)
    assert row is not None
    receiving.answer(row.pk)
    told = Notice.objects.filter(key__contains=":unplaced:", channel="in_app")
    assert {cast.office, cast.head, cast.ceo} <= {notice.recipient for notice in told}
    assert not told.filter(recipient__roles__school__in=[cast.other_school]).exists()


def test_whoever_is_out_hears_of_no_strangers_cry(
    cast: Cast, clock: Clock, now: dt.datetime, notify: Pretend
) -> None:
    account = notify.account(cast.trust)
    make.out(cast, now=now, by=cast.slt, party=[cast.slt, cast.colleague])
    row = receiving.take_in(account, Incoming(uuid.uuid4(), "447700900188", "SOS", clock.now), now=clock.now)
    assert row is not None
    receiving.answer(row.pk)
    told = {n.recipient for n in Notice.objects.filter(key__contains=":unplaced:", channel="in_app")}
    assert (cast.office in told, cast.slt in told) == (True, False)


def test_a_stranger_who_cries_again_and_again_is_told_loudly_once(
    cast: Cast, clock: Clock, now: dt.datetime, notify: Pretend
) -> None:
    account = notify.account(cast.trust)
    make.out(cast, now=now)
    loud = []
    for number, minutes in (
        ("447700900188", 0),
        ("447700900188", 1),
        ("447700900189", 1),
        ("447700900188", 9),
    ):
        row = receiving.take_in(
            account, Incoming(uuid.uuid4(), number, "SOS", clock.now), now=clock.advance(minutes=minutes)
        )
        assert row is not None
        receiving.answer(row.pk)
        ways = set(Notice.objects.filter(key__startswith=f"text:{row.pk}:").values_list("channel", flat=True))
        assert "in_app" in ways
        loud.append("email" in ways)
    assert loud == [True, False, True, True]


def test_a_note_by_text_says_that_it_is_no_check_in(cast: Cast, now: dt.datetime) -> None:
    make.out(cast, now=now)
    assert "This is not a check-in: text OK if all is well" in text("There is a dog", cast.teacher, now=now)


@pytest.mark.clause("PS-129", "TC-169")
@pytest.mark.parametrize(
    "words", ["Everything is fine here", "We are all back at school", "20 more minutes please"]
)
def test_the_code_word_is_heard_in_a_text_that_says_something_else(
    cast: Cast, clock: Clock, now: dt.datetime, words: str
) -> None:
    """Such a phrase is refused today; one that was set before it was stands."""
    visit = make.fresh(make.out(cast, now=now))
    before = text(words, cast.teacher, now=clock.advance(minutes=12))
    assert not visit.deadlines.filter(kind="word_note", state="live").exists()
    CodeWord.objects.create(
        school=cast.school, visit=visit, sealed=seal(words), set_at=now, set_by=cast.office
    )
    after = text(words, cast.teacher, now=clock.now)
    assert visit.deadlines.get(kind="word_note", state="live").attendee.staff == cast.teacher
    # More time moves the times; nothing else may differ.
    assert re.sub(r"\d\d:\d\d", "", after) == re.sub(r"\d\d:\d\d", "", before)


@pytest.mark.clause("TC-169")
def test_a_note_at_night_is_read_by_the_ladders_first_step(cast: Cast, clock: Clock) -> None:
    late = {"ooh_necessary": "They work all day.", "ooh_no_alternative": "None: this is when they are home."}
    now = clock.set("2026-11-26 19:00")
    visit = make.fresh(make.out(cast, now=now, **late))
    Visit.objects.filter(pk=visit.pk).update(responsible_contact=None)
    text("We were late", cast.teacher, now=clock.advance(minutes=5))
    told = Notice.objects.filter(subject=f"{visit.ref}: a note to the office")
    assert {n.recipient for n in told} == set(next_told(make.fresh(visit), clock.now)) != set()


@pytest.mark.clause("PS-129", "TC-169")
def test_what_a_refused_text_says_in_secret_is_heard_and_a_wrong_pin_is_counted(
    cast: Cast, clock: Clock, now: dt.datetime
) -> None:
    keeping.set_pins(staff=cast.teacher, ordinary=ORDINARY, duress=DURESS, by=cast.teacher, now=now)
    visit = make.fresh(make.logged(cast, now=now))  # nobody has said that they left
    replies = {pin: text(f"OK {pin}", cast.teacher, now=clock.now) for pin in (ORDINARY, DURESS)}
    assert len(set(replies.values())) == 1
    assert "not recorded" in replies[DURESS]
    assert visit.deadlines.get(kind="word_pin", state="live").attendee.staff == cast.teacher
    assert "That is not your PIN" in text("OK 7061", cast.teacher, now=clock.now)
    assert visit.attendees.get(staff=cast.teacher).wrong_pins == 1
