"""A visit that took place without a request: reported, looked back on, recorded, and on a list."""

import datetime as dt

import pytest
from django.db import ProgrammingError, transaction

from homevisits.notices.models import Notice
from tests.cast import Cast, browser
from tests.factories import visits as make
from visits import transitions, unapproved
from visits.models import Visit

WHY = "The mother rang from the corner shop in tears; I walked over with Kim at once."


def typed(cast: Cast, **other: object) -> dict:
    reason = make.REASON[cast.policy.preset]
    return {
        "day_0": "26", "day_1": "11", "day_2": "2026", "day": "2026-11-26",
        "depart_at": "08:30", "start_at": "08:40", "end_at": "09:10", "return_at": "09:20",
        "goes": [cast.teacher.pk, cast.colleague.pk],
        "reason_code": reason,
        "purpose": "To calm the mother and bring the boy to school.",
        "why_necessary": "She would not have come in.",
        "why": WHY,
    } | other  # fmt: skip


def reported(cast: Cast) -> Visit:
    pupil = make.a_pupil(cast)
    reply = browser(cast.teacher).post(f"/visits/afterwards/{pupil.pk}/", typed(cast))
    assert reply.status_code == 302, reply.content.decode()
    return Visit.objects.get()


@pytest.mark.clause("TC-069", "AF-011")
def test_a_report_goes_to_whoever_decides_and_the_trust_hears_of_it(cast: Cast, now: dt.datetime) -> None:
    visit = reported(cast)
    told = set(
        Notice.objects.filter(key__contains=":afterwards:").values_list("recipient__last_name", flat=True)
    )
    assert (visit.state, visit.is_retrospective, visit.retrospective_why) == ("requested", True, WHY)
    assert told == {"Head", "Ceo"}
    assert visit.deadlines.filter(is_safety=True).count() == 0


@pytest.mark.parametrize(
    ("reply", "words"), [("yes", "It was right"), ("no", "It should not have been made")]
)
def test_either_answer_leads_to_the_record_and_stands_on_the_list(
    cast: Cast, now: dt.datetime, reply: str, words: str
) -> None:
    visit = reported(cast)
    transitions.answer(
        visit=visit, by=cast.head, now=now, reply=reply, reason="We talked.", necessary=True,
        best_interests=True, safeguarding=True,
    )  # fmt: skip
    visit = make.fresh(visit)
    assert (visit.state, visit.returned_at, [a.back_at for a in visit.party]) == (
        "returned_safe", visit.return_at, [visit.return_at] * 2,
    )  # fmt: skip
    assert [(one.visit, one.what, one.answer) for one in unapproved.found(cast.ceo, now)] == [
        (visit, "Reported afterwards", f"{words}: {cast.head.short_name}")
    ]
    assert visit.deadlines.filter(state="live").values_list("kind", flat=True).get() == "record"


def test_somebody_still_out_cannot_be_reported_as_back(cast: Cast, now: dt.datetime) -> None:
    pupil = make.a_pupil(cast)
    url = f"/visits/afterwards/{pupil.pk}/"
    text = browser(cast.teacher).post(url, typed(cast, return_at="10:30")).content.decode()
    assert ("Somebody is still out" in text, WHY in text, Visit.objects.count()) == (True, True, 0)


def test_the_database_lets_no_other_visit_skip_being_watched(cast: Cast, now: dt.datetime) -> None:
    visit = make.requested(cast, now=now)
    with pytest.raises(ProgrammingError, match="Cannot update"), transaction.atomic():
        Visit.objects.filter(pk=visit.pk).update(state="returned_safe")


def test_a_telephone_decision_that_was_never_confirmed_is_found(cast: Cast, now: dt.datetime, clock) -> None:
    visit = make.out(cast, now=now)
    decision = visit.decisions.filter(kind="visit").get()
    type(decision).objects.filter(pk=decision.pk).update(typed_by=cast.office)
    late = now + dt.timedelta(days=2)
    assert unapproved.found(cast.head, now) == []
    assert [one.what for one in unapproved.found(cast.head, late)] == [
        "Said by telephone and not confirmed in time"
    ]


def test_the_list_is_for_those_who_answer_for_it(cast: Cast, now: dt.datetime) -> None:
    seen = {
        name
        for name, who in cast.people.items()
        if browser(who).get("/visits/unapproved/").status_code == 200
    }
    assert seen == {"dsl", "slt", "head", "ewo", "ceo", "outsider"}
