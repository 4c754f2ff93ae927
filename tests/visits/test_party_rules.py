"""Who goes, when, and what gets in the way: each setting turned, each sentence with what to do."""

import datetime as dt
from typing import Any

import pytest
from django.db.models import prefetch_related_objects

from homevisits.clock import from_local
from homevisits.people.models import Contact
from homevisits.trusts.models import School
from tests.cast import Cast
from tests.factories import visits as make
from tests.factories.people import HouseholdFactory
from tests.factories.trusts import PolicyFactory
from tests.visits.turning import BLOCK, OFF, SAID, WARN, checks, turned, unmet
from visits import gates, transitions
from visits.clashes import clashes
from visits.daylight import sun_at
from visits.desk import worklist
from visits.guidance import guidance
from visits.models import Visit
from visits.routes import missing, route
from visits.transitions import Refused

TC, PS, AF = "three_counties", "poulton_le_sands", "aspirational_futures"
on = pytest.mark.parametrize
DAY = dt.date(2026, 11, 26)


def at(hour: int, minute: int = 0, day: dt.date = DAY) -> dict[str, dt.datetime]:
    """A plan that arrives then: ten minutes there, half an hour at the home, a quarter back."""
    start = from_local(day, dt.time(hour, minute))
    return make.plan(start - make.minutes(10))


def changed(visit: Visit, **columns: Any) -> Visit:
    """Another plan, written round the door: the gate is asked, nothing moves."""
    Visit.objects.filter(pk=visit.pk).update(**columns)
    return visit


@pytest.mark.turns("two_may_escalate")
@pytest.mark.clause("PS-125")
@on("cast", [PS], indirect=True)
def test_two_who_could_make_it_worse_are_a_ground_for_going_with_fewer(cast: Cast, now) -> None:
    visit = make.draft(cast, now=now, party=[cast.teacher], two_may_escalate=None)
    assert unmet("submit", visit, now, "two_may_escalate") == ["blocks"]
    assert unmet("submit", visit, now, "two_may_escalate", two_may_escalate=False) == []
    changed(visit, two_may_escalate=True)
    assert unmet("submit", visit, now, "two_may_escalate_why") == ["blocks"]
    assert unmet("submit", visit, now, "min_people") == ["blocks"]
    changed(visit, two_may_escalate_why="The father feels outnumbered.")
    assert unmet("submit", visit, now, "min_people") == []
    assert unmet("submit", visit, now, "min_people", two_may_escalate=False) == ["blocks"]
    assert [need.kind for need in missing(turned(visit))] == ["visit", "lone"]


@pytest.mark.turns("interpreter_rule")
def test_an_interpreter_comes_or_why_not_is_stated(cast: Cast, now) -> None:
    visit = make.draft(cast, now=now)
    assert unmet("submit", visit, now, "interpreter") == []
    Contact.objects.filter(household=visit.household).update(interpreter_needed=True, language="Polish")
    for strength in (OFF, WARN, BLOCK):
        assert unmet("submit", visit, now, "interpreter", interpreter_rule=strength) == SAID[strength]
    (check,) = checks("submit", visit, now, "interpreter")
    assert check.sentence == (
        "Somebody at this home needs an interpreter (Polish). Say who interprets, or why nobody does."
    )
    changed(visit, no_interpreter_reason="The family asked for the aunt.")
    assert unmet("submit", visit, now, "interpreter", interpreter_rule=BLOCK) == []
    changed(visit, no_interpreter_reason="")
    visit.attendees.filter(staff=cast.colleague).update(is_interpreter=True)
    (met,) = checks("submit", visit, now, "interpreter")
    assert (met.is_met, met.sentence) == (True, "P. Colleague interprets")


@pytest.mark.turns("outsiders_count")
@pytest.mark.clause("TC-124", "CS-033")
def test_outsiders_count_only_where_the_policy_counts_them(cast: Cast, now) -> None:
    visit = make.draft(cast, now=now, party=[cast.teacher])
    visit.attendees.create(name="Ana Silva", organisation="Children's services", phone="+447700900777")
    assert unmet("submit", visit, now, "min_people") == ["blocks"]
    assert unmet("submit", visit, now, "min_people", outsiders_count=True) == []


@pytest.mark.clause("TC-124")
def test_somebody_beside_an_outsider_who_does_not_count_is_reminded_as_one_alone(cast: Cast, now) -> None:
    visit = make.authorised(cast, now=now, by=cast.ewo, party=[cast.ewo], lone_reason="Known family.")
    visit.attendees.create(name="Ana Silva", organisation="Children's services", phone="+447700900777")
    found = {}
    for counts in (False, True):
        fresh = turned(visit, outsiders_count=counts)
        found[counts] = {
            item.only for item in guidance(fresh, "prepare", "depart", "ask") if "lone" in item.only
        }
    (line,) = worklist(cast.office, now).to_log
    assert (found, line["alone"]) == ({False: {"lone"}, True: set()}, True)


@pytest.mark.turns("clash_rule")
def test_the_same_person_is_not_in_two_places(cast: Cast, now) -> None:
    first = make.requested(cast, now=now, **at(11))
    visit = make.draft(cast, now=now, **at(11, 15))
    for strength in (OFF, WARN, BLOCK):
        said = unmet("submit", visit, now, "clash_person", clash_rule=strength)
        assert said == SAID[strength] * 2  # the teacher, and the colleague
    assert next(clash.sentence for clash in clashes(turned(visit), now)) == (
        f"P. Teacher is on another visit then ({first.ref}, 10:50 to 11:45 on 26 November). "
        "Choose another time, or another person."
    )
    party = [{"staff": cast.attendance, "is_lead": True}, {"staff": cast.deputy}]
    transitions.keep_draft(visit=visit, by=cast.teacher, now=now, values={}, party=party)
    assert clashes(turned(visit), now) == []


def test_a_round_is_no_clash(cast: Cast, now) -> None:
    """The next leg leaves when the one before has ended, before anybody is back."""
    make.requested(cast, now=now, **at(11))  # at the home until 11:30, back at 11:45
    visit = make.draft(cast, now=now, **at(11, 40))
    assert clashes(turned(visit), now) == []
    changed(visit, depart_at=from_local(DAY, dt.time(11, 29)))
    assert [clash.code for clash in clashes(turned(visit), now)] == ["clash_person", "clash_person"]


@pytest.mark.turns("clash_rule")
def test_one_home_is_not_visited_twice_in_a_week(cast: Cast, now) -> None:
    home = HouseholdFactory(trust=cast.trust)
    pupil = make.a_pupil(cast, household=home)
    other = [cast.attendance, cast.deputy]
    make.requested(cast, now=now, pupil=pupil, by=cast.attendance, party=other, **at(11))
    visit = make.draft(cast, now=now, pupil=pupil, **at(11, 0, DAY + dt.timedelta(days=6)))
    for strength in (OFF, WARN, BLOCK):
        assert unmet("log", visit, now, "clash_home", clash_rule=strength) == SAID[strength]
    changed(visit, **at(11, 0, DAY + dt.timedelta(days=8)))
    assert unmet("log", visit, now, "clash_home") == []


@on("columns", [{}, {"state": "declined"}])
def test_a_siblings_school_is_named_and_nothing_else(cast: Cast, now, columns: dict[str, str]) -> None:
    home = HouseholdFactory(trust=cast.trust)
    visit = make.draft(cast, now=now, pupil=make.a_pupil(cast, household=home))
    theirs = make.requested(cast, now=now, by=cast.attendance, party=[cast.attendance, cast.deputy])
    School.objects.filter(pk=cast.other_school.pk).update(name="Upper School")
    Visit.objects.filter(pk=theirs.pk).update(school=cast.other_school, household=home, **columns)
    said = checks("authorise", visit, now, "clash_school", clash_rule=BLOCK)
    words = "Ask Upper School; they visited or are about to visit this home."
    assert [(c.sentence, c.status) for c in said] == ([] if columns else [(words, "warns")])


@pytest.mark.turns("earliest_start", "evening_from")
@pytest.mark.clause("PS-136")
def test_an_hour_before_the_earliest_needs_a_reason_and_a_decision(cast: Cast, now) -> None:
    visit = make.requested(cast, now=now, **at(11))
    settings = {"out_of_hours": "allowed", "earliest_start": dt.time(11, 30)}
    assert [need.kind for need in route(turned(visit, **settings)) if need.is_required] == [
        "visit",
        "out_of_hours",
    ]
    assert unmet("submit", visit, now, "ooh_necessary", **settings) == ["blocks"]
    settings["earliest_start"] = dt.time(11, 0)
    assert [need.kind for need in route(turned(visit, **settings)) if need.is_required] == ["visit"]
    settings["evening_from"] = dt.time(11, 20)  # it goes on past that
    assert unmet("submit", visit, now, "ooh_necessary", **settings) == ["blocks"]


@pytest.mark.turns("out_of_hours")
@pytest.mark.clause("SH-055")
@on("cast", [AF], indirect=True)
def test_outside_school_hours_warns_or_is_an_exception(cast: Cast, now) -> None:
    visit = make.draft(cast, now=now, **at(15, 0))
    assert unmet("submit", visit, now, "ooh", out_of_hours="warn") == ["warns"]
    assert unmet("submit", visit, now, "ooh_necessary", out_of_hours="exceptional") == ["blocks"]
    assert unmet("submit", visit, now, "ooh", out_of_hours="allowed") == []


@pytest.mark.turns("daylight_rule")
@pytest.mark.clause("SH-056")
def test_daylight_is_reckoned_for_the_school(cast: Cast, now) -> None:
    visit = make.draft(cast, now=now, **at(15, 45))  # until 16:15; the sun sets at 16:00
    for strength in (OFF, WARN, BLOCK):
        assert unmet("submit", visit, now, "daylight", daylight_rule=strength) == SAID[strength]
    (position,) = checks("authorise", visit, now, "position")
    assert (position.status, position.fix) == ("warns", f"school/{cast.school.slug}")
    School.objects.filter(pk=cast.school.pk).update(latitude="54.06", longitude="-2.88")
    assert checks("authorise", visit, now, "position") == []
    (check,) = checks("authorise", visit, now, "daylight")
    assert check.sentence == "The visit ends after sunset (15:57). Go by day if you can."
    changed(visit, **at(12))
    assert unmet("submit", visit, now, "daylight", daylight_rule=BLOCK) == []
    changed(visit, **at(7, 30))
    (check,) = checks("authorise", visit, now, "daylight")
    assert check.sentence == "The visit starts before sunrise (07:59). Go by day if you can."


def test_the_sun_rises_and_sets_on_both_clock_changes(cast: Cast) -> None:
    for day in (dt.date(2026, 3, 29), dt.date(2026, 10, 25)):
        sun = sun_at(cast.school, day)
        assert sun.rises < sun.sets
        assert (sun.sets - sun.rises) < dt.timedelta(hours=13, minutes=30)


@pytest.mark.turns("ExtraField.is_required")
@pytest.mark.clause("TC-101")
def test_further_questions_of_the_form_are_answered_before_it_is_logged(cast: Cast, now) -> None:
    visit = make.authorised(cast, now=now)
    code = "anything_else"

    def said(*, required: bool) -> list[str]:
        fresh = turned(visit)
        prefetch_related_objects([fresh.rules], "extrafields")
        for field in fresh.rules.extrafields.all():
            field.is_required = required
        return [c.status for c in gates.blocking("log", fresh, now) if c.code == f"extra_{code}"]

    assert (said(required=False), said(required=True)) == ([], ["blocks"])
    transitions.keep_log(
        visit=visit,
        by=cast.office,
        now=now,
        values={},
        people={},
        extras={code: "A lift to the door", "x": "no"},
    )
    assert list(visit.extra_answers.values_list("code", "text")) == [(code, "A lift to the door")]
    assert said(required=True) == []


@pytest.mark.turns("insurance_rule")
@pytest.mark.clause("TC-046")
def test_the_trusts_insurance_is_in_date_on_the_day(cast: Cast, now) -> None:
    visit = make.draft(cast, now=now)
    for strength in (OFF, WARN, BLOCK):
        assert unmet("depart", visit, now, "insurance", insurance_rule=strength) == SAID[strength]
    cover = cast.trust.insurances.create(
        insurer="Wye Mutual",
        reference="EL-1",
        starts_on=DAY,
        expires_on=DAY,
        recorded_by=cast.admin,
        recorded_at=now,
    )
    assert unmet("log", visit, now, "insurance", insurance_rule=BLOCK) == []
    cover.starts_on = cover.expires_on = DAY + dt.timedelta(days=1)
    cover.save()
    assert unmet("log", visit, now, "insurance", insurance_rule=BLOCK) == ["blocks"]


@pytest.mark.turns("code_word", "code_word_scope")
def test_a_code_word_is_the_schools_or_the_visits_as_the_policy_says(cast: Cast, now) -> None:
    visit = make.authorised(cast, now=now)
    make.set_code_word(school=cast.school, word="Is the blue folder in?", by=cast.office, now=now)
    found = {
        scope: unmet("log", visit, now, "code_word", code_word_scope=scope)
        for scope in ("either", "school", "visit")
    }
    assert found == {"either": [], "school": [], "visit": ["blocks"]}
    make.set_code_word(school=cast.school, word="Did the post come?", by=cast.office, now=now, visit=visit)
    assert unmet("log", visit, now, "code_word", code_word_scope="visit") == []
    assert unmet("log", visit, now, "code_word", code_word="no", code_word_scope="visit") == []


def test_a_word_of_the_wrong_scope_is_refused(cast: Cast, now) -> None:
    PolicyFactory(preset=TC, trust=cast.trust, code_word_scope="visit")
    visit = make.authorised(cast, now=now)
    word = transitions.Word("Is the blue folder in?", for_visit=False)
    with pytest.raises(Refused, match="a code word for each visit"):
        transitions.keep_log(visit=visit, by=cast.office, now=now, values={}, people={}, word=word)


@pytest.mark.turns("attempts_within_days")
@pytest.mark.clause("AF-018")
@on("cast", [AF], indirect=True)
def test_calls_count_for_as_many_days_as_the_policy_says(cast: Cast, now) -> None:
    facts = {
        "reason_code": "NOT_BACK_DAY_1",
        "told": "no",
        "ground_code": "NO_ANSWER",
        "parent_agreed": False,
    }
    visit = make.draft(cast, now=now, **facts)
    ground = cast.policy.noticegrounds.filter(needs_attempts=True).first()
    assert ground is not None
    changed(visit, ground_code=ground.code)
    make.attempt(visit.pupils.get().pk, cast.teacher, now - dt.timedelta(days=3), "call")
    assert unmet("submit", visit, now, "ground_attempts", attempts_within_days=4) == []
    assert unmet("submit", visit, now, "ground_attempts", attempts_within_days=2) == ["blocks"]


@pytest.mark.clause("AF-018", "PS-007")
@on("cast", [AF], indirect=True)
@on(("channel", "result", "said"), [
    ("call", "no_answer", []), ("call", "voicemail", []), ("text", "no_answer", []), ("email", "no_answer", []),
    ("call", "spoke", ["blocks"]), ("call", "explained", ["blocks"]),
])  # fmt: skip
def test_a_family_that_was_spoken_to_did_answer(
    cast: Cast, now, channel: str, result: str, said: list
) -> None:
    facts = {"reason_code": "NOT_BACK_DAY_1", "told": "no", "parent_agreed": False}
    ground = cast.policy.noticegrounds.filter(needs_attempts=True).first()
    visit = make.draft(cast, now=now, ground_code=ground.code, **facts)
    make.attempt(visit.pupils.get().pk, cast.teacher, now, channel, result)
    assert unmet("submit", visit, now, "ground_attempts") == said


@pytest.mark.turns("child_transport_allowed")
@on("cast", [PS], indirect=True)
def test_lifts_are_given_only_where_the_policy_allows_them(cast: Cast, now) -> None:
    visit = make.draft(cast, now=now, reason_code="TRANSPORT_COLLECT", concern_text="Left alone.")
    assert unmet("submit", visit, now, "transport") == []
    assert unmet("submit", visit, now, "transport", child_transport_allowed=False) == ["blocks"]


@on("cast", [PS], indirect=True)
def test_a_reason_of_several_kinds_asks_which(cast: Cast, now) -> None:
    visit = make.draft(cast, now=now, reason_code="WORK_DROP_OFF")
    (check,) = checks("submit", visit, now, "reason_kind")
    assert (check.status, check.sentence) == ("blocks", "Choose which kind it is: Medical, Another.")
    changed(visit, reason_kind="Medical")
    assert unmet("submit", visit, now, "reason_kind") == []


def test_nothing_is_written_to_a_home_about_a_reason_that_never_has_a_letter(cast: Cast, now) -> None:
    visit = make.draft(cast, now=now, told="letter")
    fresh = turned(visit)
    assert fresh.reason is not None
    fresh.reason.never_a_letter = True
    said = [c.sentence for c in gates.blocking("submit", fresh, now) if c.code == "letter"]
    assert said == [f"Nothing is sent to this home in writing about “{fresh.reason.label}”: ring instead."]


def emergency(cast: Cast, now: dt.datetime) -> Visit:
    """A request on an emergency ground; its risks are written down beforehand."""
    visit = make.draft(
        cast, now=now, reason_code="SAFEGUARDING", concern_text="May be hurt.", told="no", ground_code="EMERGENCY",
        ground_text="A neighbour rang.", dsl_absent_reason="At another home.", parent_agreed=False,
    )  # fmt: skip
    make.assessed(cast, visit, now)
    return visit


@pytest.mark.turns("urgent_needs_authorisation")
@pytest.mark.clause("TC-091", "TC-088")
def test_emergencies_are_authorised_unless_the_policy_lets_them_go_at_once(cast: Cast, now) -> None:
    visit = emergency(cast, now)
    assert [need.kind for need in missing(turned(visit))] == ["visit"]
    assert missing(turned(visit, urgent_needs_authorisation=False)) == []
    changed(visit, ground_code="SAFEGUARDING")  # an immediate concern, and no emergency
    assert [need.kind for need in missing(turned(visit, urgent_needs_authorisation=False))] == ["visit"]


def test_an_emergency_that_went_at_once_is_looked_at_afterwards(cast: Cast, now) -> None:
    PolicyFactory(preset=TC, trust=cast.trust, urgent_needs_authorisation=False)
    visit = emergency(cast, now)
    sent = transitions.submit(visit=visit, by=cast.teacher, now=now)
    assert (sent.state, sent.is_undecided, sent.is_looked_at) == ("authorised", True, False)
    with pytest.raises(Refused, match="This visit is authorised"):
        transitions.look_afterwards(visit=sent, by=cast.head, now=now, words="Fine.")
    changed(changed(sent, state="logged"), state="in_progress")
    with pytest.raises(Refused, match="neither asked nor goes"):
        transitions.look_afterwards(visit=sent, by=cast.teacher, now=now, words="Fine.")
    with pytest.raises(Refused, match="Say what you think"):
        transitions.look_afterwards(visit=sent, by=cast.head, now=now, words=" ")
    transitions.look_afterwards(visit=sent, by=cast.head, now=now, words="Right to go.")
    assert make.fresh(sent).is_looked_at
