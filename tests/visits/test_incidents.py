"""Whatever happened on a visit is reported to the head, or the CEO for the EWO: kept, told at once, sealed."""

import re

import pytest
from django.db import DatabaseError, transaction

from homevisits.notices.models import Notice
from homevisits.people.models import Staff
from tests.cast import Cast, browser
from tests.factories import visits as make
from visits import documents, transitions
from visits.models import Visit, VisitDeadline
from visits.story import Incident
from visits.transitions import Refused

on = pytest.mark.parametrize
DOG = "A dog bit me."


def report(staff: Staff, visit: Visit, what: str = DOG, **more: object):
    return browser(staff).post(f"/visits/{visit.ref}/incident/", {"what": what, **more})


def told(visit: Visit) -> list[Notice]:
    found = Notice.objects.filter(key__startswith=f"{visit.ref}:incident_")
    return list(found.select_related("recipient"))


@pytest.mark.clause("TC-116", "TC-117", "TC-140", "TC-151")
@on(("who", "reader"), [("teacher", "head"), ("ewo", "ceo")])
def test_an_incident_is_told_at_once_to_the_head_and_the_ewos_to_the_ceo(
    cast: Cast, now, notify, who: str, reader: str
) -> None:
    notify.account(cast.trust)
    lead = cast.people[who]
    Staff.objects.filter(pk=cast.people[reader].pk).update(mobile="+447700900300")
    party = [lead] if who == "ewo" else None
    visit = make.out(cast, now=now, by=lead, party=party, lone_reason="Known family.")
    assert str(cast.people[reader]) in browser(lead).get(f"/visits/{visit.ref}/incident/").content.decode()
    report(lead, visit)
    notices = told(visit)
    assert {one.recipient for one in notices} == {cast.people[reader]}
    assert {one.channel for one in notices} == {"in_app", "email", "text"}
    assert {one.is_urgent for one in notices} == {True}
    assert "dog" not in " ".join(f"{one.subject} {one.body} {one.path}" for one in notices).lower()
    row = Incident.objects.get()
    assert (row.text, row.moment.visit, row.moment.by, row.moment.recorded_at) == (DOG, visit, lead, now)


@pytest.mark.clause("TC-116")
def test_nobody_changes_or_deletes_it(cast: Cast, now) -> None:
    visit = make.out(cast, now=now)
    report(cast.teacher, visit)
    row = Incident.objects.get()
    for change in (row.delete, row.moment.delete, lambda: visit.moments.update(note="No dog.")):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


@pytest.mark.clause("TC-116")
@on("state", ["logged", "in_progress", "returned_safe", "recorded"])
def test_it_can_be_reported_from_the_log_until_long_after(cast: Cast, now, state: str) -> None:
    visit = make.in_state(cast, state, now=now)
    page = browser(cast.teacher).get(visit.get_absolute_url()).content.decode()
    assert f'href="/visits/{visit.ref}/incident/"' in page
    report(cast.teacher, visit)
    assert (Incident.objects.get().text, {one.recipient for one in told(visit)}) == (DOG, {cast.head})


def test_before_it_is_logged_there_is_nothing_to_report(cast: Cast, now) -> None:
    visit = make.authorised(cast, now=now)
    assert report(cast.teacher, visit).status_code == 404
    with pytest.raises(Refused):
        transitions.report_incident(visit=visit, by=cast.teacher, now=now, what=DOG)


def test_sent_twice_it_is_one_and_without_words_none(cast: Cast, now) -> None:
    visit = make.out(cast, now=now)
    phone = browser(cast.teacher)
    key = phone.get(f"/visits/{visit.ref}/incident/").context["form"]["key"].value()
    for _ in range(2):
        reply = report(cast.teacher, visit, key=key)
    assert (reply.url, Incident.objects.count()) == (f"/visits/{visit.ref}/out/", 1)
    assert "Say what happened" in report(cast.teacher, visit, " ").content.decode()
    assert Incident.objects.count() == 1


def test_those_read_it_who_may_read_why(cast: Cast, now) -> None:
    visit = make.recorded(cast, now=now)
    report(cast.teacher, visit)
    for path in (f"/visits/{visit.ref}/incident/", visit.get_absolute_url()):
        reads = {name for name, who in cast.people.items() if DOG in browser(who).get(path).content.decode()}
        assert reads == {"teacher", "colleague", "dsl", "deputy", "slt", "head", "ceo", "ewo"}


def test_the_record_says_that_there_was_one_and_not_what(cast: Cast, now) -> None:
    visit = make.recorded(cast, now=now)
    report(cast.teacher, visit)
    said = str(documents.words(make.fresh(visit), "record"))
    assert ("Reported by Pat Teacher, 26 Nov" in said, DOG in said) == (True, False)


@pytest.mark.clause("PS-129")
def test_the_code_word_in_it_is_heard_and_the_page_is_the_same(cast: Cast, now) -> None:
    replies, pupil = {}, make.a_pupil(cast)
    for words in ("Is the blue folder on my desk?", DOG):
        visit = make.out(cast, now=now, pupil=pupil)
        reply = browser(cast.teacher).post(f"/visits/{visit.ref}/incident/", {"what": words}, follow=True)
        page = reply.content.decode().split("<main")[1].replace(visit.ref, "HV")
        replies[words] = re.sub(r'value="[^"]+"', "", page)
        live = VisitDeadline.objects.filter(visit=visit, kind="word_note", state="live").exists()
        assert live is (words != DOG)
    assert len(set(replies.values())) == 1


@pytest.mark.clause("PS-129")
def test_what_the_office_writes_stands_on_no_phone_while_people_are_out(cast: Cast, now) -> None:
    visit = make.out(cast, now=now)
    secret = "She said the code word."
    report(cast.office, visit, secret)
    addresses = (f"/visits/{visit.ref}/incident/", visit.get_absolute_url(), f"/visits/{visit.ref}/out/")
    pages = [browser(cast.teacher).get(path).content.decode() for path in addresses]
    assert [page for page in pages if secret in page or "Reported an incident" in page] == []
    assert secret in browser(cast.head).get(addresses[0]).content.decode()
