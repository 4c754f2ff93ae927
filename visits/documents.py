"""The PDFs of a visit: asked for after a change or by a viewer, made once by whoever is alive, and kept.

`homevisits.making` has the lease that sees to it that a copy is made once.
"""

import datetime as dt
import hashlib
import json
import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.template.loader import render_to_string

from homevisits import making, pdf
from homevisits.clock import app_now
from homevisits.people.models import Staff
from visits import responders
from visits.cards import calling_words, checklist_words, risk_words
from visits.climbing import may_answer
from visits.letters import expectations_words, letter_words, may_have_letter, nothing_in_writing
from visits.models import Visit
from visits.numbers import may_read_all, without_hidden
from visits.paper import appointment_words, letterhead, moment
from visits.states import State
from visits.story import Document
from visits.written import record_words

logger = logging.getLogger(__name__)
Kind, Made = Document.Kind, Document.State


@dataclass(frozen=True)
class Sheet:
    """One kind of document: its page, what it says, and whether there is anything to print yet."""

    template: str
    words: Callable[[Visit, bool], dict[str, Any]]
    is_due: Callable[[Visit], bool] = lambda visit: visit.policy_id is not None


SHEETS = {
    Kind.APPOINTMENT: Sheet(
        "pdf/appointment.html", lambda visit, for_office: appointment_words(visit, for_office=for_office)
    ),
    Kind.RECORD: Sheet(
        "pdf/record.html",
        lambda visit, for_office: record_words(visit),
        lambda visit: visit.state == State.RECORDED,
    ),
    Kind.LETTER: Sheet("pdf/letter.html", lambda visit, for_office: letter_words(visit), may_have_letter),
    Kind.EXPECTATIONS: Sheet(
        "pdf/letter.html",
        lambda visit, for_office: expectations_words(visit),
        lambda visit: visit.series_id is not None,
    ),
    Kind.RISK: Sheet(
        "pdf/risk.html",
        lambda visit, for_office: risk_words(visit),
        lambda visit: visit.policy_id is not None and visit.risk_id is not None,
    ),
    Kind.CARD: Sheet(
        "pdf/card.html",
        lambda visit, for_office: calling_words(visit),
        lambda visit: visit.policy_id is not None and not nothing_in_writing(visit),
    ),
    Kind.RESPONDERS: Sheet(
        "pdf/responders.html",
        lambda visit, for_office: responders.words(visit),
        lambda visit: Visit.objects.needing_answers().filter(pk=visit.pk).exists(),
    ),
    Kind.CHECKLIST: Sheet("pdf/checklist.html", lambda visit, for_office: checklist_words(visit)),
}


def words(visit: Visit, kind: str, *, for_office: bool = False) -> dict[str, Any]:
    """Everything that a document says, without who prints it and when."""
    return letterhead(visit) | SHEETS[Kind(kind)].words(visit, for_office)


def for_reader(visit: Visit, kind: str, reader: Staff, *, for_office: bool) -> dict[str, Any]:
    """The same for one person: the form leaves out the numbers that they do not see (TC-160, TC-161)."""
    said = words(visit, kind, for_office=for_office)
    if kind == Kind.RESPONDERS:
        return said | responders.words(visit, reader)
    return without_hidden(said, visit, reader) if kind == Kind.APPOINTMENT else said


def digest(said: dict[str, Any]) -> str:
    """SHA-256 over the words: an old copy is good for as long as it says the same."""
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def ask(*, visit: Visit, kind: str, by: Staff, now: dt.datetime, for_office: bool = False) -> Document:
    """This person's copy of the words as they stand: the one there is, else a new one to be made.

    Locks the visit, so that asking twice at once makes one. Handed to a worker after the commit.
    """
    with transaction.atomic():
        fresh = (
            Visit.objects.select_for_update(of=("self",))
            .select_related("school__trust", "policy")
            .get(pk=visit.pk)
        )
        said = digest(for_reader(fresh, kind, by, for_office=for_office))
        copies = Document.objects.filter(visit=fresh, kind=kind, for_office=for_office, printed_by=by)
        copy = copies.filter(facts_hash=said).first()
        if copy is None:
            copy = Document.objects.create(
                visit=fresh, kind=kind, for_office=for_office, facts_hash=said, printed_by=by, asked_at=now
            )
            transaction.on_commit(partial(hand_over, copy.pk), robust=True)
    return copy


def again(copy: Document, *, now: dt.datetime) -> None:
    """Ask once more for a copy that could not be made."""
    failed = Document.objects.filter(pk=copy.pk, state=Made.FAILED)
    if failed.update(state=Made.QUEUED, asked_at=now, started_at=None, failure=""):
        transaction.on_commit(partial(hand_over, copy.pk), robust=True)


def hand_over(document_id: int) -> None:
    """Tell the workers. Nobody listening is no harm: the page that waits makes the copy itself."""
    making.hand_over("visits.tasks.make_document", document_id)


def make(document_id: int) -> None:
    """Make one copy, unless it is made or somebody else is at it."""
    started = app_now()
    if not making.lease(Document, document_id, started):
        return
    try:
        making.settle(Document, document_id, started, **_rendered(document_id, started))
    except pdf.NotMade as trouble:
        logger.warning("document %s was not made: %s", document_id, trouble)
        making.settle(Document, document_id, started, state=Made.FAILED, failure=str(trouble)[:200])
    except Exception:
        making.settle(
            Document, document_id, started, state=Made.FAILED, failure="The document could not be made."
        )
        raise


def _rendered(document_id: int, started: dt.datetime) -> dict[str, Any]:
    """The columns of a copy that is ready: it says what holds now, not what held when it was asked for."""
    copy = Document.objects.select_related("visit__school__trust", "visit__policy", "printed_by").get(
        pk=document_id
    )
    said = for_reader(copy.visit, copy.kind, copy.printed_by, for_office=copy.for_office)
    made = pdf.render(page(copy, said, started))
    return {"state": Made.READY, "pdf": made, "made_at": app_now(), "facts_hash": digest(said)}


def page(copy: Document, said: dict[str, Any], now: dt.datetime) -> str:
    """The HTML of a copy, with who printed it and when in its footer."""
    printed = f"Printed by {copy.printed_by.short_name}, {moment(now)}"
    return render_to_string(SHEETS[Kind(copy.kind)].template, {**said, "printed": printed})


def make_if_left(copy: Document, *, now: dt.datetime) -> bool:
    """Make a copy here, behind the page that waits for it, when no worker has; whether it was begun."""
    return making.make_if_left(copy, make, now=now)


def can_be_printed(visit: Visit, kind: str) -> bool:
    """Whether there is anything to print: a form once it is asked for, a record once it is finished."""
    return SHEETS[Kind(kind)].is_due(visit)


def kept(visit: Visit, staff: Staff) -> "QuerySet[Document]":
    """The copies on file that this person may open; none without the reason for who may not read it."""
    copies = visit.documents.filter(state=Made.READY).select_related("printed_by").defer("pdf")
    if not Visit.objects.about_reason(staff).filter(pk=visit.pk).exists():
        copies = copies.filter(for_office=True)
    if not Visit.objects.record_read_by(staff).filter(pk=visit.pk).exists():
        copies = copies.exclude(kind=Kind.RECORD)
    if not may_answer(visit, staff, app_now()):
        copies = copies.exclude(kind=Kind.RESPONDERS)
    if may_read_all(staff, visit):
        return copies
    return copies.exclude(~Q(printed_by=staff), kind=Kind.APPOINTMENT)
