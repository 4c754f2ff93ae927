"""Cancelling, "not back after all" and the risk assessment: who may, what is refused, who is told."""

import pytest
from django.urls import reverse

from homevisits.notices.models import Notice
from tests.cast import Cast, browser
from tests.factories import visits as make
from tests.factories.visits import fresh
from tests.visits.turning import turned
from visits import transitions
from visits.models import Visit
from visits.safety import VisitDeadline
from visits.states import State


def statuses(cast: Cast, name: str, visit: Visit) -> set[str]:
    """Who is shown the form."""
    url = reverse(name, args=[visit.ref])
    found = {part: browser(person).get(url).status_code for part, person in cast.people.items()}
    assert set(found.values()) <= {200, 404}
    return {part for part, status in found.items() if status == 200}


def test_cancel_is_for_who_asked_who_goes_who_decides_and_the_office(cast: Cast, now) -> None:
    visit = make.requested(cast)
    assert statuses(cast, "cancel", visit) == {"teacher", "colleague", "office", "head", "dsl"}


@pytest.mark.parametrize("state", ["in_progress", "returned_safe", "recorded", "declined"])
def test_what_is_out_or_over_is_not_cancelled(cast: Cast, now, state: str) -> None:
    visit = make.in_state(cast, state)
    assert (
        browser(cast.office).post(reverse("cancel", args=[visit.ref]), {"reason": "No."}).status_code == 404
    )
    assert fresh(visit).state == state


def test_cancel_needs_a_reason_and_keeps_the_tick(cast: Cast, now) -> None:
    visit = make.logged(cast)
    page = (
        browser(cast.teacher).post(reverse("cancel", args=[visit.ref]), {"for_safety": "on"}).content.decode()
    )
    assert "Say why the visit is cancelled" in page
    assert "checked" in page
    assert fresh(visit).state == State.LOGGED


@pytest.mark.clause("TC-112", "TC-113")
def test_cancel_for_safety_tells_the_head_and_says_who_was_told(cast: Cast, now) -> None:
    visit = make.logged(cast)
    url = reverse("cancel", args=[visit.ref])
    assert (
        f"Your written reason goes to {cast.head.short_name}."
        in browser(cast.teacher).get(url).content.decode()
    )
    reply = browser(cast.teacher).post(url, {"reason": "The father threatened us.", "for_safety": "on"})
    assert reply["Location"] == reverse("cancelled", args=[visit.ref])
    page = browser(cast.teacher).get(reply["Location"]).content.decode()
    assert f"{visit.ref} is cancelled for safety" in page
    told = Notice.objects.filter(key__startswith=f"{visit.ref}:cancelled:").values_list(
        "recipient", flat=True
    )
    assert set(told) == {cast.head.pk, cast.office.pk}
    for person in (cast.head, cast.office):
        assert f"{person}, in the product and by e-mail, urgently." in page
    assert (
        "The father threatened us."
        in browser(cast.head).get(fresh(visit).get_absolute_url()).content.decode()
    )


@pytest.mark.clause("TC-112", "TC-113")
@pytest.mark.parametrize("stand_ins", [["slt"], []])
def test_on_the_heads_own_visit_the_stand_in_is_told_and_else_the_ceo(
    cast: Cast, now, monkeypatch, stand_ins: list[str]
) -> None:
    visit = make.logged(cast, party=[cast.teacher, cast.head])
    monkeypatch.setattr(Visit, "rules", turned(visit, stand_in_roles=stand_ins).rules)
    told = cast.slt if stand_ins else cast.ceo
    url = reverse("cancel", args=[visit.ref])
    page = browser(cast.teacher).get(url).content.decode()
    assert f"Your written reason goes to {told.short_name}." in page
    browser(cast.teacher).post(url, {"reason": "The father threatened us.", "for_safety": "on"})
    assert Notice.objects.filter(key__startswith=f"{visit.ref}:cancelled:", recipient=told).exists()


@pytest.mark.clause("CS-087")
def test_a_call_in_place_of_the_visit_is_noted_and_told(cast: Cast, now) -> None:
    visit = make.logged(cast)
    told = {"reason": "They have symptoms.", "replaced": "on"}
    browser(cast.teacher).post(reverse("cancel", args=[visit.ref]), told)
    event = visit.events.get(kind="cancelled")
    assert (event.sentence, event.detail["replaced"]) == ("Cancelled the visit: a call takes its place", True)
    said = Notice.objects.filter(key__startswith=f"{visit.ref}:cancelled:").values_list("body", flat=True)
    assert {body.startswith("A call takes its place.") for body in said} == {True}


def test_cancel_again_shows_what_happened(cast: Cast, now) -> None:
    visit = make.cancelled(cast)
    assert browser(cast.teacher).get(reverse("cancel", args=[visit.ref]))["Location"] == reverse(
        "cancelled", args=[visit.ref]
    )


def test_draft_is_dropped_without_asking_about_safety(cast: Cast, now) -> None:
    visit = make.draft(cast)
    url = reverse("cancel", args=[visit.ref])
    page = browser(cast.teacher).get(url).content.decode()
    assert ("Drop this draft" in page, "for safety" in page) == (True, False)
    after = browser(cast.teacher).post(url, {"reason": "Not needed."}, follow=True).content.decode()
    assert "The draft is dropped" in after
    assert fresh(visit).state == State.CANCELLED


def test_not_back_is_for_office_leaders_and_who_went(cast: Cast, now) -> None:
    visit = make.returned(cast)
    allowed = {"teacher", "colleague", "office", "dsl", "slt", "deputy", "head", "ceo"}
    assert statuses(cast, "not_back", visit) == allowed
    assert statuses(cast, "not_back", make.out(cast)) == set()


@pytest.mark.clause("CS-090", "PS-101")
def test_not_back_after_all_needs_a_reason_and_starts_the_timers_again(cast: Cast, now) -> None:
    visit = make.returned(cast)
    client, url = browser(cast.office), reverse("not_back", args=[visit.ref])
    assert "Say what happened" in client.post(url, {}).content.decode()
    reply = client.post(url, {"reason": "That was somebody else."}, follow=True)
    assert "is out again" in reply.content.decode()
    assert fresh(visit).state == State.IN_PROGRESS
    live = VisitDeadline.objects.filter(visit=visit, state="live").values_list("kind", flat=True)
    assert "return" in live


def test_alarm_stops_a_cancellation_with_a_sentence(cast: Cast, now) -> None:
    visit = make.logged(cast)
    transitions.ask_for_help(visit=visit, by=cast.teacher, now=now)
    page = (
        browser(cast.office).post(reverse("cancel", args=[visit.ref]), {"reason": "Over."}).content.decode()
    )
    assert "An alarm about this visit is open." in page
    assert fresh(visit).state == State.LOGGED
