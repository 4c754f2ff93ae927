"""The other lists of a policy: ladders, reminders, briefing, levels of risk, papers to read."""

import datetime as dt
from collections.abc import Callable

import pytest

from homevisits.escalation.models import Rung
from homevisits.people.having_read import missing_papers
from homevisits.trusts.models import Policy
from tests.cast import Cast
from tests.factories import visits as make
from tests.factories.rules import pinned
from tests.factories.rules import turned as version
from visits import risk, timing, transitions
from visits.briefing import of_visitor
from visits.guidance import departure_checks, guidance
from visits.models import Visit
from visits.routes import deciders, route

on = pytest.mark.parametrize


def second_rung(cast: Cast, visit: Visit, now: dt.datetime, **fields: object) -> Rung:
    """The second step of the safety ladder, turned, of a check-in that a visitor missed."""

    def edit(draft: Policy) -> None:
        step = draft.laddersteps.filter(ladder="safety")[1]
        draft.laddersteps.filter(pk=step.pk).update(**fields)

    bound = pinned(visit, version(cast, edit))
    missing = bound.party[0]
    transitions.say_no_answer(visit=bound, by=cast.office, now=now, attendee=missing)
    return bound.alarms.get().rungs(now=now)[1]


@pytest.mark.turns("LadderStep.after_minutes", "LadderStep.channels")
@on(("minutes", "channels"), [(3, ["in_app"]), (8, ["in_app", "email"])])
def test_a_step_comes_after_its_minutes_and_by_its_channels(cast: Cast, now, minutes, channels) -> None:
    rung = second_rung(cast, make.out(cast, now=now), now, after_minutes=minutes, channels=channels)
    assert (rung.after, rung.channels) == (make.minutes(minutes), tuple(channels))


@pytest.mark.turns("LadderStep.roles", "LadderStep.roles_ewo")
@on("who", ["teacher", "ewo"])
@on(
    ("roles", "roles_ewo", "told"),
    [
        (["headteacher"], ["ceo"], {"teacher": {"head"}, "ewo": {"ceo"}}),
        (["slt", "dsl"], [], {"teacher": {"slt", "dsl"}, "ewo": {"slt", "dsl"}}),
    ],
)
def test_a_step_tells_its_roles(cast: Cast, now, who: str, roles, roles_ewo, told) -> None:
    person = cast.people[who]
    visit = make.out(cast, now=now, by=person, party=[person], lone_reason="A known family.")
    rung = second_rung(cast, visit, now, roles=roles, roles_ewo=roles_ewo)
    assert set(rung.people) == {cast.people[name] for name in told[who]}


@pytest.mark.turns("LadderStep.is_everybody")
@on(("everybody", "told"), [(False, {"head"}), (True, {"office", "head", "slt", "dsl", "deputy", "ceo"})])
def test_a_step_may_tell_everybody(cast: Cast, now, everybody: bool, told: set[str]) -> None:
    fields = {"roles": ["headteacher"], "is_everybody": everybody}
    rung = second_rung(cast, make.out(cast, now=now), now, **fields)
    assert set(rung.people) == {cast.people[name] for name in told}


@pytest.mark.turns("LadderStep.ladder")
@on("ladder", ["decision", "concern"])
def test_a_step_belongs_to_one_ladder(cast: Cast, now, ladder: str) -> None:
    def edit(draft: Policy) -> None:
        step = draft.laddersteps.filter(ladder="decision").last()
        draft.laddersteps.filter(pk=step.pk).update(ladder=ladder, position=20)

    steps = cast.policy.laddersteps.filter(ladder="decision").count()
    visit = pinned(make.requested(cast, now=now), version(cast, edit))
    due = [want for want in timing.wanted(visit) if want.kind.startswith("decision")]
    assert len(due) == (steps if ladder == "decision" else steps - 1)


def reminded(cast: Cast, now: dt.datetime, edit: Callable[[Policy], object]) -> Visit:
    return pinned(make.logged(cast, now=now), version(cast, edit))


@pytest.mark.turns("GuidanceItem.moment", "GuidanceItem.is_check", "GuidanceItem.only")
@on(
    ("fields", "seen", "ticked"),
    [
        ({}, ["depart"], True),
        ({"is_check": False}, ["depart"], False),
        ({"moment": "arrive"}, ["arrive"], False),
        ({"only": "lone"}, [], False),  # two go
    ],
)
def test_a_reminder_has_its_moment(cast: Cast, now, fields: dict[str, object], seen, ticked: bool) -> None:
    text = "I have told the office where I go."

    def edit(draft: Policy) -> None:
        draft.guidanceitems.create(
            **{"moment": "depart", "text": text, "is_check": True, "position": 99} | fields
        )

    visit = reminded(cast, now, edit)
    moments = ("depart", "arrive")
    assert [m for m in moments if text in {item.text for item in guidance(visit, m)}] == seen
    assert (text in {item.text for item in departure_checks(visit)}) == ticked


@pytest.mark.turns("BriefingPoint.about", "BriefingPoint.each_visit")
@on(
    ("fields", "standing", "anew"),
    [
        ({"about": "staff", "each_visit": False}, True, False),
        ({"about": "staff", "each_visit": True}, False, True),
        ({"about": "ewo", "each_visit": False}, False, False),
    ],
)
def test_a_point_is_said_to_whom_it_is_about_once_or_anew(cast: Cast, now, fields, standing, anew) -> None:
    text = "Which bus goes back."

    def edit(draft: Policy) -> None:
        draft.briefingpoints.create(text=text, position=99, **fields)

    own = of_visitor(pinned(make.authorised(cast, now=now), version(cast, edit)), cast.teacher)
    assert own is not None
    lists = ({point.text for point in points} for points in (own.standing, own.anew))
    assert [text in points for points in lists] == [standing, anew]


@pytest.mark.turns("RiskBand.level", "RiskBand.min_people", "RiskBand.roles")
@on(
    ("fields", "people", "who"),
    [
        ({"min_people": 3, "roles": []}, 3, set()),
        ({"min_people": 2, "roles": ["ceo"]}, 2, {"ceo"}),
        ({"level": "medium", "from_score": 4, "min_people": 3, "roles": ["ceo"]}, 2, set()),
    ],
)
def test_a_level_of_risk_asks_for_people_and_a_decision(cast: Cast, now, fields, people: int, who) -> None:
    def edit(draft: Policy) -> None:
        draft.riskbands.filter(level="medium").delete()
        draft.riskbands.filter(level="high").update(**fields)

    version(cast, edit, min_people=2)
    visit = make.requested(cast, now=now)
    transitions.assess_risk(visit=visit, by=cast.head, now=now, level="high", text="He threatened us.")
    fresh = make.fresh(visit)
    assert risk.fewest(fresh) == people
    found = [person for need in route(fresh) if need.kind == "risk" for person in deciders(need, fresh, now)]
    assert set(found) == {cast.people[name] for name in who}


@pytest.mark.turns("LinkedPolicy.must_be_read", "LinkedPolicy.phase")
@on(
    ("fields", "is_read"),
    [
        ({"must_be_read": True, "phase": ""}, True),
        ({"must_be_read": True, "phase": "primary"}, True),
        ({"must_be_read": True, "phase": "secondary"}, False),
        ({"must_be_read": False, "phase": ""}, False),
    ],
)
def test_a_paper_is_read_where_the_policy_says_so(cast: Cast, now, fields, is_read: bool) -> None:
    def edit(draft: Policy) -> None:
        draft.linkedpolicys.create(kind="other", number="HR1", title="Driving at work", position=99, **fields)

    policy = version(cast, edit)  # at a primary school
    assert ("Driving at work" in missing_papers(cast.teacher, policy)) == is_read
