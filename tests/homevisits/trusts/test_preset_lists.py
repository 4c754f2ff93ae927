"""Reasons, grounds, ladders and guidance of the presets, each beside its clauses."""

import pytest

from homevisits.trusts import presets
from homevisits.trusts.parts import PolicyPart

clause = pytest.mark.clause
AF, PS, TC = "aspirational_futures", "poulton_le_sands", "three_counties"


def row_of(rows: list, **facts: object) -> PolicyPart:
    """The one row with these facts."""
    (found,) = [row for row in rows if all(getattr(row, name) == fact for name, fact in facts.items())]
    return found


def cites(request: pytest.FixtureRequest, row: PolicyPart) -> bool:
    """Whether a row rests on all the clauses that the test's marker names."""
    return set(request.node.get_closest_marker("clause").args) <= set(row.clauses)


REASONS = [
    # code, unannounced, DSL's part, attempts before
    pytest.param(AF, "START_RECEPTION", "grounds", "none", 0, marks=clause("AF-030")),
    pytest.param(AF, "START_IN_YEAR", "grounds", "none", 0, marks=clause("AF-031")),
    pytest.param(AF, "SCHOOL_REFUSAL", "grounds", "none", 0, marks=clause("AF-032")),
    pytest.param(AF, "ATTENDANCE_CONCERN", "grounds", "none", 0, marks=clause("AF-033")),
    pytest.param(AF, "NOT_BACK_DAY_1", "yes", "none", 0, marks=clause("AF-034", "AF-035", "AF-036")),
    pytest.param(AF, "NOT_BACK_DAY_2", "yes", "told", 0, marks=clause("AF-037", "AF-039")),
    pytest.param(AF, "NOT_BACK_DAY_3", "yes", "told", 0, marks=clause("AF-038", "AF-039")),
    pytest.param(AF, "EDUCATED_AT_HOME", "grounds", "none", 0, marks=clause("AF-040")),
    pytest.param(AF, "CONTACT_FAILED", "yes", "none", 3, marks=clause("AF-020", "AF-041")),
    pytest.param(AF, "MEETING_AT_HOME", "no", "none", 0, marks=clause("AF-042")),
    pytest.param(AF, "PARENT_CANNOT_ATTEND", "no", "none", 0, marks=clause("AF-043")),
    pytest.param(AF, "CHILD_SAFE_CHECK", "yes", "told", 1, marks=clause("AF-044", "AF-045", "AF-070")),
    pytest.param(AF, "ILLNESS", "grounds", "none", 0, marks=clause("AF-046", "AF-047", "AF-048")),
    pytest.param(AF, "ATTENDANCE_STRATEGY", "no", "none", 0, marks=clause("AF-049")),
    pytest.param(AF, "WORK_DROP_OFF", "grounds", "none", 0, marks=clause("AF-050", "AF-052")),
    pytest.param(AF, "WORK_COLLECT", "grounds", "none", 0, marks=clause("AF-051", "AF-052")),
    pytest.param(AF, "KEEP_IN_TOUCH", "no", "none", 0, marks=clause("AF-053")),
    pytest.param(AF, "SUSPECTED_HOLIDAY", "yes", "none", 0, marks=clause("AF-054", "AF-055")),
    pytest.param(PS, "SCHOOL_REFUSAL", "grounds", "none", 0, marks=clause("PS-020")),
    pytest.param(PS, "ATTENDANCE_CONCERN", "grounds", "none", 0, marks=clause("PS-021")),
    pytest.param(PS, "EDUCATED_AT_HOME", "grounds", "none", 0, marks=clause("PS-022")),
    pytest.param(PS, "CONTACT_FAILED", "yes", "none", 3, marks=clause("PS-009", "PS-023")),
    pytest.param(PS, "MEETING_AT_HOME", "no", "none", 0, marks=clause("PS-024")),
    pytest.param(PS, "PARENT_CANNOT_ATTEND", "no", "none", 0, marks=clause("PS-025")),
    pytest.param(PS, "CHILD_SAFE_CHECK", "yes", "told", 1, marks=clause("PS-026")),
    pytest.param(PS, "ATTENDANCE_STRATEGY", "no", "none", 0, marks=clause("PS-027")),
    pytest.param(PS, "TRANSPORT_COLLECT", "grounds", "told", 0, marks=clause("PS-028")),
    pytest.param(PS, "TRANSPORT_DROP", "grounds", "told", 0, marks=clause("PS-029")),
    pytest.param(PS, "WORK_DROP_OFF", "grounds", "none", 0, marks=clause("PS-030", "PS-032")),
    pytest.param(PS, "WORK_COLLECT", "grounds", "none", 0, marks=clause("PS-031")),
    pytest.param(PS, "KEEP_IN_TOUCH", "no", "none", 0, marks=clause("PS-033")),
    pytest.param(PS, "SUSPECTED_HOLIDAY", "yes", "none", 0, marks=clause("PS-034", "PS-035")),
    pytest.param(PS, "DELIVERY", "grounds", "none", 0, marks=clause("PS-151")),
    pytest.param(TC, "SAFEGUARDING", "yes", "takes_part", 0, marks=clause("TC-075", "TC-090", "TC-220")),
    pytest.param(TC, "STATUTORY_CP", "grounds", "takes_part", 0, marks=clause("TC-221")),
    pytest.param(TC, "POST_REFERRAL", "grounds", "leads", 0, marks=clause("TC-242", "TC-243")),
    pytest.param(TC, "ABSENCE", "yes", "asked", 1, marks=clause("TC-076", "TC-077", "TC-089")),
    pytest.param(TC, "LOW_ATTENDANCE", "no", "asked", 0, marks=clause("TC-079")),
    pytest.param(TC, "EARLY_HELP", "no", "asked", 0, marks=clause("TC-078")),
    pytest.param(TC, "TUTORING", "no", "asked", 0, marks=clause("TC-080")),
    pytest.param(TC, "MEETING_AT_HOME", "no", "asked", 0, marks=clause("TC-081")),
    pytest.param(TC, "FOLLOW_UP", "no", "asked", 0, marks=clause("TC-216")),
    pytest.param(TC, "OTHER", "grounds", "asked", 0, marks=clause("TC-074")),
]


@pytest.mark.parametrize(("preset", "code", "unannounced", "dsl", "attempts"), REASONS)
def test_reason_of_preset_asks_for_what_its_clause_does(request, preset, code, unannounced, dsl, attempts):
    reason = row_of(presets.read(preset).contents.reasons, code=code)
    assert (reason.unannounced, reason.dsl, reason.min_attempts) == (unannounced, dsl, attempts)
    assert cites(request, reason)


@pytest.mark.parametrize(
    ("preset", "codes"),
    [
        pytest.param(AF, ["CHILD_SAFE_CHECK"], marks=clause("AF-044", "AF-070")),
        pytest.param(
            PS, ["CHILD_SAFE_CHECK", "TRANSPORT_COLLECT", "TRANSPORT_DROP"], marks=clause("PS-026", "PS-028")
        ),
        pytest.param(TC, ["SAFEGUARDING"], marks=clause("TC-075")),
    ],
)
def test_reasons_that_rest_on_a_concern_ask_for_it(preset, codes):
    reasons = presets.read(preset).contents.reasons
    assert [reason.code for reason in reasons if reason.needs_concern] == codes


@pytest.mark.clause("PS-037")
def test_poulton_offers_no_reason_that_its_document_leaves_out():
    offered = {reason.code for reason in presets.read(PS).contents.reasons}
    elsewhere = {"START_RECEPTION", "START_IN_YEAR", "NOT_BACK_DAY_1", "NOT_BACK_DAY_2", "ILLNESS"}
    assert not offered & elsewhere


@pytest.mark.clause("TC-072")
def test_three_counties_welfare_visits_are_those_about_safety():
    reasons = presets.read(TC).contents.reasons
    welfare = {reason.code for reason in reasons if reason.is_welfare}
    assert welfare == {"SAFEGUARDING", "STATUTORY_CP", "POST_REFERRAL"}


GROUNDS = [
    pytest.param(AF, "ABSENT_NO_REPLY", (True, False, False), marks=clause("AF-018", "AF-020")),
    pytest.param(AF, "EMERGENCY", (False, True, False), marks=clause("AF-019", "AF-022")),
    pytest.param(AF, "OTHER", (False, False, True), marks=clause("AF-017")),
    pytest.param(PS, "ABSENT_NO_REPLY", (True, False, False), marks=clause("PS-007", "PS-009")),
    pytest.param(PS, "EMERGENCY", (False, True, False), marks=clause("PS-008", "PS-011")),
    pytest.param(PS, "OTHER", (False, False, True), marks=clause("PS-006")),
    pytest.param(TC, "EMERGENCY", (False, True, True), marks=clause("TC-088")),
    pytest.param(TC, "SAFEGUARDING", (False, False, True), marks=clause("TC-088", "TC-090")),
    pytest.param(TC, "NO_CONTACT", (True, False, False), marks=clause("TC-088", "TC-089")),
    pytest.param(TC, "OTHER", (False, False, True), marks=clause("TC-088")),
]


@pytest.mark.parametrize(("preset", "code", "needs"), GROUNDS)
def test_ground_of_preset_needs_what_its_clause_does(request, preset, code, needs):
    ground = row_of(presets.read(preset).contents.grounds, code=code)
    assert (ground.needs_attempts, ground.is_emergency, ground.needs_text) == needs
    assert cites(request, ground)


def climbs(preset: str, ladder: str, *, ewo: bool = False) -> list[tuple[int, list[str]]]:
    """Minutes and roles of a ladder, for the EWO or anybody else."""
    steps = presets.read(preset).contents.ladder(ladder)
    return [(step.after_minutes, (step.roles_ewo if ewo else []) or step.roles) for step in steps]


@pytest.mark.clause("TC-118", "TC-119", "TC-120")
def test_three_counties_tells_the_head_of_a_missing_visitor():
    assert climbs(TC, "safety") == [
        (0, ["office"]),
        (10, ["headteacher"]),
        (20, ["slt", "dsl", "ceo"]),
        (30, []),
    ]


@pytest.mark.clause("TC-122", "TC-259")
def test_three_counties_tells_ceo_and_head_together_of_a_missing_ewo():
    assert climbs(TC, "safety", ewo=True)[1] == (10, ["ceo", "headteacher"])


@pytest.mark.clause("TC-238")
def test_three_counties_concern_goes_to_the_dsl_then_a_deputy():
    assert climbs(TC, "concern")[:2] == [(0, ["dsl"]), (15, ["dsl", "deputy_dsl"])]


@pytest.mark.clause("PS-062", "PS-100")
def test_poulton_rings_from_student_services_first():
    assert climbs(PS, "safety")[0] == (0, ["office"])
    assert presets.read(PS).contents.policy.role_label("office") == "Student services"


@pytest.mark.clause("PS-003")
def test_poulton_request_waits_for_the_safeguarding_lead():
    assert climbs(PS, "decision")[:2] == [(0, ["dsl"]), (20, ["dsl"])]


@pytest.mark.clause("AF-012", "AF-013")
def test_aspirational_request_waits_for_head_or_senior_leaders():
    assert climbs(AF, "decision")[0] == (0, ["headteacher", "slt"])


@pytest.mark.parametrize("preset", presets.NAMES)
def test_safety_ladder_starts_at_once_and_ends_with_everybody(preset):
    steps = presets.read(preset).contents.ladder("safety")
    assert steps[0].after_minutes == 0
    assert [step.is_everybody for step in steps] == [False] * (len(steps) - 1) + [True]


def reminded(preset: str, moment: str, **facts: object) -> set[str]:
    """The clauses behind the guidance of one moment."""
    items = presets.read(preset).contents.moment(moment)
    wanted = [item for item in items if all(getattr(item, name) == fact for name, fact in facts.items())]
    return {cited for item in wanted for cited in item.clauses}


@pytest.mark.parametrize(
    "moment",
    [
        pytest.param(
            "prepare",
            marks=clause(
                *("PS-045", "PS-046", "PS-047", "PS-048", "PS-050", "PS-052", "PS-053", "PS-054"),
                *("PS-055", "PS-056", "PS-058", "PS-059", "PS-060", "PS-104", "PS-105", "PS-106", "PS-135"),
            ),
        ),
        pytest.param(
            "arrive",
            marks=clause(
                *("PS-063", "PS-064", "PS-067", "PS-069", "PS-071", "PS-072", "PS-073", "PS-074"),
                *("PS-075", "PS-076", "PS-077", "PS-078", "PS-082", "PS-083", "PS-113", "PS-124"),
            ),
        ),
        pytest.param(
            "home",
            marks=clause(
                *("PS-066", "PS-079", "PS-080", "PS-081", "PS-086", "PS-088", "PS-089", "PS-091"),
                *("PS-092", "PS-093", "PS-094", "PS-095", "PS-096", "PS-097", "PS-098", "PS-112", "PS-114"),
            ),
        ),
        pytest.param(
            "threat",
            marks=clause(
                *("PS-085", "PS-116", "PS-117", "PS-118", "PS-119", "PS-120", "PS-121", "PS-122"),
                *("PS-123", "PS-127", "PS-129", "PS-131", "PS-132", "PS-133"),
            ),
        ),
        pytest.param("after", marks=clause("PS-090", "PS-102", "PS-103")),
    ],
)
def test_poulton_reminds_at_the_right_moment(request, moment):
    assert set(request.node.get_closest_marker("clause").args) <= reminded(PS, moment)


@pytest.mark.clause("PS-044", "PS-061", "PS-062", "PS-068", "PS-070", "PS-099", "PS-107", "PS-108", "PS-111")
def test_poulton_checks_before_leaving(request):
    assert set(request.node.get_closest_marker("clause").args) <= reminded(PS, "depart", is_check=True)


@pytest.mark.clause("PS-126", "PS-127", "PS-128")
def test_poulton_pair_agrees_its_code_word_before_leaving():
    assert reminded(PS, "depart", is_check=True, only="pair") == {"PS-126", "PS-127", "PS-128"}


@pytest.mark.parametrize(
    "moment",
    [
        pytest.param(
            "prepare",
            marks=clause(
                *("TC-131", "TC-132", "TC-133", "TC-134", "TC-135", "TC-136"),
                *("TC-142", "TC-143", "TC-144", "TC-145", "TC-146", "TC-147", "TC-155"),
            ),
        ),
        pytest.param(
            "arrive",
            marks=clause(
                *("TC-108", "TC-109", "TC-110", "TC-111", "TC-114", "TC-115", "TC-138", "TC-149"),
                *("TC-156", "TC-178", "TC-179", "TC-229"),
            ),
        ),
        pytest.param(
            "home",
            marks=clause(
                *("TC-020", "TC-071", "TC-072", "TC-156", "TC-157", "TC-219", "TC-230", "TC-231"),
                *("TC-232", "TC-233", "TC-234", "TC-235"),
            ),
        ),
        pytest.param("threat", marks=clause("TC-139", "TC-150", "TC-164", "TC-165", "TC-224", "TC-239")),
        pytest.param("after", marks=clause("TC-112", "TC-113", "TC-116", "TC-117", "TC-140", "TC-151")),
        pytest.param("record", marks=clause("TC-073", "TC-209", "TC-210", "TC-212")),
    ],
)
def test_three_counties_reminds_at_the_right_moment(request, moment):
    assert set(request.node.get_closest_marker("clause").args) <= reminded(TC, moment)


@pytest.mark.clause(
    "TC-067",
    "TC-107",
    "TC-130",
    "TC-137",
    "TC-141",
    "TC-148",
    "TC-154",
    "TC-158",
    "TC-159",
    "TC-162",
    "TC-163",
)
def test_three_counties_checks_before_leaving(request):
    assert set(request.node.get_closest_marker("clause").args) <= reminded(TC, "depart", is_check=True)


@pytest.mark.clause("TC-127", "TC-177")
def test_three_counties_asks_the_lone_and_the_driving_for_more():
    assert "TC-127" in reminded(TC, "depart", is_check=True, only="lone")
    assert "TC-177" in reminded(TC, "depart", is_check=True, only="driving")


@pytest.mark.clause("AF-065", "AF-066", "AF-067")
def test_aspirational_reminds_to_listen_and_to_point_to_help():
    assert reminded(AF, "home") >= {"AF-065", "AF-066", "AF-067"}


@pytest.mark.clause("AF-014")
def test_aspirational_checks_that_the_office_has_logged():
    assert "AF-014" in reminded(AF, "depart", is_check=True)
