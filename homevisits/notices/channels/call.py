"""Calls: whatever VOICE_BACKEND names sees to it that somebody is rung; without one a named person rings."""

import uuid
from collections.abc import Sequence

from django.conf import settings
from django.utils.module_loading import import_string

from homevisits.notices.delivery import Undeliverable
from homevisits.notices.models import Notice
from homevisits.people.models import Staff

NO_NUMBER = "no mobile number"


def send(notice: Notice, *, is_repeat: bool) -> uuid.UUID | None:
    """Have the recipient rung."""
    if not notice.recipient.mobile:
        raise Undeliverable("There is no number to ring.")
    reference: uuid.UUID | None = import_string(settings.VOICE_BACKEND)(notice, is_repeat=is_repeat)
    return reference


def missing(people: Sequence[Staff]) -> dict[int, str]:
    """Who has no mobile number."""
    return {person.pk: NO_NUMBER for person in people if not person.mobile}
