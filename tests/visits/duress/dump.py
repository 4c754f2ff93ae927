"""The whole database in words, as a thief would read it."""

from django.apps import apps
from django.db import connection


def every_text() -> str:
    """Every row of every table, as a dump of the database would hold it."""
    found = []
    with connection.cursor() as cursor:
        for model in apps.get_models(include_auto_created=True):
            cursor.execute(f'SELECT r::text FROM "{model._meta.db_table}" AS r')
            found += [row[0] for row in cursor.fetchall()]
    return "\n".join(found).lower()
