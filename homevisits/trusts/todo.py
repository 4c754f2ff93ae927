"""What is still to do before a draft can be published, each with the place where it is done."""

from dataclasses import dataclass

from django.urls import reverse

from homevisits.trusts.catalogue import SECTIONS, SETTINGS
from homevisits.trusts.contents import Contents
from homevisits.trusts.faults import Fault, key_of
from homevisits.trusts.lists import LISTS
from homevisits.trusts.policies import Policy


@dataclass(frozen=True)
class ToDo:
    """One thing to do: where it is done, what that place is called, and the sentence."""

    place: str
    sentence: str
    url: str
    is_floor: bool


def still_to_do(contents: Contents, faults: list[Fault]) -> list[ToDo]:
    """The faults of a draft as a list to work through, in the order of the policy's page."""
    return [_to_do(contents, fault) for fault in faults]


def _to_do(contents: Contents, fault: Fault) -> ToDo:
    if fault.where in SETTINGS:
        setting = SETTINGS[fault.where]
        place = f"{SECTIONS[setting.section].title}: {setting.label}"
        address = reverse("policy_edit", args=[contents.policy.pk, setting.section])
        return ToDo(place, fault.sentence, f"{address}#div_id_{fault.where}", fault.is_floor)
    return ToDo(LISTS[fault.where].title, fault.sentence, _row_address(contents, fault), fault.is_floor)


def _row_address(contents: Contents, fault: Fault) -> str:
    """The row itself; without one the page that adds to the list, or the tab of a ladder."""
    of, draft = LISTS[fault.where], contents.policy
    row = next((row for row in of.of(contents) if fault.row and key_of(row) == fault.row), None)
    if row is not None:
        return reverse("policy_row", args=[draft.pk, of.name, row.pk])
    if of.restores:
        return reverse("policy_row_add", args=[draft.pk, of.name])
    return tab_address(draft, of.name)


def tab_address(policy: Policy, rows: str) -> str:
    """Where a list stands on the page of its version."""
    of = LISTS[rows]
    return f"{reverse('policy_version', args=[policy.pk])}?part={of.part}#{of.anchor}"
