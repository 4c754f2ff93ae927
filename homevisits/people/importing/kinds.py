"""Where an upper floor brings a kind of file of its own: its columns, its plan, who may bring it in."""

from collections.abc import Callable

from homevisits.people.forms.importing import HINTS
from homevisits.people.importing.checking import Checked
from homevisits.people.importing.columns import COLUMNS, Column
from homevisits.people.importing.context import Context, Plan
from homevisits.people.importing.models import LABELS
from homevisits.people.importing.writing import PLANS
from homevisits.people.permissions import IMPORTERS
from homevisits.trusts.roles import RoleName


def register(
    kind: str,
    label: str,
    *,
    hint: str,
    columns: list[Column],
    plan: Callable[[list[Checked], Context], Plan],
    importers: set[RoleName],
) -> None:
    """Let the import page take another kind of file; called from an AppConfig's ready()."""
    LABELS[kind], HINTS[kind] = label, hint
    COLUMNS[kind], PLANS[kind], IMPORTERS[kind] = columns, plan, importers
