"""Short secrets in the database, sealed with a key that lies outside it."""

import base64
import hashlib
import logging
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings

logger = logging.getLogger(__name__)
UNREADABLE = "(This cannot be read: the key of this installation does not open it.)"


def seal(text: str) -> bytes:
    """A text under the key of today."""
    return _box().encrypt(text.encode()) if text is not None else b""


def unseal(sealed: bytes | memoryview) -> str:
    """The text in clear, under today's key or one before it; nothing from nothing."""
    return _box().decrypt(bytes(sealed)).decode() if sealed else ""


def read(sealed: bytes | memoryview) -> str:
    """The text in clear for a page: where no key opens it a sentence that says so, and a line in the log.

    People who are out must still be heard and called when a key is lost.
    """
    try:
        return unseal(sealed)
    except InvalidToken:
        logger.exception("a sealed text cannot be opened: see FIELD_KEY and FIELD_KEY_FALLBACKS")
        return UNREADABLE


def is_open_to_us(sealed: bytes | memoryview) -> bool:
    """Whether a key of this installation opens it."""
    try:
        unseal(sealed)
    except InvalidToken:
        return False
    return True


def reseal(sealed: bytes | memoryview) -> bytes:
    """The same text under the key of today."""
    return _box().rotate(bytes(sealed)) if sealed else b""


def _box() -> MultiFernet:
    return _boxed((settings.FIELD_KEY, *settings.FIELD_KEY_FALLBACKS))


@lru_cache(maxsize=8)
def _boxed(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet(
        [Fernet(base64.urlsafe_b64encode(hashlib.sha256(key.encode()).digest())) for key in keys]
    )
