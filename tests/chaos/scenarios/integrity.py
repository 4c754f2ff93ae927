"""The story and its keepers: a changed chain, a database that cannot be written, a machine of random acts, mutants."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from xml.etree import ElementTree

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


@scenario("machine", "A machine of random people, clocks, deaths and sweeps", "R24")
def machine(w: World) -> Ledger:
    """Two thousand walks, half of them in each of two processes, and some whose processes are really killed."""
    test, tally = "tests/visits/test_machine.py", w.folder / "tally"
    walks, killed = str(w.many(1000, 3)), str(w.many(40, 1))
    found, runs = Ledger(), []
    for half in (1, 2):
        env = {
            "MACHINE_WALKS": walks,
            "MACHINE_KILLED": killed,
            "MACHINE_SEED": str(w.rng.getrandbits(30)),
            "MACHINE_TALLY": str(tally),
        }
        runs.append(begin(ROOT, test, w.folder / f"walks-{half}.xml", **env))
    for run in runs:
        outcome = ended(run)
        found.must(outcome.passed, outcome.words)
    counted = Counter[str]()
    for line in tally.read_text().splitlines() if tally.exists() else []:
        counted.update(json.loads(line))
    found.due, found.raised = counted["due"], counted["raised"]
    found.lost = found.due - found.raised
    found.notes.append(
        "{walks} walks: {acts} acts, {deaths} deaths, {compared} silent words compared".format_map(counted)
    )
    return found


@dataclass(frozen=True)
class Mutant:
    """A mistake that somebody might make, and the test that must fail for it."""

    words: str
    file: str
    was: str
    becomes: str
    test: str


MUTANTS = (
    Mutant(
        "sweepers wait for each other's rows",
        "homevisits/escalation/sweep.py",
        "select_for_update(skip_locked=True, no_key=True)}",
        "select_for_update(no_key=True)}",
        "tests/homevisits/escalation/test_races.py::test_sweeper_passes_over_what_another_holds_instead_of_waiting",
    ),
    Mutant(
        "the ladder is climbed after the commit that fires its deadline",
        "homevisits/escalation/firing.py",
        "        climb(alarm, now=now)\n    else:",
        "        __import__('django.db').db.transaction.on_commit(lambda: climb(alarm, now=now))\n    else:",
        "tests/homevisits/escalation/test_processes.py::test_sweeper_killed_inside_the_transaction_loses_and_doubles_nothing",
    ),
    Mutant(
        "a notice is marked as sent before it is sent",
        "homevisits/notices/sending.py",
        "def send(taken: Taken) ",
        "def send(taken: Taken) -> bool:\n    record_sent(taken)\n    return _send(taken)\n\n\ndef _send(taken: Taken) ",
        "tests/homevisits/notices/test_processes.py::test_sender_killed_after_the_server_took_the_mail_repeats_it_with_the_same_reference",
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
        "visits/timing.py",
        "due = visit.return_at + minutes(policy.overdue_grace_minutes)",
        "due = __import__('homevisits.clock').clock.local(visit.return_at) + minutes(policy.overdue_grace_minutes)",
        "tests/visits/test_change_nights.py",
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
    """The tests pass on a copy as it is, and each mistake makes its test fail: an error is no failure."""
    chosen = MUTANTS[: w.many(len(MUTANTS), 1)]
    found = Ledger(due=len(chosen))
    with copied() as tree:
        clean = ended(begin(tree, *sorted({m.test for m in chosen}), tree / "clean.xml"))
        found.must(clean.passed, f"the tests do not pass without a mistake: {clean.words}")
    for mutant in chosen:
        with copied() as tree:
            place = tree / mutant.file
            text = place.read_text()
            found.must(mutant.was in text, f"the place of “{mutant.words}” is not found: change the mutant")
            place.write_text(text.replace(mutant.was, mutant.becomes, 1))
            outcome = ended(begin(tree, mutant.test, tree / "mutant.xml"))
        found.raised += outcome.failed
        found.must(outcome.failed, f"no test saw: {mutant.words}. {outcome.words}")
    return found


@contextmanager
def copied() -> Iterator[Path]:
    """A copy of the project, to make mistakes in."""
    unwanted = shutil.ignore_patterns(".git", ".venv*", "var", "__pycache__", ".*_cache")
    with tempfile.TemporaryDirectory(prefix="home-visits-mutant-") as folder:
        yield shutil.copytree(ROOT, Path(folder) / "tree", ignore=unwanted)


@dataclass(frozen=True)
class Outcome:
    """How tests went. `failed`: at least one, and nothing was in error, as a server that does not start is."""

    passed: bool
    failed: bool
    words: str


@dataclass(frozen=True)
class Run:
    """Tests that are running."""

    process: "subprocess.Popen[str]"
    report: Path


def begin(tree: Path, *tests_and_report: str | Path, **env: str) -> Run:
    """Run tests of a tree on servers of their own; the last path is that of their report."""
    *tests, report = tests_and_report
    own = {k: v for k, v in os.environ.items() if k not in {"DATABASE_URL", "REDIS_URL"}}
    options = ["-q", "-x", "-p", "no:cacheprovider", f"--junitxml={report}"]
    process = subprocess.Popen(
        [sys.executable, "-m", "pytest", *options, *map(str, tests)],
        cwd=tree,
        env=own | env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    return Run(process, Path(report))


def ended(run: Run) -> Outcome:
    """Wait for tests, and read their report."""
    said, _ = run.process.communicate()
    if not run.report.exists():
        return Outcome(passed=False, failed=False, words=said[-300:])
    suites = list(ElementTree.parse(run.report).getroot())  # noqa: S314  (our own pytest wrote it)
    count = {
        name: sum(int(suite.get(name, 0)) for suite in suites) for name in ("tests", "failures", "errors")
    }
    passed = run.process.returncode == 0 and count["tests"] > 0
    why = (
        "\n".join(found.get("message", "") for suite in suites for found in suite.iter("failure"))
        or said[-300:]
    )
    return Outcome(passed, count["failures"] > 0 and not count["errors"], "" if passed else why)
