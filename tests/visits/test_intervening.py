"""A physical intervention: flagged, chased, written down, read by the head."""

import datetime as dt

import pytest

from homevisits.notices.models import Notice
from tests.cast import Cast, browser
from tests.factories import visits as make
from visits import gates, transitions
from visits.models import Visit

WRITTEN = {
    "who": "Pat Teacher", "happened_at_day": "26/11/2026", "happened_at_time": "09:50",
    "tried_first": "Talked, stepped back, called his mother.", "force": "Held his forearm.",
    "prevented": "His sister's: he was about to throw a chair.",
}  # fmt: skip


def flagged(cast: Cast, now: dt.datetime) -> Visit:
    visit = make.out(cast, now=now)
    transitions.keep_record(visit=visit, by=cast.teacher, now=now, values={"had_intervention": True})
    return make.fresh(visit)


def live(visit: Visit) -> list[dt.datetime]:
    return list(visit.deadlines.filter(kind="intervention", state="live").values_list("due_at", flat=True))


@pytest.mark.clause("TC-236")
def test_saying_so_starts_a_reminder_and_the_record_waits_for_it(cast: Cast, now: dt.datetime) -> None:
    visit = flagged(cast, now)
    assert live(visit) == [now + dt.timedelta(minutes=60)]
    status = {check.code: check.status for check in gates.checks("record", visit, now)}
    assert status["intervention"] == "blocks"


@pytest.mark.clause("TC-233", "TC-234", "TC-235", "TC-236", "TC-237")
def test_written_down_it_goes_to_the_head_who_reads_it(cast: Cast, now: dt.datetime) -> None:
    visit = flagged(cast, now)
    url = f"/visits/{visit.ref}/intervention/"
    text = browser(cast.teacher).post(url, WRITTEN, follow=True).content.decode()
    assert ("the head is told" in text, "Physical Intervention Policy (SG7)" in text) == (True, True)
    told = Notice.objects.filter(key__contains=":intervention:", channel="in_app")
    assert ({n.recipient for n in told}, live(visit)) == ({cast.head}, [])
    assert "chair" not in "".join(f"{n.subject}{n.body}" for n in told)
    browser(cast.dsl).get(url)
    assert visit.interventions.get().read_by is None
    assert "about to throw a chair" in browser(cast.head).get(url).content.decode()
    assert visit.interventions.get().read_by == cast.head


def test_the_heads_own_goes_to_the_ceo_who_reads_it(cast: Cast, now: dt.datetime) -> None:
    visit = make.out(cast, now=now, party=[cast.teacher, cast.head])
    url = f"/visits/{visit.ref}/intervention/"
    browser(cast.teacher).post(url, WRITTEN)
    told = Notice.objects.filter(key__contains=":intervention:", channel="in_app")
    assert {n.recipient for n in told} == {cast.ceo}
    browser(cast.ceo).get(url)
    assert visit.interventions.get().read_by == cast.ceo


def test_what_is_missing_is_said_beside_its_field_and_nothing_typed_is_lost(
    cast: Cast, now: dt.datetime
) -> None:
    visit = flagged(cast, now)
    typed = WRITTEN | {"prevented": "", "happened_at_time": "11:50"}
    text = browser(cast.teacher).post(f"/visits/{visit.ref}/intervention/", typed).content.decode()
    sentences = ("Say whose injury it prevented", "Enter a time that has passed", "Held his forearm.")
    assert [one for one in sentences if one not in text] == []


def test_the_page_is_for_those_who_went_and_those_who_read_why(cast: Cast, now: dt.datetime) -> None:
    visit = flagged(cast, now)
    url = f"/visits/{visit.ref}/intervention/"
    browser(cast.teacher).post(url, WRITTEN)
    seen = {name for name, who in cast.people.items() if browser(who).get(url).status_code == 200}
    assert seen == {"teacher", "colleague", "dsl", "slt", "deputy", "head", "ewo", "ceo"}
