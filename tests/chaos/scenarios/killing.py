"""Processes that die: at random, at the worst points, replaced by a new release, or for good."""

import functools
import itertools
import signal
import socket
import sys
import threading
import time
import uuid

from homevisits.celery import app as celery
from homevisits.notices import sending
from tests.chaos.ledger import Ledger, one, until
from tests.chaos.phone import Phone, free_port, lead, office, refs
from tests.chaos.scenarios import scenario
from tests.chaos.world import Process, World, run

# Each dies by its own kill -9 when it comes to this place; a few rows at a time, so that every kill finds some.
FAILPOINTS = {
    "inside the sweep's transaction": """
from homevisits.escalation import firing, sweep
sweep.BATCH, firing.climb = 4, die
sweep.sweep("killed")
""",
    "after the sweep's commit": """
from homevisits.escalation import sweep
sweep.BATCH, sweep._add = 4, die
sweep.sweep("killed")
""",
    "with messages leased, before any is sent": """
from homevisits.notices import sending
sending.take.__kwdefaults__["limit"], sending.deliver = 2, die
sending.drain(seconds=20)
""",
    "after the mail server took it, before it is written down": """
from homevisits.notices import sending
sending.take.__kwdefaults__["limit"], sending.record_sent = 2, die
sending.drain(seconds=20)
""",
}
DIES = """import os, django; django.setup()
def die(*args, **kwargs): os.kill(os.getpid(), 9)
"""
LEASE = sending.LEASE.total_seconds()


@scenario("kill", "kill -9 of Celery's workers at random points, with no other sweeper", "R2", "P6", "P8")
def kill(w: World) -> Ledger:
    """Three workers and beat are all there is; each in turn dies at a random moment and is started again.

    None dies while its fellows are both starting: what is promised needs one that stands.
    A message may lose two senders one after the other, and waits for the lease of each.
    """
    kills, pause = w.many(200, 3), 2.5
    workers = [w.worker(f"worker-{number}") for number in range(3)]
    beat = w.beat()
    w.up("celery")
    w.people_out(w.many(1000, 20), seconds=kills * pause, seed=5)
    waited = 0.0
    with w.kept_up(*workers, beat):
        for _, victim in zip(range(kills), itertools.cycle(workers), strict=False):
            time.sleep(2 * pause * w.rng.random())
            waited += until(
                functools.partial(answers, [fellow for fellow in workers if fellow is not victim]), 60
            )
            victim.kill()
        found = w.ledger(latest=5, told_by=2 * LEASE + 5, repeats=kills, patience=60)
    found.must(waited < float("inf"), "no worker stood for a minute")
    found.notes.append(f"{kills} kills of a worker, {waited:.0f} s of them waited until another stood")
    return found


def answers(workers: list[Process]) -> bool:
    """Whether any of these Celery workers stands: it answers when it is called."""
    called = [f"{worker.name}@{socket.gethostname()}" for worker in workers]
    return bool(celery.control.broadcast("ping", destination=called, reply=True, timeout=0.5, limit=1))


@scenario("kill-sentinels", "kill -9 of sentinels and senders at random points", "R2")
def kill_sentinels(w: World) -> Ledger:
    kills = w.many(100, 4)
    victims = [*w.watched(), w.manage("sentinel", name="sentinel-2"), w.manage("sender", name="sender-2")]
    w.people_out(w.many(600, 20), seconds=kills * 0.8, seed=6)
    with w.kept_up(*victims):
        for _ in range(kills):
            time.sleep(1.6 * w.rng.random())
            w.rng.choice(victims).kill()
        found = w.ledger(latest=5, told_by=LEASE + 5, repeats=kills, patience=60)
    found.notes.append(f"{kills} kills")
    return found


@scenario("failpoints", "kill -9 at the four worst points", "R3")
def failpoints(w: World) -> Ledger:
    """A message may be repeated once for each kill of a sender; nothing else may be doubled, nothing lost."""
    times = w.many(20, 1)
    w.people_out(times * 8 + 10, seconds=0.5, starting=0.1, seed=7)
    time.sleep(0.8)
    died = {
        place: sum(run([sys.executable, "-c", DIES + code], w.env) == -signal.SIGKILL for _ in range(times))
        for place, code in FAILPOINTS.items()
    }
    w.watched()
    began = time.monotonic()
    found = w.ledger(latest=None, told_by=None, repeats=times, patience=90)
    took = time.monotonic() - began
    for place, number in died.items():
        found.must(number == times, f"only {number} of {times} died {place}")
    found.must(found.repeats == times, f"{found.repeats} messages came twice after {times} kills")
    found.must(
        took <= LEASE + 2 + w.margin, f"the last message went {took:.0f} s after the processes came back"
    )
    found.notes.append(f"{times} kills at each of {len(FAILPOINTS)} points; {found.repeats} e-mails repeated")
    return found


@scenario("celery-dead", "Worker and beat killed for good; only the sentinel lives", "R5")
def celery_dead(w: World) -> Ledger:
    _, _, worker, beat = w.watched(celery=True)
    w.people_out(w.many(400, 20), seconds=w.many(30, 4), seed=8)
    time.sleep(2)
    worker.kill(), beat.kill()
    return w.ledger(latest=0.5, told_by=2)


@scenario("beat-dead", "Beat killed for good: the worker gets nothing more to do, the sentinel sweeps", "R5")
def beat_dead(w: World) -> Ledger:
    *_, beat = w.watched(celery=True)
    w.people_out(w.many(400, 20), seconds=w.many(30, 4), seed=9)
    time.sleep(2)
    beat.kill()
    return w.ledger(latest=0.5, told_by=2)


@scenario("sentinel-dead", "The sentinel and the sender killed for good; only Celery lives", "R2", "R5")
def sentinel_dead(w: World) -> Ledger:
    """Beat ticks each second, so that an alarm is at most a second later than with a sentinel."""
    sentinel, sender, *_ = w.watched(celery=True)
    w.people_out(w.many(400, 20), seconds=w.many(30, 4), seed=10)
    time.sleep(2)
    sentinel.kill(), sender.kill()
    return w.ledger(latest=1.5, told_by=LEASE + 5, repeats=1, patience=60)


@scenario(
    "only-boards", "Everything that sweeps is dead, and Valkey; one board polls", "R4", "R5", "promise 1"
)
def only_boards(w: World) -> Ledger:
    """The board's poll sweeps and sends, and says by its age that nothing else does."""
    seconds, every = w.many(40, 4), 5.0
    if w.valkey is not None and w.valkey.process is not None:
        w.valkey.process.kill()
    port = free_port()
    w.env["REDIS_URL"] = "redis://127.0.0.1:1/0"
    w.web(port)
    board = Phone(office(), port)
    found = Ledger()
    found.must(board.is_served(), "the board does not come without Valkey")
    w.people_out(w.many(200, 20), seconds=seconds, seed=11)
    stop, ages = threading.Event(), []

    def poll() -> None:
        while not stop.wait(every):
            ages.append(board.get("/board/rows/").age)

    thread = threading.Thread(target=poll)
    thread.start()
    try:
        found = w.ledger(latest=15, told_by=20, patience=60)
    finally:
        stop.set()
        thread.join()
    found.must(ages and min(ages) > 15, f"the board took its own sweeps for a sentinel's: ages {ages}")
    found.notes.append(f"a poll each {every:.0f} s")
    return found


@scenario("deploy", "Every process replaced one after another, as by a deploy, web too", "R20")
def deploy(w: World) -> Ledger:
    """Two web processes side by side: a phone that asks the other when one is away never goes unheard."""
    rounds = w.many(5, 1)
    running = w.watched(celery=True)
    ports = [free_port(), free_port()]
    webs = [w.web(port, name=f"web-{port}") for port in ports]
    phones = [Phone(lead(), port) for port in ports]
    for phone in phones:
        phone.is_served()
    w.people_out(w.many(400, 20), seconds=rounds * 14.0, seed=12)
    ref, said, stop = refs(1)[0], [], threading.Event()

    def keep_saying() -> None:
        while not stop.wait(0.3):
            key = uuid.uuid4()
            said.append((key, any(phone.check_in(ref, key) for phone in phones)))

    thread = threading.Thread(target=keep_saying)
    thread.start()
    try:
        for _ in range(rounds):
            for process in [*running, *webs]:
                time.sleep(1)
                process.end()
                process.start()
                if process in webs:
                    phones[webs.index(process)].is_served()
    finally:
        stop.set()
        thread.join()
    found = w.ledger(latest=5, told_by=LEASE + 5, patience=60)
    kept = one("SELECT count(*) FROM visits_moment WHERE key = ANY(%s)", [key for key, _ in said])
    found.must(all(taken for _, taken in said), "a check-in found no web process")
    found.must(kept == len(said), f"{len(said) - kept} check-ins are gone")
    found.notes.append(f"{rounds} rounds, {len(said)} check-ins meanwhile")
    return found
