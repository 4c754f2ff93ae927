"""The real policies as presets: read, checked, and loaded into published versions."""

import datetime as dt
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import transaction

from homevisits.clock import london_day
from homevisits.trusts import publishing
from homevisits.trusts.catalogue import SETTINGS
from homevisits.trusts.choices import usual_channels
from homevisits.trusts.clauses import every_clause
from homevisits.trusts.contents import Contents
from homevisits.trusts.models import LawReference, School, Trust
from homevisits.trusts.parts import (
    BriefingPoint,
    ExtraField,
    GuidanceItem,
    LadderStep,
    LinkedPolicy,
    NoticeGround,
    PolicyPart,
    Reason,
    RiskBand,
    TrainingRule,
)
from homevisits.trusts.policies import Policy
from homevisits.trusts.roles import RoleName

if TYPE_CHECKING:
    from homevisits.people.models import Staff

FOLDER = Path(__file__).parent
NAMES = tuple(sorted(path.stem for path in FOLDER.glob("*.toml")))
A_YEAR = dt.timedelta(days=365)


class BadPreset(ValueError):
    """A preset file says something that no policy can hold; the message lists all of it."""


@dataclass(frozen=True)
class Preset:
    """One file: whose policy it is, the documents it follows, and all that it says."""

    name: str
    title: str
    documents: tuple[str, ...]
    contents: Contents
    laws: tuple[dict[str, Any], ...] = ()


def load(
    trust: Trust,
    preset: str,
    *,
    school: School | None = None,
    by: "Staff | None" = None,
    now: dt.datetime,
    changes: dict[str, Any] | None = None,
) -> Policy:
    """Publish a preset as the next version of a trust's policy, or of one school's.

    A school's is raised to the trust's floor where the preset is laxer. `changes` are columns to
    hold instead of the preset's. Raises what publishing raises.
    """
    with transaction.atomic():
        policy = draft(trust, preset, school=school, by=by, now=now)
        if school:
            policy = publishing.lift_draft(policy=policy, by=by, now=now)
        if changes:
            policy = publishing.save_draft(policy=policy, by=by, now=now, values=changes)
        note = f"Loaded from the preset of {read(preset).title}."
        return publishing.publish(policy=policy, by=by, now=now, note=note)


def draft(
    trust: Trust, preset: str, *, school: School | None = None, by: "Staff | None" = None, now: dt.datetime
) -> Policy:
    """Open a draft that says what a preset says; a review date left open is a year away (PS-002)."""
    contents = read(preset).contents
    if contents.policy.review_by is None:
        contents = contents.having(review_by=london_day(now) + A_YEAR)
    if not trust.laws.exists():
        LawReference.objects.bulk_create(LawReference(trust=trust, **law) for law in read(preset).laws)
    return publishing.open_draft(trust=trust, school=school, by=by, now=now, contents=contents, preset=preset)


@lru_cache(maxsize=len(NAMES))
def read(name: str) -> Preset:
    """A preset that ships with the product. Raises BadPreset; KeyError for an unknown name."""
    if name not in NAMES:
        raise KeyError(f"There is no preset {name!r}; choose one of {', '.join(NAMES)}.")
    return parse(name, (FOLDER / f"{name}.toml").read_text(encoding="utf-8"))


def parse(name: str, text: str) -> Preset:
    """A preset from the text of its file, every mistake in it reported at once by BadPreset."""
    file = tomllib.loads(text)
    documents = tuple(file["documents"])
    settings = file["settings"]
    values = {column: None if row.get("none") else row.get("value") for column, row in settings.items()}
    contents = Contents(
        Policy(**{column: value for column, value in values.items() if column in SETTINGS}),
        _parts(Reason, file["reasons"]),
        _parts(NoticeGround, file["grounds"]),
        [row for ladder, rows in file["ladders"].items() for row in _parts(LadderStep, rows, ladder=ladder)],
        [
            row
            for moment, rows in file["guidance"].items()
            for row in _parts(GuidanceItem, rows, moment=moment)
        ],
        _parts(TrainingRule, file.get("training", [])),
        _parts(BriefingPoint, file.get("briefing", [])),
        _parts(RiskBand, file.get("bands", [])),
        _parts(ExtraField, file.get("extras", [])),
        _parts(LinkedPolicy, file.get("linked", [])),
    )
    mistakes = [
        *_columns(settings),
        *_sources(settings, documents),
        *_invalid(contents),
        *_rows(contents, documents),
        *(
            f"The law {law.get('title')!r} cites {c}, which no document has."
            for law in file.get("laws", [])
            for c in law.get("clauses", [])
            if c not in every_clause()
        ),
    ]
    if mistakes:
        raise BadPreset(f"{name}: " + " ".join(mistakes))
    contents.policy.preset = name
    contents.policy.sources = {column: _source(row) for column, row in settings.items()}
    return Preset(name, file["name"], documents, contents, tuple(file.get("laws", [])))


def _source(row: dict[str, Any]) -> dict[str, Any]:
    return {"clauses": row.get("clauses", []), "own": row.get("own", False), "note": row.get("note", "")}


def _parts[Part: PolicyPart](model: type[Part], rows: list[dict[str, Any]], **fixed: str) -> list[Part]:
    return [model(position=place, **_renamed(model, row | fixed)) for place, row in enumerate(rows)]


def _renamed(model: type[PolicyPart], row: dict[str, Any]) -> dict[str, Any]:
    """The file's short words as columns."""
    words = {"own": "own_choice", "check": "is_check", "everybody": "is_everybody"}
    fields = {words.get(key, key): value for key, value in row.items()}
    if model is LadderStep:
        everybody = fields.get("is_everybody", False)
        fields.setdefault("channels", usual_channels(fields["ladder"], is_everybody=everybody))
    return fields


def _columns(settings: dict[str, Any]) -> Iterator[str]:
    for column in sorted(settings.keys() - SETTINGS.keys()):
        yield f"There is no setting {column!r}."
    for column in sorted(SETTINGS.keys() - settings.keys()):
        yield f"The setting {column!r} is missing."
    for column, row in settings.items():
        if ("value" in row) == bool(row.get("none")):
            yield f"The setting {column!r} needs either a value or none = true."


def _sources(settings: dict[str, Any], documents: tuple[str, ...]) -> Iterator[str]:
    for column, row in settings.items():
        source = _source(row)
        name = f"The setting {column!r}"
        own, note = source["own"], source["note"]
        yield from _source_mistakes(name, source["clauses"], documents, own=own, note=note)


def _rows(contents: Contents, documents: tuple[str, ...]) -> Iterator[str]:
    for row in contents.rows:
        name = f"{str(row._meta.verbose_name).capitalize()} {str(row)!r}"
        yield from _source_mistakes(
            name, row.clauses, documents, own=row.own_choice, note=row.note, is_row=True
        )


def _source_mistakes(
    name: str, clauses: list[str], documents: tuple[str, ...], *, own: bool, note: str, is_row: bool = False
) -> Iterator[str]:
    """A value rests on a clause of its document, or is the preset's own choice and says why."""
    for clause in clauses:
        if clause not in every_clause():
            yield f"{name} cites {clause}, which no document has."
    follows = any(clause.partition("-")[0] in documents for clause in clauses)
    if not follows and not own:
        yield f"{name} cites no clause of its document and is not marked as own."
    if own and not note and not (is_row and clauses):
        yield f"{name} is an own choice without a note."


def _invalid(contents: Contents) -> Iterator[str]:
    labels = set(contents.policy.role_labels or {}) - set(RoleName.values)
    yield from (f"role_labels names the unknown role {role!r}." for role in sorted(labels))
    outside = ["trust", "created_at", "created_by", "number"]
    yield from _validation(contents.policy, "The setting", outside)
    for row in contents.rows:
        yield from _validation(row, f"{str(row._meta.verbose_name).capitalize()} {str(row)!r}:", ["policy"])


def _validation(row: Any, name: str, exclude: list[str]) -> Iterator[str]:
    try:
        row.clean_fields(exclude=exclude)
    except ValidationError as wrong:
        for column, messages in wrong.message_dict.items():
            yield f"{name} {column}: {' '.join(messages)}"
