"""Who goes, and about whom: ticks, searches and rows that keep what was typed."""

import pytest
from django.urls import reverse

from tests.cast import Cast, browser
from tests.factories import visits as make
from tests.factories.people import HouseholdFactory, PupilFactory, staff_with
from tests.factories.visits import fresh
from tests.visits.asking.filling import NO_OUTSIDERS, at, error_of, good, start, text
from visits.models import Visit


@pytest.fixture
def client(cast: Cast, now):  # type: ignore[no-untyped-def]
    make.checked(cast.teacher, cast.colleague)
    return browser(cast.teacher)


@pytest.fixture
def visit(cast: Cast, client) -> Visit:
    return start(client, make.a_pupil(cast))


@pytest.mark.clause("TC-124", "TC-123")
def test_one_person_alone_must_say_why(cast: Cast, client, visit: Visit) -> None:
    page = text(
        client.post(at(visit, "people"), {"goes": [cast.teacher.pk], "lead": cast.teacher.pk, **NO_OUTSIDERS})
    )
    assert error_of(page, "lone_reason")
    alone = {
        "goes": [cast.teacher.pk],
        "lead": cast.teacher.pk,
        "lone_reason": "A short drop-off.",
        **NO_OUTSIDERS,
    }
    assert client.post(at(visit, "people"), alone).status_code == 302
    assert [a.staff for a in fresh(visit).party] == [cast.teacher]


def test_colleague_is_found_by_name_and_stays_found_with_the_ticks(cast: Cast, client, visit: Visit) -> None:
    ravi = staff_with("ewo", cast.trust, first_name="Ravi", last_name="Osei")
    ticked = {"goes": [cast.teacher.pk, cast.colleague.pk], "lead": cast.teacher.pk, **NO_OUTSIDERS}
    page = text(client.post(at(visit, "people"), {**ticked, "find": "osei", "do": "find"}))
    assert f'value="{ravi.pk}"' in page
    assert [a.staff for a in fresh(visit).party] == [cast.teacher, cast.colleague]
    page = text(client.post(at(visit, "people"), {**ticked, "find": "Zzz", "do": "find"}))
    assert error_of(page, "find")
    assert (
        browser(cast.teacher)
        .post(at(visit, "people"), {**ticked, "find": cast.outsider.last_name, "do": "find"})
        .status_code
        == 200
    )
    assert f'value="{cast.outsider.pk}"' not in page


def test_stranger_cannot_be_ticked(cast: Cast, client, visit: Visit) -> None:
    page = text(
        client.post(at(visit, "people"), {"goes": [cast.teacher.pk, cast.outsider.pk], **NO_OUTSIDERS})
    )
    assert error_of(page, "goes")
    assert [a.staff for a in fresh(visit).party] == [cast.teacher]


@pytest.mark.clause("TC-158", "TC-244")
def test_person_from_outside_needs_a_number_beside_their_row(cast: Cast, client, visit: Visit) -> None:
    rows = {"outsiders-TOTAL_FORMS": "1", "outsiders-INITIAL_FORMS": "0", "outsiders-0-name": "T. Lowe"}
    ticked = {"goes": [cast.teacher.pk, cast.colleague.pk], "lead": cast.teacher.pk, **rows}
    page = text(client.post(at(visit, "people"), ticked))
    assert error_of(page, "outsiders-0-phone")
    assert "Enter a mobile number for T. Lowe." in page
    assert "T. Lowe" in [a.name for a in fresh(visit).party]
    page = text(client.post(at(visit, "people"), {**ticked, "outsiders-0-phone": "12"}))
    assert error_of(page, "outsiders-0-phone")
    more = {"outsiders-0-phone": "07700 900321", "outsiders-0-organisation": "Social care"}
    assert client.post(at(visit, "people"), {**ticked, **more}).status_code == 302
    outsider = next(a for a in fresh(visit).party if a.name)
    assert (str(outsider.phone), outsider.organisation) == ("+447700900321", "Social care")


def test_another_row_keeps_what_was_typed(cast: Cast, client, visit: Visit) -> None:
    rows = {
        "outsiders-TOTAL_FORMS": "1",
        "outsiders-INITIAL_FORMS": "0",
        "outsiders-0-name": "T. Lowe",
        "outsiders-0-phone": "12",
    }
    page = text(client.post(at(visit, "people"), {"goes": [cast.teacher.pk], **rows, "do": "row"}))
    assert 'name="outsiders-1-name"' in page
    assert 'value="12"' in page


@pytest.mark.clause("TC-242", "TC-075")
def test_dsl_who_does_not_go_needs_a_reason(cast: Cast, client, visit: Visit) -> None:
    typed = {
        **good(cast, [cast.teacher])["reason"],
        "reason_code": "SAFEGUARDING",
        "concern_SAFEGUARDING": "Not seen.",
    }
    client.post(at(visit, "reason"), typed)
    two = {"goes": [cast.teacher.pk, cast.colleague.pk], "lead": cast.teacher.pk, **NO_OUTSIDERS}
    page = text(client.post(at(visit, "people"), two))
    assert error_of(page, "dsl_absent_reason")
    client.post(at(visit, "reason"), {**typed, "reason_code": "POST_REFERRAL"})
    page = text(client.post(at(visit, "people"), two))
    assert error_of(page, "lead")


def test_missing_check_does_not_hold_up_the_step_but_the_sending(cast: Cast, client, visit: Visit) -> None:
    cast.colleague.clearances.all().delete()
    page = text(client.get(at(visit, "people")))
    assert "No DBS check on file." in page
    two = {"goes": [cast.teacher.pk, cast.colleague.pk], "lead": cast.teacher.pk, **NO_OUTSIDERS}
    assert client.post(at(visit, "people"), two)["Location"] == reverse("request_check", args=[visit.ref])
    assert 'data-gate="dbs" data-blocks="true"' in text(
        client.get(reverse("request_check", args=[visit.ref]))
    )


def test_another_pupil_brings_the_other_home(cast: Cast, client, visit: Visit) -> None:
    other = PupilFactory(
        school=cast.school,
        legal_last_name="Wren",
        household=HouseholdFactory(trust=cast.trust, address="5 Far Lane"),
    )
    page = text(
        client.post(
            at(visit, "pupil"), {"pupils": [p.pk for p in visit.pupils.all()], "find": "wren", "do": "find"}
        )
    )
    assert f'value="{other.pk}"' in page
    client.post(at(visit, "pupil"), {"pupils": [other.pk]})
    kept = fresh(visit)
    assert (list(kept.pupils.all()), kept.address, kept.household) == ([other], "5 Far Lane", other.household)
    assert error_of(text(client.post(at(visit, "pupil"), {"find": ""})), "pupils")


@pytest.mark.parametrize("step", ["pupil", "people"])
def test_search_with_a_nul_finds_nobody_and_breaks_nothing(client, visit: Visit, step: str) -> None:
    typed = {
        "pupils": [p.pk for p in visit.pupils.all()],
        "goes": [],
        "find": "\x00zzz",
        "do": "find",
        **NO_OUTSIDERS,
    }
    assert error_of(text(client.post(at(visit, step), typed)), "find")
