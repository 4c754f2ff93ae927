"""A concern reaches the DSL, is seen by nobody else but its author, and is chased until it is received."""

import datetime as dt

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client

from homevisits.audit.models import Look
from homevisits.escalation.sweep import sweep
from homevisits.notices.models import Notice
from homevisits.people.models import Away
from safeguarding.models import Concern, ConcernAlarm
from safeguarding.raising import Refused, raise_concern, receive
from tests.cast import Cast
from tests.factories import visits as make
from visits.models import Visit

WORDS = "There was no food in the kitchen."


@pytest.fixture
def now(clock) -> dt.datetime:
    return clock.set("2026-11-26 10:00")


@pytest.fixture
def visit(cast: Cast, now) -> Visit:
    return make.out(cast, now=now)


def raised(cast: Cast, visit: Visit, now: dt.datetime, **more: object) -> Concern:
    concern, _ = raise_concern(
        pupil=visit.pupils.get(), visit=visit, by=cast.teacher, now=now, facts=WORDS, **more
    )
    return concern


def told() -> set[str]:
    found = Notice.objects.filter(subject__icontains="concern").values_list("recipient__last_name", flat=True)
    return {name.lower() for name in found}


@pytest.mark.clause("TC-222", "TC-223", "PS-090")
def test_a_concern_is_told_to_the_dsl_at_once(cast: Cast, visit, now) -> None:
    raised(cast, visit, now)
    assert told() == {"dsl"}


@pytest.mark.clause("TC-238")
def test_the_deputy_is_told_while_the_dsl_is_away(cast: Cast, visit, now) -> None:
    Away.objects.create(staff=cast.dsl, during=(now - make.minutes(5), now + make.minutes(300)))
    raised(cast, visit, now)
    assert told() == {"deputy"}


def test_a_dsl_who_writes_one_does_not_receive_it(cast: Cast, visit, now) -> None:
    concern, people = raise_concern(pupil=visit.pupils.get(), visit=visit, by=cast.dsl, now=now, facts=WORDS)
    assert people == [cast.deputy]
    with pytest.raises(Refused, match="You wrote this"):
        receive(concern=concern, by=cast.dsl, now=now)


@pytest.mark.clause("TC-238", "CS-017")
def test_an_unread_concern_climbs_its_ladder(cast: Cast, visit, clock, now) -> None:
    concern = raised(cast, visit, now)
    clock.advance(minutes=cast.policy.concern_read_minutes)
    sweep("test")
    assert concern.alarms.get().state == "open"
    clock.advance(minutes=15)
    sweep("test")
    clock.advance(minutes=15)
    sweep("test")
    assert told() == {"dsl", "deputy", "head"}


def test_receiving_stops_the_chase_and_tells_the_author_who(cast: Cast, visit, clock, now) -> None:
    concern = raised(cast, visit, now)
    clock.advance(minutes=cast.policy.concern_read_minutes)
    sweep("test")
    receive(concern=concern, by=cast.dsl, now=clock.now)
    fresh = Concern.objects.get(pk=concern.pk)
    assert (fresh.received_by, fresh.alarms.get().state) == (cast.dsl, "resolved")
    clock.advance(hours=5)
    sweep("test")
    assert told() == {"dsl"}


READS = {"teacher", "dsl", "deputy"}


def test_only_the_author_and_the_dsl_team_see_it(cast: Cast, visit, now, client: Client) -> None:
    concern = raised(cast, visit, now)
    status = {}
    for name, person in cast.people.items():
        client.force_login(person)
        status[name] = client.get(f"/safeguarding/{concern.uuid}/").status_code
    assert status == {name: 200 if name in READS else 404 for name in cast.people}


def test_every_reading_is_noted(cast: Cast, visit, now, client: Client) -> None:
    concern = raised(cast, visit, now)
    client.force_login(cast.dsl)
    client.get(f"/safeguarding/{concern.uuid}/")
    assert Look.objects.get(what="concern").by == cast.dsl


def test_the_alarm_says_nothing_of_the_words_to_those_who_may_not_read(
    cast, visit, clock, now, client
) -> None:
    concern = raised(cast, visit, now)
    clock.advance(minutes=cast.policy.concern_read_minutes)
    sweep("test")
    alarm = ConcernAlarm.objects.get()
    client.force_login(cast.head)
    page = client.get(alarm.get_absolute_url())
    assert page.status_code == 200
    assert WORDS not in page.content.decode()
    assert str(concern.pupil) not in page.content.decode()


def test_the_form_says_what_is_missing_and_keeps_what_was_typed(
    cast: Cast, visit, now, client: Client
) -> None:
    client.force_login(cast.teacher)
    pupil = visit.pupils.get().pk
    page = client.post(
        f"/safeguarding/new/?visit={visit.ref}", {"pupil": pupil, "facts": WORDS, "danger": "yes"}
    )
    text = page.content.decode()
    assert "Ring 999, then write whom you rang" in text
    assert WORDS in text
    assert not Concern.objects.exists()


@pytest.mark.clause("TC-224", "TC-225", "TC-226", "PS-085")
def test_a_serious_concern_keeps_who_was_rung_first(cast: Cast, visit, now, client: Client) -> None:
    client.force_login(cast.teacher)
    client.post(
        f"/safeguarding/new/?visit={visit.ref}",
        {
            "pupil": visit.pupils.get().pk,
            "facts": WORDS,
            "danger": "yes",
            "services_called": "999 at 10:20, ref 41",
        },
    )
    concern = Concern.objects.get()
    assert (concern.is_serious, concern.services_called) == (True, "999 at 10:20, ref 41")


@pytest.mark.parametrize(
    "act", ["UPDATE safeguarding_concern SET facts = 'x'", "DELETE FROM safeguarding_concern"]
)
def test_the_database_lets_nobody_change_or_delete_a_concern(cast: Cast, visit, now, act: str) -> None:
    raised(cast, visit, now)
    with (
        pytest.raises(DatabaseError, match="pgtrigger: Cannot"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(act)
