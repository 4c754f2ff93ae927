"""Finds the home of an imported address in its trust, or makes it once."""

import re
from collections.abc import Iterable
from typing import Any

from homevisits.people.families import Household
from homevisits.people.importing.checking import Checked
from homevisits.people.importing.context import BATCH

LINES = ("address_1", "address_2", "address_3", "address_4")
LONGEST = 200
HomeKey = tuple[str, str]


def address_of(values: dict[str, Any]) -> str:
    """The address lines as one."""
    return ", ".join(values[line] for line in LINES if values.get(line))


def key_of(values: dict[str, Any]) -> HomeKey | None:
    """What makes two addresses the same home: postcode and the lines, however they are typed."""
    address = address_of(values)
    return (values["postcode"], _fold(address)) if address and values.get("postcode") else None


def require_whole(row: Checked) -> None:
    """An address needs its postcode, and a postcode its address."""
    has_lines, has_postcode = bool(address_of(row.values)), "postcode" in row.values
    told = {problem.column for problem in row.problems}
    if has_lines and not has_postcode and "Postcode" not in told:
        row.add("Postcode", "Enter the postcode of this address.")
    if has_postcode and not has_lines and not any(column.startswith("Address") for column in told):
        row.add("Address line 1", "Enter the address of this postcode.")


def _fold(address: str) -> str:
    return re.sub(r"[^a-z0-9]+", " ", address.casefold()).strip()


class Homes:
    """The homes that a file's rows live in. New ones are written once, before who lives there."""

    def __init__(self, trust_id: int, rows: Iterable[Checked]) -> None:
        postcodes = {row.values["postcode"] for row in rows if "postcode" in row.values}
        known = Household.objects.filter(trust_id=trust_id, postcode__in=postcodes).order_by("-pk")
        self.trust_id = trust_id
        self.by_key: dict[HomeKey, Household] = {(h.postcode, _fold(h.address)): h for h in known}

    def identity(self, values: dict[str, Any]) -> int | HomeKey | None:
        """The key of a known home, the address of a new one, None without an address."""
        key = key_of(values)
        known = self.by_key.get(key) if key else None
        return known.pk or key if known else key

    def of(self, values: dict[str, Any]) -> Household | None:
        """The home of a row; None when the row has no address."""
        key = key_of(values)
        if key is None:
            return None
        if key not in self.by_key:
            self.by_key[key] = Household(
                trust_id=self.trust_id,
                address=address_of(values)[:LONGEST],
                town=values.get("town", ""),
                postcode=values["postcode"],
            )
        return self.by_key[key]

    @property
    def known_keys(self) -> set[int]:
        """The keys of homes that were there before the file."""
        return {home.pk for home in self.by_key.values() if home.pk}

    def write(self) -> None:
        """Save the new homes: after this every row's home has a key."""
        new = [home for home in self.by_key.values() if home._state.adding]
        Household.objects.bulk_create(new, batch_size=BATCH)
