"""Which tests, preset values, reminders and lines of code cite which clause."""

import ast
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings

from homevisits.trusts import presets
from homevisits.trusts.clauses import Clause, every_clause
from homevisits.trusts.marks import marked
from homevisits.trusts.parts import GuidanceItem

CLAUSE_ID = re.compile(r"(AF|PS|TC|SH|CS)-\d{3}")
PACKAGES = ("homevisits", "visits", "safeguarding", "attendance")

type Cites = defaultdict[str, list[str]]


@dataclass
class Citations:
    """Where each clause is cited, by its id: names of tests, of preset values, of places in code."""

    tests: Cites = field(default_factory=lambda: defaultdict(list))
    values: Cites = field(default_factory=lambda: defaultdict(list))
    guidance: Cites = field(default_factory=lambda: defaultdict(list))
    code: Cites = field(default_factory=lambda: defaultdict(list))

    @property
    def proved(self) -> set[str]:
        """Clauses with a test, or a preset value that a test reads against its document."""
        return (self.tests.keys() | self.values.keys()) & every_clause().keys()

    @property
    def reminded(self) -> set[str]:
        """Clauses to be reminded of that stand in a preset's guidance: a test sees every item at its moment."""
        return {
            clause.id for clause in every_clause().values() if "REMIND" in clause.kinds
        } & self.guidance.keys()

    def is_met(self, clause: Clause, kind: str) -> bool:
        """Whether a clause is proved as far as one of its kinds goes."""
        return clause.id in self.proved or (kind == "REMIND" and clause.id in self.reminded)

    def is_proved(self, clause: Clause) -> bool:
        """Whether a clause is proved in all that it asks."""
        return all(self.is_met(clause, kind) for kind in clause.kinds)

    @property
    def cited(self) -> set[str]:
        return self.proved | ((self.guidance.keys() | self.code.keys()) & every_clause().keys())

    @property
    def unknown(self) -> dict[str, list[str]]:
        """Ids that no document has, and where they are cited."""
        places = (self.tests, self.values, self.guidance, self.code)
        ids = {clause for cites in places for clause in cites} - every_clause().keys()
        return {
            clause: [where for cites in places for where in cites.get(clause, [])] for clause in sorted(ids)
        }


def collect(root: Path | None = None) -> Citations:
    """Read the whole source tree. Raises Unreadable for a marker that hides its ids."""
    root = root or settings.BASE_DIR
    found = Citations()
    for path in sorted((root / "tests").rglob("*.py")):
        for clause, where in marked("clause", path, root):
            found.tests[clause].append(where)
    for package in PACKAGES:
        for path in sorted((root / package).rglob("*.py")):
            if "migrations" not in path.parts:
                for clause, where in named_in(path, root):
                    found.code[clause].append(where)
    _read_presets(found)
    return found


def named_in(path: Path, root: Path) -> Iterator[tuple[str, str]]:
    """The clauses that code names as strings, as the gates do, and on which line."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and CLAUSE_ID.fullmatch(node.value):
            yield node.value, f"{path.relative_to(root)}:{node.lineno}"


def _read_presets(found: Citations) -> None:
    for name in presets.NAMES:
        contents = presets.read(name).contents
        for column, source in contents.policy.sources.items():
            for clause in source["clauses"]:
                found.values[clause].append(f"{name}: {column}")
        for row in contents.rows:
            into = found.guidance if isinstance(row, GuidanceItem) else found.values
            for clause in row.clauses:
                into[clause].append(f"{name}: {row}")


def by_kind(clauses: list[Clause], found: Citations) -> dict[str, tuple[int, int, int]]:
    """For each kind: how many clauses there are, how many are cited, how many proved."""
    total, cited, proved = Counter[str](), Counter[str](), Counter[str]()
    for clause in clauses:
        total.update(clause.kinds)
        cited.update(clause.kinds if clause.id in found.cited else ())
        proved.update(kind for kind in clause.kinds if found.is_met(clause, kind))
    return {kind: (count, cited[kind], proved[kind]) for kind, count in sorted(total.items())}
