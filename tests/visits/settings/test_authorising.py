"""Who authorises: whose yes is asked, what they confirm, and how soon."""

import datetime as dt

import pytest

from homevisits.people.models import Staff
from tests.cast import Cast
from tests.factories import visits as make
from tests.factories.rules import pinned
from tests.factories.rules import turned as version
from tests.visits.settings.timers import due_at
from tests.visits.turning import OFF, turned, unmet
from visits import transitions
from visits.models import Visit
from visits.routes import deciders, missing, route
from visits.transitions import Refused

AF = "aspirational_futures"
on = pytest.mark.parametrize


def decide(visit: Visit, now: dt.datetime, **settings: object) -> set[Staff]:
    """Who may take the first decision of a visit."""
    fresh = turned(visit, **settings)
    return set(deciders(route(fresh)[0], fresh, now))


@pytest.mark.turns("authorising_roles")
def test_those_with_the_named_roles_authorise(cast: Cast, now) -> None:
    visit = make.requested(cast, now=now)
    assert decide(visit, now, authorising_roles=["headteacher"]) == {cast.head}
    assert decide(visit, now, authorising_roles=["slt", "dsl"]) == {cast.slt, cast.dsl}


@pytest.mark.turns("deputy_roles", "stand_in_roles")
@on("setting", ["deputy_roles", "stand_in_roles"])
def test_others_decide_only_where_the_policy_names_them(cast: Cast, now, setting: str) -> None:
    visit = make.draft(cast, now=now, party=[cast.teacher, cast.head])  # the head goes along
    nobody: dict[str, list[str]] = {"deputy_roles": [], "stand_in_roles": []}
    assert unmet("submit", visit, now, "decider_visit", **nobody) == ["blocks"]
    named = nobody | {setting: ["slt"]}
    assert unmet("submit", visit, now, "decider_visit", **named) == []
    assert decide(visit, now, **named) == {cast.slt}


@pytest.mark.turns("deputy_roles", "stand_in_roles")
def test_deputies_come_before_stand_ins(cast: Cast, now) -> None:
    visit = make.draft(cast, now=now, party=[cast.teacher, cast.head])
    assert decide(visit, now, deputy_roles=["slt"], stand_in_roles=["ceo"]) == {cast.slt}
    assert decide(visit, now, deputy_roles=[], stand_in_roles=["ceo"]) == {cast.ceo}


@pytest.mark.turns("ewo_route")
@on(("rule", "kinds"), [("exempt", []), ("none", ["visit"])])
def test_the_ewos_own_visits_need_the_head_or_not(cast: Cast, now, rule: str, kinds: list[str]) -> None:
    visit = make.draft(cast, now=now, by=cast.ewo, party=[cast.ewo, cast.teacher])
    assert [need.kind for need in missing(turned(visit, ewo_route=rule))] == kinds


@pytest.mark.turns("dsl_input")
@on("cast", [AF], indirect=True)
@on(("strength", "asked"), [(OFF, []), ("warn", [False]), ("block", [True])])
def test_the_dsl_is_not_asked_or_asked_or_needed(cast: Cast, now, strength: str, asked: list[bool]) -> None:
    visit = make.requested(cast, now=now)
    needs = route(turned(visit, dsl_input=strength))
    assert [need.is_required for need in needs if need.kind == "dsl_input"] == asked


CONFIRMED = {
    "confirm_necessary": ("necessary", "the visit is necessary"),
    "confirm_best_interests": ("best_interests", "the pupil's best interests"),
    "confirm_safeguarding": ("safeguarding", "safeguarding arrangements are in place"),
}


@pytest.mark.turns("confirm_necessary", "confirm_best_interests", "confirm_safeguarding")
@on("setting", CONFIRMED)
def test_a_yes_is_refused_without_what_the_policy_has_confirmed(cast: Cast, now, setting: str) -> None:
    tick, words = CONFIRMED[setting]
    visit = make.requested(cast, now=now)
    make.assessed(cast, visit, now)
    said = {"necessary": True, "best_interests": True, "safeguarding": True} | {tick: False}
    said |= {"reply": "yes", "reason": "Needed.", "kinds": ["visit"]}
    asks, asks_not = version(cast, **{setting: True}), version(cast, **{setting: False})
    with pytest.raises(Refused, match=words):
        transitions.answer(visit=pinned(visit, asks), by=cast.head, now=now, **said)
    done = transitions.answer(visit=pinned(visit, asks_not), by=cast.head, now=now, **said)
    assert done.state == "authorised"


@pytest.mark.turns("decision_minutes", "decision_minutes_same_day")
@on(("setting", "days"), [("decision_minutes", 1), ("decision_minutes_same_day", 0)])
def test_a_request_is_passed_up_after_its_minutes(cast: Cast, now, setting: str, days: int) -> None:
    visit = make.requested(cast, now=now, **make.plan(now + dt.timedelta(days=days)))
    other = {"decision_minutes": 500, "decision_minutes_same_day": 500}
    due = [due_at(visit, "decision_1", **other | {setting: minutes}) for minutes in (10, 25)]
    assert due == [[now + make.minutes(10)], [now + make.minutes(25)]]


@pytest.mark.turns("countersign_minutes")
def test_a_decision_by_telephone_is_countersigned_in_time(cast: Cast, now) -> None:
    visit = make.requested(cast, now=now)
    make.assessed(cast, visit, now)
    transitions.answer(
        visit=visit, by=cast.office, decider=cast.head, now=now, reply="yes", reason="“Go, please.”",
        kinds=["visit"], necessary=True, best_interests=True, safeguarding=True,
    )  # fmt: skip
    due = [due_at(visit, "countersign", countersign_minutes=minutes) for minutes in (60, 1440)]
    assert due == [[now + make.minutes(60)], [now + make.minutes(1440)]]


@pytest.mark.turns("material_change_minutes")
@on(("minutes", "kinds"), [(30, ["visit"]), (45, [])])
def test_a_bigger_change_of_time_asks_for_a_new_decision(
    cast: Cast, now, minutes: int, kinds: list[str]
) -> None:
    visit = make.authorised(cast, now=now)
    assert missing(turned(visit, material_change_minutes=minutes)) == []
    Visit.objects.filter(pk=visit.pk).update(**make.plan(now + make.minutes(40)))
    assert [need.kind for need in missing(turned(visit, material_change_minutes=minutes))] == kinds


@pytest.mark.turns("role_labels")
def test_people_are_called_what_the_document_calls_them(cast: Cast, now) -> None:
    visit = make.requested(cast, now=now)
    who = [route(turned(visit, role_labels=labels))[0].who for labels in ({}, {"headteacher": "Principal"})]
    assert who == ["the Headteacher", "the Principal"]
