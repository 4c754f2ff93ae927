"""Who goes: how many people, when somebody may go alone, and who usually leads."""

import pytest
from django.urls import reverse

from tests.cast import Cast, browser
from tests.factories import visits as make
from tests.factories.rules import turned as version
from tests.visits.turning import turned, unmet
from visits import transitions
from visits.models import Visit
from visits.routes import deciders, route

on = pytest.mark.parametrize


def alone(cast: Cast, now, **facts: object) -> Visit:
    return make.draft(cast, now=now, party=[cast.teacher], **facts)


@pytest.mark.turns("min_people")
@on(("number", "said"), [(1, []), (2, []), (3, ["blocks"])])
def test_enough_people_go(cast: Cast, now, number: int, said: list[str]) -> None:
    visit = make.draft(cast, now=now)  # two
    assert unmet("submit", visit, now, "min_people", min_people=number) == said


@pytest.mark.turns("min_people")
@on(("number", "kinds"), [(1, ["visit"]), (2, ["visit", "lone"])])
def test_going_alone_is_a_decision_where_two_are_asked_for(cast: Cast, now, number: int, kinds) -> None:
    fresh = turned(alone(cast, now, lone_reason="A short drop-off."), min_people=number)
    assert [need.kind for need in route(fresh) if need.is_required] == kinds


@pytest.mark.turns("lone_rule")
@on(
    ("rule", "said", "is_decided"),
    [("never", ["blocks"], False), ("by_decision", [], True), ("allowed", [], False)],
)
def test_nobody_or_somebody_goes_alone(cast: Cast, now, rule: str, said: list[str], is_decided: bool) -> None:
    visit = alone(cast, now, lone_reason="A short drop-off.")
    assert unmet("submit", visit, now, "min_people", lone_rule=rule) == said
    kinds = [need.kind for need in route(turned(visit, lone_rule=rule))]
    assert ("lone" in kinds) == is_decided


@pytest.mark.turns("lone_rule")
@on(("rule", "said"), [("by_decision", ["blocks"]), ("allowed", [])])
def test_why_fewer_go_is_stated_only_where_it_is_decided(cast: Cast, now, rule: str, said: list[str]) -> None:
    assert unmet("submit", alone(cast, now), now, "min_people", lone_rule=rule) == said


@pytest.mark.turns("lone_roles", "lone_roles_ewo")
@on("who", ["teacher", "ewo"])
@on(
    ("settings", "decides"),
    [
        ({"lone_roles": ["headteacher"], "lone_roles_ewo": ["ceo"]}, {"teacher": "head", "ewo": "ceo"}),
        ({"lone_roles": ["slt"], "lone_roles_ewo": []}, {"teacher": "slt", "ewo": "slt"}),
    ],
)
def test_the_policy_says_who_decides_on_going_alone(cast: Cast, now, who: str, settings, decides) -> None:
    person = cast.people[who]
    visit = make.draft(cast, now=now, by=person, party=[person], lone_reason="A short drop-off.")
    fresh = turned(visit, **settings)
    (need,) = [need for need in route(fresh) if need.kind == "lone"]
    assert set(deciders(need, fresh, now)) == {cast.people[decides[who]]}


@pytest.mark.turns("default_lead_role")
@on(("role", "lead"), [("", "teacher"), ("ewo", "ewo"), ("attendance_officer", "attendance")])
def test_whoever_usually_leads_stands_first(cast: Cast, now, role: str, lead: str) -> None:
    version(cast, default_lead_role=role)
    visit = transitions.start_draft(by=cast.teacher, school=cast.school, now=now, pupils=[make.a_pupil(cast)])
    form = browser(cast.teacher).get(reverse("request_step", args=[visit.ref, "people"])).context["form"]
    assert form.initial["lead"] == cast.people[lead].pk
