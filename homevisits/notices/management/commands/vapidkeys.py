"""`manage.py vapidkeys`: makes the key for alerts on phones, once for an installation."""

from typing import Any

from django.core.management.base import BaseCommand

from homevisits.notices.vapid import new_private_key


class Command(BaseCommand):
    help = "Print a fresh VAPID_PRIVATE_KEY for the environment. Changing it later ends every phone's alerts."
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"VAPID_PRIVATE_KEY={new_private_key()}")
        self.stdout.write("VAPID_SUBJECT=mailto:it@trust.example")
