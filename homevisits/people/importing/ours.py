"""The kinds of files that the ground floor itself takes: pupils, contacts, staff."""

from homevisits.people.importing import columns, kinds
from homevisits.people.importing.contacts import ContactPlan
from homevisits.people.importing.models import Kind
from homevisits.people.importing.pupils import PupilPlan
from homevisits.people.importing.staff import StaffPlan
from homevisits.trusts.roles import RoleName

FAMILY_IMPORTERS = {RoleName.OFFICE, RoleName.ATTENDANCE_LEAD, RoleName.HEADTEACHER}


def register() -> None:
    """Tell the importer of them, in the order in which the page offers them."""
    kinds.register(
        Kind.PUPILS.value,
        "Pupils",
        hint="With their addresses and, if you like, up to four contacts in each row",
        columns=columns.PUPILS,
        plan=PupilPlan,
        importers={*FAMILY_IMPORTERS},
        template=columns.PUPIL_TEMPLATE,
    )
    kinds.register(
        Kind.CONTACTS.value,
        "Contacts",
        hint="Parents and carers of pupils who are here already, by UPN",
        columns=columns.CONTACTS,
        plan=ContactPlan,
        importers={*FAMILY_IMPORTERS},
    )
    kinds.register(
        Kind.STAFF.value,
        "Staff",
        hint="With their roles, vehicles and DBS checks",
        columns=columns.STAFF,
        plan=StaffPlan,
        importers={RoleName.HEADTEACHER, RoleName.TRUST_ADMIN},
    )
