"""What an import found and did: counts, and every problem with its line."""

from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True, order=True)
class Problem:
    """Something wrong in one cell or row. `line` counts as a spreadsheet does: the headings are 1."""

    line: int
    column: str
    sentence: str
    value: str = ""


@dataclass(frozen=True)
class Missing:
    """A pupil on roll whom the file does not have; told, never deleted."""

    pk: int
    name: str
    year_group: str


@dataclass
class Summary:
    """The outcome of one run; `written` is False for a dry run and for a refused file."""

    kind: str
    rows: int = 0
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    left_out: int = 0
    written: bool = False
    problems: list[Problem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    missing: list[Missing] = field(default_factory=list)

    @property
    def is_good(self) -> bool:
        """Whether every row may be written."""
        return not self.problems

    @property
    def is_readable(self) -> bool:
        """Whether the headings were understood, so that rows could be checked at all."""
        return not any(problem.line <= 1 for problem in self.problems)

    @property
    def good(self) -> int:
        """How many things would be or were written or found as they are."""
        return self.added + self.changed + self.unchanged

    def counts(self) -> dict[str, Any]:
        """What is kept after the file's text is gone: numbers and notes, nobody's name."""
        told = asdict(self)
        return {
            name: told[name] for name in ("rows", "added", "changed", "unchanged", "left_out", "notes")
        } | {"missing": len(self.missing)}
