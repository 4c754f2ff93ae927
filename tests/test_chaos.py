"""The short version of `make chaos`: the same scenarios, a hundredth of their size, on the suite's own servers."""

from pathlib import Path

import pytest

from tests.chaos.scenarios import SCENARIOS
from tests.chaos.seeding import trusts
from tests.chaos.world import world

SHORT = ("kill", "races")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", SHORT)
def test_nothing_is_lost_or_doubled(name: str, tmp_path: Path) -> None:
    trusts(1)
    with world(tmp_path, seed=2026, size=0.01) as there:
        found = SCENARIOS[name].run(there)
    assert found.due > 0
    assert (found.lost, found.doubled, found.early, found.notices_lost, found.notices_doubled) == (
        0,
        0,
        0,
        0,
        0,
    )
    assert found.faults == []
