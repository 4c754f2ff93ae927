"""What a row of a policy asks for, in a few words each, as its page shows beside it."""

from collections.abc import Iterator
from functools import singledispatch

from homevisits.trusts.choices import Strength
from homevisits.trusts.parts import (
    BriefingPoint,
    ExtraField,
    GuidanceItem,
    LinkedPolicy,
    NoticeGround,
    PolicyPart,
    Reason,
    RiskBand,
    TrainingRule,
)
from homevisits.trusts.policies import Policy
from homevisits.trusts.wording import number_text, roles_text


def tags_of(row: PolicyPart, policy: Policy) -> list[str]:
    """The short words beside a row; none for a row that only says something."""
    return list(_tags(row, policy))


@singledispatch
def _tags(row: PolicyPart, policy: Policy) -> Iterator[str]:
    yield from ()


def _set(row: PolicyPart, words: dict[str, str]) -> Iterator[str]:
    """The words of those facts that hold."""
    yield from (word for name, word in words.items() if getattr(row, name))


@_tags.register
def _reason(row: Reason, policy: Policy) -> Iterator[str]:
    if row.min_attempts:
        ways = f" in {row.min_channels} ways" if row.min_channels > 1 else ""
        yield f"{row.min_attempts} {'attempt' if row.min_attempts == 1 else 'attempts'}{ways}"
    yield from _set(
        row,
        {
            "needs_concern": "The concern",
            "needs_explanation": "An explanation",
            "needs_letter": "A letter before",
            "never_a_letter": "Never a letter",
            "is_welfare": "Pupil seen and spoken to",
            "is_attendance": "About attendance",
            "is_transport": "About a lift",
            "is_series": "A series of sessions",
            "doorstep_only": "Doorstep only",
            "off_in_overlay": "Not during an infection",
        },
    )


@_tags.register
def _ground(row: NoticeGround, policy: Policy) -> Iterator[str]:
    yield from _set(
        row,
        {
            "is_emergency": "An emergency visit",
            "needs_attempts": "Unanswered calls or messages noted",
            "needs_text": "A sentence that says why",
        },
    )


@_tags.register
def _guidance(row: GuidanceItem, policy: Policy) -> Iterator[str]:
    if row.only != GuidanceItem.Only.ALWAYS:
        yield row.get_only_display()


@_tags.register
def _training(row: TrainingRule, policy: Policy) -> Iterator[str]:
    yield row.get_about_display()
    strengths = {
        Strength.OFF: "Not asked for",
        Strength.WARN: "Warns",
        Strength.BLOCK: "They cannot go without",
    }
    yield strengths[Strength(row.strength)]
    limits = list(_set(row, {"for_attendance": "attendance", "for_welfare": "welfare"}))
    yield f"Only for {' and '.join(limits)} visits" if limits else "For every visit"
    if row.valid_months:
        yield f"Renewed after {number_text(row.valid_months, 'months')}"


@_tags.register
def _briefing(row: BriefingPoint, policy: Policy) -> Iterator[str]:
    yield "Anew for each visit" if row.each_visit else "Once, until the policy changes"


@_tags.register
def _band(row: RiskBand, policy: Policy) -> Iterator[str]:
    yield f"From {number_text(row.from_score, 'points')}"
    yield f"At least {number_text(row.min_people, 'people')}"
    if row.checkin_repeat_minutes:
        yield f"Rung every {number_text(row.checkin_repeat_minutes, 'minutes')}"
    if row.roles:
        yield f"Decided on by {roles_text(policy, row.roles)} too"


@_tags.register
def _extra(row: ExtraField, policy: Policy) -> Iterator[str]:
    yield "Must be answered" if row.is_required else "May be left empty"


@_tags.register
def _linked(row: LinkedPolicy, policy: Policy) -> Iterator[str]:
    yield row.get_kind_display()
    yield "The trust’s" if row.is_trusts else "Each school’s own"
    if row.phase:
        yield f"{row.get_phase_display()} schools"
    if row.must_be_read:
        yield "Staff confirm that they read it"
