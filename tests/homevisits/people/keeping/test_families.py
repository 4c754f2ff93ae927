"""Warnings, who lives there, and the adults around a pupil."""

import datetime as dt

import pytest

from homevisits.clock import app_now, london_day
from homevisits.people import keeping
from homevisits.people.models import ContactLink, HouseholdWarning, Pupil
from homevisits.people.story import PeopleEvent
from tests.cast import AT_SCHOOL, PARTS, Cast
from tests.factories.people import (
    ContactLinkFactory,
    HouseholdMemberFactory,
    HouseholdWarningFactory,
    PupilFactory,
)

KEEPERS = {"office", "attendance", "dsl", "deputy", "slt", "head", "ewo"}


@pytest.fixture
def pupil(cast: Cast) -> Pupil:
    return PupilFactory(school=cast.school, legal_last_name="Hale")


def warn(pupil: Pupil, by: object, **change: object) -> HouseholdWarning:
    facts = {
        "household": pupil.household,
        "kind": HouseholdWarning.Kind.ANIMALS,
        "note": "Dog",
        "review_on": london_day(app_now()) + dt.timedelta(days=30),
        "by": by,
        "now": app_now(),
    }
    return keeping.add_warning(**(facts | change))


@pytest.mark.parametrize("part", PARTS)
def test_warning_is_added_by_whoever_sees_the_home(cast: Cast, pupil: Pupil, part: str) -> None:
    person = cast.people[part]
    if part in {*AT_SCHOOL, "ewo", "ceo"}:
        assert warn(pupil, person).author == person
    else:
        with pytest.raises(keeping.NotAllowed):
            warn(pupil, person)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"kind": "ghosts"}, "what the warning is about"),
        ({"note": "  "}, "Say what the warning is"),
        ({"days": -1}, "not in the past"),
        ({"days": 367}, "within a year"),
    ],
)
def test_warning_needs_kind_note_and_a_review_date(
    cast: Cast, pupil: Pupil, change: dict[str, object], sentence: str
) -> None:
    if "days" in change:
        change = {"review_on": london_day(app_now()) + dt.timedelta(days=change["days"])}
    with pytest.raises(keeping.Refused, match=sentence):
        warn(pupil, cast.teacher, **change)


def test_review_today_and_in_a_year_are_sound(cast: Cast, pupil: Pupil) -> None:
    today = london_day(app_now())
    for days in (0, 366):
        assert warn(pupil, cast.teacher, review_on=today + dt.timedelta(days=days)).pk


def test_review_moves_the_date_and_keeps_what_was_said(cast: Cast, pupil: Pupil) -> None:
    warning = HouseholdWarningFactory(household=pupil.household, note="Dog")
    review_on = london_day(app_now()) + dt.timedelta(days=200)
    keeping.review_warning(
        warning=warning, note="Two dogs", review_on=review_on, by=cast.teacher, now=app_now()
    )
    warning.refresh_from_db()
    assert (warning.note, warning.review_on) == ("Two dogs", review_on)
    assert PeopleEvent.objects.get().detail["note_before"] == "Dog"


def test_ended_warning_stays_with_who_ended_it_first(cast: Cast, pupil: Pupil) -> None:
    warning = HouseholdWarningFactory(household=pupil.household)
    for person in (cast.teacher, cast.head):
        keeping.end_warning(warning=warning, by=person, now=app_now())
    warning.refresh_from_db()
    assert (warning.ended_by, PeopleEvent.objects.count()) == (cast.teacher, 1)
    with pytest.raises(keeping.Refused, match="has ended"):
        keeping.review_warning(
            warning=warning, note="Dog", review_on=warning.review_on, by=cast.teacher, now=app_now()
        )


def test_events_of_families_hold_no_childs_name(cast: Cast, pupil: Pupil) -> None:
    warn(pupil, cast.teacher)
    link = ContactLinkFactory(pupil=pupil)
    keeping.change_contact(link=link, phone="+441544700100", by=cast.office, now=app_now())
    keeping.set_key_person(pupil=pupil, staff=cast.teacher, by=cast.dsl, now=app_now())
    assert all("Hale" not in event.sentence for event in PeopleEvent.objects.all())


@pytest.mark.clause("SH-057")
def test_who_lives_there_is_kept(cast: Cast, pupil: Pupil) -> None:
    member = keeping.add_member(
        household=pupil.household, name="Mo", relationship="Uncle", by=cast.teacher, now=app_now()
    )
    keeping.remove_member(member=member, by=cast.teacher, now=app_now())
    kinds = PeopleEvent.objects.order_by("id").values_list("kind", flat=True)
    assert (list(kinds), pupil.household.members.count()) == (["member_added", "member_removed"], 0)


def test_strangers_change_nothing_at_a_home(cast: Cast, pupil: Pupil) -> None:
    member = HouseholdMemberFactory(household=pupil.household)
    with pytest.raises(keeping.NotAllowed):
        keeping.remove_member(member=member, by=cast.outsider, now=app_now())
    with pytest.raises(keeping.NotAllowed):
        keeping.change_household(
            household=pupil.household, circumstances="x", by=cast.outsider, now=app_now()
        )


@pytest.mark.clause("PS-056")
def test_circumstances_are_kept(cast: Cast, pupil: Pupil) -> None:
    home = keeping.change_household(
        household=pupil.household,
        entrance="shared",
        circumstances="Night shifts: come after noon",
        by=cast.teacher,
        now=app_now(),
    )
    assert (home.entrance, home.circumstances) == ("shared", "Night shifts: come after noon")


@pytest.mark.parametrize("part", PARTS)
def test_phones_of_contacts_are_kept_by_those_who_keep_families(cast: Cast, pupil: Pupil, part: str) -> None:
    link = ContactLinkFactory(pupil=pupil)
    change = {"link": link, "phone": "+441544700100", "by": cast.people[part], "now": app_now()}
    if part in KEEPERS:
        assert str(keeping.change_contact(**change).contact.phone) == "+441544700100"
    else:
        with pytest.raises(keeping.NotAllowed):
            keeping.change_contact(**change)


@pytest.mark.clause("TC-024")
@pytest.mark.parametrize("relationship", ContactLink.Relationship.values)
def test_any_adult_with_parental_responsibility_counts(cast: Cast, pupil: Pupil, relationship: str) -> None:
    link = keeping.add_contact(
        pupil=pupil,
        first_name="Ruth",
        last_name="Hale",
        relationship=relationship,
        has_parental_responsibility=True,
        may_be_discussed_with=True,
        by=cast.office,
        now=app_now(),
    )
    assert link.may_be_spoken_to is True


SPOKEN_TO = {  # (parental responsibility, delegated, may be discussed with)
    (True, False, True): True,
    (True, True, True): True,
    (False, True, True): True,
    (False, False, True): False,
    (False, True, False): False,
    (True, False, False): False,
    (True, True, False): False,
    (False, False, False): False,
}


@pytest.mark.clause("PS-073", "PS-074", "PS-075")
@pytest.mark.parametrize(("standing", "may"), SPOKEN_TO.items())
def test_who_may_be_spoken_to(standing: tuple[bool, bool, bool], may: bool) -> None:
    parental, delegated, discussed = standing
    link = ContactLink(
        has_parental_responsibility=parental, is_delegated_adult=delegated, may_be_discussed_with=discussed
    )
    assert link.may_be_spoken_to is may


@pytest.mark.clause("PS-075")
def test_permission_to_speak_says_who_gave_it(cast: Cast, pupil: Pupil) -> None:
    link = ContactLinkFactory(
        pupil=pupil, has_parental_responsibility=False, may_be_discussed_with=False, relationship="other"
    )
    permit = {"link": link, "is_delegated_adult": True, "may_be_discussed_with": True}
    with pytest.raises(keeping.Refused, match="who gave the permission"):
        keeping.change_contact(**permit, by=cast.office, now=app_now())
    link.refresh_from_db()
    assert link.may_be_spoken_to is False
    note = "Mother, by phone, 26 November"
    permitted = keeping.change_contact(**permit, permission_note=note, by=cast.office, now=app_now())
    assert permitted.may_be_spoken_to is True
    event = PeopleEvent.objects.get()
    assert event.detail["before"] == {
        "is_delegated_adult": False,
        "may_be_discussed_with": False,
        "permission_note": "",
    }


def test_contact_taken_off_one_pupil_stays_for_a_sibling(cast: Cast, pupil: Pupil) -> None:
    link = ContactLinkFactory(pupil=pupil)
    sibling = ContactLinkFactory(
        pupil=PupilFactory(school=cast.school, household=pupil.household), contact=link.contact
    )
    keeping.remove_link(link=link, by=cast.office, now=app_now())
    assert list(ContactLink.objects.all()) == [sibling]


def test_key_person_is_a_colleague(cast: Cast, pupil: Pupil) -> None:
    assert (
        keeping.set_key_person(pupil=pupil, staff=cast.teacher, by=cast.dsl, now=app_now()).key_person
        == cast.teacher
    )
    with pytest.raises(keeping.Refused, match="of this school"):
        keeping.set_key_person(pupil=pupil, staff=cast.outsider, by=cast.dsl, now=app_now())
