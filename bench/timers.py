"""Timers beside their peers on the same deadlines, in one run: how late, what a kill -9 loses, how much for a CPU-second.

    .venv/bin/python -m bench.timers             everything, three rounds: half an hour
    .venv/bin/python -m bench.timers --quick     a tenth, one round, to see that it runs: its verdict counts for little
    .venv/bin/python -m bench.timers lateness    only these: lateness kill bulk redis sender idle tick

Ours is the sentinel (with its alarm, events, ladder and notices); the peers are procrastinate's worker,
Celery's ETA tasks, and our own sweep called by Celery beat alone. Ours and theirs take turns; judged is the
ratio of the medians, never one absolute number: machines drift. Figures of healthchecks, recorded on another
day, are scaled by a calibrator, the one-statement claim, measured in the same round. Exits 1 when a target is missed.
"""

import argparse
import statistics
import sys
from dataclasses import dataclass

from bench.house import servers


@dataclass(frozen=True)
class Figure:
    """A line of the table; `most` or `least` is the target of the ratio, or of ours where it `is_absolute`."""

    words: str
    most: float | None = None
    least: float | None = None
    is_absolute: bool = False

    @property
    def target(self) -> str:
        if self.most is not None:
            return f"{self.most:g}" if self.is_absolute else f"<= {self.most:g}"
        return f">= {self.least:g}" if self.least is not None else ""

    def verdict(self, ours: float, ratio: float) -> str:
        """Met, missed, or nothing where nothing was promised."""
        judged = ours if self.is_absolute else ratio
        if self.most is not None:
            return "met" if judged <= self.most else "missed"
        if self.least is not None:
            return "met" if judged >= self.least else "missed"
        return ""


FIGURES = {
    "P1": Figure("P1 fired for a CPU-second; healthchecks", least=20),
    "P1 stretch": Figure("   and beside the bare claim (a stretch: 0.05)"),
    "P2": Figure("P2 first e-mail of 10,000 after, s; healthchecks", most=0.05),
    "P3": Figure("P3 last of 10,000 fired after, s; healthchecks", most=0.05),
    "rate, procrastinate": Figure("   escalations for a CPU-second; procrastinate"),
    "rate, Celery ETA": Figure("   escalations for a CPU-second; Celery ETA"),
    "P4 half": Figure("P4 due -> e-mail sent, median s; healthchecks", most=0.1),
    "P4 latest": Figure("   the latest, s; healthchecks", most=0.5),
    "P5": Figure("P5 due -> fired, median s; beat's sweep", most=0.1),
    "half, procrastinate": Figure("   due -> run, median s; procrastinate"),
    "half, Celery ETA": Figure("   due -> run, median s; Celery ETA"),
    "P6": Figure("P6 latest under kill -9, s; beat's sweep", most=0.15),
    "P7": Figure("P7 latest without Valkey, s; beat's sweep", most=0.03),
    "P8": Figure("P8 lost for each kill -9; healthchecks", most=0, is_absolute=True),
    "lost, procrastinate": Figure("   lost for each kill -9; procrastinate"),
    "lost, Celery ETA": Figure("   lost for each kill -9; Celery ETA"),
    "doubled, procrastinate": Figure("   doubled for each kill -9; procrastinate"),
    "doubled, Celery ETA": Figure("   doubled for each kill -9; Celery ETA"),
    "P16": Figure("P16 sent to a sink for a CPU-second; procrastinate's no-op", least=1),
    "P16 SMTP": Figure("   and written and sent by SMTP"),
    "P17": Figure("P17 idle, % of a core; Celery's worker and beat", most=1),
    "P18": Figure("P18 empty look, 200,000 not due, ms; bare claim", most=5),
    "P18 ms": Figure("   and at the most one millisecond", most=1),
    "whole sweep": Figure("   the whole empty sweep, ms; bare claim"),
}


def main() -> int:
    wanted = arguments()
    with servers(quick=wanted.quick) as house:
        import django

        django.setup()
        from bench.measures import MEASURES
        from tests.chaos.__main__ import prepare

        prepare()
        say(f"{'figure; peer':52} {'ours':>10} {'peer':>10} {'ratio':>9}  {'target':8}")
        missed = 0
        for name, measure in MEASURES.items():
            if not wanted.names or name in wanted.names:
                rounds = [measure(house) for _ in range(wanted.rounds)]
                missed += sum(judge(key, [each[key] for each in rounds]) for key in rounds[0])
    say(f"{missed} of the targets missed." if missed else "Every target met.")
    return 1 if missed else 0


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m bench.timers",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("names", nargs="*")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--rounds", type=int, help="three, or one when quick")
    wanted = parser.parse_args()
    wanted.rounds = wanted.rounds or (1 if wanted.quick else 3)
    return wanted


def judge(key: str, taken: list[tuple[float, float]]) -> bool:
    """Print a line of the table; whether its target was missed. What is lost counts in the worst round."""
    figure = FIGURES[key]
    middle = max if figure.is_absolute else statistics.median
    ours, peer = middle(mine for mine, _ in taken), statistics.median(theirs for _, theirs in taken)
    ratio = ours / peer if peer else float("nan")
    verdict = figure.verdict(ours, ratio)
    say(f"{figure.words:52} {ours:>10.4g} {peer:>10.4g} {ratio:>9.3g}  {figure.target:8} {verdict}")
    return verdict == "missed"


def say(words: str) -> None:
    print(words, flush=True)


if __name__ == "__main__":
    sys.exit(main())
