"""The risks of a home: versions, what holds for a visit, and what a new one undoes."""

import datetime as dt

import pytest

from homevisits.notices.models import Notice
from homevisits.trusts.policies import Policy
from tests.cast import Cast
from tests.factories import visits as make
from tests.factories.people import HouseholdWarningFactory
from tests.factories.rules import pinned, turned
from visits import gates, risk, transitions
from visits.facts import facts_hash
from visits.models import Visit
from visits.routes import missing, route
from visits.states import State
from visits.transitions import Refused
from visits.transitions.assessing import Danger

TC, PS, AF = "three_counties", "poulton_le_sands", "aspirational_futures"
on = pytest.mark.parametrize
DOG = Danger("animals", 2, 2, "The dog is shut away before we come.")
TEMPER = Danger("aggression", 3, 3, "We meet in school first.")


def unmet(gate: str, visit: Visit, now: dt.datetime) -> set[str]:
    return {check.code for check in gates.blocking(gate, make.fresh(visit), now)}


def sentence(gate: str, code: str, visit: Visit, now: dt.datetime) -> str:
    return next(c.sentence for c in gates.checks(gate, make.fresh(visit), now) if c.code == code)


def assess(cast: Cast, visit: Visit, now: dt.datetime, **said) -> Visit:
    """By the head, who may in every preset; low unless said otherwise."""
    by = said.pop("by", cast.head)
    given = {"level": "low", "text": "Known family, quiet street."} | said
    return transitions.assess_risk(visit=visit, by=by, now=now, **given)


def kinds(visit: Visit) -> list[str]:
    return [need.kind for need in route(make.fresh(visit))]


@pytest.mark.clause("TC-152", "TC-153")
def test_each_change_is_a_version_and_earlier_ones_stay(cast: Cast, now) -> None:
    visit = make.requested(cast)
    assess(cast, visit, now)
    assess(cast, visit, now, text="There is a dog now.", why="A dog moved in.", dangers=[DOG], level="medium")
    found = [(v.number, v.level, v.score, v.why) for v in risk.versions(visit)]
    assert found == [(2, "medium", 4, "A dog moved in."), (1, "low", 0, "")]
    assert make.fresh(visit).risk.number == 2


def test_a_later_version_says_what_changed(cast: Cast, now) -> None:
    visit = assess(cast, make.requested(cast), now)
    with pytest.raises(Refused, match="Say what changed since version 1"):
        assess(cast, visit, now, text="Something else.")


def test_saying_the_same_again_confirms_and_writes_nothing(cast: Cast, now) -> None:
    visit = assess(cast, make.requested(cast), now)
    assess(cast, visit, now + make.minutes(5))
    fresh = make.fresh(visit)
    assert (risk.versions(fresh).count(), fresh.risk_confirmed_at) == (1, now + make.minutes(5))


@on("level", ["low", "medium"])
def test_a_level_under_that_of_the_marks_is_refused(cast: Cast, now, level: str) -> None:
    visit = make.requested(cast)
    with pytest.raises(Refused, match="The marks add up to 9, which your policy calls high"):
        assess(cast, visit, now, level=level, dangers=[TEMPER])
    assert make.fresh(visit).risk is None


def test_a_level_over_that_of_the_marks_stands(cast: Cast, now) -> None:
    assert assess(cast, make.requested(cast), now, level="high", dangers=[DOG]).risk.level == "high"


@on(("points", "level"), [(0, "low"), (3, "low"), (4, "medium"), (7, "medium"), (8, "high"), (40, "high")])
def test_the_bands_of_the_policy_give_the_level(cast: Cast, points: int, level: str) -> None:
    assert risk.level_of(cast.policy, points) == level


@pytest.mark.turns("RiskBand.from_score")
def test_a_school_may_put_its_levels_elsewhere(cast: Cast, now) -> None:
    def sooner(draft: Policy) -> None:
        draft.riskbands.filter(level="medium").update(from_score=2)
        draft.riskbands.filter(level="high").update(from_score=3)

    policy = turned(cast, sooner)
    assert [risk.level_of(policy, points) for points in (1, 2, 3)] == ["low", "medium", "high"]


@pytest.mark.clause("TC-152", "TC-061")
@on(("person", "may"), [("head", True), ("ewo", True), ("teacher", False), ("slt", False), ("dsl", False)])
def test_the_policy_names_who_assesses(cast: Cast, now, person: str, may: bool) -> None:
    visit, by = make.requested(cast), cast.people[person]
    if may:
        assert assess(cast, visit, now, by=by).risk.assessed_by == by
    else:
        with pytest.raises(Refused, match=r"Ask the Education Welfare|Only the person who asked"):
            assess(cast, visit, now, by=by)


@pytest.mark.turns("risk_assessor_roles")
def test_other_assessors_by_another_policy(cast: Cast, now) -> None:
    visit = pinned(make.requested(cast), turned(cast, risk_assessor_roles=["dsl"]))
    assert assess(cast, visit, now, by=cast.dsl).risk.assessed_by == cast.dsl
    with pytest.raises(Refused, match="Ask the Designated Safeguarding Lead"):
        assess(cast, visit, now, by=cast.head)


# --- What holds for a visit ------------------------------------------------------------------


@pytest.mark.turns("risk_assessment")
@pytest.mark.clause("TC-052", "TC-152")
@on(("rule", "wanted"), [("always", True), ("flagged", False), ("never", False)])
def test_the_policy_says_whether_the_risks_are_written_down(cast: Cast, now, rule: str, wanted: bool) -> None:
    visit = pinned(make.requested(cast), turned(cast, risk_assessment=rule))
    assert ("risk" in unmet("authorise", visit, now)) == wanted


def test_a_known_risk_or_a_warning_flags_a_visit(cast: Cast, now) -> None:
    policy = turned(cast, risk_assessment="flagged")
    flagged = make.requested(cast, risk_known=True)
    warned = make.requested(cast)
    HouseholdWarningFactory(household=warned.household, author=cast.dsl)
    assert ["risk" in unmet("authorise", pinned(v, policy), now) for v in (flagged, warned)] == [True, True]


@pytest.mark.clause("TC-153", "PS-061")
def test_an_assessment_of_an_earlier_visit_is_confirmed_in_one_tap(cast: Cast, now) -> None:
    first = assess(cast, make.requested(cast), now)
    second = make.requested(cast, pupil=first.pupils.get())
    assert "(version 1, 26 Nov 2026) still holds" in sentence("authorise", "risk", second, now)
    transitions.confirm_risk(visit=second, by=cast.head, now=now)
    assert unmet("authorise", second, now) == {"decision_visit"}


def test_it_is_confirmed_by_somebody_who_may_assess(cast: Cast, now) -> None:
    first = assess(cast, make.requested(cast), now)
    second = make.requested(cast, pupil=first.pupils.get())
    with pytest.raises(Refused, match="you are not one of them"):
        transitions.confirm_risk(visit=second, by=cast.teacher, now=now)


@pytest.mark.turns("risk_reconfirmed")
@on(("reconfirmed", "missing"), [(True, True), (False, False)])
def test_without_reconfirming_the_last_version_holds_by_itself(
    cast: Cast, now, reconfirmed: bool, missing: bool
) -> None:
    first = assess(cast, make.requested(cast), now)
    turned(cast, risk_reconfirmed=reconfirmed)
    second = make.requested(cast, pupil=first.pupils.get())
    assert ("risk" in unmet("authorise", second, now)) == missing
    if not reconfirmed:
        assert second.risk == first.risk


@pytest.mark.turns("risk_valid_days")
@on(("days", "holds"), [(0, True), (30, True), (29, False)])
def test_the_policy_says_for_how_long_it_holds(cast: Cast, now, days: int, holds: bool) -> None:
    turned(cast, risk_valid_days=days)
    before = now - dt.timedelta(days=30)
    first = assess(cast, make.requested(cast, now=before), before)
    second = make.requested(cast, pupil=first.pupils.get())
    if holds:
        transitions.confirm_risk(visit=second, by=cast.head, now=now)
        assert "risk" not in unmet("authorise", second, now)
    else:
        with pytest.raises(Refused, match=r"holds for 29 days, until 25 Nov 2026. Write a new version"):
            transitions.confirm_risk(visit=second, by=cast.head, now=now)


@pytest.mark.clause("TC-153")
def test_a_new_warning_asks_for_a_look_and_stops_the_departure(cast: Cast, now) -> None:
    visit = make.logged(cast)
    later = now + make.minutes(1)
    HouseholdWarningFactory(household=visit.household, author=cast.dsl, written_at=later)
    assert unmet("depart", visit, later) == {"risk"}
    transitions.confirm_risk(visit=visit, by=cast.head, now=later + make.minutes(1))
    assert (unmet("depart", visit, later), make.fresh(visit).state) == (set(), State.LOGGED)


@pytest.mark.clause("TC-153")
def test_a_new_risk_blocks_departure_until_a_newer_version_says_it(cast: Cast, now) -> None:
    visit = make.logged(cast)
    later = now + make.minutes(1)
    transitions.say_new_risk(visit=visit, by=cast.teacher, now=later, words="The uncle is back from prison.")
    assert "A new risk is known" in sentence("depart", "risk", visit, later)
    with pytest.raises(Refused, match="Write it into a new version"):
        transitions.confirm_risk(visit=visit, by=cast.head, now=later)
    assess(cast, visit, later, text="The uncle is back.", why="The uncle is back.")
    assert "risk" not in unmet("authorise", visit, later)
    told = Notice.objects.filter(key__startswith=f"{visit.ref}:new_risk").values_list("recipient", flat=True)
    assert set(told) == {cast.head.pk, cast.teacher.pk}


@on("person", ["teacher", "colleague", "office", "head", "slt", "dsl"])
def test_everybody_concerned_may_say_that_there_is_a_new_risk(cast: Cast, now, person: str) -> None:
    visit = make.authorised(cast)
    transitions.say_new_risk(visit=visit, by=cast.people[person], now=now, words="Building works.")
    assert make.fresh(visit).risk_known


@pytest.mark.clause("TC-153")
def test_a_risk_that_a_change_brings_counts_from_the_change(cast: Cast, now) -> None:
    visit = make.authorised(cast)
    later = now + make.minutes(1)
    transitions.amend(
        visit=visit, by=cast.teacher, now=later, values={"risk_known": True}, reason="Heard of a dog."
    )
    assert "A new risk is known" in sentence("log", "risk", visit, later)


def test_another_home_needs_its_own_assessment(cast: Cast, now) -> None:
    visit, elsewhere = make.authorised(cast), make.a_pupil(cast).household
    values = {"household": elsewhere, "address": elsewhere.address, "postcode": elsewhere.postcode}
    transitions.amend(visit=visit, by=cast.teacher, now=now, values=values, reason="They moved.")
    assert (make.fresh(visit).risk, "risk" in unmet("authorise", visit, now)) == (None, True)


# --- What it does to decisions ---------------------------------------------------------------


@pytest.mark.clause("TC-153")
def test_a_new_version_voids_what_was_decided_on_the_older_one(cast: Cast, now) -> None:
    visit = make.logged(cast)
    assess(cast, visit, now, text="A dog moved in.", why="A dog moved in.")
    after = make.fresh(visit)
    assert (after.state, after.logged_at) == (State.REQUESTED, None)
    assert after.decisions.filter(voided_at=None).count() == 0
    told = Notice.objects.filter(key__startswith=f"{visit.ref}:risk_changed").values_list(
        "recipient", flat=True
    )
    assert {cast.teacher.pk, cast.colleague.pk, cast.office.pk} <= set(told)


def test_a_new_version_undoes_the_decisions_of_other_visits_to_the_home_too(cast: Cast, now) -> None:
    other = make.logged(cast)
    elsewhere = make.logged(cast)
    visit = make.requested(cast, pupil=other.pupils.get())
    assess(cast, visit, now, text="A dog moved in.", why="A dog moved in.")
    assert (make.fresh(other).state, make.fresh(elsewhere).state) == (State.REQUESTED, State.LOGGED)
    assert "(version 2, 26 Nov 2026) still holds" in sentence("authorise", "risk", other, now)


def test_people_who_are_out_at_the_home_are_told_of_a_new_version(cast: Cast, now) -> None:
    out = make.out(cast)
    visit = make.requested(cast, pupil=out.pupils.get())
    assess(cast, visit, now, text="The uncle is back.", why="The uncle is back.")
    told = Notice.objects.filter(key__startswith=f"{out.ref}:risk_changed", recipient=cast.teacher)
    assert (make.fresh(out).state, told.exists()) == (State.IN_PROGRESS, True)


def test_a_first_assessment_that_changes_nothing_voids_nothing(cast: Cast, now) -> None:
    visit = make.requested(cast)
    transitions.answer(visit=visit, by=cast.dsl, now=now, reply="yes", reason="Right.", kinds=["dsl_input"])
    assess(cast, visit, now)
    assert [d.kind for d in make.fresh(visit).decisions.filter(voided_at=None)] == ["dsl_input"]
    assert "dsl_input" not in [need.kind for need in missing(make.fresh(visit))]


def test_a_first_assessment_of_a_high_risk_voids_a_view_that_did_not_know(cast: Cast, now) -> None:
    visit = make.requested(cast)
    transitions.answer(visit=visit, by=cast.dsl, now=now, reply="yes", reason="Right.", kinds=["dsl_input"])
    assess(cast, visit, now, level="high", dangers=[TEMPER])
    assert make.fresh(visit).decisions.filter(voided_at=None).count() == 0


def test_the_facts_of_a_decision_name_the_assessment(cast: Cast, now) -> None:
    visit = make.requested(cast)
    before = facts_hash(visit)
    after = assess(cast, visit, now)
    assert (facts_hash(after) == before, facts_hash(after, unassessed=True) == before) == (False, True)
