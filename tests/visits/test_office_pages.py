"""The office's pages: the list, the log, the call, who is back. Who, where and when; never why."""

import datetime as dt
import re

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from homevisits.audit.models import Look
from homevisits.people.models import Staff
from tests.cast import PARTS, Cast
from tests.factories import visits as make
from tests.factories.people import VehicleFactory
from tests.factories.visits import fresh
from tests.visits.alarming import told
from visits import transitions
from visits.codeword import read_code_word
from visits.models import Attendee, Visit
from visits.states import State

PRESETS = ["three_counties", "poulton_le_sands", "aspirational_futures"]
CANARY = {
    "purpose": "Canarypurpose in more than twenty letters", "why_necessary": "Canarynecessary",
    "alternatives": "Canaryother", "lone_reason": "Canarylone", "concern_text": "Canaryconcern",
}  # fmt: skip
WORD = "Is the blue folder on my desk?"


def text(reply: HttpResponse) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", reply.content.decode())).replace(" )", ")")


def log_form(cast: Cast, visit: Visit, **more: object) -> dict[str, object]:
    """What the office fills in, as its form posts it."""
    posted: dict[str, object] = {
        "do": "log",
        "checkin_colleague": cast.office.pk,
        "word": WORD,
        "word_for": "school",
    }
    for attendee in visit.attendees.all():
        posted |= {f"person{attendee.pk}-phone": "07700 900111", f"person{attendee.pk}-travel": "walks"}
    return posted | more


def sent(client: Client, staff: Staff, path: str, **data: object) -> HttpResponse:
    client.force_login(staff)
    return client.post(path, data)


# --- The log --------------------------------------------------------------------------------------


@pytest.mark.clause("AF-014", "PS-062", "SH-065")
@pytest.mark.parametrize("cast", PRESETS, indirect=True)
def test_office_logs_a_visit_on_each_policy(cast: Cast, now, client: Client) -> None:
    visit = make.authorised(cast, now=now)
    reply = sent(client, cast.office, f"/visits/{visit.ref}/log/", **log_form(cast, visit))
    assert (reply.status_code, reply["Location"]) == (302, "/desk/")
    logged = fresh(visit)
    assert (logged.state, logged.logged_by) == (State.LOGGED, cast.office)
    assert {str(a.phone) for a in logged.party} == {"+447700900111"}
    assert f"{visit.ref} is logged. They leave at 10:00. From now on its return is watched." in text(
        client.get("/desk/")
    )


MISSING = [
    ("phone", "Enter P. Teacher’s mobile number"),
    ("travel", "Say how P. Teacher travels"),
    ("checkin_colleague", "Choose who makes the check-in call, or say why nobody can"),
    ("word", "Set a code word before the visit is logged"),
]


@pytest.mark.clause("TC-166", "TC-168", "TC-172")
@pytest.mark.parametrize(("field", "sentence"), MISSING)
def test_log_asks_for_what_the_policy_wants_and_keeps_what_was_typed(
    cast: Cast, now, client: Client, field: str, sentence: str
) -> None:
    visit = make.authorised(cast, now=now)
    lead = visit.attendees.get(is_lead=True)
    name = field if field in {"checkin_colleague", "word"} else f"person{lead.pk}-{field}"
    posted = log_form(cast, visit) | {"no_colleague_reason": "", name: ""}
    other = visit.attendees.get(is_lead=False)
    posted[f"person{other.pk}-phone"] = "07700 900222"
    reply = sent(client, cast.office, f"/visits/{visit.ref}/log/", **posted)
    html = reply.content.decode()
    assert f">{sentence}</a>" in html  # in the summary on top
    assert sentence in html.split('class="field-error"')[1]  # beside the field
    assert "07700 900222" in html
    assert fresh(visit).state == State.AUTHORISED


def test_log_takes_a_reason_in_place_of_a_colleague(cast: Cast, now, client: Client) -> None:
    visit = make.authorised(cast, now=now)
    posted = log_form(cast, visit, checkin_colleague="", no_colleague_reason="All others teach.")
    assert sent(client, cast.office, f"/visits/{visit.ref}/log/", **posted).status_code == 302
    assert fresh(visit).no_colleague_reason == "All others teach."


@pytest.mark.clause("TC-173", "TC-174", "TC-175", "TC-176")
def test_log_takes_the_persons_own_car_or_another(cast: Cast, now, client: Client) -> None:
    car = VehicleFactory(staff=cast.teacher)
    visit = make.authorised(cast, now=now)
    lead, second = visit.attendees.order_by("-is_lead")
    drives = {f"person{one.pk}-travel": "drives" for one in (lead, second)}
    untold = sent(client, cast.office, f"/visits/{visit.ref}/log/", **log_form(cast, visit, **drives))
    assert (
        untold.content.decode().count("Enter P. Colleague’s car: make, model, colour and registration") == 2
    )
    assert fresh(visit).state == State.AUTHORISED
    cars = {f"person{lead.pk}-car": car.pk, f"person{second.pk}-vehicle_text": "Red Mini, AB12 CDE"}
    worn = {f"person{lead.pk}-wears": "Navy coat"}
    sent(client, cast.office, f"/visits/{visit.ref}/log/", **log_form(cast, visit, **drives, **cars, **worn))
    assert [a.car for a in fresh(visit).party] == [str(car), "Red Mini, AB12 CDE"]
    assert [a.wears for a in fresh(visit).party] == ["Navy coat", ""]


@pytest.mark.clause("PS-128", "PS-130")
def test_log_refuses_the_printed_example_as_code_word(cast: Cast, now, client: Client) -> None:
    visit = make.authorised(cast, now=now)
    posted = log_form(cast, visit, word="The petrol light is on")
    reply = sent(client, cast.office, f"/visits/{visit.ref}/log/", **posted)
    assert "the petrol light is the example that is printed in policies" in text(reply)
    assert "It must sound ordinary" in text(reply)
    assert not visit.school.code_words.exists()


@pytest.mark.parametrize("word_for", ["school", "visit"])
def test_log_sets_the_code_word_for_the_school_or_the_visit(
    cast: Cast, now, client: Client, word_for: str
) -> None:
    visit = make.authorised(cast, now=now)
    sent(client, cast.office, f"/visits/{visit.ref}/log/", **log_form(cast, visit, word_for=word_for))
    word = cast.school.code_words.get()
    assert word.visit == (visit if word_for == "visit" else None)
    assert read_code_word(visit, by=cast.office) == WORD
    events = " ".join(f"{event.sentence} {event.detail}" for event in visit.events.all())
    assert "folder" not in events


def test_visitor_fills_in_beforehand_but_cannot_log(cast: Cast, now, client: Client) -> None:
    visit = make.authorised(cast, now=now)
    client.force_login(cast.teacher)
    page = client.get(f"/visits/{visit.ref}/log/")
    assert "Only the office can log a visit; nobody logs their own." in text(page)
    assert 'value="school"' not in page.content.decode()
    posted = log_form(cast, visit, word_for="visit")
    refused = client.post(f"/visits/{visit.ref}/log/", posted)
    assert (refused.status_code, fresh(visit).state) == (409, State.AUTHORISED)
    kept = client.post(f"/visits/{visit.ref}/log/", posted | {"do": "keep"}, follow=True)
    assert f"What you filled in for {visit.ref} is kept." in text(kept)
    assert {str(a.phone) for a in fresh(visit).party} == {"+447700900111"}


def test_log_of_a_request_can_be_kept_and_not_logged(cast: Cast, now, client: Client) -> None:
    visit = make.requested(cast, now=now)
    client.force_login(cast.office)
    page = client.get(f"/visits/{visit.ref}/log/")
    assert "The visit is not authorised yet." in text(page)
    refused = client.post(f"/visits/{visit.ref}/log/", log_form(cast, visit))
    assert (refused.status_code, fresh(visit).state) == (409, State.REQUESTED)
    assert "07700 900111" in refused.content.decode()


@pytest.mark.clause("TC-106")
def test_log_out_of_hours_asks_for_a_responsible_contact(cast: Cast, now, client: Client) -> None:
    evening = make.plan(now + dt.timedelta(hours=7))
    visit = make.authorised(cast, now=now, **evening, ooh_necessary="Works by day", ooh_no_alternative="None")
    lacking = sent(client, cast.office, f"/visits/{visit.ref}/log/", **log_form(cast, visit))
    assert "responsible_contact" in lacking.context["form"].errors
    chosen = {
        int(str(key)) for key, _ in lacking.context["form"].fields["responsible_contact"].choices if key
    }
    assert not chosen & {cast.teacher.pk, cast.colleague.pk, cast.outsider.pk}
    posted = log_form(cast, visit, responsible_contact=cast.slt.pk)
    sent(client, cast.office, f"/visits/{visit.ref}/log/", **posted)
    assert (fresh(visit).state, fresh(visit).responsible_contact) == (State.LOGGED, cast.slt)


# --- Never why ------------------------------------------------------------------------------------


@pytest.mark.clause("PS-103")
def test_no_page_of_the_office_says_why(cast: Cast, now, client: Client) -> None:
    pupil = make.a_pupil(cast, legal_first_name="Canarypupil")
    facts = {**CANARY, "pupil": pupil, "now": now}
    made = {
        state: make.in_state(cast, state, **facts)
        for state in ("requested", "authorised", "logged", "in_progress", "returned_safe")
    }
    out = made["in_progress"]
    transitions.say_no_answer(visit=out, by=cast.office, now=now, attendee=out.party[0])
    paths = ["/desk/", "/board/", "/board/rows/", out.alarms.get().get_absolute_url()]
    paths += [f"/visits/{made[state].ref}/log/" for state in ("requested", "authorised", "logged")]
    paths += [
        f"/visits/{out.ref}/{page}/"
        for page in ("back", f"call/{out.party[0].pk}", "desk/time", "desk/not-left")
    ]
    client.force_login(cast.office)
    for path in paths:
        reply = client.get(path)
        html = reply.content.decode()
        assert reply.status_code == 200, path
        assert "anary" not in html, path
        assert str(out.reason) not in html, path


# --- The list -------------------------------------------------------------------------------------


def test_desk_lists_what_the_office_has_to_do(cast: Cast, now, client: Client) -> None:
    later = make.authorised(cast, now=now, **make.plan(now + dt.timedelta(hours=3)))
    sooner = make.authorised(cast, now=now, **make.plan(now + dt.timedelta(minutes=30)))
    logged, out, returned = make.logged(cast, now=now), make.out(cast, now=now), make.returned(cast, now=now)
    asked = make.requested(cast, now=now)
    client.force_login(cast.office)
    work = client.get("/desk/").context["work"]
    refs = {
        name: [one["ref"] for one in getattr(work, name)] for name in ("to_log", "leaving", "waiting", "owed")
    }
    assert refs == {
        "to_log": [sooner.ref, later.ref], "leaving": [logged.ref], "waiting": [asked.ref], "owed": [returned.ref],
    }  # fmt: skip
    assert [(one["ref"], one["name"]) for one in work.calls] == [
        (out.ref, "P. Teacher"),
        (out.ref, "P. Colleague"),
    ]
    assert work.to_log[0]["pill"] == ("soon", "timer", "leaves in 30 min")


@pytest.mark.parametrize("part", PARTS)
def test_desk_is_for_those_who_watch(cast: Cast, now, client: Client, part: str) -> None:
    client.force_login(cast.people[part])
    seeing = {"office", "dsl", "slt", "deputy", "head", "ewo", "ceo", "outsider"}
    assert client.get("/desk/").status_code == (200 if part in seeing else 404)


def test_desk_costs_the_same_for_one_visit_and_for_twelve(cast: Cast, now, client: Client) -> None:
    make.requested(cast, now=now)
    make.out(cast, now=now)
    client.force_login(cast.office)

    def cost() -> int:
        client.get("/desk/")
        with CaptureQueriesContext(connection) as queries:
            client.get("/desk/")
        return len(queries)

    one = cost()
    for number in range(11):
        (make.out if number % 10 == 0 else make.requested)(cast, now=now)
    assert cost() == one


# --- The call -------------------------------------------------------------------------------------


@pytest.fixture
def out(cast: Cast, now: dt.datetime) -> Visit:
    return fresh(make.out(cast, now=now))


def test_call_says_whom_to_ring_what_to_ask_and_what_the_word_means(
    cast: Cast, out: Visit, client: Client
) -> None:
    client.force_login(cast.office)
    lead = out.party[0]
    page = client.get(f"/visits/{out.ref}/call/{lead.pk}/")
    said = text(page)
    assert f'href="tel:{lead.phone}"' in page.content.decode()
    for sentence in (
        "Ring Pat Teacher",
        WORD.replace("?", ""),
        "I need help",
        "Do not",
        "Voicemail is no answer",
    ):
        assert sentence in said, sentence
    assert Look.objects.filter(by=cast.office, what="code_word", ref=out.ref).count() == 1


@pytest.mark.clause("TC-166", "PS-100", "CS-090")
@pytest.mark.parametrize(("answer", "covers"), [("fine", 1), ("together", 2)])
def test_call_covers_the_person_spoken_to_or_all_who_are_together(
    cast: Cast, out: Visit, clock, client: Client, answer: str, covers: int
) -> None:
    clock.advance(minutes=21)
    path = f"/visits/{out.ref}/call/{out.party[0].pk}/"
    reply = sent(client, cast.office, path, answer=answer, note="Leaving at twenty to.", identity="Knew her")
    assert reply["Location"] == "/board/"
    met = out.deadlines.filter(kind="check_in", state="met").count()
    moment = out.moments.get(kind="fine")
    assert (met, moment.via, moment.by, moment.note) == (covers, "call", cast.office, "Leaving at twenty to.")


@pytest.mark.clause("TC-118")
def test_voicemail_is_no_answer_and_opens_the_alarm(cast: Cast, out: Visit, client: Client) -> None:
    reply = sent(client, cast.office, f"/visits/{out.ref}/call/{out.party[0].pk}/", answer="no_answer")
    alarm = out.alarms.get()
    assert (reply["Location"], alarm.kind, alarm.attendee) == (
        alarm.get_absolute_url(),
        "missed_check_in",
        out.party[0],
    )


@pytest.mark.clause("PS-129", "TC-169")
@pytest.mark.parametrize(
    ("cast", "hears"),
    [("three_counties", {"office", "head"}), ("poulton_le_sands", {"office", "dsl", "slt"})],
    indirect=["cast"],
)
def test_code_word_opens_the_alarm_and_leaves_the_phone_page_as_after_any_call(
    cast: Cast, out: Visit, clock, client: Client, hears: set[str]
) -> None:
    phone = Client()
    phone.force_login(cast.teacher)

    def phone_page() -> str:
        page = phone.get(f"/visits/{out.ref}/out/").content.decode().split("<main")[1]
        return re.sub(r'value="[^"]+"', "", page)

    reply = sent(client, cast.office, f"/visits/{out.ref}/call/{out.party[0].pk}/", answer="code_word")
    alarm = out.alarms.get()
    assert (reply["Location"], alarm.kind, alarm.rung) == (alarm.get_absolute_url(), "duress", 1)
    assert (told(out, kind="duress"), alarm.opened_at) == (hears, clock.now)
    page = phone_page()
    assert ("Fine" in page, "ode word" in page, "/alarms/" in page) == (True, False, False)
    again = sent(client, cast.office, f"/visits/{out.ref}/call/{out.party[0].pk}/", answer="code_word")
    assert (again["Location"], out.alarms.count()) == (alarm.get_absolute_url(), 1)


def test_call_sent_twice_counts_once(cast: Cast, out: Visit, client: Client) -> None:
    path = f"/visits/{out.ref}/call/{out.party[0].pk}/"
    client.force_login(cast.office)
    key = client.get(path).context["key"]
    for _ in range(2):
        client.post(path, {"answer": "fine", "key": key, "identity": "Knew the voice"})
    assert out.moments.filter(kind="fine").count() == 1


def test_call_without_an_answer_keeps_the_note(cast: Cast, out: Visit, client: Client) -> None:
    reply = sent(client, cast.office, f"/visits/{out.ref}/call/{out.party[0].pk}/", note="Typed and kept")
    assert "Choose how the call went." in text(reply)
    assert "Typed and kept" in reply.content.decode()


@pytest.mark.clause("TC-166", "TC-167")
def test_agreed_colleague_makes_the_call(cast: Cast, now, client: Client) -> None:
    visit = make.logged(cast, now=now)
    transitions.keep_log(
        visit=visit, by=cast.office, now=now, values={"checkin_colleague": cast.attendance}, people={}
    )
    transitions.depart(visit=visit, by=cast.office, now=now)
    lead = fresh(visit).party[0]
    reply = sent(
        client, cast.attendance, f"/visits/{visit.ref}/call/{lead.pk}/", answer="fine", identity="Knew her"
    )
    assert (reply.status_code, visit.moments.get(kind="fine").by) == (302, cast.attendance)
    assert client.get(f"/visits/{visit.ref}/back/").status_code == 404


@pytest.mark.parametrize("part", PARTS)
def test_call_and_back_are_not_for_the_party_nor_for_others(
    cast: Cast, out: Visit, client: Client, part: str
) -> None:
    client.force_login(cast.people[part])
    may = part in {"office", "dsl", "slt", "deputy", "head", "ceo"}
    paths = (f"/visits/{out.ref}/call/{out.party[0].pk}/", f"/visits/{out.ref}/back/")
    assert [client.get(path).status_code for path in paths] == [200 if may else 404] * 2


def test_call_to_somebody_of_another_visit_is_not_found(cast: Cast, out: Visit, now, client: Client) -> None:
    other = make.out(cast, now=now)
    client.force_login(cast.office)
    assert client.get(f"/visits/{out.ref}/call/{other.attendees.first().pk}/").status_code == 404


# --- On their behalf ------------------------------------------------------------------------------


def test_office_says_that_they_left_and_arrived(cast: Cast, now, client: Client) -> None:
    visit = make.logged(cast, now=now)
    left = sent(client, cast.office, f"/visits/{visit.ref}/desk/left/")
    assert (left["Location"], fresh(visit).state) == ("/board/", State.IN_PROGRESS)
    sent(client, cast.office, f"/visits/{visit.ref}/desk/arrived/")
    assert fresh(visit).arrived_at == now


def test_too_early_to_leave_is_said_in_a_sentence(cast: Cast, now, client: Client) -> None:
    visit = make.logged(cast, now=now, **make.plan(now + dt.timedelta(hours=2)))
    reply = sent(client, cast.office, f"/visits/{visit.ref}/desk/left/")
    assert "You may leave from 11:30" in text(client.get(reply["Location"]))
    assert fresh(visit).state == State.LOGGED


@pytest.mark.clause("TC-170")
def test_office_gives_more_time_with_a_reason(cast: Cast, out: Visit, client: Client) -> None:
    silent = sent(client, cast.office, f"/visits/{out.ref}/desk/time/", minutes="20", reason="")
    assert "reason" in silent.context["form"].errors
    sent(client, cast.office, f"/visits/{out.ref}/desk/time/", minutes="20", reason="The bus is late")
    assert fresh(out).return_at == out.return_at + dt.timedelta(minutes=20)


def test_office_takes_back_a_mistaken_departure(cast: Cast, out: Visit, client: Client) -> None:
    sent(client, cast.office, f"/visits/{out.ref}/desk/not-left/", reason="They are still in the staff room")
    assert fresh(out).state == State.LOGGED


@pytest.mark.parametrize("path", ["left", "arrived"])
def test_an_act_by_get_changes_nothing(cast: Cast, now, client: Client, path: str) -> None:
    visit = make.logged(cast, now=now)
    client.force_login(cast.office)
    assert client.get(f"/visits/{visit.ref}/desk/{path}/").status_code == 405
    assert fresh(visit).state == State.LOGGED


# --- Who is back ----------------------------------------------------------------------------------


@pytest.mark.clause("PS-100", "PS-101", "CS-090")
def test_each_person_is_marked_on_their_own_with_how_it_was_known(
    cast: Cast, out: Visit, client: Client
) -> None:
    lead, second = out.party
    path = f"/visits/{out.ref}/back/"
    facts = {"how": Attendee.Back.AT_SCHOOL, "identity": "Saw her at the desk"}
    first = sent(
        client, cast.office, path, person=lead.pk, **{f"person{lead.pk}-{k}": v for k, v in facts.items()}
    )
    assert (first["Location"], fresh(out).state) == (path, State.IN_PROGRESS)
    rang = {"how": Attendee.Back.LEFT_BY_PHONE, "identity": "Rang back on his own number"}
    last = sent(
        client, cast.office, path, person=second.pk, **{f"person{second.pk}-{k}": v for k, v in rang.items()}
    )
    assert (last["Location"], fresh(out).state) == ("/board/", State.RETURNED_SAFE)
    assert [(a.back_how, a.back_identity, a.back_by) for a in fresh(out).party] == [
        ("at_school", "Saw her at the desk", cast.office), ("left_by_phone", "Rang back on his own number", cast.office),
    ]  # fmt: skip


def test_without_how_it_was_known_nobody_is_marked(cast: Cast, out: Visit, client: Client) -> None:
    lead = out.party[0]
    posted = {f"person{lead.pk}-how": Attendee.Back.LEFT_BY_PHONE, f"person{lead.pk}-identity": " "}
    reply = sent(client, cast.office, f"/visits/{out.ref}/back/", person=lead.pk, **posted)
    html = reply.content.decode()
    assert html.count("Say how you knew that it was them") == 2
    assert 'value="left_by_phone" id="id_person' in html
    assert re.search(r'value="left_by_phone"[^>]* checked', html)
    assert fresh(out).party[0].back_at is None


def test_marked_back_under_an_alarm_waits_for_somebody_to_resolve_it(
    cast: Cast, out: Visit, now, client: Client
) -> None:
    transitions.say_no_answer(visit=out, by=cast.office, now=now, attendee=out.party[0])
    path = f"/visits/{out.ref}/back/"
    for person in out.party:
        facts = {f"person{person.pk}-how": "at_school", f"person{person.pk}-identity": "Saw them"}
        reply = sent(client, cast.office, path, person=person.pk, **facts)
    assert (reply["Location"], fresh(out).state) == (path, State.IN_PROGRESS)
    assert "Now resolve the open alarm." in text(client.get(path))


@pytest.mark.parametrize("key", ["", "x", "0", "99999999999999999999"])
def test_back_of_nobody_changes_nothing(cast: Cast, out: Visit, client: Client, key: str) -> None:
    reply = sent(client, cast.office, f"/visits/{out.ref}/back/", person=key)
    assert reply.status_code in {200, 404}
    assert not any(a.back_at for a in fresh(out).party)


# --- The alarm's panel ----------------------------------------------------------------------------


@pytest.mark.clause("TC-120", "TC-121", "TC-175")
def test_alarm_page_has_whom_to_ring_and_a_sheet_to_read_out(
    cast: Cast, out: Visit, clock, client: Client
) -> None:
    Attendee.objects.filter(pk=out.party[0].pk).update(vehicle_text="Blue Fiesta, KX19 ABC", travel="drives")
    transitions.check_in(visit=out, by=cast.teacher, now=clock.advance(minutes=20), together=True)
    now = clock.advance(minutes=8)
    transitions.say_no_answer(visit=out, by=cast.office, now=now, attendee=out.party[0])
    client.force_login(cast.office)
    said = text(client.get(out.alarms.get().get_absolute_url()))
    for sentence in (
        "Ring them", "07700 900", "Last heard of: fine at 10:20", "no answer at 10:28", "read this out",
        "Blue Fiesta, KX19 ABC", f"{out.address}, {out.postcode}", "Left school: 10:00 (planned 10:00)",
        "Arrived: not said (planned 10:10)", "This system never calls the police itself.",
        "P. Head is asked to decide.",
    ):  # fmt: skip
        assert sentence in said, sentence


@pytest.mark.clause("TC-122")
def test_alarm_about_the_ewo_is_decided_by_the_ceo(cast: Cast, now, client: Client) -> None:
    visit = fresh(make.out(cast, now=now, by=cast.ewo, party=[cast.ewo, cast.colleague]))
    transitions.say_no_answer(visit=visit, by=cast.office, now=now, attendee=visit.party[0])
    client.force_login(cast.ceo)
    said = text(client.get(visit.alarms.get().get_absolute_url()))
    assert "P. Ceo is asked to decide." in said
