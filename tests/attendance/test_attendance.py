"""Marks by the 2024 codes, what they add up to, what they suggest, and what was agreed."""

import datetime as dt

import pytest
from django.test import Client

from attendance import agreeing, proposing
from attendance.codes import CODES, Class, UnknownCode, code_on
from attendance.figures import Figures, figures, last_days
from attendance.models import Agreement, AgreementDeadline, Mark, Proposal
from attendance.proposing import propose
from homevisits.escalation.sweep import sweep
from homevisits.notices.models import Notice
from homevisits.people import importing
from homevisits.people.models import Pupil
from tests.cast import Cast, browser
from tests.factories import visits as make
from tests.factories.people import PupilFactory
from visits import transitions
from visits.story import ContactAttempt

AF, TC = "aspirational_futures", "three_counties"
THURSDAY = dt.date(2026, 11, 26)
NOT_POSSIBLE = {"D", "Q", "X", "Y1", "Y2", "Y3", "Y4", "Y5", "Y6", "Y7"}
AUTHORISED = {"C", "C1", "C2", "E", "I", "J1", "M", "R", "S", "T"}
UNAUTHORISED = {"G", "N", "O", "U"}
ATTENDING = {"/", "\\", "L", "K", "V", "P", "W", "B"}


@pytest.fixture
def now(clock) -> dt.datetime:
    return clock.set("2026-11-26 16:00")


def test_every_code_counts_as_the_guidance_says() -> None:
    by_class = {kind: {c.code for c in CODES.values() if c.counts_as == kind} for kind in Class}
    assert by_class == {
        Class.ATTENDING: ATTENDING,
        Class.AUTHORISED: AUTHORISED,
        Class.UNAUTHORISED: UNAUTHORISED,
        Class.NOT_POSSIBLE: NOT_POSSIBLE,
        Class.ADMINISTRATIVE: {"Z", "#"},
    }
    assert len(CODES) == 34


@pytest.mark.parametrize("withdrawn", ["H", "J", "Y", "F", "7", "PRESENT"])
def test_an_unknown_code_is_an_error_and_never_present(withdrawn: str) -> None:
    with pytest.raises(UnknownCode, match="not a register code"):
        code_on(withdrawn, THURSDAY)


def test_a_code_of_2024_is_unknown_before_its_day() -> None:
    with pytest.raises(UnknownCode):
        code_on("C1", dt.date(2024, 8, 18))


@pytest.mark.parametrize("blank", ["", " ", "-"])
def test_a_blank_is_no_mark(blank: str) -> None:
    assert code_on(blank, THURSDAY) is None


def test_what_is_not_possible_counts_nowhere() -> None:
    assert figures(["/", "\\", "I", "N", "X", "Y7", "D", "#"]) == Figures(2, 1, 1)


@pytest.mark.parametrize(
    ("present", "absent", "percent", "label"),
    [
        (122, 16, "88.4%", "persistent absence"),
        (90, 10, "90.0%", "persistent absence"),
        (91, 9, "91.0%", ""),
        (50, 50, "50.0%", "severe absence"),
        (5, 5, "50.0%", ""),
        (0, 0, "no figure", ""),
    ],
)
def test_percentages_are_counted_in_whole_sessions(
    present: int, absent: int, percent: str, label: str
) -> None:
    found = Figures(present, absent, 0)
    assert (found.percent, found.label) == (percent, label)


def give(pupil: Pupil, codes: str, *, last: dt.date = THURSDAY) -> None:
    """One code a day, both sessions, the last one on `last`; weekends are skipped."""
    day = last
    for code in reversed(codes):
        while day.weekday() > 4:
            day -= dt.timedelta(days=1)
        for session in ("am", "pm"):
            mark = {"/": "/" if session == "am" else "\\"}.get(code, code)
            Mark.objects.create(pupil=pupil, day=day, session=session, code=mark)
        day -= dt.timedelta(days=1)


def test_the_last_ten_days_are_the_last_marked_ones(cast: Cast, now) -> None:
    pupil = PupilFactory(school=cast.school)
    give(pupil, "///////////LI")
    ticks = last_days(Mark.objects.filter(pupil=pupil))
    assert (len(ticks), [t.shape for t in ticks[-4:]]) == (20, ["late", "late", "absent", "absent"])


@pytest.mark.clause("AF-046", "AF-048")
@pytest.mark.parametrize("cast", [AF], indirect=True)
@pytest.mark.parametrize(
    ("codes", "expected"), [("//II", []), ("//III", ["ILLNESS"]), ("/III/", []), ("IIII", ["ILLNESS"])]
)
def test_three_days_of_illness_suggest_a_visit(cast: Cast, now, codes: str, expected: list[str]) -> None:
    give(PupilFactory(school=cast.school), codes)
    assert [p.reason_code for p in propose(school=cast.school, now=now)] == expected


@pytest.mark.clause("PS-037")
@pytest.mark.parametrize("cast", ["poulton_le_sands"], indirect=True)
def test_a_reason_that_the_policy_does_not_have_is_not_suggested(cast: Cast, now) -> None:
    give(PupilFactory(school=cast.school), "//III")
    assert propose(school=cast.school, now=now) == []


@pytest.mark.clause("SH-032", "SH-033", "TC-076")
@pytest.mark.parametrize("cast", [TC], indirect=True)
def test_three_days_without_a_word_suggest_a_visit(cast: Cast, now) -> None:
    give(PupilFactory(school=cast.school), "//NNN")
    assert [(p.trigger, p.reason_code) for p in propose(school=cast.school, now=now)] == [
        ("no_contact", "ABSENCE")
    ]


@pytest.mark.clause("AF-036")
@pytest.mark.parametrize("cast", [TC], indirect=True)
@pytest.mark.parametrize(("result", "count"), [("no_answer", 1), ("spoke", 1), ("explained", 0)])
def test_only_an_explanation_clears_the_suggestion(cast: Cast, now, result: str, count: int) -> None:
    pupil = PupilFactory(school=cast.school)
    give(pupil, "//NNN")
    ContactAttempt.objects.create(pupil=pupil, at=now, channel="call", result=result, by=cast.office)
    assert len(propose(school=cast.school, now=now)) == count


def test_an_absence_is_suggested_once_and_not_again_when_waived(cast: Cast, now) -> None:
    give(PupilFactory(school=cast.school), "//NNN")
    (proposal,) = propose(school=cast.school, now=now)
    assert propose(school=cast.school, now=now) == []
    proposing.waive(proposal=proposal, by=cast.attendance, now=now, why="Back tomorrow, the aunt rang.")
    assert propose(school=cast.school, now=now) == []


def test_a_suggestion_becomes_a_prefilled_request(cast: Cast, now, client: Client) -> None:
    pupil = make.a_pupil(cast)
    give(pupil, "//NNN")
    (proposal,) = propose(school=cast.school, now=now)
    client.force_login(cast.attendance)
    client.post(f"/attendance/proposals/{proposal.pk}/ask/")
    visit = Proposal.objects.get().visit
    assert (visit.state, visit.requested_by, visit.reason_code, visit.address) == (
        "draft",
        cast.attendance,
        "ABSENCE",
        pupil.household.address,
    )
    assert "Absent for 3 school days" in visit.purpose


@pytest.mark.parametrize("name", ["teacher", "office", "outsider", "admin"])
def test_the_worklist_shows_others_nothing(cast: Cast, now, client: Client, name: str) -> None:
    pupil = PupilFactory(school=cast.school, legal_last_name="Quixote")
    give(pupil, "//NNN")
    (proposal,) = propose(school=cast.school, now=now)
    client.force_login(cast.people[name])
    assert "Quixote" not in client.get("/attendance/").content.decode()
    assert client.post(f"/attendance/proposals/{proposal.pk}/ask/").status_code == 404


CSV = "UPN,Date,Session,Code,Minutes late,Comment\n"


def marks_of(cast: Cast, now: dt.datetime, *rows: str, confirm: bool = True):
    return importing.run(
        school=cast.school,
        kind="marks",
        text=CSV + "\n".join(rows),
        by=cast.attendance,
        now=now,
        confirm=confirm,
    )


def test_marks_come_in_by_file_and_suggest_visits(cast: Cast, now) -> None:
    upn = PupilFactory(school=cast.school).upn
    days = ["24/11/2026", "25/11/2026", "26/11/2026"]
    summary = marks_of(cast, now, *[f"{upn},{day},{s},N,," for day in days for s in ("AM", "PM")])
    assert (summary.written, summary.added, Proposal.objects.count()) == (True, 6, 1)


def test_a_file_with_an_unknown_code_writes_nothing_and_says_where(cast: Cast, now) -> None:
    upn = PupilFactory(school=cast.school).upn
    summary = marks_of(cast, now, f"{upn},25/11/2026,AM,/,,", f"{upn},25/11/2026,PM,H,,")
    assert (summary.written, Mark.objects.count()) == (False, 0)
    assert [(p.line, p.column) for p in summary.problems] == [(3, "Code")]


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("A000000000000,25/11/2026,AM,/,,", "UPN"),
        ("{upn},25/12/2026,AM,/,,", "Date"),
        ("{upn},25/11/2026,noon,/,,", "Session"),
    ],
)
def test_each_bad_cell_is_named_with_its_line(cast: Cast, now, row: str, column: str) -> None:
    upn = PupilFactory(school=cast.school).upn
    summary = marks_of(cast, now, row.format(upn=upn))
    assert [(p.line, p.column) for p in summary.problems] == [(2, column)]


def test_a_mark_brought_in_again_is_changed_and_not_doubled(cast: Cast, now) -> None:
    upn = PupilFactory(school=cast.school).upn
    marks_of(cast, now, f"{upn},25/11/2026,AM,N,,")
    summary = marks_of(cast, now, f"{upn},25/11/2026,AM,I,,")
    assert (summary.changed, Mark.objects.get().code) == (1, "I")


def test_a_dry_run_writes_nothing(cast: Cast, now) -> None:
    upn = PupilFactory(school=cast.school).upn
    assert marks_of(cast, now, f"{upn},25/11/2026,AM,N,,", confirm=False).written is False
    assert not Mark.objects.exists()


@pytest.mark.clause("AF-033", "SH-110")
def test_the_figure_at_the_time_of_the_request_is_kept_with_it(cast: Cast, clock) -> None:
    now = clock.set("2026-11-26 10:00")
    pupil = make.a_pupil(cast)
    give(pupil, "////I", last=dt.date(2026, 11, 25))
    visit = make.requested(cast, now=now, pupil=pupil)
    assert visit.attendance_note == "80.0% of 10 sessions"


@pytest.mark.clause("TC-210", "TC-212", "TC-213", "TC-214")
@pytest.mark.parametrize("cast", [TC], indirect=True)
def test_what_was_agreed_is_kept_shared_and_looked_at_again(cast: Cast, clock) -> None:
    from homevisits.trusts.roles import RoleName

    now = clock.set("2026-11-26 10:00")
    make.give_role(cast.slt, RoleName.ATTENDANCE_LEAD, cast)
    visit = make.returned(cast, now=now)
    transitions.keep_record(
        visit=visit,
        by=cast.teacher,
        now=now,
        outcome="completed",
        people=[("Maria", "mother")],
        values=make.record_facts(visit) | {"nothing_agreed": False},
        actions=[("Ring on Monday", "D. Mensah", dt.date(2026, 12, 7))],
        barriers=[("practical", "The bus.", ("Early bus", "D. Mensah", dt.date(2026, 12, 9)))],
    )
    transitions.record(visit=visit, by=cast.teacher, now=now)
    about_the_bus = Agreement.objects.get(action__barrier__text="The bus.")
    assert (about_the_bus.action.what, about_the_bus.review_on) == ("Early bus", dt.date(2026, 12, 9))
    page = browser(cast.teacher).get(f"/attendance/agreements/{about_the_bus.pk}/").content.decode()
    assert "Practical: The bus." in page
    agreeing.review(agreement=about_the_bus, by=cast.teacher, now=now, state="kept")
    agreement = Agreement.objects.get(action__barrier=None)
    assert (agreement.action.what, agreement.owner, agreement.review_on) == (
        "Ring on Monday",
        cast.teacher,
        dt.date(2026, 12, 7),
    )
    assert Notice.objects.filter(recipient=cast.slt, subject__contains="something was agreed").exists()
    clock.set("2026-12-07 08:31")
    sweep("test")
    assert Notice.objects.filter(recipient=cast.teacher, subject__contains="due for review").exists()
    agreeing.review(agreement=agreement, by=cast.teacher, now=clock.now, state="kept")
    assert not AgreementDeadline.objects.filter(state="live").exists()
