"""What a policy must never be without, whatever anybody edits: faults, each a sentence."""

from collections.abc import Iterator
from itertools import pairwise

from homevisits.trusts.choices import Channel, Ladder, LoneRule, RiskLevel, RiskRule, Strength
from homevisits.trusts.contents import Contents
from homevisits.trusts.faults import Fault, key_of
from homevisits.trusts.offering import allows_ground, allows_reason
from homevisits.trusts.parts import EVERYBODY_WITHIN, LadderStep, LinkedPolicy, RiskBand
from homevisits.trusts.policies import Policy


def faults(contents: Contents) -> list[Fault]:
    """Everything that stands between a draft and its publication."""
    return [
        *_settings(contents.policy),
        *_rows(contents),
        *ladder_faults(contents),
        *_briefing(contents),
        *_bands(contents.bands),
        *_linked(contents),
    ]


def _settings(policy: Policy) -> Iterator[Fault]:
    if not policy.authorising_roles:
        yield Fault("authorising_roles", "Choose at least one role that may authorise.")
    if policy.review_by is None:  # PS-002
        yield Fault("review_by", "Enter the day by which the policy is reviewed.")
    if policy.lone_rule == LoneRule.BY_DECISION and not policy.lone_roles:
        yield Fault("lone_roles", "Choose who decides on going alone, or choose that nobody goes alone.")
    if policy.risk_assessment != RiskRule.NEVER and not policy.risk_assessor_roles:
        yield Fault("risk_assessor_roles", "Choose who may write the risk assessment.")
    if policy.decision_minutes_same_day > policy.decision_minutes:
        yield Fault(
            "decision_minutes_same_day", "Enter no more minutes for the day of the visit than for other days."
        )
    yield from _timers(policy)


def _timers(policy: Policy) -> Iterator[Fault]:
    if not policy.file_choices:
        yield Fault("file_choices", "Choose at least one file that a record can go on.")
    if policy.checkin_after_start_minutes and not policy.checkin_answer_minutes:
        yield Fault("checkin_answer_minutes", "Enter at least 1 minute to reach somebody.")
    if not policy.owner_quiet_minutes:
        yield Fault("owner_quiet_minutes", "Enter at least 1 minute before an alarm is everybody's again.")
    if not policy.record_due_hours:
        yield Fault("record_due_hours", "Enter at least 1 hour for writing the record.")
    if not policy.told_roles:
        yield Fault("told_roles", "Choose at least one role that is told of incidents.")


def _rows(contents: Contents) -> Iterator[Fault]:
    if not any(allows_reason(contents.policy, reason) for reason in contents.reasons):
        yield Fault("reasons", "Keep at least one reason for a visit.")
    if not any(allows_ground(contents.policy, ground) for ground in contents.grounds):
        yield Fault("grounds", "Keep at least one ground: an emergency does not wait for a telephone call.")


def _briefing(contents: Contents) -> Iterator[Fault]:
    policy = contents.policy
    if policy.briefing_rule == Strength.OFF:
        return
    if not policy.briefing_roles:
        yield Fault("briefing_roles", "Choose who briefs staff, or choose that no briefing is asked for.")
    if not contents.briefing:
        sentence = "Add at least one point that visitors are briefed on, or choose that none is asked for."
        yield Fault("briefing_staff", sentence, waits=True)


def _bands(bands: list[RiskBand]) -> Iterator[Fault]:
    """Levels of risk: none at all, or from 0 on and rising."""
    by_level = sorted(bands, key=lambda band: RiskLevel.values.index(band.level))
    if bands and (by_level[0].level != RiskLevel.LOW or by_level[0].from_score):
        sentence = "Begin with the level “Low” at a score of 0, so that every score has a level."
        is_low = by_level[0].level == RiskLevel.LOW
        yield Fault("bands", sentence, row="low", field="from_score", waits=not is_low)
    for lower, higher in pairwise(by_level):
        if higher.from_score <= lower.from_score:
            sentence = f"Enter a higher score for “{higher}” than the {lower.from_score} of “{lower}”."
            yield Fault("bands", sentence, row=higher.level, field="from_score")
    for band in bands:
        if not band.min_people:
            sentence = f"Enter at least 1 person for “{band}”: somebody goes."
            yield Fault("bands", sentence, row=band.level, field="min_people")


def _linked(contents: Contents) -> Iterator[Fault]:
    """With a number it is the trust's; without, each school's own, so no one address fits all (TC-042)."""
    for paper in contents.linked if contents.policy.school_id is None else []:
        if paper.url and not paper.is_trusts:
            yield _own_paper(paper)


def _own_paper(paper: LinkedPolicy) -> Fault:
    sentence = (
        f"“{paper}” has no number, so it is each school’s own: enter its number if it is the trust’s, or "
        "leave the address out here; each school gives its own."
    )
    return Fault("linked", sentence, row=key_of(paper), field="number")


def ladder_faults(contents: Contents) -> list[Fault]:
    """What is wrong with the ladders; `where` is the ladder's name."""
    return [
        Fault(ladder, sentence)
        for ladder in Ladder
        for sentence in _ladder(Ladder(ladder), contents.ladder(ladder))
    ]


def _ladder(ladder: Ladder, steps: list[LadderStep]) -> Iterator[str]:
    name = f"“{ladder.label}”"
    if not steps:
        yield f"Keep at least one step on the ladder {name}."
        return
    if any(not (step.roles or step.is_everybody) for step in steps):
        yield f"Choose who is told at every step of the ladder {name}."
    if any(not step.channels for step in steps):
        yield f"Choose how people are told at every step of the ladder {name}."
    if ladder == Ladder.SAFETY:
        yield from _safety(steps)


def _safety(steps: list[LadderStep]) -> Iterator[str]:
    if steps[0].after_minutes:
        yield "Begin the ladder “Somebody may not be safe” at 0 minutes: an alarm reaches somebody at once."
    if steps[-1].after_minutes > EVERYBODY_WITHIN:
        yield (
            f"Have the last step of the ladder “Somebody may not be safe” tell everybody after {EVERYBODY_WITHIN} "
            "minutes at most."
        )
    if any(Channel.IN_APP not in step.channels for step in steps):
        yield (
            "Tick “In the product” at every step of the ladder “Somebody may not be safe”: texts, calls and "
            "e-mail can fail, and an alarm must be there all the same."
        )
    if not steps[-1].is_everybody:
        yield (
            "The last step of the ladder “Somebody may not be safe” is everybody, and it repeats until a "
            "person resolves the alarm. Put other steps before it."
        )
