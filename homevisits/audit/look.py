"""Notes that somebody opened something restricted."""

from typing import Any

from homevisits.audit.models import Look


def looked(by: Any, what: str, ref: str) -> None:
    """Write who looked at what; `ref` is a reference or an id, never a name."""
    Look.objects.create(by=by, what=what, ref=ref)
