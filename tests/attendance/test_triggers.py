"""Which absences a policy's numbers turn into suggested visits: marks in, grounds out."""

import copy
import datetime as dt

import pytest

from attendance.models import Mark
from attendance.triggers import Known, grounds
from homevisits.trusts import presets
from homevisits.trusts.calendar import SchoolDays
from homevisits.trusts.policies import Policy

THURSDAY = dt.date(2026, 11, 26)
# A term whose half-term ended on Sunday 1 November: Monday 2 November is the first day back.
TERM = SchoolDays(
    ((dt.date(2026, 9, 1), dt.date(2026, 12, 18)),), ((dt.date(2026, 10, 26), dt.date(2026, 10, 30)),)
)


def policy(preset: str = "aspirational_futures", **changes: int) -> Policy:
    """A preset's policy with other numbers."""
    rules = copy.copy(presets.read(preset).contents.policy)
    for name, value in changes.items():
        setattr(rules, name, value)
    return rules


def marks(codes: str, last: dt.date = THURSDAY) -> list[Mark]:
    """One code a school day, both sessions, the last one on `last`."""
    found, day = [], last
    for code in reversed(codes):
        while day not in TERM:
            day -= dt.timedelta(days=1)
        both = {"/": ("/", "\\")}.get(code, (code, code))
        found += [Mark(day=day, session=s, code=c) for s, c in zip(("am", "pm"), both, strict=True)]
        day -= dt.timedelta(days=1)
    return found


def triggers(codes: str, rules: Policy, *, last: dt.date = THURSDAY, **known: dt.date) -> list[str]:
    return [ground.trigger for ground in grounds(marks(codes, last), Known(rules, TERM, **known))]


@pytest.mark.turns("illness_days")
@pytest.mark.parametrize(("days", "expected"), [(2, ["illness"]), (3, []), (0, [])])
def test_illness_days_is_the_policys_number(days: int, expected: list[str]) -> None:
    assert triggers("///II", policy(illness_days=days)) == expected


@pytest.mark.turns("illness_interval_days")
@pytest.mark.clause("AF-047", "AF-048")
@pytest.mark.parametrize(
    ("visited", "every", "expected"),
    [
        (dt.date(2026, 11, 19), 7, ["still_ill", "illness"]),
        (dt.date(2026, 11, 20), 7, ["illness"]),
        (dt.date(2026, 11, 20), 5, ["still_ill", "illness"]),
        (dt.date(2026, 11, 19), 0, ["illness"]),
        (dt.date(2026, 10, 20), 7, ["illness"]),
    ],
)
def test_a_long_illness_is_visited_again_after_the_policys_days(
    visited: dt.date, every: int, expected: list[str]
) -> None:
    """A visit before this illness began says nothing about it."""
    rules = policy(illness_interval_days=every)
    assert triggers("/IIIIIIIII", rules, visited_on=visited) == expected


@pytest.mark.clause("AF-034", "AF-035", "AF-037", "AF-038")
@pytest.mark.parametrize(
    ("codes", "last", "expected"),
    [
        ("/N", dt.date(2026, 11, 2), ["not_back_1"]),
        ("/NN", dt.date(2026, 11, 3), ["not_back_2"]),
        ("/NNN", dt.date(2026, 11, 4), ["not_back_3", "no_contact"]),
        ("/NNNN", dt.date(2026, 11, 5), ["no_contact"]),
        ("N/N", dt.date(2026, 11, 3), []),
    ],
)
def test_not_back_counts_school_days_after_any_holiday(
    codes: str, last: dt.date, expected: list[str]
) -> None:
    assert triggers(codes, policy(), last=last) == expected


def test_a_weekend_or_a_bank_holiday_is_no_holiday() -> None:
    monday = dt.date(2026, 11, 23)
    assert triggers("/N", policy(), last=monday) == []


@pytest.mark.turns("after_holiday_days")
@pytest.mark.parametrize(("days", "expected"), [(1, []), (2, ["not_back_2"]), (0, [])])
def test_after_holiday_days_is_the_policys_number(days: int, expected: list[str]) -> None:
    assert triggers("/NN", policy(after_holiday_days=days), last=dt.date(2026, 11, 3)) == expected


@pytest.mark.clause("AF-036")
def test_an_explanation_since_the_first_day_back_clears_it() -> None:
    first, last = dt.date(2026, 11, 2), dt.date(2026, 11, 3)
    assert triggers("/NN", policy(), last=last, explained_on=first) == []
    assert triggers("/NN", policy(), last=last, explained_on=dt.date(2026, 10, 30)) == ["not_back_2"]


@pytest.mark.turns("no_contact_days")
@pytest.mark.parametrize(("days", "expected"), [(2, ["no_contact"]), (3, []), (0, [])])
def test_no_contact_days_is_the_policys_number(days: int, expected: list[str]) -> None:
    assert triggers("///NN", policy(no_contact_days=days)) == expected


@pytest.mark.turns("absence_percent")
@pytest.mark.clause("SH-030")
@pytest.mark.parametrize(("percent", "expected"), [(10, ["percent"]), (20, []), (0, [])])
def test_absence_percent_is_the_policys_number(percent: int, expected: list[str]) -> None:
    """Four of twenty-four sessions are 16.7 per cent."""
    assert triggers("//N////N////", policy(absence_percent=percent)) == expected


@pytest.mark.clause("PS-037")
def test_a_policy_without_these_reasons_has_them_off() -> None:
    rules = policy("poulton_le_sands")
    assert (rules.after_holiday_days, rules.illness_days, rules.illness_interval_days) == (0, 0, 0)
