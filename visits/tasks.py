"""Celery's part in a visit's documents and in drills: ids in, one line of work."""

from celery import shared_task

from homevisits.clock import app_now
from visits import documents
from visits.drilling import running


@shared_task
def make_document(document_id: int) -> None:
    """Make one PDF."""
    documents.make(document_id)


@shared_task
def plan_drills() -> None:
    """Have every school's next drill due, also where its terms have moved."""
    running.plan_all(app_now())
