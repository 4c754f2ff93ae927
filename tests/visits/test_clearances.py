"""What everybody who goes has to hold: each setting turned, each thing missing and mended."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.db.models import prefetch_related_objects

from homevisits.people import regular
from homevisits.people.models import Clearance, SchoolTraining, Staff
from homevisits.trusts.models import SchoolPaper
from tests.cast import Cast, browser
from tests.factories import visits as make
from tests.factories.trusts import PolicyFactory
from tests.visits.turning import BLOCK, OFF, SAID, WARN, checks, turned, unmet
from visits import gates, mending
from visits.brief import Brief
from visits.cleared import asked_of, gaps
from visits.models import Visit
from visits.paper import appointment_words

TC, PS, AF = "three_counties", "poulton_le_sands", "aspirational_futures"
GATES = ("authorise", "log", "depart")
on = pytest.mark.parametrize


@pytest.fixture
def visit(cast: Cast, now: dt.datetime) -> Visit:
    """A teacher's visit with a colleague, both with all that is asked; for tomorrow."""
    return make.draft(cast, now=now, **make.plan(now + dt.timedelta(days=1)))


def takes_away(cast: Cast, thing: str) -> None:
    """Take one thing away from the colleague who goes."""
    own = cast.colleague.clearances
    acts: dict[str, Callable[[], Any]] = {
        "dbs": lambda: own.filter(kind="dbs_enhanced").delete(),
        "training": lambda: own.filter(kind="violence_prevention").delete(),
        "phone_tried": lambda: Staff.objects.filter(pk=cast.colleague.pk).update(
            mobile_tried_at=None, mobile_tried_by=None
        ),
    }
    acts[thing]()


SETTINGS = {"dbs": "dbs_rule", "phone_tried": "phone_verified_rule"}


@pytest.mark.turns("dbs_rule", "phone_verified_rule")
@pytest.mark.clause("TC-227", "PS-048")
@on("code", SETTINGS)
def test_a_missing_check_or_number_warns_or_blocks_as_the_policy_says(
    cast: Cast, now, visit: Visit, code: str
) -> None:
    before = {unmet_at(gate, visit, now, code, **{SETTINGS[code]: BLOCK}) for gate in GATES}
    assert before == {()}
    takes_away(cast, code)
    for strength in (OFF, WARN, BLOCK):
        said = {unmet_at(gate, visit, now, code, **{SETTINGS[code]: strength}) for gate in GATES}
        assert said == {tuple(SAID[strength])}


def unmet_at(gate: str, visit: Visit, now: dt.datetime, code: str, **settings: Any) -> tuple[str, ...]:
    return tuple(unmet(gate, visit, now, code, **settings))


@pytest.mark.turns("dbs_level")
@pytest.mark.clause("TC-227")
def test_a_dbs_check_reaches_the_level_and_holds_on_the_day_of_the_visit(
    cast: Cast, now, visit: Visit
) -> None:
    check = cast.colleague.clearances.get(kind="dbs_enhanced")
    lower = [c for c in checks("log", visit, now, "dbs", dbs_level="enhanced_barred") if not c.is_met]
    assert [c.sentence.split(". ", 2)[1] for c in lower] == [
        "Teacher's DBS check is enhanced; your policy asks for enhanced with barred lists",
        "Colleague's DBS check is enhanced; your policy asks for enhanced with barred lists",
    ]
    assert unmet("log", visit, now, "dbs", dbs_level="basic") == []
    Clearance.objects.filter(pk=check.pk).update(expires_on=dt.date(2026, 11, 27))  # the day of the visit
    (ended,) = [c for c in checks("log", visit, now, "dbs") if not c.is_met]
    assert ended.sentence == (
        "P. Colleague's DBS check has ended on 27 November 2026. Ask the office to add it, "
        "or choose another person."
    )
    Clearance.objects.filter(pk=check.pk).update(expires_on=dt.date(2026, 11, 28))
    assert unmet("log", visit, now, "dbs") == []


@pytest.mark.clause("TC-180", "TC-227")
@on("cast", [TC], indirect=True)
def test_the_decision_page_and_the_form_count_what_the_gate_counts(cast: Cast, now, visit: Visit) -> None:
    own = cast.colleague.clearances
    own.filter(kind="home_visits").update(expires_on=dt.date(2026, 11, 27))  # the day of the visit
    fresh, rule = rule_of(visit, "violence_prevention")
    fresh.rules.dbs_level, rule.valid_months = "enhanced_barred", 6  # the training is a year old

    def shown() -> tuple[object, ...]:
        party = Brief(fresh, cast.head, now).party
        (one,) = [one for one in party if one["attendee"].staff == cast.colleague]
        printed = appointment_words(fresh, for_office=False)["people"][1]["checks"]
        return str(one["dbs"] or ""), one["dbs_reaches"], one["trained"], printed

    early = "Early help and attendance training"
    below = "Enhanced DBS check (your policy asks for enhanced with barred lists)"
    assert shown() == ("Enhanced DBS check", False, [early], f"{below}, {early}")
    own.filter(kind="dbs_enhanced").update(expires_on=dt.date(2026, 11, 27))
    fresh = turned(visit)
    assert shown() == (
        "",
        False,
        [early, "Violence prevention training"],
        f"{early}, Violence prevention training",
    )


@pytest.mark.clause("TC-180")
@on("cast", [TC], indirect=True)
def test_nobody_goes_without_violence_prevention_training(cast: Cast, now, visit: Visit) -> None:
    assert unmet("authorise", visit, now, "training") == []
    takes_away(cast, "training")
    for gate in GATES:
        (check,) = [c for c in checks(gate, visit, now, "training") if not c.is_met]
        assert (check.status, check.clauses) == ("blocks", ("TC-180",))
    assert check.sentence == (
        "P. Colleague has no training in force: Violence prevention. Record it on their page, "
        "or choose another person."
    )


def rule_of(visit: Visit, code: str) -> tuple[Visit, Any]:
    """The visit with its training rules read, so that one can be turned in memory."""
    fresh = turned(visit)
    prefetch_related_objects([fresh.rules], "trainingrules")
    return fresh, next(rule for rule in fresh.rules.trainingrules.all() if rule.code == code)


@pytest.mark.turns("TrainingRule.strength", "TrainingRule.valid_months", "TrainingRule.about")
@on("cast", [TC], indirect=True)
def test_a_training_rule_is_turned_by_strength_renewal_and_whom_it_is_about(
    cast: Cast, now, visit: Visit
) -> None:
    fresh, rule = rule_of(visit, "violence_prevention")

    def said() -> list[str]:
        own = [c for c in gates.checks("log", fresh, now) if c.code in {"training", "one_trained"}]
        return [check.status for check in own if not check.is_met]

    rule.valid_months = 6  # the training is a year old
    assert said() == ["blocks", "blocks"]
    rule.strength = WARN
    assert said() == ["warns", "warns"]
    rule.strength = OFF
    assert said() == []
    rule.strength, rule.about, rule.valid_months = BLOCK, "one", None
    assert said() == []
    rule.valid_months = 6
    assert said() == ["blocks"]


@pytest.mark.clause("TC-182")
@on("cast", [TC], indirect=True)
def test_attendance_and_welfare_visits_ask_for_training_in_early_help(cast: Cast, now, visit: Visit) -> None:
    Clearance.objects.filter(staff=cast.colleague, kind="early_help").delete()
    found = {}
    for code in ("LOW_ATTENDANCE", "SAFEGUARDING", "EARLY_HELP"):
        fresh = turned(visit)
        fresh.reason_code = code
        found[code] = [
            c.status for c in gates.checks("authorise", fresh, now) if c.clauses == ("TC-182", "TC-183")
        ]
    assert found == {"LOW_ATTENDANCE": ["blocks"], "SAFEGUARDING": ["blocks"], "EARLY_HELP": []}


@pytest.mark.clause("TC-187")
@on("cast", [TC], indirect=True)
def test_one_who_goes_is_trained_in_home_visiting_where_possible(cast: Cast, now, visit: Visit) -> None:
    assert unmet("authorise", visit, now, "one_trained") == []
    Clearance.objects.filter(staff=cast.teacher, kind="home_visits").delete()
    assert unmet("authorise", visit, now, "one_trained") == []
    Clearance.objects.filter(kind="home_visits").delete()
    assert unmet("authorise", visit, now, "one_trained") == ["warns"]


@pytest.mark.clause("TC-181")
@on("cast", [AF], indirect=True)
def test_the_schools_own_training_blocks_until_everybody_has_it(cast: Cast, now, visit: Visit) -> None:
    asked = SchoolTraining.objects.create(
        school=cast.school, title="Cultural awareness", set_by=cast.head, set_at=now
    )
    for person in (cast.teacher, cast.colleague):
        assert unmet("depart", visit, now, "school_training") != []
        person.clearances.create(kind="other", title="Cultural awareness", issued_on=dt.date(2026, 9, 1))
    assert unmet("depart", visit, now, "school_training") == []
    SchoolTraining.objects.filter(pk=asked.pk).update(title="Dogs")
    assert unmet("depart", visit, now, "school_training") == ["blocks", "blocks"]
    SchoolTraining.objects.filter(pk=asked.pk).update(ended_at=now, ended_by=cast.head)
    assert unmet("depart", visit, now, "school_training") == []


@pytest.mark.turns("policy_read_rule")
@pytest.mark.clause("PS-044", "TC-050", "SH-060", "CS-024")
@on("cast", [PS], indirect=True)
def test_who_goes_has_read_the_policy_and_the_papers_beside_it(cast: Cast, now, visit: Visit) -> None:
    with_nothing = cast.attendance
    fresh = turned(visit)
    asked = asked_of(fresh, [with_nothing], now)
    assert asked is not None
    (gap,) = [gap for gap in gaps(asked) if gap.code == "policy_read"]
    assert gap.sentence == (
        "P. Attendance has not confirmed having read the home-visit policy, Lone working and personal safety "
        "policy and Staff code of conduct. They do that under Policy; it takes a few minutes."
    )
    for strength in (OFF, WARN, BLOCK):
        fresh = turned(visit, policy_read_rule=strength)
        asked = asked_of(fresh, [with_nothing], now)
        assert asked is not None
        found = [gap.strength for gap in gaps(asked) if gap.code == "policy_read"]
        assert found == ([] if strength == OFF else [strength])


@pytest.mark.turns("policy_read_rule")
@pytest.mark.clause("PS-044")
@on("cast", [PS], indirect=True)
def test_whoever_asks_has_read_the_policy_first(cast: Cast, now) -> None:
    visit = make.draft(cast, now=now)
    Visit.objects.filter(pk=visit.pk).update(requested_by=cast.attendance)
    assert unmet("submit", visit, now, "asker_has_read") == ["blocks"]
    assert unmet("submit", visit, now, "asker_has_read", policy_read_rule=WARN) == ["warns"]
    assert unmet("submit", visit, now, "asker_has_read", policy_read_rule=OFF) == []
    make.read(cast.attendance)
    assert unmet("submit", visit, now, "asker_has_read") == []


@pytest.mark.turns("LinkedPolicy.kind")
@pytest.mark.clause("CS-022", "CS-023")
@on("cast", [AF], indirect=True)
def test_somebody_alone_has_read_the_lone_working_policy_whatever_is_asked_of_others(cast: Cast, now) -> None:
    visit = make.draft(cast, now=now, party=[cast.teacher])
    fresh = turned(visit, policy_read_rule=BLOCK)
    prefetch_related_objects([fresh.rules], "linkedpolicys")
    for paper in fresh.rules.linkedpolicys.all():
        paper.must_be_read = False
        paper.title = "Another title"
    asked = asked_of(fresh, [cast.teacher], now)
    assert asked is not None
    assert [gap.code for gap in gaps(asked)] == ["policy_read"]
    for paper in fresh.rules.linkedpolicys.all():
        paper.phase = "secondary"  # the school is a primary one
    asked = asked_of(fresh, [cast.teacher], now)
    assert asked is not None
    assert [gap.code for gap in gaps(asked)] == []


@pytest.mark.clause("CS-022")
@on("cast", [TC, PS, AF], indirect=True)
@pytest.mark.turns("lone_paper_rule")
def test_nobody_goes_alone_while_nothing_says_where_the_lone_working_policy_stands(cast: Cast, now) -> None:
    alone = make.draft(cast, now=now, party=[cast.teacher])
    gates_asking = ("submit", *GATES)
    assert {unmet_at(gate, alone, now, "lone_paper") for gate in gates_asking} == {()}
    SchoolPaper.objects.filter(school=cast.school).update(retired_at=now, retired_by=cast.head)
    for strength in (OFF, WARN, BLOCK):
        said = {unmet_at(gate, alone, now, "lone_paper", lone_paper_rule=strength) for gate in gates_asking}
        assert said == {tuple(SAID[strength])}
    fresh = turned(alone)
    assert fresh.rules.lone_paper_rule == BLOCK
    (check,) = [c for c in gates.unmet("authorise", fresh, now) if c.code == "lone_paper"]
    where = {part: mending.mended_at(check, fresh, cast.people[part], now) for part in ("head", "teacher")}
    assert (check.clauses, where) == (
        ("CS-022",),
        {
            "head": f"/schools/{cast.school.slug}/papers/new/",
            "teacher": f"/visits/{alone.ref}/request/people/",
        },
    )


@pytest.mark.clause("CS-022")
def test_a_lone_working_policy_is_in_place_by_the_policys_own_link_for_this_phase(cast: Cast, now) -> None:
    alone = make.draft(cast, now=now, party=[cast.teacher])
    SchoolPaper.objects.all().delete()
    fresh = turned(alone)
    prefetch_related_objects([fresh.rules], "linkedpolicys")
    (paper,) = [one for one in fresh.rules.linkedpolicys.all() if one.kind == "lone_working"]

    def said() -> list[str]:
        return [c.status for c in gates.checks("log", fresh, now) if c.code == "lone_paper" and not c.is_met]

    assert said() == ["blocks"]
    paper.url = "https://trust.example/hr17"
    assert said() == []
    paper.phase = "secondary"
    assert said() == ["blocks"]


def test_two_are_not_asked_for_a_lone_working_policy(cast: Cast, now, visit: Visit) -> None:
    SchoolPaper.objects.all().delete()
    assert {unmet_at(gate, visit, now, "lone_paper") for gate in GATES} == {()}


@pytest.mark.clause("PS-044")
@on("cast", [PS], indirect=True)
def test_whoever_has_not_read_is_led_to_the_version_that_the_visit_keeps(cast: Cast, now) -> None:
    visit = make.requested(cast, now=now)
    visit.attendees.filter(staff=cast.colleague).update(staff=cast.attendance)
    PolicyFactory(trust=cast.trust, preset=PS)
    (check,) = [c for c in checks("log", visit, now, "policy_read") if not c.is_met]
    fresh = turned(visit)
    assert mending.mended_at(check, fresh, cast.attendance, now) == f"/policy/{cast.policy.pk}/read/"
    client = browser(cast.attendance)
    papers = ["paper:", "paper:Lone working and personal safety policy", "paper:Staff code of conduct"]
    client.post(f"/policy/{cast.policy.pk}/read/", {"papers": papers})
    assert unmet("log", visit, now, "policy_read") == []


@pytest.mark.turns("job_description_rule", "regular_visits")
@pytest.mark.clause("TC-185")
@on("cast", [TC], indirect=True)
def test_regular_visitors_have_it_in_their_job_description(
    cast: Cast, now, visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    counts = {cast.colleague.pk: 6, cast.teacher.pk: 5}
    monkeypatch.setattr(regular, "VISITS_IN_TERM", [lambda people, on: counts])
    for strength in (OFF, WARN, BLOCK):
        assert unmet("log", visit, now, "job_description", job_description_rule=strength) == SAID[strength]
    assert unmet("log", visit, now, "job_description", regular_visits=5) == ["warns", "warns"]
    assert unmet("log", visit, now, "job_description", regular_visits=7) == []
    Staff.objects.filter(pk=cast.colleague.pk).update(job_description_on=dt.date(2026, 9, 1))
    assert unmet("log", visit, now, "job_description") == []


@on("cast", [TC], indirect=True)
def test_each_line_leads_to_where_this_person_can_mend_it(cast: Cast, now) -> None:
    visit = make.requested(cast, now=now)
    takes_away(cast, "dbs")
    (check,) = [c for c in checks("authorise", visit, now, "dbs") if not c.is_met]
    fresh = turned(visit)
    theirs = f"/people/staff/{cast.colleague.pk}/"
    people = f"/visits/{visit.ref}/change/people/"
    found = {
        name: mending.mended_at(check, fresh, getattr(cast, name), now)
        for name in ("office", "head", "teacher", "colleague", "dsl")
    }
    assert found == {"office": theirs, "head": theirs, "teacher": people, "colleague": people, "dsl": ""}


@pytest.mark.clause("CS-030")
@on("cast", [TC], indirect=True)
def test_people_to_choose_from_come_with_what_they_miss(cast: Cast, now, visit: Visit) -> None:
    asked = asked_of(turned(visit), [cast.teacher, cast.attendance], now)
    assert asked is not None
    found = [(gap.staff.pk, gap.short) for gap in gaps(asked)]
    assert found == [
        (cast.attendance.pk, "No DBS check on file"),
        (cast.attendance.pk, "No training: Violence prevention"),
        (cast.attendance.pk, "No training: Home visits for early help and better attendance"),
        (cast.attendance.pk, "Has not read the policy"),
    ]
