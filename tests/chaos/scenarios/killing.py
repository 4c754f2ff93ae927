"""Processes that die: at random, at the worst points, frozen, replaced by a new release, or for good."""

import signal
import sys
import time

from tests.chaos.ledger import Ledger, one
from tests.chaos.scenarios import scenario
from tests.chaos.scenarios.sweeping import boards
from tests.chaos.seeding import people_out
from tests.chaos.world import World, run

# Each dies by its own kill -9 the first time it comes to this place.
FAILPOINTS = {
    "inside the sweep's transaction": """
from homevisits.escalation import firing
def die(*args, **kwargs): os.kill(os.getpid(), 9)
firing._end = die
from homevisits.escalation.sweep import sweep; sweep("killed")
""",
    "after the sweep's commit": """
from homevisits.escalation import sweep as place
def die(*args, **kwargs): os.kill(os.getpid(), 9)
place._add = die
place.sweep("killed")
""",
    "with notices leased, before any is sent": """
from homevisits.notices import sending
def die(*args, **kwargs): os.kill(os.getpid(), 9)
sending.deliver = die
sending.drain(seconds=20)
""",
    "after the mail server took it, before it is written down": """
from homevisits.notices import sending
def die(*args, **kwargs): os.kill(os.getpid(), 9)
sending.record_sent = die
sending.drain(seconds=20)
""",
}


@scenario("kill", "kill -9 of sentinel, worker and sender at random points", "R2", "P6", "P8")
def kill(w: World) -> Ledger:
    kills = w.many(200, 6)
    sentinel, sender, worker, beat = w.watched(celery=True)
    victims = [sentinel, sender, worker, w.manage("sentinel", name="sentinel-2")]
    people_out(w.many(1000, 60), seconds=kills * 1.2, seed=5)
    with w.kept_up(*victims, beat):
        for _ in range(kills):
            time.sleep(0.4 + w.rng.random() * 1.6)
            w.rng.choice(victims).kill()
        found = w.ledger(patience=60)
    found.notes.append(f"{kills} kills")
    return found


@scenario("failpoints", "kill -9 at the four worst points", "R3")
def failpoints(w: World) -> Ledger:
    """A notice may be repeated once for each kill of a sender; nothing else may be doubled, nothing lost."""
    times = w.many(20, 1)
    people_out(w.many(400, 20), seconds=0.5, starting=0.1, seed=6)
    time.sleep(0.8)
    senders = 0
    for place, code in FAILPOINTS.items():
        for _ in range(times):
            argv = [sys.executable, "-c", f"import os, django; django.setup()\n{code}"]
            died = run(argv, w.env)
            if died != -signal.SIGKILL:
                break  # nothing is left to be done at this point
            senders += "mail server" in place
    w.watched()
    found = w.ledger(patience=90)
    found.must(found.repeats <= senders, f"{found.repeats} repeats after {senders} kills of a sender")
    found.notes.append(f"{times} kills at each of {len(FAILPOINTS)} points; {found.repeats} e-mails repeated")
    return found


@scenario("frozen", "Sweepers and senders stopped in the middle, for seconds", "R8")
def frozen(w: World) -> Ledger:
    times = w.many(20, 2)
    pairs = [
        *w.watched(),
        w.manage("sentinel", name="sentinel-2"),
        w.manage("sender", name="sender-2"),
    ]
    people_out(w.many(600, 40), seconds=times * 4.0, seed=7)
    for _ in range(times):
        victim = w.rng.choice(pairs)
        time.sleep(w.rng.random())
        victim.freeze()
        time.sleep(3)
        victim.thaw()
    found = w.ledger(patience=60)
    found.notes.append(f"{times} stops of 3 s")
    return found


@scenario("celery-dead", "Worker and beat killed for good; only the sentinel lives", "R5")
def celery_dead(w: World) -> Ledger:
    _, _, worker, beat = w.watched(celery=True)
    people_out(w.many(400, 30), seconds=w.many(30, 4), seed=8)
    time.sleep(2)
    worker.kill(), beat.kill()
    return w.ledger()


@scenario("sentinel-dead", "The sentinel and the sender killed for good; only Celery lives", "R2", "R5")
def sentinel_dead(w: World) -> Ledger:
    sentinel, sender, *_ = w.watched(celery=True)
    people_out(w.many(400, 30), seconds=w.many(30, 4), seed=9)
    time.sleep(2)
    sentinel.kill(), sender.kill()
    return w.ledger(patience=60)


@scenario("only-boards", "Everything that sweeps is dead; one board polls", "R5", "promise 1")
def only_boards(w: World) -> Ledger:
    seconds = w.many(40, 5)
    people_out(w.many(200, 30), seconds=seconds, seed=10)
    with boards(1, seconds + 8):
        found = w.ledger(patience=60)
    found.must(found.quantile(1) <= 15, "an alarm came later than a board's poll allows")
    return found


@scenario("deploy", "Every process replaced one after another, as by a deploy", "R20")
def deploy(w: World) -> Ledger:
    rounds = w.many(5, 1)
    running = w.watched(celery=True)
    people_out(w.many(400, 30), seconds=rounds * 12.0, seed=11)
    for _ in range(rounds):
        for process in running:
            time.sleep(1)
            process.end()
            process.start()
    return w.ledger(patience=60)


@scenario("watcher", "All sweepers stopped: the health page says so", "R14")
def watcher(w: World) -> Ledger:
    """No sweep for fifteen seconds, or a sweep that raises each time: 503 for whoever watches from outside."""
    from django.test import Client

    sentinel, _ = w.watched()
    people_out(w.many(20, 5), seconds=1, seed=12)
    found = w.ledger()
    found.must(
        Client(headers={"host": "localhost"}).get("/healthz").status_code == 200,
        "healthz is not 200 while the sentinel sweeps",
    )
    sentinel.freeze()
    began = time.monotonic()
    while (
        Client(headers={"host": "localhost"}).get("/healthz").status_code == 200
        and time.monotonic() - began < 40
    ):
        time.sleep(0.5)
    took = time.monotonic() - began
    found.must(took < 20, f"healthz took {took:.0f} s to say that nobody sweeps")
    found.notes.append(
        f"healthz fell after {took:.0f} s; {one('SELECT count(*) FROM escalation_heartbeat')} sweepers known"
    )
    return found
