"""My day: what each person finds, the one thing to do, and the same number of queries for few rows and for many."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from homevisits.people.having_read import missing_papers
from homevisits.people.models import Reading, Staff
from tests.cast import Cast, browser
from tests.factories import visits as make
from visits import transitions
from visits.models import Visit
from visits.safety import VisitAlarm
from visits.views import day as view


def day(staff: Staff) -> str:
    return browser(staff).get(reverse("day")).content.decode()


def link(name: str, visit: Visit, *more: object) -> str:
    return f'href="{reverse(name, args=[visit.ref, *more])}"'


def test_empty_day_says_what_will_come_and_how_to_start(cast: Cast, now) -> None:
    papers = missing_papers(cast.teacher, cast.policy)
    Reading.objects.bulk_create(
        Reading(staff=cast.teacher, policy=cast.policy, paper=paper, read_at=now) for paper in papers
    )
    page = day(cast.teacher)
    assert "The visits that you go on, what waits for you and what you asked for will stand here." in page
    assert f'href="{reverse("visit_new")}"' in page


def test_trust_admin_is_not_asked_to_ask(cast: Cast, now) -> None:
    assert reverse("visit_new") not in day(cast.admin)


@pytest.mark.parametrize(
    ("builder", "name", "text"),
    [
        ("logged", "out", "Say that you leave"),
        ("out", "out", "Open phone page"),
        ("returned", "record", "Write the record"),
    ],
)
def test_visit_of_today_has_its_one_action(cast: Cast, now, builder: str, name: str, text: str) -> None:
    visit = getattr(make, builder)(cast)
    page = day(cast.teacher)
    assert link(name, visit) in page
    assert text in page


def test_draft_leads_on_to_finish_the_request(cast: Cast, now) -> None:
    visit = make.draft(cast)
    assert link("request", visit) in day(cast.teacher)
    assert visit.ref not in day(cast.colleague)


def test_request_says_whom_it_waits_for(cast: Cast, now) -> None:
    make.requested(cast)
    assert "Waits for the Headteacher" in day(cast.teacher)


def test_second_visitor_reads_who_writes_the_record(cast: Cast, now) -> None:
    visit = make.returned(cast)
    page = day(cast.colleague)
    assert f"{cast.teacher} writes the record" in page
    assert link("record", visit) not in page


@pytest.mark.clause("CS-007")
def test_record_that_is_owed_too_long_says_so(cast: Cast, clock, now) -> None:
    visit = make.returned(cast)
    assert "Record overdue" not in day(cast.teacher)
    assert "back since</span>" in day(cast.teacher)
    clock.set(now + dt.timedelta(hours=25))
    assert "Record overdue" in day(cast.teacher)
    assert "back since Thu 26 Nov</span>" in day(cast.teacher)
    assert link("record", visit) in day(cast.teacher)


def test_decision_waits_for_who_may_take_it(cast: Cast, now) -> None:
    visit = make.requested(cast)
    assert f"/dashboard/?visit={visit.ref}" in day(cast.head)
    for person in (cast.slt, cast.office, cast.attendance, cast.outsider):
        assert f"/dashboard/?visit={visit.ref}" not in day(person)


def test_telephone_decision_waits_for_its_countersignature(cast: Cast, now) -> None:
    visit = make.requested(cast)
    make.assessed(cast, visit, now)
    transitions.answer(
        visit=visit,
        by=cast.office,
        decider=cast.head,
        now=now,
        reply="yes",
        reason="Go.",
        necessary=True,
        best_interests=True,
        safeguarding=True,
    )
    assert link("decide_countersign", visit) in day(cast.head)


@pytest.mark.clause("PS-103")
def test_office_finds_what_to_log_without_the_reason(cast: Cast, now) -> None:
    visit = make.authorised(cast, purpose="CANARY purpose of this visit")
    page = day(cast.office)
    assert link("desk_log", visit) in page
    assert "CANARY" not in page
    assert str(visit.reason) not in page


@pytest.mark.clause("TC-166")
def test_named_colleague_finds_whom_to_ring_and_when(cast: Cast, now) -> None:
    visit = make.authorised(cast)
    facts = make.log_facts(cast, visit)
    facts["values"]["checkin_colleague"] = cast.attendance
    make.set_code_word(school=cast.school, word="Is the blue folder there?", by=cast.office, now=now)
    visit = transitions.log(visit=visit, by=cast.office, now=now, **facts)
    assert "Ring " in day(cast.attendance)
    ticked = [item.pk for item in make.departure_checks(visit)]
    transitions.depart(visit=visit, by=cast.teacher, now=now, checks=ticked)
    lead = Visit.objects.get(pk=visit.pk).party[0]
    assert link("desk_call", visit, lead.pk) in day(cast.attendance)


def test_open_alarm_stands_on_the_day_of_who_answers_and_of_nobody_who_is_out(cast: Cast, now) -> None:
    visit = make.out(cast)
    transitions.ask_for_help(visit=visit, by=cast.teacher, now=now)
    alarm = VisitAlarm.objects.get()
    for person in (cast.office, cast.head, cast.ceo):
        assert f'data-alarm="{alarm.uuid}"' in day(person)
    for person in (cast.teacher, cast.colleague, cast.attendance, cast.outsider):
        assert "data-alarm" not in day(person)


def test_what_was_declined_stays_for_a_fortnight(cast: Cast, clock, now) -> None:
    visit = make.declined(cast)
    page = day(cast.teacher)
    assert f'data-visit="{visit.ref}" data-state="declined"' in page
    clock.set(now + dt.timedelta(days=15))
    assert visit.ref not in day(cast.teacher)


def test_upper_floors_show_themselves(cast: Cast, now, monkeypatch) -> None:
    part = ("_empty.html", {"title": "From above", "text": "Panel of an upper floor"})
    monkeypatch.setattr(view, "DAY_PANELS", [lambda staff, now: part if staff == cast.dsl else None])
    assert "Panel of an upper floor" in day(cast.dsl)
    assert "Panel of an upper floor" not in day(cast.teacher)


def fill(cast: Cast, times: int) -> None:
    """One of each kind of row for everybody, so many times."""
    for _ in range(times):
        make.draft(cast)
        make.requested(cast)
        make.authorised(cast)
        make.returned(cast)


def queries(staff: Staff) -> int:
    client = browser(staff)
    client.get(reverse("day"))
    with CaptureQueriesContext(connection) as seen:
        assert client.get(reverse("day")).status_code == 200
    return len(seen)


def test_day_takes_the_same_queries_for_few_rows_and_for_many(cast: Cast, now) -> None:
    """One row of each kind, then five of each: twenty on the teacher's day."""
    people = [cast.teacher, cast.head, cast.office, cast.ewo]
    fill(cast, 1)
    few = [queries(person) for person in people]
    fill(cast, 4)
    assert [queries(person) for person in people] == few


def test_an_alarm_alone_stands_on_top_and_heads_no_empty_list(cast: Cast, clock, now) -> None:
    visit = make.out(cast, now=now)
    transitions.ask_for_help(visit=visit, by=cast.teacher, now=now)
    page = day(cast.ceo)
    assert visit.ref in page
    assert "Waits for me" not in page
