"""Writing to parents, and noting that they were told: of the appointment, of a change."""

import datetime as dt

from homevisits.people.models import ContactLink, Pupil, Staff
from visits.letters import SAID_ALOUD, may_have_letter, nothing_in_writing
from visits.models import ParentsToldOf, Visit
from visits.story import ContactAttempt
from visits.transitions.door import Refused, happened, keep, opened
from visits.transitions.secret import hears

What = ParentsToldOf.What


@hears("purpose")
def word_letter(*, visit: Visit, by: Staff, now: dt.datetime, purpose: str) -> Visit:
    """Say in plain words, for the letter, what the visit is for (PS-060). Raises Refused where there is none."""
    with opened(visit, by=by, action="amend", now=now) as fresh:
        _must_have_letter(fresh)
        fresh.purpose_for_parents = purpose
        keep(fresh, "purpose_for_parents")
    return fresh


@hears("what", "whom")
def told_parents(
    *,
    visit: Visit,
    by: Staff,
    now: dt.datetime,
    what: str,
    whom: str,
    channel: str,
    at: dt.datetime | None = None,
) -> ParentsToldOf:
    """Note who was told what, and how (TC-087, TC-199). Raises Refused."""
    with opened(visit, by=by, action="amend", now=now) as fresh:
        if what == What.LETTER:
            _must_have_letter(fresh)
        if nothing_in_writing(fresh) and channel not in SAID_ALOUD:
            raise Refused(
                "For this reason nothing goes to the home in writing. Ring, or tell them in person."
            )
        if what == What.EXPECTATIONS and fresh.series is None:
            raise Refused("This visit belongs to no series of tuition.")
        told = ParentsToldOf.objects.create(
            visit=fresh, what=what, whom=whom, channel=channel, told_at=at or now, told_by=by
        )
        if what == What.EXPECTATIONS and fresh.series:
            fresh.series.letter_sent_at, fresh.series.letter_sent_by = told.told_at, by
            fresh.series.save(update_fields=["letter_sent_at", "letter_sent_by"])
        sentence = f"Told the parents: {told.get_what_display().lower()}"
        happened(fresh, "parents_told", sentence, by=by, now=now, what=what)
    return told


@hears("note")
def note_contact(
    *,
    pupil: Pupil,
    by: Staff,
    at: dt.datetime,
    channel: str,
    result: str,
    whom: ContactLink | None = None,
    note: str = "",
) -> ContactAttempt:
    """Note a call or message to a family (AF-020, PS-009, TC-077), with no visit in mind yet. Raises Refused."""
    if not Pupil.objects.visible_to(by).filter(pk=pupil.pk).exists():
        raise Refused("You can note calls for pupils of your own schools only.")
    if whom and whom.pupil_id != pupil.pk:
        raise Refused("Choose somebody of this pupil's family.")
    return ContactAttempt.objects.create(
        pupil=pupil, by=by, at=at, channel=channel, result=result, whom=whom, note=note
    )


def _must_have_letter(visit: Visit) -> None:
    if nothing_in_writing(visit):
        raise Refused("For this reason no letter is ever written: somebody else might read it. Ring instead.")
    if not may_have_letter(visit):
        raise Refused("Parents are not told of this visit beforehand, so there is no letter.")
