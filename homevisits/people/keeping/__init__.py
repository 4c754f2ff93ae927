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
from homevisits.people.keeping.belongings import add_vehicle, retire_vehicle
from homevisits.people.keeping.clearances import (
    add_clearance,
    ask_training,
    describe_job,
    end_training,
    remove_clearance,
    try_mobile,
)
from homevisits.people.keeping.contacts import (
    CONTACT_FIELDS,
    LINK_FIELDS,
    add_contact,
    change_contact,
    remove_link,
    set_key_person,
)
from homevisits.people.keeping.duties import end_away, end_stand_in, keep_rota, set_away, stand_in
from homevisits.people.keeping.homes import (
    add_member,
    add_warning,
    change_household,
    end_warning,
    remove_member,
    review_warning,
)
from homevisits.people.keeping.pins import set_pins
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
    "ask_training",
    "change_contact",
    "change_household",
    "change_staff",
    "deactivate_staff",
    "describe_job",
    "end_away",
    "end_stand_in",
    "end_training",
    "end_warning",
    "give_role",
    "keep_rota",
    "reactivate_staff",
    "remove_clearance",
    "remove_link",
    "remove_member",
    "retire_vehicle",
    "review_warning",
    "set_away",
    "set_key_person",
    "set_pins",
    "stand_in",
    "take_role",
    "try_mobile",
]
