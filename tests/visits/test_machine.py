"""R24: random people, clocks, deaths and sweeps drive visits; what was promised holds after each step.

`make chaos` takes two thousand walks, and some in which processes are really killed; the suite takes a few
(MACHINE_WALKS, MACHINE_KILLED). MACHINE_SEED begins other walks, MACHINE_TALLY names a file for what was counted.
"""

import json
import os
import random
import signal
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, run_state_machine_as_test

from tests.clock import Clock
from tests.visits.acting import House, build_house, dying
from tests.visits.machine import Machine

WALKS = int(os.environ.get("MACHINE_WALKS", "5"))
KILLED = int(os.environ.get("MACHINE_KILLED", "3"))
SEED = int(os.environ.get("MACHINE_SEED", "0"))
STEPS = 25
# Shrinking a walk of killed processes takes longer than reading it.
PHASES = [Phase.generate]


@pytest.fixture
def walker(transactional_db: None, clock: Clock) -> Iterator[Callable[[type[Machine], int], None]]:
    """Takes so many walks of a machine, and writes down what was counted."""
    Machine.clock = clock
    Machine.houses.clear()
    Machine.tally.clear()
    yield walk
    if path := os.environ.get("MACHINE_TALLY"):
        with Path(path).open("a") as file:
            file.write(json.dumps(Machine.tally) + "\n")


def walk(machine: type[Machine], walks: int) -> None:
    run_state_machine_as_test(
        seed(SEED)(machine) if SEED else machine,
        settings=settings(
            max_examples=walks,
            stateful_step_count=STEPS,
            deadline=None,
            derandomize=not SEED,
            database=None,
            phases=PHASES,
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.mark.clause("PS-100", "PS-129", "PS-134", "TC-118", "TC-119")
def test_nobody_is_ever_out_unwatched(walker: Callable[[type[Machine], int], None]) -> None:
    walker(Machine, WALKS)
    assert Machine.tally["walks"] >= WALKS
    assert Machine.tally["raised"] == Machine.tally["due"] > 0


class KilledMachine(Machine):
    """Walks that commit. Everybody's process is one of its own that `kill -9` may end at any statement."""

    rng: random.Random

    @initialize(seed=st.integers(0, 2**30))
    def draws(self, seed: int) -> None:
        """Who dies when: the same if Hypothesis takes the same walk again."""
        self.rng = random.Random(seed)

    def next_death(self) -> int:
        """The sweep after the walk's end lives."""
        return super().next_death() or (0 if self.is_over else self.rng.randint(1, 20))

    def enter(self, preset: str, when: str) -> House:
        return build_house(self.clock, preset, when)

    def leave(self) -> None:
        call_command("flush", interactive=False, verbosity=0, reset_sequences=False)
        self.clock.restore()

    def died(self, do: Callable[[], object], after: int) -> bool:
        child = os.fork()
        if child == 0:
            end_as_a_child(partial(do), after)
        _, status = os.waitpid(child, 0)
        self.has_changed = True
        return os.WIFSIGNALED(status)


PARENTS: list[object] = []


def end_as_a_child(do: Callable[[], object], after: int) -> None:
    """On a line of its own: the parent's is left as it is, neither used nor closed."""
    try:
        PARENTS.append(connection.connection)
        connection.connection = None
        with dying(after, lambda: os.kill(os.getpid(), signal.SIGKILL)):
            do()
    finally:
        os._exit(0)


@pytest.mark.clause("PS-134")
def test_nobody_is_lost_when_a_process_is_killed(walker: Callable[[type[Machine], int], None]) -> None:
    walker(KilledMachine, KILLED)
    assert Machine.tally["raised"] == Machine.tally["due"] > 0
    assert Machine.tally["deaths"] > 0
