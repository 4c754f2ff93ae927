"""The letter to the parents: what it says, to whom it never goes, and what is noted of it."""

import datetime as dt

import pytest

from tests.cast import Cast, browser
from tests.factories import visits as make
from visits import documents, gates, transitions
from visits.doorstep import advice
from visits.letters import PURPOSE, letter_words, may_have_letter
from visits.models import Visit
from visits.questions import asks_card_left
from visits.transitions import Refused


def codes(visit: Visit, gate: str, now: dt.datetime) -> dict[str, str]:
    return {check.code: check.status for check in gates.checks(gate, make.fresh(visit), now)}


@pytest.mark.clause("PS-060", "TC-087", "TC-014", "SH-018")
def test_the_letter_says_when_where_who_and_what_for_in_the_parents_words(
    cast: Cast, now: dt.datetime
) -> None:
    visit = make.requested(cast, now=now)
    said = letter_words(make.fresh(visit))
    facts = dict(said["facts"])
    assert said["times"] == [("Date", "Thu 26 Nov 2026"), ("Time", "10:10 to 10:40")]
    assert (facts["Where"], facts["What for"]) == (f"{visit.address}, {visit.postcode}", PURPOSE)
    assert facts["Who comes"].startswith("Pat Teacher, ")
    assert visit.purpose not in str(said)
    assert "we wait no longer than 20 minutes" in str(said["paragraphs"])


def test_the_purpose_is_worded_for_the_parents_before_the_letter_opens(cast: Cast, now: dt.datetime) -> None:
    visit = make.requested(cast, now=now)
    reply = browser(cast.teacher).post(
        f"/visits/{visit.ref}/letter/", {"do": "word", "letter-purpose": "To plan her way back together."}
    )
    assert reply.url == f"/visits/{visit.ref}/appointment-letter.pdf"
    assert dict(letter_words(make.fresh(visit))["facts"])["What for"] == "To plan her way back together."


@pytest.mark.turns("appointment_letter")
@pytest.mark.parametrize(("rule", "expected"), [(True, "warns"), (False, None)])
@pytest.mark.clause("TC-087")
def test_appointment_letter_makes_logging_ask_for_it(
    cast: Cast, now: dt.datetime, rule: bool, expected: str | None
) -> None:
    visit = make.fresh(make.authorised(cast, now=now))
    visit.rules.appointment_letter = rule
    found = {check.code: check.status for check in gates.checks("log", visit, now)}
    assert found.get("letter") == expected
    transitions.told_parents(
        visit=visit, by=cast.teacher, now=now, what="letter", whom="Maria", channel="letter"
    )
    if rule:
        assert codes(visit, "log", now)["letter"] == "met"


@pytest.mark.clause("SH-037")
@pytest.mark.parametrize("cast", ["poulton_le_sands"], indirect=True)
def test_a_reason_that_never_has_a_letter_refuses_one_and_says_what_to_do(
    cast: Cast, now: dt.datetime
) -> None:
    visit = make.fresh(make.requested(cast, now=now, reason_code="SUSPECTED_HOLIDAY"))
    assert (visit.reason.never_a_letter, may_have_letter(visit)) == (True, False)
    text = browser(cast.teacher).get(f"/visits/{visit.ref}/letter/").content.decode()
    assert "no letter is ever written" in text
    with pytest.raises(Refused, match="Ring instead"):
        transitions.told_parents(
            visit=visit, by=cast.teacher, now=now, what="letter", whom="Maria", channel="letter"
        )


@pytest.mark.clause("SH-037")
@pytest.mark.parametrize("cast", ["poulton_le_sands"], indirect=True)
def test_where_nothing_goes_in_writing_no_card_is_left_and_the_parents_hear_it_aloud(
    cast: Cast, now: dt.datetime
) -> None:
    visit = make.fresh(make.requested(cast, now=now, reason_code="SUSPECTED_HOLIDAY"))
    assert visit.rules.calling_card
    assert not documents.can_be_printed(visit, "card")
    visit.outcome = "nobody_in"
    assert not asks_card_left(visit)
    assert advice("nobody_in", visit).startswith("Leave nothing in writing at this home")
    client = browser(cast.teacher)
    assert "calling-card.pdf" not in client.get(f"/visits/{visit.ref}/").content.decode()
    form = client.get(f"/visits/{visit.ref}/letter/").context["told"]
    assert [value for value, _ in form.fields["channel"].choices] == ["call", "in_person"]
    with pytest.raises(Refused, match="Ring, or tell them in person"):
        transitions.told_parents(
            visit=visit, by=cast.teacher, now=now, what="change", whom="Maria", channel="text"
        )
    assert documents.can_be_printed(make.requested(cast, now=now), "card")


def test_an_unannounced_visit_has_no_letter(cast: Cast, now: dt.datetime) -> None:
    visit = make.requested(cast, now=now)
    Visit.objects.filter(pk=visit.pk).update(told="no")
    with pytest.raises(Refused, match="there is no letter"):
        transitions.word_letter(visit=visit, by=cast.teacher, now=now, purpose="Anything")
    assert browser(cast.teacher).get(f"/visits/{visit.ref}/appointment-letter.pdf").status_code == 404


@pytest.mark.clause("TC-199")
def test_new_times_ask_for_the_parents_to_be_told(cast: Cast, now: dt.datetime) -> None:
    visit = make.logged(cast, now=now)
    assert "parents_change" not in codes(visit, "depart", now)
    times = {
        name: getattr(visit, name) + make.minutes(5)
        for name in ("depart_at", "start_at", "end_at", "return_at")
    }
    transitions.retime(visit=visit, by=cast.teacher, now=now, times=times, reason="Traffic")
    assert codes(visit, "depart", now)["parents_change"] == "warns"
    url = f"/visits/{visit.ref}/letter/?what=change"
    told = {
        "do": "told",
        "told-what": "change",
        "told-whom": "Maria Novak",
        "told-channel": "call",
        "told-at_day": "26/11/2026",
        "told-at_time": "10:00",
    }
    assert "Noted." in browser(cast.teacher).post(url, told, follow=True).content.decode()
    assert codes(visit, "depart", now)["parents_change"] == "met"


@pytest.mark.clause("PS-060", "TC-199")
def test_a_letter_with_the_old_times_is_not_enough(cast: Cast, now: dt.datetime) -> None:
    visit = make.authorised(cast, now=now)
    tell = {"visit": visit, "by": cast.teacher, "what": "letter", "whom": "Maria", "channel": "letter"}
    transitions.told_parents(**tell, now=now)
    assert codes(visit, "log", now)["letter"] == "met"
    later = now + make.minutes(1)  # the call in which they agreed on it comes before the change of the plan
    times = {name: at + make.minutes(5) for name, at in make.plan(now).items()}
    transitions.retime(visit=visit, by=cast.teacher, now=later, times=times, reason="Traffic")
    assert codes(visit, "log", later)["letter"] == "warns"
    transitions.told_parents(**tell | {"what": "change", "channel": "call"}, now=later, at=now)
    assert codes(visit, "log", later)["letter"] == "met"


def test_the_office_notes_what_parents_were_told_and_never_reads_the_letter(
    cast: Cast, now: dt.datetime
) -> None:
    visit = make.requested(cast, now=now)
    text = browser(cast.office).get(f"/visits/{visit.ref}/letter/").content.decode()
    assert ("What they were told" in text, "as the parents read it" in text) == (True, False)
    assert browser(cast.office).get(f"/visits/{visit.ref}/appointment-letter.pdf").status_code == 404
