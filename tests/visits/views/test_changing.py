"""Changing a visit that was sent, and its times: with a reason, and with a word about the decisions that fall."""

import datetime as dt
from typing import Any

import pytest
from django.urls import reverse

from homevisits.clock import local
from tests.cast import Cast, browser
from tests.factories import visits as make
from tests.factories.visits import fresh
from tests.visits.asking.filling import NO_OUTSIDERS
from visits import transitions
from visits.models import Visit
from visits.states import State
from visits.transitions import Refused

OFTEN = {"teacher", "colleague", "office"}


def step(visit: Visit, name: str) -> str:
    return reverse("change_step", args=[visit.ref, name])


def when(visit: Visit, minutes: int = 0) -> dict[str, Any]:
    """The times of a visit as its form sends them, so many minutes later."""
    assert visit.start_at
    wall = local(visit.start_at + dt.timedelta(minutes=minutes))
    return {"day": f"{wall:%Y-%m-%d}", "start": f"{wall:%H:%M}", "stay": "30", "there": "10", "back": "15"}


WHERE = {"address": "8 Other Street", "postcode": "HR4 0AA", "to_see_text": "Mother", "access": "enter"}


def test_change_is_for_who_asked_who_goes_and_the_office(cast: Cast, now) -> None:
    visit = make.requested(cast)
    for url in (
        reverse("change", args=[visit.ref]),
        step(visit, "where"),
        reverse("times", args=[visit.ref]),
    ):
        statuses = {name: browser(person).get(url).status_code for name, person in cast.people.items()}
        assert {name for name, status in statuses.items() if status == 200} == OFTEN
        assert {status for name, status in statuses.items() if name not in OFTEN} == {404}


@pytest.mark.parametrize(
    "state", ["draft", "in_progress", "returned_safe", "recorded", "declined", "cancelled"]
)
def test_nothing_is_changed_before_it_is_sent_or_once_somebody_left(cast: Cast, now, state: str) -> None:
    visit = make.in_state(cast, state)
    for url in (
        reverse("change", args=[visit.ref]),
        step(visit, "where"),
        reverse("times", args=[visit.ref]),
    ):
        assert browser(cast.teacher).get(url).status_code == 404


@pytest.mark.clause("PS-103")
def test_office_changes_no_step_that_says_why(cast: Cast, now) -> None:
    visit = make.requested(cast, purpose="CANARY purpose of the visit", lone_reason="CANARY lone")
    client = browser(cast.office)
    statuses = {
        name: client.get(step(visit, name)).status_code
        for name in ("pupil", "reason", "told", "where", "when", "people")
    }
    assert statuses == {"pupil": 404, "reason": 404, "told": 404, "where": 200, "when": 200, "people": 200}
    for url in (reverse("change", args=[visit.ref]), step(visit, "people")):
        assert "CANARY" not in client.get(url).content.decode()


def test_office_changes_who_goes_and_empties_no_reason(cast: Cast, now) -> None:
    make.checked(cast.slt)
    visit = make.requested(cast, lone_reason="Kept by the person who asked.")
    party = {"goes": [cast.teacher.pk, cast.slt.pk], "lead": cast.teacher.pk, **NO_OUTSIDERS}
    browser(cast.office).post(step(visit, "people"), {**party, "change-reason": "Sam is ill."})
    changed = fresh(visit)
    assert ({a.staff for a in changed.party}, changed.lone_reason) == (
        {cast.teacher, cast.slt},
        "Kept by the person who asked.",
    )


def test_change_without_a_reason_keeps_what_was_typed_and_changes_nothing(cast: Cast, now) -> None:
    visit = make.requested(cast)
    page = browser(cast.teacher).post(step(visit, "where"), WHERE).content.decode()
    assert "Say why you change the visit" in page
    assert 'value="8 Other Street"' in page
    assert fresh(visit).address == visit.address


@pytest.mark.clause("TC-048")
def test_material_change_warns_by_name_and_asks_again(cast: Cast, now) -> None:
    visit = make.authorised(cast)
    client = browser(cast.teacher)
    assert f"The visit, by {cast.head.short_name}" in client.get(step(visit, "where")).content.decode()
    reply = client.post(step(visit, "where"), {**WHERE, "change-reason": "They moved."}, follow=True)
    changed = fresh(visit)
    assert (changed.state, changed.address) == (State.REQUESTED, "8 Other Street")
    assert f"It waits for a decision: {cast.head.short_name}." in reply.content.decode()
    assert not changed.decisions.filter(voided_at=None).exists()
    assert changed.events.get(kind="amended").reason == "They moved."


def test_change_that_the_gate_refuses_stands_beside_its_field(cast: Cast, now) -> None:
    visit = make.authorised(cast)
    bad = {**WHERE, "address": "", "change-reason": "No idea."}
    page = browser(cast.teacher).post(step(visit, "where"), bad).content.decode()
    assert 'id="id_address_error"' in page
    assert "Enter the address with its postcode." in page
    assert "No idea." in page
    assert (fresh(visit).state, fresh(visit).address) == (State.AUTHORISED, visit.address)


def test_search_for_a_colleague_changes_nothing_yet(cast: Cast, now) -> None:
    visit = make.requested(cast)
    typed = {"goes": [cast.teacher.pk], "lead": cast.teacher.pk, "find": "ewo", "do": "find", **NO_OUTSIDERS}
    page = browser(cast.teacher).post(step(visit, "people"), typed).content.decode()
    assert f'value="{cast.ewo.pk}"' in page
    assert len(fresh(visit).party) == 2


def test_every_step_can_be_changed_by_who_asked(cast: Cast, now) -> None:
    visit = make.requested(cast)
    client = browser(cast.teacher)
    typed: dict[str, dict[str, Any]] = {
        "pupil": {"pupils": [pupil.pk for pupil in visit.pupils.all()]},
        "reason": {
            "reason_code": "EARLY_HELP",
            "purpose": "Quite another purpose than before.",
            "why_necessary": "So it is.",
        },
        "told": {"told": "letter", "whom_letter": "Both parents", "agreed_letter": "on"},
        "where": WHERE,
        "when": when(visit, 60),
        "people": {"goes": [cast.teacher.pk, cast.colleague.pk], "lead": cast.colleague.pk, **NO_OUTSIDERS},
    }
    for name, data in typed.items():
        reply = client.post(step(visit, name), {**data, "change-reason": "Because."})
        assert reply.status_code == 302, f"{name}: {reply.content.decode()}"
    changed = fresh(visit)
    assert (changed.reason_code, changed.told, changed.address, changed.lead.staff) == (
        "EARLY_HELP",
        "letter",
        "8 Other Street",
        cast.colleague,
    )
    assert changed.events.filter(kind="amended").count() == 6


def test_who_was_out_on_the_visit_is_not_taken_off(cast: Cast, now) -> None:
    visit = make.out(cast)
    transitions.did_not_leave(visit=visit, by=cast.teacher, now=now, reason="The car broke down.")
    make.checked(cast.slt)
    party = [{"staff": cast.colleague, "is_lead": True}, {"staff": cast.slt}]
    with pytest.raises(Refused, match="has been out on this visit already"):
        transitions.amend(visit=visit, by=cast.colleague, now=now, values={}, reason="Ill.", party=party)
    typed = {
        "goes": [cast.colleague.pk, cast.slt.pk],
        "lead": cast.colleague.pk,
        "change-reason": "Ill.",
        **NO_OUTSIDERS,
    }
    page = browser(cast.colleague).post(step(visit, "people"), typed).content.decode()
    assert "has been out on this visit already" in page
    assert fresh(visit).includes(cast.teacher)


@pytest.mark.clause("TC-170")
def test_small_move_keeps_the_decisions_and_tells_the_head(cast: Cast, now) -> None:
    visit = make.logged(cast)
    client, url = browser(cast.teacher), reverse("times", args=[visit.ref])
    assert f"{cast.head.short_name} is told of the new times." in client.get(url).content.decode()
    reply = client.post(url, {**when(visit, 20), "reason": "Traffic."}, follow=True)
    moved = fresh(visit)
    assert (moved.state, moved.start_at - visit.start_at) == (State.LOGGED, dt.timedelta(minutes=20))
    assert f"The times are changed. Told: {cast.head.short_name}." in reply.content.decode()


def test_large_move_asks_again(cast: Cast, now) -> None:
    visit = make.logged(cast)
    browser(cast.teacher).post(
        reverse("times", args=[visit.ref]), {**when(visit, 60), "reason": "A meeting."}
    )
    assert fresh(visit).state == State.REQUESTED


def test_times_without_a_reason_or_out_of_hours_are_refused_with_what_was_typed(cast: Cast, now) -> None:
    visit = make.logged(cast)
    client, url = browser(cast.teacher), reverse("times", args=[visit.ref])
    assert "Say why the times change" in client.post(url, when(visit, 20)).content.decode()
    late = client.post(url, {**when(visit, 9 * 60), "reason": "Later."}).content.decode()
    assert "Say why it is absolutely necessary to go outside school hours." in late
    assert f'href="{step(visit, "when")}"' in late
    assert fresh(visit).start_at == visit.start_at
