"""The table at the end: what was due, raised, lost and doubled, how late, and what became of the letters.

`of` is what the column before it is judged by.
"""

from dataclasses import dataclass, field

from tests.chaos.ledger import Ledger
from tests.chaos.scenarios import Scenario

COLUMNS = (
    ("scenario", 16), ("due", 6), ("raised", 7), ("lost", 5), ("twice", 6), ("early", 6), ("p50 s", 8), ("p99 s", 8),
    ("max s", 8), ("of", 6), ("unheard", 8), ("told max", 9), ("of", 6), ("letters", 8), ("lost", 5), ("twice", 6),
    ("repeats", 8), ("of", 4), ("took s", 7), ("verdict", 8),
)  # fmt: skip


@dataclass
class Report:
    """All scenarios of a run, in order."""

    seed: int
    size: float
    margin: float
    rows: list[tuple[Scenario, Ledger, float]] = field(default_factory=list)

    def add(self, scenario: Scenario, found: Ledger, seconds: float) -> None:
        self.rows.append((scenario, found, seconds))

    @property
    def is_well(self) -> bool:
        return all(found.is_well for _, found, _ in self.rows)

    def line(self, name: str) -> str:
        """One scenario in words, as soon as it is over."""
        _, found, seconds = next(row for row in reversed(self.rows) if row[0].name == name)
        verdict = f"BROKEN: {'; '.join(found.broken)}" if found.broken else "held"
        notes = f" ({'; '.join(found.notes)})" if found.notes else ""
        return f"    {verdict}{notes}, {seconds:.0f} s"

    def table(self) -> str:
        head = " ".join(
            f"{title:>{width}}" if number else f"{title:<{width}}"
            for number, (title, width) in enumerate(COLUMNS)
        )
        lines = [f"seed {self.seed}, size {self.size:g}, margin {self.margin:g} s", head, "-" * len(head)]
        for scenario, f, seconds in self.rows:
            cells = [
                scenario.name, f.due, f.raised, f.lost, f.doubled, f.early, f"{f.p50:.3f}", f"{f.quantile(0.99):.3f}",
                f"{f.quantile(1):.3f}", limit(f.latest), f.unheard, f"{max(f.told, default=0):.3f}", limit(f.told_by),
                f.notices, f.notices_lost, f.notices_doubled, f.repeats, f.repeats_allowed, f"{seconds:.0f}",
                "held" if f.is_well else "BROKEN",
            ]  # fmt: skip
            lines.append(
                " ".join(
                    f"{cell!s:>{width}}" if n else f"{cell!s:<{width}}"
                    for n, (cell, (_, width)) in enumerate(zip(cells, COLUMNS, strict=True))
                )
            )
        late = [each for _, f, _ in self.rows for each in f.late]
        every = Ledger(late=late)
        lines.append(
            f"all {len(late)} alarms: late p50 {every.p50:.3f} s, p99 {every.quantile(0.99):.3f} s, max {every.quantile(1):.3f} s"
        )
        lines.append(
            "Nothing lost, nothing doubled, nothing late."
            if self.is_well
            else "A PROMISE WAS BROKEN: see above."
        )
        return "\n".join(lines)


def limit(seconds: float | None) -> str:
    """What is allowed; a dash where a scenario judges in its own way."""
    return "-" if seconds is None else f"{seconds:g}"
