"""`manage.py rotatekeys`: everything sealed under an older FIELD_KEY is sealed under the one of today."""

from typing import Any

from django.core.management.base import BaseCommand

from homevisits.sealed import reseal_all


class Command(BaseCommand):
    help = "Seal every secret in the database again with FIELD_KEY; FIELD_KEY_FALLBACKS opens the older ones."

    def handle(self, *args: Any, **options: Any) -> None:
        for column, rows in reseal_all().items():
            self.stdout.write(f"{column}: {rows} sealed again")
        self.stdout.write(
            "Done. FIELD_KEY_FALLBACKS may be emptied once every process runs with the new key."
        )
