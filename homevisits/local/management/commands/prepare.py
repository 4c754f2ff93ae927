"""`manage.py prepare`: bring the database to this release; with --examples, fill an empty one."""

from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser
from django.db import transaction

from homevisits.clock import app_now
from homevisits.escalation import canary
from homevisits.local.registry import loaders
from homevisits.trusts.models import Trust


class Command(BaseCommand):
    help = "Migrate, make the cache table and, with --examples, load example data if there is no trust yet."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--examples", action="store_true", help="fill an empty database with examples")

    def handle(self, *args: Any, **options: Any) -> None:
        self.check(include_deployment_checks=settings.PRODUCTION)
        call_command("migrate", interactive=False, verbosity=0)
        call_command("createcachetable", verbosity=0)
        canary.ensure(now=app_now())
        if options["examples"] and not Trust.objects.exists():
            with transaction.atomic():  # all of the examples or, should one fail, none
                for load in loaders():
                    load(self.stdout)
