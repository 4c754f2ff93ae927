"""Processes that stand still without dying, and the watch over the watchers: who says so, and how soon."""

import http.server
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial

import psutil

from homevisits.escalation import canary, pinging
from homevisits.notices import sending
from tests.chaos.ledger import Ledger, ask, until, wait_until
from tests.chaos.phone import Phone, Reply, office
from tests.chaos.scenarios import scenario
from tests.chaos.scenarios.checking_in import served
from tests.chaos.world import Process, World

LEASE = sending.LEASE.total_seconds()
STANDS_STILL = """
import os, signal
stops = [signal.SIGSTOP]
def stand_still(*args, **kwargs):
    if stops:
        os.kill(os.getpid(), stops.pop())
    return real(*args, **kwargs)
"""
# Each stands still at its worst moment: with an alarm written and not committed, with a message taken and not noted.
IN_THE_SWEEP = f"""{STANDS_STILL}
from homevisits.escalation import firing, sweep
real, firing.climb, sweep.BATCH = firing.climb, stand_still, 4
sweep.sweep("stood-still")
"""
IN_THE_SEND = f"""{STANDS_STILL}
from homevisits.notices import sending
real, sending.record_sent = sending.record_sent, stand_still
sending.take.__kwdefaults__["limit"] = 3
sending.drain(seconds=20)
"""
WRITTEN = (
    "SELECT (SELECT count(*) FROM visits_visitevent), (SELECT count(*) FROM visits_visitalarm), "
    "(SELECT array_agg((id, state, sent_at, lease)::text ORDER BY id) FROM notices_notice WHERE channel = 'email')"
)


def stands_still(process: Process) -> bool:
    return psutil.Process(process.process.pid).status() == psutil.STATUS_STOPPED


@scenario("frozen", "Sweepers stopped inside the transaction, senders inside the send, for a minute", "R8")
def frozen(w: World) -> Ledger:
    """Another takes over, and the one that wakes after its lease has ended writes nothing."""
    still, first = w.many(60, 23), Ledger()
    sentinel, sender = w.watched()
    sentinel.freeze(), sender.freeze()
    w.people_out(w.many(60, 20), seconds=0.1, starting=0.1, seed=70)
    sweepers = [w.python(f"sweeper-{n}", IN_THE_SWEEP) for n in range(w.many(5, 1))]
    found_still = until(lambda: all(stands_still(each) for each in sweepers), 90)
    first.must(found_still < 90, "the sweepers did not stand still inside the transaction")
    woken = time.monotonic()
    sentinel.thaw()
    w.history.away.append((0.0, woken))  # nobody swept before that, on purpose
    first.must(
        wait_until("SELECT count(*) = 0 FROM visits_visitdeadline WHERE state = 'live' AND is_safety", 20),
        "no takeover",
    )
    senders = [w.python(f"sender-{n}", IN_THE_SEND) for n in range(w.many(5, 1))]
    first.must(
        until(lambda: all(stands_still(each) for each in senders), 90) < 90, "the senders did not stand still"
    )
    stood = time.monotonic()
    sender.thaw()
    found = w.ledger(latest=3, told_by=None, repeats=len(senders), patience=still + 30)
    took = max(letter.taken_at for letter in w.mail.messages) - woken
    first.must(took < 2 * LEASE + 30 + w.margin, f"the last message went after {took:.0f} s")
    # Until every lease of theirs has ended, and others have taken over what they held.
    time.sleep(max(max(still, LEASE + 5) - (time.monotonic() - stood), 0))
    before, letters = ask(WRITTEN), len(w.mail.messages)
    for each in [*sweepers, *senders]:
        each.thaw()
        each.process.wait(60)
    time.sleep(1)
    found.faults += first.faults
    found.must(ask(WRITTEN) == before, "one that woke wrote something")
    found.must(len(w.mail.messages) == letters, "one that woke sent something")
    found.notes.append(f"{len(sweepers)} sweepers and {len(senders)} senders stood still for {still:.0f} s")
    return found


@scenario("stops", "Sentinels and senders stopped for three seconds, again and again", "R8")
def stops(w: World) -> Ledger:
    times = w.many(12, 1)
    pairs = [*w.watched(), w.manage("sentinel", name="sentinel-2"), w.manage("sender", name="sender-2")]
    w.people_out(w.many(400, 20), seconds=times * 3.5, seed=71)
    for _ in range(times):
        victim = w.rng.choice(pairs)
        time.sleep(w.rng.random())
        victim.freeze()
        time.sleep(3)
        victim.thaw()
    found = w.ledger(latest=3, told_by=8, repeats=times, patience=60)
    found.notes.append(f"{times} stops of 3 s")
    return found


@dataclass
class Outside:
    """The watcher outside: every ping that came, and when."""

    url: str
    pings: list[tuple[float, str]] = field(default_factory=list)

    def heard(self, path: str, since: float) -> list[float]:
        return [at for at, ping in self.pings if ping == path and at > since]


@contextmanager
def outside() -> Iterator[Outside]:
    """A healthchecks-like address on a real port."""

    class Door(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            watcher.pings.append((time.monotonic(), self.path))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *args: object) -> None:
            """Nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Door) as server:
        watcher = Outside(f"http://127.0.0.1:{server.server_address[1]}/ping")
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield watcher
        server.shutdown()


# A sentinel that pings each second instead of each minute, so that a missed one shows soon.
PINGS = """
from homevisits.escalation import pinging, sweep
from homevisits.notices import sending
pinging.EVERY = 1.0
{fault}
from django.core.management import call_command
call_command("sentinel")
"""
NOBODY_SENDS = "def drain(**how): raise RuntimeError('no sender works')\nsending.drain = drain"
SWEEP_RAISES = "def page(limit): raise RuntimeError('the sweep is broken')\nsweep._page = page"


@scenario("watcher", "Sweepers dead; senders dead; a sweep that raises: who says so, and how soon", "R14")
def watcher(w: World) -> Ledger:
    """The board, every page, the health page and the watcher outside, each by HTTP and within fifteen seconds."""
    with outside() as there:
        w.env["PING_URL"] = there.url
        first = Ledger()
        _, port = served(w, first)
        pages = Phone(office(), port)
        well = w.python("sentinel", PINGS.format(fault=""))
        sender = w.manage("sender")
        w.up("sentinel")
        w.people_out(w.many(20, 5), seconds=1, seed=72)
        found = w.ledger(latest=0.5, told_by=2)
        found.faults += first.faults
        found.must(
            until(lambda: pages.get("/healthz").status == 200, 20) < 20,
            "healthz is not 200 while all is well",
        )
        found.must(until(lambda: there.heard("/ping", 0), 10) < 10, "no ping while all is well")
        _nobody_sweeps(w, found, pages, there, well)
        _sweep_raises(w, found, pages, there, well)
        _nobody_sends(w, found, pages, there, sender)
    found.must(
        pinging.EVERY + canary.LATE_AFTER <= 180, "the watcher outside hears after more than three minutes"
    )
    return found


def _nobody_sweeps(w: World, found: Ledger, pages: Phone, there: Outside, well: Process) -> None:
    well.kill()
    died = time.monotonic()
    _all_say(w, found, pages, "sweepers dead", lambda reply: reply.age > 15)
    found.must(
        not there.heard("/ping", died + 2), "the watcher outside heard that all is well with nobody there"
    )


def _sweep_raises(w: World, found: Ledger, pages: Phone, there: Outside, well: Process) -> None:
    well.start()
    found.must(until(lambda: pages.get("/healthz").status == 200, 60) < 60, "healthz stays down")
    well.kill()
    broken = w.python("sentinel-broken", PINGS.format(fault=SWEEP_RAISES))
    began = time.monotonic()
    _all_say(w, found, pages, "sweep raises", lambda reply: reply.age > 15)
    found.must(
        not there.heard("/ping", began + 2), "a sentinel whose sweep raises says outside that all is well"
    )
    broken.kill()


def _nobody_sends(w: World, found: Ledger, pages: Phone, there: Outside, sender: Process) -> None:
    """The sentinel would send for a dead sender; so its drain is broken too, and a message waits."""
    sender.kill()
    w.python("sentinel-mute", PINGS.format(fault=NOBODY_SENDS))
    found.must(until(lambda: pages.get("/healthz").status == 200, 60) < 60, "healthz stays down")
    w.people_out(1, seconds=0, starting=1, seed=73)
    time.sleep(1)
    began = time.monotonic()
    _all_say(w, found, pages, "senders dead", lambda reply: bool(reply.trouble))
    found.must(
        until(partial(there.heard, "/ping/fail", began), 10) < 10, "the watcher outside did not hear of it"
    )


def _all_say(w: World, found: Ledger, pages: Phone, fault: str, is_told: Callable[[Reply], bool]) -> None:
    """503 for machines, and for people the age or the trouble on the board and on every page."""
    began = time.monotonic()
    took = {
        "healthz": until(lambda: pages.get("/healthz").status == 503, 60),
        "board": until(lambda: is_told(pages.get("/board/rows/")), 30),
        "pages": until(lambda: is_told(pages.get("/heartbeat/")), 30),
    }
    whole = time.monotonic() - began
    found.must(whole <= 17 + w.margin, f"{fault}: it took {took} to say so")
    found.notes.append(f"{fault}: said after {whole:.0f} s")
