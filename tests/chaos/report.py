"""The table at the end: what was due, raised, lost and doubled, how late, and what the notices did."""

from dataclasses import dataclass, field

from tests.chaos.ledger import Ledger
from tests.chaos.scenarios import Scenario

COLUMNS = (
    ("scenario", 16), ("due", 6), ("raised", 7), ("lost", 5), ("twice", 6), ("early", 6), ("p50 s", 8),
    ("p99 s", 8), ("max s", 8), ("notices", 8), ("sent", 6), ("lost", 5), ("twice", 6), ("repeats", 8), ("verdict", 8),
)  # fmt: skip


@dataclass
class Report:
    """All scenarios of a run, in order."""

    seed: int
    size: float
    rows: list[tuple[Scenario, Ledger, float]] = field(default_factory=list)

    def add(self, scenario: Scenario, found: Ledger, seconds: float) -> None:
        self.rows.append((scenario, found, seconds))

    @property
    def is_well(self) -> bool:
        return all(found.is_well for _, found, _ in self.rows)

    def line(self, name: str) -> str:
        """One scenario in words, as soon as it is over."""
        _, found, seconds = next(row for row in reversed(self.rows) if row[0].name == name)
        verdict = "held" if found.is_well else f"BROKEN: {'; '.join(found.faults) or 'lost or doubled'}"
        notes = f" ({'; '.join(found.notes)})" if found.notes else ""
        return f"    {verdict}{notes}, {seconds:.0f} s"

    def table(self) -> str:
        head = " ".join(
            f"{title:>{width}}" if number else f"{title:<{width}}"
            for number, (title, width) in enumerate(COLUMNS)
        )
        lines = [f"seed {self.seed}, size {self.size:g}", head, "-" * len(head)]
        for scenario, f, _ in self.rows:
            cells = [
                scenario.name, f.due, f.raised, f.lost, f.doubled, f.early, f"{f.p50:.3f}", f"{f.quantile(0.99):.3f}",
                f"{f.quantile(1):.3f}", f.notices, f.sent, f.notices_lost, f.notices_doubled, f.repeats,
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
            "Nothing lost, nothing doubled." if self.is_well else "SOMETHING WAS LOST OR DOUBLED: see above."
        )
        return "\n".join(lines)
