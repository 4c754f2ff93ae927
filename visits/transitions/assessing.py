"""Assessing the risks at a home and of going alone: new versions, what still holds, what a new risk undoes."""

import datetime as dt
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import transaction

from homevisits.people.models import Staff
from homevisits.upkeep.files import Paper
from visits import risk, telling
from visits.facts import facts_hash, still_binds
from visits.models import Hazard, RiskAssessment, Visit
from visits.routes import is_exempt, missing
from visits.states import State
from visits.transitions.asking import ask_deciders, authorise_if_ready
from visits.transitions.changing import reconsider
from visits.transitions.circumstances import LINK, void_lone
from visits.transitions.door import Refused, happened, is_still, keep, opened, rearm
from visits.transitions.secret import hears

BEFORE_LEAVING = (State.DRAFT, State.REQUESTED, State.AUTHORISED, State.LOGGED)
MOST = 3


@dataclass(frozen=True)
class Danger:
    """One hazard as an assessor marks it: how likely and how bad, each 0 to 3, and what is done about it."""

    kind: str
    likely: int
    severe: int
    control: str = ""

    @property
    def score(self) -> int:
        return self.likely * self.severe


@dataclass(frozen=True)
class Said:
    """Everything that one version says."""

    level: str
    text: str
    dangers: tuple[Danger, ...] = ()
    upload: Paper | None = None

    @property
    def score(self) -> int:
        return sum(danger.score for danger in self.dangers)


@hears("text", "lone", "why")
def assess_risk(
    *,
    visit: Visit,
    by: Staff,
    now: dt.datetime,
    level: str,
    text: str,
    lone: str = "",
    dangers: Sequence[Danger] = (),
    why: str = "",
    upload: Paper | None = None,
) -> Visit:
    """Write the next version of the risks at this home, and hold it for this visit (TC-052, TC-152, TC-153).

    The level may be put higher than the marks give, never lower. Saying the same again writes nothing
    new and confirms what holds. `lone` writes the lone-working assessment with it. A decision taken on
    an older version is void, here and on every other visit to this home that has not left.
    """
    said = Said(level, text.strip(), tuple(dangers), upload)
    with _opened_with_others(visit, by=by, now=now) as (fresh, others):
        _must_be_assessor(fresh, by)
        _must_make_sense(fresh, said)
        version = _next_version(fresh, said, by=by, now=now, why=why.strip())
        was_assessed = fresh.risk_id
        _hold(fresh, version, by=by, now=now)
        if was_assessed and was_assessed != version.pk:
            void_lone(fresh, by=by, now=now)
        if lone.strip():
            _write_lone(fresh, lone, by=by, now=now)
        words = f"Assessed the risks: {version.get_level_display().lower()}, version {version.number}"
        happened(fresh, "risk", words, by=by, now=now, reason=version.why)
        if _settle(fresh, by=by, now=now):
            _tell_changed(fresh, by=by, now=now)
        for other in others:
            _take_notice(other, version, by=by, now=now)
    return fresh


def confirm_risk(*, visit: Visit, by: Staff, now: dt.datetime) -> Visit:
    """The assessment of this home still holds for this visit, says somebody who may assess (TC-153)."""
    with opened(visit, by=by, action="assess_risk", now=now) as fresh:
        is_still(fresh, *BEFORE_LEAVING)
        _must_be_assessor(fresh, by)
        version = risk.latest(fresh)
        if version is None:
            raise Refused("There is no risk assessment of this home yet. Write one.")
        if sentence := risk.needs_version(fresh, version):
            raise Refused(sentence)
        _hold(fresh, version, by=by, now=now)
        happened(fresh, "risk", f"Version {version.number} of the risks still holds", by=by, now=now)
        _settle(fresh, by=by, now=now)
    return fresh


@hears("text")
def assess_lone(*, visit: Visit, by: Staff, now: dt.datetime, text: str) -> Visit:
    """Write the lone-working assessment: a document of its own, with its own assessor (TC-128, TC-129)."""
    if not text.strip():
        raise Refused("Write how going alone is made safe.")
    with opened(visit, by=by, action="assess_risk", now=now) as fresh:
        is_still(fresh, *BEFORE_LEAVING)
        _must_be_assessor(fresh, by)
        _write_lone(fresh, text, by=by, now=now)
        happened(fresh, "lone", "Assessed the risks of going alone", by=by, now=now)
        authorise_if_ready(fresh, by=by, now=now)
        rearm(fresh, now=now)
    return fresh


@hears("words")
def say_new_risk(*, visit: Visit, by: Staff, now: dt.datetime, words: str) -> Visit:
    """This visit brings a risk that the assessment does not know: nobody leaves before it does (TC-153)."""
    if not words.strip():
        raise Refused("Say what the new risk is.")
    with opened(visit, by=by, action="flag_risk", now=now) as fresh:
        is_still(fresh, State.REQUESTED, State.AUTHORISED, State.LOGGED)
        fresh.risk_known = True
        keep(fresh, "risk_known")
        happened(fresh, "new_risk", "Said that there is a new risk", by=by, now=now, reason=words[:500])
        void_lone(fresh, by=by, now=now)
        assessor = [fresh.risk.assessed_by] if fresh.risk else []
        telling.tell(
            [*assessor, *telling.askers(fresh), *telling.waiting_deciders(fresh, now)],
            fresh,
            what="new_risk",
            subject=f"{fresh.ref}: a new risk is known",
            body="The risk assessment has to say it before anybody leaves. Open the visit and write a new version.",
            path=f"/visits/{fresh.ref}/risk/",
            now=now,
            urgent=True,
        )
        rearm(fresh, now=now)
    return fresh


def assessor_refusal(visit: Visit, by: Staff) -> str | None:
    """The policy's assessors; the EWO for the visits the EWO makes (TC-152)."""
    roles = visit.rules.risk_assessor_roles if visit.rules else []
    if not roles or by.has_role(*roles, school=visit.school) or (by.is_ewo and is_exempt(visit)):
        return None
    who = " or ".join(f"the {visit.rules.role_label(role)}" for role in roles) if visit.rules else ""
    return f"Your policy names who writes the risk assessment, and you are not one of them. Ask {who}."


@contextmanager
def _opened_with_others(visit: Visit, *, by: Staff, now: dt.datetime) -> Iterator[tuple[Visit, list[Visit]]]:
    """The visit, and every other of the school to this home that has not ended, locked in the order of their keys."""
    with transaction.atomic():
        here = Visit.objects.only("school_id", "household_id").get(pk=visit.pk)
        there = Visit.objects.filter(school=here.school_id, household=here.household_id)
        there = there.filter(state__in=[*BEFORE_LEAVING, State.IN_PROGRESS]).exclude(pk=visit.pk)
        keys = set(there.values_list("pk", flat=True)) if here.household_id else set()
        list(
            Visit.objects.select_for_update()
            .filter(pk__in={*keys, visit.pk})
            .order_by("pk")
            .values_list("pk")
        )
        with opened(visit, by=by, action="assess_risk", now=now) as fresh:
            is_still(fresh, *BEFORE_LEAVING)
            yield fresh, list(there.filter(pk__in=keys).select_related("school", "policy", "requested_by"))


def _must_be_assessor(visit: Visit, by: Staff) -> None:
    if sentence := assessor_refusal(visit, by):
        raise Refused(sentence)
    if not (visit.household_id or visit.address.strip()):
        raise Refused("Enter the address first: the assessment is of a home.")


def _must_make_sense(visit: Visit, said: Said) -> None:
    """Marks of 0 to 3, something done about each danger, and no level under that of the marks."""
    if any(not (0 <= d.likely <= MOST and 0 <= d.severe <= MOST) for d in said.dangers):
        raise Refused("Mark how likely and how bad each danger is from 0 to 3.")
    given = risk.level_of(visit.rules, said.score)
    if risk.higher([said.level, given]) != said.level:
        raise Refused(
            f"The marks add up to {said.score}, which your policy calls {given.label.lower()}. "
            f"Choose {given.label.lower()} or higher, or change the marks."
        )
    if not said.text and not said.upload:
        raise Refused("Write the risks and how they are reduced, or add the school's own form.")


def _next_version(visit: Visit, said: Said, *, by: Staff, now: dt.datetime, why: str) -> RiskAssessment:
    """The version that says this: the last one if it does and still may, else a new one with why."""
    last = risk.latest(visit)
    if last is not None and not why and _says(last) == said:
        if not risk.needs_version(visit, last):
            return last
        raise Refused("Say what changed since the last version.")
    if last is not None and not why:
        raise Refused(f"Say what changed since version {last.number}.")
    return _write(visit, said, last, by=by, now=now, why=why)


def _says(version: RiskAssessment) -> Said:
    """What a version says, to compare; one with a file is never the same as what is typed."""
    dangers = tuple(Danger(h.kind, h.likely, h.severe, h.control) for h in version.hazards.all())
    file = Paper(version.file_name, "", b"") if version.file_name else None
    return Said(version.level, version.text, dangers, file)


def _write(
    visit: Visit, said: Said, last: RiskAssessment | None, *, by: Staff, now: dt.datetime, why: str
) -> RiskAssessment:
    upload = said.upload
    version = RiskAssessment.objects.create(
        household=visit.household,
        address="" if visit.household_id else visit.address,
        school=visit.school,
        number=last.number + 1 if last else 1,
        score=said.score,
        level=said.level,
        text=said.text,
        why=why[:300],
        assessed_by=by,
        assessed_at=now,
        file_name=upload.name[:120] if upload else "",
        content_type=upload.content_type if upload else "",
        content=upload.content if upload else None,
    )
    Hazard.objects.bulk_create(
        Hazard(assessment=version, kind=d.kind, likely=d.likely, severe=d.severe, control=d.control[:300])
        for d in said.dangers
    )
    return version


def _hold(visit: Visit, version: RiskAssessment, *, by: Staff, now: dt.datetime) -> None:
    visit.risk, visit.risk_confirmed_by, visit.risk_confirmed_at = version, by, now
    keep(visit, *LINK)


def _write_lone(visit: Visit, text: str, *, by: Staff, now: dt.datetime) -> None:
    visit.lone_assessment, visit.lone_assessed_by, visit.lone_assessed_at = text.strip(), by, now
    keep(visit, "lone_assessment", "lone_assessed_by", "lone_assessed_at")


def _settle(visit: Visit, *, by: Staff, now: dt.datetime) -> bool:
    """Void what was decided on an older version; ask whom the level adds; go on when nothing is missing.

    Gives back whether anything that was decided has to be decided again.
    """
    digest = facts_hash(visit)
    stale = [d for d in visit.decisions.filter(voided_at=None) if not still_binds(d, visit, digest)]
    goes_back = visit.state in {State.AUTHORISED, State.LOGGED} and bool(missing(visit))
    if stale or goes_back:
        reconsider(visit, by=by, now=now)
    elif visit.state == State.REQUESTED and any(need.kind == "risk" for need in missing(visit)):
        ask_deciders(visit, now=now)
    authorise_if_ready(visit, by=by, now=now)
    rearm(visit, now=now)
    return bool(stale or goes_back)


def _take_notice(visit: Visit, version: RiskAssessment, *, by: Staff, now: dt.datetime) -> None:
    """Another visit to the home: those who are out are told; before that somebody confirms the new version."""
    if visit.risk_id in {None, version.pk}:
        return
    _tell_changed(visit, by=by, now=now)
    if visit.state == State.IN_PROGRESS:
        return
    visit.risk, visit.risk_confirmed_by, visit.risk_confirmed_at = None, None, None
    if visit.rules and not visit.rules.risk_reconfirmed:
        visit.risk = version
    keep(visit, *LINK)
    void_lone(visit, by=by, now=now)
    words = f"The risks at this home were assessed anew: version {version.number}"
    happened(visit, "risk_changed", words, by=by, now=now)
    _settle(visit, by=by, now=now)


def _tell_changed(visit: Visit, *, by: Staff, now: dt.datetime) -> None:
    """Everybody who goes, who asked and who logged it: the risks are not what they were."""
    goes = [a.staff for a in visit.party if a.staff]
    people = [*goes, *telling.askers(visit), *telling.office(visit, now)]
    telling.tell(
        [person for person in people if person.pk != by.pk],
        visit,
        what="risk_changed",
        subject=f"{visit.ref}: the risk assessment changed",
        body="The risks at this home were assessed anew. Open the visit, read them, and see what is needed now.",
        now=now,
        urgent=visit.state == State.IN_PROGRESS,
    )
