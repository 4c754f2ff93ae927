"""Asking for help in secret: no byte, header or time of a reply tells it, and its words lie nowhere in clear."""

import contextlib
import http.client
import re
import statistics
import time
import uuid
from dataclasses import dataclass
from urllib.parse import urlencode

import redis
from django.apps import apps
from django.db import connection

from homevisits.clock import app_now
from homevisits.people.pins import CheckInPins, hashed
from tests.chaos.ledger import Ledger, one
from tests.chaos.scenarios import scenario
from tests.chaos.scenarios.checking_in import Phone, free_port, lead, refs
from tests.chaos.seeding import people_out
from tests.chaos.world import World

# Six digits: four stand somewhere by chance, as the key of a row.
ORDINARY, DURESS = "482639", "915374"
SAID = "Could somebody look whether the blue folders are on the desk"  # holds the word that the walk sets
PLAIN = "Could somebody look whether the green boxes are in the halls"
# Which of both differ from each other by chance: when, and the secrets of a session.
BY_CHANCE = {"date"}
P50_LIMIT = 0.005
SMALL_LIMIT = 0.05  # a dozen pairs on a busy machine


@dataclass
class Reply:
    """All that a visitor's telephone, or somebody on its line, can tell of a reply."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes
    seconds: float


@scenario("duress", "Ordinary words and words that ask for help in secret, side by side", "S3")
def duress(w: World) -> Ledger:
    pairs = w.many(200, 6)
    # Those out are spread over all trusts; one telephone speaks for the visits of its own.
    people_out(4 * pairs * one("SELECT count(*) FROM trusts_trust"), seconds=1, starting=3600, seed=40)
    staff = lead()
    # Not by its door, which lets nobody set them who is out, as this lead is already.
    CheckInPins.objects.create(staff=staff, set_at=app_now(), **hashed(ORDINARY, DURESS))
    port = free_port()
    w.web(port)
    w.watched()
    phone = ready(port)
    mine, found = iter(refs(4 * pairs)), Ledger()
    for path, ordinary, secret in (
        ("out/say/fine/", {"pin": ORDINARY}, {"pin": DURESS}),
        ("out/note/", {"text": PLAIN}, {"text": SAID}),
    ):
        compare(w, found, phone, [(next(mine), next(mine)) for _ in range(pairs)], path, ordinary, secret)
    settle_words()
    found.raised = one("SELECT count(*) FROM visits_visitalarm WHERE kind = 'duress'")
    found.due = 2 * pairs
    found.lost, found.doubled = max(found.due - found.raised, 0), max(found.raised - found.due, 0)
    nothing_in_clear(w, found)
    return found


def ready(port: int) -> Phone:
    """A signed-in phone that has its token; raises when the server does not come up."""
    phone, until = Phone(lead(), port), time.monotonic() + 30
    while time.monotonic() < until:
        with contextlib.suppress(OSError, http.client.HTTPException):
            if phone.ask("GET", f"/visits/{refs(1)[0]}/out/").status == http.client.OK:
                return phone
        time.sleep(0.2)
    raise TimeoutError("the web server does not come up")


def compare(
    w: World,
    found: Ledger,
    phone: Phone,
    visits: list[tuple[str, str]],
    path: str,
    ordinary: dict[str, str],
    secret: dict[str, str],
) -> None:
    """Send pairs, in an order that is drawn anew for each, and compare what comes back.

    The pages after it are compared where the clock stands still: tests/visits/duress/test_silent.py.
    """
    took: dict[bool, list[float]] = {False: [], True: []}
    for pair in visits:
        got: dict[bool, Reply] = {}
        for is_secret in w.rng.sample([False, True], 2):
            words = secret if is_secret else ordinary
            got[is_secret] = send(phone, pair[is_secret], path, words)
            took[is_secret].append(got[is_secret].seconds)
            settle_words()  # the next one must not wait for the alarm that this one opens
        found.must(got[False].status in (302, 303), f"{path}: {got[False].status}")
        same(found, got, path)
    quiet, loud = (statistics.median(took[key]) for key in (False, True))
    limit = P50_LIMIT if w.size >= 1 else SMALL_LIMIT
    found.notes.append(f"{path} p50 {1000 * quiet:.1f} ms, in secret {1000 * loud:.1f} ms")
    found.must(abs(quiet - loud) < limit, f"{path}: the time of a reply tells: {quiet:.4f} s, {loud:.4f} s")


def same(found: Ledger, got: dict[bool, Reply], what: str) -> None:
    for name in ("status", "headers", "body"):
        ours, theirs = (getattr(got[key], name) for key in (False, True))
        found.must(ours == theirs, f"{what}: another {name}")


def send(phone: Phone, ref: str, path: str, words: dict[str, str] | None = None) -> Reply:
    """One request on a line of its own; without what differs between any two visits."""
    if words and not phone.token:
        page = phone.ask("GET", f"/visits/{ref}/out/").text
        phone.token = page.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
    body = {"csrfmiddlewaretoken": phone.token, "key": str(uuid.uuid4()), **words} if words else None
    told = {"Cookie": "; ".join(f"{k}={v}" for k, v in phone.cookies.items())}
    if body:
        told["Content-Type"] = "application/x-www-form-urlencoded"
    line = http.client.HTTPConnection("127.0.0.1", phone.port, timeout=15)
    with contextlib.closing(line):
        begun = time.monotonic()
        line.request(
            "POST" if body else "GET", f"/visits/{ref}/{path}", urlencode(body) if body else None, told
        )
        reply = line.getresponse()
        text = reply.read()
        seconds = time.monotonic() - begun
    return Reply(reply.status, [head(*one_head, ref) for one_head in reply.getheaders() if keep(*one_head, text)],
                 blank(text, ref), seconds)  # fmt: skip


def keep(name: str, value: str, text: bytes) -> bool:
    """The length is compared where there is nothing of a visit in the page; the page itself always."""
    return name.lower() not in BY_CHANCE and not (text and name.lower() in {"content-length", "etag"})


def head(name: str, value: str, ref: str) -> tuple[str, str]:
    """A cookie by its name and attributes; whatever else by its value."""
    if name.lower() == "set-cookie":
        cookie, _, rest = value.partition("=")
        value = f"{cookie}={';'.join(part for part in rest.split(';')[1:] if 'expires' not in part.lower())}"
    return name, value.replace(ref, "REF")


def blank(text: bytes, ref: str) -> bytes:
    """A page without its reference, its keys, its tokens, the companions' numbers, and when it was said."""
    page = text.replace(ref.encode(), b"REF").replace(SAID.encode(), b"NOTE").replace(PLAIN.encode(), b"NOTE")
    page = re.sub(rb'value="[0-9a-f-]{36}"|"X-CSRFToken": "[^"]+"|nonce="[^"]+"|nonce-[^;\']+', b"KEY", page)
    page = re.sub(rb'name="csrfmiddlewaretoken" value="[^"]+"', b"TOKEN", page)
    page = re.sub(rb"/(?:out/back|call)/[0-9]+/", b"/N/", page)
    return re.sub(rb"[0-9]{2}:[0-9]{2}", b"HH:MM", page)


def settle_words() -> None:
    """Until every word that was left has been looked at."""
    until = time.monotonic() + 60
    waiting = "SELECT count(*) FROM visits_visitdeadline WHERE state = 'live' AND kind LIKE 'word%%'"
    while time.monotonic() < until and one(waiting):
        time.sleep(0.1)
    settle_notices = "SELECT count(*) FROM notices_notice WHERE is_urgent AND state IN ('queued', 'sending')"
    while time.monotonic() < until and one(settle_notices):
        time.sleep(0.1)


def nothing_in_clear(w: World, found: Ledger) -> None:
    """Neither PIN nor phrase in a log, in Valkey, in a mail or anywhere in the database."""
    secrets = [ORDINARY.encode(), DURESS.encode(), b"blue folder"]
    for log in w.folder.glob("*.log"):
        found.must(
            not [s for s in secrets[2:] if s in log.read_bytes().lower()], f"a phrase stands in {log.name}"
        )
    if w.valkey is not None:
        store = redis.Redis.from_url(w.valkey.url())
        kept = b" ".join(bytes(store.dump(key) or b"") for key in store.scan_iter())
        found.must(b"blue folder" not in kept.lower(), "the phrase stands in Valkey")
    with connection.cursor() as cursor:
        for model in apps.get_models(include_auto_created=True):
            table = model._meta.db_table
            cursor.execute(
                f'SELECT count(*) FROM "{table}" AS r WHERE lower(r::text) LIKE %s', ["%blue folder%"]
            )
            found.must(cursor.fetchone()[0] == 0, f"the phrase stands in {table}")
            cursor.execute(
                f'SELECT count(*) FROM "{table}" AS r WHERE r::text ~ %s',
                [rf"(^|[^0-9a-fA-F.\\x])({ORDINARY}|{DURESS})([^0-9a-fA-F]|$)"],
            )
            found.must(cursor.fetchone()[0] == 0, f"a PIN stands in {table}")
