"""Whom and what each of the cast sees: own school, other school of the trust, other trust."""

import pytest

from homevisits.people.models import Household, Pupil, Staff
from homevisits.trusts.models import School
from homevisits.trusts.roles import RoleName
from tests.cast import AT_SCHOOL, FOR_TRUST, PARTS, Cast
from tests.factories.people import PupilFactory, staff_with

# Which of (own school, other school, other trust) a person's pupils come from.
PUPILS = dict.fromkeys(AT_SCHOOL, (True, False, False)) | {
    "ewo": (True, True, False),
    "ceo": (True, True, False),
    "admin": (False, False, False),
    "outsider": (False, False, True),
}


def three_schools(cast: Cast) -> list[School]:
    return [cast.school, cast.other_school, cast.outsider.main_school]


@pytest.mark.parametrize("part", PARTS)
def test_pupils_are_seen_by_their_school_and_by_trust_roles_that_need_them(cast: Cast, part: str) -> None:
    pupils = [PupilFactory(school=school) for school in three_schools(cast)]
    seen = Pupil.objects.visible_to(cast.people[part])
    assert tuple(pupil in seen for pupil in pupils) == PUPILS[part]


@pytest.mark.parametrize("part", PARTS)
def test_homes_are_seen_through_pupils(cast: Cast, part: str) -> None:
    homes = [PupilFactory(school=school).household for school in three_schools(cast)]
    seen = Household.objects.visible_to(cast.people[part])
    assert tuple(home in seen for home in homes) == PUPILS[part]


@pytest.mark.parametrize("part", PARTS)
def test_colleagues_are_seen_at_the_same_school_and_for_the_trust(cast: Cast, part: str) -> None:
    elsewhere = staff_with(RoleName.VISITOR, cast.other_school)
    stranger = staff_with(RoleName.VISITOR, cast.outsider.main_school)
    seen = Staff.objects.visible_to(cast.people[part])
    whom = (cast.teacher in seen, cast.ceo in seen, elsewhere in seen, stranger in seen)
    expected = {"outsider": (False, False, False, True)} | dict.fromkeys(FOR_TRUST, (True, True, True, False))
    assert whom == expected.get(part, (True, True, False, False))


def test_trust_role_held_at_one_school_sees_that_school(cast: Cast) -> None:
    ewo = staff_with(RoleName.EWO, cast.school)
    pupils = [PupilFactory(school=school) for school in three_schools(cast)]
    assert list(Pupil.objects.visible_to(ewo)) == pupils[:1]


def test_administration_of_one_school_sees_no_pupil(cast: Cast) -> None:
    PupilFactory(school=cast.school)
    admin = staff_with(RoleName.TRUST_ADMIN, cast.school)
    assert list(Pupil.objects.visible_to(admin)) == []


def test_each_is_seen_once_whatever_the_number_of_roles(cast: Cast) -> None:
    for role in (RoleName.DSL, RoleName.SLT):
        cast.teacher.roles.create(role=role, school=cast.school)
    sibling = PupilFactory(school=cast.school)
    PupilFactory(school=cast.school, household=sibling.household)
    assert list(Staff.objects.visible_to(cast.head)).count(cast.teacher) == 1
    assert list(Household.objects.visible_to(cast.head)) == [sibling.household]


def test_head_of_one_school_who_teaches_at_another_is_not_its_head(cast: Cast) -> None:
    both = staff_with(RoleName.HEADTEACHER, cast.other_school)
    both.roles.create(role=RoleName.VISITOR, school=cast.school)
    heads = Staff.objects.holding([RoleName.HEADTEACHER], cast.school)
    assert list(heads) == [cast.head]
    assert both in Staff.objects.holding([RoleName.HEADTEACHER], cast.other_school)
