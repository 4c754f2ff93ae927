"""Daylight: a visit that starts before sunrise or goes on after sunset."""

import datetime as dt
from collections.abc import Iterator

from homevisits.trusts.choices import Strength
from visits.daylight import darkness, sun_of
from visits.gates.checks import Check, gate, need
from visits.models import Visit
from visits.routes import cites


@gate("submit")
@gate("authorise")
def daylight(visit: Visit, now: dt.datetime) -> Iterator[Check]:
    """By day wherever possible, above all in winter (SH-056)."""
    rules, sun = visit.rules, sun_of(visit)
    if rules is None or rules.daylight_rule == Strength.OFF or sun is None:
        return
    dark = darkness(visit)
    yield need(
        not dark,
        "daylight",
        f"{dark} Go by day if you can.",
        met="The visit is by day",
        clauses=cites(rules, "daylight_rule"),
        fix="when",
        blocks=rules.daylight_rule == Strength.BLOCK,
    )
    if dark and not sun.is_placed:
        yield need(
            False,
            "position",
            f"Sunset is reckoned for the middle of England: set the position of {visit.school} with its hours.",
            met="",
            clauses=["SH-056"],
            fix=f"school/{visit.school.slug}",
            blocks=False,
        )
