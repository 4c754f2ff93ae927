"""What somebody holds on a day: DBS by level, training by the policy's rules and the school's list."""

import datetime as dt

import pytest

from homevisits.clock import app_now
from homevisits.people import holding
from homevisits.people.clearances import Clearance, SchoolTraining
from homevisits.people.models import Staff
from homevisits.trusts.months import months_after
from homevisits.trusts.parts import TrainingRule
from tests.cast import Cast
from tests.factories.people import ClearanceFactory, StaffFactory

DAY = dt.date(2026, 11, 26)


@pytest.fixture(autouse=True)
def never_tried(cast: Cast) -> None:
    """Nobody has rung anybody's number yet."""
    Staff.objects.update(mobile_tried_at=None, mobile_tried_by=None)
    for person in cast.people.values():
        person.mobile_tried_at = person.mobile_tried_by = None


def years_ago(years: int) -> dt.date:
    return DAY.replace(year=DAY.year - years)


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (dt.date(2026, 1, 31), 1, dt.date(2026, 2, 28)),
        (dt.date(2026, 12, 31), 12, dt.date(2027, 12, 31)),
        (dt.date(2028, 2, 29), 12, dt.date(2029, 2, 28)),
        (dt.date(2026, 11, 26), 3, dt.date(2027, 2, 26)),
    ],
)
def test_months_are_counted_to_the_same_day(day: dt.date, months: int, later: dt.date) -> None:
    assert months_after(day, months) == later


@pytest.mark.django_db
def test_dbs_that_counts_is_the_highest_level_that_still_holds() -> None:
    staff = StaffFactory()
    basic = ClearanceFactory(staff=staff, level="basic", issued_on=years_ago(1))
    enhanced = ClearanceFactory(staff=staff, level="enhanced", issued_on=years_ago(3))
    ClearanceFactory(staff=staff, level="enhanced_barred", issued_on=years_ago(5), expires_on=DAY)
    assert holding.dbs_of(staff, DAY) == enhanced
    assert holding.dbs_of(staff, years_ago(2)) != basic
    assert holding.dbs_of(staff, years_ago(6)) is None


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("level", "needed", "reaches"),
    [
        ("", "enhanced", True),
        ("standard", "enhanced", False),
        ("enhanced", "enhanced", True),
        ("enhanced_barred", "enhanced", True),
        ("", "enhanced_barred", False),
    ],
)
def test_a_dbs_check_reaches_its_own_level_and_those_below(level: str, needed: str, reaches: bool) -> None:
    check = ClearanceFactory.build(staff=None, level=level, issued_on=DAY)
    assert holding.dbs_reaches(check, needed) is reaches


def test_no_dbs_check_reaches_nothing() -> None:
    assert holding.dbs_reaches(None, "basic") is False


@pytest.mark.django_db
def test_training_meets_a_rule_by_its_kind_or_by_the_same_title() -> None:
    violence = TrainingRule(code="violence_prevention", label="Violence prevention")
    culture = TrainingRule(code="culture", label="Cultural awareness")
    staff = StaffFactory()
    ClearanceFactory(staff=staff, kind=Clearance.Kind.VIOLENCE, issued_on=years_ago(1))
    ClearanceFactory(
        staff=staff, kind=Clearance.Kind.OTHER, title="cultural AWARENESS ", issued_on=years_ago(1)
    )
    early = TrainingRule(code="early_help", label="Early help")
    assert [holding.holds(staff, rule, DAY) for rule in (violence, culture, early)] == [True, True, False]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("months", "expires", "holds"),
    [(None, None, True), (12, None, False), (13, None, True), (None, DAY, False)],
)
def test_training_counts_until_it_ends_or_is_to_be_renewed(
    months: int | None, expires: dt.date | None, holds: bool
) -> None:
    rule = TrainingRule(code="home_visits", label="Home visiting", valid_months=months)
    staff = StaffFactory()
    ClearanceFactory(staff=staff, kind="home_visits", issued_on=years_ago(1), expires_on=expires)
    assert holding.holds(staff, rule, DAY) is holds


@pytest.mark.clause("TC-181")
def test_a_schools_own_training_is_asked_for_until_it_is_ended(cast: Cast) -> None:
    for title, ended_by in (("Cultural awareness", None), ("First aid", cast.head)):
        SchoolTraining.objects.create(
            school=cast.school,
            title=title,
            set_by=cast.head,
            set_at=app_now(),
            ended_by=ended_by,
            ended_at=app_now() if ended_by else None,
        )
    assert [str(training) for training in holding.school_training_of(cast.school)] == ["Cultural awareness"]
    assert holding.school_training_of(cast.other_school) == []


@pytest.mark.django_db
def test_a_phone_is_reached_only_after_somebody_rang_the_number_on_the_account(cast: Cast) -> None:
    cast.teacher.mobile_tried_at, cast.teacher.mobile_tried_by = app_now(), cast.office
    assert holding.is_reached(cast.teacher)
    cast.teacher.mobile = ""
    assert not holding.is_reached(cast.teacher)
    assert not holding.is_reached(cast.colleague)


@pytest.mark.django_db
def test_what_many_people_hold_takes_one_query(django_assert_num_queries) -> None:
    from homevisits.people.models import Staff

    rule = TrainingRule(code="home_visits", label="Home visiting")
    people = [StaffFactory() for _ in range(3)]
    for person in people:
        ClearanceFactory(staff=person)
    with django_assert_num_queries(2):
        staff = list(Staff.objects.filter(pk__in=[p.pk for p in people]).prefetch_related("clearances"))
        assert [holding.dbs_of(each, dt.date(2030, 1, 1)) is not None for each in staff] == [True] * 3
        assert [holding.holds(each, rule, DAY) for each in staff] == [False] * 3
