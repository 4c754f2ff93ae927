"""`manage.py devdb`: embedded PostgreSQL and Valkey for development, until Ctrl-C."""

import shlex
import signal
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from homevisits.local.datafolder import FolderBusy, claimed, servers
from homevisits.local.supervisor import end_on_signal


class Command(BaseCommand):
    help = "Run embedded PostgreSQL and Valkey for development and print the settings that lead to them."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--data", type=Path, default=settings.BASE_DIR / "var" / "dev", help="where to keep it"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        folder = options["data"].absolute()
        end_on_signal()
        try:
            with claimed(folder), servers(folder) as named:
                exports = {"HOMEVISITS_MODE": "development"} | named
                lines = "".join(f"export {name}={shlex.quote(value)}\n" for name, value in exports.items())
                (folder / "env").write_text(lines)
                self.stdout.write(f"{lines}# or, in another shell: . {folder / 'env'}\n# Ctrl-C stops both.")
                self.stdout.flush()
                while True:
                    signal.pause()
        except FolderBusy as busy:
            raise CommandError(str(busy)) from busy
        except KeyboardInterrupt:
            self.stdout.write("Stopped; the data is kept.")
