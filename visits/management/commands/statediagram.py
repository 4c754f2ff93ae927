"""`manage.py statediagram`: writes docs/states.md and docs/states.svg from the code, or checks them."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from visits import diagram


def drawn() -> dict[Path, str]:
    """What each file must say."""
    docs = settings.BASE_DIR / "docs"
    return {docs / "states.md": diagram.page(), docs / "states.svg": diagram.svg()}


class Command(BaseCommand):
    help = "Draw the states of a visit into docs/, from visits/states.py and visits/permissions.py."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--check", action="store_true", help="write nothing; fail when a file is out of date"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        stale = [
            path for path, text in drawn().items() if not path.exists() or path.read_text("utf-8") != text
        ]
        if options["check"] and stale:
            names = " and ".join(path.name for path in stale)
            raise CommandError(f"{names} in docs/ do not say what the code says: run manage.py statediagram.")
        for path in stale:
            path.write_text(drawn()[path], "utf-8")
            self.stdout.write(f"Drew docs/{path.name}.")
