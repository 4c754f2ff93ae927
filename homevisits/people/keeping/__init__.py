"""The one door for every change to people: staff, their roles and duty, families and homes.

Every function is one transaction, asks who may, and leaves a PeopleEvent. Each raises NotAllowed
when the person may not do it, and Refused with a sentence when a rule forbids it.
"""

from homevisits.people.keeping.accounts import (
    OBSTACLES,
    add_staff,
    change_staff,
    deactivate_staff,
    give_role,
    reactivate_staff,
    take_role,
)
from homevisits.people.keeping.belongings import (
    add_clearance,
    add_vehicle,
    remove_clearance,
    retire_vehicle,
)
from homevisits.people.keeping.contacts import (
    CONTACT_FIELDS,
    LINK_FIELDS,
    add_contact,
    change_contact,
    remove_link,
    set_key_person,
)
from homevisits.people.keeping.duties import end_away, end_stand_in, set_away, stand_in
from homevisits.people.keeping.homes import (
    add_member,
    add_warning,
    change_household,
    end_warning,
    remove_member,
    review_warning,
)
from homevisits.people.keeping.rules import NotAllowed, Refused

__all__ = [
    "CONTACT_FIELDS",
    "LINK_FIELDS",
    "OBSTACLES",
    "NotAllowed",
    "Refused",
    "add_clearance",
    "add_contact",
    "add_member",
    "add_staff",
    "add_vehicle",
    "add_warning",
    "change_contact",
    "change_household",
    "change_staff",
    "deactivate_staff",
    "end_away",
    "end_stand_in",
    "end_warning",
    "give_role",
    "reactivate_staff",
    "remove_clearance",
    "remove_link",
    "remove_member",
    "retire_vehicle",
    "review_warning",
    "set_away",
    "set_key_person",
    "stand_in",
    "take_role",
]
