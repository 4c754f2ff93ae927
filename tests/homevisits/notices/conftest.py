"""Somebody to write to, and a mail server."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from homevisits.clock import app_now
from homevisits.notices import registry
from homevisits.notices.models import Notice
from homevisits.notices.outbox import queue
from homevisits.people.models import Staff
from homevisits.trusts.roles import RoleName
from tests.factories.people import staff_with
from tests.factories.trusts import SchoolFactory
from tests.mailserver import Letterbox, letterbox
from tests.running import running  # noqa: F401  (a fixture)

Queue = Callable[..., Notice]


@pytest.fixture
def reader(db: None) -> Staff:
    return staff_with(
        RoleName.OFFICE, SchoolFactory(), first_name="Rita", last_name="Reader", email="rita@a.example"
    )


@pytest.fixture
def queued(reader: Staff) -> Queue:
    """Put a notice into the outbox and give it back."""

    def make(key: str = "one", **fields: object) -> Notice:
        words = {"subject": "HV-7K3Q has not come back", "body": "Look at once.", "path": "/alarms/1/"}
        given = {"recipient": reader, "channel": "email", "urgent": True, "now": app_now(), **words, **fields}
        queue(key=key, **given)  # type: ignore[arg-type]
        return Notice.objects.get(key=key)

    return make


@pytest.fixture
def failed() -> Iterator[list[Notice]]:
    """The notices over which the failure hooks were called, and only this one is asked."""
    others = registry.FAILED_HOOKS[:]
    told: list[Notice] = []
    registry.FAILED_HOOKS[:] = [lambda notice, now: told.append(notice)]
    yield told
    registry.FAILED_HOOKS[:] = others


@pytest.fixture
def mail_server(settings: Any) -> Iterator[Letterbox]:
    """Mail goes out by SMTP, to a server of the test's."""
    with letterbox() as server:
        settings.MAILERS = {
            "default": {"BACKEND": "django.core.mail.backends.smtp.EmailBackend", "OPTIONS": server.options},
        }
        yield server
