"""A clock that tests set: it stands in for the SQL function app_now()."""

import datetime as dt

from django.db import connection

from homevisits.clock import app_now, from_local

DATABASE_TIME = "statement_timestamp()"


class Clock:
    """Real until it is set or advanced; then fixed, or running ahead, until the test ends."""

    def __init__(self) -> None:
        self.fixed: dt.datetime | None = None
        self.ahead = dt.timedelta()

    @property
    def now(self) -> dt.datetime:
        """What app_now() answers."""
        return app_now()

    def set(self, when: str | dt.datetime) -> dt.datetime:
        """Stop the clock at an aware datetime, or at "2026-11-26 10:00" on a school's wall."""
        if isinstance(when, str):
            naive = dt.datetime.fromisoformat(when)
            when = naive if naive.tzinfo else from_local(naive.date(), naive.time())
        self.fixed = when.astimezone(dt.UTC)
        return self._install()

    def advance(self, **stretch: float) -> dt.datetime:
        """Move on by a timedelta's arguments: a stopped clock stays stopped, a running one runs."""
        if self.fixed is None:
            self.ahead += dt.timedelta(**stretch)
        else:
            self.fixed += dt.timedelta(**stretch)
        return self._install()

    def restore(self) -> None:
        """The database's own time again; needed only where no rollback brings it back."""
        self.fixed, self.ahead = None, dt.timedelta()
        self._install()

    def _install(self) -> dt.datetime:
        body = f"SELECT {DATABASE_TIME} + interval '{self.ahead.total_seconds()} seconds'"
        if self.fixed is not None:
            body = f"SELECT timestamptz '{self.fixed.isoformat()}'"
        elif not self.ahead:
            body = f"SELECT {DATABASE_TIME}"
        with connection.cursor() as cursor:
            cursor.execute(
                f"CREATE OR REPLACE FUNCTION app_now() RETURNS timestamptz LANGUAGE sql STABLE AS $${body}$$"
            )
        return app_now()
