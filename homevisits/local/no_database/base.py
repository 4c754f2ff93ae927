"""PostgreSQL as far as models and SQL go; every attempt to connect is answered with what to do."""

from typing import Any, NoReturn

from django.core.management.base import CommandError
from django.db.backends.postgresql import base
from django.db.utils import OperationalError

SENTENCE = (
    "DATABASE_URL is not set, so there is no database to talk to. Set it "
    "(postgres://user:password@host/name), or use `manage.py demo`, which brings its own server, "
    "or `manage.py devdb`, which starts one for development and prints the setting."
)


class NoDatabase(OperationalError, CommandError):
    """Both, so that manage.py prints the sentence alone and makemigrations can go on without."""


class DatabaseWrapper(base.DatabaseWrapper):
    def get_new_connection(self, conn_params: Any) -> NoReturn:
        raise NoDatabase(SENTENCE)
