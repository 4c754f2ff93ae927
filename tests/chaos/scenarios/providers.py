"""Mail servers and text providers that are slow, that refuse, and that fail every other time."""

import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from homevisits.local.notify.server import serving
from homevisits.local.notify.state import Exchange, Faults
from homevisits.trusts.models import Trust
from tests.chaos.ledger import Ledger, ask, one
from tests.chaos.scenarios import scenario
from tests.chaos.seeding import people_out
from tests.chaos.world import World
from tests.notify import Pretend

LATER, NEVER = "451 try again later", "550 no such user"


@scenario("half-failing", "The mail server fails every other time", "R18", "promise 3")
def half_failing(w: World) -> Ledger:
    w.watched(), w.manage("sender", name="sender-2")
    people_out(w.many(300, 20), seconds=w.many(30, 3), seed=50)
    w.mail.refusal = lambda: LATER if w.rng.random() < 0.5 else ""
    return w.ledger(patience=400)


@scenario("hanging", "The mail server hangs for a minute, then answers", "R18")
def hanging(w: World) -> Ledger:
    """No deadline waits for a message: the sender's sleep is its own."""
    w.watched()
    people_out(w.many(60, 10), seconds=w.many(30, 4), seed=51)
    until = time.monotonic() + w.many(60, 12)
    w.mail.on_accept = lambda: time.sleep(max(until - time.monotonic(), 0))
    return w.ledger(patience=400)


@scenario("refusing", "The mail server refuses one person for good", "R18")
def refusing(w: World) -> Ledger:
    """Somebody who cannot be reached is not waited for: the next step is told at once."""
    w.watched()
    people_out(w.many(20, 4), seconds=1, seed=52)
    w.mail.refusal = lambda: NEVER
    found = w.ledger(patience=60)
    climbed = one("SELECT count(*) FROM visits_visitalarm WHERE rung > 1")
    found.must(climbed == found.raised, f"{found.raised - climbed} alarms stayed at a step that nobody heard")
    failed = one(
        "SELECT count(*) FROM notices_notice WHERE channel = 'email' AND state = 'failed' AND failure <> ''"
    )
    found.must(failed, "no failure is on file")
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


def texted(w: World, exchange: Exchange, found: Ledger) -> Ledger:
    """Add the texts to an account: every one that was queued was taken, and a second copy says that it is one."""
    taken = Counter(message.reference for message in exchange.messages.values())
    rows = ask("SELECT uuid::text, state, failure FROM notices_notice WHERE channel = 'text'")
    found.notices += len(rows)
    found.sent += sum(state == "sent" for _, state, _ in rows)
    found.notices_lost += sum(uuid not in taken and state != "dropped" for uuid, state, _ in rows)
    again = sum(times - 1 for times in taken.values())
    found.repeats += again
    marked = sum("repeat" in message.body.lower() for message in exchange.messages.values())
    found.must(marked >= again, f"{again} texts came twice, {marked} say that they are a repeat")
    found.must(rows, "no text was queued")
    return found


@scenario("texts-failing", "Notify fails every other request", "R18", "promise 3")
def texts_failing(w: World) -> Ledger:
    """Each failure moves its alarm on at once, and the text is tried again until it is taken."""
    with texts(w, Faults(status=500, share=0.5, seed=7)) as exchange:
        w.watched()
        people_out(w.many(100, 8), seconds=w.many(20, 3), seed=53)
        found = texted(w, exchange, w.ledger(patience=400))
    moved = one("SELECT count(DISTINCT detail->>'alarm') FROM visits_visitevent WHERE kind = 'not_reached'")
    found.must(moved, "no alarm moved on although texts failed")
    found.notes.append(f"{moved} alarms moved on at once")
    return found


@scenario("texts-silent", "Notify takes texts and hangs up before it answers, every other time", "R3", "R18")
def texts_silent(w: World) -> Ledger:
    """Nobody can know whether such a text went: it goes again, with the same reference, and says so."""
    with texts(w, Faults(lose=True, share=0.5, seed=8)) as exchange:
        w.watched()
        people_out(w.many(60, 6), seconds=w.many(20, 3), seed=54)
        found = texted(w, exchange, w.ledger(patience=400))
    found.notes.append(f"{found.repeats} texts came twice, each marked")
    return found
