"""All that a version says, in words for staff: one reading from the first setting to the last reminder."""

from collections.abc import Iterator
from dataclasses import dataclass

from homevisits.trusts.catalogue import SECTIONS
from homevisits.trusts.choices import BriefingFor, Ladder, Moment, Strength
from homevisits.trusts.contents import Contents
from homevisits.trusts.wording import channels_text, step_text, value_text

Fact = tuple[str, str]


@dataclass(frozen=True)
class Chapter:
    """A heading, what is set under it, and a list."""

    title: str
    about: str
    facts: list[Fact]
    items: list[str]


def chapters(contents: Contents) -> list[Chapter]:
    """Every section of settings, then every list that has anything in it."""
    return [chapter for chapter in _all(contents) if chapter.facts or chapter.items]


def _all(contents: Contents) -> Iterator[Chapter]:
    policy = contents.policy
    for section in SECTIONS.values():
        facts = [(setting.label, value_text(policy, setting.name)) for setting in section.settings]
        yield Chapter(section.title, section.about, facts, [])
    yield Chapter("Reasons for a visit", "", [], [_with(r.label, r.help_text) for r in contents.reasons])
    yield Chapter("When parents need not know first", "", [], [str(row) for row in contents.grounds])
    yield Chapter("Training", "Held before anybody goes.", list(_training(contents)), [])
    for about in BriefingFor:
        points = [point.text for point in contents.briefing if point.about == about]
        yield Chapter(
            f"{about.label} are made aware of"
            if about == BriefingFor.STAFF
            else f"{about.label} is made aware of",
            "",
            [],
            points,
        )
    for ladder in Ladder:
        yield Chapter(f"Who is told: {ladder.label.lower()}", "", list(_steps(contents, ladder)), [])
    for moment in Moment:
        yield Chapter(
            f"To keep in mind: {moment.label.lower()}", "", [], [i.text for i in contents.moment(moment)]
        )


def _training(contents: Contents) -> Iterator[Fact]:
    for rule in contents.training:
        yield rule.label, f"{rule.get_about_display()}. {Strength(rule.strength).label}."


def _steps(contents: Contents, ladder: str) -> Iterator[Fact]:
    for step in contents.ladder(ladder):
        told = f"{step_text(contents.policy, step)}; {channels_text(step).lower()}"
        yield f"After {step.after_minutes} minutes", told


def _with(text: str, more: str) -> str:
    return f"{text}: {more}" if more else text
