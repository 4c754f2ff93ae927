"""The board's rows: a pure function of plain facts and the time."""

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest

from homevisits.clock import from_local
from homevisits.look.parts import icon_svg
from visits.board.facts import Due, Facts, Goes, Raised, Said
from visits.board.rows import ALARM_WORDS, row, rows, stats
from visits.board.scope import Viewer

DAY = dt.date(2026, 11, 26)
LEAD = Goes(
    1, 11, "D. Mensah", phone="+447700900112", car="Blue Fiesta KX19 ABC", travel="drives", is_lead=True
)
SECOND = Goes(2, 12, "S. Whitlock", phone="+447700900113", travel="passenger")
OUTSIDER = Goes(3, None, "Kit Lowe", part="social worker", phone="+447700900601", travel="walks")
OFFICE = Viewer(90, leads=frozenset(), desk=frozenset({7}))
LEADER = Viewer(91, leads=frozenset({7}), desk=frozenset())
ONLOOKER = Viewer(92, leads=frozenset(), desk=frozenset())


def at(clock: str) -> dt.datetime:
    return from_local(DAY, dt.time.fromisoformat(clock))


def facts(**more: Any) -> Facts:
    """Two people out since 10:20, to arrive at 10:30, leave at 11:05, be back at 11:20."""
    plain = Facts(
        pk=1,
        ref="HV-7K3Q",
        state="in_progress",
        school_id=7,
        school="Hillside",
        address="14 Larch Close",
        postcode="HR4 9XX",
        depart_at=at("10:20"),
        start_at=at("10:30"),
        end_at=at("11:05"),
        return_at=at("11:20"),
        departed_at=at("10:20"),
        checkin_minutes=10,
        party=(LEAD, SECOND),
        dues=(check_in("10:40", 1), check_in("10:40", 2), back("11:20")),
    )
    return replace(plain, **more)


def check_in(clock: str, who: int) -> Due:
    return Due("check_in", at(clock), at(clock) + dt.timedelta(minutes=5), who)


def back(clock: str) -> Due:
    return Due("return", at(clock), at(clock) + dt.timedelta(minutes=15))


ARRIVED = {"arrived_at": at("10:31")}
FINE = {**ARRIVED, "dues": (back("11:20"),), "said": (Said("fine", at("10:42"), 1, for_all=True),)}
LOGGED = {
    "state": "logged",
    "departed_at": None,
    "dues": (Due("departure", at("10:20"), at("10:30")), back("11:20")),
}
OVERDUE = {**FINE, "left_at": at("11:05"), "dues": (), "alarms": (Raised("overdue", at("11:35")),)}
MISSED = {**ARRIVED, "dues": (back("11:20"),), "alarms": (Raised("missed_check_in", at("10:45"), 2),)}

TABLE = [
    # what is known, now, status, counted to, what, pill, say, button
    ({}, "10:21", "ok", "10:40", "check-in call", "On time", "Arrives about 10:30", "Mark arrived"),
    ({}, "10:26", "due-soon", "10:40", "check-in call", "Due soon", "Check-in call at 10:40", "Start call"),
    (ARRIVED, "10:38", "due-soon", "10:40", "check-in call", "Due soon", "Check-in call at 10:40", "Start call"),
    (ARRIVED, "10:41", "late", "10:40", "check-in call", "Late", "Ring D. Mensah now", "Start call"),
    (MISSED, "10:46", "alarm", "10:45", "check-in call", "No check-in", "Ring S. Whitlock now", "Start call"),
    (FINE, "10:50", "ok", "11:20", "back at school", "On time", "Both fine at 10:42", "Mark back safe"),
    (FINE, "11:10", "due-soon", "11:20", "back at school", "Due soon", "Both fine at 10:42", "Mark back safe"),
    ({**FINE, "left_at": at("11:06")}, "11:10", "due-soon", "11:20", "back at school", "Due soon",
     "On the way back since 11:06", "Mark back safe"),
    (FINE, "11:21", "late", "11:20", "back at school", "Late", "Ring D. Mensah now", "Start call"),
    (OVERDUE, "11:40", "alarm", "11:20", "back at school", "Late", "Ring D. Mensah now", "Start call"),
    (LOGGED, "09:40", "ok", "10:20", "to leave school", "To leave", "Leaves at 10:20", None),
    (LOGGED, "10:10", "due-soon", "10:20", "to leave school", "Due soon", "Leaves at 10:20", "They have left"),
    (LOGGED, "10:25", "late", "10:20", "to leave school", "Late", "Left, or not going? Ring D. Mensah", "Start call"),
    ({**LOGGED, "dues": (back("11:20"),), "alarms": (Raised("possibly_out", at("10:30")),)}, "10:31", "alarm",
     "10:20", "to leave school", "Left, or not?", "Left, or not going? Ring D. Mensah", "Start call"),
    ({**ARRIVED, "alarms": (Raised("wait_over", at("10:50")),)}, "10:51", "alarm", "10:50", "end of the wait",
     "Waited too long", "Time to leave the door: ring D. Mensah", "Start call"),
    ({**FINE, "alarms": (Raised("help", at("10:55"), 1), Raised("missed_check_in", at("10:45"), 2))}, "10:56",
     "alarm", "10:55", "asks for help", "Asks for help", "Ring D. Mensah now", "Start call"),
]  # fmt: skip


@pytest.mark.parametrize(("known", "now", "status", "due", "what", "pill", "say", "button"), TABLE)
def test_row_says_what_is_due_and_what_to_do(
    known: dict[str, Any], now: str, status: str, due: str, what: str, pill: str, say: str, button: str | None
) -> None:
    made = row(facts(**known), OFFICE, at(now))
    pressed = made["act"]["button"]
    told = (
        made["status"],
        made["due"],
        made["what"],
        made["pill"][2],
        made["act"]["say"],
        pressed and pressed["text"],
    )
    assert told == (status, at(due), what, pill, say, button)


def test_row_late_before_its_alarm_says_when_the_alarm_opens() -> None:
    assert row(facts(**FINE), OFFICE, at("11:25"))["alarm_at"] == at("11:35")
    assert row(facts(**OVERDUE), OFFICE, at("11:40"))["alarm_at"] is None


DOTS = [
    ({}, "10:21", "done next todo todo todo"),
    (ARRIVED, "10:35", "done done next todo todo"),
    (ARRIVED, "10:41", "done done late todo todo"),
    (FINE, "10:50", "done done done next todo"),
    (OVERDUE, "11:40", "done done done done late"),
    (LOGGED, "10:00", "next todo todo todo todo"),
    (LOGGED, "10:25", "late todo todo todo todo"),
    ({**FINE, "checkin_minutes": 0}, "10:50", "done done next todo"),
]


@pytest.mark.parametrize(("known", "now", "dots"), DOTS)
def test_row_track_shows_what_is_done_next_and_late(known: dict[str, Any], now: str, dots: str) -> None:
    made = row(facts(**known), OFFICE, at(now))["stops"]
    assert " ".join(stop["state"] for stop in made) == dots


def test_row_track_has_real_times_where_there_are_any() -> None:
    made = row(facts(**FINE), OFFICE, at("10:50"))["stops"]
    assert [stop["at"] for stop in made] == [at("10:20"), at("10:31"), at("10:42"), at("11:05"), at("11:20")]


LATER = {**LOGGED, "depart_at": at("10:45"), "dues": (Due("departure", at("10:45"), at("10:55")),)}
PARTS = [
    (OFFICE, {}, "Mark arrived"),
    (LEADER, {}, "Mark arrived"),
    (ONLOOKER, {}, None),
    (ONLOOKER, {"callers": (92, None)}, "Mark arrived"),
    (ONLOOKER, {**FINE, "callers": (92, None)}, None),
    (LEADER, FINE, "Mark back safe"),
    (LEADER, LATER, None),
    (OFFICE, LATER, "They have left"),
    (Viewer(12, frozenset({7}), frozenset({7})), FINE, "Your phone page"),
    (Viewer(90, frozenset(), frozenset({8})), {}, None),
    (Viewer(90, frozenset({None}), frozenset()), FINE, "Mark back safe"),
]


@pytest.mark.parametrize(("viewer", "known", "button"), PARTS)
def test_row_offers_only_what_is_the_viewers_to_press(
    viewer: Viewer, known: dict[str, Any], button: str | None
) -> None:
    pressed = row(facts(**known), viewer, at("10:21"))["act"]["button"]
    assert (pressed and pressed["text"]) == button


def test_row_rings_the_lead_first_then_whoever_has_a_number_and_is_still_out() -> None:
    silent = replace(LEAD, phone="")
    home = replace(LEAD, is_back=True)
    shown = [row(facts(**FINE, party=party), OFFICE, at("10:50"))["phone"] for party in (
        (LEAD, SECOND), (silent, SECOND), (home, SECOND, OUTSIDER),
    )]  # fmt: skip
    assert shown == ["+447700900112", "+447700900113", "+447700900113"]


def test_row_names_everybody_and_says_who_is_back_already() -> None:
    party = (replace(LEAD, part="EWO"), replace(SECOND, is_back=True), replace(OUTSIDER, claims_back=True))
    made = row(facts(party=party), OFFICE, at("10:21"))
    assert [(p["name"], p["note"]) for p in made["people"]] == [
        ("D. Mensah", "EWO"), ("S. Whitlock", "back"), ("Kit Lowe", "social worker, says they are back"),
    ]  # fmt: skip
    assert not made["alone"]


def test_row_tells_of_the_place_without_saying_why() -> None:
    made = row(
        facts(pupils=2, warnings=("animals", "area"), is_shared=True, is_first=True, party=(LEAD, OUTSIDER)),
        OFFICE,
        at("10:21"),
    )
    assert made["about"] == "2 pupils · warning: animals, area · shared entrance · first visit · joint visit"
    assert made["where"] == "14 Larch Close, HR4"


def test_row_asks_to_make_sure_when_somebody_only_says_that_they_are_back() -> None:
    party = (replace(LEAD, claims_back=True), SECOND)
    assert row(facts(**OVERDUE, party=party), OFFICE, at("11:40"))["act"]["say"] == (
        "Says they are back: ring D. Mensah and make sure"
    )


def test_rows_stand_by_urgency_and_leave_out_what_is_over() -> None:
    listed = [
        facts(ref="HV-OK"),
        facts(ref="HV-SOON", **FINE, return_at=at("10:30")),
        facts(ref="HV-LATE", dues=(back("10:15"),)),
        facts(ref="HV-WORSE", dues=(back("10:05"),)),
        facts(ref="HV-ALARM", **OVERDUE),
        facts(ref="HV-DONE", state="returned_safe", alarms=(Raised("help", at("10:00")),)),
    ]
    listed[1] = replace(listed[1], dues=(back("10:30"),))
    made = rows(listed, OFFICE, at("10:20"))
    assert [one["ref"] for one in made] == ["HV-ALARM", "HV-WORSE", "HV-LATE", "HV-SOON", "HV-OK"]


def test_stats_count_visits_and_people_out_and_name_the_next_to_leave() -> None:
    leaving = facts(ref="HV-2MPD", **LOGGED)
    one_back = facts(**FINE, party=(LEAD, replace(SECOND, is_back=True)))
    listed = [
        facts(),
        one_back,
        replace(leaving, depart_at=at("10:45"), dues=(Due("departure", at("10:45"), at("10:55")),)),
    ]
    made = stats(rows(listed, OFFICE, at("10:21")), listed, at("10:21"))
    assert [(one["value"], one["label"]) for one in made] == [
        (2, "visits out"), (3, "people out"), (0, "due in 15 minutes"), (0, "late"), ("10:45", "next to leave: HV-2MPD"),
    ]  # fmt: skip


@pytest.mark.parametrize("day", [dt.date(2026, 10, 25), dt.date(2026, 3, 29)])
def test_row_counts_real_minutes_when_the_clocks_change(day: dt.date) -> None:
    start = dt.datetime.combine(day, dt.time(0, 30), tzinfo=dt.UTC)
    times = {
        name: start + dt.timedelta(minutes=m)
        for name, m in (("depart_at", 0), ("start_at", 5), ("end_at", 50), ("return_at", 60))
    }
    known = facts(
        **times, dues=(Due("return", times["return_at"], times["return_at"] + dt.timedelta(minutes=15)),)
    )
    before = row(known, OFFICE, start + dt.timedelta(minutes=59))
    after = row(known, OFFICE, start + dt.timedelta(minutes=61))
    assert (before["status"], after["status"]) == ("due-soon", "late")


def test_every_icon_of_a_row_can_be_drawn() -> None:
    travel = [replace(LEAD, car="", travel=way) for way in ("drives", "passenger", "walks", "public", "")]
    alarms = [{**FINE, "alarms": (Raised(kind, at("10:50")),)} for kind in ALARM_WORDS]
    known = [*(case[0] for case in TABLE), *alarms, *({"party": (one,)} for one in travel)]
    made = [
        row(facts(**case), viewer, at("10:51"))
        for case in known
        for viewer in (OFFICE, Viewer(11, *[frozenset()] * 2))
    ]
    buttons = [one["act"]["button"] for one in made]
    icons = (
        {one["pill"][1] for one in made}
        | {one["travel"][0] for one in made}
        | {b["icon"] for b in buttons if b}
    )
    assert all("<svg" in icon_svg(icon, 16) for icon in icons)
