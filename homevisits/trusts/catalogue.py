"""Every setting of a policy: its section, what it is called, and which way is stricter."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any


class Stricter(StrEnum):
    """Which way a school may depart from its trust's floor. FREE settings have no floor."""

    FREE = "free"
    MORE = "more"  # a larger number
    LESS = "less"  # a smaller number; an earlier time of day
    ON = "on"
    OFF = "off"
    FEWER = "fewer"  # some of the floor's roles
    WIDER = "wider"  # all of the floor's roles, and perhaps more
    RANKED = "ranked"  # a choice further on in `ranks`


LAXEST = "laxest"


@dataclass(frozen=True)
class Setting:
    """One column of a policy.

    `ranks` goes from the laxest choice to the strictest; `says` words choices for this setting
    where the column's own labels are too general. `zero` and `blank` are LAXEST where a 0 or an
    empty value means that there is no rule at all; `blank` may name the column that holds instead.
    """

    name: str
    label: str
    help: str
    section: str
    unit: str = ""
    stricter: Stricter = Stricter.FREE
    ranks: tuple[str, ...] = ()
    says: Mapping[str, str] = field(default_factory=dict)
    zero: str = ""
    blank: str = ""

    @property
    def has_floor(self) -> bool:
        return self.stricter != Stricter.FREE


@dataclass(frozen=True)
class Section:
    """A group of settings as a headteacher would look for them."""

    name: str
    title: str
    about: str
    settings: tuple[Setting, ...]


def _setting(section: str, name: str, row: dict[str, Any]) -> Setting:
    stricter = row.pop("stricter", Stricter.FREE)
    if isinstance(stricter, list):
        return Setting(name, section=section, stricter=Stricter.RANKED, ranks=tuple(stricter), **row)
    return Setting(name, section=section, stricter=Stricter(stricter), **row)


def _section(name: str, row: dict[str, Any]) -> Section:
    settings = tuple(_setting(name, column, fields) for column, fields in row["settings"].items())
    return Section(name, row["title"], row["about"], settings)


_ROWS = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
SECTIONS = {name: _section(name, row) for name, row in _ROWS.items()}
SETTINGS = {setting.name: setting for section in SECTIONS.values() for setting in section.settings}
