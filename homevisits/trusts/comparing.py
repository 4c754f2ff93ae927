"""What differs between two versions of a policy, as a plain list."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from homevisits.trusts.catalogue import SECTIONS, SETTINGS
from homevisits.trusts.choices import Ladder
from homevisits.trusts.columns import column
from homevisits.trusts.contents import Contents, part_values
from homevisits.trusts.parts import GuidanceItem, NoticeGround, PolicyPart, Reason
from homevisits.trusts.wording import channels_text, step_text, value_text

IGNORED = {"position", "clauses", "own_choice", "note"}


@dataclass(frozen=True)
class Difference:
    """One thing that was otherwise before; an empty side means that it was not there."""

    group: str
    label: str
    before: str
    after: str


def differences(before: Contents, after: Contents) -> list[Difference]:
    """Everything that `after` says otherwise than `before`: settings first, then the lists."""
    return [
        *_settings(before, after),
        *_rows("Reasons", before.reasons, after.reasons),
        *_rows("Grounds", before.grounds, after.grounds),
        *_ladders(before, after),
        *_guidance(before.guidance, after.guidance),
    ]


def _settings(before: Contents, after: Contents) -> Iterator[Difference]:
    for name, setting in SETTINGS.items():
        if getattr(before.policy, name) != getattr(after.policy, name):
            yield Difference(
                SECTIONS[setting.section].title,
                setting.label,
                value_text(before.policy, name),
                value_text(after.policy, name),
            )


def _rows(
    group: str, before: Sequence[Reason | NoticeGround], after: Sequence[Reason | NoticeGround]
) -> Iterator[Difference]:
    was = {row.code: row for row in before}
    now = {row.code: row for row in after}
    for code in dict.fromkeys([*was, *now]):
        old, new = was.get(code), now.get(code)
        if old is None or new is None:
            yield Difference(group, str(old or new), "Listed" if old else "", "Listed" if new else "")
        elif _says(old) != _says(new):
            yield Difference(group, str(new), _told(old, new), _told(new, old))


def _says(row: PolicyPart) -> dict[str, object]:
    return {name: value for name, value in part_values(row).items() if name not in IGNORED}


def _told(row: PolicyPart, other: PolicyPart) -> str:
    """What this row says where the other says something else."""
    says, others = _says(row), _says(other)
    return "; ".join(_field_text(row, name) for name in says if says[name] != others[name])


def _field_text(row: PolicyPart, name: str) -> str:
    field, value = column(type(row), name), getattr(row, name)
    if isinstance(value, bool):
        value = "yes" if value else "no"
    shown = dict(field.flatchoices or ()).get(value, value)
    return f"{str(field.verbose_name).capitalize()}: {shown if shown != '' else 'nothing'}"


def _ladders(before: Contents, after: Contents) -> Iterator[Difference]:
    for ladder in Ladder:
        was, now = _ladder_text(before, ladder), _ladder_text(after, ladder)
        if was != now:
            yield Difference("Ladders", Ladder(ladder).label, was, now)


def _ladder_text(contents: Contents, ladder: str) -> str:
    return "; ".join(
        f"{step.after_minutes} min: {step_text(contents.policy, step)}, {channels_text(step).lower()}"
        for step in contents.ladder(ladder)
    )


def _guidance(before: list[GuidanceItem], after: list[GuidanceItem]) -> Iterator[Difference]:
    def key(item: GuidanceItem) -> tuple[str, str, bool, str]:
        return item.moment, item.text, item.is_check, item.only

    was, now = {key(item): item for item in before}, {key(item): item for item in after}
    for gone in was.keys() - now.keys():
        yield Difference("Guidance", was[gone].get_moment_display(), was[gone].text, "")
    for new in now.keys() - was.keys():
        yield Difference("Guidance", now[new].get_moment_display(), "", now[new].text)
