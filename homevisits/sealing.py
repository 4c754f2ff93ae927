"""What may lie in the database only under a key that is kept elsewhere: seals it, and opens it again.

The key is FIELD_KEY. Keys that were in use before it stand in FIELD_KEY_FALLBACKS: what they sealed
can still be opened, and `reseal` puts it under the key of today.
"""

import base64
import hashlib

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings


def _box() -> MultiFernet:
    """Seals with the first key, opens with any."""
    keys = (settings.FIELD_KEY, *settings.FIELD_KEY_FALLBACKS)
    return MultiFernet([Fernet(base64.urlsafe_b64encode(hashlib.sha256(k.encode()).digest())) for k in keys])


def seal(text: str) -> bytes:
    """A text as it may be kept."""
    return _box().encrypt(text.encode())


def unseal(sealed: bytes | memoryview) -> str:
    """What was sealed, under whichever of the keys. Raises cryptography.fernet.InvalidToken."""
    return _box().decrypt(bytes(sealed)).decode()


def reseal(sealed: bytes | memoryview) -> bytes:
    """The same under the key of today. Raises cryptography.fernet.InvalidToken."""
    return _box().rotate(bytes(sealed))
