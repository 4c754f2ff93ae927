"""Every kind of file there is: its columns, what it does, who may bring it in. A leaf.

Apps register theirs in AppConfig.ready(); an upper floor needs nothing else to use the pages.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from homevisits.people.importing.checking import Checked
    from homevisits.people.importing.columns import Column
    from homevisits.people.importing.context import Context, Plan


@dataclass(frozen=True)
class FileKind:
    """What the page calls it, which columns it may have, and the plan that reads its rows.

    `template` names the columns of an empty file to fill in; all of them unless said.
    """

    name: str
    label: str
    hint: str
    columns: "list[Column]"
    plan: "Callable[[list[Checked], Context], Plan]"
    importers: Collection[str]
    template: list[str]


KINDS: dict[str, FileKind] = {}


def register(
    name: str,
    label: str,
    *,
    hint: str,
    columns: "list[Column]",
    plan: "Callable[[list[Checked], Context], Plan]",
    importers: Collection[str],
    template: "list[str] | None" = None,
) -> None:
    """Let the importer take a kind of file; asked again for the same name, the later one stands."""
    wanted = template if template is not None else [column.name for column in columns]
    KINDS[name] = FileKind(name, label, hint, columns, plan, importers, wanted)


def template_headings(name: str) -> list[str]:
    """The headings of an empty file to fill in."""
    kind = KINDS[name]
    return [column.label for column in kind.columns if column.name in kind.template]
