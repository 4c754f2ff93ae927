"""`manage.py rotatekeys`: everything sealed under an older FIELD_KEY is sealed under the one of today."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from homevisits.sealed import reseal_all


class Command(BaseCommand):
    help = "Seal every secret in the database again with FIELD_KEY; FIELD_KEY_FALLBACKS opens the older ones."

    def handle(self, *args: Any, **options: Any) -> None:
        done = reseal_all()
        for column, found in done.items():
            self.stdout.write(f"{column}: {found.rows} sealed again")
        if lost := {column: found.unreadable for column, found in done.items() if found.unreadable}:
            rows = "; ".join(f"{column}: {', '.join(map(str, pks))}" for column, pks in lost.items())
            raise CommandError(
                f"No key opens these rows, which stay as they are: {rows}. All others are sealed again."
            )
        self.stdout.write(
            "Done. FIELD_KEY_FALLBACKS may be emptied once every process runs with the new key."
        )
