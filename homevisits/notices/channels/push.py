"""Push: to a phone on which the product is installed. Nobody has installed it yet."""

import uuid
from collections.abc import Sequence

from homevisits.notices.delivery import Undeliverable
from homevisits.notices.models import Notice
from homevisits.people.models import Staff


def send(notice: Notice, *, is_repeat: bool) -> uuid.UUID | None:
    """Hand a notice to the service of the phone's maker."""
    raise Undeliverable("The product is installed on no phone of theirs.")


def missing(people: Sequence[Staff]) -> dict[int, str]:
    """Who has no phone with the product on it: quite ordinary, so no reason is given."""
    return {person.pk: "" for person in people}
