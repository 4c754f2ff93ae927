"""The three presets load, and hold the values that their documents demand."""

import pytest

from homevisits.trusts import presets
from tests.factories.trusts import PolicyFactory


@pytest.mark.parametrize("name", presets.NAMES)
def test_preset_loads_as_published_version_one(db, name):
    policy = PolicyFactory(preset=name)
    assert (policy.number, policy.is_published, policy.preset) == (1, True, name)
