"""A school's bands of risk against its trust's: at no score may less be asked for."""

import copy
from collections.abc import Iterator
from typing import Any

from homevisits.trusts.catalogue import LAXEST, Setting, Stricter
from homevisits.trusts.choices import RiskLevel
from homevisits.trusts.contents import Contents
from homevisits.trusts.faults import Fault
from homevisits.trusts.floor import words
from homevisits.trusts.floor.strict import is_below, lifted
from homevisits.trusts.parts import RiskBand
from homevisits.trusts.wording import number_text, roles_text

PLACE = "bands"
ASKS = (
    Setting("min_people", "", "", "", "people", Stricter.MORE),
    Setting("checkin_repeat_minutes", "", "", "", "minutes", Stricter.LESS, zero=LAXEST),
    Setting("roles", "", "", "", "", Stricter.FEWER, blank=LAXEST),
)
LEVELS = list(RiskLevel.values)


def band_faults(own: Contents, floor: Contents) -> Iterator[Fault]:
    """Wherever a score asks for less than the trust's band does that holds there."""
    for least, upto in _reaches(floor.bands):
        holding = _holding(own.bands, least.from_score, upto)
        if _begins_late(own.bands, holding, least):
            yield _late(own, least, floor)
        for band in holding:
            if not _is_lower(band, least):
                yield from _laxer(band, least, floor)


def raised_bands(own: Contents, floor: Contents) -> list[RiskBand]:
    """The bands with exactly what is needed lifted; a level that is missing is taken from the trust."""
    bands = {band.level: band for band in own.bands}
    late = {fault.row for fault in band_faults(own, floor) if fault.field == "from_score"}
    for least in floor.bands:
        if least.level in late:
            bands[least.level] = _joined(bands.get(least.level), least)
            lowest = min(floor.bands, key=lambda band: band.from_score)
            bands.setdefault(lowest.level, lowest)  # every score has a level
    bands = {band.level: band for band in _rising(list(bands.values()))}
    for least, upto in _reaches(floor.bands):
        for band in _holding(list(bands.values()), least.from_score, upto):
            if not _is_lower(band, least):
                bands[band.level] = _asking(band, least)
    return _rising(list(bands.values()))


def _is_lower(band: RiskBand, other: RiskBand) -> bool:
    return LEVELS.index(band.level) < LEVELS.index(other.level)


def _laxer_rules(band: RiskBand, least: RiskBand) -> list[Setting]:
    return [rule for rule in ASKS if is_below(rule, getattr(band, rule.name), getattr(least, rule.name))]


def _begins_late(bands: list[RiskBand], holding: list[RiskBand], least: RiskBand) -> bool:
    """Whether a lower level, or none, still holds where the trust's level asks for more."""
    nothing = RiskBand(level=RiskLevel.LOW)
    starts = min((band.from_score for band in bands), default=None)
    if starts is None or starts > least.from_score:
        return bool(_laxer_rules(nothing, least))
    return any(_is_lower(band, least) and _laxer_rules(band, least) for band in holding)


def _reaches(bands: list[RiskBand]) -> Iterator[tuple[RiskBand, float]]:
    """Each band with the score at which the next one begins."""
    ordered = sorted(bands, key=lambda band: band.from_score)
    ends = [*(float(band.from_score) for band in ordered), float("inf")]
    return zip(ordered, ends[1:], strict=True)


def _holding(bands: list[RiskBand], starts: float, upto: float) -> list[RiskBand]:
    """The bands that hold somewhere between two scores."""
    return [band for band, end in _reaches(bands) if band.from_score < upto and end > starts]


def _joined(band: RiskBand | None, least: RiskBand) -> RiskBand:
    if band is None:
        return least
    return _with(band, least, from_score=min(band.from_score, least.from_score))


def _asking(band: RiskBand, least: RiskBand) -> RiskBand:
    asks = {rule.name: lifted(rule, getattr(band, rule.name), getattr(least, rule.name)) for rule in ASKS}
    return _with(band, least, **asks)


def _with(band: RiskBand, least: RiskBand, **values: Any) -> RiskBand:
    if all(getattr(band, name) == value for name, value in values.items()):
        return band
    other = copy.copy(band)
    for name, value in values.items():
        setattr(other, name, value)
    other.clauses, other.own_choice = list(least.clauses), least.own_choice
    return other


def _rising(bands: list[RiskBand]) -> list[RiskBand]:
    """Without those that a higher level has overtaken."""
    return [
        band
        for band in sorted(bands, key=lambda band: LEVELS.index(band.level))
        if not any(
            LEVELS.index(other.level) > LEVELS.index(band.level) and other.from_score <= band.from_score
            for other in bands
        )
    ]


def _laxer(band: RiskBand, least: RiskBand, floor: Contents) -> Iterator[Fault]:
    for rule in _laxer_rules(band, least):
        value = getattr(least, rule.name)
        shown = roles_text(floor.policy, value) if rule.name == "roles" else number_text(value, rule.unit)
        sentence = words.refusal(rule, value, shown, floor.policy.number, {})
        yield Fault(PLACE, f"“{band}”: {sentence}", row=band.level, field=rule.name)


def _late(own: Contents, least: RiskBand, floor: Contents) -> Fault:
    known = least.level in {band.level for band in own.bands}
    instead = f"Enter {least.from_score} or less for it." if known else "Add it."
    sentence = (
        f"Your trust has the level “{least}” from a score of {least.from_score} on "
        f"(version {floor.policy.number}). {instead}"
    )
    return Fault(PLACE, sentence, row=least.level, field="from_score")
