"""What must hold before a visit counts as back safe."""

import datetime as dt
from collections.abc import Iterator

from visits.gates.checks import Check, gate, need
from visits.models import Visit


@gate("return")
def everybody(visit: Visit, now: dt.datetime) -> Iterator[Check]:
    """Each visitor is accounted for alone (TC-119, PS-100)."""
    for a in visit.party:
        yield need(
            a.back_at,
            "accounted",
            f"{a.short_name} is not accounted for.",
            met=f"{a.short_name}: {a.get_back_how_display().lower()}",
            clauses=["PS-100", "CS-090"],
        )


@gate("return")
def no_alarm(visit: Visit, now: dt.datetime) -> Iterator[Check]:
    for alarm in visit.alarms.unresolved().loud():
        yield need(
            False,
            "alarm",
            f"An alarm is open: {alarm.get_kind_display().lower()}. Somebody else has to close it.",
            met="",
            clauses=["CS-092"],
            fix=alarm.get_absolute_url(),
        )
