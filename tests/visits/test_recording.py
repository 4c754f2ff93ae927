"""The record through the browser's messages: drafts, rows without scripts, the gate's sentences, reading."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from homevisits.audit.models import Look
from homevisits.notices.models import Notice
from tests.cast import Cast, browser
from tests.factories import visits as make
from visits import transitions
from visits.models import Visit
from visits.states import State
from visits.writing import AgreedAction, VisitRecord

START = "2026-11-26 10:00"
ROWS = {
    "people-INITIAL_FORMS": "0",
    "people-TOTAL_FORMS": "1",
    "actions-INITIAL_FORMS": "0",
    "actions-TOTAL_FORMS": "1",
    "barriers-INITIAL_FORMS": "0",
    "barriers-TOTAL_FORMS": "1",
}
WHOLE = {
    "outcome": "completed",
    "place": "14 Larch Close",
    "people-0-name": "Maria Novak",
    "people-0-relationship": "mother",
    "pupil_seen": "in_home",
    "pupil_spoken": "with_adult",
    "discussed": "Mornings and the bus.",
    "facts": "The pupil was dressed and had eaten.",
    "opinions": "The family wants to work with us.",
    "nothing_agreed": "on",
    "concern": "no",
    "file_destination": "attendance",
}


@pytest.fixture
def visit(cast: Cast, clock) -> Visit:  # type: ignore[no-untyped-def]
    clock.set(START)
    return make.returned(cast)


def send(client: Client, visit: Visit, do: str, **typed: Any):  # type: ignore[no-untyped-def]
    return client.post(reverse("record", args=[visit.ref]), {**ROWS, **typed, "do": do})


def read(client: Client, visit: Visit) -> str:
    return client.get(reverse("record", args=[visit.ref])).content.decode()


def test_record_is_for_those_who_may_read_why(cast: Cast, visit: Visit) -> None:
    url = reverse("record", args=[visit.ref])
    before = {name: browser(person).get(url).status_code for name, person in cast.people.items()}
    assert before == {
        **dict.fromkeys(["teacher", "colleague", "dsl", "slt", "deputy", "head", "ewo", "ceo"], 200),
        **dict.fromkeys(["office", "attendance", "admin", "outsider"], 404),
    }


def test_only_those_who_went_get_the_form(cast: Cast, visit: Visit) -> None:
    forms = {
        n
        for n, p in cast.people.items()
        if b'name="facts"' in browser(p).get(f"/visits/{visit.ref}/record/").content
    }
    assert forms == {"teacher", "colleague"}


@pytest.mark.clause("CS-007", "CS-093", "TC-019", "TC-073", "TC-057")
def test_a_whole_record_finishes_the_visit(cast: Cast, visit: Visit) -> None:
    reply = send(browser(cast.teacher), visit, "finish", **WHOLE)
    assert reply.url == reverse("record", args=[visit.ref])
    assert Visit.objects.get(pk=visit.pk).state == State.RECORDED
    record = VisitRecord.objects.get(visit=visit)
    assert (record.file_destination, record.written_by, str(record.people_present.get())) == (
        "attendance",
        cast.teacher,
        "Maria Novak (mother)",
    )


@pytest.mark.clause("CS-008", "CS-017", "SH-077", "SH-078", "SH-079", "SH-080", "TC-072", "TC-066")
def test_finishing_says_at_each_field_what_is_missing(cast: Cast, visit: Visit) -> None:
    text = send(browser(cast.teacher), visit, "finish").content.decode()
    sentences = [
        "Say how the visit went.",
        "Say where it took place.",
        "List who was there, or tick that nobody was.",
        "Write the facts: what you saw and heard.",
        "Say whether there is a safeguarding concern.",
        "List what was agreed, or tick that nothing was.",
        "Say whether the pupil was seen and spoken to.",
        "Choose the file that the record goes on.",
    ]
    assert [sentence for sentence in sentences if text.count(sentence) != 2] == []
    assert "There is a problem" in text
    assert Visit.objects.get(pk=visit.pk).state == State.RETURNED_SAFE


@pytest.mark.clause("TC-072", "SH-020")
def test_a_pupil_who_was_not_seen_needs_a_reason(cast: Cast, visit: Visit) -> None:
    typed = WHOLE | {"pupil_seen": "not_seen", "pupil_spoken": "no"}
    client = browser(cast.teacher)
    assert (
        "Say why the pupil was not seen or not spoken to."
        in send(client, visit, "finish", **typed).content.decode()
    )
    send(client, visit, "finish", **typed, why_not="Asleep upstairs, mother said.")
    assert Visit.objects.get(pk=visit.pk).state == State.RECORDED


def test_keep_and_come_back_later_finds_every_word_again(cast: Cast, visit: Visit) -> None:
    client = browser(cast.teacher)
    reply = send(client, visit, "keep", facts="Two beds, both made.", opinions="They try.", concern="no")
    assert reply.url == visit.get_absolute_url()
    again = read(client, visit)
    assert "Two beds, both made." in again
    assert "They try." in again
    assert Visit.objects.get(pk=visit.pk).state == State.RETURNED_SAFE


def test_a_bad_date_is_said_at_its_field_and_all_the_rest_is_kept(cast: Cast, visit: Visit) -> None:
    typed = {
        "facts": "Warm flat.",
        "actions-0-what": "Breakfast club",
        "actions-0-owner": "School",
        "actions-0-due_on": "soon",
    }
    text = send(browser(cast.teacher), visit, "keep", **typed).content.decode()
    assert 'value="soon"' in text
    assert 'aria-invalid="true"' in text
    assert VisitRecord.objects.get(visit=visit).facts == "Warm flat."


def test_half_an_agreement_is_asked_for_in_full(cast: Cast, visit: Visit) -> None:
    text = send(
        browser(cast.teacher), visit, "finish", **WHOLE, **{"actions-0-what": "Breakfast club"}
    ).content.decode()
    assert "Say who does it" in text
    assert "Enter the day by when" in text
    assert Visit.objects.get(pk=visit.pk).state == State.RETURNED_SAFE


def test_rows_are_added_without_scripts_and_nothing_typed_is_lost(cast: Cast, visit: Visit) -> None:
    client = browser(cast.teacher)
    text = send(
        client,
        visit,
        "add_person",
        facts="Warm flat.",
        **{"people-0-name": "Maria", "actions-0-what": "Club"},
    ).content.decode()
    assert 'name="people-1-name"' in text
    assert 'name="actions-1-what"' not in text
    assert 'value="Maria"' in text
    assert 'value="Club"' in text
    assert "Warm flat." in text
    assert VisitRecord.objects.get(visit=visit).facts == "Warm flat."


@pytest.mark.clause("SH-080", "CS-097", "TC-212")
def test_agreements_have_an_owner_and_a_day(cast: Cast, visit: Visit) -> None:
    typed = {k: v for k, v in WHOLE.items() if k != "nothing_agreed"}
    rows = {
        "actions-0-what": "Breakfast club",
        "actions-0-owner": "Ms Whitlock",
        "actions-0-due_on": "2026-11-30",
    }
    send(browser(cast.teacher), visit, "finish", **typed, **rows)
    agreed = AgreedAction.objects.get(record__visit=visit)
    assert (agreed.what, agreed.owner, agreed.due_on) == (
        "Breakfast club",
        "Ms Whitlock",
        dt.date(2026, 11, 30),
    )


BARRIER = {"barriers-0-text": "The bus comes too late.", "barriers-0-kind": "practical"}
HELP = {"barriers-0-what": "A place on the early bus", "barriers-0-owner": "Ms Whitlock"}


@pytest.mark.clause("AF-061", "AF-062", "TC-084")
def test_a_barrier_is_finished_only_with_what_is_done_by_whom_and_by_when(cast: Cast, visit: Visit) -> None:
    client = browser(cast.teacher)
    text = send(client, visit, "finish", **WHOLE, **BARRIER).content.decode()
    assert text.count("Say what is done about it, by whom and by when") == 2
    assert (
        "Enter the day by when" in send(client, visit, "finish", **WHOLE, **BARRIER, **HELP).content.decode()
    )
    assert Visit.objects.get(pk=visit.pk).state == State.RETURNED_SAFE
    assert "The bus comes too late." in read(client, visit)
    send(client, visit, "finish", **WHOLE, **BARRIER, **HELP, **{"barriers-0-due_on": "2026-12-03"})
    assert Visit.objects.get(pk=visit.pk).state == State.RECORDED
    agreed = AgreedAction.objects.get(record__visit=visit)
    assert (str(agreed.barrier), agreed.what, agreed.owner, agreed.due_on) == (
        "Practical: The bus comes too late.",
        "A place on the early bus",
        "Ms Whitlock",
        dt.date(2026, 12, 3),
    )
    shown = read(browser(cast.head), visit)
    assert [one for one in ("Practical: The bus comes too late.", "About: The bus") if one not in shown] == []


def test_a_barrier_row_more_loses_nothing_and_what_is_done_needs_its_barrier(
    cast: Cast, visit: Visit
) -> None:
    client = browser(cast.teacher)
    text = send(client, visit, "add_barrier", **BARRIER).content.decode()
    assert ('name="barriers-1-text"' in text, 'name="actions-1-what"' in text) == (True, False)
    assert "The bus comes too late." in text
    text = send(client, visit, "keep", **HELP, **{"barriers-0-due_on": "2026-12-03"}).content.decode()
    assert "Say what keeps the pupil from attending" in text


def test_another_of_the_party_does_not_write_over_words_unseen(cast: Cast, visit: Visit) -> None:
    hers = browser(cast.colleague)
    opened = read(hers, visit).split('name="seen" value="')[1].split('"')[0]
    send(browser(cast.teacher), visit, "keep", facts="Written by the lead.")
    reply = send(hers, visit, "keep", facts="Hers.", seen=opened)
    text = reply.content.decode()
    assert reply.status_code == 409
    assert "P. Teacher wrote in this record after you opened it." in text
    assert "Written by the lead." in text
    assert "Hers." in text
    assert VisitRecord.objects.get(visit=visit).facts == "Written by the lead."
    now_seen = text.split('name="seen" value="')[1].split('"')[0]
    send(hers, visit, "keep", facts="Written by the lead. And hers.", seen=now_seen)
    assert VisitRecord.objects.get(visit=visit).facts == "Written by the lead. And hers."


def test_an_older_page_does_not_untick_that_somebody_intervened(cast: Cast, visit: Visit) -> None:
    hers = browser(cast.colleague)
    opened = read(hers, visit).split('name="seen" value="')[1].split('"')[0]
    send(browser(cast.teacher), visit, "keep", had_intervention="on")
    assert send(hers, visit, "keep", seen=opened).status_code == 409
    assert VisitRecord.objects.get(visit=visit).had_intervention


@pytest.mark.clause("TC-164", "CS-069")
def test_not_safe_in_the_record_is_told_once(cast: Cast, visit: Visit) -> None:
    for _ in range(2):
        send(browser(cast.teacher), visit, "keep", outcome="unsafe", outcome_text="Said so.")
    told = Notice.objects.filter(key__contains=":outcome_unsafe:", channel="in_app", is_urgent=True)
    assert sorted(n.recipient.last_name for n in told) == ["Head", "Office"]
    assert visit.events.filter(kind="outcome").count() == 1


@pytest.mark.clause("PS-082", "PS-083")
def test_a_child_alone_in_the_record_is_an_alarm_once_as_from_the_phone(cast: Cast, visit: Visit) -> None:
    for _ in range(2):
        send(browser(cast.teacher), visit, "keep", outcome="child_alone", outcome_text="Said so.")
    alarm = visit.alarms.get()
    told = Notice.objects.filter(alarm=alarm.uuid, channel="in_app")
    assert sorted(n.recipient.last_name for n in told) == ["Dsl", "Head", "Office"]
    assert visit.events.filter(kind="outcome").count() == 1


@pytest.mark.clause("SH-020", "SH-045")
@pytest.mark.parametrize(("seen", "hear"), [("not_seen", {"Dsl", "Deputy"}), ("in_home", set())])
def test_the_dsl_team_is_told_that_the_pupil_was_not_seen(
    cast: Cast, visit: Visit, seen: str, hear: set[str]
) -> None:
    said = WHOLE | {"pupil_seen": seen, "pupil_spoken": "no", "why_not": "Stayed in the bedroom."}
    send(browser(cast.teacher), visit, "finish", **said)
    assert Visit.objects.get(pk=visit.pk).state == State.RECORDED
    told = Notice.objects.filter(subject=f"{visit.ref}: the pupil was not seen")
    assert {n.recipient.last_name for n in told} == hear
    assert not told.filter(body__contains="bedroom").exists()


def test_any_other_outcome_in_the_record_is_told_to_nobody(cast: Cast, visit: Visit) -> None:
    send(browser(cast.teacher), visit, "keep", outcome="nobody_in")
    assert not Notice.objects.filter(key__contains=":outcome_").exists()


def test_only_the_lead_finishes_and_the_other_is_told_so(cast: Cast, visit: Visit) -> None:
    assert "Only the lead visitor can finish the record." in read(browser(cast.colleague), visit)
    text = send(browser(cast.colleague), visit, "finish", **WHOLE).content.decode()
    assert "Only the lead visitor can finish the record." in text
    assert Visit.objects.get(pk=visit.pk).state == State.RETURNED_SAFE


def test_a_draft_keeps_itself_while_it_is_written(cast: Cast, visit: Visit) -> None:
    url = reverse("record", args=[visit.ref])
    reply = browser(cast.teacher).post(url, {**ROWS, "facts": "Half a"}, headers={"HX-Request": "true"})
    assert "Draft kept <time" in reply.content.decode()
    assert VisitRecord.objects.get(visit=visit).facts == "Half a"


@pytest.mark.clause("TC-209", "TC-210", "CS-018")
def test_the_policys_reminders_for_writing_stand_on_top(cast: Cast, visit: Visit) -> None:
    assert "Write in detail and stick to facts." in read(browser(cast.teacher), visit)


@pytest.mark.clause("TC-108")
def test_identity_cards_are_asked_about_on_a_first_visit_only(cast: Cast, visit: Visit) -> None:
    assert 'name="id_shown"' in read(browser(cast.teacher), visit)
    transitions.keep_record(visit=visit, by=cast.teacher, now=visit.returned_at, values={})
    Visit.objects.filter(pk=visit.pk).update(arrived_at=visit.returned_at)
    second = make.returned(cast, pupil=visit.pupils.get())
    assert 'name="id_shown"' not in read(browser(cast.teacher), second)


@pytest.mark.clause("CS-008", "CS-096")
def test_a_finished_record_is_read_with_facts_and_opinions_apart(cast: Cast, visit: Visit) -> None:
    send(browser(cast.teacher), visit, "finish", **WHOLE)
    text = read(browser(cast.head), visit)
    facts, opinions = text.split('id="facts"')[1].split('id="opinions"')
    assert "The pupil was dressed and had eaten." in facts
    assert "The family wants to work with us." not in facts
    assert "The family wants to work with us." in opinions
    assert Look.objects.filter(by=cast.head, what="record", ref=visit.ref).count() == 1


def test_what_was_typed_after_another_finished_is_not_lost(cast: Cast, visit: Visit) -> None:
    send(browser(cast.teacher), visit, "finish", **WHOLE)
    reply = send(browser(cast.colleague), visit, "keep", facts="Typed too late.")
    assert reply.status_code == 409
    assert "This visit is recorded: P. Teacher" in reply.content.decode()
    assert "Typed too late." in reply.content.decode()


@pytest.mark.parametrize("state", [State.REQUESTED, State.LOGGED, State.CANCELLED])
def test_there_is_no_record_before_a_visit(cast: Cast, clock, state: str) -> None:
    clock.set(START)
    assert "There is no record" in read(browser(cast.teacher), make.in_state(cast, state))
