"""The short version of `make chaos`: the same scenarios, small, on the suite's own servers."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from tests.chaos.scenarios import SCENARIOS
from tests.chaos.seeding import trusts
from tests.chaos.world import copy_of, own_database, speaking_to, world

# Those that need neither servers of their own to break nor minutes; together a minute of one core.
SHORT = ("failpoints", "poison", "refusing", "outage", "races", "story")
# Those that raise no alarms, or answer them without a sender.
WITHOUT_LETTERS = {"races", "story"}
# Beside a whole suite an alarm may be late by this much: here it is about what is lost or doubled.
MARGIN = 30.0


@pytest.fixture(scope="module")
def base(django_db_setup: None, django_db_blocker: Any) -> Iterator[str]:
    """A database with two trusts, of which each scenario gets a copy."""
    with django_db_blocker.unblock():
        ours = str(connection.settings_dict["NAME"])
        with copy_of(ours, f"{ours}_chaos") as name:
            with speaking_to(name):
                trusts(2)
            yield name


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", SHORT)
def test_nothing_is_lost_or_doubled(name: str, base: str, tmp_path: Path) -> None:
    with own_database(base, f"{base}_one"), world(tmp_path, seed=2026, size=0.02, margin=MARGIN) as there:
        found = SCENARIOS[name].run(there)
    assert found.broken == []
    assert found.due > 0
    assert (found.notices > 0) == (name not in WITHOUT_LETTERS)
