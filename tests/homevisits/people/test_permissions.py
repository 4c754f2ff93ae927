"""Who may keep what: the whole cast asked every question."""

from collections.abc import Callable

import pytest

from homevisits.people import permissions
from homevisits.people.models import Staff
from homevisits.trusts.roles import RoleName
from tests.cast import Cast
from tests.factories.people import StaffFactory, staff_with

FAMILY = {"office", "attendance", "dsl", "deputy", "slt", "head", "ewo"}
QUESTIONS: dict[str, tuple[Callable[[Cast, Staff], bool], set[str]]] = {
    "manage a teacher": (lambda c, by: permissions.may_manage(by, c.teacher), {"head", "admin"}),
    "manage the head": (lambda c, by: permissions.may_manage(by, c.head), {"head", "admin"}),
    "manage the EWO": (lambda c, by: permissions.may_manage(by, c.ewo), {"admin"}),
    "add staff": (lambda c, by: permissions.may_add_staff(by), {"head", "admin", "outsider"}),
    "give DSL here": (lambda c, by: permissions.may_give(by, RoleName.DSL, c.school), {"head", "admin"}),
    "give DSL there": (lambda c, by: permissions.may_give(by, RoleName.DSL, c.other_school), {"admin"}),
    "make a head": (lambda c, by: permissions.may_give(by, RoleName.HEADTEACHER, c.school), {"admin"}),
    "make an EWO": (lambda c, by: permissions.may_give(by, RoleName.EWO, None), {"admin"}),
    "make an EWO of a school": (lambda c, by: permissions.may_give(by, RoleName.EWO, c.school), {"admin"}),
    "keep a teacher's car": (
        lambda c, by: permissions.may_keep_details(by, c.teacher),
        {"teacher", "office", "head", "admin"},
    ),
    "keep a teacher's checks": (
        lambda c, by: permissions.may_keep_clearances(by, c.teacher),
        {"office", "head", "admin"},
    ),
    "keep the office's checks": (
        lambda c, by: permissions.may_keep_clearances(by, c.office),
        {"head", "admin"},
    ),
    "keep the EWO's checks": (lambda c, by: permissions.may_keep_clearances(by, c.ewo), {"admin"}),
    "keep the admin's checks": (lambda c, by: permissions.may_keep_clearances(by, c.admin), set()),
    "see a teacher's checks": (
        lambda c, by: permissions.may_see_details(by, c.teacher),
        {"teacher", "office", "dsl", "deputy", "slt", "head", "ceo", "admin"},
    ),
    "see the EWO's checks": (
        lambda c, by: permissions.may_see_details(by, c.ewo),
        {"ewo", "ceo", "admin"},
    ),
    "keep families here": (lambda c, by: permissions.may_keep_families(by, c.school), FAMILY),
    "keep families there": (lambda c, by: permissions.may_keep_families(by, c.other_school), {"ewo"}),
    "set the duty here": (
        lambda c, by: permissions.may_set_duty(by, c.school),
        {"office", "dsl", "deputy", "slt", "head", "ceo", "admin"},
    ),
    "set the duty there": (lambda c, by: permissions.may_set_duty(by, c.other_school), {"ceo", "admin"}),
}


@pytest.mark.parametrize("question", QUESTIONS)
def test_only_those_named_may(cast: Cast, question: str) -> None:
    ask, may = QUESTIONS[question]
    assert {part for part, person in cast.people.items() if ask(cast, person)} == may


def test_head_does_not_manage_somebody_who_also_works_elsewhere(cast: Cast) -> None:
    cast.teacher.roles.create(role=RoleName.VISITOR, school=cast.other_school)
    assert permissions.may_manage(cast.head, cast.teacher) is False


def test_head_does_not_manage_another_head_of_the_school(cast: Cast) -> None:
    assert permissions.may_manage(cast.head, staff_with(RoleName.HEADTEACHER, cast.school)) is False


def test_somebody_without_roles_is_the_trusts(cast: Cast) -> None:
    nobody = StaffFactory(trust=cast.trust)
    assert (permissions.may_manage(cast.head, nobody), permissions.may_manage(cast.admin, nobody)) == (
        False,
        True,
    )


def test_trust_admin_of_one_school_does_not_manage_the_trust(cast: Cast) -> None:
    local_admin = staff_with(RoleName.TRUST_ADMIN, cast.school)
    assert permissions.may_give(local_admin, RoleName.CEO, None) is False
