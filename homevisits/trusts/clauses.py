"""The clauses of the policies and guides that the product rests on (docs/clauses.csv)."""

import csv
from dataclasses import dataclass
from functools import lru_cache

from django.conf import settings

DOCUMENTS = {
    "AF": "Aspirational Futures trust",
    "PS": "Poulton-le-Sands primary school",
    "TC": "Three Counties trust",
    "SH": "School-Home Support (guide)",
    "CS": "CSAWS (guide)",
}


@dataclass(frozen=True)
class Clause:
    """One obligation of one document. `kinds` says how the product meets it: ENFORCE, TIMER..."""

    id: str
    section: str
    obligation: str
    phase: str
    kind: str
    how: str

    @property
    def kinds(self) -> frozenset[str]:
        return frozenset(self.kind.split("+"))

    @property
    def document(self) -> str:
        """The document's two letters."""
        return self.id.partition("-")[0]

    @property
    def source(self) -> str:
        """Where it stands, for people: "Three Counties trust, Home visits"."""
        return f"{DOCUMENTS[self.document]}, {self.section}"


@lru_cache(maxsize=1)
def every_clause() -> dict[str, Clause]:
    """All clauses by id, in the order of the list."""
    with (settings.BASE_DIR / "docs" / "clauses.csv").open(encoding="utf-8", newline="") as file:
        return {row["id"]: Clause(**row) for row in csv.DictReader(file)}


def named(ids: list[str] | tuple[str, ...]) -> list[Clause]:
    """The clauses with these ids, in the order asked for; unknown ids are left out."""
    known = every_clause()
    return [known[clause] for clause in ids if clause in known]
