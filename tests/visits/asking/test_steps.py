"""Each step of a request: the draft is kept whatever is wrong, and the gate's sentence stands beside its field."""

import datetime as dt

import pytest

from tests.cast import Cast, browser
from tests.factories import visits as make
from tests.factories.people import (
    ContactFactory,
    ContactLinkFactory,
)
from tests.factories.visits import fresh
from tests.visits.asking.filling import at, error_of, good, start, text
from visits.models import Visit
from visits.story import ContactAttempt


@pytest.fixture
def client(cast: Cast, now):  # type: ignore[no-untyped-def]
    make.checked(cast.teacher, cast.colleague)
    return browser(cast.teacher)


@pytest.fixture
def visit(cast: Cast, client) -> Visit:
    return start(client, make.a_pupil(cast))


STEPS = ["pupil", "reason", "told", "where", "when", "people"]


@pytest.mark.parametrize("step", STEPS)
def test_step_is_for_the_person_who_asks(cast: Cast, client, visit: Visit, step: str) -> None:
    statuses = {
        name: browser(person).get(at(visit, step)).status_code for name, person in cast.people.items()
    }
    assert {name for name, status in statuses.items() if status != 404} == {"teacher"}
    assert "Draft kept" in text(client.get(at(visit, step)))


def test_step_that_does_not_exist_is_not_there(client, visit: Visit) -> None:
    assert client.get(at(visit, "money")).status_code == 404


def test_steps_of_a_sent_request_lead_to_its_page(cast: Cast, client, now) -> None:
    sent = make.requested(cast)
    assert client.get(at(sent, "when"))["Location"] == sent.get_absolute_url()
    reply = client.post(at(sent, "when"), good(cast, [cast.teacher])["when"], follow=True)
    assert "was sent already" in text(reply)


def test_keep_and_finish_later_keeps_it_without_any_complaint(client, visit: Visit) -> None:
    reply = client.post(at(visit, "reason"), {"purpose": "Half a tho", "do": "later"}, follow=True)
    assert (fresh(visit).purpose, f"{visit.ref} is kept as a draft" in text(reply)) == ("Half a tho", True)


@pytest.mark.clause("TC-049", "TC-016", "TC-095")
def test_reason_that_misses_parts_keeps_the_others(client, visit: Visit) -> None:
    page = text(client.post(at(visit, "reason"), {"reason_code": "EARLY_HELP", "purpose": "Short"}))
    assert error_of(page, "purpose")
    assert "Say what the visit is for, in 20 characters or more." in page
    assert "Say why a home visit is necessary." in page
    assert "Short</textarea>" in page
    assert (fresh(visit).reason_code, fresh(visit).purpose) == ("EARLY_HELP", "Short")


@pytest.mark.clause("TC-074", "TC-081")
def test_reason_that_needs_an_explanation_asks_for_it_under_its_own_tile(
    client, visit: Visit, cast: Cast
) -> None:
    typed = {**good(cast, [cast.teacher])["reason"], "reason_code": "OTHER"}
    page = text(client.post(at(visit, "reason"), typed))
    assert error_of(page, "explained_OTHER")
    typed |= {"explained_OTHER": "The school moves.", "explained_MEETING_AT_HOME": "Not this one."}
    assert client.post(at(visit, "reason"), typed).status_code == 302
    assert fresh(visit).reason_explained == "The school moves."


@pytest.mark.clause("TC-075")
def test_concern_of_another_reason_is_not_kept_with_this_one(client, visit: Visit, cast: Cast) -> None:
    typed = {
        **good(cast, [cast.teacher])["reason"],
        "reason_code": "SAFEGUARDING",
        "concern_SAFEGUARDING": "Bruises.",
    }
    client.post(at(visit, "reason"), typed)
    assert fresh(visit).concern_text == "Bruises."
    client.post(at(visit, "reason"), {**typed, "reason_code": "EARLY_HELP"})
    assert fresh(visit).concern_text == ""


def test_reason_offers_what_the_policy_in_force_allows(cast: Cast, client, visit: Visit) -> None:
    page = text(client.get(at(visit, "reason")))
    for reason in cast.policy.reasons.all():
        assert f'value="{reason.code}"' in page
    reply = client.post(at(visit, "reason"), {"reason_code": "SUSPECTED_HOLIDAY", "purpose": "x" * 30})
    assert (reply.status_code, fresh(visit).reason_code, fresh(visit).purpose) == (200, "", "x" * 30)


@pytest.mark.clause("TC-086", "TC-087")
def test_parents_of_a_visit_by_appointment_must_have_agreed(client, visit: Visit, cast: Cast) -> None:
    client.post(at(visit, "reason"), good(cast, [cast.teacher])["reason"])
    page = text(client.post(at(visit, "told"), {"told": "call", "whom_call": "Maria Novak"}))
    assert error_of(page, "agreed_call")
    page = text(client.post(at(visit, "told"), {"told": "call", "agreed_call": "on"}))
    assert error_of(page, "whom_call")
    page = text(client.post(at(visit, "told"), {"told": "no"}))
    assert error_of(page, "told")
    assert "is by appointment: tell the parents first" in page


@pytest.mark.clause("TC-088", "TC-089")
def test_no_needs_an_allowed_ground_and_its_words(client, visit: Visit, cast: Cast) -> None:
    client.post(at(visit, "reason"), {**good(cast, [cast.teacher])["reason"], "reason_code": "ABSENCE"})
    page = text(client.post(at(visit, "told"), {"told": "no"}))
    assert error_of(page, "ground_code")
    assert "Choose why the parents are not told first." in page
    page = text(client.post(at(visit, "told"), {"told": "no", "ground_code": "EMERGENCY"}))
    assert error_of(page, "text_EMERGENCY")
    assert (fresh(visit).told, fresh(visit).ground_code) == ("no", "EMERGENCY")


def test_answer_that_changes_empties_what_belonged_to_the_other(client, visit: Visit) -> None:
    client.post(
        at(visit, "told"), {"told": "no", "ground_code": "EMERGENCY", "text_EMERGENCY": "Now.", "do": "later"}
    )
    client.post(at(visit, "told"), {"told": "letter", "whom_letter": "Both parents", "do": "later"})
    kept = fresh(visit)
    assert (kept.told, kept.told_whom, kept.ground_code, kept.ground_text) == (
        "letter",
        "Both parents",
        "",
        "",
    )


@pytest.mark.clause("TC-076", "TC-077", "PS-009", "AF-020")
def test_absence_asks_for_calls_and_each_is_noted_with_its_time(
    client, visit: Visit, cast: Cast, now
) -> None:
    client.post(at(visit, "reason"), {**good(cast, [cast.teacher])["reason"], "reason_code": "ABSENCE"})
    told = {"told": "call", "whom_call": "Maria Novak", "agreed_call": "on"}
    page = text(client.post(at(visit, "told"), told))
    assert error_of(page, "attempt-channel")
    assert "Note a call or message that brought no explanation." in page
    call = {
        "attempt-channel": "call",
        "attempt-result": "no_answer",
        "attempt-at_day": "2026-11-26",
        "attempt-at_time": "09:15",
    }
    page = text(client.post(at(visit, "told"), {**told, **call, "do": "attempt"}))
    noted = ContactAttempt.objects.get()
    assert (noted.visit, noted.channel, noted.by, noted.at) == (
        visit,
        "call",
        cast.teacher,
        now - dt.timedelta(minutes=45),
    )
    assert "<b>Call</b>, no answer" in page
    assert client.post(at(visit, "told"), told).status_code == 302


def test_call_begun_and_not_added_is_noted_by_continue(client, visit: Visit) -> None:
    call = {
        "attempt-channel": "text",
        "attempt-result": "voicemail",
        "attempt-at_day": "2026-11-25",
        "attempt-at_time": "17:00",
    }
    client.post(at(visit, "told"), {"told": "call", "whom_call": "Maria", "agreed_call": "on", **call})
    assert ContactAttempt.objects.get().channel == "text"


def test_call_without_a_result_or_in_the_future_is_refused_beside_its_field(client, visit: Visit) -> None:
    call = {
        "attempt-channel": "call",
        "attempt-at_day": "2026-11-27",
        "attempt-at_time": "09:15",
        "do": "attempt",
    }
    page = text(client.post(at(visit, "told"), {"told": "call", **call}))
    assert error_of(page, "attempt-result")
    assert "Enter a time that has passed" in page
    assert (ContactAttempt.objects.count(), fresh(visit).told) == (0, "call")


@pytest.mark.clause("TC-099", "PS-107", "SH-063")
def test_where_keeps_the_address_when_the_postcode_is_wrong(client, visit: Visit) -> None:
    page = text(
        client.post(
            at(visit, "where"), {"address": "9 New Road", "postcode": "banana", "to_see_text": "Aunt"}
        )
    )
    assert error_of(page, "postcode")
    assert 'value="banana"' in page
    assert (fresh(visit).address, fresh(visit).to_see_text) == ("9 New Road", "Aunt")


@pytest.mark.clause("PS-053", "PS-073", "PS-074", "PS-075")
def test_where_offers_only_adults_who_may_be_spoken_to(cast: Cast, client) -> None:
    pupil = make.a_pupil(cast)
    father = ContactFactory(trust=cast.trust, first_name="Jan", language="Polish", interpreter_needed=True)
    speaks = ContactLinkFactory(pupil=pupil, contact=father, relationship="father")
    barred = ContactLinkFactory(
        pupil=pupil, contact=ContactFactory(trust=cast.trust), may_be_discussed_with=False
    )
    visit = start(client, pupil)
    page = text(client.get(at(visit, "where")))
    assert "Parental responsibility. Speaks Polish, interpreter needed." in page
    assert (f'value="{speaks.pk}"' in page, f'value="{barred.pk}"' in page) == (True, False)
    assert f"Do not discuss the pupil with:</b> {barred}" in page
    client.post(
        at(visit, "where"), {"address": "1 Road", "postcode": "HR4 0AA", "to_see": [speaks.pk, barred.pk]}
    )
    assert barred not in fresh(visit).to_see.all()


@pytest.mark.clause("TC-098", "PS-110", "SH-064")
def test_when_is_filled_in_and_makes_the_four_times(cast: Cast, client, visit: Visit) -> None:
    page = text(client.get(at(visit, "when")))
    assert 'value="2026-11-26"' in page
    assert 'value="11:00"' in page
    assert f'value="{cast.policy.default_visit_minutes}"' in page
    client.post(
        at(visit, "when"), {"day": "2026-11-26", "start": "11:00", "stay": "45", "there": "20", "back": "25"}
    )
    kept = fresh(visit)
    minutes = [
        (t - kept.start_at).total_seconds() / 60 for t in (kept.depart_at, kept.end_at, kept.return_at)
    ]
    assert (kept.start_at, minutes) == (dt.datetime(2026, 11, 26, 11, tzinfo=dt.UTC), [-20, 45, 70])


def test_when_with_a_wrong_time_keeps_the_old_times_and_what_was_typed(client, visit: Visit) -> None:
    client.post(
        at(visit, "when"), {"day": "2026-11-26", "start": "11:00", "stay": "45", "there": "20", "back": "25"}
    )
    page = text(
        client.post(
            at(visit, "when"),
            {"day": "2026-11-27", "start": "noonish", "stay": "45", "there": "20", "back": "25"},
        )
    )
    assert error_of(page, "start")
    assert 'value="noonish"' in page
    assert fresh(visit).start_at == dt.datetime(2026, 11, 26, 11, tzinfo=dt.UTC)


def test_when_in_the_past_says_so_beside_the_day(client, visit: Visit) -> None:
    page = text(
        client.post(
            at(visit, "when"),
            {"day": "2026-11-25", "start": "11:00", "stay": "45", "there": "5", "back": "5"},
        )
    )
    assert error_of(page, "day")


@pytest.mark.clause("TC-103", "TC-104", "TC-105")
def test_questions_for_other_hours_come_only_with_other_hours(client, visit: Visit) -> None:
    assert "ooh_necessary" not in text(client.get(at(visit, "when")))
    late = {"day": "2026-11-26", "start": "17:00", "stay": "45", "there": "20", "back": "25"}
    page = text(client.post(at(visit, "when"), late))
    assert error_of(page, "ooh_necessary")
    assert error_of(page, "ooh_no_alternative")
    answers = {
        "ooh_necessary": "The parent works until five.",
        "ooh_no_alternative": "Calls brought nothing.",
    }
    assert client.post(at(visit, "when"), {**late, **answers}).status_code == 302
    assert fresh(visit).ooh_necessary == "The parent works until five."


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "2028-11-26"])
def test_day_far_off_is_refused_beside_its_field(client, visit: Visit, day: str) -> None:
    typed = {"day": day, "start": "11:00", "stay": "45", "there": "5", "back": "5"}
    page = text(client.post(at(visit, "when"), typed))
    assert error_of(page, "day")
    assert "Enter a day within the next year" in page


def test_address_that_names_no_visit_is_not_there(client, now) -> None:
    for ref in ("HV-NONE", "x%00y", "HV-" + "9" * 30, "%27--"):
        assert client.get(f"/visits/{ref}/").status_code == 404
