"""The story and its keepers: a changed chain, a database that cannot be written, a machine of random acts, mutants."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

from django.core.management import CommandError, call_command
from django.db import connection

from homevisits.audit.models import GENESIS, ChainHead
from tests.chaos.ledger import Ledger, ask, one
from tests.chaos.phone import Phone, lead, refs
from tests.chaos.scenarios import scenario
from tests.chaos.scenarios.checking_in import served
from tests.chaos.world import World
from tests.running import ROOT
from visits.models import VisitEvent

# What somebody with every right over the database might do to one chain of the story, and where it must show.
# `{chain}` is its name, `{end}` its length.
TAMPERING = {
    "a line edited": (
        3,
        "UPDATE {t} SET sentence = 'Nothing happened' WHERE chain = '{chain}' AND number = 3",
    ),
    "a line deleted": (4, "DELETE FROM {t} WHERE chain = '{chain}' AND number = 4"),
    "a line put in": (
        2,
        (
            "UPDATE {t} SET number = number + 100000 WHERE chain = '{chain}' AND number >= 2;"
            "INSERT INTO {t} ({columns}) SELECT {copied} FROM {t} WHERE chain = '{chain}' AND number = 100002;"
            "UPDATE {t} SET number = number - 99999 WHERE chain = '{chain}' AND number > 100000"
        ),
    ),
    "two lines swapped": (
        1,
        (
            "UPDATE {t} a SET sentence = b.sentence FROM {t} b WHERE a.chain = '{chain}' AND b.chain = '{chain}' "
            "AND ((a.number = 1 AND b.number = 2) OR (a.number = 2 AND b.number = 1))"
        ),
    ),
    "the tail cut": (-1, "DELETE FROM {t} WHERE chain = '{chain}' AND number > {end} - 2"),
    "the tail cut, and the head with it": (
        -1,
        (
            "DELETE FROM {t} WHERE chain = '{chain}' AND number > {end} - 2;"
            "UPDATE audit_chainhead SET length = {end} - 2, "
            "digest = (SELECT digest FROM {t} WHERE chain = '{chain}' AND number = {end} - 2) WHERE chain = '{chain}'"
        ),
    ),
}


@scenario("story", "Lines edited, deleted, put in, swapped, cut off and all rewritten by a superuser", "R22")
def story(w: World) -> Ledger:
    """The first bad link of the chain is named, each time."""
    kept, found = w.folder / "heads.json", Ledger()
    call_command("verify_audit", keep=kept, stdout=StringIO())
    table = VisitEvent._meta.db_table
    chain, end = ask(f"SELECT chain, count(*) FROM {table} GROUP BY 1 ORDER BY 2 DESC LIMIT 1")[0]
    names = [field.column for field in VisitEvent._meta.concrete_fields if not field.primary_key]
    copied = ", ".join(
        "2" if name == "number" else "'Made up'" if name == "sentence" else name for name in names
    )
    parts = {"t": table, "chain": chain, "end": end, "columns": ", ".join(names), "copied": copied}
    for words, (number, sql) in TAMPERING.items():
        with tampered():
            ask_each(sql.format(**parts))
            _must_name(found, words, f"{chain}, link {number if number > 0 else end + number}:", kept)
    with tampered():
        _rewrite(chain)
        _must_name(found, "everything rewritten, each digest anew", f"{chain}, link {end}:", kept)
    found.notes.append(f"{found.raised} of {found.due} named the first bad link")
    return found


@contextmanager
def tampered() -> Iterator[None]:
    """What is done inside has the triggers off, and is undone."""
    with connection.cursor() as cursor:
        cursor.execute("BEGIN; SET LOCAL session_replication_role = replica")
        try:
            yield
        finally:
            cursor.execute("ROLLBACK")


def ask_each(sql: str) -> None:
    with connection.cursor() as cursor:
        for part in sql.split(";"):
            cursor.execute(part)


def _rewrite(chain: str) -> None:
    """Another story, whole in itself: every digest fits, and the head."""
    digest = GENESIS
    for event in VisitEvent.objects.filter(chain=chain).order_by("number"):
        event.sentence, event.previous = f"Rewritten {event.number}", digest
        event.digest = digest = event.expected_digest()
        VisitEvent.objects.filter(pk=event.pk).update(
            sentence=event.sentence, previous=event.previous, digest=event.digest
        )
    ChainHead.objects.filter(chain=chain).update(digest=digest)


def _must_name(found: Ledger, words: str, where: str, kept: Path) -> None:
    said = StringIO()
    found.due += 1
    try:
        call_command("verify_audit", against=kept, stdout=StringIO(), stderr=said)
    except CommandError:
        found.raised += where in said.getvalue()
    found.must(where in said.getvalue(), f"{words}: not {where} but {said.getvalue().strip() or 'nothing'}")


@scenario("read-only", "The database takes no writes: the phone page and the health page say so", "R23")
def read_only(w: World) -> Ledger:
    """NOT recorded, and whom to ring; and for whoever watches from outside, 503 within half a minute."""
    found = Ledger(due=1)
    w.watched()
    w.people_out(3, seconds=1, starting=3600, seed=61)
    _, port = served(w, found)
    phone, ref = Phone(lead(), port), refs(1)[0]
    found.must(phone.check_in(ref, uuid.uuid4()), "no check-in goes while all is well")
    found.must(phone.get("/healthz").status == 200, "healthz is not 200 while all is well")
    school = one("SELECT phone FROM trusts_school s JOIN visits_visit v ON v.school_id = s.id LIMIT 1")
    with written_by_nobody():
        began = time.monotonic()
        reply = phone.say(ref, uuid.uuid4())
        found.must(reply.status == 503, f"the page came with {reply.status}")
        found.must("not recorded" in reply.text.lower(), "the page does not say that nothing is recorded")
        found.must(
            str(school)[-6:] in reply.text.replace(" ", ""), "the page does not name the number to ring"
        )
        while phone.get("/healthz").status == 200 and time.monotonic() - began < 60:
            time.sleep(0.5)
        took = time.monotonic() - began
    found.must(took <= 30, f"healthz took {took:.0f} s to say that nothing can be written")
    found.notes.append(f"healthz fell after {took:.0f} s")
    found.raised = 1
    return found


@contextmanager
def written_by_nobody() -> Iterator[None]:
    """Every session of the database reads only."""
    name = connection.settings_dict["NAME"]
    with connection.cursor() as cursor:
        cursor.execute(f'ALTER DATABASE "{name}" SET default_transaction_read_only = on')
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()",
            [name],
        )
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SET default_transaction_read_only = off")
            cursor.execute(f'ALTER DATABASE "{name}" RESET default_transaction_read_only')


@scenario("machine", "A machine of random people, clocks, crashes and sweeps", "R24")
def machine(w: World) -> Ledger:
    """MACHINE_EXAMPLES says how many walks; two thousand take an hour and more, so the default is fewer."""
    examples = os.environ.get("MACHINE_EXAMPLES", str(w.many(200, 3)))
    failed = tests(ROOT, "tests/visits/test_machine.py", MACHINE_EXAMPLES=examples)
    found = Ledger(due=int(examples), raised=int(examples))
    found.must(not failed, failed)
    found.notes.append(f"{examples} walks of 25 steps")
    return found


@dataclass(frozen=True)
class Mutant:
    """A mistake that somebody might make, and the tests that must fail for it."""

    words: str
    file: str
    was: str
    becomes: str
    tests: str


MUTANTS = (
    Mutant(
        "sweepers wait for each other's rows",
        "homevisits/escalation/sweep.py",
        "select_for_update(skip_locked=True, no_key=True)}",
        "select_for_update(no_key=True)}",
        "tests/homevisits/escalation/test_races.py",
    ),
    Mutant(
        "the alarm comes after the commit that fires its deadline",
        "homevisits/escalation/firing.py",
        "    if alarm.state == alarm.State.OPEN:\n        climb(alarm, now=now)",
        "    if alarm.state == alarm.State.OPEN:\n        __import__('django.db').db.transaction.on_commit(lambda: climb(alarm, now=now))",
        "tests/homevisits/escalation/test_sweep.py",
    ),
    Mutant(
        "a notice is marked as sent before it is sent",
        "homevisits/notices/sending.py",
        "def send(taken: Taken, ",
        "def send(taken: Taken, *more: object) -> bool:\n    record_sent(taken)\n    return _send(taken, *more)\n\n\ndef _send(taken: Taken, ",
        "tests/homevisits/notices/test_processes.py",
    ),
    Mutant(
        "a step counts from when the one before was told",
        "homevisits/escalation/ladder.py",
        "due_at = alarm.due_at + rung.after",
        "due_at = now + rung.after",
        "tests/homevisits/escalation/test_sweep.py",
    ),
    Mutant(
        "wall clock for UTC",
        "homevisits/clock.py",
        "instant = naive.replace(tzinfo=LONDON).astimezone(dt.UTC)",
        "instant = naive.replace(tzinfo=dt.UTC)",
        "tests/homevisits/test_clock_fixture.py",
    ),
    Mutant(
        "a notice's key need not be unique",
        "homevisits/notices/migrations/0001_initial.py",
        "('key', models.CharField(max_length=160, unique=True))",
        "('key', models.CharField(max_length=160))",
        "tests/homevisits/notices/test_outbox.py",
    ),
)


@scenario("mutants", "Six mistakes put into the code: the tests must see each", "R25")
def mutants(w: World) -> Ledger:
    found = Ledger()
    for mutant in MUTANTS[: w.many(len(MUTANTS), 1)]:
        with tempfile.TemporaryDirectory(prefix="home-visits-mutant-") as folder:
            copy = Path(folder) / "tree"
            shutil.copytree(
                ROOT, copy, ignore=shutil.ignore_patterns(".git", ".venv*", "var", "__pycache__", ".*_cache")
            )
            place = copy / mutant.file
            text = place.read_text()
            found.must(mutant.was in text, f"the place of “{mutant.words}” is not found: change the mutant")
            place.write_text(text.replace(mutant.was, mutant.becomes, 1))
            found.due += 1
            if tests(copy, mutant.tests):
                found.raised += 1
            else:
                found.must(False, f"no test saw: {mutant.words}")
    return found


def tests(tree: Path, path: str, **env: str) -> str:
    """Run tests of a tree on servers of their own; the end of what they said if they failed, else ""."""
    own = {k: v for k, v in os.environ.items() if k not in {"DATABASE_URL", "REDIS_URL"}}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", path],
        cwd=tree,
        env=own | env,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        text=True,
    )
    return "" if done.returncode == 0 else done.stdout[-300:]
