"""The days on which somebody is reminded, how often, and that it ends."""

import datetime as dt
from collections.abc import Callable

import pytest

from homevisits.audit.verify import faults
from homevisits.clock import london_day
from homevisits.escalation.models import Deadline
from homevisits.notices.models import Notice
from homevisits.people.models import Staff
from homevisits.trusts.models import Insurance
from homevisits.trusts.parts import LinkedPolicy
from homevisits.upkeep import arming, keeping
from homevisits.upkeep.due import Facts, Kind, monday, wanted
from homevisits.upkeep.models import UpkeepAlarm, UpkeepDeadline
from tests.cast import Cast
from tests.clock import Clock
from tests.factories.people import ClearanceFactory
from tests.homevisits.upkeep.conftest import Publish

pytestmark = pytest.mark.django_db
At = Callable[[str], dt.datetime]
DAY = dt.timedelta(days=1)


def notices(subject: str) -> list[tuple[str, dt.date]]:
    """Who was reminded inside the product, on which day, oldest first."""
    found = Notice.objects.in_product().filter(subject=subject).order_by("created_at", "recipient__last_name")
    return [(n.recipient.last_name, london_day(n.created_at)) for n in found.select_related("recipient")]


@pytest.mark.clause("TC-248", "TC-256", "AF-005")
def test_a_review_is_announced_ahead_on_its_day_and_weekly_for_a_quarter(
    cast: Cast, new_version: Publish, at: At, clock: Clock
) -> None:
    review_by = dt.date(2026, 12, 31)
    new_version(review_by=review_by, review_reminder_days=30)
    at("2026-12-01 08:29")
    assert notices("The policy is due for review") == []
    at("2026-12-01 08:30")
    at("2026-12-31 08:31")
    days = [review_by - 30 * DAY, review_by]
    expected = [(name, day) for day in days for name in ("Admin", "Ceo")]
    assert notices("The policy is due for review") == expected
    for week in range(1, 20):
        at(f"{review_by + week * 7 * DAY} 09:31")
    late = notices("The review of the policy is overdue")
    assert [day for name, day in late if name == "Ceo"] == [review_by + n * 7 * DAY for n in range(1, 13)]
    assert UpkeepDeadline.objects.get(kind=Kind.REVIEW).state == Deadline.State.FIRED


def test_a_new_version_with_a_later_review_clears_the_reminder_of_the_old_one(
    cast: Cast, new_version: Publish, now: dt.datetime
) -> None:
    arming.keep(cast.trust, None, now=now)
    policy = new_version(review_by=dt.date(2027, 12, 31))
    live = UpkeepDeadline.objects.filter(kind=Kind.REVIEW, state="live")
    assert [(row.policy, row.due_at.date()) for row in live] == [(policy, dt.date(2027, 12, 31))]


@pytest.mark.clause("TC-046")
def test_insurance_that_ends_is_announced_60_and_14_days_ahead_and_on_the_day(
    cast: Cast, now: dt.datetime, at: At
) -> None:
    ends = dt.date(2027, 3, 31)
    keeping.add_insurance(
        trust=cast.trust,
        insurer="Mutual",
        reference="P-1",
        starts_on=dt.date(2026, 4, 1),
        expires_on=ends,
        by=cast.admin,
        now=now,
    )
    for day in (ends - 60 * DAY, ends - 14 * DAY, ends, ends + 7 * DAY):
        at(f"{day} 08:31")
    told = [day for name, day in notices("The insurance ends soon") if name == "Admin"]
    assert told == [ends - 60 * DAY, ends - 14 * DAY]
    assert [day for name, day in notices("The insurance ends today") if name == "Admin"] == [ends]
    assert [day for name, day in notices("The insurance has ended") if name == "Admin"] == [ends + 7 * DAY]
    assert Insurance.objects.get().recorded_by == cast.admin


def test_insurance_that_was_renewed_is_announced_no_more(cast: Cast, now: dt.datetime) -> None:
    for year in (2026, 2027):
        keeping.add_insurance(
            trust=cast.trust,
            insurer="Mutual",
            reference=f"P-{year}",
            starts_on=dt.date(year, 4, 1),
            expires_on=dt.date(year + 1, 3, 31),
            by=cast.ceo,
            now=now,
        )
    live = UpkeepDeadline.objects.filter(insurance__isnull=False, state="live").values_list(
        "kind", "insurance__reference"
    )
    assert set(live) == {("insurance", "P-2027"), ("insurance_soon", "P-2027")}


@pytest.mark.clause("TC-255")
def test_a_head_who_has_not_told_the_staff_is_reminded_until_they_have(
    cast: Cast, new_version: Publish, at: At
) -> None:
    policy = new_version(cascade_days=7)
    at("2026-12-03 08:31")
    then = at("2026-12-05 08:31")
    subject = "Your staff are still to be told of the policy"
    heads = [(name, day) for name, day in notices(subject) if name == "Head"]
    assert heads == [("Head", dt.date(2026, 12, 3)), ("Head", dt.date(2026, 12, 5))]
    keeping.tell_staff(policy=policy, school=cast.school, how="By e-mail", by=cast.head, now=then)
    row = UpkeepDeadline.objects.get(kind=Kind.CASCADE, upkeep__school=cast.school)
    assert row.state == Deadline.State.MET


@pytest.mark.clause("TC-050", "TC-228")
def test_the_head_hears_how_many_have_not_read_and_not_one_notice_a_person(
    cast: Cast, new_version: Publish, at: At
) -> None:
    new_version(read_days=14)
    at("2026-12-10 08:31")
    assert notices("8 people have not read the policy yet") == []
    at("2026-12-11 08:31")
    assert notices("8 people have not read the policy yet") == [("Head", dt.date(2026, 12, 11))]


def test_nobody_is_reminded_of_reading_that_is_done(cast: Cast, new_version: Publish, at: At) -> None:
    policy = new_version(read_days=14)
    papers = [
        "",
        *LinkedPolicy.objects.filter(policy=policy, must_be_read=True).values_list("title", flat=True),
    ]
    for person in Staff.objects.filter(trust=cast.trust):
        keeping.confirm_reading(policy=policy, papers=papers, by=person, now=policy.published_at)
    at("2026-12-11 08:31")
    assert not Notice.objects.filter(subject__contains="not read").exists()


def test_checks_that_end_are_told_in_one_digest_on_a_monday(cast: Cast, now: dt.datetime, at: At) -> None:
    for person in (cast.teacher, cast.colleague):
        ClearanceFactory(staff=person, expires_on=dt.date(2027, 2, 10))
    arming.keep_everything(now=now)
    at("2026-12-11 09:00")
    assert notices("Checks or training of staff end") == []
    at("2026-12-14 08:31")
    assert notices("Checks or training of staff end") == [("Head", dt.date(2026, 12, 14))]
    body = Notice.objects.get(subject="Checks or training of staff end", channel="in_app").body
    assert "Ending within 60 days: 2" in body


@pytest.mark.parametrize(
    ("day", "later"),
    [
        (dt.date(2026, 11, 23), dt.date(2026, 11, 23)),
        (dt.date(2026, 11, 24), dt.date(2026, 11, 30)),
        (dt.date(2026, 11, 29), dt.date(2026, 11, 30)),
    ],
)
def test_a_digest_waits_for_monday(day: dt.date, later: dt.date) -> None:
    assert monday(day) == later


def test_everything_falls_due_at_half_past_eight_before_and_after_a_clock_change() -> None:
    days = [
        wanted(Facts(read_by=(dt.date(2027, 3, day),)), dt.date(2027, 3, 1))[0].due_at for day in (26, 27, 28)
    ]
    assert [(due.day, due.hour) for due in days] == [(27, 8), (28, 7), (29, 7)]


def test_a_newcomer_who_is_late_is_news_though_others_are_late_too() -> None:
    today = dt.date(2026, 12, 20)
    late, later, to_come = dt.date(2026, 12, 1), dt.date(2026, 12, 18), dt.date(2026, 12, 30)
    (reading,) = wanted(Facts(read_by=(late, later, to_come)), today)
    assert reading.due_at.date() == later + DAY
    (reading,) = wanted(Facts(read_by=(to_come,)), today)
    assert reading.due_at.date() == to_come + DAY


def test_the_morning_round_changes_nothing_when_nothing_changed(cast: Cast, now: dt.datetime) -> None:
    arming.keep_everything(now=now)
    before = list(UpkeepDeadline.objects.order_by("pk").values())
    assert arming.keep_everything(now=now) == 5
    assert list(UpkeepDeadline.objects.order_by("pk").values()) == before


def test_a_reminder_that_breaks_becomes_an_alarm_for_who_keeps_the_policy(
    cast: Cast, new_version: Publish, at: At, monkeypatch: pytest.MonkeyPatch
) -> None:
    new_version(cascade_days=7)
    from homevisits.upkeep import nudging

    def broken(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setitem(nudging._SAYS, Kind.CASCADE, broken)
    at("2026-12-03 08:31")
    alarm = UpkeepAlarm.objects.get(upkeep__school=cast.school)
    assert alarm.kind == "fault"
    sees = {part for part, person in cast.people.items() if alarm in UpkeepAlarm.visible_to(person)}
    assert sees == {"head", "ceo", "admin"}
    told = Notice.objects.filter(alarm=alarm.uuid, channel="in_app").values_list("recipient", flat=True)
    assert set(told) == {cast.head.pk, cast.ceo.pk, cast.admin.pk}


def test_the_story_of_a_place_is_chained(cast: Cast, new_version: Publish, at: At) -> None:
    new_version(cascade_days=7)
    at("2026-12-03 08:31")
    place = UpkeepDeadline.objects.filter(kind=Kind.CASCADE).first().upkeep
    assert [event.sentence for event in place.events.all()] == ["Staff should have been told of the policy"]
    assert list(faults()) == []
