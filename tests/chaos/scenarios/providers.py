"""Mail servers that are slow, that refuse, and that fail every other time."""

import time

from tests.chaos.ledger import Ledger, one
from tests.chaos.scenarios import scenario
from tests.chaos.seeding import people_out
from tests.chaos.world import World

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
