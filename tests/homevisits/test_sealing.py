"""What is sealed opens with the key of today and with those before it, and with no other."""

from typing import Any

import pytest
from cryptography.fernet import InvalidToken

from homevisits.sealing import reseal, seal, unseal


def test_what_was_sealed_before_the_key_changed_opens_and_is_sealed_anew(settings: Any) -> None:
    settings.FIELD_KEY = "the first key"
    old = seal("the blue folder")
    assert b"blue" not in old
    settings.FIELD_KEY, settings.FIELD_KEY_FALLBACKS = "the second key", ["the first key"]
    assert unseal(old) == "the blue folder"
    new = reseal(old)
    settings.FIELD_KEY_FALLBACKS = []
    assert unseal(new) == "the blue folder"
    with pytest.raises(InvalidToken):
        unseal(old)
