"""Whether the parents are told before anybody comes, or the ground on which they are not."""

import datetime as dt
from collections.abc import Iterator

from homevisits.trusts.choices import ParentNotice, Unannounced
from homevisits.trusts.offering import allows_ground
from visits.gates.checks import Check, gate, need
from visits.gates.submit import unanswered
from visits.models import Visit
from visits.routes import cites


@gate("submit")
def parents(visit: Visit, now: dt.datetime) -> Iterator[Check]:
    rules = visit.rules
    if rules is None:
        return
    clauses = cites(rules, "parent_notice")
    if not visit.told:
        yield need(
            False,
            "told",
            "Say whether the parents are told before you go.",
            met="",
            clauses=clauses,
            fix="told",
        )
    elif visit.told == Visit.Told.NO:
        yield from _ground(visit)
    elif rules.parent_notice == ParentNotice.AGREED:
        yield need(
            visit.parent_agreed and visit.told_whom.strip(),
            "agreed",
            "Say which parent agreed to the visit.",
            met="A parent has agreed",
            clauses=clauses,
            fix="told",
        )
    else:
        yield need(
            visit.told_whom.strip(),
            "told_whom",
            "Say who was told.",
            met="The parents are told",
            clauses=clauses,
            fix="told",
        )


@gate("submit")
def nothing_in_writing(visit: Visit, now: dt.datetime) -> Iterator[Check]:
    """A reason about which nothing is ever sent to the home: a letter can put somebody in danger."""
    reason = visit.reason
    if reason and reason.never_a_letter and visit.told != Visit.Told.NO:
        yield need(
            visit.told != Visit.Told.LETTER,
            "letter",
            f"Nothing is sent to this home in writing about “{reason.label}”: ring instead.",
            met="Nothing is sent to the home in writing",
            clauses=reason.clauses,
            fix="told",
        )


def _ground(visit: Visit) -> Iterator[Check]:
    rules, reason = visit.rules, visit.reason
    if rules is None:
        return
    if reason and reason.unannounced == Unannounced.NO:
        yield need(
            False,
            "told",
            f"“{reason.label}” is by appointment: tell the parents first.",
            met="",
            clauses=reason.clauses,
            fix="told",
        )
        return
    ground = rules.noticegrounds.filter(code=visit.ground_code).first()
    yield need(
        ground and allows_ground(rules, ground),
        "ground",
        "Choose why the parents are not told first.",
        met="An allowed reason for not telling the parents is stated",
        clauses=ground.clauses if ground else cites(rules, "parent_notice"),
        fix="told",
    )
    if ground and ground.needs_text:
        yield need(
            visit.ground_text.strip(),
            "ground_text",
            "Say in a sentence why the parents are not told first.",
            met="Why the parents are not told is explained",
            clauses=ground.clauses,
            fix="told",
        )
    if ground and ground.needs_attempts:
        yield need(
            unanswered(visit),
            "ground_attempts",
            "Note the calls and messages that were not answered.",
            met="Unanswered calls and messages are noted",
            clauses=ground.clauses,
            fix="told",
        )
