"""What Celery does for attendance, one line each."""

from celery import shared_task

from attendance.proposing import propose
from homevisits.clock import app_now
from homevisits.trusts.models import School


@shared_task
def propose_visits() -> None:
    """Look at every school's marks."""
    for school in School.objects.all():
        propose(school=school, now=app_now())
