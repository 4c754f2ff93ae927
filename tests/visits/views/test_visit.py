"""The page of one visit: who sees it, what each may read and do, and what stays silent."""

from collections.abc import Callable

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from homevisits.audit.models import Look
from homevisits.people.models import Staff
from tests.cast import Cast, browser
from tests.factories import visits as make
from tests.factories.people import HouseholdWarningFactory
from visits import transitions
from visits.codeword import set_code_word
from visits.models import Visit
from visits.safety import VisitAlarm
from visits.states import State

CANARY = {
    "purpose": "CANARY-purpose of twenty characters and more",
    "why_necessary": "CANARY-necessary",
    "concern_text": "CANARY-concern",
    "alternatives": "CANARY-alternatives",
    "ground_text": "CANARY-ground",
    "lone_reason": "CANARY-lone",
    "dsl_absent_reason": "CANARY-dsl",
    "ooh_necessary": "CANARY-hours",
}
READS_WHY = {"teacher", "colleague", "dsl", "slt", "deputy", "head", "ewo", "ceo"}
NOWHERE = {"attendance", "admin", "outsider"}


def page(staff: Staff, visit: Visit) -> str:
    return browser(staff).get(visit.get_absolute_url()).content.decode()


def link(name: str, visit: Visit) -> str:
    return f'href="{reverse(name, args=[visit.ref])}"'


def test_page_is_for_those_who_see_the_visit(cast: Cast, now) -> None:
    visit = make.requested(cast)
    statuses = {n: browser(p).get(visit.get_absolute_url()).status_code for n, p in cast.people.items()}
    assert {name for name, status in statuses.items() if status == 404} == NOWHERE
    assert {status for name, status in statuses.items() if name not in NOWHERE} == {200}


@pytest.mark.parametrize(("table", "times"), [("trusts_ladderstep", 1), ("people_rotaturn", 2)])
def test_page_asks_once_who_answers_now_and_at_the_return(cast: Cast, now, table: str, times: int) -> None:
    visit = make.logged(cast)
    with CaptureQueriesContext(connection) as queries:
        page(cast.teacher, visit)
    assert len([q for q in queries.captured_queries if f'FROM "{table}"' in q["sql"]]) == times


def test_draft_is_for_its_author_and_those_who_would_go(cast: Cast, now) -> None:
    visit = make.draft(cast)
    statuses = {n: browser(p).get(visit.get_absolute_url()).status_code for n, p in cast.people.items()}
    assert {name for name, status in statuses.items() if status == 200} == {"teacher", "colleague"}


@pytest.mark.parametrize("state", State.values)
def test_page_answers_in_every_state_for_everybody(cast: Cast, now, state: str) -> None:
    visit = make.in_state(cast, state)
    for person in (cast.teacher, cast.colleague, cast.office, cast.head, cast.ewo):
        if Visit.objects.visible_to(person).filter(pk=visit.pk).exists():
            assert f'data-state="{state}"' in page(person, visit)


@pytest.mark.parametrize("builder", ["requested", "authorised", "logged", "out", "returned", "recorded"])
@pytest.mark.clause("PS-103")
def test_office_reads_nothing_of_why(cast: Cast, now, builder: str) -> None:
    visit = getattr(make, builder)(cast, **CANARY)
    shown = page(cast.office, visit)
    assert "CANARY" not in shown
    assert str(Visit.objects.get(pk=visit.pk).reason) not in shown
    assert "Needed, and best for the pupil." not in shown
    assert "Known family, quiet street." not in shown
    for person in (cast.teacher, cast.head):
        assert "CANARY-purpose" in page(person, visit)


def test_who_reads_why(cast: Cast, now) -> None:
    visit = make.requested(cast, **CANARY)
    reads = {name for name, person in cast.people.items() if "CANARY-purpose" in page(person, visit)}
    assert reads == READS_WHY


def test_reading_the_concern_of_others_is_noted(cast: Cast, now) -> None:
    visit = make.requested(cast, **CANARY)
    for person in (cast.head, cast.teacher, cast.office):
        page(person, visit)
    looks = Look.objects.filter(what="visit_concern", ref=visit.ref)
    assert [look.by for look in looks] == [cast.head]


def test_next_gate_stands_as_a_list_with_its_clauses_and_a_way_to_mend(cast: Cast, now) -> None:
    visit = make.requested(cast)
    shown = page(cast.head, visit)
    assert 'data-gate="risk" data-blocks="true"' in shown
    assert 'data-gate="decision_dsl_input" data-blocks="false"' in shown
    assert "TC-124" in shown
    assert link("risk", visit) in shown
    assert link("risk", visit) not in page(cast.office, visit)


ACTIONS: dict[str, dict[str, set[str]]] = {
    "draft": {"request": {"teacher"}, "cancel": {"teacher", "colleague"}},
    "requested": {
        "risk": {"head", "ewo"},
        "change": {"teacher", "colleague", "office"},
        "times": {"teacher", "colleague", "office"},
        "cancel": {"teacher", "colleague", "office", "head", "dsl"},
        "decide_telephone": {"teacher", "office", "head", "dsl", "slt", "deputy", "ceo"},
    },
    "authorised": {"desk_log": {"teacher", "colleague", "office"}},
    "logged": {"out": {"teacher", "colleague"}, "change": {"teacher", "colleague", "office"}},
    "in_progress": {"out": {"teacher", "colleague"}, "change": set(), "cancel": set()},
    "returned_safe": {
        "record": {"teacher", "colleague"},
        "not_back": {"teacher", "colleague", "office", "dsl", "slt", "deputy", "head", "ceo"},
    },
    "recorded": {"record": READS_WHY, "not_back": set()},
}


@pytest.mark.parametrize("state", ACTIONS)
def test_buttons_stand_only_for_those_who_may(cast: Cast, now, state: str) -> None:
    visit = make.in_state(cast, state)
    found = {name: set() for name in ACTIONS[state]}
    for name, person in cast.people.items():
        shown = browser(person).get(visit.get_absolute_url())
        if shown.status_code == 200:
            buttons = {
                action.url for action in [*shown.context["page"].actions, *shown.context["page"].others]
            }
            for action in found:
                if reverse(action, args=[visit.ref]) in buttons:
                    found[action].add(name)
    assert found == ACTIONS[state]


def test_way_shows_what_lies_behind_and_what_comes_next(cast: Cast, now) -> None:
    shown = page(cast.head, make.logged(cast))
    states = [part.split('"')[0] for part in shown.split('<li class="track-')[1:]]
    assert states == ["done", "done", "done", "next", "todo", "todo"]


def test_decisions_that_fell_stay_readable(cast: Cast, now) -> None:
    visit = make.authorised(cast)
    transitions.amend(
        visit=visit, by=cast.teacher, now=now, values={"address": "1 Else"}, reason="They moved."
    )
    shown = page(cast.head, visit)
    assert "the visit changed after the decision" in shown
    assert "They moved." in shown
    assert "They moved." not in page(cast.office, visit)


def test_alarm_stands_on_top_for_those_who_answer(cast: Cast, now) -> None:
    visit = make.out(cast)
    transitions.ask_for_help(visit=visit, by=cast.teacher, now=now)
    alarm = VisitAlarm.objects.get()
    for person in (cast.office, cast.head):
        shown = page(person, visit)
        assert f'data-alarm="{alarm.uuid}" data-step=' in shown
        assert 'data-gate="alarm"' in shown


@pytest.mark.clause("PS-129")
def test_page_of_those_who_are_out_is_the_same_after_a_code_word_as_after_any_call(cast: Cast, now) -> None:
    visit = make.out(cast)
    client = browser(cast.teacher)
    said = {"visit": visit, "by": cast.office, "now": now, "attendee": make.fresh(visit).party[1]}

    def seen_after(answer: Callable[..., object], **more: str) -> tuple[list[str], bool]:
        with transaction.atomic():
            answer(**said, **more)
            lines = client.get(visit.get_absolute_url()).content.decode().splitlines()
            is_alarmed = VisitAlarm.objects.filter(state="open").exists()
            transaction.set_rollback(True)
        return [line for line in lines if "csrf" not in line.lower()], is_alarmed

    ordinary, quiet = seen_after(transitions.check_in, identity="Knew her voice")
    secret, loud = seen_after(transitions.hear_code_word)
    assert (quiet, loud) == (False, True)
    assert secret == ordinary


@pytest.mark.clause("PS-126", "PS-129", "TC-168")
def test_code_word_is_shown_by_a_post_and_every_reading_is_noted(cast: Cast, now) -> None:
    visit = make.logged(cast)
    url = reverse("code_word", args=[visit.ref])
    phrase = "Is the blue folder on my desk?"
    assert phrase not in page(cast.office, visit)
    assert phrase not in browser(cast.office).get(url).content.decode()
    assert Look.objects.filter(what="code_word").count() == 0
    shown = browser(cast.office).post(url)
    assert phrase in shown.content.decode()
    assert "What not to say" in shown.content.decode()
    assert "no-store" in shown["Cache-Control"]
    assert [look.by for look in Look.objects.filter(what="code_word", ref=visit.ref)] == [cast.office]


def test_code_word_is_for_office_leaders_callers_and_the_party(cast: Cast, now) -> None:
    visit = make.logged(cast)
    url = reverse("code_word", args=[visit.ref])
    statuses = {name: browser(person).post(url).status_code for name, person in cast.people.items()}
    allowed = {"teacher", "colleague", "office", "dsl", "slt", "deputy", "head", "ceo"}
    assert {name for name, status in statuses.items() if status == 200} == allowed
    assert {status for name, status in statuses.items() if name not in allowed} == {404}


def test_code_word_that_is_not_set_is_not_there(cast: Cast, now) -> None:
    visit = make.requested(cast)
    url = reverse("code_word", args=[visit.ref])
    assert browser(cast.office).get(url).status_code == 404
    set_code_word(school=cast.school, word="Have you seen the keys?", by=cast.office, now=now)
    assert browser(cast.office).get(url).status_code == 200


def test_warnings_about_the_home_stand_on_the_page_and_the_look_is_noted(cast: Cast, now) -> None:
    visit = make.requested(cast)
    HouseholdWarningFactory(household=visit.household, author=cast.dsl, note="A large dog")
    assert "A large dog" in page(cast.office, visit)
    assert Look.objects.filter(by=cast.office, what="household_warnings").exists()
