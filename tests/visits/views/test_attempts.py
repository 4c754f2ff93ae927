"""The log of calls and messages to a family."""

import datetime as dt

import pytest

from tests.cast import Cast, browser
from tests.factories import visits as make
from visits import transitions
from visits.story import ContactAttempt
from visits.transitions import Refused

TYPED = {
    "channel": "call",
    "result": "no_answer",
    "at_day": "26/11/2026",
    "at_time": "09:10",
    "note": "Rang twice.",
}


@pytest.mark.clause("AF-020", "PS-009", "TC-077", "CS-088", "CS-089")
def test_a_call_is_noted_with_whom_how_when_and_what_came_of_it(cast: Cast, now: dt.datetime) -> None:
    pupil = make.a_pupil(cast)
    link = pupil.contact_links.get()
    url = f"/visits/attempts/{pupil.pk}/"
    browser(cast.office).post(url, TYPED | {"whom": link.pk})
    browser(cast.office).post(url, TYPED | {"channel": "video", "result": "explained"})
    found = [(a.channel, a.result, a.whom, a.by) for a in ContactAttempt.objects.order_by("id")]
    assert found == [("call", "no_answer", link, cast.office), ("video", "explained", None, cast.office)]
    text = browser(cast.teacher).get(url).content.decode()
    assert [
        word for word in ("Maria Novak", "Video call", "No answer", "Rang twice.") if word not in text
    ] == []
    assert "Calls and messages" in browser(cast.teacher).get(f"/people/pupils/{pupil.pk}/").content.decode()


def test_a_call_to_come_is_refused_beside_its_field_and_nothing_typed_is_lost(
    cast: Cast, now: dt.datetime
) -> None:
    pupil = make.a_pupil(cast)
    typed = TYPED | {"at_time": "11:00"}
    text = browser(cast.office).post(f"/visits/attempts/{pupil.pk}/", typed).content.decode()
    assert ("a call to come is not one that was tried" in text, "Rang twice." in text) == (True, True)
    assert ContactAttempt.objects.count() == 0


def test_somebody_of_another_family_or_school_is_refused(cast: Cast, now: dt.datetime) -> None:
    pupil, other = make.a_pupil(cast), make.a_pupil(cast)
    said = {"at": now, "channel": "call", "result": "spoke"}
    with pytest.raises(Refused, match="this pupil's family"):
        transitions.note_contact(pupil=pupil, by=cast.office, whom=other.contact_links.get(), **said)
    with pytest.raises(Refused, match="your own schools"):
        transitions.note_contact(pupil=pupil, by=cast.outsider, **said)
