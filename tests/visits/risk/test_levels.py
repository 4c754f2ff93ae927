"""What a level of risk asks of a visit, going alone, and a visitor who is worried."""

import datetime as dt

import pytest

from homevisits.trusts.policies import Policy
from tests.cast import Cast
from tests.factories import visits as make
from tests.factories.people import HouseholdWarningFactory
from tests.factories.rules import pinned, turned
from tests.visits.risk.test_versions import AF, PS, TC, TEMPER, assess, kinds, on, sentence, unmet
from visits import risk, timing, transitions
from visits.models import Visit, VisitEvent
from visits.phone import PhonePage
from visits.routes import route
from visits.safety import Due
from visits.states import State
from visits.transitions import Refused
from visits.transitions.assessing import Danger


@pytest.mark.clause("PS-135")
def test_a_high_risk_asks_for_one_decision_more(cast: Cast, now) -> None:
    visit = make.requested(cast)
    assert "risk" not in kinds(visit)
    assess(cast, visit, now, level="high", dangers=[TEMPER])
    need = next(n for n in route(make.fresh(visit)) if n.kind == "risk")
    assert (need.roles, need.sentence, need.is_required) == (
        ("headteacher",),
        "The level of risk, high",
        True,
    )


def test_a_level_without_roles_asks_nobody_more(cast: Cast, now) -> None:
    policy = turned(cast, lambda draft: draft.riskbands.update(roles=[]))
    visit = pinned(make.requested(cast), policy)
    assess(cast, visit, now, level="high", dangers=[TEMPER])
    assert "risk" not in kinds(visit)


@pytest.mark.clause("PS-135")
def test_a_high_risk_is_not_authorised_before_something_is_done_about_it(cast: Cast, now) -> None:
    visit = assess(cast, make.requested(cast), now, level="high", dangers=[Danger("aggression", 3, 3)])
    assert sentence("authorise", "risk_controls", visit, now) == (
        "The risk is high. Say in the assessment what is done about: aggression or violence."
    )


@on("cast", [AF], indirect=True)
@on(("level", "people"), [("low", 1), ("medium", 2), ("high", 2)])
def test_more_people_go_as_the_level_asks(cast: Cast, now, level: str, people: int) -> None:
    visit = make.requested(cast, party=[cast.teacher])
    assess(cast, visit, now, level=level)
    assert risk.fewest(make.fresh(visit)) == people
    assert ("enough_people" in unmet("authorise", visit, now)) == (people > 1)


@on("cast", [AF], indirect=True)
def test_fewer_than_the_level_asks_for_is_a_decision_with_a_reason(cast: Cast, now) -> None:
    visit = make.requested(cast, party=[cast.teacher], lone_reason="Nobody else speaks Polish.")
    assess(cast, visit, now, level="medium")
    assert ("enough_people" in unmet("authorise", visit, now), "lone" in kinds(visit)) == (False, True)


def repeats(policy: int, band: int):
    def edit(draft: Policy) -> None:
        draft.riskbands.filter(level="low").update(checkin_repeat_minutes=band)

    return {"edit": edit, "checkin_repeat_minutes": policy}


@pytest.mark.turns("checkin_repeat_minutes", "RiskBand.checkin_repeat_minutes")
@on(("policy", "band", "minutes"), [(0, 0, None), (30, 0, 30), (0, 15, 15), (30, 15, 15), (10, 15, 10)])
def test_check_ins_repeat_at_the_shorter_of_policy_and_level(cast: Cast, now, policy, band, minutes) -> None:
    turned(cast, **repeats(policy, band))
    visit = make.out(cast)
    start = visit.start_at
    transitions.check_in(visit=visit, by=cast.teacher, now=start, together=True)
    due = [w for w in timing.wanted(make.fresh(visit)) if w.kind == Due.CHECK_IN]
    assert {w.prompt_at for w in due} == ({start + make.minutes(minutes)} if minutes else set())


@on(("first", "band", "minutes"), [(0, 0, None), (0, 15, 15), (10, 15, 10)])
def test_the_levels_interval_starts_the_check_ins_where_the_policy_has_no_first(
    cast: Cast, now, first, band, minutes
) -> None:
    turned(cast, **repeats(0, band) | {"checkin_after_start_minutes": first})
    visit = make.fresh(make.out(cast))
    due = {w.prompt_at for w in timing.wanted(visit) if w.kind == Due.CHECK_IN}
    assert due == ({visit.start_at + make.minutes(minutes)} if minutes else set())
    assert {PhonePage(visit, cast.teacher, now).next_check_in} == (due or {None})


# --- Going alone -----------------------------------------------------------------------------


def alone(cast: Cast, now: dt.datetime) -> Visit:
    return make.authorised(cast, party=[cast.teacher], lone_reason="A short drop-off.")


@pytest.mark.clause("TC-128")
def test_going_alone_has_an_assessment_and_an_assessor_of_its_own(cast: Cast, now) -> None:
    visit = make.requested(cast, party=[cast.teacher], lone_reason="A short drop-off.")
    assert sentence("log", "lone_assessment", visit, now) == "Write the lone-working assessment."
    transitions.assess_lone(visit=visit, by=cast.head, now=now, text="Own car, rung at ten past.")
    fresh = make.fresh(visit)
    assert (fresh.lone_assessed_by, fresh.lone_assessed_at, fresh.risk) == (cast.head, now, None)
    assert "lone_assessment" not in unmet("log", visit, now)


@pytest.mark.turns("lone_assessment_required")
def test_a_policy_may_do_without_a_lone_assessment(cast: Cast, now) -> None:
    visit = make.requested(cast, party=[cast.teacher], lone_reason="A short drop-off.")
    assert "lone_assessment" in unmet("log", visit, now)
    visit = pinned(visit, turned(cast, lone_assessment_required=False))
    assert "lone_assessment" not in unmet("log", visit, now)


@pytest.mark.clause("TC-129")
@on("change", ["start", "home", "risk", "warning", "version"])
def test_other_circumstances_ask_for_another_look_at_going_alone(cast: Cast, now, change: str) -> None:
    visit, later = alone(cast, now), now + make.minutes(1)
    assert "lone_assessment" not in unmet("log", visit, now)
    if change == "start":
        times = {name: at + make.minutes(45) for name, at in make.plan(now).items()}
        transitions.retime(visit=visit, by=cast.teacher, now=later, times=times, reason="Bus.")
    elif change == "home":
        transitions.amend(
            visit=visit, by=cast.teacher, now=later, values={"address": "2 New Road"}, reason="Moved."
        )
    elif change == "risk":
        transitions.say_new_risk(visit=visit, by=cast.teacher, now=later, words="Building works.")
    elif change == "warning":
        HouseholdWarningFactory(household=visit.household, author=cast.dsl, written_at=later)
    else:
        assess(cast, visit, later, text="A dog.", why="A dog moved in.")
    assert "lone_assessment" in unmet("log", visit, later)
    transitions.assess_lone(visit=visit, by=cast.head, now=later, text="Looked at again.")
    assert "lone_assessment" not in unmet("log", visit, later)


def test_a_few_minutes_more_leave_the_lone_assessment_standing(cast: Cast, now) -> None:
    visit = alone(cast, now)
    times = {name: at + make.minutes(10) for name, at in make.plan(now).items()}
    transitions.retime(visit=visit, by=cast.teacher, now=now, times=times, reason="Bus.")
    assert "lone_assessment" not in unmet("log", visit, now)


# --- A worried visitor -----------------------------------------------------------------------


@pytest.mark.clause("PS-135")
@on("cast", [PS, TC], indirect=True)
@on("state", ["draft", "requested", "authorised", "logged"])
def test_a_visitor_may_withdraw_before_leaving(cast: Cast, now, state: str) -> None:
    visit = make.in_state(cast, state)
    after = transitions.withdraw(visit=visit, by=cast.colleague, now=now, reason="I do not feel safe.")
    assert [a.staff for a in make.fresh(visit).party] == [cast.teacher]
    assert after.state == (State.DRAFT if state == "draft" else State.REQUESTED)
    event = VisitEvent.objects.get(visit=visit, kind="withdrew")
    assert (event.by, event.reason) == (cast.colleague, "I do not feel safe.")


def test_when_the_lead_withdraws_another_leads(cast: Cast, now) -> None:
    visit = make.logged(cast)
    transitions.withdraw(visit=visit, by=cast.teacher, now=now, reason="Ill.")
    assert make.fresh(visit).lead.staff == cast.colleague


@pytest.mark.clause("PS-135")
def test_when_the_last_one_withdraws_the_visit_is_cancelled(cast: Cast, now) -> None:
    visit = make.requested(cast, party=[cast.teacher], lone_reason="A short drop-off.")
    after = transitions.withdraw(visit=visit, by=cast.teacher, now=now, reason="I do not feel safe.")
    assert (after.state, after.ended_reason) == (State.CANCELLED, "P. Teacher: I do not feel safe.")


def test_nobody_withdraws_somebody_else_or_after_leaving(cast: Cast, now) -> None:
    visit = make.logged(cast)
    with pytest.raises(Refused, match="Only somebody who goes"):
        transitions.withdraw(visit=visit, by=cast.head, now=now, reason="Better not.")
    with pytest.raises(Refused, match="This visit is out"):
        transitions.withdraw(visit=make.out(cast), by=cast.teacher, now=now, reason="No.")


def test_after_a_withdrawal_the_visit_waits_for_enough_people(cast: Cast, now) -> None:
    visit = make.authorised(cast)
    transitions.withdraw(visit=visit, by=cast.colleague, now=now, reason="I do not feel safe.")
    assert sentence("authorise", "enough_people", visit, now) == (
        "At least 2 must go. Add somebody, or say why fewer should go."
    )
