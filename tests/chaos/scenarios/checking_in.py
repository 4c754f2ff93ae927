"""What a person was told is written stays written: kills of web and database, repeats, races with the deadline."""

import threading
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from itertools import cycle, islice

from django.db import connection, transaction

from homevisits.clock import app_now
from homevisits.escalation import alarms
from homevisits.escalation.sweep import sweep
from homevisits.people.models import Staff
from tests.chaos.ledger import Ledger, ask, one
from tests.chaos.phone import Phone, Reply, free_port, lead, refs
from tests.chaos.scenarios import scenario
from tests.chaos.servers import kill_postgres
from tests.chaos.world import Process, World
from visits import transitions
from visits.models import Visit

MINUTE = 60


class Saying:
    """Check-ins by several phones at once; each is said until the server has it. Kept here: what it said it has."""

    def __init__(self, port: int, visits: list[str], number: int, phones: int = 4) -> None:
        self.port, self.stop = port, threading.Event()
        self.tried: list[uuid.UUID] = []
        self.taken: list[uuid.UUID] = []
        mine = [list(islice(cycle(visits), phone, number, phones)) for phone in range(phones)]
        self.threads = [threading.Thread(target=self._say, args=(each,)) for each in mine]
        for thread in self.threads:
            thread.start()

    def _say(self, visits: list[str]) -> None:
        phone = Phone(lead(), self.port)
        connection.close()
        for ref in visits:
            if self.stop.is_set():
                return
            self.tried.append(key := uuid.uuid4())
            while not phone.check_in(ref, key):
                if self.stop.wait(0.1):
                    return
            self.taken.append(key)

    def end(self, patience: float = 2 * MINUTE) -> None:
        until = time.monotonic() + patience
        for thread in self.threads:
            thread.join(max(until - time.monotonic(), 0))
        self.stop.set()

    def judge(self, found: Ledger) -> Ledger:
        """Every check-in that was said to be taken is there, once."""
        rows = ask("SELECT key, count(*) FROM visits_moment WHERE key = ANY(%s) GROUP BY 1", self.taken)
        found.must(
            len(rows) == len(self.taken), f"{len(self.taken) - len(rows)} check-ins that were taken are gone"
        )
        found.must(all(count == 1 for _, count in rows), "a check-in counts twice")
        found.must(self.taken, "no check-in was taken")
        missing = len(self.tried) - len(self.taken)
        found.must(not missing, f"{missing} check-ins never got through")
        found.notes.append(f"{len(self.taken)} check-ins taken")
        return found


@contextmanager
def saying(port: int, number: int, visits: list[str]) -> Iterator[Saying]:
    """So many check-ins while the block breaks things; at its end all of them have been taken, or given up."""
    said = Saying(port, visits, number)
    try:
        yield said
        said.end()
    finally:
        said.stop.set()
        for thread in said.threads:
            thread.join()
        connection.close()


def served(w: World, found: Ledger, **how: float) -> tuple[Process, int]:
    """A web process that answers."""
    port = free_port()
    web = w.web(port, **how)
    found.must(Phone(lead(), port).is_served(), "the web process does not answer")
    return web, port


@scenario("web", "kill -9 of web during check-ins", "R15", "R16", "promise 3")
def web_killed(w: World) -> Ledger:
    found, breaks = Ledger(), w.many(20, 1)
    w.people_out(50, seconds=1, starting=3600, seed=30)
    web, port = served(w, found)
    with w.kept_up(web), saying(port, w.many(300, 15), refs(50)) as said:
        for _ in range(breaks):
            time.sleep(1 + w.rng.random())
            web.kill()
    found.due, found.raised = len(said.tried), len(said.taken)
    found.notes.append(f"{breaks} kills")
    return said.judge(found)


@scenario(
    "durable", "kill -9 of PostgreSQL and all its backends straight after a check-in was taken", "R15", "R6"
)
def durable(w: World) -> Ledger:
    """The kill comes in the moment in which the phone has its answer, and nothing later could have saved the row."""
    found, times = Ledger(), w.many(100, 1)
    assert w.postgres is not None
    w.people_out(50, seconds=1, starting=3600, seed=31)
    _, port = served(w, found)
    phone, keys = Phone(lead(), port), [uuid.uuid4() for _ in range(times)]
    for ref, key in zip(cycle(refs(50)), keys, strict=False):
        until = time.monotonic() + MINUTE
        while not phone.check_in(ref, key) and time.monotonic() < until:
            time.sleep(0.05)
        kill_postgres(w.postgres)
        w.postgres.start()
        connection.close()
    found.due, found.raised = times, one("SELECT count(*) FROM visits_moment WHERE key = ANY(%s)", keys)
    found.lost, found.doubled = max(times - found.raised, 0), max(found.raised - times, 0)
    found.notes.append(f"{times} kills, each straight after the answer")
    return found


@scenario("repeats", "The same check-in sent up to fifty times at once", "R16")
def repeats(w: World) -> Ledger:
    """However often it comes, it counts once, and every sender gets the same reply."""
    found = Ledger()
    w.people_out(w.many(20, 3), seconds=1, starting=3600, seed=32)
    _, port = served(w, found)
    phones = [Phone(lead(), port) for _ in range(8)]
    for phone in phones:
        phone.check_in(refs(1)[0], uuid.uuid4())
    for ref in refs(w.many(20, 3)):
        key, times = uuid.uuid4(), w.rng.randint(1, 50) if w.size >= 1 else 8
        with ThreadPoolExecutor(8) as pool:
            said = list(pool.map(partial(_says_once, ref, key), islice(cycle(phones), times)))
        found.due += 1
        found.raised += one("SELECT count(*) FROM visits_moment WHERE key = %s", key)
        replies = {(reply.status, reply.headers.get("Location"), reply.text) for reply in said}
        found.must(len(replies) == 1, f"{len(replies)} different replies to one message: {replies}")
    found.lost, found.doubled = max(found.due - found.raised, 0), max(found.raised - found.due, 0)
    return found


def _says_once(ref: str, key: uuid.UUID, phone: Phone) -> Reply:
    return phone.say(ref, key)


@scenario("races", "Being back and being overdue at the same moment", "R9")
def races(w: World) -> Ledger:
    """A barrier puts the word of the office and the sweep on the same visit: one of them is first, never both.

    Whoever lost gets a head start in the next race, less and less, until either wins as often. Where the
    alarm was first, whoever was told of it is stood down as soon as it is answered.
    """
    w.people_out(w.many(500, 16), seconds=1, starting=3600, seed=33)
    found, firsts = Ledger(), {"back": 0, "alarm": 0}
    ahead, step, last = 0.0, 0.05, "alarm"  # seconds by which the office is ahead
    for visit in Visit.objects.filter(ref__startswith="C-"):
        visit.deadlines.update(due_at=app_now(), next_at=app_now())
        _race(visit, ahead + w.rng.uniform(-0.005, 0.005))
        fired = visit.deadlines.filter(kind="return", state="fired").count()
        found.due += 1
        found.raised += fired
        found.doubled += max(visit.alarms.count() - 1, 0)
        found.must(
            visit.alarms.count() == fired, f"{visit.ref}: fired {fired} times, {visit.alarms.count()} alarms"
        )
        told = one(
            "SELECT count(*) FROM visits_visitevent WHERE visit_id = %s AND kind = 'rung_told'", visit.pk
        )
        found.must(told == fired, f"{visit.ref}: {told} steps told, fired {fired} times")
        fresh = Visit.objects.get(pk=visit.pk)
        found.must(all(a.back_at for a in fresh.party), f"{visit.ref}: the office's word was lost")
        found.must(
            (fresh.state == "returned_safe") != bool(fired),
            f"{visit.ref}: {fresh.state}, fired {fired} times",
        )
        first = "alarm" if fired else "back"
        firsts[first] += 1
        if first != last:
            step, last = max(step / 2, 0.005), first
        ahead += step if fired else -step
        if fired:
            _answer(visit, found)
    found.must(min(firsts.values()), f"only one order was seen: {firsts}")
    found.notes.append(f"first: being back {firsts['back']} times, the alarm {firsts['alarm']} times")
    return found


def _race(visit: Visit, ahead: float) -> None:
    """Both at once, the office so many seconds ahead of the sweep, or behind it."""
    barrier = threading.Barrier(2)
    office = _office(visit)

    def back() -> None:
        barrier.wait(10)
        time.sleep(max(-ahead, 0))
        for attendee in Visit.objects.get(pk=visit.pk).party:
            with transaction.atomic():
                transitions.say_back(
                    visit=visit, by=office, now=app_now(), attendee=attendee, identity="Saw them"
                )
        connection.close()

    def swept() -> None:
        barrier.wait(10)
        time.sleep(max(ahead, 0))
        sweep("race")
        connection.close()

    threads = [threading.Thread(target=each) for each in (back, swept)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _office(visit: Visit) -> Staff:
    return Staff.objects.filter(roles__role="office", roles__school=visit.school).first()


def _answer(visit: Visit, found: Ledger) -> None:
    """The office answers the alarm: the visit is safe, and everybody who was told hears that it is over."""
    alarm = visit.alarms.get()
    alarms.resolve(
        alarm=alarm, by=_office(visit), outcome="late", resolution="Saw them at the desk.", now=app_now()
    )
    rows = ask(
        "SELECT key LIKE '%%:down:%%', recipient_id FROM notices_notice WHERE alarm = %s AND state = 'sent'",
        alarm.uuid,
    )
    told, down = ({person for is_down, person in rows if is_down is which} for which in (False, True))
    found.must(told == down and told, f"{visit.ref}: {len(told)} were told, {len(down)} stood down")
    found.must(Visit.objects.get(pk=visit.pk).state == "returned_safe", f"{visit.ref}: answered and not safe")
