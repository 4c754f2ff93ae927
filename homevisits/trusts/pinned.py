"""Published versions of policies, read once by each process: the database lets nobody change one.

They are kept as bytes, so that everybody gets a copy of their own: nothing that is done with one,
and nobody who was looked up through it, is there for the next.
"""

import pickle
from collections.abc import Iterable
from functools import lru_cache
from typing import Protocol

from homevisits.trusts.policies import Policy


class Pinning(Protocol):
    """Something that a version binds, such as a visit from its request on."""

    policy_id: int | None
    policy: Policy | None


@lru_cache(maxsize=256)
def _bytes_of(pk: int) -> bytes:
    return pickle.dumps(Policy.objects.published().get(pk=pk))


def pinned(pk: int) -> Policy:
    """A published version. Raises Policy.DoesNotExist for a draft: those are never kept."""
    policy: Policy = pickle.loads(_bytes_of(pk))  # noqa: S301  (written by this process, in memory)
    return policy


def give_policies(rows: Iterable[Pinning]) -> None:
    """Let each of them have its pinned version at hand; those of the same version share one."""
    known: dict[int, Policy] = {}
    for row in rows:
        if row.policy_id is not None:
            row.policy = known.setdefault(row.policy_id, pinned(row.policy_id))
