"""What fills an empty demo: upper floors add their own loader in AppConfig.ready()."""

from collections.abc import Callable
from enum import IntEnum

from django.core.management.base import OutputWrapper

Loader = Callable[[OutputWrapper], None]


class Stage(IntEnum):
    """The order in which example data is made: people before their marks, marks before visits."""

    PEOPLE = 1
    MARKS = 2
    VISITS = 3
    AFTERWARDS = 4


_LOADERS: list[tuple[Stage, Loader]] = []


def register(stage: Stage, loader: Loader) -> None:
    """Have `manage.py prepare --examples` run a loader once, when there is no trust yet."""
    _LOADERS.append((stage, loader))


def loaders() -> list[Loader]:
    """Every loader, by stage and then by order of registration."""
    return [loader for _, loader in sorted(_LOADERS, key=lambda pair: pair[0])]
