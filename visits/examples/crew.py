"""Who works at an example school, so that each step of a visit is taken by somebody who may."""

from dataclasses import dataclass

from homevisits.people.models import Staff
from homevisits.trusts.models import School
from homevisits.trusts.roles import RoleName


@dataclass(frozen=True)
class Crew:
    """Who works at a school, so that each step is taken by somebody who may."""

    school: School
    teacher: Staff
    colleague: Staff
    support: Staff
    mentor: Staff
    senco: Staff
    attendance: Staff
    deputy: Staff
    office: Staff
    dsl: Staff
    ewo: Staff


def crew_of(school: School) -> Crew:
    def one(role: str, skip: int = 0) -> Staff:
        return Staff.objects.holding([role], school).order_by("pk")[skip]

    teacher, colleague, support, mentor, senco = (one(RoleName.VISITOR, skip) for skip in range(5))
    return Crew(
        school=school,
        teacher=teacher,
        colleague=colleague,
        support=support,
        mentor=mentor,
        senco=senco,
        attendance=one(RoleName.ATTENDANCE_OFFICER),
        deputy=one(RoleName.DEPUTY_DSL),
        office=one(RoleName.OFFICE),
        dsl=one(RoleName.DSL),
        ewo=one(RoleName.EWO),
    )
