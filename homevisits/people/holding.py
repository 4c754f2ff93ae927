"""What somebody holds on a day: the DBS check that counts, and the training a rule asks for.

Pure but for the rows that it reads: `staff.clearances.all()`, so a prefetch serves many people.
"""

import datetime as dt
from collections.abc import Iterable

from homevisits.people.clearances import Clearance, SchoolTraining
from homevisits.people.models import Staff
from homevisits.trusts.choices import DbsLevel, Strength
from homevisits.trusts.models import School
from homevisits.trusts.months import months_after
from homevisits.trusts.parts import TrainingRule

RANKS = {level: rank for rank, level in enumerate(DbsLevel.values)}


def is_good(clearance: Clearance, on: dt.date) -> bool:
    """Whether a check or training holds on a day: issued by then, and not ended."""
    return clearance.issued_on <= on and (clearance.expires_on is None or clearance.expires_on > on)


def level_of(clearance: Clearance) -> str:
    """A DBS check's level; one recorded before levels were kept is enhanced, as its kind said."""
    return clearance.level or DbsLevel.ENHANCED


def dbs_of(staff: Staff, on: dt.date) -> Clearance | None:
    """The DBS check that counts on a day: the highest level, then the newest (TC-227)."""
    good = [c for c in staff.clearances.all() if c.kind == Clearance.Kind.DBS and is_good(c, on)]
    return max(good, key=lambda c: (RANKS[level_of(c)], c.issued_on), default=None)


def dbs_reaches(check: Clearance | None, level: str) -> bool:
    """Whether a DBS check is of a level or above it."""
    return check is not None and RANKS[level_of(check)] >= RANKS[level]


def training_of(staff: Staff, rule: TrainingRule, on: dt.date) -> Clearance | None:
    """The training that meets a rule of the policy on a day, the one that holds longest."""
    held = [c for c in staff.clearances.all() if meets(c, rule.code, rule.label) and c.issued_on <= on]
    best = max(held, key=lambda c: end_of(c, rule.valid_months), default=None)
    return best if best is not None and end_of(best, rule.valid_months) > on else None


def end_of(clearance: Clearance, valid_months: int | None = None) -> dt.date:
    """The day on which something held ends, by its own date or its age; the last day there is, if never."""
    last = clearance.expires_on or dt.date.max
    return min(last, months_after(clearance.issued_on, valid_months)) if valid_months else last


def meets(clearance: Clearance, code: str, title: str) -> bool:
    """Whether training is what a rule asks for: by its kind, or other training of the same title."""
    same = clearance.title.strip().casefold() == title.strip().casefold()
    return clearance.kind == code or (clearance.kind == Clearance.Kind.OTHER and same)


def holds(staff: Staff, rule: TrainingRule, on: dt.date) -> bool:
    """Whether somebody holds the training that a rule asks for on a day."""
    return training_of(staff, rule, on) is not None


def held(staff: Staff, rules: Iterable[TrainingRule], on: dt.date) -> list[Clearance]:
    """Everything that counts on a day: the DBS check, and training that these rules do not ask to renew."""
    live, check = [rule for rule in rules if rule.strength != Strength.OFF], dbs_of(staff, on)
    training = [c for c in staff.clearances.all() if c.kind != Clearance.Kind.DBS and is_good(c, on)]
    counts = [
        c
        for c in training
        if all(end_of(c, rule.valid_months) > on for rule in live if meets(c, rule.code, rule.label))
    ]
    return [check, *counts] if check else counts


def holds_titled(staff: Staff, title: str, on: dt.date) -> bool:
    """Whether somebody holds training of this title, as a school's own list names it (TC-181)."""
    return any(meets(c, "", title) and is_good(c, on) for c in staff.clearances.all())


def school_training_of(school: School) -> list[SchoolTraining]:
    """The training that the head of a school asks for now, besides the policy's (TC-181)."""
    return list(school.training.filter(ended_at=None))


def is_reached(staff: Staff) -> bool:
    """Whether somebody has rung the work mobile that stands on the account, and reached them."""
    return bool(staff.mobile) and staff.mobile_tried_at is not None


def newest_dbs(checks: Iterable[Clearance]) -> Clearance | None:
    """The DBS check issued last, whether it still holds or not."""
    dbs = [check for check in checks if check.kind == Clearance.Kind.DBS]
    return max(dbs, key=lambda check: check.issued_on, default=None)
