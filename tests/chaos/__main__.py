"""`make chaos`: every scenario, or those named; a table at the end, and 1 if anything was lost, doubled or late.

make chaos ARGS="kill postgres"      those two
make chaos ARGS="--size 0.1"         a tenth of everything
make chaos ARGS="--list"             what there is
"""

import argparse
import os
import sys
import tempfile
import time
import traceback
from pathlib import Path

from homevisits.local.servers import Postgres, Valkey

BASE = "chaos_base"


def main() -> int:
    wanted = arguments()
    with tempfile.TemporaryDirectory(prefix="home-visits-chaos-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        postgres, valkey = Postgres(folder / "postgres", durable=True), Valkey(folder / "valkey")
        try:
            postgres.start()
            valkey.start()
            postgres.make_database(BASE)
            os.environ |= {
                "DATABASE_URL": postgres.url(BASE),
                "REDIS_URL": valkey.url(),
                "DJANGO_SETTINGS_MODULE": "tests.settings",
                "LOG_LEVEL": "ERROR",
            }
            return run_all(wanted, folder, postgres, valkey)
        finally:
            valkey.stop()
            postgres.stop()


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make chaos", description=__doc__)
    parser.add_argument("names", nargs="*", help="scenarios; all without one")
    parser.add_argument("--size", type=float, default=1.0, help="1 is the full size")
    parser.add_argument("--margin", type=float, default=0.5, help="seconds the machine may add to lateness")
    parser.add_argument("--seed", type=int, default=2026)
    parser.add_argument("--skip", action="append", default=[], help="leave one out; may be repeated")
    parser.add_argument("--list", action="store_true")
    return parser.parse_args()


def run_all(wanted: argparse.Namespace, folder: Path, postgres: Postgres, valkey: Valkey) -> int:
    import django

    django.setup()
    from tests.chaos.report import Report
    from tests.chaos.scenarios import SCENARIOS

    if wanted.list:
        for one in SCENARIOS.values():
            say(f"{one.name:16} {one.title} ({', '.join(one.promises)})")
        return 0
    if unknown := set(wanted.names) - set(SCENARIOS):
        say(f"There is no scenario {', '.join(sorted(unknown))}; see --list.")
        return 2
    say("Preparing a database with ten trusts.")
    prepare()
    report = Report(seed=wanted.seed, size=wanted.size, margin=wanted.margin)
    for name in wanted.names or [name for name in SCENARIOS if name not in wanted.skip]:
        say(f"{name}: {SCENARIOS[name].title} ...")
        began = time.monotonic()
        found = in_own_database(SCENARIOS[name], folder, postgres, valkey, wanted)
        report.add(SCENARIOS[name], found, time.monotonic() - began)
        say(report.line(name))
    say(report.table())
    return 0 if report.is_well else 1


def prepare() -> None:
    from django.core.management import call_command
    from django.db import connection

    from tests.chaos.seeding import trusts

    call_command("migrate", interactive=False, verbosity=0)
    call_command("createcachetable", verbosity=0)
    trusts(10)
    connection.close()


def in_own_database(scenario, folder, postgres, valkey, wanted):  # type: ignore[no-untyped-def]
    """Run a scenario on a copy of the base; a mistake in it is a fault, not the end of the others."""
    from tests.chaos.ledger import Ledger
    from tests.chaos.world import own_database, world

    name = f"chaos_{scenario.name.replace('-', '_')}"
    try:
        with (
            own_database(BASE, name),
            world(
                folder / scenario.name,
                seed=wanted.seed,
                size=wanted.size,
                margin=wanted.margin,
                postgres=postgres,
                valkey=valkey,
            ) as there,
        ):
            return scenario.run(there)
    except Exception:
        traceback.print_exc()
        return Ledger(faults=[traceback.format_exc(limit=1).splitlines()[-1]])


def say(words: str) -> None:
    print(words, flush=True)  # noqa: T201


if __name__ == "__main__":
    sys.exit(main())
