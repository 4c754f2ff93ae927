"""The board's page and its poll: what changes, what does not, who sees it, and what it costs."""

import datetime as dt
from collections.abc import Callable

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from homevisits.escalation import heartbeat
from homevisits.escalation.sweep import sweep
from homevisits.people.models import DeskDuty, HouseholdWarning
from tests.cast import PARTS, Cast
from tests.factories import visits as make
from tests.factories.people import HouseholdWarningFactory
from visits import transitions
from visits.board.scope import on_board
from visits.models import Attendee, Visit
from visits.transitions.calling import hear_code_word

ROWS = "/board/rows/"
SEEING = {"office", "dsl", "slt", "deputy", "head", "ewo", "ceo"}


def poll(client: Client, tag: str = "", path: str = ROWS) -> HttpResponse:
    return client.get(path, headers={"if-none-match": tag} if tag else {})


@pytest.fixture
def board(cast: Cast, clock, client: Client) -> Client:
    """The office's board at ten, with the timers alive."""
    clock.set("2026-11-26 10:00")
    heartbeat.beat("beat")
    client.force_login(cast.office)
    return client


def test_poll_answers_304_while_nothing_changes_and_time_passes_nothing(
    cast: Cast, board: Client, clock
) -> None:
    make.out(cast)
    first = poll(board)
    clock.advance(seconds=45)
    heartbeat.beat("beat")
    again = poll(board, first["ETag"])
    assert (first.status_code, again.status_code, again.content) == (200, 304, b"")
    assert again["ETag"] == first["ETag"]
    assert first["ETag"].startswith('"')


def test_poll_tag_of_the_page_holds_for_its_rows(cast: Cast, board: Client) -> None:
    make.out(cast)
    page = board.get("/board/")
    assert f"data-etag='{page['ETag']}'" in page.content.decode().replace("&quot;", '"')
    assert poll(board, page["ETag"]).status_code == 304


CHANGES: dict[str, Callable[[Cast, Visit, dt.datetime], object]] = {
    "arrival": lambda cast, visit, now: transitions.say_arrived(visit=visit, by=cast.teacher, now=now),
    "check-in": lambda cast, visit, now: transitions.check_in(
        visit=visit, by=cast.teacher, now=now, together=True
    ),
    "more time": lambda cast, visit, now: transitions.extend(
        visit=visit, by=cast.teacher, now=now, minutes=10, reason="Bus"
    ),
    "somebody back": lambda cast, visit, now: transitions.say_back(visit=visit, by=cast.teacher, now=now),
    "an alarm": lambda cast, visit, now: transitions.say_no_answer(
        visit=visit, by=cast.office, now=now, attendee=visit.attendees.first()
    ),
    "the code word": lambda cast, visit, now: hear_code_word(
        visit=visit, by=cast.office, now=now, attendee=visit.attendees.first()
    ),
    "another number": lambda cast, visit, now: Attendee.objects.filter(visit=visit).update(
        phone="+447700900999"
    ),
    "a warning": lambda cast, visit, now: HouseholdWarningFactory(household=visit.household, author=cast.dsl),
    "another visit": lambda cast, visit, now: make.logged(cast, now=now),
    "a stand-in's duty": lambda cast, visit, now: DeskDuty.objects.create(
        school=cast.school,
        staff=cast.office,
        set_by=cast.head,
        during=(now - dt.timedelta(hours=1), now + dt.timedelta(hours=1)),
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_poll_answers_200_after_a_change(cast: Cast, board: Client, clock, change: str) -> None:
    visit = make.out(cast)
    tag = poll(board)["ETag"]
    CHANGES[change](cast, visit, clock.now)
    assert poll(board, tag).status_code == 200
    assert poll(board, poll(board)["ETag"]).status_code == 304


@pytest.mark.parametrize("minutes", [5, 10, 20, 55])
def test_poll_answers_200_when_time_alone_changes_a_row(
    cast: Cast, board: Client, clock, minutes: int
) -> None:
    """Five minutes: the check-in is due soon; ten: the planned arrival; twenty: it is late; fifty-five: back by."""
    make.out(cast)
    clock.advance(minutes=minutes, seconds=-1)
    heartbeat.beat("beat")
    tag = poll(board)["ETag"]
    clock.advance(seconds=2)
    assert poll(board, tag).status_code == 200


def test_poll_tells_the_age_of_the_heartbeat_on_every_reply(cast: Cast, board: Client, clock) -> None:
    make.out(cast)
    page = board.get("/board/")
    clock.advance(seconds=2)
    replies = [poll(board), poll(board, page["ETag"])]
    assert [reply.status_code for reply in replies] == [200, 304]
    assert [reply["X-Heartbeat-Age"] for reply in replies] == ["2", "2"]
    assert replies[1]["X-Server-Now"] == "2026-11-26T10:00:02+00:00"


def test_poll_sweeps_by_itself_when_nobody_else_does(cast: Cast, board: Client, clock) -> None:
    visit = make.out(cast)
    clock.advance(minutes=71)
    reply = poll(board)
    alarms = {alarm.kind for alarm in visit.alarms.all()}
    assert "overdue" in alarms
    assert f'data-alarm="{visit.alarms.get(kind="overdue").uuid}"' in reply.content.decode()
    assert int(reply["X-Heartbeat-Age"]) == 71 * 60


def test_row_has_its_seams(cast: Cast, board: Client) -> None:
    visit = make.out(cast)
    html = board.get("/board/").content.decode()
    assert f'data-visit="{visit.ref}" data-status="ok" data-due="2026-11-26T10:20:00+00:00"' in html
    assert 'data-heartbeat-age="0"' in html
    assert f'href="/visits/{visit.ref}/"' in html


def test_grace_of_who_is_late_counts_down_to_the_alarm(cast: Cast, board: Client, clock) -> None:
    visit = make.out(cast)
    transitions.check_in(visit=visit, by=cast.teacher, now=clock.advance(minutes=12), together=True)
    assert "alarm in" not in board.get("/board/rows/").content.decode()
    clock.set(visit.return_at + make.minutes(5))
    html = board.get("/board/rows/").content.decode()
    assert f'data-due="{visit.return_due_at.isoformat()}"' in html.split("alarm in", 1)[1]
    assert "<span data-left>10:00</span></span>, at 11:10" in html
    clock.set(visit.return_due_at)
    sweep("test")
    assert "alarm in" not in board.get("/board/rows/").content.decode()


def test_board_without_anybody_out_says_what_will_come(board: Client) -> None:
    assert "Nobody is out" in board.get("/board/").content.decode()


def test_board_says_neither_why_nor_about_whom(cast: Cast, board: Client) -> None:
    pupil = make.a_pupil(cast, legal_first_name="Canarypupil", legal_last_name="Canaryfamily")
    warned = HouseholdWarning.Kind.AGGRESSION
    HouseholdWarningFactory(household=pupil.household, author=cast.dsl, kind=warned, note="Canarynote")
    make.out(
        cast,
        pupil=pupil,
        purpose="Canarypurpose, in more than twenty letters",
        why_necessary="Canarynecessary",
    )
    html = board.get("/board/").content.decode()
    assert "warning: aggression" in html
    assert "1 pupil" in html
    assert "anary" not in html


@pytest.mark.parametrize("part", PARTS)
def test_board_is_for_the_office_the_leaders_the_ewo_and_the_ceo(
    cast: Cast, board: Client, part: str
) -> None:
    visit = make.out(cast)
    board.force_login(cast.people[part])
    statuses = [board.get(path).status_code for path in ("/board/", ROWS)]
    expected = 200 if part in {*SEEING, "outsider"} else 404
    assert statuses == [expected, expected]
    if expected == 200:
        assert (visit.ref in board.get("/board/").content.decode()) == (part in SEEING)


def test_board_is_a_stand_ins_for_as_long_as_the_duty_lasts(cast: Cast, board: Client, clock) -> None:
    visit = make.out(cast)
    now = clock.now
    DeskDuty.objects.create(
        school=cast.school,
        staff=cast.attendance,
        set_by=cast.head,
        during=(now, now + dt.timedelta(minutes=30)),
    )
    board.force_login(cast.attendance)
    assert visit.ref in board.get("/board/").content.decode()
    assert board.get(f"/visits/{visit.ref}/").status_code == 200
    clock.advance(minutes=31)
    assert board.get("/board/").status_code == 404
    assert board.get(f"/visits/{visit.ref}/").status_code == 404


def test_board_shows_the_agreed_colleague_the_visit_to_ring_about(cast: Cast, board: Client) -> None:
    visit = make.logged(cast)
    facts = {"values": {"checkin_colleague": cast.attendance}, "people": {}}
    transitions.keep_log(visit=visit, by=cast.office, now=make.app_now(), **facts)
    make.logged(cast)
    board.force_login(cast.attendance)
    html = board.get("/board/").content.decode()
    assert html.count('<li class="board-row"') == 1
    assert visit.ref in html


def test_board_of_one_school_leaves_out_the_others(cast: Cast, board: Client) -> None:
    visit = make.out(cast)
    board.force_login(cast.ceo)
    own, other = (
        board.get("/board/", {"school": s.pk}).content.decode() for s in (cast.school, cast.other_school)
    )
    assert (visit.ref in own, visit.ref in other) == (True, False)
    assert f'data-poll-url="/board/rows/?school={cast.school.pk}"' in own
    assert visit.ref not in poll(board, path=f"{ROWS}?school={cast.other_school.pk}").content.decode()


@pytest.mark.parametrize("key", ["0", "999999", "x", "1 OR 1", "99999999999999999999"])
def test_board_of_a_school_that_is_not_theirs_is_not_found(board: Client, key: str) -> None:
    assert board.get("/board/", {"school": key}).status_code == 404


def test_board_of_another_trusts_school_is_not_found(cast: Cast, board: Client) -> None:
    foreign = cast.outsider.main_school
    assert foreign is not None
    assert board.get("/board/", {"school": foreign.pk}).status_code == 404


@pytest.mark.parametrize("part", PARTS)
def test_board_never_shows_more_than_the_person_may_see(cast: Cast, board: Client, part: str) -> None:
    make.out(cast)
    make.logged(cast)
    person = cast.people[part]
    assert set(on_board(person)) <= set(Visit.objects.visible_to(person))


def test_board_keeps_an_alarm_whose_visit_is_marked_back(cast: Cast, board: Client, clock) -> None:
    visit = make.returned(cast)
    transitions.ask_for_help(visit=visit, by=cast.teacher, now=clock.now)
    html = board.get("/board/").content.decode()
    assert f'data-alarm="{visit.alarms.get().uuid}"' in html
    assert 'class="board-row"' not in html


def test_banner_says_who_deals_with_it_and_what_comes_next(cast: Cast, board: Client, clock) -> None:
    from homevisits.escalation.alarms import own

    visit = make.out(cast)
    transitions.say_no_answer(visit=visit, by=cast.office, now=clock.now, attendee=visit.attendees.first())
    before = board.get("/board/").content.decode()
    own(alarm=visit.alarms.get(), by=cast.slt, now=clock.now)
    after = board.get("/board/").content.decode()
    assert "Nobody has taken this yet." in before
    assert "Next: Headteacher/Head of School told in" in before
    assert "P. Slt is dealing with this since 10:00." in after
    assert ("I am dealing with this" in before, "I am dealing with this" in after) == (True, False)


def test_banner_offers_nothing_to_somebody_on_the_visit(cast: Cast, board: Client, clock) -> None:
    visit = make.out(cast, party=[cast.teacher, cast.slt])
    transitions.say_no_answer(visit=visit, by=cast.office, now=clock.now, attendee=visit.attendees.first())
    board.force_login(cast.slt)
    html = board.get("/board/").content.decode()
    assert "I am dealing with this" not in html
    assert "Your phone page" in html


def counted(client: Client, path: str, tag: str = "") -> int:
    client.get(path)
    with CaptureQueriesContext(connection) as queries:
        poll(client, tag, path)
    return len(queries)


def test_board_costs_the_same_for_one_visit_and_for_twelve(cast: Cast, board: Client, clock) -> None:
    first = make.out(cast)
    transitions.say_no_answer(visit=first, by=cast.office, now=clock.now, attendee=first.attendees.first())
    with_one = counted(board, "/board/"), counted(board, ROWS)
    for number in range(11):
        visit = make.out(cast)
        if number < 3:
            transitions.say_no_answer(
                visit=visit, by=cast.office, now=clock.now, attendee=visit.attendees.first()
            )
    html = board.get("/board/").content.decode()
    assert html.count('class="board-row"') == 12
    assert (counted(board, "/board/"), counted(board, ROWS)) == with_one


def test_poll_with_nothing_changed_asks_one_statement_about_the_visits(cast: Cast, board: Client) -> None:
    make.out(cast)
    tag = poll(board)["ETag"]
    with CaptureQueriesContext(connection) as queries:
        assert poll(board, tag).status_code == 304
    about = [query["sql"] for query in queries if '"visits_visit"' in query["sql"]]
    assert (len(about), len(queries)) == (1, 5)  # besides: session, person, roles, heartbeat
