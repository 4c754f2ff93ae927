"""`manage.py restored`: after a backup was put back and before anything else runs (docs/running.md)."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from homevisits.escalation.restoring import after_restore


class Command(BaseCommand):
    help = "Fire what was due since the copy was made, mark what may have gone already, and tell people."

    def handle(self, *args: Any, **options: Any) -> None:
        restored = after_restore()
        if restored is None:
            raise CommandError("This database has never been watched: there is nothing to make up for.")
        self.stdout.write(
            f"The copy is of {restored.copied_at:%d %B %Y %H:%M:%S} UTC. "
            f"{restored.fired} deadlines have fired since; {restored.marked} messages go with the word that "
            f"they may be a repeat; {restored.told} people are told."
        )
