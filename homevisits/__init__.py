"""Home Visits: the project and its ground floor."""

from homevisits.celery import app as celery_app

__all__ = ["celery_app"]
