"""Finding the pupil, what is known before anybody types, and asking again like an earlier visit."""

import pytest
from django.urls import reverse

from homevisits.audit.models import Look
from tests.cast import Cast, browser
from tests.factories import visits as make
from tests.factories.people import (
    ContactFactory,
    ContactLinkFactory,
    HouseholdWarningFactory,
    PupilFactory,
)
from tests.visits.asking.filling import start, text
from visits import transitions
from visits.models import Visit
from visits.states import State

NEW = "/visits/new/"


def test_search_is_posted_and_keeps_names_out_of_addresses(cast: Cast, now) -> None:
    ivy = make.a_pupil(cast, legal_first_name="Ivy", legal_last_name="Nightingale")
    make.a_pupil(cast, legal_first_name="Noah", legal_last_name="Wren")
    client = browser(cast.teacher)
    reply = client.post(NEW, {"words": "night"})
    page = text(client.get(reply["Location"]))
    assert reply["Location"] == NEW
    assert (f"?pupil={ivy.pk}" in page, "Wren" in page) == (True, False)


def test_before_a_search_one_finds_ones_key_pupils(cast: Cast, now) -> None:
    mine = make.a_pupil(cast, key_person=cast.teacher)
    other = make.a_pupil(cast)
    page = text(browser(cast.teacher).get(NEW))
    assert (f"?pupil={mine.pk}" in page, f"?pupil={other.pk}" in page) == (True, False)


def test_search_finds_nobody_of_another_school(cast: Cast, now) -> None:
    PupilFactory(school=cast.other_school, legal_last_name="Elsewhere")
    client = browser(cast.teacher)
    client.post(NEW, {"words": "Elsewhere"})
    assert "Nobody by that name" in text(client.get(NEW))


def test_pupil_of_another_school_or_trust_is_not_there(cast: Cast, now) -> None:
    there = PupilFactory(school=cast.other_school)
    ours = make.a_pupil(cast)
    url = f"{NEW}?pupil="
    assert browser(cast.teacher).get(url + str(there.pk)).status_code == 404
    assert browser(cast.outsider).post(url + str(ours.pk)).status_code == 404
    assert browser(cast.admin).get(url + str(ours.pk)).status_code == 404
    assert browser(cast.teacher).get(url + "x").status_code == 404
    assert Visit.objects.count() == 0


@pytest.mark.clause("PS-073", "PS-074", "PS-075", "TC-024")
def test_known_facts_show_home_adults_warnings_and_earlier_visits(cast: Cast, now) -> None:
    pupil = make.a_pupil(cast)
    HouseholdWarningFactory(household=pupil.household, author=cast.dsl, note="A large dog")
    uncle = ContactFactory(trust=cast.trust, first_name="Pete", last_name="Moss")
    ContactLinkFactory(
        pupil=pupil, contact=uncle, has_parental_responsibility=False, may_be_discussed_with=False
    )
    before = make.recorded(cast, pupil=pupil)
    Visit.objects.filter(pk=before.pk).update(arrived_at=now)
    page = text(browser(cast.teacher).get(f"{NEW}?pupil={pupil.pk}"))
    for said in (
        pupil.household.address,
        "A large dog",
        "Maria Novak",
        "Parental responsibility",
        before.ref,
    ):
        assert said in page
    assert "Pete Moss, mother (do not discuss the pupil)" in page
    assert Look.objects.filter(by=cast.teacher, what="household_warnings").count() == 1


def test_looking_starts_nothing(cast: Cast, now) -> None:
    pupil = make.a_pupil(cast)
    browser(cast.teacher).get(f"{NEW}?pupil={pupil.pk}")
    assert Visit.objects.count() == 0


def test_start_fills_in_home_and_the_adult_to_see(cast: Cast, now) -> None:
    pupil = make.a_pupil(cast)
    visit = start(browser(cast.teacher), pupil)
    assert (visit.household, visit.address, visit.postcode) == (
        pupil.household,
        pupil.household.address,
        pupil.household.postcode,
    )
    assert [str(link) for link in visit.to_see.all()] == ["Maria Novak, mother"]
    assert [(a.staff, a.is_lead) for a in visit.party] == [(cast.teacher, True)]


def test_siblings_are_offered_and_come_along_when_ticked(cast: Cast, now) -> None:
    ivy = make.a_pupil(cast)
    noah = PupilFactory(school=cast.school, household=ivy.household)
    PupilFactory(school=cast.other_school, household=ivy.household)
    client = browser(cast.teacher)
    page = text(client.get(f"{NEW}?pupil={ivy.pk}"))
    assert f'id="sibling-{noah.pk}"' in page
    assert f"A pupil of {cast.other_school} lives here too" in page
    client.post(f"{NEW}?pupil={ivy.pk}", {"siblings": [noah.pk, 999999]})
    assert set(Visit.objects.get().pupils.all()) == {ivy, noah}


def test_own_draft_and_running_visit_are_pointed_out(cast: Cast, now) -> None:
    pupil = make.a_pupil(cast)
    draft = make.draft(cast, pupil=pupil)
    asked = make.requested(cast, pupil=pupil)
    page = text(browser(cast.teacher).get(f"{NEW}?pupil={pupil.pk}"))
    assert "You have a draft" in page
    assert reverse("request", args=[draft.ref]) in page
    assert f'A visit is requested already.</b> <a href="/visits/{asked.ref}/"' in page


def test_again_copies_why_where_and_who_but_no_dates_and_no_decisions(cast: Cast, now) -> None:
    visit = make.recorded(cast)
    reply = browser(cast.colleague).post(reverse("ask_again", args=[visit.ref]))
    new = Visit.objects.exclude(pk=visit.pk).get()
    assert reply["Location"] == reverse("request_step", args=[new.ref, "reason"])
    assert (new.state, new.follows, new.requested_by) == (State.DRAFT, visit, cast.colleague)
    assert (new.reason_code, new.purpose, new.address) == (visit.reason_code, visit.purpose, visit.address)
    assert [new.depart_at, new.start_at, new.end_at, new.return_at, new.told, new.told_at] == [
        None,
        None,
        None,
        None,
        "",
        None,
    ]
    assert (new.decisions.count(), new.risk, new.policy) == (0, None, None)
    assert [(a.staff, a.is_lead) for a in new.party] == [(cast.colleague, True), (cast.teacher, False)]


def test_again_leaves_out_a_pupil_who_left(cast: Cast, now) -> None:
    visit = make.recorded(cast)
    visit.pupils.update(left_on=now.date())
    new = transitions.ask_again(visit=visit, by=cast.teacher, now=now)
    assert list(new.pupils.all()) == []


def test_again_is_not_for_the_office_which_does_not_read_why(cast: Cast, now) -> None:
    visit = make.recorded(cast)
    statuses = {
        name: browser(person).post(reverse("ask_again", args=[visit.ref])).status_code
        for name, person in cast.people.items()
    }
    nowhere = {name for name, status in statuses.items() if status == 404}
    assert nowhere == {"office", "attendance", "admin", "outsider"}
