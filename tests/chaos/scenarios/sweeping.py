"""Nothing breaks; many sweepers at once; thousands due at one moment; a row that cannot be processed."""

import threading
import time

from django.db import connection

from homevisits.escalation.fallback import sweep_if_stale
from tests.chaos.ledger import Ledger, ask, one
from tests.chaos.scenarios import scenario
from tests.chaos.seeding import people_out
from tests.chaos.world import World


@scenario("quiet", "Nothing breaks", "R1", "P4", "P5")
def quiet(w: World) -> Ledger:
    w.watched()
    people_out(w.many(1000, 40), seconds=w.many(60, 4), seed=1)
    return w.ledger()


@scenario("sweepers", "Two to eight sweepers and boards at once", "R7")
def sweepers(w: World) -> Ledger:
    """Sentinels, Celery's worker and boards that sweep for themselves, all over the same rows."""
    seconds = w.many(40, 4)
    w.watched(celery=True)
    for number in range(w.many(6, 2)):
        w.manage("sentinel", name=f"sentinel-{number}")
    people_out(w.many(2000, 60), seconds=seconds, seed=2)
    with boards(2, seconds + 6):
        return w.ledger()


class boards:
    """Boards that poll in threads and sweep at every poll, as if nothing else did."""

    def __init__(self, number: int, seconds: float) -> None:
        self.threads = [threading.Thread(target=self._poll, args=(seconds,)) for _ in range(number)]

    def _poll(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            sweep_if_stale(max_age=0)
            time.sleep(0.2)
        connection.close()

    def __enter__(self) -> None:
        for thread in self.threads:
            thread.start()

    def __exit__(self, *args: object) -> None:
        for thread in self.threads:
            thread.join()


@scenario("thousands", "5,000 visits out, all due at one moment, four sweepers", "R7", "P1", "P2", "P3")
def thousands(w: World) -> Ledger:
    w.watched()
    for number in range(3):
        w.manage("sentinel", name=f"sentinel-{number}")
    people_out(w.many(5000, 100), seconds=0.0, starting=8.0, seed=3)
    found = w.ledger(patience=300)
    first = one(
        "SELECT extract(epoch FROM min(sent_at) - (SELECT min(due_at) FROM visits_visitdeadline)) "
        "FROM notices_notice WHERE channel = 'email' AND sent_at IS NOT NULL"
    )
    found.notes.append(f"first e-mail {float(first or 0):.1f} s after the moment")
    return found


@scenario("poison", "One visit whose alarm cannot be worked out", "R17")
def poison(w: World) -> Ledger:
    """Its policy is gone from under it: the row becomes a fault alarm, and the others are on time."""
    w.watched()
    people_out(w.many(400, 30), seconds=w.many(30, 4), seed=4)
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("UPDATE visits_visit SET policy_id = 0 WHERE id = (SELECT max(id) FROM visits_visit)")
        cursor.execute("SET session_replication_role = origin")
    found = w.ledger()
    kinds = ask(
        "SELECT a.kind, (SELECT count(*) FROM notices_notice n WHERE n.alarm = a.uuid) > 0 "
        "FROM visits_visitalarm a JOIN visits_visit v ON v.id = a.visit_id WHERE v.policy_id = 0"
    )
    found.must(kinds == [("fault", True)], f"the poisonous row became {kinds}")
    return found
