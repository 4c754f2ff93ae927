"""What happens when somebody does not come back, does not answer, or asks for help."""

import datetime as dt

import pytest

from homevisits.escalation import alarms
from homevisits.escalation.alarms import open_alarm_now
from homevisits.escalation.sweep import sweep
from homevisits.notices.models import Notice
from homevisits.people.models import Away, Staff
from tests.cast import Cast
from tests.factories import visits as make
from tests.visits.alarming import due_again, live, swept, told
from visits import climbing, transitions
from visits.models import Visit, VisitAlarm, VisitDeadline
from visits.safety import Due
from visits.transitions import Refused

TC, PS, AF = "three_counties", "poulton_le_sands", "aspirational_futures"


@pytest.mark.clause("TC-119", "CS-091", "AF-014", "PS-100", "SH-064")
@pytest.mark.parametrize("cast", [TC, PS, AF], indirect=True)
def test_an_overdue_return_is_an_alarm_at_its_due_time_and_not_before(cast: Cast, clock, now) -> None:
    visit = make.out(cast, now=now)
    transitions.check_in(visit=visit, by=cast.teacher, now=clock.advance(minutes=12), together=True)
    due = visit.return_due_at
    assert due == now + dt.timedelta(minutes=55 + cast.policy.overdue_grace_minutes)
    clock.set(due - dt.timedelta(seconds=1))
    sweep("test")
    assert not visit.alarms.filter(kind="overdue").exists()
    clock.set(due)
    sweep("test")
    alarm = visit.alarms.get(kind="overdue")
    assert (alarm.state, alarm.rung, alarm.due_at) == ("open", 1, due)
    assert told(visit, kind="overdue") == {"office"}


@pytest.mark.clause("TC-118", "TC-119", "TC-120")
@pytest.mark.parametrize("cast", [TC], indirect=True)
def test_the_ladder_climbs_to_the_head_at_the_policys_minutes(cast: Cast, clock, now) -> None:
    visit = make.out(cast, now=now)
    clock.set(visit.return_due_at)
    sweep("test")
    swept(clock, 9.98)
    assert told(visit, kind="overdue") == {"office"}
    swept(clock, 0.02)
    assert told(visit, kind="overdue") == {"office", "head"}
    swept(clock, 20)
    everybody = {"office", "head", "slt", "dsl", "deputy", "ceo"}
    assert told(visit, kind="overdue") == everybody


@pytest.mark.clause("TC-122", "TC-259")
@pytest.mark.parametrize("cast", [TC], indirect=True)
def test_a_missing_ewo_is_told_to_the_ceo_and_the_head(cast: Cast, clock, now) -> None:
    visit = make.out(cast, now=now, by=cast.ewo, party=[cast.ewo, cast.colleague])
    clock.set(visit.return_due_at)
    sweep("test")
    swept(clock, 10)
    assert told(visit, kind="overdue") == {"office", "head", "ceo"}


@pytest.mark.clause("TC-122", "TC-259")
@pytest.mark.parametrize("cast", [TC], indirect=True)
def test_who_is_missing_counts_and_not_who_led(cast: Cast, clock, now) -> None:
    visit = make.out(cast, now=now, by=cast.teacher, party=[cast.teacher, cast.ewo])
    ewo = visit.attendees.get(staff=cast.ewo)
    transitions.say_back(visit=visit, by=cast.office, now=now, attendee=ewo, identity="Saw her")
    clock.set(visit.return_due_at)
    sweep("test")
    swept(clock, 10)
    assert told(visit, kind="overdue") == {"office", "head"}


def test_the_last_step_repeats_until_somebody_resolves(cast: Cast, clock, now) -> None:
    visit = make.out(cast, now=now)
    clock.set(visit.return_due_at)
    sweep("test")
    swept(clock, 30)
    alarm = visit.alarms.get(kind="overdue")
    before = Notice.objects.filter(alarm=alarm.uuid).count()
    swept(clock, cast.policy.last_step_repeat_minutes)
    assert Notice.objects.filter(alarm=alarm.uuid).count() > before
    alarms.resolve(
        alarm=alarm, by=cast.head, outcome="late", resolution="Spoke to both, car trouble.", now=clock.now
    )
    sent = Notice.objects.filter(alarm=alarm.uuid).count()
    swept(clock, 60)
    assert Notice.objects.filter(alarm=alarm.uuid).count() == sent


@pytest.mark.clause("TC-166", "TC-118")
@pytest.mark.parametrize("cast", [TC], indirect=True)
def test_the_check_in_call_is_ten_minutes_after_the_scheduled_start(cast: Cast, clock, now) -> None:
    visit = make.out(cast, now=now)
    rows = VisitDeadline.objects.filter(visit=visit, kind=Due.CHECK_IN)
    assert {row.prompt_at for row in rows} == {now + dt.timedelta(minutes=20)}
    assert {row.attendee.staff for row in rows} == {cast.teacher, cast.colleague}
    swept(clock, 20)
    prompts = Notice.objects.filter(subject__startswith="Ring ")
    assert {n.recipient for n in prompts} == {cast.office}
    swept(clock, cast.policy.checkin_answer_minutes)
    assert visit.alarms.filter(kind="missed_check_in").count() == 2


def away(person: Staff, now: dt.datetime) -> None:
    Away.objects.create(staff=person, during=(now - dt.timedelta(hours=1), now + dt.timedelta(days=1)))


def rung(clock, minutes: float) -> dict[str, set[str]]:
    """Who has been asked to make the check-in call after some minutes, and by which ways."""
    swept(clock, minutes)
    found: dict[str, set[str]] = {}
    for notice in Notice.objects.filter(subject__startswith="Ring "):
        found.setdefault(notice.recipient.last_name.lower(), set()).add(notice.channel)
    return found


@pytest.mark.clause("TC-166")
@pytest.mark.parametrize("cast", [TC], indirect=True)
def test_the_agreed_colleague_is_asked_to_ring_on_their_phone_too(cast: Cast, clock, now, phones) -> None:
    visit = make.out(cast, now=now)
    Visit.objects.filter(pk=visit.pk).update(checkin_colleague=cast.attendance)
    assert rung(clock, 19.98) == {}
    assert rung(clock, 0.02) == {"attendance": {"in_app", "email", "text", "push"}}


@pytest.mark.clause("TC-166")
@pytest.mark.parametrize("cast", [TC], indirect=True)
@pytest.mark.parametrize("why", ["away", "left", "goes"])
def test_without_the_agreed_colleague_those_who_answer_are_asked_to_ring(
    cast: Cast, clock, now, why: str
) -> None:
    visit = make.out(cast, now=now)
    named = cast.colleague if why == "goes" else cast.attendance
    Visit.objects.filter(pk=visit.pk).update(checkin_colleague=named)
    if why == "away":
        away(cast.attendance, now)
    if why == "left":
        Staff.objects.filter(pk=cast.attendance.pk).update(is_active=False)
    assert set(rung(clock, 20)) == {"office"}


@pytest.mark.clause("TC-166")
@pytest.mark.parametrize("cast", [TC], indirect=True)
def test_with_nobody_at_the_desk_the_next_people_of_the_ladder_are_asked_to_ring(
    cast: Cast, clock, now
) -> None:
    make.out(cast, now=now)
    away(cast.office, now)
    assert set(rung(clock, 20)) == {"head"}


def test_a_check_in_covers_only_the_person_who_gives_it(cast: Cast, clock, now) -> None:
    visit = make.out(cast, now=now)
    transitions.check_in(visit=visit, by=cast.teacher, now=clock.advance(minutes=15))
    waiting = VisitDeadline.objects.filter(visit=visit, kind=Due.CHECK_IN, state="live")
    assert [row.attendee.staff for row in waiting] == [cast.colleague]


@pytest.mark.parametrize("cast", [TC], indirect=True)
def test_what_is_due_again_under_an_open_alarm_opens_no_second_one(cast: Cast, clock, now) -> None:
    alarm = due_again(cast, clock)
    visit = alarm.visit
    swept(clock, 20)
    assert visit.alarms.filter(kind="overdue").count() == 1
    assert VisitAlarm.objects.get(pk=alarm.pk).rung > alarm.rung
    said = visit.events.filter(kind="due_again", detail__alarm=str(alarm.uuid))
    assert [event.sentence for event in said] == ["Return was due again."]


@pytest.mark.parametrize("cast", [TC], indirect=True)
def test_no_answer_and_the_call_that_was_due_are_one_alarm(cast: Cast, clock, now) -> None:
    visit = make.out(cast, now=now)
    at = clock.advance(minutes=21)
    who = visit.attendees.get(staff=cast.teacher)
    transitions.say_no_answer(visit=visit, by=cast.office, now=at, attendee=who)
    swept(clock, 10)
    assert visit.alarms.filter(kind="missed_check_in", attendee=who).count() == 1
    assert visit.alarms.filter(kind="missed_check_in").count() == 2


def test_together_covers_everybody(cast: Cast, clock, now) -> None:
    visit = make.out(cast, now=now)
    transitions.check_in(visit=visit, by=cast.teacher, now=clock.advance(minutes=15), together=True)
    assert Due.CHECK_IN not in live(visit)


def test_a_fine_before_the_visit_starts_does_not_answer_the_call(cast: Cast, clock, now) -> None:
    visit = make.out(cast, now=now)
    transitions.check_in(visit=visit, by=cast.teacher, now=clock.advance(minutes=2), together=True)
    assert Due.CHECK_IN in live(visit)


@pytest.mark.clause("TC-118")
def test_voicemail_is_no_answer_and_raises_the_alarm_at_once(cast: Cast, clock, now) -> None:
    visit = make.out(cast, now=now)
    missing = visit.attendees.get(staff=cast.colleague)
    transitions.say_no_answer(visit=visit, by=cast.office, now=clock.now, attendee=missing, note="Voicemail")
    alarm = visit.alarms.get()
    assert (alarm.kind, alarm.attendee, alarm.rung) == ("missed_check_in", missing, 1)


@pytest.mark.clause("TC-109", "TC-110")
@pytest.mark.parametrize("cast", [TC], indirect=True)
def test_the_wait_at_the_door_ends_after_twenty_minutes(cast: Cast, clock, now) -> None:
    visit = make.out(cast, now=now)
    transitions.say_waiting(visit=visit, by=cast.teacher, now=clock.advance(minutes=8))
    wait = VisitDeadline.objects.get(visit=visit, kind=Due.WAIT)
    assert wait.due_at == visit.start_at + dt.timedelta(minutes=20)
    transitions.say_outcome(
        visit=visit, by=cast.teacher, now=clock.advance(minutes=19), outcome="parent_absent", text="Card left"
    )
    assert Due.WAIT not in live(visit)


@pytest.mark.clause("TC-109")
@pytest.mark.parametrize("cast", [TC], indirect=True)
def test_a_late_arrival_waits_from_the_arrival(cast: Cast, clock, now) -> None:
    visit = make.out(cast, now=now)
    arrived = clock.advance(minutes=18)
    transitions.say_waiting(visit=visit, by=cast.teacher, now=arrived)
    assert VisitDeadline.objects.get(visit=visit, kind=Due.WAIT).due_at == arrived + dt.timedelta(minutes=20)


def test_a_forgotten_departure_stands_as_possibly_out_and_its_return_is_watched(
    cast: Cast, clock, now
) -> None:
    visit = make.logged(cast, now=now)
    assert live(visit) >= {Due.DEPARTURE, Due.RETURN}
    swept(clock, cast.policy.departure_grace_minutes)
    assert visit.alarms.get().kind == "possibly_out"
    clock.set(visit.return_due_at)
    sweep("test")
    assert {alarm.kind for alarm in visit.alarms.all()} == {"possibly_out", "overdue"}


def test_the_party_neither_owns_nor_resolves_its_own_alarm(cast: Cast, clock, now) -> None:
    visit = make.out(cast, now=now)
    transitions.ask_for_help(visit=visit, by=cast.teacher, now=clock.now)
    alarm = visit.alarms.get()
    for person in (cast.teacher, cast.colleague):
        with pytest.raises(alarms.Refused, match="somebody else"):
            alarms.own(alarm=alarm, by=person, now=clock.now)
        with pytest.raises(alarms.Refused, match="somebody else"):
            alarms.resolve(alarm=alarm, by=person, outcome="false", resolution="Fine.", now=clock.now)


def test_back_during_an_alarm_is_a_claim_until_another_resolves(cast: Cast, clock, now) -> None:
    visit = make.out(cast, now=now)
    transitions.ask_for_help(visit=visit, by=cast.teacher, now=clock.now)
    before = live(visit)
    for person in (cast.teacher, cast.colleague):
        transitions.say_back(visit=visit, by=person, now=clock.now)
    fresh = Visit.objects.get(pk=visit.pk)
    assert (fresh.state, Due.RETURN in live(visit)) == ("in_progress", True)
    assert all(a.claimed_back_at and not a.back_at for a in fresh.attendees.all())
    calls = {Due.CHECK_IN, f"{Due.SOON}_{Due.CHECK_IN}"}
    assert live(visit) - calls == before - calls
    alarms.resolve(
        alarm=visit.alarms.get(), by=cast.office, outcome="false", resolution="Spoke to both.", now=clock.now
    )
    assert Visit.objects.get(pk=visit.pk).state == "returned_safe"


def test_resolving_with_somebody_still_out_keeps_a_safety_deadline(cast: Cast, clock, now) -> None:
    visit = make.out(cast, now=now)
    clock.set(visit.return_due_at)
    sweep("test")
    alarms.resolve(
        alarm=visit.alarms.get(kind="overdue"),
        by=cast.office,
        outcome="late",
        resolution="Spoke, back in ten.",
        now=clock.now,
    )
    for other in visit.alarms.exclude(state="resolved"):
        alarms.resolve(alarm=other, by=cast.office, outcome="late", resolution="Spoke.", now=clock.now)
    again = VisitDeadline.objects.get(visit=visit, kind=Due.RETURN, state="live")
    assert again.due_at == clock.now + dt.timedelta(minutes=cast.policy.overdue_grace_minutes)
    clock.set(again.due_at)
    sweep("test")
    assert visit.alarms.filter(kind="overdue", state="open").count() == 1


def test_more_time_during_an_alarm_moves_no_deadline(cast: Cast, clock, now) -> None:
    visit = make.out(cast, now=now)
    transitions.ask_for_help(visit=visit, by=cast.teacher, now=clock.now)
    due = VisitDeadline.objects.get(visit=visit, kind=Due.RETURN).due_at
    alarms.own(alarm=visit.alarms.get(), by=cast.slt, now=clock.now)
    transitions.extend(visit=visit, by=cast.teacher, now=clock.now, minutes=20, reason="Long talk")
    assert VisitDeadline.objects.get(visit=visit, kind=Due.RETURN).due_at == due
    asked = Notice.objects.filter(subject=f"{visit.ref}: they ask for 20 more minutes", is_urgent=True)
    assert {n.recipient for n in asked} == {cast.office, cast.head, cast.slt}
    transitions.answer_time(visit=visit, by=cast.slt, now=clock.now, is_agreed=True)
    later = VisitDeadline.objects.get(visit=visit, kind=Due.RETURN, state="live").due_at
    assert later == due + dt.timedelta(minutes=20)


def test_a_silent_alarm_alone_gives_more_time_as_without_one(cast: Cast, clock, now) -> None:
    visit = make.fresh(make.out(cast, now=now))
    open_alarm_now(VisitAlarm, visit, kind="duress", now=now, attendee=visit.lead)
    transitions.want_time(visit=visit, by=cast.teacher, now=now, minutes=20, reason="Long talk")
    assert make.fresh(visit).return_at == visit.return_at + dt.timedelta(minutes=20)
    assert visit.time_requests.count() == 0


@pytest.mark.clause("TC-170")
@pytest.mark.parametrize("cast", [TC], indirect=True)
def test_more_time_moves_the_return_and_tells_the_head(cast: Cast, clock, now) -> None:
    visit = make.out(cast, now=now)
    due = visit.return_due_at
    transitions.extend(visit=visit, by=cast.teacher, now=clock.now, minutes=20, reason="Traffic")
    assert VisitDeadline.objects.get(visit=visit, kind=Due.RETURN).due_at == due + dt.timedelta(minutes=20)
    told_of_it = Notice.objects.filter(subject__contains="times changed").values_list(
        "recipient__last_name", flat=True
    )
    assert set(told_of_it) == {"Head"}


@pytest.mark.clause("TC-171")
@pytest.mark.parametrize("cast", [TC], indirect=True)
def test_the_ewos_schedule_change_is_told_to_the_ceo(cast: Cast, clock, now) -> None:
    visit = make.out(cast, now=now, by=cast.ewo, party=[cast.ewo], lone_reason="Known family.")
    transitions.extend(visit=visit, by=cast.ewo, now=clock.now, minutes=20, reason="Traffic")
    told_of_it = Notice.objects.filter(subject__contains="times changed").values_list(
        "recipient__last_name", flat=True
    )
    assert set(told_of_it) == {"Ceo"}


def test_more_time_beyond_the_policys_limit_needs_the_office(cast: Cast, clock, now) -> None:
    visit = make.out(cast, now=now)
    too_much = cast.policy.extension_max_minutes + 1
    with pytest.raises(Refused, match="Ring the office"):
        transitions.extend(visit=visit, by=cast.teacher, now=clock.now, minutes=too_much, reason="Long talk")
    longer = transitions.extend(
        visit=visit, by=cast.office, now=clock.now, minutes=too_much, reason="Agreed by phone"
    )
    assert longer.return_at == visit.return_at + dt.timedelta(minutes=too_much)


@pytest.mark.clause("PS-100", "CS-090")
def test_the_visit_is_safe_only_when_every_person_is(cast: Cast, clock, now) -> None:
    visit = make.out(cast, now=now)
    transitions.say_back(visit=visit, by=cast.teacher, now=clock.now)
    assert Visit.objects.get(pk=visit.pk).state == "in_progress"
    transitions.say_back(visit=visit, by=cast.colleague, now=clock.now)
    assert Visit.objects.get(pk=visit.pk).state == "returned_safe"
    assert live(visit) == {Due.RECORD}


def test_a_visitor_does_not_speak_for_a_colleague(cast: Cast, clock, now) -> None:
    visit = make.out(cast, now=now)
    with pytest.raises(Refused, match="their own phone"):
        transitions.say_back(
            visit=visit, by=cast.teacher, now=clock.now, attendee=visit.attendees.get(staff=cast.colleague)
        )


def test_the_office_says_how_it_knew_who_was_speaking(cast: Cast, clock, now) -> None:
    visit = make.out(cast, now=now)
    person = visit.attendees.get(staff=cast.teacher)
    with pytest.raises(Refused, match="how you knew"):
        transitions.say_back(visit=visit, by=cast.office, now=clock.now, attendee=person)


@pytest.mark.clause("PS-101", "PS-134")
@pytest.mark.parametrize("cast", [PS], indirect=True)
def test_not_coming_back_is_said_by_telephone(cast: Cast, clock, now) -> None:
    visit = make.out(cast, now=now)
    with pytest.raises(Refused, match="Ring the office"):
        transitions.say_back(visit=visit, by=cast.teacher, now=clock.now, how="left_by_phone")
    rang = {"by": cast.office, "now": clock.now, "how": "left_by_phone", "identity": "Knew the voice"}
    for person in visit.party:
        visit = transitions.say_back(visit=visit, attendee=person, **rang)
    assert (visit.state, Due.RETURN in live(visit)) == ("returned_safe", False)
    clock.set(visit.return_due_at)
    sweep("test")
    assert not visit.alarms.exists()


@pytest.mark.clause("PS-101", "PS-134")
@pytest.mark.parametrize("cast", [PS], indirect=True)
@pytest.mark.parametrize("how", ["at_school", "left_by_phone"])
def test_whoever_has_not_rung_nor_come_back_is_missed(cast: Cast, clock, now, how: str) -> None:
    visit = make.out(cast, now=now)
    transitions.check_in(visit=visit, by=cast.teacher, now=clock.advance(minutes=12), together=True)
    one, other = visit.party
    transitions.say_back(
        visit=visit, by=cast.office, now=clock.now, attendee=one, how=how, identity="Knew the voice"
    )
    clock.set(visit.return_due_at)
    sweep("test")
    alarm = VisitAlarm.objects.get(visit=visit)
    assert (alarm.kind, climbing.missing_people(alarm)) == ("overdue", [other])


@pytest.mark.clause("PS-134")
@pytest.mark.parametrize("cast", [PS], indirect=True)
def test_being_back_at_school_ends_the_watch_too(cast: Cast, clock, now) -> None:
    visit = make.out(cast, now=now)
    for person in (cast.teacher, cast.colleague):
        transitions.say_back(visit=visit, by=person, now=clock.now, how="at_school")
    clock.set(visit.return_due_at)
    sweep("test")
    assert (make.fresh(visit).state, visit.alarms.exists()) == ("returned_safe", False)


def test_undoing_a_mistaken_mark_fires_at_once_when_the_return_has_passed(cast: Cast, clock, now) -> None:
    visit = make.returned(cast, now=now)
    later = clock.advance(minutes=200)
    transitions.not_back_after_all(visit=visit, by=cast.office, now=later, reason="Marked the wrong visit")
    sweep("test")
    assert visit.alarms.filter(kind="overdue", state="open").exists()
    urgent = Notice.objects.filter(subject__contains="not back after all")
    assert {n.recipient for n in urgent} >= {cast.office, cast.head}


def test_nobody_left_asks_again_after_the_grace(cast: Cast, clock, now) -> None:
    visit = make.out(cast, now=now)
    later = clock.advance(minutes=30)
    back = transitions.did_not_leave(visit=visit, by=cast.teacher, now=later, reason="Flat tyre")
    due = VisitDeadline.objects.get(visit=visit, kind=Due.DEPARTURE, state="live").due_at
    assert (back.state, due) == ("logged", later + dt.timedelta(minutes=cast.policy.departure_grace_minutes))


@pytest.mark.parametrize("state", ["logged", "in_progress"])
def test_whoever_may_be_out_always_has_a_live_safety_deadline(cast: Cast, clock, now, state: str) -> None:
    visit = make.in_state(cast, state, now=now)
    assert (
        VisitDeadline.objects.filter(visit=visit, state="live", is_safety=True, kind=Due.RETURN).count() == 1
    )


@pytest.mark.clause("TC-112", "TC-113", "TC-111", "TC-164", "PS-131", "PS-133", "CS-067", "CS-069")
@pytest.mark.parametrize("cast", [TC], indirect=True)
@pytest.mark.parametrize(("who", "told_to"), [("teacher", "Head"), ("ewo", "Ceo")])
def test_leaving_for_safety_is_told_to_the_head_or_ceo(
    cast: Cast, clock, now, who: str, told_to: str
) -> None:
    lead = getattr(cast, who)
    party = [lead] if who == "ewo" else None
    visit = make.out(cast, now=now, by=lead, party=party, lone_reason="Known family.")
    transitions.say_outcome(visit=visit, by=lead, now=clock.now, outcome="unsafe", text="Threats at the door")
    found = Notice.objects.filter(subject__contains="not safe").values_list("recipient__last_name", flat=True)
    assert set(found) == {"Office", told_to}


@pytest.mark.clause("TC-112", "TC-113")
@pytest.mark.parametrize("cast", [TC], indirect=True)
@pytest.mark.parametrize(("who", "told_to"), [("teacher", "Head"), ("ewo", "Ceo")])
def test_a_safety_cancellation_goes_in_writing_to_the_head_or_ceo(
    cast, clock, now, who: str, told_to: str
) -> None:
    lead = getattr(cast, who)
    party = [lead] if who == "ewo" else None
    visit = make.logged(cast, now=now, by=lead, party=party, lone_reason="Known family.")
    with pytest.raises(Refused, match="Say why"):
        transitions.cancel(visit=visit, by=lead, now=clock.now, reason=" ", for_safety=True)
    gone = transitions.cancel(
        visit=visit, by=lead, now=clock.now, reason="The father rang, angry.", for_safety=True
    )
    found = Notice.objects.filter(subject__contains="for safety").values_list(
        "recipient__last_name", flat=True
    )
    assert (gone.ended_reason, told_to in set(found)) == ("The father rang, angry.", True)


@pytest.mark.clause("CS-007", "TC-019")
def test_an_unwritten_record_is_chased_a_finite_number_of_times(cast: Cast, clock, now) -> None:
    visit = make.returned(cast, now=now)
    for _ in range(8):
        swept(clock, 60 * 24)
    nudges = Notice.objects.filter(subject__contains="record is overdue", channel="in_app")
    assert nudges.filter(recipient=cast.teacher).count() == 3
    assert nudges.filter(recipient=cast.head).count() == 1
    assert not visit.alarms.exists()


def test_an_undecided_request_climbs_its_own_ladder_and_wakes_nobody(cast: Cast, clock, now) -> None:
    visit = make.requested(cast, now=now)
    swept(clock, cast.policy.decision_minutes_same_day)
    first = Notice.objects.filter(subject__contains="still waits").values_list(
        "recipient__last_name", flat=True
    )
    assert set(first) == {"Head"}
    swept(clock, 61)
    all_told = Notice.objects.filter(subject__contains="still waits").values_list(
        "recipient__last_name", flat=True
    )
    assert (set(all_told), visit.alarms.exists()) == ({"Head", "Ceo"}, False)


def test_no_notice_names_the_child_the_address_or_the_reason(cast: Cast, clock, now) -> None:
    pupil = make.a_pupil(cast, legal_first_name="Zebedee", legal_last_name="Quixote")
    visit = make.out(cast, now=now, pupil=pupil)
    clock.set(visit.return_due_at)
    sweep("test")
    swept(clock, 40)
    said = " ".join(f"{n.subject} {n.body} {n.path}" for n in Notice.objects.all())
    secrets = ["Zebedee", "Quixote", visit.address, visit.postcode, visit.purpose, visit.reason.label]
    assert [word for word in secrets if word in said] == []
