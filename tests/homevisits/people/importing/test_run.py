"""The importer as others call it: dry runs, confirmed runs, and runs again."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from homevisits.people import importing
from homevisits.people.importing.models import HeaderMapping
from homevisits.people.importing.summary import Summary
from homevisits.people.keeping import NotAllowed
from homevisits.people.models import Contact, ContactLink, Household, Pupil
from homevisits.people.story import PeopleEvent
from homevisits.trusts.models import School
from tests.cast import Cast
from tests.factories.people import ContactLinkFactory, HouseholdFactory, PupilFactory
from tests.factories.people import upn as numbered
from tests.factories.trusts import SchoolFactory

NOW = dt.datetime(2026, 11, 26, 9, 0, tzinfo=dt.UTC)
HEAD = "UPN,Legal surname,Legal forename,DOB,Year,Address line 1,Town,Postcode"


def upn(n: int) -> str:
    """A UPN that no factory gives to another pupil."""
    return numbered(50_000 + n)


def row(n: int, last: str = "Hale", first: str = "Ivy", **change: str) -> str:
    facts = {"dob": "04/05/2016", "year": "5", "street": "14 Larch Close", "postcode": "HR4 0AA"} | change
    return f"{upn(n)},{last},{first},{facts['dob']},{facts['year']},{facts['street']},Hereford,{facts['postcode']}"


def lines(*rows: str, head: str = HEAD) -> str:
    return "\n".join([head, *rows]) + "\n"


@pytest.fixture
def school(db: None) -> School:
    return SchoolFactory()


def bring(school: School, text: str, kind: str = "pupils", **options: object) -> Summary:
    return importing.run(school=school, kind=kind, text=text, **({"by": None, "now": NOW} | options))


def told(summary: Summary) -> list[tuple[int, str]]:
    return [(problem.line, problem.column) for problem in summary.problems]


# --- Pupils -------------------------------------------------------------------------------------


def test_pupils_and_their_homes_are_written(school: School) -> None:
    summary = bring(school, lines(row(1), row(2, first="Noah"), row(3, last="Okafor", street="3 Abbey Row")))
    assert (summary.written, summary.added, summary.changed, summary.unchanged) == (True, 3, 0, 0)
    pupil = Pupil.objects.get(upn=upn(1))
    assert (str(pupil), pupil.born_on, pupil.year_group) == ("Ivy Hale", dt.date(2016, 5, 4), "5")
    assert str(pupil.household) == "14 Larch Close, HR4 0AA"
    assert pupil.household.trust == school.trust


def test_siblings_share_one_home_however_it_is_typed(school: School) -> None:
    bring(school, lines(row(1), row(2, street="14 larch close.", postcode="hr40aa")))
    assert Household.objects.count() == 1


def test_home_of_a_sibling_at_another_school_of_the_trust_is_found(school: School) -> None:
    home = HouseholdFactory(trust=school.trust, address="14 Larch Close", postcode="HR4 0AA")
    HouseholdFactory(address="14 Larch Close", postcode="HR4 0AA")
    bring(school, lines(row(1)))
    assert Pupil.objects.get().household == home


def test_dry_run_writes_nothing(school: School) -> None:
    summary = bring(school, lines(row(1), row(2)), confirm=False)
    assert (summary.written, summary.added) == (False, 2)
    tables = (Pupil, Household, HeaderMapping, PeopleEvent)
    assert [table.objects.count() for table in tables] == [0, 0, 0, 0]


def test_second_run_changes_by_upn_and_doubles_nobody(school: School) -> None:
    bring(school, lines(row(1), row(2, first="Noah")))
    summary = bring(school, lines(row(1, last="Hale-Okafor"), row(2, first="Noah"), row(3)))
    assert (summary.added, summary.changed, summary.unchanged) == (1, 1, 1)
    assert sorted(Pupil.objects.values_list("legal_last_name", flat=True)) == ["Hale", "Hale", "Hale-Okafor"]


def test_same_file_twice_changes_nothing(school: School) -> None:
    text = lines(row(1), row(2, street="3 Abbey Row"))
    bring(school, text)
    summary = bring(school, text)
    assert (summary.added, summary.changed, summary.unchanged) == (0, 0, 2)


def test_empty_cell_leaves_what_is_known(school: School) -> None:
    PupilFactory(school=school, upn=upn(1), preferred_name="Ives", legal_last_name="Hale")
    head = "UPN,Legal surname,Legal forename,Preferred forename,DOB,Year"
    bring(school, lines(f"{upn(1)},Hale,Ivy,,04/05/2016,5", head=head))
    assert Pupil.objects.get().preferred_name == "Ives"


def test_pupil_who_moves_house_is_moved(school: School) -> None:
    bring(school, lines(row(1), row(2)))
    summary = bring(school, lines(row(1, street="3 Abbey Row"), row(2)))
    assert (summary.changed, str(Pupil.objects.get(upn=upn(1)).household)) == (1, "3 Abbey Row, HR4 0AA")


def test_missing_pupils_are_told_and_stay(school: School) -> None:
    gone = PupilFactory(school=school, legal_first_name="Mia", legal_last_name="Novak", year_group="6")
    PupilFactory(school=school, left_on=NOW.date())
    PupilFactory()
    summary = bring(school, lines(row(1)))
    assert [(m.pk, m.name, m.year_group) for m in summary.missing] == [(gone.pk, "Mia Novak", "6")]
    assert Pupil.objects.filter(pk=gone.pk, left_on=None).exists()


def test_pupil_with_an_error_is_not_missing(school: School) -> None:
    PupilFactory(school=school, upn=upn(1))
    summary = bring(school, lines(row(1, dob="soon"), row(2)), confirm=False)
    assert summary.missing == []


def test_pupil_who_comes_back_is_on_roll_again(school: School) -> None:
    PupilFactory(school=school, upn=upn(1), left_on=dt.date(2026, 7, 20))
    bring(school, lines(row(1)))
    assert Pupil.objects.get().left_on is None


def test_same_upn_at_another_school_is_another_row(school: School) -> None:
    PupilFactory(upn=upn(1), legal_last_name="Elsewhere")
    summary = bring(school, lines(row(1)))
    assert (summary.added, Pupil.objects.filter(upn=upn(1)).count()) == (1, 2)


def test_every_bad_cell_is_told_with_its_line(school: School) -> None:
    head = HEAD + ",Key person e-mail,Admission date,Social worker,Medical note"
    wrong = upn(5)[:12] + ("0" if upn(5)[12] != "0" else "1")
    summary = bring(
        school,
        lines(
            row(1),
            f"{wrong},Hale,Ivy,04/05/2016,5,14 Larch Close,Hereford,HR4 0AA,,,,",
            f"{upn(2)},,Ivy,2016/05/04,5,14 Larch Close,Hereford,HR4,,,,",
            f"{upn(3)},=Hale,Ivy,04/05/2030,5,14 Larch Close,Hereford,,nobody@x.example,31/02/2020,maybe,",
            f"{upn(1)},Hale,Ivy,04/05/2016,5,14 Larch Close,Hereford,HR4 0AA,,,,,too,many",
            ",Hale,Ivy,04/05/1989,,,,HR4 0AA",
            head=head,
        ),
    )
    assert told(summary) == [
        (3, "UPN"),
        (4, "DOB"),
        (4, "Legal surname"),
        (4, "Postcode"),
        (5, "Admission date"),
        (5, "DOB"),
        (5, "Key person e-mail"),
        (5, "Legal surname"),
        (5, "Postcode"),
        (5, "Social worker"),
        (6, ""),
        (6, "UPN"),
        (7, "Address line 1"),
        (7, "DOB"),
        (7, "UPN"),
        (7, "Year"),
    ]
    assert (summary.written, summary.left_out, Pupil.objects.count()) == (False, 5, 0)


def test_repeated_upn_names_the_first_line(school: School) -> None:
    summary = bring(school, lines(row(1), row(2), row(1)), confirm=False)
    assert [p.sentence for p in summary.problems] == ["Line 2 has the same UPN."]


def test_good_rows_are_written_only_when_the_bad_are_left_out(school: School) -> None:
    text = lines(row(1), row(2, dob="soon"), row(3))
    assert bring(school, text).written is False
    summary = bring(school, text, leave_out_errors=True)
    assert (summary.written, summary.added, summary.left_out) == (True, 2, 1)
    assert Pupil.objects.count() == 2


def test_file_of_errors_alone_writes_nothing(school: School) -> None:
    assert bring(school, lines(row(1, dob="soon")), leave_out_errors=True).written is False


def test_missing_column_is_told_and_stops(school: School) -> None:
    summary = bring(school, "UPN,Forename\n1,Ivy\n", leave_out_errors=True)
    assert (summary.is_readable, summary.written) == (False, False)
    assert told(summary) == [(1, "Legal surname"), (1, "DOB"), (1, "Year")]


def test_unreadable_file_is_told(school: School) -> None:
    assert [p.sentence for p in bring(school, "").problems] == ["This file has no rows under its headings."]


def test_unknown_headings_are_told_until_somebody_leaves_them_out(school: School) -> None:
    text = lines(row(1) + ",7", head=HEAD + ",House points")
    assert bring(school, text, confirm=False).unknown == ["House points"]
    bring(school, text)
    assert bring(school, text, confirm=False).unknown == []


def test_mapping_is_remembered_for_the_school(school: School) -> None:
    head = "Nr,Nachname,Vorname,Geb,Jahr"
    columns = {
        "Nr": "upn",
        "Nachname": "legal_last_name",
        "Vorname": "legal_first_name",
        "Geb": "born_on",
        "Jahr": "year_group",
    }
    first = bring(school, lines(f"{upn(1)},Hale,Ivy,04/05/2016,5", head=head), columns=columns)
    again = bring(school, lines(f"{upn(2)},Hale,Noah,04/05/2016,5", head=head))
    elsewhere = bring(SchoolFactory(), lines(f"{upn(3)},Hale,Noah,04/05/2016,5", head=head))
    assert (first.written, again.written, elsewhere.written) == (True, True, False)


def test_failure_half_way_leaves_nothing(school: School, monkeypatch: pytest.MonkeyPatch) -> None:
    def fall(*args: object, **kwargs: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("homevisits.people.importing.writing.tell", fall)
    with pytest.raises(RuntimeError):
        bring(school, lines(row(1)))
    assert (Pupil.objects.count(), Household.objects.count()) == (0, 0)


def test_event_holds_counts_and_nobodys_name(school: School) -> None:
    bring(school, lines(row(1), row(2)))
    event = PeopleEvent.objects.get()
    assert event.sentence == "A file of pupils was brought in: 2 added, 0 changed, 0 unchanged."
    assert "Hale" not in str(event.detail)


def test_queries_do_not_grow_with_the_file(school: School) -> None:
    head = HEAD + ",Contact 1 name,Contact 1 relationship,Contact 1 phone"

    def count(first: int, number: int) -> int:
        rows = [
            row(n, street=f"{n} Mill Lane") + f",Ruth Hale{n},Mother,07700 900{n % 1000:03d}"
            for n in range(first, first + number)
        ]
        with CaptureQueriesContext(connection) as queries:
            assert bring(school, lines(*rows, head=head)).added == number
        return len(queries)

    count(0, 1)  # the first file of a school remembers its columns and begins its story
    assert count(10, 2) == count(100, 200)


def test_two_thousand_rows_are_brought_in(school: School) -> None:
    rows = [row(n, street=f"{n // 2} Mill Lane") for n in range(2000)]
    assert bring(school, lines(*rows)).added == 2000
    changed = bring(
        school, lines(*[row(n, last="Okafor", street=f"{n // 2} Mill Lane") for n in range(2000)])
    )
    assert (changed.changed, Household.objects.count()) == (2000, 1000)


# --- Contacts inside a file of pupils, and alone ---------------------------------------------------

WITH_CONTACTS = (
    HEAD + ",Contact 1 name,Contact 1 relationship,Contact 1 phone,Contact 1 court order,Contact 2 name,"
    "Contact 2 relationship,Contact 2 phone"
)


@pytest.mark.clause("TC-024", "PS-073")
def test_contacts_in_a_pupils_row_are_written_with_their_standing(school: School) -> None:
    text = lines(row(1) + ",Mrs Ruth Hale,Foster carer,07700 900112,,Mo Hale,Neighbour,", head=WITH_CONTACTS)
    summary = bring(school, text)
    carer, neighbour = ContactLink.objects.select_related("contact")
    assert (str(carer), carer.may_be_spoken_to, str(carer.contact.phone)) == (
        "Ruth Hale, carer",
        True,
        "+447700900112",
    )
    assert (str(neighbour), neighbour.may_be_spoken_to, neighbour.priority) == ("Mo Hale, other", False, 2)
    assert carer.contact.household == Pupil.objects.get().household
    assert summary.notes[0] == "Contacts in this file: 2 new, 0 changed."
    assert summary.notes[1].endswith("guardians are taken to have it: 1 contacts.")


def test_court_order_takes_the_permission_to_speak(school: School) -> None:
    text = lines(row(1) + ",Al Hale,Father,07700 900113,Yes,,,", head=WITH_CONTACTS)
    summary = bring(school, text)
    link = ContactLink.objects.get()
    assert (link.has_parental_responsibility, link.may_be_spoken_to) == (True, False)
    assert "kept as not to be spoken to: 1." in summary.notes[-1]


def test_parent_of_siblings_is_one_person(school: School) -> None:
    mother = ",Ruth Hale,Mother,07700 900112,,,,"
    text = lines(row(1) + mother, row(2, first="Noah") + mother, head=WITH_CONTACTS)
    bring(school, text)
    assert (Contact.objects.count(), ContactLink.objects.count()) == (1, 2)
    again = bring(school, text)
    assert (Contact.objects.count(), again.unchanged) == (1, 2)


def test_two_phones_of_one_parent_are_told(school: School) -> None:
    text = lines(
        row(1) + ",Ruth Hale,Mother,07700 900112,,,,",
        row(2) + ",Ruth Hale,Mother,07700 900113,,,,",
        head=WITH_CONTACTS,
    )
    summary = bring(school, text)
    assert [(p.line, p.column, p.sentence) for p in summary.problems] == [
        (3, "Phone", "Line 2 gives another phone for the same person.")
    ]
    assert (summary.added, summary.written, Contact.objects.count()) == (1, False, 0)


def test_bad_contact_makes_its_row_bad(school: School) -> None:
    text = lines(row(1) + ",Hale,Mother,12,,,,", head=WITH_CONTACTS)
    assert told(bring(school, text)) == [(2, "Contact 1 name"), (2, "Contact 1 phone")]


def test_contact_moves_with_the_pupil(school: School) -> None:
    mother = ",Ruth Hale,Mother,07700 900112,,,,"
    bring(school, lines(row(1) + mother, head=WITH_CONTACTS))
    bring(school, lines(row(1, street="3 Abbey Row") + mother, head=WITH_CONTACTS))
    contact = Contact.objects.get()
    assert contact.household == Pupil.objects.get().household
    assert str(contact.household) == "3 Abbey Row, HR4 0AA"


CONTACTS = "UPN,First name,Last name,Relationship,Phone,Priority,Parental responsibility,Delegated adult,May be discussed with"


def test_contacts_alone_find_their_pupils(school: School) -> None:
    pupil = PupilFactory(school=school)
    text = lines(f"{pupil.upn},Ruth,Hale,Mum,07700 900112,1,Yes,No,Yes", head=CONTACTS)
    summary = bring(school, text, "contacts")
    link = ContactLink.objects.get()
    assert (summary.added, link.pupil, link.contact.household) == (1, pupil, pupil.household)


@pytest.mark.clause("PS-074", "PS-075")
def test_delegated_adult_is_spoken_to_by_a_permission_that_says_whose(school: School) -> None:
    pupil = PupilFactory(school=school)
    text = lines(
        f"{pupil.upn},Mo,Hale,Uncle,,2,No,Yes,Yes", f"{pupil.upn},Bo,Hale,Uncle,,3,No,Yes,", head=CONTACTS
    )
    bring(school, text, "contacts")
    permitted, only_delegated = ContactLink.objects.all()
    assert permitted.may_be_spoken_to is True
    assert permitted.permission_note == "From the school's records of 26/11/2026"
    assert only_delegated.may_be_spoken_to is False


def test_phone_in_a_new_file_is_changed_and_nothing_else(school: School) -> None:
    link = ContactLinkFactory(pupil__school=school, contact__first_name="Ruth", contact__last_name="Hale")
    ContactLink.objects.update(priority=3)
    head = "UPN,Name,Relationship,Phone"
    text = lines(f"{link.pupil.upn},Ruth Hale,Mother,07700 900999", head=head)
    summary = bring(school, text, "contacts")
    link = ContactLink.objects.get()
    assert (summary.changed, str(link.contact.phone), link.priority) == (1, "+447700900999", 3)


def test_contacts_of_unknown_pupils_are_told(school: School) -> None:
    other = PupilFactory()
    rows = [f"{other.upn},Ruth,Hale,Mum,,,,,", f"{upn(9)},Ruth,Hale,,07,x,perhaps,,"]
    summary = bring(school, lines(*rows, head=CONTACTS), "contacts")
    assert told(summary) == [
        (2, "UPN"),
        (3, "Parental responsibility"),
        (3, "Phone"),
        (3, "Priority"),
        (3, "Relationship"),
        (3, "UPN"),
    ]


def test_contact_twice_for_one_pupil_is_told(school: School) -> None:
    pupil = PupilFactory(school=school)
    line = f"{pupil.upn},Ruth,Hale,Mum,,,,,"
    summary = bring(school, lines(line, line, head=CONTACTS), "contacts")
    assert [p.sentence for p in summary.problems] == ["Line 2 has the same contact for this pupil."]


def test_contact_with_a_home_of_their_own(school: School) -> None:
    pupil = PupilFactory(school=school)
    head = "UPN,Name,Relationship,Lives with pupil,Address line 1,Postcode"
    text = lines(
        f"{pupil.upn},Al Hale,Father,No,3 Abbey Row,HR4 0AB", f"{pupil.upn},Jo Hale,Aunt,No,,", head=head
    )
    bring(school, text, "contacts")
    father, aunt = Contact.objects.order_by("first_name")
    assert (str(father.household), aunt.household) == ("3 Abbey Row, HR4 0AB", None)


# --- Who may ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "may"),
    [
        ("pupils", {"office", "head"}),
        ("contacts", {"office", "head"}),
        ("staff", {"head", "admin"}),
    ],
)
def test_files_are_brought_in_by_those_who_keep_them(cast: Cast, kind: str, may: set[str]) -> None:
    for part, person in cast.people.items():
        if part in may:
            assert bring(cast.school, "", kind, by=person).written is False
        else:
            with pytest.raises(NotAllowed):
                bring(cast.school, "", kind, by=person)


@pytest.mark.parametrize("part", ["office", "head"])
def test_nobody_brings_in_files_for_another_school(cast: Cast, part: str) -> None:
    with pytest.raises(NotAllowed):
        bring(cast.other_school, "", "pupils", by=getattr(cast, part))
