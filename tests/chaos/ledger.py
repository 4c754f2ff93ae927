"""What came of it: counted from the database and from what the providers say they took, never from the product's word."""

import statistics
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db import OperationalError, connection

EVERYTHING_TOLD = """
    WITH told AS (
        SELECT e.detail->>'alarm' AS alarm, e.detail->>'rung' AS rung, p.person
        FROM visits_visitevent e, jsonb_array_elements_text(e.detail->'people') AS p(person)
        WHERE e.kind = 'rung_told')
    SELECT count(*) FROM told WHERE NOT EXISTS (
        SELECT 1 FROM notices_notice n
        WHERE n.alarm::text = told.alarm AND n.recipient_id::text = told.person AND n.channel = 'email'
          AND split_part(n.key, ':', 2) = told.rung)
"""


@dataclass
class Ledger:
    """One scenario's account. Times are seconds of the database's clock between due and alarm."""

    due: int = 0
    raised: int = 0
    lost: int = 0
    doubled: int = 0
    early: int = 0
    late: list[float] = field(default_factory=list)
    notices: int = 0
    sent: int = 0
    notices_lost: int = 0
    notices_doubled: int = 0
    repeats: int = 0
    notes: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    @property
    def is_well(self) -> bool:
        return not (
            self.lost
            or self.doubled
            or self.early
            or self.notices_lost
            or self.notices_doubled
            or self.faults
        )

    def quantile(self, share: float) -> float:
        if not self.late:
            return 0.0
        ordered = sorted(self.late)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))]

    @property
    def p50(self) -> float:
        return statistics.median(self.late) if self.late else 0.0

    def must(self, holds: object, words: str) -> None:
        """Write down a promise that was broken."""
        if not holds:
            self.faults.append(words)


def ask(sql: str, *params: Any) -> list[tuple[Any, ...]]:
    """Rows of the scenario's database, by a connection that may have been cut meanwhile."""
    for _ in range(200):
        try:
            with connection.cursor() as cursor:
                cursor.execute(sql, params)
                return cursor.fetchall() if cursor.description else []
        except OperationalError:
            connection.close()
            time.sleep(0.1)
    raise TimeoutError("the database does not come back")


def one(sql: str, *params: Any) -> Any:
    return ask(sql, *params)[0][0]


def wait_until(sql: str, seconds: float) -> bool:
    """Ask again and again whether something is true; False when it did not become so in time."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if one(sql):
            return True
        time.sleep(0.1)
    return False


FIRED = "SELECT count(*) = 0 FROM visits_visitdeadline WHERE state = 'live' AND due_at <= app_now()"
NOTHING_WAITS = "SELECT count(*) = 0 FROM notices_notice WHERE is_urgent AND state IN ('queued', 'sending')"


def settle(seconds: float) -> None:
    """Wait until the last deadline is past, everything due has fired and everything urgent has gone."""
    (rest,) = ask(
        "SELECT greatest(extract(epoch FROM max(due_at) - app_now()), 0) FROM visits_visitdeadline"
    )[0]
    time.sleep(float(rest or 0) + 0.2)
    wait_until(FIRED, seconds)
    wait_until(NOTHING_WAITS, seconds)


def account(accepted: Iterable[str] | None = None) -> Ledger:
    """Count. `accepted` are the references that the mail server says it took, one for each message."""
    found = Ledger()
    rows = ask(
        "SELECT d.id, d.due_at, a.opened_at FROM visits_visitdeadline d "
        "LEFT JOIN visits_visitalarm a ON a.deadline_id = d.id WHERE d.is_safety AND d.kind = 'return' "
        "AND d.state IN ('live', 'fired') AND d.due_at <= app_now()"
    )
    found.due = len({key for key, _, _ in rows})
    found.raised = sum(opened is not None for _, _, opened in rows)
    found.lost = sum(opened is None for _, _, opened in rows)
    found.doubled = found.raised - len({key for key, _, opened in rows if opened})
    lateness = [(opened - due).total_seconds() for _, due, opened in rows if opened]
    found.early = sum(each < 0 for each in lateness)
    found.late = lateness
    _notices(found, accepted)
    return found


def _notices(found: Ledger, accepted: Iterable[str] | None) -> None:
    found.notices = one("SELECT count(*) FROM notices_notice WHERE alarm IS NOT NULL AND channel = 'email'")
    found.sent = one(
        "SELECT count(*) FROM notices_notice WHERE alarm IS NOT NULL AND channel = 'email' AND state = 'sent'"
    )
    found.notices_lost = one(EVERYTHING_TOLD)
    same = "SELECT count(*) FROM (SELECT alarm, recipient_id, channel, split_part(key, ':', 2), split_part(key, ':', 3), count(*) FROM notices_notice WHERE alarm IS NOT NULL GROUP BY 1, 2, 3, 4, 5 HAVING count(*) > 1) t"
    found.notices_doubled = one(same)
    if accepted is None:
        return
    kept = [reference for (reference,) in ask("SELECT reference FROM notices_message")]  # a board's own drain
    taken = Counter(reference.partition("@")[0] for reference in [*accepted, *kept])
    unsent = one(
        "SELECT count(*) FROM notices_notice WHERE alarm IS NOT NULL AND channel = 'email' AND state = 'sent' AND NOT uuid::text = ANY(%s)",
        list(taken),
    )
    found.notices_lost += unsent
    found.repeats = sum(times - 1 for times in taken.values())
