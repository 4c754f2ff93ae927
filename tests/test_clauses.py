"""The clauses of the policies are proved: by tests, and by preset values that tests read."""

import pytest

from homevisits.trusts.citations import Citations, collect
from homevisits.trusts.clauses import every_clause

AT_LEAST = 180


@pytest.fixture(scope="module")
def found() -> Citations:
    return collect()


def test_no_test_preset_or_gate_cites_a_clause_that_no_document_has(found):
    assert found.unknown == {}


def test_enough_clauses_are_proved(found):
    assert len(found.proved) >= AT_LEAST


# What the policy itself enforces, times or sets: the value stands in a preset, and a test reads it.
POLICY = [
    "AF-003",
    "AF-004",
    "AF-005",
    "AF-011",
    "AF-012",
    "AF-013",
    "AF-014",
    "AF-015",
    "AF-017",
    "AF-018",
    "AF-034",
    "AF-035",
    "AF-037",
    "AF-038",
    "AF-041",
    "AF-044",
    "AF-046",
    "AF-047",
    "AF-048",
    "AF-070",
    "PS-002",
    "PS-003",
    "PS-004",
    "PS-006",
    "PS-007",
    "PS-023",
    "PS-026",
    "PS-032",
    "PS-035",
    "PS-037",
    "PS-043",
    "PS-045",
    "PS-046",
    "PS-048",
    "PS-049",
    "PS-057",
    "PS-061",
    "PS-062",
    "PS-071",
    "PS-072",
    "PS-087",
    "PS-090",
    "PS-097",
    "PS-100",
    "PS-101",
    "PS-102",
    "PS-103",
    "PS-107",
    "PS-108",
    "PS-125",
    "PS-126",
    "PS-134",
    "PS-136",
    "PS-137",
    "PS-138",
    "TC-001",
    "TC-002",
    "TC-003",
    "TC-004",
    "TC-005",
    "TC-016",
    "TC-017",
    "TC-018",
    "TC-019",
    "TC-048",
    "TC-049",
    "TC-052",
    "TC-057",
    "TC-061",
    "TC-066",
    "TC-072",
    "TC-074",
    "TC-075",
    "TC-076",
    "TC-077",
    "TC-078",
    "TC-079",
    "TC-080",
    "TC-081",
    "TC-086",
    "TC-087",
    "TC-088",
    "TC-089",
    "TC-090",
    "TC-091",
    "TC-092",
    "TC-093",
    "TC-095",
    "TC-096",
    "TC-097",
    "TC-103",
    "TC-104",
    "TC-105",
    "TC-106",
    "TC-109",
    "TC-110",
    "TC-112",
    "TC-113",
    "TC-115",
    "TC-118",
    "TC-119",
    "TC-122",
    "TC-124",
    "TC-125",
    "TC-126",
    "TC-128",
    "TC-129",
    "TC-152",
    "TC-153",
    "TC-158",
    "TC-166",
    "TC-167",
    "TC-168",
    "TC-172",
    "TC-216",
    "TC-220",
    "TC-221",
    "TC-227",
    "TC-229",
    "TC-242",
    "TC-248",
    "TC-251",
    "TC-256",
]


@pytest.mark.parametrize("clause", POLICY)
def test_clause_of_the_policy_is_proved_by_a_test(found, clause):
    assert clause in every_clause()
    assert found.tests[clause]


def test_whatever_must_happen_by_a_time_or_be_told_while_people_are_out_is_proved_by_a_test(found):
    """That a preset has the value is no proof: a timer has to run out, and a notice to be there."""
    asked = [
        clause
        for clause in every_clause().values()
        if clause.phase in {"log", "out", "return"} and clause.kinds & {"TIMER", "NOTIFY"}
    ]
    unproved = [
        clause.id
        for clause in asked
        if all(where.startswith("tests/homevisits/trusts/") for where in found.tests[clause.id])
    ]
    assert unproved == []
