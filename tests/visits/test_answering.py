"""Who can answer now: the duty rota, the ladder that never ends in nobody, and the telephones that were tried."""

import datetime as dt

import pytest

from homevisits.escalation.sweep import sweep
from homevisits.people import keeping
from homevisits.people.models import Role, Staff
from homevisits.people.rota import on_rota
from homevisits.trusts.choices import Ladder
from homevisits.trusts.parts import LadderStep
from homevisits.trusts.roles import RoleName
from tests.cast import Cast, browser
from tests.factories import visits as make
from tests.factories.people import StaffFactory, staff_with
from tests.factories.trusts import TermFactory
from tests.visits.turning import BLOCK, OFF, SAID, WARN, checks, unmet
from visits import climbing
from visits.answering import answering
from visits.models import Visit, VisitAlarm

on = pytest.mark.parametrize
THURSDAY = 3
PRESETS = ("three_counties", "poulton_le_sands", "aspirational_futures")


def rota(cast: Cast, now: dt.datetime, role: str, first: Staff, second: Staff | None = None, **more) -> None:
    turns = {(THURSDAY, "am"): (first, second)}
    facts = {"school": cast.school, "term": None, "by": cast.head, "now": now, **more}
    keeping.keep_rota(role=role, turns=turns, **facts)


def steps(cast: Cast, now: dt.datetime) -> list[list[str]]:
    """The names of each step but the last."""
    return [[p.last_name for p in step.people] for step in answering(cast.school, cast.policy, now)][:-1]


def test_the_rota_says_who_of_a_part_is_told_on_its_half_day(cast: Cast, clock, now) -> None:
    other = StaffFactory(trust=cast.trust, last_name="Desk")
    Role.objects.create(staff=other, role=RoleName.OFFICE, school=cast.school)
    assert set(steps(cast, now)[0]) == {"Desk", "Office"}
    rota(cast, now, "office", other, cast.slt)
    assert steps(cast, now)[0] == ["Desk"]
    keeping.set_away(staff=other, starts_at=now, ends_at=now + dt.timedelta(hours=1), by=cast.head, now=now)
    assert steps(cast, now)[0] == ["Slt"]
    keeping.set_away(
        staff=cast.slt, starts_at=now, ends_at=now + dt.timedelta(hours=1), by=cast.head, now=now
    )
    assert steps(cast, now)[0] == ["Office"]
    assert set(steps(cast, clock.set("2026-11-26 12:00"))[0]) == {"Desk", "Office"}


def test_a_terms_own_rota_goes_before_the_years_and_nobody_stands_on_one_in_the_holidays(
    cast: Cast, now
) -> None:
    term = TermFactory(school=cast.school, starts_on=dt.date(2026, 11, 1), ends_on=dt.date(2026, 12, 18))
    rota(cast, now, "office", cast.office)
    rota(cast, now, "office", cast.slt, term=term)
    assert on_rota(cast.school, now) == {"office": [cast.slt]}
    assert on_rota(cast.school, now + dt.timedelta(days=28)) == {}  # Christmas Eve


def test_somebody_who_is_out_is_not_asked_and_their_stand_in_is(cast: Cast, now) -> None:
    visit = make.out(cast, now=now, by=cast.slt, party=[cast.slt, cast.colleague])
    rota(cast, now, "office", cast.slt, cast.dsl)
    step = cast.policy.laddersteps.filter(ladder=Ladder.SAFETY).first()
    assert climbing.people_told(step, visit, visit.party, now) == [cast.dsl]


def test_only_somebody_who_may_answer_is_named(cast: Cast, now) -> None:
    with pytest.raises(keeping.Refused, match="may not answer alarms"):
        rota(cast, now, "office", cast.teacher)
    with pytest.raises(keeping.NotAllowed):
        rota(cast, now, "office", cast.slt, by=cast.teacher)


def test_the_week_is_kept_on_a_page(cast: Cast, now) -> None:
    page = f"/people/rota/{cast.school.slug}/headteacher/?term="
    said = {"d3am": str(cast.slt.pk), "d3am_2": str(cast.slt.pk)}
    wrong = browser(cast.office).post(page, said)
    assert "Choose somebody else to stand in" in wrong.content.decode()
    kept = browser(cast.office).post(page, {**said, "d3am_2": str(cast.dsl.pk)}, follow=True)
    assert "else P. Dsl" in kept.content.decode()
    assert on_rota(cast.school, now) == {"headteacher": [cast.slt, cast.dsl]}


@on("cast", PRESETS, indirect=True)
@on("left", ["leaders", "admins", "staff"])
def test_no_ladder_ends_in_nobody(cast: Cast, now, left: str) -> None:
    """Whatever the policy's ladder and whoever has gone, the last step tells somebody who is not out."""
    visit = make.out(cast, now=now)
    gone = {"leaders": [], "admins": climbing.EVERYBODY, "staff": [*climbing.EVERYBODY, RoleName.TRUST_ADMIN]}
    Role.objects.filter(role__in=gone[left], staff__trust=cast.trust).delete()
    alarm = VisitAlarm(visit=Visit.objects.get(pk=visit.pk), kind="overdue", due_at=now, opened_at=now)
    party = {cast.teacher, cast.colleague}
    every = list(LadderStep.objects.filter(policy=visit.policy, ladder=Ladder.SAFETY))
    for size in range(1, len(every) + 1):
        alarm.visit.policy._prefetched_objects_cache = {"laddersteps": every[:size]}
        last = climbing.rungs(alarm, now)[-1]
        assert last.people
        assert party.isdisjoint(last.people)
        assert all(alarm.refusal(person, now=now) is None for person in last.people)


def test_a_trust_admin_who_is_told_last_sees_the_alarm_while_it_is_open(cast: Cast, clock, now) -> None:
    visit = make.out(cast, now=now)
    Role.objects.filter(role__in=climbing.EVERYBODY, staff__trust=cast.trust).delete()
    clock.set(visit.return_due_at)
    sweep("test")
    alarm = visit.alarms.get(kind="overdue")
    assert browser(Staff.objects.get(pk=cast.admin.pk)).get(alarm.get_absolute_url()).status_code == 200


@pytest.mark.turns("duty_rule")
def test_the_first_step_answers_all_the_time_until_the_return(cast: Cast, now) -> None:
    visit = make.logged(cast, now=now)
    middle = now + make.minutes(20)
    keeping.set_away(
        staff=cast.office, starts_at=middle, ends_at=middle + make.minutes(10), by=cast.head, now=now
    )
    for strength in (OFF, WARN, BLOCK):
        assert unmet("depart", visit, now, "duty_between", duty_rule=strength) == SAID[strength]
    (line,) = checks("depart", visit, now, "duty_between")
    assert "From 10:20" in line.sentence
    assert "P. Head" in line.sentence


@pytest.mark.turns("responder_verified_rule")
def test_somebody_told_first_was_reached_on_the_telephone_this_term(cast: Cast, now) -> None:
    visit = make.logged(cast, now=now)
    assert unmet("depart", visit, now, "responder_verified", responder_verified_rule=BLOCK) == []
    TermFactory(school=cast.school, starts_on=dt.date(2026, 11, 1))
    Staff.objects.filter(pk=cast.office.pk).update(mobile_tried_at=now - dt.timedelta(days=40))
    for strength in (OFF, WARN, BLOCK):
        said = unmet("depart", visit, now, "responder_verified", responder_verified_rule=strength)
        assert said == SAID[strength]


def test_each_of_those_told_first_who_was_never_reached_is_named(cast: Cast, now) -> None:
    visit = make.logged(cast, now=now)
    staff_with(RoleName.OFFICE, cast.school, first_name="Nora", last_name="Untried")
    (line,) = checks("depart", visit, now, "responder_verified", responder_verified_rule=BLOCK)
    assert (line.status, "N. Untried" in line.sentence, "P. Office" in line.sentence) == (
        "warns",
        True,
        False,
    )


def test_the_policy_page_and_the_board_say_who_answers_now(cast: Cast, now) -> None:
    keeping.set_away(staff=cast.office, starts_at=now, ends_at=now + make.minutes(10), by=cast.head, now=now)
    for page in ("/board/answering/", f"/policy/{cast.policy.pk}/"):
        text = browser(cast.head).get(page).content.decode()
        assert "Nobody can answer: this step is skipped" in text
        assert "P. Head" in text
