"""Which PDF of a visit is asked for, by whom; the words come from here, the pages from homevisits.pdf."""

import datetime as dt

from homevisits.people.models import Staff
from visits.facts import facts_hash
from visits.models import Visit
from visits.story import Document


def ask(*, visit: Visit, kind: str, by: Staff, now: dt.datetime, for_office: bool = False) -> Document:
    """Queue a copy with this person's name in its footer; made after the transaction by a worker."""
    return Document.objects.create(
        visit=visit, kind=kind, for_office=for_office, facts_hash=facts_hash(visit), printed_by=by, asked_at=now
    )
