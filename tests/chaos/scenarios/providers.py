"""Mail servers and text providers that are slow, that refuse, and that fail every other time."""

import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

from homevisits.local.notify.server import serving
from homevisits.local.notify.state import Exchange, Faults
from homevisits.trusts.models import Trust
from tests.chaos.ledger import Ledger, ask, one
from tests.chaos.phone import office
from tests.chaos.scenarios import scenario
from tests.chaos.world import World
from tests.notify import Pretend

LATER, NEVER = "451 try again later", "550 no such user"
# A transaction that is open for longer than any of ours takes, while somebody waits for a provider.
OPEN = """
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND state LIKE 'idle in transaction%%'
      AND clock_timestamp() - state_change > interval '1 s'
"""


@scenario("half-failing", "The mail server fails every other time, for a minute", "R18", "promise 3")
def half_failing(w: World) -> Ledger:
    """The alarms are on time; a message may need its fifth try, and after the third the next step hears too."""
    w.watched(), w.manage("sender", name="sender-2")
    w.people_out(w.many(300, 12), seconds=w.many(30, 2), seed=50)
    w.mail.refusal = lambda address: LATER if w.rng.random() < 0.5 else ""
    with after(w.many(60, 20), w.mail, "refusal", lambda address: ""):
        return w.ledger(latest=0.5, told_by=90, patience=150)


@scenario("hanging", "The mail server hangs for a minute, then answers; texts go", "R18")
def hanging(w: World) -> Ledger:
    """No deadline and no transaction waits for a message, and the text is there within half a minute."""
    until = time.monotonic() + w.many(75, 20)
    with texts(w, Faults()) as exchange:
        w.watched()
        w.people_out(w.many(60, 8), seconds=w.many(20, 3), seed=51)
        w.mail.on_accept = lambda: time.sleep(max(until - time.monotonic(), 0))
        with open_transactions() as seen:
            found = w.ledger(latest=0.5, told_by=None, repeats=len(w.history.due) * 10, patience=400)
        found = texted(w, exchange, found, by=30)
    found.must(
        not any(seen), f"a transaction was open during a call, at {sum(map(bool, seen))} of {len(seen)} looks"
    )
    return found


@contextmanager
def open_transactions() -> Iterator[list[int]]:
    """How many transactions did nothing for a second, at each look."""
    stop, seen = threading.Event(), []

    def look() -> None:
        while not stop.wait(0.5):
            seen.append(one(OPEN))
        connection.close()

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield seen
    finally:
        stop.set()
        thread.join()


@scenario("refusing", "The mail server refuses one person for good", "R18")
def refusing(w: World) -> Ledger:
    """Somebody who cannot be reached is not waited for: the next step is told at once."""
    refused = office().email
    w.history.refuses = lambda address: address == refused
    w.mail.refusal = lambda address: NEVER if address == refused else ""
    w.watched()
    w.people_out(w.many(100, 6), seconds=1, seed=52)
    found = w.ledger(latest=0.5, told_by=5, patience=60)
    failed, climbed = ask(
        "SELECT count(*), count(*) FILTER (WHERE a.rung > 1) FROM notices_notice n "
        "JOIN people_staff s ON s.id = n.recipient_id JOIN visits_visitalarm a ON a.uuid = n.alarm "
        "WHERE n.channel = 'email' AND n.state = 'failed' AND n.failure <> '' AND s.email = %s",
        refused,
    )[0]
    found.must(failed, "no failure is on file")
    found.must(climbed == failed, f"{failed - climbed} alarms stayed at a step that nobody heard")
    found.notes.append(f"{failed} e-mails on file as not delivered, with the reason")
    return found


@contextmanager
def texts(w: World, faults: Faults) -> Iterator[Exchange]:
    """A pretend Notify that misbehaves, with an account of every trust; what it takes arrives within a second."""
    stop = threading.Event()
    with serving(Exchange()) as double:
        w.env["NOTIFY_URL"] = double.url
        for trust in Trust.objects.order_by("pk"):
            Pretend(double.exchange).account(trust, callbacks=False)
        double.exchange.faults = faults

        def settle() -> None:
            while not stop.wait(0.5):
                double.exchange.settle()

        thread = threading.Thread(target=settle)
        thread.start()
        try:
            yield double.exchange
        finally:
            stop.set()
            thread.join()


def texted(w: World, exchange: Exchange, found: Ledger, by: float | None = None) -> Ledger:
    """Add the texts to an account: every one that was queued was taken, and a second copy says that it is one.

    `by`: seconds within which the first text about each alarm was taken.
    """
    taken = Counter(message.reference for message in exchange.messages.values())
    rows = ask("SELECT uuid::text, state, failure FROM notices_notice WHERE channel = 'text'")
    found.notices += len(rows)
    found.sent += sum(state == "sent" for _, state, _ in rows)
    found.notices_lost += sum(uuid not in taken and state != "dropped" for uuid, state, _ in rows)
    again = sum(times - 1 for times in taken.values())
    marked = sum("repeat" in message.body.lower() for message in exchange.messages.values())
    found.must(marked >= again, f"{again} texts came twice, {marked} say that they are a repeat")
    found.must(rows, "no text was queued")
    found.notes.append(f"{len(rows)} texts, {again} came twice, each marked")
    if by is not None:
        late = max(_first_texts(w), default=0.0)
        found.must(
            late <= by + w.margin, f"the first text about an alarm went {late:.0f} s late, {by:.0f} s allowed"
        )
        found.notes.append(f"first text at the latest after {late:.1f} s")
    return found


def _first_texts(w: World) -> list[float]:
    """How long after its time each alarm's first text went; endless where none did."""
    rows = ask(
        "SELECT a.deadline_id, extract(epoch FROM min(n.sent_at) - a.due_at) FROM visits_visitalarm a "
        "LEFT JOIN notices_notice n ON n.alarm = a.uuid AND n.channel = 'text' AND n.state = 'sent' "
        "WHERE a.deadline_id = ANY(%s) GROUP BY a.deadline_id, a.due_at",
        list(w.history.due),
    )
    return [float("inf") if late is None else float(late) for _, late in rows]


@contextmanager
def after(seconds: float, thing: object, name: str, value: object) -> Iterator[None]:
    """Set something once so many seconds have passed."""
    timer = threading.Timer(seconds, setattr, (thing, name, value))
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()


@scenario("texts-failing", "Notify fails every other request, for a minute", "R18", "promise 3")
def texts_failing(w: World) -> Ledger:
    """Each failure moves its alarm on at once, and the text is tried again until it is taken."""
    with texts(w, Faults(status=500, share=0.5, seed=7)) as exchange:
        w.watched()
        w.people_out(w.many(100, 6), seconds=w.many(20, 2), seed=53)
        with after(w.many(60, 20), exchange, "faults", Faults()):
            found = texted(w, exchange, w.ledger(latest=0.5, told_by=30, patience=150))
    moved = one("SELECT count(DISTINCT detail->>'alarm') FROM visits_visitevent WHERE kind = 'not_reached'")
    found.must(moved, "no alarm moved on although texts failed")
    found.notes.append(f"{moved} alarms moved on at once")
    return found


@scenario("texts-silent", "Notify takes texts and hangs up, every other time, for a minute", "R3", "R18")
def texts_silent(w: World) -> Ledger:
    """Nobody can know whether such a text went: it goes again, with the same reference, and says so."""
    with texts(w, Faults(lose=True, share=0.5, seed=8)) as exchange:
        w.watched()
        w.people_out(w.many(60, 6), seconds=w.many(20, 2), seed=54)
        with after(w.many(60, 20), exchange, "faults", Faults()):
            return texted(w, exchange, w.ledger(latest=0.5, told_by=45, patience=150))
