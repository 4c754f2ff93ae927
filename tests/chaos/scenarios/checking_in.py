"""What a person was told is written stays written: kills of web and database, repeats, races with the deadline."""

import contextlib
import http.client
import re
import socket
import threading
import time
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import cycle, islice
from urllib.parse import urlencode

from django.conf import settings
from django.db import connection, transaction
from django.test import Client

from homevisits.clock import app_now
from homevisits.escalation.sweep import sweep
from homevisits.people.models import Staff
from tests.chaos.ledger import Ledger, ask, one
from tests.chaos.scenarios import scenario
from tests.chaos.scenarios.servers import kill_postgres
from tests.chaos.seeding import people_out
from tests.chaos.world import Process, World
from visits import transitions
from visits.models import Visit
from visits.safety import VisitAlarm

TAKEN = (301, 302, 303)


def free_port() -> int:
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        return int(door.getsockname()[1])


class Phone:
    """A visitor's browser as far as a check-in needs one."""

    def __init__(self, staff: Staff, port: int) -> None:
        client = Client()
        client.force_login(staff)
        self.port, self.token = port, ""
        self.cookies = {settings.SESSION_COOKIE_NAME: client.cookies[settings.SESSION_COOKIE_NAME].value}

    def ask(self, method: str, path: str, body: dict[str, str] | None = None) -> tuple[int, str]:
        """Status and page. Raises OSError when the line or the server is gone."""
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=15)
        headers = {"Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items())}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        with contextlib.closing(line):
            line.request(method, path, urlencode(body) if body else None, headers)
            reply = line.getresponse()
            text = reply.read().decode(errors="replace")
            for cookie in reply.headers.get_all("Set-Cookie") or []:
                name, _, rest = cookie.partition("=")
                self.cookies[name] = rest.partition(";")[0]
        return reply.status, text

    def check_in(self, ref: str, key: uuid.UUID) -> bool:
        """Say "fine"; whether the server said that it has it."""
        try:
            if not self.token:
                _, page = self.ask("GET", f"/visits/{ref}/out/")
                token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
                if not token:
                    return False
                self.token = token[1]
            body = {"csrfmiddlewaretoken": self.token, "key": str(key)}
            status, _ = self.ask("POST", f"/visits/{ref}/out/say/fine/", body)
        except (OSError, http.client.HTTPException):
            return False
        return status in TAKEN


def refs(number: int) -> list[str]:
    """The visits that the lead of the first one is out on."""
    mine = "SELECT v.ref FROM visits_visit v JOIN visits_attendee a ON a.visit_id = v.id WHERE a.staff_id = %s AND v.state = 'in_progress' ORDER BY v.id LIMIT %s"
    return [ref for (ref,) in ask(mine, lead().pk, number)]


def lead() -> Staff:
    return Staff.objects.get(pk=one("SELECT staff_id FROM visits_attendee WHERE is_lead ORDER BY id LIMIT 1"))


def checked_in_while(w: World, number: int, breaks: list[float], do: Callable[[Process], object]) -> Ledger:
    """Many check-ins by web while something is broken again and again; then look for each one that was taken."""
    people_out(number, seconds=1, starting=3600, seed=30)
    port = free_port()
    web = w.web(port)
    phone, taken, tried = Phone(lead(), port), [], []
    stop = threading.Event()

    def say() -> None:
        mine = Phone(lead(), port)
        for ref in islice(cycle(refs(number)), number):
            key = uuid.uuid4()
            tried.append(key)
            while not stop.is_set():
                if mine.check_in(ref, key):
                    taken.append(key)
                    break
                time.sleep(0.1)

    with w.kept_up(web):
        until = time.monotonic() + 30
        while time.monotonic() < until and not phone.check_in(refs(1)[0], uuid.uuid4()):
            time.sleep(0.2)
        people = [threading.Thread(target=say) for _ in range(4)]
        for person in people:
            person.start()
        for pause in breaks:
            time.sleep(pause)
            do(web)
        for person in people:
            person.join(120)
        stop.set()
    connection.close()
    found = Ledger(due=len(tried), raised=len(taken))
    rows = ask("SELECT key, count(*) FROM visits_moment WHERE key = ANY(%s) GROUP BY 1", taken)
    found.lost = len(set(taken)) - len(rows)
    found.doubled = sum(count - 1 for _, count in rows)
    found.notes.append(f"{len(taken)} check-ins said to be taken, {len(breaks)} breaks")
    found.must(len(taken) == len(tried), f"{len(tried) - len(taken)} check-ins never got through")
    return found


@scenario("web", "kill -9 of web during check-ins", "R15", "R16", "promise 3")
def web_killed(w: World) -> Ledger:
    breaks = [0.3 + w.rng.random() for _ in range(w.many(20, 2))]
    return checked_in_while(w, w.many(200, 15), breaks, lambda web: web.kill())


@scenario(
    "durable", "kill -9 of PostgreSQL and all its backends straight after check-ins were taken", "R15", "R6"
)
def durable(w: World) -> Ledger:
    def do(_: object) -> None:
        assert w.postgres is not None
        kill_postgres(w.postgres)
        w.postgres.start()

    breaks = [0.5 + w.rng.random() for _ in range(w.many(20, 1))]
    return checked_in_while(w, w.many(250, 15), breaks, do)


@scenario("repeats", "The same check-in sent up to fifty times at once", "R16")
def repeats(w: World) -> Ledger:
    people_out(w.many(20, 3), seconds=1, starting=3600, seed=31)
    port = free_port()
    w.web(port)
    phone = Phone(lead(), port)
    until = time.monotonic() + 30
    while time.monotonic() < until and not phone.check_in(refs(1)[0], uuid.uuid4()):
        time.sleep(0.2)
    found = Ledger()
    for ref in refs(w.many(20, 3)):
        key, times = uuid.uuid4(), w.rng.randint(1, 50) if w.size >= 1 else 8
        with ThreadPoolExecutor(8) as phones:
            said = list(phones.map(partial(_says_once, ref, key, port), range(times)))
        found.due += 1
        found.raised += one("SELECT count(*) FROM visits_moment WHERE key = %s", key)
        found.must(any(said), "no reply said that it was taken")
    found.lost, found.doubled = max(found.due - found.raised, 0), max(found.raised - found.due, 0)
    return found


def _says_once(ref: str, key: uuid.UUID, port: int, number: int) -> bool:
    """One more phone with the same message."""
    try:
        return Phone(lead(), port).check_in(ref, key)
    finally:
        connection.close()


@scenario("races", "Being back and being overdue at the same moment", "R9")
def races(w: World) -> Ledger:
    """A barrier puts the word of the office and the sweep on the same visit: one of them is first, never both."""
    people_out(w.many(500, 20), seconds=1, starting=3600, seed=32)
    found = Ledger()
    firsts = {"back": 0, "alarm": 0}
    for visit in Visit.objects.filter(state="in_progress"):
        visit.deadlines.update(due_at=app_now(), next_at=app_now())
        _race(visit)
        fresh = Visit.objects.get(pk=visit.pk)
        fired = visit.deadlines.filter(kind="return", state="fired").count()
        escalates = VisitAlarm.objects.filter(visit=visit).exclude(state="resolved").count()
        found.due += 1
        found.raised += fired
        found.doubled += max(escalates - 1, 0)
        found.must(escalates == fired, f"{visit.ref}: fired {fired} times, {escalates} alarms")
        found.must(all(a.back_at for a in fresh.party), f"{visit.ref}: the office's word was lost")
        is_safe = fresh.state == "returned_safe"
        found.must(is_safe != bool(escalates), f"{visit.ref}: {fresh.state} with {escalates} alarms")
        firsts["alarm" if fired else "back"] += 1
    found.lost = 0
    found.notes.append(f"first: being back {firsts['back']} times, the alarm {firsts['alarm']} times")
    return found


def _race(visit: Visit) -> None:
    barrier = threading.Barrier(2)

    def back() -> None:
        office = Staff.objects.filter(roles__role="office", roles__school=visit.school).first()
        barrier.wait(10)
        for attendee in Visit.objects.get(pk=visit.pk).party:
            with transaction.atomic():
                transitions.say_back(
                    visit=visit, by=office, now=app_now(), attendee=attendee, identity="Saw them"
                )
        connection.close()

    def swept() -> None:
        barrier.wait(10)
        sweep("race")
        connection.close()

    threads = [threading.Thread(target=each) for each in (back, swept)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
