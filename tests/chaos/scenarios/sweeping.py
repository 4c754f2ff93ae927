"""Nothing breaks; many sweepers at once; thousands due at one moment; a row that cannot be processed."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

from homevisits.escalation.sweep import sweep
from tests.chaos.ledger import Ledger, ask
from tests.chaos.scenarios import scenario
from tests.chaos.world import World


@scenario("quiet", "Nothing breaks", "R1", "P4", "P5")
def quiet(w: World) -> Ledger:
    w.watched()
    w.people_out(w.many(1000, 20), seconds=w.many(60, 2), seed=1)
    return w.ledger(latest=0.5, told_by=2)


@scenario("sweepers", "Two to eight sweepers and boards at once", "R7")
def sweepers(w: World) -> Ledger:
    """Sentinels, Celery's worker and boards that sweep for themselves, all over the same rows: ten on two cores."""
    seconds = w.many(40, 3)
    w.watched(celery=w.size >= 1)
    for number in range(w.many(6, 1)):
        w.manage("sentinel", name=f"sentinel-{number}")
    w.people_out(w.many(2000, 40), seconds=seconds, seed=2)
    with boards(2):
        return w.ledger(latest=5, told_by=7)


@contextmanager
def boards(number: int) -> Iterator[None]:
    """Boards that sweep at every poll, as if nothing else did."""
    stop = threading.Event()

    def poll() -> None:
        while not stop.wait(0.2):
            sweep("board")
        connection.close()

    threads = [threading.Thread(target=poll) for _ in range(number)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join()


@scenario("thousands", "5,000 visits out, all due at one moment, four sweepers", "R7", "P1", "P2", "P3")
def thousands(w: World) -> Ledger:
    w.watched()
    for number in range(3):
        w.manage("sentinel", name=f"sentinel-{number}")
    w.up("sentinel")
    w.people_out(w.many(5000, 60), seconds=0.0, starting=8.0, seed=3)
    found = w.ledger(latest=20, told_by=None, patience=300)
    first, last = min(found.told, default=0.0), max(found.told, default=0.0)
    found.must(first <= 2 + w.margin, f"the first message went {first:.1f} s after the moment")
    found.notes.append(f"first message {first:.1f} s after the moment, the last alarm's {last:.1f} s")
    return found


@scenario("poison", "One visit whose alarm cannot be worked out", "R17")
def poison(w: World) -> Ledger:
    """Its policy is gone from under it: the row becomes a fault alarm, and the others are on time."""
    w.watched()
    w.people_out(w.many(400, 20), seconds=w.many(30, 3), seed=4)
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("UPDATE visits_visit SET policy_id = 0 WHERE id = (SELECT max(id) FROM visits_visit)")
        cursor.execute("SET session_replication_role = origin")
    found = w.ledger(latest=1, told_by=5)
    kinds = ask(
        "SELECT a.kind, (SELECT count(*) FROM notices_notice n WHERE n.alarm = a.uuid) > 0 "
        "FROM visits_visitalarm a JOIN visits_visit v ON v.id = a.visit_id WHERE v.policy_id = 0"
    )
    found.must(kinds == [("fault", True)], f"the poisonous row became {kinds}")
    return found
