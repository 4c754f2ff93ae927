"""The policy in words for parents, built from the settings (AF-007, AF-010, TC-022, TC-023).

Says what a parent needs, and never what keeps staff safe: no code word, ladder, timer, check-in or
briefing, not who is told when somebody is late, not who goes alone; and nothing about any person.
Every setting that is read here stands in PUBLIC: what is not there may not be said.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from homevisits.trusts.choices import (
    BedroomRule,
    FileChoice,
    IdShown,
    InviterRule,
    OutOfHours,
    ParentNotice,
    Strength,
    Unannounced,
    UpstairsRule,
)
from homevisits.trusts.contents import Contents
from homevisits.trusts.offering import allows_ground, allows_reason
from homevisits.trusts.policies import Policy

PUBLIC = (
    "title",
    "policy_number",
    "amended_on",
    "review_by",
    "approved_by",
    "role_labels",
    "min_people",
    "interpreter_rule",
    "dbs_rule",
    "reasons_open",
    "parent_notice",
    "grounds_open",
    "appointment_letter",
    "child_transport_allowed",
    "out_of_hours",
    "earliest_start",
    "id_card_carried",
    "id_card_shown",
    "adult_must_invite",
    "inviter_rule",
    "animals_end_visit",
    "upstairs_rule",
    "bedroom_rule",
    "calling_card",
    "tutoring_letter_required",
    "tutoring_adult_required",
    "tutoring_door_open",
    "tutoring_bedroom_rule",
    "record_reader_roles",
    "file_choices",
    "agreements_shared_with",
    "retention_years",
)


@dataclass(frozen=True)
class Passage:
    """A heading and what stands under it: sentences, then a list."""

    title: str
    lines: list[str]
    items: list[str]

    @property
    def says(self) -> dict[str, Any]:
        return {"title": self.title, "lines": self.lines, "items": self.items}


def passages(contents: Contents) -> list[Passage]:
    """All that parents are told, under headings they would look for."""
    written = [
        Passage(title, list(lines(contents)), list(items(contents))) for title, lines, items in PASSAGES
    ]
    return [passage for passage in written if passage.lines or passage.items]


def about(policy: Policy) -> list[tuple[str, str]]:
    """The table at the front: title, number, version, dates, who approved it (AF-001 to AF-006, AF-009)."""
    facts = [
        ("Title", policy.title),
        ("Number", policy.policy_number),
        ("Version", str(policy.number)),
        ("Published", _date(policy.published_at)),
        ("Last amended", _date(policy.amended_on)),
        ("Approved by", policy.approved_by),
        ("Next review by", _date(policy.review_by)),
    ]
    return [(name, text) for name, text in facts if text]


def history(versions: Iterable[Policy]) -> list[tuple[str, str]]:
    """Every published version and its day, the newest first (AF-008)."""
    return [(f"Version {version.number}", _date(version.published_at)) for version in versions]


def _why(contents: Contents) -> Iterator[str]:
    yield "Staff visit pupils at home to support them and their families, and to keep children safe."
    yield "Every visit has a purpose, which is written down before anybody comes."


def _reasons(contents: Contents) -> Iterator[str]:
    policy = contents.policy
    return (reason.label for reason in contents.reasons if allows_reason(policy, reason))


def _first(contents: Contents) -> Iterator[str]:
    if contents.policy.parent_notice == ParentNotice.AGREED:
        yield "We visit when you have agreed to it."
    else:
        yield "We tell you before we come wherever we can."
    if contents.policy.appointment_letter:
        yield "You get a letter before the visit that says who comes, when and why."
    if contents.grounds and any(reason.unannounced != Unannounced.NO for reason in contents.reasons):
        yield "Sometimes we come without telling you first:"


def _grounds(contents: Contents) -> Iterator[str]:
    if any(reason.unannounced != Unannounced.NO for reason in contents.reasons):
        policy = contents.policy
        yield from (ground.label for ground in contents.grounds if allows_ground(policy, ground))


def _who(contents: Contents) -> Iterator[str]:
    policy = contents.policy
    yield "Members of staff of the school or of the trust come, sometimes with somebody from another service."
    if policy.min_people > 1:
        yield f"At least {policy.min_people} people come together as a rule."
    if policy.dbs_rule == Strength.BLOCK:
        yield "Everybody who comes from us has had a DBS check."
    if policy.id_card_carried:
        yield "They carry a school identity card."
    shown = {
        IdShown.ALWAYS: "They show it at the door on every visit.",
        IdShown.FIRST: "They show it at the door when they come for the first time.",
    }
    yield shown.get(
        IdShown(policy.id_card_shown), "You may always ask who they are, and ring the school to make sure."
    )
    if policy.interpreter_rule != Strength.OFF:
        yield "Tell us if you would like an interpreter."


def _when(contents: Contents) -> Iterator[str]:
    policy = contents.policy
    yield {
        OutOfHours.ALLOWED: "We come in school hours, and sometimes outside them when that suits you better.",
        OutOfHours.WARN: "We come in school hours wherever we can.",
        OutOfHours.EXCEPTIONAL: "We come in school hours, and outside them only when there is no other way.",
    }[OutOfHours(policy.out_of_hours)]
    if policy.earliest_start:
        yield f"We do not come before {policy.earliest_start:%H:%M}."


def _door(contents: Contents) -> Iterator[str]:
    policy = contents.policy
    if policy.adult_must_invite:
        yield {
            InviterRule.ANY: "Staff come in only when an adult in the home invites them.",
            InviterRule.DELEGATED: "Staff come in only when a parent, or an adult whom a parent has named, invites them.",
            InviterRule.PARENT: "Staff come in only when a parent or carer invites them.",
        }[InviterRule(policy.inviter_rule)]
    if policy.animals_end_visit:
        yield "Please put dogs and other animals in another room: otherwise the visit cannot go on."
    else:
        yield "Please put dogs and other animals in another room."
    yield from _rooms(policy)
    if policy.calling_card:
        yield "When nobody is in, staff leave a card and ask you to ring."


def _rooms(policy: Policy) -> Iterator[str]:
    if policy.upstairs_rule == UpstairsRule.NEVER:
        yield "Staff do not go upstairs."
    elif policy.upstairs_rule == UpstairsRule.ACCOMPANIED:
        yield "Staff go upstairs only with an adult of the home, and only where it is needed."
    if policy.bedroom_rule == BedroomRule.NEVER:
        yield "Staff do not go into bedrooms."
    elif policy.bedroom_rule == BedroomRule.NO_ALTERNATIVE:
        yield "Staff go into a bedroom only where there is no other suitable place."


def _lifts(contents: Contents) -> Iterator[str]:
    if contents.policy.child_transport_allowed:
        yield "With your agreement staff may give your child a lift."
    else:
        yield "Staff do not give children lifts."


def _tuition(contents: Contents) -> Iterator[str]:
    policy = contents.policy
    if not any(reason.is_series for reason in contents.reasons):
        return
    if policy.tutoring_letter_required:
        yield "Before teaching at home begins you get a letter about what we ask of each other."
    if policy.tutoring_adult_required:
        yield "An adult stays in the home for the whole session."
    if policy.tutoring_door_open:
        yield "The door of the room stays open."
    if policy.tutoring_bedroom_rule == BedroomRule.NEVER:
        yield "Teaching never takes place in a bedroom."
    elif policy.tutoring_bedroom_rule == BedroomRule.NO_ALTERNATIVE:
        yield "Teaching takes place in a bedroom only where there is no other suitable space."


def _written(contents: Contents) -> Iterator[str]:
    policy = contents.policy
    yield "Staff write down what happened and what was agreed. You may ask to see what is kept about you."
    if policy.file_choices:
        files = " and ".join(FileChoice(choice).label.lower() for choice in policy.file_choices)
        yield f"It is kept on the {files} of your child."
    if policy.record_reader_roles:
        yield f"It is read by: {_roles(policy, policy.record_reader_roles)}."
    if policy.agreements_shared_with:
        yield f"What was agreed is shared with: {_roles(policy, policy.agreements_shared_with)}."
    if policy.retention_years:
        yield f"It is kept for {policy.retention_years} years."


def _nothing(contents: Contents) -> Iterator[str]:
    return iter(())


def _roles(policy: Policy, roles: list[str]) -> str:
    return ", ".join(policy.role_label(role) for role in roles)


def _date(day: Any) -> str:
    return f"{day:%-d %B %Y}" if day else ""


Lines = Callable[[Contents], Iterator[str]]

PASSAGES: tuple[tuple[str, Lines, Lines], ...] = (
    ("Why we visit", _why, _reasons),
    ("Do we tell you first?", _first, _grounds),
    ("Who comes", _who, _nothing),
    ("When", _when, _nothing),
    ("At your home", _door, _nothing),
    ("Lifts", _lifts, _nothing),
    ("Teaching at home", _tuition, _nothing),
    ("What we write down", _written, _nothing),
)
