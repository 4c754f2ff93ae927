"""Push: to every phone that somebody has set up for alerts."""

import uuid
from collections.abc import Sequence

from homevisits.notices import push
from homevisits.notices.models import Notice
from homevisits.people.models import Staff


def send(notice: Notice, *, is_repeat: bool) -> uuid.UUID | None:
    """Hand a notice to the services of the phones' makers, who tell us nothing more of it."""
    push.send(notice, is_repeat=is_repeat)
    return None


def missing(people: Sequence[Staff]) -> dict[int, str]:
    """Who has no phone set up: quite ordinary, so no reason is given."""
    reached = push.reached(people)
    return {person.pk: "" for person in people if person.pk not in reached}
