"""A school's rows against its trust's: reasons and grounds, and what the trust asks for by name."""

import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from homevisits.trusts.catalogue import LAXEST, Setting, Stricter
from homevisits.trusts.choices import DslPart, Strength, TrainingFor, Unannounced
from homevisits.trusts.columns import column
from homevisits.trusts.contents import Contents
from homevisits.trusts.faults import Fault, key_of, place_of
from homevisits.trusts.floor import words
from homevisits.trusts.floor.strict import is_below, lifted
from homevisits.trusts.parts import (
    BriefingPoint,
    ExtraField,
    GuidanceItem,
    LinkedPolicy,
    NoticeGround,
    PolicyPart,
    Reason,
    TrainingRule,
)
from homevisits.trusts.wording import number_text

EVERY_VISIT = frozenset({"attendance", "welfare", "other"})


def _rule(name: str, stricter: Stricter, **more: Any) -> Setting:
    return Setting(name, label="", help="", section="", stricter=stricter, **more)


def _ranked(name: str, *ranks: str) -> Setting:
    return _rule(name, Stricter.RANKED, ranks=ranks)


def _all(stricter: Stricter, *names: str) -> tuple[Setting, ...]:
    return tuple(_rule(name, stricter) for name in names)


def _any_row(row: PolicyPart) -> bool:
    return True


def _no_row(row: PolicyPart) -> bool:
    return False


@dataclass(frozen=True)
class Held:
    """How rows of one kind are held to the trust's.

    `stays` says which of the trust's rows a school keeps; `is_open` names the setting that lets a
    school have rows of its own, where there is one.
    """

    fields: tuple[Setting, ...]
    stays: Callable[[Any], bool] = _any_row
    is_open: str = ""
    # One of these is as good as any: the widest answer, or the trust's own.
    widest: dict[str, str] = field(default_factory=dict)


HELD: dict[type[PolicyPart], Held] = {
    Reason: Held(
        (
            _ranked("unannounced", *Unannounced.values),
            _ranked("dsl", *DslPart.values),
            _rule("min_attempts", Stricter.MORE, unit="attempts"),
            _rule("min_channels", Stricter.MORE, unit="ways"),
            *_all(Stricter.ON, "needs_concern", "needs_explanation", "needs_letter", "never_a_letter"),
            *_all(Stricter.ON, "is_welfare", "is_attendance", "is_transport", "is_series"),
            *_all(Stricter.ON, "doorstep_only", "off_in_overlay"),
        ),
        stays=_no_row,
        is_open="reasons_open",
    ),
    NoticeGround: Held(
        (*_all(Stricter.ON, "needs_attempts", "needs_text"), _rule("is_emergency", Stricter.OFF)),
        stays=_no_row,
        is_open="grounds_open",
    ),
    GuidanceItem: Held(
        (_rule("is_check", Stricter.ON),),
        stays=lambda row: row.is_check,
        widest={"only": GuidanceItem.Only.ALWAYS},
    ),
    TrainingRule: Held(
        (
            _ranked("strength", *Strength.values),
            _ranked("about", TrainingFor.ONE, TrainingFor.EACH),
            _rule("valid_months", Stricter.LESS, unit="months", blank=LAXEST),
        ),
        stays=lambda row: row.strength != Strength.OFF,
    ),
    BriefingPoint: Held((_rule("each_visit", Stricter.ON),)),
    ExtraField: Held((_rule("is_required", Stricter.ON),), stays=lambda row: row.is_required),
    LinkedPolicy: Held(
        (_rule("must_be_read", Stricter.ON),), stays=lambda row: row.must_be_read, widest={"phase": ""}
    ),
}


def row_faults(own: Contents, floor: Contents) -> Iterator[Fault]:
    """What a school's rows lack that the trust asks for, and rows that the trust does not allow."""
    for kind, held in HELD.items():
        mine = {_identity(row): row for row in own.of_kind(kind)}
        theirs = {_identity(row): row for row in floor.of_kind(kind)}
        for identity, least in theirs.items():
            row = mine.get(identity)
            if row is not None and (held.is_open or held.stays(least)):
                yield from _laxer(row, least, held, floor)
            elif held.stays(least):
                yield _missing(least, floor)
        if held.is_open and not getattr(floor.policy, held.is_open):
            yield from (_foreign(row, floor) for identity, row in mine.items() if identity not in theirs)


def raised_rows(own: Contents, floor: Contents) -> list[PolicyPart]:
    """A school's rows with exactly those lifted that fall below; the others are the same objects."""
    return [row for kind, held in HELD.items() for row in _raised(kind, held, own, floor)]


def _raised(kind: type[PolicyPart], held: Held, own: Contents, floor: Contents) -> list[PolicyPart]:
    theirs = {_identity(row): row for row in floor.of_kind(kind)}
    closed = bool(held.is_open) and not getattr(floor.policy, held.is_open)
    kept = [row for row in own.of_kind(kind) if not closed or _identity(row) in theirs]
    lifted_rows = [
        _lifted(row, theirs[_identity(row)], held) if _identity(row) in theirs else row for row in kept
    ]
    there = {_identity(row) for row in kept}
    added = [row for identity, row in theirs.items() if held.stays(row) and identity not in there]
    if held.is_open and not lifted_rows:
        added = list(theirs.values())
    return [*lifted_rows, *added]


def _identity(row: PolicyPart) -> tuple[str, str]:
    return place_of(row), key_of(row)


def _laxer(row: PolicyPart, least: PolicyPart, held: Held, floor: Contents) -> Iterator[Fault]:
    version = floor.policy.number
    for rule in held.fields:
        value = getattr(least, rule.name)
        if is_below(rule, getattr(row, rule.name), value):
            labels = _labels(least, rule.name)
            shown = labels.get(value) or number_text(value, rule.unit)
            sentence = words.refusal(rule, value, shown, version, labels)
            yield _fault(least, f"“{least}”, {_called(least, rule.name)}: {sentence}", rule.name)
    for name, widest in held.widest.items():
        if getattr(row, name) not in {getattr(least, name), widest}:
            labels = _labels(least, name)
            shown = labels.get(getattr(least, name)) or "always"
            yield _fault(
                least,
                f"“{least}”: your trust has it for “{shown}” (version {version}). Choose that, or always.",
                name,
            )
    if isinstance(row, TrainingRule) and not _visits(least) <= _visits(row):
        sentence = f"“{least}”: your trust asks for it on more visits (version {version}). Untick the limit."
        yield _fault(least, sentence, "for_welfare" if row.for_welfare else "for_attendance")


def _visits(rule: Any) -> frozenset[str]:
    """The kinds of visits for which a training rule holds; without a limit, for all."""
    limits = {"attendance": rule.for_attendance, "welfare": rule.for_welfare}
    return frozenset(kind for kind, is_limit in limits.items() if is_limit) or EVERY_VISIT


def _lifted(row: PolicyPart, least: PolicyPart, held: Held) -> PolicyPart:
    if not (held.is_open or held.stays(least)):
        return row
    values = {
        rule.name: lifted(rule, getattr(row, rule.name), getattr(least, rule.name)) for rule in held.fields
    }
    values |= {
        name: getattr(least, name)
        for name, widest in held.widest.items()
        if getattr(row, name) not in {getattr(least, name), widest}
    }
    if isinstance(row, TrainingRule) and not _visits(least) <= _visits(row):
        values |= {name: getattr(least, name) for name in ("for_attendance", "for_welfare")}
    if isinstance(row, Reason) and values["needs_letter"] and values["never_a_letter"]:
        values["never_a_letter" if getattr(least, "needs_letter", False) else "needs_letter"] = False
    return changed(row, values, least)


def changed(row: PolicyPart, values: dict[str, Any], least: PolicyPart) -> PolicyPart:
    """A copy of a row with other values, resting on the trust's clauses; the row itself if nothing differs."""
    if all(getattr(row, name) == value for name, value in values.items()):
        return row
    other = copy.copy(row)
    for name, value in values.items():
        setattr(other, name, value)
    other.clauses, other.own_choice = list(least.clauses), least.own_choice
    return other


def _fault(row: PolicyPart, sentence: str, name: str = "") -> Fault:
    return Fault(place_of(row), sentence, row=key_of(row), field=name)


def _missing(least: PolicyPart, floor: Contents) -> Fault:
    return _fault(
        least, f"Your trust asks for “{least}” (version {floor.policy.number}). Keep it as it stands there."
    )


def _foreign(row: PolicyPart, floor: Contents) -> Fault:
    sentence = f"Your trust’s list of {place_of(row)} is closed (version {floor.policy.number})."
    return _fault(row, f"{sentence} Switch “{row}” off.")


def _called(row: PolicyPart, name: str) -> str:
    return str(column(type(row), name).verbose_name)


def _labels(row: PolicyPart, name: str) -> dict[Any, str]:
    stored = column(type(row), name)
    return {value: str(label) for value, label in stored.flatchoices or ()}
