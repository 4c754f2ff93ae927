"""Who hears of a request besides those who decide."""

import datetime as dt

import pytest

from homevisits.notices.models import Notice
from tests.cast import Cast
from tests.factories import visits as make
from visits import transitions


def told(what: str) -> dict[str, bool]:
    """Who was told in the product, and whether urgently."""
    found = Notice.objects.filter(key__contains=f":{what}:", channel="in_app").select_related("recipient")
    return {notice.recipient.last_name: notice.is_urgent for notice in found}


@pytest.mark.clause("AF-037")
@pytest.mark.parametrize("cast", ["aspirational_futures"], indirect=True)
def test_the_safeguarding_team_is_told_where_the_reason_says_so(cast: Cast, now: dt.datetime) -> None:
    draft = make.draft(cast, now=now, reason_code="NOT_BACK_DAY_2")
    transitions.submit(visit=draft, by=cast.teacher, now=now)
    assert told("safeguarding") == {"Dsl": False, "Deputy": False}


@pytest.mark.parametrize("cast", ["aspirational_futures"], indirect=True)
def test_it_is_not_told_of_any_other_reason(cast: Cast, now: dt.datetime) -> None:
    make.requested(cast, now=now)
    assert told("safeguarding") == {}


@pytest.mark.clause("PS-008")
@pytest.mark.parametrize("cast", ["poulton_le_sands"], indirect=True)
def test_an_emergency_is_told_to_whoever_of_the_team_is_not_asked_to_decide(
    cast: Cast, now: dt.datetime
) -> None:
    draft = make.draft(
        cast,
        now=now,
        reason_code="CHILD_SAFE_CHECK",
        told="no",
        ground_code="EMERGENCY",
        ground_text="A neighbour rang.",
        concern_text="May be hurt.",
    )
    transitions.note_attempt(
        visit=draft, pupil=draft.pupils.get(), by=cast.teacher, now=now, at=now, channel="call",
        result="no_answer",
    )  # fmt: skip
    transitions.submit(visit=draft, by=cast.teacher, now=now)
    assert (told("asked"), told("safeguarding")) == ({"Dsl": True}, {"Deputy": True})
