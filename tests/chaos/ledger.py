"""What came of a scenario, by what was written down outside the product: the plan, the sightings, the letters."""

import datetime as dt
import statistics
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db import OperationalError, connection

from homevisits.notices.mail import REPEAT
from tests.chaos.eye import Sighting
from tests.mailserver import Letter

# How far the machine's clock and the database's may be read apart.
APART = 0.005


@dataclass(frozen=True)
class Due:
    """When an alarm was called for: by the database's clock, and by the machine's that nobody can set."""

    at: dt.datetime
    moment: float


@dataclass
class History:
    """Everything that is kept outside the database under test.

    `away`: stretches in which no database answered; what was due then counts from their end.
    `refuses`: an address whose letters the mail server refuses on purpose. `hopeless`: channels whose
    provider never answers, on which nothing is waited for.
    """

    due: dict[int, Due] = field(default_factory=dict)
    seen: dict[int, Sighting] = field(default_factory=dict)
    letters: list[Letter] = field(default_factory=list)
    away: list[tuple[float, float]] = field(default_factory=list)
    refuses: Callable[[str], bool] = lambda address: False
    hopeless: tuple[str, ...] = ()

    def expected(self, due: Due) -> float:
        """The moment at which an alarm could first have been there."""
        return max([due.moment, *(end for start, end in self.away if start <= due.moment <= end)])


@dataclass
class Ledger:
    """One scenario's account. `late`: seconds from due until somebody else could read the alarm; `told`: until
    a mail server or provider had taken the first message about it. `latest`, `told_by` and `repeats_allowed`
    are what they are judged by; None where a scenario judges in its own way."""

    due: int = 0
    raised: int = 0
    lost: int = 0
    doubled: int = 0
    early: int = 0
    unheard: int = 0
    late: list[float] = field(default_factory=list)
    told: list[float] = field(default_factory=list)
    notices: int = 0
    sent: int = 0
    notices_lost: int = 0
    notices_doubled: int = 0
    repeats: int = 0
    latest: float | None = None
    told_by: float | None = None
    repeats_allowed: int = 0
    notes: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    @property
    def broken(self) -> list[str]:
        """Every promise that did not hold, in words."""
        counts = {
            "alarms lost": self.lost,
            "alarms doubled": self.doubled,
            "alarms early": self.early,
            "alarms of which nobody heard": self.unheard,
            "messages lost": self.notices_lost,
            "messages doubled": self.notices_doubled,
            "repeats too many": max(self.repeats - self.repeats_allowed, 0),
        }
        found = [f"{number} {words}" for words, number in counts.items() if number]
        for words, seconds, limit in (
            ("an alarm came", self.late, self.latest),
            ("a first message went", self.told, self.told_by),
        ):
            if limit is not None and max(seconds, default=0.0) > limit:
                found.append(f"{words} {max(seconds):.2f} s late, {limit:g} s allowed")
        return found + self.faults

    @property
    def is_well(self) -> bool:
        return not self.broken

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


def wait_until(sql: str, seconds: float, *params: Any) -> bool:
    """Ask again and again whether something is true; False when it did not become so in time."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if one(sql, *params):
            return True
        time.sleep(0.1)
    return False


def until(holds: Callable[[], object], seconds: float) -> float:
    """Wait until something holds; how many seconds it took, or endless."""
    began = time.monotonic()
    while time.monotonic() - began < seconds:
        if holds():
            return time.monotonic() - began
        time.sleep(0.1)
    return float("inf")


UNFIRED = (
    "SELECT count(*) FROM visits_visitdeadline WHERE state = 'live' AND is_safety AND due_at <= app_now()"
)
WAITING = (
    "SELECT count(*) FROM notices_notice WHERE is_urgent AND state IN ('queued', 'sending') "
    "AND channel <> ALL(%s)"
)


def settle(history: History, seconds: float) -> list[str]:
    """Wait until everything due has fired and everything urgent has gone; what has not, in words."""
    last = max((due.moment for due in history.due.values()), default=0.0)
    time.sleep(max(last - time.monotonic(), 0) + 0.2)
    found = []
    if not wait_until(f"SELECT ({UNFIRED}) = 0", seconds):
        found.append(f"after {seconds:.0f} s {one(UNFIRED)} deadlines had not fired")
    ways = list(history.hopeless)
    if not wait_until(f"SELECT ({WAITING}) = 0", seconds, ways):
        found.append(f"after {seconds:.0f} s {one(WAITING, ways)} urgent messages had not gone")
    return found


def account(history: History) -> Ledger:
    """Count what was planned against what was seen, and what people were told against what a server took."""
    found = Ledger(due=len(history.due))
    _alarms(found, history)
    _letters(found, history)
    return found


def _alarms(found: Ledger, history: History) -> None:
    keys = list(history.due)
    sightings = defaultdict(list)
    for sighting in history.seen.values():
        sightings[sighting.deadline].append(sighting.at)
    standing = Counter(
        key for (key,) in ask("SELECT deadline_id FROM visits_visitalarm WHERE deadline_id = ANY(%s)", keys)
    )
    for key, due in history.due.items():
        seen = sightings.pop(key, [])
        found.raised += max(len(seen), standing[key])
        found.lost += not seen or not standing[key]
        found.doubled += max(len(seen), standing[key], 1) - 1
        found.early += any(at < due.moment - APART for at in seen)
        found.late += [min(seen) - history.expected(due)] if seen else []
    found.must(not sightings, f"{len(sightings)} deadlines raised an alarm and were never planned")
    rows = dict(
        ask("SELECT id, due_at FROM visits_visitdeadline WHERE state = 'fired' AND id = ANY(%s)", keys)
    )
    other = sum(rows.get(key) != due.at for key, due in history.due.items())
    found.must(
        not other, f"{other} deadlines are gone, did not fire, or are due at another time than planned"
    )


TOLD = """
    SELECT e.detail->>'alarm', e.detail->>'rung', p.person::int
    FROM visits_visitevent e, jsonb_array_elements_text(e.detail->'people') AS p(person)
    WHERE e.kind = 'rung_told'
"""
LETTERS = """
    SELECT n.uuid::text, n.alarm::text, split_part(n.key, ':', 2), split_part(n.key, ':', 3), n.recipient_id,
           n.state, s.email
    FROM notices_notice n JOIN people_staff s ON s.id = n.recipient_id
    WHERE n.alarm IS NOT NULL AND n.channel = 'email' AND n.state <> 'dropped'
"""


def _letters(found: Ledger, history: History) -> None:
    """Every person of every step that was told, and every message about an alarm: taken by the mail server."""
    first: dict[str, float] = {}
    for letter in history.letters:
        first[letter.reference] = min(first.get(letter.reference, letter.taken_at), letter.taken_at)
    rows = ask(LETTERS)
    written = {(alarm, rung, person) for _, alarm, rung, _, person, _, _ in rows}
    found.notices_lost += len(set(ask(TOLD)) - written)
    for uuid, _, _, _, _, state, address in rows:
        if history.refuses(address):
            found.must(state == "failed", f"a message to a refused address is {state}")
        else:
            found.notices_lost += uuid not in first
    found.notices, found.sent = len(rows), sum(row[0] in first for row in rows)
    found.notices_doubled = len(rows) - len({row[1:5] for row in rows})
    _heard(found, history, {alarm: [] for _, alarm, *_ in rows} | _taken(rows, first))
    _repeats(found, history.letters)


def _taken(rows: Iterable[tuple[Any, ...]], first: dict[str, float]) -> dict[str, list[float]]:
    taken = defaultdict(list)
    for uuid, alarm, *_ in rows:
        if uuid in first:
            taken[alarm].append(first[uuid])
    return taken


def _heard(found: Ledger, history: History, taken: dict[str, list[float]]) -> None:
    """No alarm without a message, and how long after its time the first one went."""
    alarms = ask(
        "SELECT uuid::text, deadline_id FROM visits_visitalarm WHERE deadline_id = ANY(%s)", list(history.due)
    )
    for alarm, deadline in alarms:
        if times := taken.get(alarm):
            found.told.append(min(times) - history.expected(history.due[deadline]))
        else:
            found.unheard += 1


def _repeats(found: Ledger, letters: list[Letter]) -> None:
    """A second copy of a letter says that it is one."""
    times = Counter(letter.reference for letter in letters)
    marked = Counter(letter.reference for letter in letters if REPEAT in str(letter.get_payload()))
    found.repeats = sum(times.values()) - len(times)
    silent = sum(max(number - 1 - marked[reference], 0) for reference, number in times.items())
    found.must(not silent, f"{silent} second copies do not say that they are a repeat")
