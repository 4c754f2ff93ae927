"""The office's part: log a visit, change its times, cancel it."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from homevisits.people.models import Staff
from homevisits.trusts.choices import CodeWordScope
from visits import documents, telling
from visits.codeword import objection, scope_of, set_code_word
from visits.models import Attendee, ExtraAnswer, Visit
from visits.permissions import refusal
from visits.states import State
from visits.transitions.asking import forget_contact
from visits.transitions.changing import reconsider
from visits.transitions.circumstances import after_change, circumstances, note_times
from visits.transitions.door import (
    Refused,
    happened,
    is_still,
    keep,
    moved,
    must_pass,
    must_stand_at,
    opened,
    rearm,
)
from visits.transitions.noting import forget_whereabouts
from visits.transitions.secret import hears

LOG_FIELDS = {"checkin_colleague", "no_colleague_reason", "responsible_contact"}
PERSON_FIELDS = {"phone", "travel", "vehicle", "vehicle_text", "wears"}


@dataclass(frozen=True)
class Word:
    """A code word to agree on while logging: for this visit alone, or for the whole school."""

    phrase: str
    for_visit: bool


@hears("values", "extras")
def keep_log(
    *,
    visit: Visit,
    by: Staff,
    now: dt.datetime,
    values: dict[str, Any],
    people: dict[int, dict[str, Any]],
    word: Word | None = None,
    extras: Mapping[str, str] | None = None,
) -> Visit:
    """Keep phones, cars, who calls and who is responsible; `people` is keyed by attendee id."""
    with opened(visit, by=by, action="plan_log", now=now) as fresh:
        is_still(fresh, State.REQUESTED, State.AUTHORISED, State.LOGGED)
        before = fresh.responsible_contact_id
        _write_log(fresh, values, people)
        write_extras(fresh, extras or {})
        _agree_word(fresh, word, by=by, now=now)
        happened(fresh, "log_kept", "Kept phones, cars and who calls", by=by, now=now)
        if fresh.state == State.LOGGED:
            must_pass("log", fresh, now)  # what it was logged with may be changed, not taken away
            if fresh.responsible_contact_id not in (None, before):
                _tell_contact(fresh, now)
            rearm(fresh, now=now)
    return fresh


def _agree_word(visit: Visit, word: Word | None, *, by: Staff, now: dt.datetime) -> None:
    """Set the code word of a visit or its school (PS-126, PS-137, TC-168); the phrase is in no event."""
    if word is None:
        return
    if sentence := _word_refusal(visit, word, by, now):
        raise Refused(sentence)
    set_code_word(
        school=visit.school, word=word.phrase, by=by, now=now, visit=visit if word.for_visit else None
    )
    whose = "this visit" if word.for_visit else "the school"
    happened(visit, "code_word", f"Set a code word for {whose}", by=by, now=now)


def _word_refusal(visit: Visit, word: Word, by: Staff, now: dt.datetime) -> str | None:
    """Visitors agree on a word for their visit; the school's is the office's and the leaders' to set."""
    if not word.for_visit and visit.includes(by):
        return "Set a code word for this visit only. The office or a leader sets the school's."
    wanted = {CodeWordScope.VISIT: True, CodeWordScope.SCHOOL: False}.get(CodeWordScope(scope_of(visit)))
    if wanted is not None and wanted != word.for_visit:
        return f"Your policy wants a code word for {'each visit' if wanted else 'the whole school'}."
    return refusal(by, "agree_code_word", visit, now) or objection(word.phrase)


def _write_log(visit: Visit, values: dict[str, Any], people: dict[int, dict[str, Any]]) -> None:
    if unknown := set(values) - LOG_FIELDS:
        raise KeyError(f"not of the log: {sorted(unknown)}")
    forget_contact(visit, values)
    for field, value in values.items():
        setattr(visit, field, value)
    keep(visit, *values, "contact_acknowledged_at")
    for attendee in Attendee.objects.filter(visit=visit, pk__in=people):
        given = {k: v for k, v in people[attendee.pk].items() if k in PERSON_FIELDS}
        for field, value in given.items():
            setattr(attendee, field, value)
        attendee.save(update_fields=list(given))
    visit.__dict__.pop("party", None)


def write_extras(visit: Visit, extras: Mapping[str, str]) -> None:
    """Keep the answers to the form's further questions, those of this policy only (TC-101)."""
    asked = set(visit.rules.extrafields.values_list("code", flat=True)) if visit.rules else set()
    for code in asked & set(extras):
        text = extras[code].strip()[:500]
        ExtraAnswer.objects.update_or_create(visit=visit, code=code, defaults={"text": text})


def log(
    *,
    visit: Visit,
    by: Staff,
    now: dt.datetime,
    values: dict[str, Any] | None = None,
    people: dict[int, dict[str, Any]] | None = None,
    word: Word | None = None,
    extras: Mapping[str, str] | None = None,
) -> Visit:
    """Log the visit with the office (AF-014, PS-062): from here on its return is watched."""
    with opened(visit, by=by, action="log", now=now) as fresh:
        if not must_stand_at(fresh, "log", by=by):
            return fresh
        _write_log(fresh, values or {}, people or {})
        write_extras(fresh, extras or {})
        _agree_word(fresh, word, by=by, now=now)
        must_pass("log", fresh, now)
        fresh.logged_at, fresh.logged_by = now, by
        if by.pk == fresh.responsible_contact_id:
            fresh.contact_acknowledged_at = fresh.contact_acknowledged_at or now
        moved(fresh, "log", "logged_at", "logged_by", "contact_acknowledged_at")
        happened(fresh, "logged", "Logged with the office", by=by, now=now)
        if fresh.rules and fresh.rules.appointment_form_required:
            documents.ask(visit=fresh, kind="appointment", by=by, now=now)
        telling.tell(
            telling.askers(fresh),
            fresh,
            what="logged",
            subject=f"{fresh.ref} is logged",
            body="The office has logged the visit. Say on your phone when you leave.",
            path=f"/visits/{fresh.ref}/out/",
            now=now,
        )
        _tell_callers(fresh, now)
        rearm(fresh, now=now)
    return fresh


def _tell_callers(visit: Visit, now: dt.datetime) -> None:
    """The check-in colleague and the responsible contact know what is asked of them (TC-106, TC-167)."""
    if visit.checkin_colleague and visit.checkin_colleague_id != visit.responsible_contact_id:
        telling.tell(
            [visit.checkin_colleague],
            visit,
            what="caller",
            subject=f"{visit.ref}: you check on the visitors",
            body="You are named to call the people on this visit and see that they are safe. Open it for the times.",
            now=now,
        )
    _tell_contact(visit, now)


def _tell_contact(visit: Visit, now: dt.datetime) -> None:
    """The responsible contact reads whom they check on, and says that they do (TC-106)."""
    telling.tell(
        [visit.responsible_contact] if visit.responsible_contact else [],
        visit,
        what="contact",
        subject=f"{visit.ref}: you check on the visitors",
        body="You are named to see that the people on this visit are safe. Open it for the times, and confirm it.",
        path=f"/visits/{visit.ref}/contact/",
        now=now,
    )


@hears("reason")
def retime(*, visit: Visit, by: Staff, now: dt.datetime, times: dict[str, dt.datetime], reason: str) -> Visit:
    """Change the planned times before anybody leaves; the head is told (CEO for the EWO)."""
    if not reason.strip():
        raise Refused("Say why the times change.")
    with opened(visit, by=by, action="retime", now=now) as fresh:
        is_still(fresh, State.REQUESTED, State.AUTHORISED, State.LOGGED)
        before = circumstances(fresh)
        for field in ("depart_at", "start_at", "end_at", "return_at"):
            setattr(fresh, field, times.get(field) or getattr(fresh, field))
        must_pass("submit", fresh, now)
        keep(fresh, "depart_at", "start_at", "end_at", "return_at")
        after_change(fresh, before, by=by, now=now)
        note_times(fresh, by=by, now=now, reason=reason)
        reconsider(fresh, by=by, now=now)
        rearm(fresh, now=now)
    return fresh


@hears("reason")
def cancel(
    *,
    visit: Visit,
    by: Staff,
    now: dt.datetime,
    reason: str,
    for_safety: bool = False,
    replaced: bool = False,
) -> Visit:
    """Cancel before anybody leaves; for safety, in writing to the head or CEO (TC-112, TC-113).

    `replaced`: a telephone or video call takes the visit's place (CS-087).
    """
    if not reason.strip():
        raise Refused("Say why the visit is cancelled.")
    with opened(visit, by=by, action="cancel", now=now) as fresh:
        if not must_stand_at(fresh, "cancel", by=by):
            return fresh
        if fresh.is_reported:
            raise Refused("It has taken place, so it is looked at and has a record. It cannot be cancelled.")
        if fresh.alarms.unresolved().shown_to(by).exists():
            raise Refused(
                "An alarm about this visit is open. Somebody has to close it before the visit is cancelled."
            )
        fresh.ended_reason, fresh.cancelled_for_safety = reason[:500], for_safety
        moved(fresh, "cancel", "ended_reason", "cancelled_for_safety")
        forget_whereabouts(fresh)
        happened(
            fresh,
            "cancelled",
            "Cancelled the visit" + (": a call takes its place" if replaced else ""),
            by=by,
            now=now,
            reason=reason,
            for_safety=for_safety,
            replaced=replaced,
        )
        people = [*telling.askers(fresh), *telling.office(fresh, now)]
        people += telling.told_of_changes(fresh) if for_safety else []
        telling.tell(
            [p for p in people if p.pk != by.pk],
            fresh,
            what="cancelled",
            now=now,
            urgent=for_safety,
            subject=f"{fresh.ref} is cancelled" + (" for safety" if for_safety else ""),
            body=("A call takes its place. " if replaced else "")
            + "Open the visit to read the written reason.",
        )
        rearm(fresh, now=now)
    return fresh
