"""manage.py clauses: for each clause of the policies, what cites it and what proves it."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from homevisits.trusts.citations import Citations, by_kind, collect
from homevisits.trusts.clauses import Clause, every_clause


class Command(BaseCommand):
    help = "Print for each clause the tests, presets, guidance and code that cite it, and counts by kind."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--kind", help="only clauses of one kind: ENFORCE, TIMER, CONFIG, RECORD, ...")
        parser.add_argument("--missing", action="store_true", help="only clauses that nothing proves yet")
        parser.add_argument("--json", action="store_true", help="for machines")

    def handle(self, *args: Any, **options: Any) -> None:
        found = collect()
        clauses = [c for c in every_clause().values() if _is_wanted(c, found, options)]
        if options["json"]:
            self.stdout.write(json.dumps(_as_json(clauses, found), indent=2))
        else:
            self._print(clauses, found)
        if found.unknown:
            raise CommandError(_complaint(found))

    def _print(self, clauses: list[Clause], found: Citations) -> None:
        for clause in clauses:
            self.stdout.write(f"{clause.id}  {clause.kind}  {clause.obligation}")
            for title, where in _places(clause, found).items():
                for place in where:
                    self.stdout.write(f"    {title:9} {place}")
        self.stdout.write(f"\n{'kind':10} {'all':>5} {'cited':>6} {'proved':>7}")
        for kind, (total, cited, proved) in by_kind(clauses, found).items():
            self.stdout.write(f"{kind:10} {total:5} {cited:6} {proved:7}")
        ids = {clause.id for clause in clauses}
        cited, proved = len(ids & found.cited), sum(map(found.is_proved, clauses))
        self.stdout.write(f"{'clauses':10} {len(clauses):5} {cited:6} {proved:7}")


def _is_wanted(clause: Clause, found: Citations, options: dict[str, Any]) -> bool:
    kind = options["kind"]
    is_kind = not kind or kind.upper() in clause.kinds
    return is_kind and not (options["missing"] and found.is_proved(clause))


def _places(clause: Clause, found: Citations) -> dict[str, list[str]]:
    places = {"test": found.tests, "preset": found.values, "guidance": found.guidance, "code": found.code}
    return {title: list(dict.fromkeys(cites.get(clause.id, []))) for title, cites in places.items()}


def _as_json(clauses: list[Clause], found: Citations) -> dict[str, Any]:
    return {
        "clauses": [
            {
                "id": clause.id,
                "kind": sorted(clause.kinds),
                "proved": found.is_proved(clause),
                **_places(clause, found),
            }
            for clause in clauses
        ],
        "kinds": {
            kind: dict(zip(("all", "cited", "proved"), counts, strict=True))
            for kind, counts in by_kind(clauses, found).items()
        },
        "unknown": found.unknown,
    }


def _complaint(found: Citations) -> str:
    lines = [f"{clause}: {', '.join(where)}" for clause, where in found.unknown.items()]
    return "Cited, but in no document:\n" + "\n".join(lines)
