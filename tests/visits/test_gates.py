"""Each gate that a policy demands first refuses with its sentence and then lets through."""

import datetime as dt
from typing import Any

import pytest

from homevisits.clock import from_local
from homevisits.people.models import DeskDuty
from homevisits.trusts.roles import RoleName
from tests.cast import Cast
from tests.factories import visits as make
from tests.factories.people import ClearanceFactory, HouseholdWarningFactory
from visits import gates, transitions
from visits.models import Visit
from visits.story import Decision
from visits.transitions import Refused

TC, PS, AF = "three_counties", "poulton_le_sands", "aspirational_futures"
on = pytest.mark.parametrize


@pytest.fixture(autouse=True)
def ten_o_clock(clock) -> dt.datetime:
    return clock.set("2026-11-26 10:00")


def codes(gate: str, visit: Visit, now: dt.datetime) -> set[str]:
    return {check.code for check in gates.blocking(gate, Visit.objects.get(pk=visit.pk), now)}


def draft_misses(cast: Cast, now: dt.datetime, **values: Any) -> set[str]:
    return codes("submit", make.draft(cast, now=now, **values), now)


@on("cast", [TC, PS, AF], indirect=True)
def test_a_complete_draft_misses_nothing(cast: Cast, ten_o_clock) -> None:
    assert draft_misses(cast, ten_o_clock) == set()


@pytest.mark.clause("TC-016", "PS-045", "CS-002", "AF-017")
@on("cast", [TC, PS, AF], indirect=True)
def test_submit_asks_for_purpose(cast: Cast, ten_o_clock) -> None:
    assert draft_misses(cast, ten_o_clock, purpose="See him") == {"purpose"}


@pytest.mark.clause("PS-046", "TC-049", "CS-025")
@on("cast", [PS, TC], indirect=True)
def test_submit_asks_why_it_is_necessary(cast: Cast, ten_o_clock) -> None:
    assert draft_misses(cast, ten_o_clock, why_necessary=" ") == {"necessary"}


@pytest.mark.clause("TC-099", "PS-107", "SH-063", "CS-036")
@on("cast", [TC, PS, AF], indirect=True)
def test_submit_asks_for_the_whole_address(cast: Cast, ten_o_clock) -> None:
    assert draft_misses(cast, ten_o_clock, postcode="") == {"address"}


@pytest.mark.clause("PS-053", "PS-109")
def test_submit_asks_whom_to_see(cast: Cast, ten_o_clock) -> None:
    assert draft_misses(cast, ten_o_clock, to_see_text="") == {"to_see"}


@pytest.mark.clause("TC-098", "PS-110", "SH-064", "TC-136", "TC-147")
@on("field", ["depart_at", "start_at", "end_at", "return_at"])
def test_submit_asks_for_every_time(cast: Cast, ten_o_clock, field: str) -> None:
    assert "times" in draft_misses(cast, ten_o_clock, **{field: None})


@pytest.mark.clause("TC-086")
def test_submit_refuses_a_start_that_has_passed(cast: Cast, ten_o_clock) -> None:
    start = ten_o_clock - make.minutes(5)
    assert draft_misses(cast, ten_o_clock, depart_at=start, start_at=start) == {"future"}


@pytest.mark.clause("TC-087")
@on("cast", [TC], indirect=True)
def test_tc_asks_for_a_parents_agreement(cast: Cast, ten_o_clock) -> None:
    assert draft_misses(cast, ten_o_clock, parent_agreed=False) == {"agreed"}


@pytest.mark.clause("AF-016", "PS-005")
@on("cast", [AF, PS], indirect=True)
def test_af_and_ps_ask_who_was_told(cast: Cast, ten_o_clock) -> None:
    assert draft_misses(cast, ten_o_clock, told_whom="", parent_agreed=False) == {"told_whom"}


@pytest.mark.clause("TC-088", "TC-089", "TC-090", "AF-018", "PS-007")
@on("cast", [TC, PS, AF], indirect=True)
def test_unannounced_needs_a_ground(cast: Cast, ten_o_clock) -> None:
    reason = {TC: "ABSENCE", PS: "CHILD_SAFE_CHECK", AF: "CHILD_SAFE_CHECK"}[cast.policy.preset]
    facts = {
        "reason_code": reason,
        "told": "no",
        "concern_text": "Not seen since Monday.",
        "parent_agreed": False,
    }
    assert "ground" in draft_misses(cast, ten_o_clock, **facts)


@pytest.mark.clause("AF-018", "PS-007", "AF-020", "PS-009", "TC-077", "AF-044", "PS-026")
@on("cast", [TC, PS, AF], indirect=True)
def test_the_ground_of_unanswered_calls_needs_calls(cast: Cast, ten_o_clock) -> None:
    reason = {TC: "ABSENCE", PS: "CHILD_SAFE_CHECK", AF: "CHILD_SAFE_CHECK"}[cast.policy.preset]
    ground = cast.policy.noticegrounds.filter(needs_attempts=True).first()
    facts = {
        "reason_code": reason,
        "told": "no",
        "concern_text": "Not seen since Monday.",
        "ground_code": ground.code,
    }
    visit = make.draft(cast, now=ten_o_clock, **facts)
    assert "ground_attempts" in codes("submit", visit, ten_o_clock)
    for channel in ("call", "text", "call"):
        transitions.note_attempt(
            visit=visit,
            pupil=visit.pupils.get(),
            by=cast.teacher,
            now=ten_o_clock,
            at=ten_o_clock,
            channel=channel,
            result="no_answer",
        )
    assert codes("submit", visit, ten_o_clock) == set()


@pytest.mark.clause("AF-036")
def test_an_explanation_is_no_unanswered_call(cast: Cast, ten_o_clock) -> None:
    visit = make.draft(cast, now=ten_o_clock, reason_code="ABSENCE", told="no", ground_code="NO_CONTACT")
    transitions.note_attempt(
        visit=visit,
        pupil=visit.pupils.get(),
        by=cast.teacher,
        now=ten_o_clock,
        at=ten_o_clock,
        channel="call",
        result="explained",
    )
    assert "ground_attempts" in codes("submit", visit, ten_o_clock)


@pytest.mark.clause("AF-019", "PS-008", "AF-015", "PS-004", "TC-091")
@on("cast", [TC, PS, AF], indirect=True)
def test_an_emergency_is_still_authorised(cast: Cast, ten_o_clock) -> None:
    ground = cast.policy.noticegrounds.filter(is_emergency=True).first()
    reason = {TC: "SAFEGUARDING", PS: "CHILD_SAFE_CHECK", AF: "CHILD_SAFE_CHECK"}[cast.policy.preset]
    visit = make.draft(
        cast,
        now=ten_o_clock,
        reason_code=reason,
        told="no",
        ground_code=ground.code,
        ground_text="Call from a neighbour.",
        concern_text="May be hurt.",
        dsl_absent_reason="Already at another home.",
    )
    for channel in ("call", "text", "call"):
        transitions.note_attempt(
            visit=visit,
            pupil=visit.pupils.get(),
            by=cast.teacher,
            now=ten_o_clock,
            at=ten_o_clock,
            channel=channel,
            result="no_answer",
        )
    sent = transitions.submit(visit=visit, by=cast.teacher, now=ten_o_clock)
    assert (sent.kind, sent.state) == ("emergency", "requested")


@pytest.mark.clause("TC-124", "PS-049")
@on("cast", [TC, PS], indirect=True)
def test_one_person_needs_a_reason(cast: Cast, ten_o_clock) -> None:
    visit = make.draft(cast, now=ten_o_clock, party=[cast.teacher])
    assert codes("submit", visit, ten_o_clock) == {"min_people"}
    transitions.keep_draft(
        visit=visit, by=cast.teacher, now=ten_o_clock, values={"lone_reason": "Two would worsen it."}
    )
    assert codes("submit", visit, ten_o_clock) == set()


@pytest.mark.clause("TC-244")
def test_an_outsider_does_not_count_as_a_second_person(cast: Cast, ten_o_clock) -> None:
    visit = make.draft(cast, now=ten_o_clock, party=[cast.teacher])
    party = [
        {"staff": cast.teacher, "is_lead": True},
        {"name": "Ana Silva", "organisation": "Children's services", "phone": "+447700900777"},
    ]
    transitions.keep_draft(visit=visit, by=cast.teacher, now=ten_o_clock, values={}, party=party)
    assert codes("submit", visit, ten_o_clock) == {"min_people"}


@pytest.mark.clause("TC-244", "TC-158")
def test_an_outsider_needs_a_phone_and_says_where_they_are_from(cast: Cast, ten_o_clock) -> None:
    visit = make.draft(cast, now=ten_o_clock)
    party = [{"staff": cast.teacher, "is_lead": True}, {"staff": cast.colleague}, {"name": "Ana Silva"}]
    transitions.keep_draft(visit=visit, by=cast.teacher, now=ten_o_clock, values={}, party=party)
    assert codes("submit", visit, ten_o_clock) == {"outsider_phone", "outsider_organisation"}


@pytest.mark.clause("TC-227")
@on("cast", [TC], indirect=True)
def test_nobody_goes_without_a_dbs_check(cast: Cast, ten_o_clock) -> None:
    visit = make.draft(cast, now=ten_o_clock)
    cast.colleague.clearances.all().delete()
    assert codes("submit", visit, ten_o_clock) == {"dbs"}
    ClearanceFactory(staff=cast.colleague, kind="dbs_enhanced")
    assert codes("submit", visit, ten_o_clock) == set()


@pytest.mark.clause("TC-220", "TC-075")
@on("cast", [TC], indirect=True)
def test_the_dsl_takes_part_or_a_reason_is_given(cast: Cast, ten_o_clock) -> None:
    visit = make.draft(cast, now=ten_o_clock, reason_code="SAFEGUARDING", concern_text="Not seen.")
    assert codes("submit", visit, ten_o_clock) == {"dsl_takes_part"}
    make.checked(cast.dsl)
    transitions.keep_draft(
        visit=visit,
        by=cast.teacher,
        now=ten_o_clock,
        values={},
        party=[{"staff": cast.teacher, "is_lead": True}, {"staff": cast.dsl}],
    )
    assert codes("submit", visit, ten_o_clock) == set()


@pytest.mark.clause("TC-242")
@on("cast", [TC], indirect=True)
def test_the_dsl_or_ewo_leads_after_a_referral(cast: Cast, ten_o_clock) -> None:
    visit = make.draft(cast, now=ten_o_clock, reason_code="POST_REFERRAL")
    assert "dsl_leads" in codes("submit", visit, ten_o_clock)
    make.checked(cast.dsl)
    transitions.keep_draft(
        visit=visit,
        by=cast.teacher,
        now=ten_o_clock,
        values={},
        party=[{"staff": cast.dsl, "is_lead": True}, {"staff": cast.teacher}],
    )
    assert "dsl_leads" not in codes("submit", visit, ten_o_clock)


@pytest.mark.clause("TC-103", "TC-104", "TC-105")
@on("cast", [TC], indirect=True)
def test_tc_out_of_hours_needs_both_tests(cast: Cast, ten_o_clock) -> None:
    day = dt.date(2026, 11, 26)
    times = {
        "depart_at": from_local(day, dt.time(16, 0)),
        "start_at": from_local(day, dt.time(16, 15)),
        "end_at": from_local(day, dt.time(16, 45)),
        "return_at": from_local(day, dt.time(17, 0)),
    }
    assert draft_misses(cast, ten_o_clock, **times) == {"ooh_necessary", "ooh_alternative"}
    reasons = {"ooh_necessary": "Works nights.", "ooh_no_alternative": "No other day."}
    assert draft_misses(cast, ten_o_clock, **times, **reasons) == set()


@pytest.mark.clause("PS-136")
@on("cast", [PS], indirect=True)
def test_ps_evening_needs_a_reason_and_a_decision(cast: Cast, ten_o_clock) -> None:
    day = dt.date(2026, 11, 26)
    times = {
        "depart_at": from_local(day, dt.time(18, 0)),
        "start_at": from_local(day, dt.time(18, 15)),
        "end_at": from_local(day, dt.time(18, 45)),
        "return_at": from_local(day, dt.time(19, 0)),
    }
    assert draft_misses(cast, ten_o_clock, **times) == {"ooh_necessary"}
    visit = make.requested(cast, now=ten_o_clock, ooh_necessary="Works days.", **times)
    from visits.routes import missing

    assert [need.kind for need in missing(visit)] == [Decision.Kind.VISIT, Decision.Kind.OUT_OF_HOURS]


@pytest.mark.clause("TC-052", "TC-142", "TC-152")
@on("cast", [TC], indirect=True)
def test_tc_authorises_nothing_without_a_risk_assessment(cast: Cast, ten_o_clock) -> None:
    visit = make.requested(cast, now=ten_o_clock)
    yes = {
        "visit": visit,
        "by": cast.head,
        "now": ten_o_clock,
        "reply": "yes",
        "reason": "Needed.",
        "necessary": True,
        "best_interests": True,
        "safeguarding": True,
    }
    with pytest.raises(Refused, match="Write the risk assessment"):
        transitions.answer(**yes)
    with pytest.raises(Refused, match="names who writes"):
        transitions.assess_risk(visit=visit, by=cast.teacher, now=ten_o_clock, level="low", text="Fine.")
    transitions.assess_risk(visit=visit, by=cast.head, now=ten_o_clock, level="low", text="Quiet street.")
    assert transitions.answer(**yes).state == "authorised"


@pytest.mark.clause("TC-095", "TC-096", "TC-049", "TC-051")
@on("cast", [TC], indirect=True)
@on("missing", ["necessary", "best_interests", "safeguarding"])
def test_tc_yes_confirms_what_the_policy_asks(cast: Cast, ten_o_clock, missing: str) -> None:
    visit = make.requested(cast, now=ten_o_clock)
    make.assessed(cast, visit, ten_o_clock)
    ticks = {"necessary": True, "best_interests": True, "safeguarding": True, missing: False}
    with pytest.raises(Refused, match="Confirm that"):
        transitions.answer(visit=visit, by=cast.head, now=ten_o_clock, reply="yes", reason="Needed.", **ticks)


@on("cast", [PS, AF], indirect=True)
def test_a_known_warning_asks_for_a_risk_assessment(cast: Cast, ten_o_clock) -> None:
    visit = make.requested(cast, now=ten_o_clock)
    before = codes("authorise", visit, ten_o_clock)
    HouseholdWarningFactory(household=visit.household, author=cast.dsl)
    after = codes("authorise", visit, ten_o_clock)
    wanted = {"poulton_le_sands": "always", "aspirational_futures": "flagged"}
    assert "risk" in after
    assert ("risk" in before) == (cast.policy.risk_assessment == wanted["poulton_le_sands"])


@pytest.mark.clause("TC-158", "TC-160", "PS-108", "CS-058", "SH-067")
@on("cast", [TC, PS], indirect=True)
def test_logging_asks_for_every_phone(cast: Cast, ten_o_clock) -> None:
    visit = make.authorised(cast, now=ten_o_clock)
    phones = {a.pk: {"phone": ""} for a in visit.party}
    transitions.keep_log(visit=visit, by=cast.office, now=ten_o_clock, values={}, people=phones)
    assert "phone" in codes("log", visit, ten_o_clock)


@pytest.mark.clause("TC-172", "TC-173", "TC-174", "TC-175", "TC-176")
@on("cast", [TC], indirect=True)
def test_logging_asks_for_the_car_of_who_drives(cast: Cast, ten_o_clock) -> None:
    visit = make.authorised(cast, now=ten_o_clock)
    facts = make.log_facts(cast, visit)
    for person in facts["people"].values():
        person["travel"] = "drives"
    transitions.keep_log(visit=visit, by=cast.office, now=ten_o_clock, **facts)
    assert "vehicle" in codes("log", visit, ten_o_clock)


@pytest.mark.clause("TC-166", "TC-167")
@on("cast", [TC], indirect=True)
def test_logging_asks_who_calls_or_why_nobody(cast: Cast, ten_o_clock) -> None:
    visit = make.authorised(cast, now=ten_o_clock)
    assert "colleague" in codes("log", visit, ten_o_clock)
    values = {"checkin_colleague": None, "no_colleague_reason": "Everybody teaches."}
    transitions.keep_log(visit=visit, by=cast.office, now=ten_o_clock, values=values, people={})
    assert "colleague" not in codes("log", visit, ten_o_clock)


@on("cast", [TC], indirect=True)
def test_somebody_who_goes_cannot_make_the_check_in_call(cast: Cast, ten_o_clock) -> None:
    visit = make.authorised(cast, now=ten_o_clock)
    values = {"checkin_colleague": cast.colleague}
    transitions.keep_log(visit=visit, by=cast.office, now=ten_o_clock, values=values, people={})
    assert "colleague" in codes("log", visit, ten_o_clock)


@pytest.mark.clause("TC-168", "PS-126", "PS-137", "PS-138", "SH-066")
@on("cast", [TC, PS], indirect=True)
def test_logging_asks_for_a_code_word(cast: Cast, ten_o_clock) -> None:
    visit = make.authorised(cast, now=ten_o_clock)
    assert "code_word" in codes("log", visit, ten_o_clock)
    make.set_code_word(school=cast.school, word="Is the blue folder in?", by=cast.office, now=ten_o_clock)
    assert "code_word" not in codes("log", visit, ten_o_clock)


@pytest.mark.clause("TC-128", "TC-061")
@on("cast", [TC], indirect=True)
def test_a_lone_visit_is_not_logged_without_its_assessment(cast: Cast, ten_o_clock) -> None:
    visit = make.requested(cast, now=ten_o_clock, by=cast.ewo, party=[cast.ewo], lone_reason="Known family.")
    transitions.answer(
        visit=visit,
        by=cast.ceo,
        now=ten_o_clock,
        reply="yes",
        reason="Safe.",
        necessary=True,
        best_interests=True,
        safeguarding=True,
    )
    assert {"risk", "lone_assessment"} <= codes("log", visit, ten_o_clock)
    transitions.assess_risk(
        visit=visit, by=cast.ewo, now=ten_o_clock, level="low", text="Quiet.", lone="Own car, daylight."
    )
    assert not {"risk", "lone_assessment"} & codes("log", visit, ten_o_clock)


@pytest.mark.clause("TC-106")
@on("cast", [TC], indirect=True)
def test_out_of_hours_needs_a_responsible_contact(cast: Cast, ten_o_clock) -> None:
    day = dt.date(2026, 11, 26)
    visit = make.authorised(
        cast,
        now=ten_o_clock,
        ooh_necessary="Works nights.",
        ooh_no_alternative="No other day.",
        depart_at=from_local(day, dt.time(15, 30)),
        start_at=from_local(day, dt.time(15, 45)),
        end_at=from_local(day, dt.time(16, 10)),
        return_at=from_local(day, dt.time(16, 20)),
    )
    assert "responsible_contact" in codes("log", visit, ten_o_clock)
    for who, still in ((cast.colleague, True), (cast.slt, False)):
        values = {"responsible_contact": who}
        transitions.keep_log(visit=visit, by=cast.office, now=ten_o_clock, values=values, people={})
        assert ("responsible_contact" in codes("log", visit, ten_o_clock)) == still
    assert "contact_phone" not in codes("log", visit, ten_o_clock)
    cast.slt.mobile = ""
    cast.slt.save()
    assert "contact_phone" in codes("log", visit, ten_o_clock)


@pytest.mark.clause("TC-017", "TC-107", "TC-159", "TC-162", "PS-070", "PS-099", "SH-068")
@on("cast", [TC, PS], indirect=True)
def test_departing_asks_for_every_tick(cast: Cast, ten_o_clock) -> None:
    visit = make.logged(cast, now=ten_o_clock)
    with pytest.raises(Refused, match="Tick every line"):
        transitions.depart(visit=visit, by=cast.teacher, now=ten_o_clock)


def test_departing_waits_for_its_window(cast: Cast, ten_o_clock) -> None:
    later = ten_o_clock + make.minutes(120)
    times = {k: v + make.minutes(120) for k, v in make.plan(ten_o_clock).items()}
    visit = make.logged(cast, now=ten_o_clock, **times)
    assert codes("depart", visit, ten_o_clock) == {"too_early"}
    assert codes("depart", visit, later) == set()


def test_departing_is_refused_while_nobody_can_answer(cast: Cast, ten_o_clock) -> None:
    visit = make.logged(cast, now=ten_o_clock)
    cast.office.roles.all().delete()
    assert codes("depart", visit, ten_o_clock) == {"duty_now", "duty_return"}
    DeskDuty.objects.create(
        school=cast.school,
        staff=cast.slt,
        set_by=cast.head,
        during=(ten_o_clock - make.minutes(5), ten_o_clock + make.minutes(180)),
    )
    assert codes("depart", visit, ten_o_clock) == set()


def test_somebody_of_the_party_does_not_answer_for_it(cast: Cast, ten_o_clock) -> None:
    visit = make.logged(cast, now=ten_o_clock)
    cast.office.roles.all().delete()
    make.give_role(cast.colleague, RoleName.OFFICE, cast)
    assert codes("depart", visit, ten_o_clock) == {"duty_now", "duty_return"}


@pytest.mark.clause("PS-071", "PS-072", "TC-229", "TC-138", "TC-149")
@on("cast", [TC, PS], indirect=True)
def test_going_in_names_the_adult_who_invites(cast: Cast, ten_o_clock) -> None:
    visit = make.out(cast, now=ten_o_clock)
    with pytest.raises(Refused, match="Without an adult, stay outside"):
        transitions.say_entered(visit=visit, by=cast.teacher, now=ten_o_clock)
    inside = transitions.say_entered(visit=visit, by=cast.teacher, now=ten_o_clock, invited_by="Maria Novak")
    assert (inside.entered_at, inside.invited_by) == (ten_o_clock, "Maria Novak")


@pytest.mark.clause("PS-071")
def test_an_entry_made_all_the_same_is_a_breach_with_its_reason(cast: Cast, ten_o_clock) -> None:
    visit = make.out(cast, now=ten_o_clock)
    transitions.say_entered(visit=visit, by=cast.teacher, now=ten_o_clock, breach="I heard a child scream.")
    event = visit.events.get(kind="entered")
    assert (event.detail["breach"], visit.moments.get(kind="entered").note) == (
        True,
        "I heard a child scream.",
    )


RECORD_PARTS = {
    "place": ("SH-077", "place"),
    "facts": ("TC-073", "facts"),
    "concern": ("CS-017", "concern"),
    "discussed": ("CS-094", "discussed"),
    "pupil_seen": ("TC-072", "pupil_seen"),
    "file_destination": ("TC-057", "file"),
}


@pytest.mark.clause(
    "SH-077",
    "SH-079",
    "CS-094",
    "CS-096",
    "CS-008",
    "CS-017",
    "TC-019",
    "TC-057",
    "TC-072",
    "TC-073",
    "CS-093",
)
@on("cast", [TC], indirect=True)
@on("part", RECORD_PARTS)
def test_the_record_asks_for_its_compulsory_parts(cast: Cast, ten_o_clock, part: str) -> None:
    visit = make.returned(cast, now=ten_o_clock)
    facts = make.record_facts(visit) | {part: ""}
    transitions.keep_record(
        visit=visit,
        by=cast.teacher,
        now=ten_o_clock,
        values=facts,
        outcome="completed",
        people=[("Maria", "mother")],
    )
    assert codes("record", visit, ten_o_clock) == {RECORD_PARTS[part][1]}


@pytest.mark.clause("SH-078", "SH-080", "CS-097", "TC-212")
def test_the_record_asks_who_was_there_and_what_was_agreed(cast: Cast, ten_o_clock) -> None:
    visit = make.returned(cast, now=ten_o_clock)
    facts = make.record_facts(visit) | {"nothing_agreed": False}
    transitions.keep_record(visit=visit, by=cast.teacher, now=ten_o_clock, values=facts, outcome="completed")
    assert codes("record", visit, ten_o_clock) == {"present", "agreed"}
    transitions.keep_record(
        visit=visit,
        by=cast.teacher,
        now=ten_o_clock,
        values={},
        people=[("Maria", "mother")],
        actions=[("Ring on Monday", "D. Mensah", dt.date(2026, 12, 1))],
    )
    assert codes("record", visit, ten_o_clock) == set()


@pytest.mark.clause("TC-072", "SH-045")
def test_a_pupil_not_seen_needs_the_reason(cast: Cast, ten_o_clock) -> None:
    visit = make.returned(cast, now=ten_o_clock)
    facts = make.record_facts(visit) | {"pupil_seen": "not_seen", "pupil_spoken": "no"}
    transitions.keep_record(
        visit=visit,
        by=cast.teacher,
        now=ten_o_clock,
        values=facts,
        outcome="completed",
        people=[("Maria", "mother")],
    )
    assert codes("record", visit, ten_o_clock) == {"why_not"}


@pytest.mark.clause("PS-090", "PS-102", "TC-222")
@on("cast", [PS, TC], indirect=True)
def test_a_record_with_a_concern_waits_for_the_dsl(cast: Cast, ten_o_clock) -> None:
    from safeguarding.raising import raise_concern, receive

    visit = make.returned(cast, now=ten_o_clock)
    facts = make.record_facts(visit) | {"concern": "yes"}
    transitions.keep_record(
        visit=visit,
        by=cast.teacher,
        now=ten_o_clock,
        values=facts,
        outcome="completed",
        people=[("Maria", "mother")],
    )
    assert codes("record", visit, ten_o_clock) == {"concern_sent"}
    concern, _ = raise_concern(
        pupil=visit.pupils.get(), visit=visit, by=cast.teacher, now=ten_o_clock, facts="No food in the house."
    )
    assert codes("record", visit, ten_o_clock) == {"concern_received"}
    receive(concern=concern, by=cast.dsl, now=ten_o_clock)
    assert codes("record", visit, ten_o_clock) == set()
