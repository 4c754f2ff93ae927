"""A school's ladders against its trust's: nobody whom the trust tells is told later, or by fewer ways."""

import copy
from collections.abc import Iterator

from django.utils.text import get_text_list

from homevisits.trusts.choices import Channel, Ladder
from homevisits.trusts.contents import Contents
from homevisits.trusts.faults import Fault
from homevisits.trusts.parts import LadderStep
from homevisits.trusts.wording import number_text

EVERYBODY = "everybody"


def ladder_floor_faults(own: Contents, floor: Contents) -> Iterator[Fault]:
    """For each ladder, each role that would be told too late; `where` is the ladder's name."""
    for ladder in Ladder:
        mine = own.ladder(ladder)
        for step in floor.ladder(ladder):
            for who, about_ewo in _late(mine, step):
                yield Fault(ladder, _sentence(step, who, floor, about_ewo=about_ewo))


def raised_steps(own: Contents, floor: Contents) -> list[LadderStep]:
    """Every ladder with steps added or brought forward where somebody would be told too late."""
    return [step for ladder in Ladder for step in _raised(own.ladder(ladder), floor.ladder(ladder))]


def _raised(steps: list[LadderStep], floor: list[LadderStep]) -> list[LadderStep]:
    for least in floor:
        if _late(steps, least):
            steps = _without_later(steps, least) if least.is_everybody else steps
            steps = sorted(_told_too(steps, least), key=lambda step: step.after_minutes)
    return [_at_place(step, place) for place, step in enumerate(steps)]


def _late(steps: list[LadderStep], least: LadderStep) -> list[tuple[str, bool]]:
    """Whom these steps tell later than a step of the trust does, or by fewer ways; True: about the EWO only."""
    late = [who for who in _told(least, "roles") if not _in_time(steps, who, "roles", least)]
    ewo = [who for who in _told(least, "ewo") if not _in_time(steps, who, "ewo", least)]
    return [(who, False) for who in late] + [(who, True) for who in ewo if who not in late]


def _in_time(steps: list[LadderStep], who: str, matter: str, least: LadderStep) -> bool:
    """Whether somebody is told by every way of the trust's step by its minute."""
    told = [
        step for step in steps if step.after_minutes <= least.after_minutes and _reaches(step, who, matter)
    ]
    return set(least.channels) <= {channel for step in told for channel in step.channels}


def _reaches(step: LadderStep, who: str, matter: str) -> bool:
    return step.is_everybody or who in _told(step, matter)


def _told(step: LadderStep, matter: str) -> list[str]:
    """Who is told at a step; EVERYBODY alone at the last one."""
    if step.is_everybody:
        return [EVERYBODY]
    return list(step.roles_ewo or step.roles) if matter == "ewo" else list(step.roles)


def _without_later(steps: list[LadderStep], least: LadderStep) -> list[LadderStep]:
    """Nobody is left to tell after everybody."""
    return [step for step in steps if step.after_minutes < least.after_minutes]


def _told_too(steps: list[LadderStep], least: LadderStep) -> list[LadderStep]:
    """The steps and the trust's: joined to one at the same minute, else a step more."""
    same = [s for s in steps if s.after_minutes == least.after_minutes and not s.is_everybody]
    if not same or least.is_everybody:
        return [*steps, least]
    return [_joined(step, least) if step is same[0] else step for step in steps]


def _joined(step: LadderStep, least: LadderStep) -> LadderStep:
    other = copy.copy(step)
    other.roles = _both(step.roles, least.roles)
    other.roles_ewo = _both(_told(step, "ewo"), _told(least, "ewo"))
    if other.roles_ewo == other.roles:
        other.roles_ewo = []
    other.channels = [channel for channel in Channel.values if channel in {*step.channels, *least.channels}]
    other.clauses, other.own_choice = list(least.clauses), least.own_choice
    return other


def _both(one: list[str], other: list[str]) -> list[str]:
    return [*one, *(role for role in other if role not in one)]


def _at_place(step: LadderStep, place: int) -> LadderStep:
    if step.position == place:
        return step
    other = copy.copy(step)
    other.position = place
    return other


def _sentence(step: LadderStep, who: str, floor: Contents, *, about_ewo: bool) -> str:
    """ "... your trust tells the Headteacher after 10 minutes (in the product and e-mail; version 3)..." """
    when = f"after {number_text(step.after_minutes, 'minutes')}" if step.after_minutes else "at once"
    ways = get_text_list([str(Channel(channel).label) for channel in step.channels], "and")
    whom = EVERYBODY if who == EVERYBODY else floor.policy.role_label(who)
    about = " when it is about the EWO" if about_ewo else ""
    return (
        f"On the ladder “{Ladder(step.ladder).label}” your trust tells {whom}{about} {when} ({ways}; "
        f"version {floor.policy.number}). Tell them in the same ways, then or sooner."
    )
