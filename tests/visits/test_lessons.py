"""Lessons at home: a series of visits, its briefing and letter, and the record of each session."""

import datetime as dt

import pytest

from homevisits.notices.models import Notice
from tests.cast import Cast, browser
from tests.factories import visits as make
from tests.visits.turning import turned
from visits import gates, lessons, transitions
from visits.letters import expectations_words
from visits.models import TuitionSeries, Visit
from visits.transitions import Refused
from visits.transitions.tutoring import weekly

ADULT = "An adult has to be in the home for the whole session. Without one the session does not take place."
DOOR = "The door of the room stays open."


def series_of(cast: Cast, now: dt.datetime, sessions: int = 2) -> TuitionSeries:
    """Lessons by the teacher with a colleague, the first of them now."""
    pupil = make.a_pupil(cast)
    make.checked(cast.teacher, cast.colleague)
    home = pupil.household
    return transitions.start_series(
        by=cast.teacher,
        pupil=pupil,
        tutor=cast.teacher,
        subject="English",
        now=now,
        plans=weekly(now + make.minutes(10), sessions, 30, 10),
        room="Kitchen",
        party=[{"staff": cast.teacher, "is_lead": True}, {"staff": cast.colleague}],
        values={
            "reason_code": "TUTORING",
            "purpose": "Six weeks of English until she is back.",
            "why_necessary": "She has broken her leg and cannot come in.",
            "household": home,
            "address": home.address,
            "postcode": home.postcode,
            "to_see_text": "Mother",
            "told": "call",
            "told_whom": "Maria Novak",
            "told_at": now,
            "told_by": cast.teacher,
            "parent_agreed": True,
        },
    )


def briefed(cast: Cast, series: TuitionSeries, now: dt.datetime) -> None:
    transitions.brief_series(
        series=series, by=cast.head, now=now, send="Dyslexia", medical="", behaviour="", nothing=False
    )


def first(series: TuitionSeries) -> Visit:
    return make.fresh(series.visits.order_by("start_at").first())


def codes(gate: str, visit: Visit, now: dt.datetime) -> dict[str, str]:
    return {check.code: check.status for check in gates.checks(gate, visit, now)}


@pytest.mark.clause("TC-080")
def test_sessions_are_drafts_at_the_same_hour_across_the_clock_change(cast: Cast, clock) -> None:
    now = clock.set("2026-10-19 08:00")
    series = series_of(cast, now, sessions=2)
    hours = [dt.datetime.astimezone(v.start_at, dt.UTC).hour for v in series.visits.order_by("start_at")]
    assert (hours, {v.state for v in series.visits.all()}) == ([7, 8], {"draft"})


@pytest.mark.clause("TC-188", "TC-189", "TC-190", "TC-191")
def test_a_session_is_logged_only_once_the_head_has_briefed_the_tutor(cast: Cast, now: dt.datetime) -> None:
    series = series_of(cast, now)
    transitions.send_all(series=series, by=cast.teacher, now=now)
    assert codes("log", first(series), now)["tuition_briefing"] == "blocks"
    with pytest.raises(Refused, match="not the tutor"):
        transitions.brief_series(
            series=series, by=cast.teacher, now=now, send="x", medical="", behaviour="", nothing=False
        )
    with pytest.raises(Refused, match="tick that there is nothing more"):
        transitions.brief_series(
            series=series, by=cast.head, now=now, send="", medical=" ", behaviour="", nothing=False
        )
    briefed(cast, series, now)
    assert codes("log", first(series), now)["tuition_briefing"] == "met"
    assert Notice.objects.filter(recipient=cast.teacher, key__contains="tuition_briefed").count() == 2


@pytest.mark.clause("TC-196", "TC-197", "TC-198", "TC-201")
def test_parents_are_sent_what_is_expected_of_them_before_the_first_lesson(
    cast: Cast, now: dt.datetime
) -> None:
    series = series_of(cast, now)
    said = "The lesson stops, and we ring you."
    transitions.agree_sanctions(series=series, by=cast.teacher, now=now, text=said, agreed_on=now.date())
    transitions.send_all(series=series, by=cast.teacher, now=now)
    visit = first(series)
    assert codes("log", visit, now)["tuition_letter"] == "blocks"
    said = " ".join(expectations_words(visit)["paragraphs"])
    assert [
        word
        for word in ("quiet room", "support the teacher", "door", "We ring you", "The lesson stops")
        if word not in said
    ] == []
    transitions.told_parents(
        visit=visit, by=cast.teacher, now=now, what="expectations", whom="Maria", channel="letter"
    )
    assert codes("log", first(series), now)["tuition_letter"] == "met"


@pytest.mark.clause("TC-193", "TC-194", "TC-195", "PS-081")
@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({}, [ADULT, f"{DOOR} A bedroom is used only where there is no other space."]),
        ({"tutoring_bedroom_rule": "never"}, [ADULT, f"{DOOR} No lesson takes place in a bedroom."]),
        ({"tutoring_adult_required": False, "tutoring_bedroom_rule": "free"}, [DOOR]),
        ({"tutoring_door_open": False, "tutoring_bedroom_rule": "free"}, [ADULT]),
    ],
)
def test_the_letter_asks_only_what_the_policy_asks(
    cast: Cast, now: dt.datetime, settings: dict, expected: list[str]
) -> None:
    visit = turned(first(series_of(cast, now, sessions=1)), **settings)
    assert expectations_words(visit)["paragraphs"][1:-1] == expected


@pytest.mark.clause("TC-201")
def test_only_who_may_change_the_lessons_agrees_and_ends(cast: Cast, now: dt.datetime) -> None:
    series = series_of(cast, now)
    agreed = {"text": "None.", "agreed_on": "26/11/2026"}
    for person in (cast.colleague, cast.slt, cast.ewo):
        text = browser(person).post(f"/tuition/{series.pk}/agree/", agreed).content.decode()
        assert "Only the tutor, whoever started the lessons" in text
        with pytest.raises(Refused, match="Ask one of them"):
            transitions.end_series(series=series, by=person, now=now, why="No.")
    browser(cast.dsl).post(f"/tuition/{series.pk}/agree/", agreed)
    series.refresh_from_db()
    assert (series.sanctions, series.ended_at) == ("None.", None)
    event = first(series).events.get(kind="sanctions")
    assert (event.by, event.reason) == (cast.dsl, "None.")


@pytest.mark.turns("tutoring_briefing_required", "tutoring_letter_required")
@pytest.mark.parametrize(
    ("setting", "gate", "code"),
    [
        ("tutoring_briefing_required", "log", "tuition_briefing"),
        ("tutoring_letter_required", "log", "tuition_letter"),
    ],
)
def test_each_setting_turned_off_asks_no_more(
    cast: Cast, now: dt.datetime, setting: str, gate: str, code: str
) -> None:
    series = series_of(cast, now)
    visit = first(series)
    assert codes(gate, visit, now)[code] == "blocks"
    setattr(visit.rules, setting, False)
    assert code not in codes(gate, visit, now)


def out(cast: Cast, now: dt.datetime) -> Visit:
    """The first session under way."""
    visit = make.out(cast, now=now)
    series = series_of(cast, now)
    Visit.objects.filter(pk=visit.pk).update(series=series)
    return make.fresh(visit)


@pytest.mark.clause("TC-193")
def test_nobody_goes_in_without_an_adult_whatever_the_reason(cast: Cast, now: dt.datetime) -> None:
    visit = out(cast, now)
    with pytest.raises(Refused, match="needs an adult in the home"):
        transitions.say_entered(
            visit=visit, by=cast.teacher, now=now, breach="She said her mother comes soon."
        )
    transitions.say_entered(visit=visit, by=cast.teacher, now=now, invited_by="Maria Novak")
    assert make.fresh(visit).invited_by == "Maria Novak"


def told_by_telephone(cast: Cast, visit: Visit, now: dt.datetime) -> None:
    transitions.told_parents(
        visit=visit, by=cast.teacher, now=now, what="change", whom="Maria Novak", channel="call"
    )


NOT_TOLD = "The times of the lesson changed."


@pytest.mark.clause("TC-199")
def test_parents_are_told_of_a_delay_before_the_lesson_is_finished(cast: Cast, clock, now) -> None:
    visit, phone = out(cast, now), browser(cast.teacher)
    address = f"/visits/{visit.ref}/out/"
    assert NOT_TOLD not in phone.get(address).content.decode()
    later = clock.advance(minutes=12)
    transitions.extend(visit=visit, by=cast.teacher, now=later, minutes=15, reason="We began late")
    assert codes("record", make.fresh(visit), later)["parents_change"] == "blocks"
    assert NOT_TOLD in phone.get(address).content.decode()
    told_by_telephone(cast, visit, later)
    assert codes("record", make.fresh(visit), later)["parents_change"] == "met"
    assert NOT_TOLD not in phone.get(address).content.decode()
    note = visit.parents_told.get(what="change")
    assert (note.channel, note.told_at, note.told_by) == ("call", later, cast.teacher)


@pytest.mark.clause("TC-199")
@pytest.mark.parametrize(
    ("minutes", "outcome", "expected"), [(20, "", "blocks"), (0, "", None), (20, "unsafe", None)]
)
def test_parents_are_told_of_an_early_finish(
    cast: Cast, clock, now, minutes: int, outcome: str, expected: str | None
) -> None:
    visit = out(cast, now)
    later = clock.set(visit.end_at - make.minutes(minutes))
    if outcome:
        transitions.break_off(visit=visit, by=cast.teacher, now=later)
    else:
        transitions.say_left(visit=visit, by=cast.teacher, now=later)
    assert codes("record", make.fresh(visit), later).get("parents_change") == expected
    assert (NOT_TOLD in browser(cast.teacher).get(f"/visits/{visit.ref}/out/").content.decode()) is (
        expected is not None
    )
    told_by_telephone(cast, visit, later)
    assert codes("record", make.fresh(visit), later).get("parents_change") in {None, "met"}


@pytest.mark.clause("TC-199")
def test_another_visit_that_took_longer_asks_nothing_of_its_record(cast: Cast, clock, now) -> None:
    visit = make.out(cast, now=now)
    transitions.extend(visit=visit, by=cast.teacher, now=clock.now, minutes=15, reason="Traffic")
    assert "parents_change" not in codes("record", make.fresh(visit), clock.now)


@pytest.mark.turns("tutoring_adult_required", "tutoring_door_open")
@pytest.mark.clause("TC-192", "TC-193", "TC-194", "TC-195")
def test_the_record_asks_for_adult_room_and_door_as_the_policy_says(cast: Cast, now: dt.datetime) -> None:
    visit = out(cast, now)
    transitions.say_entered(visit=visit, by=cast.teacher, now=now, invited_by="Maria Novak")
    visit = make.fresh(visit)
    asked = {"session_room", "session_adult", "session_door"}
    assert {
        code for code, status in codes("record", visit, now).items() if code in asked and status == "blocks"
    } == asked
    visit.rules.tutoring_adult_required, visit.rules.tutoring_door_open = False, False
    assert {code for code in codes("record", visit, now) if code in asked} == {"session_room"}


@pytest.mark.turns("tutoring_bedroom_rule")
@pytest.mark.clause("TC-194")
@pytest.mark.parametrize(
    ("rule", "expected"), [("no_alternative", "blocks"), ("never", "blocks"), ("free", None)]
)
def test_a_bedroom_needs_its_reason_and_the_head_hears_of_it(
    cast: Cast, now: dt.datetime, rule: str, expected: str | None
) -> None:
    visit = out(cast, now)
    transitions.say_entered(visit=visit, by=cast.teacher, now=now, invited_by="Maria Novak")
    values = {
        "adult": "Maria",
        "room": "Her room",
        "is_suitable": True,
        "door_open": True,
        "is_bedroom": True,
    }
    transitions.write_session(visit=visit, by=cast.teacher, now=now, values=values)
    assert (
        Notice.objects.filter(recipient=cast.head, key__contains=":bedroom:", channel="in_app").count() == 1
    )
    visit = make.fresh(visit)
    visit.rules.tutoring_bedroom_rule = rule
    assert codes("record", visit, now).get("session_bedroom") == expected


@pytest.mark.clause("TC-200", "TC-202", "TC-203")
def test_misbehaviour_is_kept_told_to_the_school_and_listed(cast: Cast, now: dt.datetime) -> None:
    visit = out(cast, now)
    browser(cast.teacher).post(
        f"/visits/{visit.ref}/session/",
        {"do": "report", "incident-what": "Threw the book.", "incident-done": "Talked."},
    )
    assert "Threw the book." in browser(cast.head).get(f"/tuition/{visit.series_id}/").content.decode()
    assert [row.incidents for row in lessons.listed(cast.head).filter(incidents__gt=0)] == [1]
    told = Notice.objects.filter(key__contains=":misbehaviour:", channel="in_app")
    assert {notice.recipient for notice in told} == {cast.head}
    assert "book" not in "".join(f"{n.subject}{n.body}" for n in told)


def test_ending_the_lessons_cancels_what_lies_ahead(cast: Cast, now: dt.datetime) -> None:
    series = series_of(cast, now)
    transitions.end_series(series=series, by=cast.teacher, now=now, why="She is back in school.")
    assert {v.state for v in series.visits.all()} == {"cancelled"}
    with pytest.raises(Refused, match="Teacher has ended these lessons already"):
        transitions.end_series(series=series, by=cast.head, now=now, why="Once more.")
    assert first(series).events.filter(kind="series_ended").count() == 1


def test_a_series_is_started_on_one_page(cast: Cast, now: dt.datetime) -> None:
    make.checked(cast.teacher, cast.colleague)
    pupil = make.a_pupil(cast)
    typed = {
        "subject": "Maths", "tutor": cast.teacher.pk, "goes": [cast.colleague.pk], "first": "2026-11-30", "at": "10:00",
        "stay": "60", "travel": "15", "sessions": "3", "room": "Kitchen", "purpose": "To keep up with her class.",
        "why_necessary": "She may not climb the stairs at school.", "whom": "Maria Novak",
    }  # fmt: skip
    asked = browser(cast.teacher).post(f"/tuition/new/{pupil.pk}/", typed).content.decode()
    sentences = ("Choose how they were told", "Enter when they were told")
    assert [one for one in sentences if one not in asked] == []
    told = {"told": "letter", "told_at_day": "2026-11-25", "told_at_time": "15:00"}
    reply = browser(cast.teacher).post(f"/tuition/new/{pupil.pk}/", typed | told)
    series = TuitionSeries.objects.get()
    assert (reply.url, series.visits.count()) == (f"/tuition/{series.pk}/", 3)
    visit = first(series)
    assert (visit.told, visit.told_at) == ("letter", dt.datetime(2026, 11, 25, 15, tzinfo=dt.UTC))


def test_the_series_is_for_those_who_teach_and_those_who_answer(cast: Cast, now: dt.datetime) -> None:
    series = series_of(cast, now)
    seen = {name for name, who in cast.people.items() if lessons.visible(who).filter(pk=series.pk).exists()}
    assert seen == {"teacher", "colleague", "dsl", "slt", "deputy", "head", "ewo", "ceo"}
