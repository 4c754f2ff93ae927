"""The whole way of a visit, on each preset."""

import pytest

from tests.cast import Cast
from tests.factories import visits as make
from visits.states import State

PRESETS = ["three_counties", "poulton_le_sands", "aspirational_futures"]


@pytest.mark.parametrize("state", State.values)
@pytest.mark.parametrize("cast", PRESETS, indirect=True)
def test_every_state_can_be_reached(cast: Cast, clock, state: str) -> None:
    clock.set("2026-11-26 10:00")
    assert make.in_state(cast, state).state == state
