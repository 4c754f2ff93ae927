"""The three presets hold the values that their documents demand, and load as they stand."""

import datetime as dt

import pytest

from homevisits.clock import app_now
from homevisits.trusts import presets
from homevisits.trusts.catalogue import SETTINGS
from homevisits.trusts.contents import Contents
from homevisits.trusts.policies import Policy
from tests.factories.trusts import PolicyFactory, SchoolFactory, TrustFactory

clause = pytest.mark.clause
AF, PS, TC = "aspirational_futures", "poulton_le_sands", "three_counties"

SETTINGS_BY_CLAUSE = [
    # Aspirational Futures
    pytest.param(AF, "title", "Home Visit Policy", marks=clause("AF-006")),
    pytest.param(AF, "policy_number", "1.2", marks=clause("AF-006", "AF-008")),
    pytest.param(AF, "approved_by", "Chair of the Board of Trustees", marks=clause("AF-001", "AF-002")),
    pytest.param(AF, "amended_on", dt.date(2026, 1, 1), marks=clause("AF-009")),
    pytest.param(AF, "review_by", dt.date(2026, 9, 30), marks=clause("AF-004", "AF-005")),
    pytest.param(
        AF,
        "authorising_roles",
        ["headteacher", "slt"],
        marks=clause("AF-011", "AF-012", "AF-013", "AF-015"),
    ),
    pytest.param(AF, "ewo_route", "none", marks=clause("AF-011", "AF-015")),
    pytest.param(AF, "parent_notice", "expected", marks=clause("AF-016")),
    pytest.param(AF, "grounds_open", True, marks=clause("AF-017")),
    pytest.param(AF, "welfare_pupil_seen_required", True, marks=clause("AF-044")),
    # What the guides advise, as Aspirational's own choice
    pytest.param(AF, "purpose_min_length", 20, marks=clause("CS-002")),
    pytest.param(AF, "why_necessary_required", True, marks=clause("CS-025")),
    pytest.param(AF, "out_of_hours", "warn", marks=clause("SH-055")),
    pytest.param(AF, "risk_assessment", "flagged", marks=clause("SH-004", "CS-061")),
    pytest.param(AF, "phone_required", True, marks=clause("SH-067", "CS-058")),
    pytest.param(AF, "code_word", "always", marks=clause("SH-066")),
    pytest.param(AF, "overdue_grace_minutes", 15, marks=clause("CS-091")),
    pytest.param(AF, "adult_must_invite", True, marks=clause("CS-075")),
    pytest.param(AF, "told_roles", ["headteacher", "slt"], marks=clause("CS-069")),
    pytest.param(AF, "record_due_hours", 24, marks=clause("CS-007")),
    # Poulton-le-Sands
    pytest.param(PS, "title", "Home Visit Policy", marks=clause("PS-001")),
    pytest.param(PS, "amended_on", None, marks=clause("PS-002")),
    pytest.param(PS, "review_by", None, marks=clause("PS-002")),
    pytest.param(PS, "authorising_roles", ["dsl"], marks=clause("PS-003", "PS-004")),
    pytest.param(PS, "deputy_roles", [], marks=clause("PS-003")),
    pytest.param(PS, "stand_in_roles", [], marks=clause("PS-003")),
    pytest.param(PS, "ewo_route", "none", marks=clause("PS-003", "PS-004")),
    pytest.param(PS, "confirm_necessary", True, marks=clause("PS-046")),
    pytest.param(PS, "min_people", 2, marks=clause("PS-048", "PS-049")),
    pytest.param(PS, "lone_rule", "by_decision", marks=clause("PS-049", "PS-125")),
    pytest.param(PS, "purpose_min_length", 20, marks=clause("PS-045")),
    pytest.param(PS, "why_necessary_required", True, marks=clause("PS-046")),
    pytest.param(PS, "parent_notice", "expected", marks=clause("PS-005", "PS-057")),
    pytest.param(PS, "grounds_open", True, marks=clause("PS-006")),
    pytest.param(PS, "evening_from", dt.time(18), marks=clause("PS-136")),
    pytest.param(PS, "risk_assessment", "always", marks=clause("PS-043", "PS-061")),
    pytest.param(PS, "lone_assessment_required", True, marks=clause("PS-061")),
    pytest.param(PS, "phone_required", True, marks=clause("PS-108")),
    pytest.param(PS, "code_word", "pairs", marks=clause("PS-126", "PS-137", "PS-138")),
    pytest.param(PS, "default_visit_minutes", 45, marks=clause("PS-097", "PS-112")),
    pytest.param(PS, "overdue_grace_minutes", 15, marks=clause("PS-100", "PS-134")),
    pytest.param(PS, "adult_must_invite", True, marks=clause("PS-071", "PS-072")),
    pytest.param(PS, "animals_end_visit", False, marks=clause("PS-066")),
    pytest.param(PS, "leaving_by_phone_allowed", True, marks=clause("PS-101", "PS-134")),
    pytest.param(PS, "told_roles", ["dsl", "slt"], marks=clause("PS-082", "PS-133")),
    pytest.param(PS, "concern_read_minutes", 15, marks=clause("PS-090", "PS-102")),
    pytest.param(PS, "agreements_shared_with", [], marks=clause("PS-087", "PS-103")),
    # Three Counties
    pytest.param(TC, "title", "Home Visit Policy", marks=clause("TC-001")),
    pytest.param(TC, "policy_number", "SG23", marks=clause("TC-001")),
    pytest.param(TC, "amended_on", dt.date(2025, 9, 4), marks=clause("TC-002")),
    pytest.param(TC, "review_by", dt.date(2026, 12, 31), marks=clause("TC-003", "TC-248", "TC-256")),
    pytest.param(
        TC,
        "approved_by",
        "Executive Headteacher/CEO and Board appointed Trustee",
        marks=clause("TC-257", "TC-258"),
    ),
    pytest.param(TC, "authorising_roles", ["headteacher"], marks=clause("TC-048", "TC-091", "TC-093")),
    pytest.param(TC, "ewo_route", "exempt", marks=clause("TC-092")),
    pytest.param(TC, "dsl_input", "warn", marks=clause("TC-094")),
    pytest.param(TC, "confirm_necessary", True, marks=clause("TC-049", "TC-095")),
    pytest.param(TC, "confirm_best_interests", True, marks=clause("TC-096")),
    pytest.param(TC, "min_people", 2, marks=clause("TC-124")),
    pytest.param(TC, "outsiders_count", False, marks=clause("TC-124", "TC-244")),
    pytest.param(TC, "lone_rule", "by_decision", marks=clause("TC-123", "TC-125", "TC-126")),
    pytest.param(TC, "lone_roles", ["headteacher"], marks=clause("TC-125")),
    pytest.param(TC, "lone_roles_ewo", ["ceo"], marks=clause("TC-126")),
    pytest.param(TC, "dbs_rule", "block", marks=clause("TC-227")),
    pytest.param(TC, "reasons_open", True, marks=clause("TC-074")),
    pytest.param(TC, "purpose_min_length", 20, marks=clause("TC-016")),
    pytest.param(TC, "why_necessary_required", True, marks=clause("TC-049", "TC-095")),
    pytest.param(TC, "parent_notice", "agreed", marks=clause("TC-086", "TC-087")),
    pytest.param(TC, "grounds_open", True, marks=clause("TC-088")),
    pytest.param(TC, "out_of_hours", "exceptional", marks=clause("TC-103", "TC-104", "TC-105")),
    pytest.param(TC, "responsible_contact_required", True, marks=clause("TC-106")),
    pytest.param(TC, "risk_assessment", "always", marks=clause("TC-052", "TC-061", "TC-152", "TC-153")),
    pytest.param(TC, "risk_assessor_roles", ["ewo", "headteacher"], marks=clause("TC-152")),
    pytest.param(TC, "lone_assessment_required", True, marks=clause("TC-128", "TC-129")),
    pytest.param(TC, "phone_required", True, marks=clause("TC-158", "TC-160", "TC-161")),
    pytest.param(
        TC, "vehicle_required", True, marks=clause("TC-172", "TC-173", "TC-174", "TC-175", "TC-176")
    ),
    pytest.param(TC, "code_word", "always", marks=clause("TC-168", "TC-169")),
    pytest.param(TC, "checkin_colleague", "where_possible", marks=clause("TC-166", "TC-167")),
    pytest.param(TC, "appointment_form_required", True, marks=clause("TC-097", "TC-102")),
    pytest.param(TC, "duty_rule", "block", marks=clause("TC-017", "TC-018")),
    pytest.param(TC, "checkin_after_start_minutes", 10, marks=clause("TC-166")),
    pytest.param(TC, "wait_minutes", 20, marks=clause("TC-109")),
    pytest.param(TC, "wait_ends_visit", True, marks=clause("TC-110")),
    pytest.param(TC, "overdue_grace_minutes", 15, marks=clause("TC-118", "TC-119")),
    pytest.param(TC, "adult_must_invite", True, marks=clause("TC-138", "TC-149", "TC-229", "TC-230")),
    pytest.param(TC, "animals_end_visit", True, marks=clause("TC-114", "TC-115")),
    pytest.param(TC, "told_roles", ["headteacher"], marks=clause("TC-112", "TC-116", "TC-170")),
    pytest.param(TC, "told_roles_ewo", ["ceo"], marks=clause("TC-113", "TC-117", "TC-171")),
    pytest.param(TC, "record_due_hours", 24, marks=clause("TC-019")),
    pytest.param(TC, "welfare_pupil_seen_required", True, marks=clause("TC-072")),
    pytest.param(TC, "file_choices", ["safeguarding", "attendance"], marks=clause("TC-057", "TC-066")),
    pytest.param(TC, "concern_read_minutes", 15, marks=clause("TC-222", "TC-223", "TC-238")),
    pytest.param(TC, "agreements_shared_with", ["attendance_lead"], marks=clause("TC-214")),
]


@pytest.mark.parametrize(("preset", "column", "value"), SETTINGS_BY_CLAUSE)
def test_preset_holds_value_of_its_clause(request, preset, column, value):
    policy = presets.read(preset).contents.policy
    cited = set(request.node.get_closest_marker("clause").args)
    assert getattr(policy, column) == value
    assert cited <= set(policy.sources[column]["clauses"])


OWN_CHOICES = {
    AF: {"min_people", "lone_rule", "code_word", "overdue_grace_minutes", "stand_in_roles", "duty_rule"},
    PS: {"evening_from", "overdue_grace_minutes", "checkin_after_start_minutes", "wait_minutes", "review_by"},
    TC: {"stand_in_roles", "deputy_roles", "overdue_grace_minutes", "checkin_repeat_minutes", "evening_from"},
}


@pytest.mark.parametrize("preset", OWN_CHOICES)
def test_preset_marks_what_the_document_leaves_open(preset):
    sources = presets.read(preset).contents.policy.sources
    own = {column for column, source in sources.items() if source["own"]}
    assert OWN_CHOICES[preset] <= own
    assert all(sources[column]["note"] for column in own)


@pytest.mark.clause("TC-004", "TC-005")
def test_three_counties_calls_the_ewo_by_its_own_words():
    policy = presets.read(TC).contents.policy
    assert policy.role_label("ewo") == "Education Welfare and Safeguarding Support Officer"
    assert policy.role_label("headteacher") == "Headteacher/Head of School"
    assert policy.role_label("office") == "Office"


@pytest.mark.parametrize("preset", presets.NAMES)
def test_every_column_stands_in_catalogue_and_preset(preset):
    bookkeeping = {
        *("id", "trust", "school", "number", "preset", "based_on", "note", "sources"),
        *("created_at", "created_by", "published_at", "published_by"),
    }
    columns = {field.name for field in Policy._meta.concrete_fields} - bookkeeping
    assert columns == SETTINGS.keys() == presets.read(preset).contents.policy.sources.keys()


@pytest.mark.parametrize("preset", presets.NAMES)
def test_loading_stores_exactly_what_the_preset_says(db, preset):
    policy = PolicyFactory(preset=preset)
    says = presets.read(preset).contents.having(review_by=policy.review_by)
    assert Contents.of(policy).digest() == says.digest()
    assert policy.sources == says.policy.sources
    assert (policy.number, policy.is_published, policy.preset) == (1, True, preset)


@pytest.mark.clause("PS-002")
def test_review_date_left_open_is_a_year_from_loading(db):
    policy = PolicyFactory(preset=PS, now=dt.datetime(2026, 11, 22, 9, tzinfo=dt.UTC))
    assert policy.review_by == dt.date(2027, 11, 22)


def test_loading_again_makes_the_next_version(db):
    trust = TrustFactory()
    versions = [PolicyFactory(trust=trust, preset=name).number for name in (TC, TC, AF)]
    assert versions == [1, 2, 3]


def test_loading_for_a_school_leaves_the_trust_alone(db):
    school = SchoolFactory()
    own = PolicyFactory(school=school, preset=PS)
    assert Policy.objects.in_force(school) == own
    assert Policy.objects.in_force(SchoolFactory(trust=school.trust)) is None


def test_changes_are_marked_as_own_choice(db):
    policy = PolicyFactory(preset=TC, wait_minutes=5)
    assert policy.wait_minutes == 5
    assert policy.sources["wait_minutes"] == {"clauses": [], "own": True, "note": "Set in version 1."}


def test_unknown_preset_names_the_known_ones(db):
    with pytest.raises(KeyError, match="three_counties"):
        presets.load(TrustFactory(), "four_counties", now=app_now())
