"""Push services, mail servers and Notify that hang, alone and together; a sender that dies after Notify took a text."""

import signal
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

from homevisits.clock import app_now
from homevisits.local.notify.state import Faults
from homevisits.notices.models import PushSubscription
from homevisits.notices.vapid import new_private_key
from homevisits.people.models import Staff
from tests.chaos.ledger import Ledger, ask, one
from tests.chaos.scenarios import scenario
from tests.chaos.scenarios.providers import after, texted, texts
from tests.chaos.world import World, run

# A key that a browser might have, and its secret: what is sealed for it is never opened here.
P256DH = "BPPZo03pqMuIFf4jQ5BWXB6dRJagAHcAVqdH8aEUHFhES1qGB1Lr2e-yXs1cWQFdD7_f-sQEKNnwOQZ7YSq7hxU"
AUTH = "gJ0wz2Tn9zWqJbQGm0o4Vw"
FALLBACK = 30.0  # seconds, of R18
PROMPT = 5.0  # what no provider holds up goes within so many seconds, on a busy machine too
DIES = """
from homevisits.notices import notify, sending
was = notify._sent
def die(*args):
    was(*args)
    os.kill(os.getpid(), 9)
notify._sent = die
sending.drain(seconds=20, ways=["text"])
"""


@contextmanager
def push_hanging(w: World) -> Iterator[None]:
    """Everybody has alerts on a phone, and the service of its maker takes connections and says nothing."""
    w.env["VAPID_PRIVATE_KEY"] = new_private_key()
    with socket.create_server(("127.0.0.1", 0), backlog=512) as hole:
        address = f"http://127.0.0.1:{hole.getsockname()[1]}"
        PushSubscription.objects.bulk_create(
            PushSubscription(
                staff=person, endpoint=f"{address}/{person.pk}", p256dh=P256DH, auth=AUTH,
                label="A phone", created_at=app_now(),
            )
            for person in Staff.objects.active()
        )  # fmt: skip
        yield


def every_way() -> None:
    """Each step tells people in the product, by e-mail, text and push. Beside the doors: only here."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("UPDATE trusts_ladderstep SET channels = '{in_app,email,text,push}'")
        cursor.execute("SET session_replication_role = origin")


def slowest(channel: str) -> float:
    """Seconds from queued to gone, of the notice about an alarm that took longest."""
    sql = "SELECT coalesce(max(extract(epoch FROM sent_at - created_at)), 0) FROM notices_notice WHERE alarm IS NOT NULL AND channel = %s"
    return float(one(sql, channel))


def must_be_prompt(found: Ledger, channel: str) -> None:
    took, waits = (
        slowest(channel),
        "SELECT count(*) FROM notices_notice WHERE channel = %s AND state = 'sent'",
    )
    found.must(one(waits, channel), f"nothing went by {channel}")
    found.must(took < PROMPT, f"by {channel} the slowest took {took:.1f} s")
    found.notes.append(f"by {channel} the slowest took {took:.1f} s")


def must_move_on(found: Ledger) -> None:
    """Every alarm went on to its next step within the time of R18, because somebody was not reached."""
    sql = """
        SELECT a.opened_at, min(e.recorded_at) FROM visits_visitalarm a
        LEFT JOIN visits_visitevent e ON e.detail->>'alarm' = a.uuid::text AND e.kind = 'not_reached'
        GROUP BY a.id"""
    waits = [(moved - opened).total_seconds() if moved else None for opened, moved in ask(sql)]
    late = sum(wait is None or wait > FALLBACK for wait in waits)
    found.must(waits and not late, f"{late} of {len(waits)} alarms did not go on within {FALLBACK:.0f} s")
    found.notes.append(f"next step after {max((wait or 0) for wait in waits or [0]):.1f} s at the latest")


@scenario("push-hanging", "The push services take connections and never answer", "R18")
def push_hangs(w: World) -> Ledger:
    """Texts and e-mails go as if nothing were wrong. What the phones had not taken in the end is on file."""
    every_way()
    w.history.hopeless = ("push",)
    with texts(w, Faults()) as exchange, push_hanging(w):
        w.watched()
        w.people_out(w.many(60, 6), seconds=w.many(20, 3), seed=55)
        found = texted(w, exchange, w.ledger(latest=0.5, told_by=PROMPT, patience=20))
        must_be_prompt(found, "text")
        must_be_prompt(found, "email")
    return found


@scenario("notify-hanging", "Notify takes requests and does not answer for a minute", "R18", "promise 3")
def notify_hangs(w: World) -> Ledger:
    """E-mails go, ladders climb; when Notify is back, every text goes."""
    every_way()
    with texts(w, Faults(slow=120)) as exchange:
        w.watched()
        w.people_out(w.many(60, 6), seconds=w.many(20, 3), seed=56)
        with after(w.many(60, 25), exchange, "faults", Faults()):
            found = texted(w, exchange, w.ledger(latest=0.5, told_by=PROMPT, patience=90))
        must_be_prompt(found, "email")
        must_move_on(found)
    return found


@scenario(
    "all-hanging", "Push services, mail server and Notify hang at once, for a minute", "R18", "promise 3"
)
def all_hang(w: World) -> Ledger:
    """In the product everybody is told, every ladder climbs; what can go goes when they are back."""
    every_way()
    w.history.hopeless = ("push",)
    seconds = w.many(60, 25)
    with texts(w, Faults(slow=120)) as exchange, push_hanging(w):
        w.watched()
        until = time.monotonic() + seconds
        w.mail.on_accept = lambda: time.sleep(max(until - time.monotonic(), 0))
        w.people_out(w.many(40, 5), seconds=w.many(10, 2), seed=57)
        with after(seconds, exchange, "faults", Faults()):
            repeats = len(w.history.due) * 10  # whom a letter that hung may have reached after all
            found = texted(w, exchange, w.ledger(latest=0.5, told_by=None, repeats=repeats, patience=120))
        must_move_on(found)
    return found


@scenario("texts-killed", "kill -9 of a sender after Notify took a text, before it is written down", "R3")
def texts_killed(w: World) -> Ledger:
    """Nobody can know whether such a text went: it goes again, once for each kill, and says so."""
    with texts(w, Faults()) as exchange:
        w.people_out(w.many(40, 6), seconds=0.5, starting=0.1, seed=58)
        time.sleep(0.8)
        code = "import os, django; django.setup()\n"
        run(
            [sys.executable, "-c", f"{code}from homevisits.escalation.sweep import sweep; sweep('killed')"],
            w.env,
        )
        died = [run([sys.executable, "-c", code + DIES], w.env) for _ in range(w.many(20, 2))]
        kills = sum(code == -signal.SIGKILL for code in died)
        w.watched()
        found = texted(w, exchange, w.ledger(latest=None, told_by=None, patience=120))
    again = len(exchange.messages) - len({message.reference for message in exchange.messages.values()})
    found.must(kills, "no sender came to take a text")
    found.must(again == kills, f"{again} texts came twice after {kills} kills")
    return found
