"""What the PDFs say to whom, how they are made once, and how they are served."""

import datetime as dt
import io
from collections.abc import Callable

import pytest
from django.db import connection
from django.urls import reverse
from pypdf import PdfReader

from homevisits import making, pdf
from homevisits.people.models import Staff
from tests.cast import Cast, browser
from tests.factories import visits as make
from tests.factories.people import HouseholdWarningFactory
from visits import documents, pupil_file, tasks, transitions
from visits.codeword import set_code_word
from visits.models import Visit
from visits.paper import spoken
from visits.states import State
from visits.story import Document

START = "2026-11-26 10:00"
SECRET = "Is the purple folder on my desk?"
HOSTILE = "<img src=file:///etc/passwd><link rel=attachment href=file:///etc/passwd><style>p{background:url(http://127.0.0.1:9/)}</style>"


@pytest.fixture
def now(clock):  # type: ignore[no-untyped-def]
    return clock.set(START)


@pytest.fixture
def instant(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """PDFs made at once, for tests of what is asked and served; gives back each page's HTML."""
    pages: list[str] = []
    monkeypatch.setattr(pdf, "render", lambda html, **_: pages.append(html) or b"%PDF-1.7 made")
    return pages


def text_of(copy: Document) -> list[str]:
    """What stands on each page."""
    copy.refresh_from_db()
    assert copy.state == Document.State.READY, copy.failure
    reader = PdfReader(io.BytesIO(bytes(copy.pdf or b"")))
    return [" ".join(page.extract_text().split()) for page in reader.pages]


def made(visit: Visit, kind: str, by: Staff, now: dt.datetime, **options: bool) -> Document:
    copy = documents.ask(visit=visit, kind=kind, by=by, now=now, **options)
    with connection.cursor() as cursor:  # the child takes its time, and this test is one transaction
        cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
    documents.make(copy.pk)
    return copy


@pytest.mark.clause("TC-097", "TC-098", "TC-099", "TC-100", "TC-102", "AF-068", "PS-001", "TC-001")
def test_appointment_form_holds_who_when_where_and_why(cast: Cast, now) -> None:
    set_code_word(school=cast.school, word=SECRET, by=cast.office, now=now)
    visit = make.logged(cast)
    HouseholdWarningFactory(household=visit.household, author=cast.dsl)
    pages = text_of(made(visit, "appointment", cast.teacher, now))
    whole = " ".join(pages)
    expected = [
        visit.ref,
        cast.school.name,
        "Home visit appointment form",
        "Thu 26 Nov 2026",
        "10:10 to 10:40",
        "10:55",
        str(visit.pupils.get()),
        visit.address,
        visit.postcode,
        "Persistently low attendance",
        visit.purpose,
        "Meetings in school were offered",
        "Pat Teacher",
        "Pat Colleague",
        "Enhanced DBS check",
        "Dog: ask for it",
        "11:10 Office",
        "Pat Head",
        "I carry my identity card.",
    ]
    assert [part for part in expected if part not in whole] == []
    assert "purple" not in whole
    footer = f"{cast.policy} · Printed by P. Teacher, 26 Nov 2026 10:00"
    assert [footer in page and f"Page {n} of {len(pages)}" in page for n, page in enumerate(pages, 1)] == [
        True
    ] * len(pages)


@pytest.mark.clause("TC-019", "TC-073", "CS-093", "CS-096", "CS-097", "SH-077", "SH-078")
def test_the_record_prints_facts_and_opinions_in_blocks_apart(cast: Cast, now) -> None:
    set_code_word(school=cast.school, word=SECRET, by=cast.office, now=now)
    visit = make.returned(cast)
    transitions.keep_record(
        visit=visit,
        by=cast.teacher,
        now=now,
        outcome="completed",
        people=[("Maria Novak", "mother")],
        actions=[("Breakfast club", "Ms Whitlock", dt.date(2026, 11, 30))],
        barriers=[("practical", "No bus.", ("Early bus", "Mr Kent", dt.date(2026, 12, 3)))],
        values=make.record_facts(visit)
        | {"facts": f"Two beds. {HOSTILE}", "nothing_agreed": False, "pupil_words": "“The bus.”"},
    )
    transitions.record(visit=visit, by=cast.teacher, now=now)
    copy = made(visit, "record", cast.head, now)
    whole = " ".join(text_of(copy))
    facts, opinions = whole.split("Facts: what was seen and heard")[1].split(
        "Opinion: the visitors’ professional view"
    )
    assert "Two beds." in facts
    assert "The family wants to work with us." not in facts
    assert "The family wants to work with us." in opinions
    assert "<img src=file:///etc/passwd>" in facts  # as the words that they are
    assert "root:" not in whole
    assert [
        p
        for p in ("Maria Novak (mother)", "“The bus.”", "No bus. Mr Kent 3 Dec 2026", "Printed by P. Head")
        if p not in whole
    ] == []
    assert "purple" not in whole


@pytest.mark.clause("PS-103")
def test_the_offices_copy_leaves_out_why(cast: Cast, now) -> None:
    visit = make.logged(
        cast,
        told="no",
        ground_code="SAFEGUARDING",
        ground_text="Bruises seen",
        reason_code="SAFEGUARDING",
        concern_text="Bruises",
        dsl_absent_reason="Away",
    )
    whole = str(documents.words(visit, "appointment", for_office=True))
    full = str(documents.words(visit, "appointment"))
    secrets = [
        visit.purpose,
        visit.why_necessary,
        "Safeguarding concern",
        "immediate concern",
        "Bruises",
        "Known family, quiet street.",
    ]
    assert [s for s in secrets if s in whole] == []
    assert [s for s in secrets if s not in full] == []
    assert [s for s in (visit.address, "Pat Teacher", "10:10 to 10:40") if s not in whole] == []


@pytest.mark.parametrize(
    "cast", ["aspirational_futures", "poulton_le_sands", "three_counties"], indirect=True
)
def test_every_preset_fills_the_form(cast: Cast, now) -> None:
    said = documents.words(make.logged(cast), "appointment")
    assert said["policy"] == str(cast.policy)
    assert [name for name, _ in said["safety"]] == [
        "Risk assessment",
        "Check-in",
        "Wait at the door",
        "If not back",
    ]
    assert said["checks"] != []


def test_a_request_that_is_not_authorised_says_so(cast: Cast, now) -> None:
    said = documents.words(make.requested(cast), "appointment")
    assert said["authorised"] == [("The visit", "Not authorised yet. Nobody goes.")]


@pytest.mark.clause("TC-122", "TC-259")
def test_the_ladder_on_the_form_is_that_of_whoever_goes(cast: Cast, now) -> None:
    pair = dict(documents.words(make.logged(cast), "appointment")["safety"])["If not back"]
    ewo = make.logged(cast, by=cast.ewo, party=[cast.ewo], lone_reason="One adult is enough.")
    alone = dict(documents.words(ewo, "appointment")["safety"])["If not back"]
    assert "11:20 Headteacher/Head of School;" in pair
    assert "11:20 Executive Headteacher/CEO and Headteacher/Head of School;" in alone


def test_words_do_not_change_with_the_clock_or_the_reader(cast: Cast, clock) -> None:
    visit = make.logged(cast, now=clock.set(START))
    before = documents.digest(documents.words(visit, "appointment"))
    clock.advance(minutes=40)
    assert documents.digest(documents.words(Visit.objects.get(pk=visit.pk), "appointment")) == before


def test_logging_and_recording_ask_for_their_documents(cast: Cast, now) -> None:
    visit = make.recorded(cast)
    assert sorted(visit.documents.values_list("kind", "printed_by__email")) == [
        ("appointment", cast.office.email),
        ("record", cast.teacher.email),
    ]


def test_asking_twice_is_one_copy_and_a_change_another(cast: Cast, now) -> None:
    visit = make.logged(cast)
    first = documents.ask(visit=visit, kind="appointment", by=cast.teacher, now=now)
    assert documents.ask(visit=visit, kind="appointment", by=cast.teacher, now=now) == first
    HouseholdWarningFactory(household=visit.household, author=cast.dsl)
    assert documents.ask(visit=visit, kind="appointment", by=cast.teacher, now=now) != first


def test_a_worker_that_is_told_after_the_commit_makes_it(
    cast: Cast, now, instant, django_capture_on_commit_callbacks, monkeypatch
) -> None:
    handed: list[int] = []
    monkeypatch.setattr(making.celery_app, "send_task", lambda name, args, **_: handed.append((name, *args)))
    with django_capture_on_commit_callbacks(execute=True):
        copy = documents.ask(visit=make.logged(cast), kind="appointment", by=cast.teacher, now=now)
    assert ("visits.tasks.make_document", copy.pk) in handed
    tasks.make_document(copy.pk)
    copy.refresh_from_db()
    assert (copy.state, bytes(copy.pdf)) == ("ready", b"%PDF-1.7 made")


def test_no_broker_is_no_harm(cast: Cast, now, monkeypatch) -> None:
    def dead(*args: object, **kwargs: object) -> None:
        raise making.KombuError("away")

    monkeypatch.setattr(making.celery_app, "send_task", dead)
    documents.hand_over(1)


def test_a_copy_that_somebody_is_making_is_not_made_again_until_the_lease_is_over(
    cast: Cast, clock, instant
) -> None:
    now = clock.set(START)
    copy = documents.ask(visit=make.logged(cast), kind="appointment", by=cast.teacher, now=now)
    Document.objects.filter(pk=copy.pk).update(state="making", started_at=now)
    documents.make(copy.pk)
    assert instant == []
    clock.advance(seconds=46)
    documents.make(copy.pk)
    assert len(instant) == 1


def test_a_maker_who_lost_the_lease_writes_nothing(cast: Cast, clock, monkeypatch) -> None:
    now = clock.set(START)
    copy = documents.ask(visit=make.logged(cast), kind="appointment", by=cast.teacher, now=now)
    other = now + dt.timedelta(seconds=50)

    def slow(html: str) -> bytes:
        Document.objects.filter(pk=copy.pk).update(started_at=other)
        return b"%PDF-1.7 late"

    monkeypatch.setattr(pdf, "render", slow)
    documents.make(copy.pk)
    copy.refresh_from_db()
    assert (copy.state, copy.started_at, copy.pdf) == ("making", other, None)


def test_a_failure_is_a_sentence_and_can_be_tried_again(cast: Cast, now, monkeypatch) -> None:
    def fails(html: str) -> bytes:
        raise pdf.NotMade("Making the PDF took longer than 20 seconds and was stopped.")

    visit = make.logged(cast)
    client, url = browser(cast.teacher), reverse("appointment_pdf", args=[visit.ref])
    client.get(url)
    copy = Document.objects.get(printed_by=cast.teacher)
    monkeypatch.setattr(pdf, "render", fails)
    documents.make(copy.pk)
    failed = client.get(url)
    assert "took longer than 20 seconds and was stopped." in failed.content.decode()
    assert "Refresh" not in failed
    assert client.post(url).url == url
    copy.refresh_from_db()
    assert (copy.state, copy.failure) == ("queued", "")


def test_a_mistake_of_ours_is_a_failure_too(cast: Cast, now, monkeypatch) -> None:
    copy = documents.ask(visit=make.logged(cast), kind="appointment", by=cast.teacher, now=now)
    monkeypatch.setattr(pdf, "render", lambda html: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        documents.make(copy.pk)
    copy.refresh_from_db()
    assert (copy.state, copy.failure) == ("failed", "The document could not be made.")


def test_the_page_waits_then_serves(cast: Cast, now, instant) -> None:
    visit = make.logged(cast)
    client, url = browser(cast.teacher), reverse("appointment_pdf", args=[visit.ref])
    waiting = client.get(url)
    assert (waiting.status_code, waiting["Refresh"]) == (202, "2")
    assert "Being made." in waiting.content.decode()
    documents.make(Document.objects.get(printed_by=cast.teacher).pk)
    served = client.get(url)
    assert (served["Content-Type"], served["Cache-Control"], served.content) == (
        "application/pdf",
        "no-store",
        b"%PDF-1.7 made",
    )
    assert served["Content-Disposition"] == f'inline; filename="{visit.ref}-appointment.pdf"'
    assert "Printed by P. Teacher, 26 Nov 2026 10:00" in instant[0]


@pytest.fixture
def in_this_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    """The page's background thread, run on the test's own connection."""

    class Now:
        def __init__(self, target: Callable[..., None], args: tuple[int], **_: object) -> None:
            self.run = lambda: target(*args)

        def start(self) -> None:
            self.run()

    monkeypatch.setattr(making.threading, "Thread", Now)
    monkeypatch.setattr(making.connection, "close", lambda: None)


def test_with_every_worker_dead_the_waiting_page_makes_it_once(
    cast: Cast, clock, instant, in_this_thread
) -> None:
    visit = make.logged(cast, now=clock.set(START))
    client, url = browser(cast.teacher), reverse("appointment_pdf", args=[visit.ref])
    client.get(url)
    clock.advance(seconds=2)
    client.get(url)
    assert instant == []
    clock.advance(seconds=2)
    client.get(url)
    assert client.get(url).content == b"%PDF-1.7 made"
    assert len(instant) == 1


def test_who_gets_which_appointment_form(cast: Cast, now, instant) -> None:
    visit = make.logged(cast)
    url = reverse("appointment_pdf", args=[visit.ref])
    statuses = {name: browser(person).get(url).status_code for name, person in cast.people.items()}
    assert {n for n, status in statuses.items() if status == 404} == {"attendance", "admin", "outsider"}
    office = visit.documents.filter(for_office=True)
    assert list(office.values_list("printed_by__email", flat=True)) == [cast.office.email]


def test_who_gets_the_record(cast: Cast, now, instant) -> None:
    visit = make.recorded(cast)
    url = reverse("record_pdf", args=[visit.ref])
    statuses = {name: browser(person).get(url).status_code for name, person in cast.people.items()}
    assert {n for n, status in statuses.items() if status == 404} == {
        "office",
        "attendance",
        "admin",
        "outsider",
    }


@pytest.mark.parametrize("state", [State.LOGGED, State.IN_PROGRESS, State.RETURNED_SAFE])
def test_there_is_no_record_to_print_before_it_is_finished(cast: Cast, now, state: str) -> None:
    visit = make.in_state(cast, state)
    assert browser(cast.teacher).get(reverse("record_pdf", args=[visit.ref])).status_code == 404


def test_a_kept_copy_opens_for_those_who_may_read_it(cast: Cast, now, instant) -> None:
    visit = make.recorded(cast)
    for copy in visit.documents.all():
        documents.make(copy.pk)
    form = visit.documents.get(kind="appointment")
    record = visit.documents.get(kind="record")
    seen = {
        copy.kind: {
            n
            for n, p in cast.people.items()
            if browser(p).get(reverse("document", args=[copy.uuid])).status_code == 200
        }
        for copy in (form, record)
    }
    numbers = {"teacher", "colleague", "dsl", "slt", "deputy", "head"}  # the form has the visitors' mobiles
    assert seen == {"appointment": numbers, "record": numbers | {"ewo", "ceo"}}
    assert list(documents.kept(visit, cast.office)) == []


def test_the_pupils_file_lists_what_the_reader_may_open(cast: Cast, now, instant) -> None:
    visit = make.recorded(cast)
    office_copy = documents.ask(visit=visit, kind="appointment", by=cast.office, now=now, for_office=True)
    for copy in visit.documents.all():
        documents.make(copy.pk)
    url = reverse("pupil", args=[visit.pupils.get().pk])
    shown = {
        name: browser(person).get(url).content.decode()
        for name, person in cast.people.items()
        if name in {"head", "office"}
    }
    links = {copy.pk: reverse("document", args=[copy.uuid]) for copy in visit.documents.all()}
    assert {pk for pk, link in links.items() if link in shown["head"]} == set(links)
    assert {pk for pk, link in links.items() if link in shown["office"]} == {office_copy.pk}


def test_the_pupils_file_costs_the_same_for_one_visit_and_for_many(
    cast: Cast, now, django_assert_num_queries
) -> None:
    pupil = make.requested(cast).pupils.get()
    for _ in range(3):
        make.requested(cast, pupil=pupil)
    with django_assert_num_queries(3):
        panel = pupil_file.visits_of(pupil, cast.head)
        assert panel is not None
        assert [visit.papers for visit in panel[1]["visits"]] == [[], [], [], []]


def test_responders_sheet_holds_whom_to_look_for_and_where_and_never_why(cast: Cast, now) -> None:
    visit = make.fresh(make.out(cast, now=now))
    HouseholdWarningFactory(household=visit.household, author=cast.dsl)
    transitions.ask_for_help(visit=visit, by=cast.teacher, now=now)
    whole = " ".join(text_of(made(visit, "responders", cast.office, now)))
    numbers = [spoken(attendee.phone) for attendee in visit.party]
    people = ["Pat Teacher", "Pat Colleague", "Pat Office", *numbers]
    for words in (
        visit.ref,
        cast.school.name,
        visit.address,
        visit.postcode,
        "asked for help at 10:00",
        *people,
    ):
        assert words in whole
    for words in (visit.purpose, visit.why_necessary, str(visit.pupils.get())):
        assert words not in whole
