"""`manage.py verify_audit`: whether anybody changed the story after it was written."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from homevisits.audit import verify


class Command(BaseCommand):
    help = "Check every chain of events; name the first bad link of each. Ends with 1 if there is one."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--against", type=Path, help="a file of heads that an earlier --keep wrote")
        parser.add_argument("--keep", type=Path, help="write the heads to this file, to keep elsewhere")

    def handle(self, *args: Any, against: Path | None, keep: Path | None, **options: Any) -> None:
        kept = (
            {chain: (n, digest) for chain, (n, digest) in json.loads(against.read_text()).items()}
            if against
            else {}
        )
        found = list(verify.faults(kept))
        for fault in found:
            self.stderr.write(str(fault))
        if found:
            raise CommandError(f"{len(found)} of the chains cannot be trusted.")
        heads = verify.heads()
        if keep:
            keep.write_text(json.dumps(heads, indent=1))
        self.stdout.write(f"{len(heads)} chains, {sum(n for n, _ in heads.values())} events: all as written.")
