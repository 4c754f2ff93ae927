"""Celery's part in a visit's documents: ids in, one line of work."""

from celery import shared_task

from visits import documents


@shared_task
def make_document(document_id: int) -> None:
    """Make one PDF."""
    documents.make(document_id)
