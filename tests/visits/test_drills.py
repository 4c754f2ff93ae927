"""Drills: the real ladder for a pretend visit, said to be one in every message, with the proof kept."""

import datetime as dt

import pytest

from homevisits.escalation import alarms
from homevisits.escalation.sweep import sweep
from homevisits.notices import sending
from homevisits.notices.calls import Call
from homevisits.notices.models import Notice, PushSubscription
from homevisits.notices.vapid import new_private_key
from homevisits.people.models import Staff
from tests.cast import Cast, browser
from tests.factories import visits as make
from tests.factories.rules import turned
from tests.factories.trusts import TermFactory
from visits import climbing
from visits.drilling.models import MARK, Drill, DrillDeadline
from visits.drilling.results import results
from visits.drilling.running import plan_all, plan_next, start_drill
from visits.models import VisitAlarm
from visits.transitions import Refused

on = pytest.mark.parametrize
PHONES = "https://127.0.0.1:1/phone/"
PRESETS = ("three_counties", "poulton_le_sands", "aspirational_futures")


def told(alarm) -> set[str]:
    found = Notice.objects.filter(alarm=alarm.uuid)
    assert all(notice.subject.startswith(MARK) for notice in found)
    assert all("Nobody is missing" in notice.body for notice in found)
    return {notice.recipient.last_name.lower() for notice in found}


@on("cast", PRESETS, indirect=True)
def test_a_drill_climbs_the_schools_own_ladder_to_everybody_and_says_what_it_is(
    cast: Cast, clock, now
) -> None:
    alarm = start_drill(school=cast.school, by=cast.head, now=now)
    assert told(alarm)
    last = max(rung.after for rung in alarm.rungs(now=now))
    clock.set(now + last)
    sweep("test")
    everybody = {"office", "head", "slt", "dsl", "deputy", "ceo"}
    assert everybody <= told(alarm)
    before = Notice.objects.filter(alarm=alarm.uuid).count()
    clock.advance(minutes=cast.policy.last_step_repeat_minutes)
    sweep("test")
    assert Notice.objects.filter(alarm=alarm.uuid).count() > before


def test_every_message_that_goes_out_says_that_it_is_a_drill(
    cast: Cast, clock, now, notify, settings
) -> None:
    settings.VAPID_PRIVATE_KEY = new_private_key()
    notify.account(cast.trust)
    staff = Staff.objects.filter(trust=cast.trust)
    for number, person in enumerate(staff.order_by("pk")):
        Staff.objects.filter(pk=person.pk).update(mobile=f"+4477009001{number:02}")
        PushSubscription.objects.create(
            staff=person, endpoint=f"{PHONES}{number}", p256dh="x", auth="x", created_at=now
        )
    alarm = start_drill(school=cast.school, by=cast.head, now=now)
    clock.set(now + max(rung.after for rung in alarm.rungs(now=now)))
    sweep("test")
    sending.drain(seconds=20)
    assert Call.objects.exists()
    alarms.own(alarm=alarm, by=cast.office, now=clock.now)
    alarms.let_go(alarm=alarm, by=cast.office, now=clock.now)
    alarms.resolve(alarm=alarm, by=cast.head, outcome="drill", resolution="All well.", now=clock.now)
    sending.drain(seconds=20)
    found = Notice.objects.filter(alarm=alarm.uuid)
    assert set(found.values_list("channel", flat=True)) == {"in_app", "email", "text", "push", "call"}
    begins = (MARK, f"Open again: {MARK}", f"Over: {MARK}")
    assert [notice.subject for notice in found if not notice.subject.startswith(begins)] == []
    assert [body for body in notify.texts if MARK not in body] == []
    assert notify.texts


def test_a_drill_whose_ladder_breaks_says_that_it_is_one(cast: Cast, clock, now, monkeypatch) -> None:
    alarm = start_drill(school=cast.school, by=cast.head, now=now)
    monkeypatch.setattr(climbing, "ladder", lambda *args: 1 / 0)
    before = set(Notice.objects.values_list("pk", flat=True))
    clock.advance(minutes=30)
    sweep("test")
    found = Notice.objects.filter(alarm=alarm.uuid).exclude(pk__in=before)
    assert {n.subject for n in found} == {f"{MARK}: a timer could not be processed"}
    assert "Somebody may be out" not in found.first().body


def test_a_board_that_is_open_shows_a_drill_and_its_end(cast: Cast, clock, now) -> None:
    desk = browser(cast.office)
    first = desk.get("/board/rows/")
    alarm = start_drill(school=cast.school, by=cast.head, now=now)
    shown = desk.get("/board/rows/", headers={"If-None-Match": first["ETag"]})
    assert (shown.status_code, "Nobody is missing." in shown.content.decode()) == (200, True)
    assert desk.get("/board/rows/", headers={"If-None-Match": shown["ETag"]}).status_code == 304
    alarms.resolve(alarm=alarm, by=cast.head, outcome="drill", resolution="All well.", now=clock.now)
    over = desk.get("/board/rows/", headers={"If-None-Match": shown["ETag"]})
    assert (over.status_code, "Nobody is missing." in over.content.decode()) == (200, False)


def test_who_took_it_and_how_fast_is_kept(cast: Cast, clock, now) -> None:
    alarm = start_drill(school=cast.school, by=cast.head, now=now)
    alarms.own(alarm=alarm, by=cast.office, now=clock.advance(minutes=4))
    with pytest.raises(alarms.WordsNeeded):
        alarms.resolve(alarm=alarm, by=cast.head, outcome="real", resolution="x", now=clock.now)
    alarms.resolve(
        alarm=alarm, by=cast.head, outcome="drill", resolution="All well.", now=clock.advance(minutes=2)
    )
    (place,) = results([cast.school])
    assert (place.running, place.last.taker, place.last.minutes) == (None, "P. Office", 4)
    page = browser(cast.admin).get("/drills/").content.decode()
    assert "P. Office took it after 4 minutes; it climbed to step 1." in page
    kinds = list(Drill.objects.get(ended_at__isnull=False).events.values_list("kind", flat=True))
    assert kinds == ["started", "rung_told", "owned", "resolved", "ended"]


def test_a_drill_is_no_alarm_and_hides_none(cast: Cast, clock, now) -> None:
    visit = make.out(cast, now=now)
    drill = start_drill(school=cast.school, by=cast.dsl, now=now)
    clock.set(visit.return_due_at)
    sweep("test")
    assert VisitAlarm.objects.filter(kind="overdue").count() == 1
    page = browser(cast.office).get("/board/").content.decode()
    assert "Nobody is missing." in page
    assert f"{visit.ref} has not come back" in page
    day = browser(cast.office).get("/").content.decode()
    assert f"Drill at {cast.school}" in day
    assert browser(cast.outsider).get(drill.get_absolute_url()).status_code == 404


def test_only_leaders_run_one_and_only_one_at_a_time(cast: Cast, now) -> None:
    for nobody in (cast.teacher, cast.office, cast.outsider):
        with pytest.raises(Refused, match="Only the head"):
            start_drill(school=cast.school, by=nobody, now=now)
    done = browser(cast.admin).post(f"/drills/{cast.school.slug}/", follow=True).content.decode()
    assert "This is a drill. Nobody is missing." in done
    with pytest.raises(Refused, match="A drill is running"):
        start_drill(school=cast.school, by=cast.head, now=now)


@pytest.mark.turns("drill_each_term")
@on("is_asked", [True, False])
def test_one_is_due_each_term_where_the_policy_asks_for_it(cast: Cast, clock, now, is_asked: bool) -> None:
    TermFactory(school=cast.school, starts_on=dt.date(2026, 9, 1), ends_on=dt.date(2026, 12, 18))
    TermFactory(school=cast.school, starts_on=dt.date(2027, 1, 4), ends_on=dt.date(2027, 3, 25))
    turned(cast, drill_each_term=is_asked)
    plan_all(now)  # as each morning: nothing is planned twice
    live = DrillDeadline.objects.filter(drill__school=cast.school, state="live")
    due = [dt.datetime(2026, 12, 4, 9, tzinfo=dt.UTC)] if is_asked else []
    assert [row.due_at for row in live] == due
    if not is_asked:
        return
    assert "Due by" in browser(cast.head).get("/").content.decode()
    clock.set(due[0])
    sweep("test")
    assert {n.recipient for n in Notice.objects.filter(subject__startswith="A drill is due")} == {cast.head}
    for page in ("/", "/dashboard/"):
        assert f"Run a drill at {cast.school}" in browser(cast.head).get(page).content.decode()
    clock.advance(days=7)
    sweep("test")
    reminded = Notice.objects.filter(subject__startswith="A drill is due", recipient=cast.admin)
    assert reminded.exists()
    alone = start_drill(school=cast.school, by=cast.head, now=clock.now)
    alarms.own(alarm=alone, by=cast.head, now=clock.now)
    alarms.resolve(alarm=alone, by=cast.head, outcome="drill", resolution="All well.", now=clock.now)
    assert [row.due_at for row in live.all()] == due
    assert "It does not count" in browser(cast.head).get("/drills/").content.decode()
    alarm = start_drill(school=cast.school, by=cast.head, now=clock.now)
    alarms.own(alarm=alarm, by=cast.office, now=clock.now)
    alarms.resolve(alarm=alarm, by=cast.head, outcome="drill", resolution="All well.", now=clock.now)
    assert [row.due_at.date() for row in live.all()] == [dt.date(2027, 3, 11)]
    assert plan_next(cast.school, clock.now).pk == live.get().drill_id


def test_without_terms_a_drill_that_does_not_count_puts_nothing_off(cast: Cast, clock, now) -> None:
    planned = plan_next(cast.school, now)
    due = planned.deadlines.get(state="live").due_at
    assert due == planned.planned_at + dt.timedelta(days=120)
    later = clock.advance(days=100)
    plan_all(later)
    assert planned.deadlines.get(state="live").due_at == due
    alone = start_drill(school=cast.school, by=cast.head, now=later)
    alarms.resolve(alarm=alone, by=cast.head, outcome="drill", resolution="All well.", now=later)
    assert DrillDeadline.objects.get(drill__school=cast.school, state="live").due_at == due
