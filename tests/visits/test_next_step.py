"""Nobody was in: the wait ends, a card is left, and a person says what follows before it is forgotten."""

import pytest

from homevisits.escalation.sweep import sweep
from homevisits.notices.models import Notice
from homevisits.people import keeping
from homevisits.people.models import Staff
from tests.cast import Cast, browser
from tests.factories import visits as make
from visits import next_step, timing, transitions
from visits.guidance import departure_checks
from visits.models import Visit, VisitDeadline
from visits.owed import owed
from visits.transitions import Refused

on = pytest.mark.parametrize


def unreached(cast: Cast, clock, now, outcome: str = "nobody_in") -> Visit:
    visit = make.out(cast, now=now)
    transitions.say_waiting(visit=visit, by=cast.teacher, now=clock.advance(minutes=11))
    return transitions.say_outcome(
        visit=visit, by=cast.teacher, now=clock.advance(minutes=19), outcome=outcome
    )


def due(visit: Visit) -> list[VisitDeadline]:
    return list(visit.deadlines.filter(kind="next_step", state="live"))


def asked(visit: Visit) -> list[str]:
    found = Notice.objects.filter(subject=f"{visit.ref}: what follows?", channel="in_app")
    return [n.recipient.last_name.lower() for n in found.order_by("created_at", "recipient__last_name")]


@pytest.mark.clause("TC-109")
def test_after_twenty_minutes_at_the_door_the_phone_says_leave(cast: Cast, clock, now) -> None:
    visit = make.out(cast, now=now)
    transitions.say_waiting(visit=visit, by=cast.teacher, now=clock.advance(minutes=11))
    phone = browser(cast.teacher)
    assert "Wait no longer than" in phone.get(f"/visits/{visit.ref}/out/").content.decode()
    clock.advance(minutes=20, seconds=1)
    assert "You have waited long enough" in phone.get(f"/visits/{visit.ref}/out/").content.decode()
    sweep("test")
    assert visit.alarms.filter(kind="wait_over").count() == 1


@pytest.mark.clause("SH-098")
@on("outcome", ["nobody_in", "refused", "parent_absent"])
def test_the_next_step_is_asked_of_whoever_asked_and_climbs_to_the_head(
    cast: Cast, clock, now, outcome: str
) -> None:
    visit = unreached(cast, clock, now, outcome)
    for attendee in make.fresh(visit).party:
        identity = "Saw them"
        transitions.say_back(visit=visit, by=cast.office, now=clock.now, attendee=attendee, identity=identity)
    assert [one.title for one in owed(cast.teacher, clock.now)] == [f"{visit.ref}: say what follows"]
    clock.advance(minutes=60)
    sweep("test")
    assert asked(visit) == ["teacher"]
    clock.advance(minutes=120)
    sweep("test")
    assert asked(visit)[-2:] == ["head", "teacher"]
    transitions.name_next_step(
        visit=visit, by=cast.teacher, now=clock.now, choice="nothing", words="Moved away"
    )
    assert (due(visit), owed(cast.teacher, clock.now)) == ([], [])


@pytest.mark.turns("next_step_minutes")
@on("minutes", [15, 45])
def test_the_policy_says_within_how_many_minutes(cast: Cast, clock, now, minutes: int) -> None:
    visit = make.fresh(unreached(cast, clock, now))
    visit.rules.next_step_minutes = minutes
    (wanted,) = [one for one in timing.wanted(visit) if one.kind == "next_step"]
    assert wanted.due_at == clock.now + make.minutes(minutes)


@pytest.mark.clause("SH-071", "SH-072")
@on("outcome", ["nobody_in", "unsafe", "postponed"])
def test_a_second_visit_is_started_like_this_one(cast: Cast, clock, now, outcome: str) -> None:
    visit = unreached(cast, clock, now, outcome)
    reply = browser(cast.teacher).post(
        f"/visits/{visit.ref}/next/", {"choice": "again", "card_left": "on"}, follow=True
    )
    draft = Visit.objects.get(follows=visit)
    assert (draft.state, draft.address, draft.requested_by) == ("draft", visit.address, cast.teacher)
    assert reply.redirect_chain[0][0] == f"/visits/{draft.ref}/request/reason/"
    assert visit.next_steps.get().card_left is True
    assert due(visit) == []


def through(cast: Cast, draft: Visit, now) -> Visit:
    """A draft that is like an earlier visit, through everything that is asked of it until it is logged."""
    said = {
        "told": "call", "told_whom": "Maria Novak, mother", "told_at": now, "told_by": cast.teacher,
        "parent_agreed": True, "two_may_escalate": False,
    }  # fmt: skip
    transitions.keep_draft(visit=draft, by=cast.teacher, now=now, values=said)
    visit = transitions.submit(visit=draft, by=cast.teacher, now=now)
    make.assessed(cast, visit, now)
    ticked = {"necessary": True, "best_interests": True, "safeguarding": True}
    transitions.answer(
        visit=visit, by=cast.head, now=now, reply="yes", reason="Calmer later.", kinds=["visit"], **ticked
    )
    make.briefed(cast, make.fresh(visit), now)
    return transitions.log(visit=visit, by=cast.office, now=now, **make.log_facts(cast, visit))


def comes_back(cast: Cast, clock, now, **more: str):
    """Put off at half past ten, everybody back, and a second visit named."""
    visit = unreached(cast, clock, now, "postponed")
    for attendee in make.fresh(visit).party:
        transitions.say_back(visit=visit, by=cast.office, now=clock.now, attendee=attendee, identity="Saw")
    page = browser(cast.teacher).post(f"/visits/{visit.ref}/next/", {"choice": "again", **more})
    return visit, page


@pytest.mark.clause("SH-071")
def test_coming_back_later_today_sets_every_timer_anew(cast: Cast, clock, now) -> None:
    visit, _ = comes_back(cast, clock, now, start_at_day="26/11/2026", start_at_time="14:00")
    draft = Visit.objects.get(follows=visit)
    starts = now + make.minutes(240)
    plan = (draft.depart_at, draft.start_at, draft.end_at, draft.return_at)
    assert plan == tuple(starts + make.minutes(m) for m in (-10, 0, 30, 45))
    assert b'value="14:00"' in browser(cast.teacher).get(f"/visits/{draft.ref}/request/when/").content
    again, rules = through(cast, draft, clock.now), cast.policy
    at = {row.kind: row.due_at for row in again.deadlines.filter(state="live", is_safety=True)}
    assert at == {
        "departure": draft.depart_at + make.minutes(rules.departure_grace_minutes),
        "return": draft.return_at + make.minutes(rules.overdue_grace_minutes),
    }
    clock.set(draft.depart_at)
    ticked = [item.pk for item in departure_checks(again)]
    transitions.depart(visit=again, by=cast.teacher, now=clock.now, checks=ticked)
    called = again.deadlines.filter(kind="check_in", state="live")
    assert {row.prompt_at for row in called} == {
        draft.start_at + make.minutes(rules.checkin_after_start_minutes)
    }
    assert not visit.deadlines.filter(state="live", is_safety=True).exists()
    clock.set(draft.return_at + make.minutes(rules.overdue_grace_minutes))
    sweep("test")
    assert ("overdue" in {a.kind for a in again.alarms.all()}, visit.alarms.exists()) == (True, False)


@pytest.mark.clause("SH-071")
def test_coming_back_is_never_before_now(cast: Cast, clock, now) -> None:
    visit, page = comes_back(cast, clock, now, start_at_day="26/11/2026", start_at_time="10:15")
    assert "Enter a time that lies ahead." in page.content.decode()
    assert not Visit.objects.filter(follows=visit).exists()


@pytest.mark.clause("AF-039", "AF-045")
def test_a_check_by_the_police_is_proposed_and_decided_on_by_the_dsl_or_the_head(
    cast: Cast, clock, now
) -> None:
    visit = unreached(cast, clock, now)
    with pytest.raises(Refused, match="Say why"):
        transitions.name_next_step(visit=visit, by=cast.teacher, now=clock.now, choice="welfare")
    transitions.name_next_step(
        visit=visit, by=cast.teacher, now=clock.now, choice="welfare", words="Curtains drawn for days"
    )
    waits = next_step.owners(make.fresh(visit), clock.now)
    assert set(waits) == {cast.dsl, cast.deputy, cast.head}
    assert [one.pill[2] for one in owed(cast.dsl, clock.now)] == ["Proposed"]
    assert len(due(visit)) == 1
    with pytest.raises(Refused, match="DSL team or the head"):
        transitions.decide_welfare(
            visit=visit, by=cast.teacher, now=clock.now, is_agreed=True, answer="Please"
        )
    page = browser(cast.dsl)
    assert "Curtains drawn" in page.get(f"/visits/{visit.ref}/next/").content.decode()
    said = {"is_agreed": "yes", "answer": "They go today", "reference": "P-5"}
    done = page.post(f"/visits/{visit.ref}/next/police/", said, follow=True).content.decode()
    assert "reference P-5" in done
    assert (due(visit), owed(cast.dsl, clock.now)) == ([], [])


@pytest.mark.clause("AF-039", "SH-098")
def test_a_check_that_is_refused_leaves_the_next_step_to_be_named(cast: Cast, clock, now) -> None:
    visit = unreached(cast, clock, now)
    said = {"choice": "welfare", "words": "Curtains drawn for days"}
    transitions.name_next_step(visit=visit, by=cast.teacher, now=clock.now, **said)
    later = clock.advance(minutes=5)
    transitions.decide_welfare(visit=visit, by=cast.dsl, now=later, is_agreed=False, answer="Seen today")
    (waits,) = due(visit)
    assert waits.due_at == later + make.minutes(visit.policy.next_step_minutes)
    assert next_step.owners(make.fresh(visit), later) == [cast.teacher]
    transitions.name_next_step(visit=visit, by=cast.teacher, now=later, choice="nothing", words="Seen today")
    assert due(visit) == []


@pytest.mark.clause("SH-098", "CS-069")
def test_an_outcome_in_the_record_starts_what_follows_at_once(cast: Cast, clock, now) -> None:
    visit = make.returned(cast, now=now)
    at = clock.advance(minutes=30)
    transitions.keep_record(visit=visit, by=cast.teacher, now=at, values={}, outcome="unsafe")
    live = set(visit.deadlines.filter(state="live").values_list("kind", flat=True))
    assert {"next_step", "debrief"} <= live


def test_the_next_step_never_waits_for_a_closed_account(cast: Cast, clock, now) -> None:
    visit = make.fresh(unreached(cast, clock, now))
    Staff.objects.filter(pk__in=[cast.teacher.pk, cast.dsl.pk, cast.head.pk]).update(is_active=False)
    assert next_step.owners(make.fresh(visit), clock.now) == [cast.ceo]


def test_where_whoever_asked_is_away_the_lead_or_the_dsl_is_asked(cast: Cast, clock, now) -> None:
    visit = make.fresh(unreached(cast, clock, now))
    later = clock.now
    keeping.set_away(
        staff=cast.teacher, starts_at=later, ends_at=later + make.minutes(600), by=cast.head, now=later
    )
    assert next_step.owners(visit, later) == [cast.dsl]


def test_the_page_is_for_those_who_read_why_and_only_where_nobody_was_reached(cast: Cast, clock, now) -> None:
    visit = unreached(cast, clock, now)
    answers = {
        name: browser(who).get(f"/visits/{visit.ref}/next/").status_code for name, who in cast.people.items()
    }
    assert {name for name, status in answers.items() if status == 200} == {
        "teacher", "colleague", "dsl", "deputy", "slt", "head", "ceo", "ewo",
    }  # fmt: skip
    talked = make.out(cast, now=clock.now, by=cast.attendance)
    assert browser(cast.head).get(f"/visits/{talked.ref}/next/").status_code == 404
