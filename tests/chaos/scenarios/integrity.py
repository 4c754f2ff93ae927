"""The story and its keepers: a changed chain, a database that cannot be written, a machine of random acts, mutants."""

import os
import shutil
import subprocess
import sys
import tempfile
import uuid
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

from django.core.management import CommandError, call_command
from django.db import connection

from tests.chaos.ledger import Ledger, one
from tests.chaos.scenarios import scenario
from tests.chaos.scenarios.checking_in import Phone, free_port, lead, refs
from tests.chaos.seeding import people_out
from tests.chaos.world import World
from tests.running import ROOT

# What somebody with every right over the database might do to the story. `{t}` is its table.
TAMPERING = {
    "a line edited": "UPDATE {t} SET sentence = 'Nothing happened' WHERE id = (SELECT min(id) FROM {t})",
    "a line deleted": "DELETE FROM {t} WHERE id = (SELECT id FROM {t} ORDER BY id OFFSET 3 LIMIT 1)",
    "the tail cut": "DELETE FROM {t} WHERE number > (SELECT max(number) - 2 FROM {t} x WHERE x.chain = {t}.chain)",
    "two lines swapped": "UPDATE {t} a SET sentence = b.sentence FROM {t} b WHERE a.chain = b.chain "
    "AND ((a.number = 1 AND b.number = 2) OR (a.number = 2 AND b.number = 1))",
    "everything rewritten": "DELETE FROM {t}; DELETE FROM audit_chainhead",
}


@scenario("story", "Lines of the story edited, deleted, swapped, cut off and rewritten by a superuser", "R22")
def story(w: World) -> Ledger:
    people_out(w.many(10, 3), seconds=1, starting=3600, seed=60)
    kept = w.folder / "heads.json"
    call_command("verify_audit", keep=kept, stdout=StringIO())
    found = Ledger()
    for words, sql in TAMPERING.items():
        with connection.cursor() as cursor:
            cursor.execute("BEGIN")
            cursor.execute("SET LOCAL session_replication_role = replica")
            cursor.execute(sql.format(t="visits_visitevent"))
            try:
                call_command("verify_audit", against=kept, stdout=StringIO(), stderr=StringIO())
                found.must(False, f"not found out: {words}")
            except CommandError:
                found.raised += 1
            cursor.execute("ROLLBACK")
        found.due += 1
    return found


@scenario("read-only", "The database takes no writes: the phone page says that nothing is recorded", "R23")
def read_only(w: World) -> Ledger:
    people_out(3, seconds=1, starting=3600, seed=61)
    port = free_port()
    w.web(port)
    phone = Phone(lead(), port)
    name = connection.settings_dict["NAME"]
    found = Ledger(due=1)
    for _ in range(300):
        if phone.check_in(refs(1)[0], uuid.uuid4()):
            break
    with connection.cursor() as cursor:
        cursor.execute(f'ALTER DATABASE "{name}" SET default_transaction_read_only = on')
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()",
            [name],
        )
    body = {"csrfmiddlewaretoken": phone.token, "key": str(uuid.uuid4())}
    status, page = phone.ask("POST", f"/visits/{refs(1)[0]}/out/say/fine/", body)
    school = one("SELECT phone FROM trusts_school s JOIN visits_visit v ON v.school_id = s.id LIMIT 1")
    found.must(status == 503, f"the page came with {status}")
    found.must("not recorded" in page.lower(), "the page does not say that nothing is recorded")
    found.must(str(school)[-6:] in page.replace(" ", ""), "the page does not name the number to ring")
    with connection.cursor() as cursor:
        cursor.execute("SET default_transaction_read_only = off")
        cursor.execute(f'ALTER DATABASE "{name}" RESET default_transaction_read_only')
    found.raised = 1
    return found


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
