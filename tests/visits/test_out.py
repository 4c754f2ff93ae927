"""The phone page through the browser's own messages: who sees it, what it says, what it refuses."""

import datetime as dt
import uuid

import pytest
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from homevisits.notices.models import Notice
from tests.cast import Cast, browser
from tests.factories import visits as make
from tests.factories.people import HouseholdWarningFactory
from tests.factories.rules import pinned, turned
from visits import transitions
from visits.guidance import departure_checks
from visits.models import Attendee, Visit
from visits.safety import VisitAlarm
from visits.states import State
from visits.story import Moment
from visits.transitions import Refused

START = "2026-11-26 10:00"


@pytest.fixture
def now(clock):  # type: ignore[no-untyped-def]
    return clock.set(START)


def page(client: Client, visit: Visit) -> str:
    return client.get(reverse("out", args=[visit.ref])).content.decode()


def say(client: Client, visit: Visit, what: str, **sent: str):  # type: ignore[no-untyped-def]
    return client.post(reverse("out_say", args=[visit.ref, what]), {"key": str(uuid.uuid4()), **sent})


def ticks(visit: Visit) -> list[int]:
    return [item.pk for item in departure_checks(visit)]


def test_page_is_for_those_who_go(cast: Cast, now) -> None:
    visit = make.out(cast)
    url = reverse("out", args=[visit.ref])
    statuses = {name: browser(person).get(url).status_code for name, person in cast.people.items()}
    to_the_visit = dict.fromkeys(["office", "dsl", "slt", "deputy", "head", "ewo", "ceo"], 302)
    nowhere = dict.fromkeys(["attendance", "admin", "outsider"], 404)
    assert statuses == {"teacher": 200, "colleague": 200, **to_the_visit, **nowhere}


@pytest.mark.parametrize("state", State.values)
def test_page_answers_in_every_state(cast: Cast, now, state: str) -> None:
    visit = make.in_state(cast, state)
    assert f'data-state="{state}"' in page(browser(cast.teacher), visit)


def test_what_a_page_cannot_notice_is_said_before_leaving_and_where_help_is(cast: Cast, now) -> None:
    said = "A web page cannot notice a fall"
    assert said in page(browser(cast.teacher), make.logged(cast))
    url = reverse("out_help", args=[make.out(cast).ref])
    assert said in browser(cast.teacher).get(url).content.decode()


@pytest.mark.clause("TC-017", "TC-067", "TC-070", "TC-137")
def test_leaving_asks_for_every_tick(cast: Cast, now) -> None:
    visit = make.logged(cast)
    client, url = browser(cast.teacher), reverse("out_depart", args=[visit.ref])
    short = client.post(url, {"key": str(uuid.uuid4()), "checks": ticks(visit)[1:]})
    none = client.post(url, {"key": str(uuid.uuid4())})
    assert "Tick this line too: I follow the home visit policy" in short.content.decode()
    assert "Tick every line before you leave" in none.content.decode()
    assert Visit.objects.get(pk=visit.pk).state == State.LOGGED
    left = client.post(url, {"key": str(uuid.uuid4()), "checks": ticks(visit)})
    assert (left.status_code, Visit.objects.get(pk=visit.pk).state) == (302, State.IN_PROGRESS)


def test_leaving_too_early_is_refused_in_plain_words(cast: Cast, clock) -> None:
    visit = make.logged(cast, now=clock.set(START))
    Visit.objects.filter(pk=visit.pk).update(
        depart_at=clock.now + dt.timedelta(hours=2),
        start_at=clock.now + dt.timedelta(hours=3),
        end_at=clock.now + dt.timedelta(hours=4),
        return_at=clock.now + dt.timedelta(hours=5),
    )
    client = browser(cast.teacher)
    reply = client.post(
        reverse("out_depart", args=[visit.ref]), {"key": str(uuid.uuid4()), "checks": ticks(visit)}
    )
    assert reply.status_code == 409
    assert "You may leave from 11:30 on 26 November." in reply.content.decode()
    assert 'data-blocks="true"' in page(client, visit)


@pytest.mark.clause("TC-166")
def test_while_out_the_page_says_when_to_be_back_and_when_somebody_rings(cast: Cast, now) -> None:
    shown = page(browser(cast.teacher), make.out(cast))
    assert "You are out. Back at school by" in shown
    assert ">10:55</time>" in shown
    assert "in 55 minutes" in shown
    assert "next check-in <time" in shown
    assert ">10:20</time>" in shown


@pytest.mark.clause("TC-170")
def test_being_late_is_said_on_top(cast: Cast, clock) -> None:
    visit = make.out(cast, now=clock.set(START))
    clock.advance(minutes=59)
    shown = page(browser(cast.teacher), visit)
    assert "You are late. Back at school was" in shown
    assert "4 minutes ago" in shown


def test_a_message_replies_with_the_servers_time(cast: Cast, clock) -> None:
    visit = make.out(cast, now=clock.set(START))
    client = browser(cast.colleague)
    assert "data-last-sent" not in page(client, visit)
    clock.advance(minutes=9)
    reply = say(client, visit, "arrived")
    assert reply.url == reverse("out", args=[visit.ref])
    assert 'Sent <time datetime="2026-11-26T10:09:00+00:00">10:09</time>' in page(client, visit)


def test_the_same_key_twice_is_one_moment(cast: Cast, now) -> None:
    visit = make.out(cast)
    client, key = browser(cast.teacher), str(uuid.uuid4())
    replies = [say(client, visit, "fine", key=key) for _ in range(3)]
    assert [reply.status_code for reply in replies] == [302, 302, 302]
    assert visit.moments.filter(kind=Moment.Kind.FINE).count() == 1


def test_every_button_has_a_key_of_its_own(cast: Cast, now) -> None:
    shown = page(browser(cast.teacher), make.out(cast))
    keys = [part.split('"')[0] for part in shown.split('name="key" value="')[1:]]
    assert len(keys) == len(set(keys)) > 3


@pytest.mark.clause("CS-090")
def test_fine_speaks_for_one_and_together_for_both(cast: Cast, now) -> None:
    visit = make.out(cast)
    client = browser(cast.teacher)
    assert "We are together, both fine" in page(client, visit)
    say(client, visit, "fine")
    say(client, visit, "together")
    assert list(visit.moments.filter(kind="fine").values_list("for_all", flat=True)) == [False, True]


def test_somebody_alone_is_not_asked_to_speak_for_others(cast: Cast, now) -> None:
    visit = make.out(
        cast, by=cast.ewo, party=[cast.ewo], lone_reason="One adult is enough, and less of a crowd."
    )
    assert "together" not in page(browser(cast.ewo), visit)


@pytest.mark.clause("TC-109", "TC-110")
def test_waiting_says_when_the_wait_ends(cast: Cast, clock) -> None:
    visit = make.out(cast, now=clock.set(START))
    clock.advance(minutes=15)
    client = browser(cast.teacher)
    say(client, visit, "waiting")
    shown = page(client, visit)
    assert "Wait no longer than <time" in shown
    assert ">10:35</time>" in shown
    assert "Then the visit is cancelled" in shown


MOTHER = "Maria Novak, mother"


@pytest.mark.clause("TC-110")
@pytest.mark.turns("wait_ends_visit")
@pytest.mark.parametrize(("ends", "goes_in"), [(True, False), (False, True)])
def test_after_the_wait_nobody_goes_in_without_saying_why(
    cast: Cast, clock, ends: bool, goes_in: bool
) -> None:
    visit = pinned(make.out(cast, now=clock.set(START)), turned(cast, wait_ends_visit=ends))
    transitions.say_waiting(visit=visit, by=cast.teacher, now=clock.advance(minutes=11))
    clock.advance(minutes=20, seconds=1)
    client, url = browser(cast.teacher), reverse("out_entered", args=[visit.ref])
    asked = client.post(url, {"adult": MOTHER}).content.decode()
    fresh = Visit.objects.get(pk=visit.pk)
    assert (fresh.entered_at is not None, "Your wait is over, so the visit is cancelled" in asked) == (
        goes_in,
        not goes_in,
    )
    if not goes_in:
        client.post(url, {"adult": MOTHER, "late": "She came running.", "key": str(uuid.uuid4())})
        assert visit.events.get(kind="entered").detail["breach"] is True
        assert Notice.objects.filter(key__startswith=f"{visit.ref}:entered_all_the_same", recipient=cast.head)


@pytest.mark.clause("TC-109", "TC-110")
def test_within_the_wait_they_go_in_as_ever(cast: Cast, clock) -> None:
    visit = make.out(cast, now=clock.set(START))
    transitions.say_waiting(visit=visit, by=cast.teacher, now=clock.advance(minutes=11))
    clock.advance(minutes=19)
    browser(cast.teacher).post(reverse("out_entered", args=[visit.ref]), {"adult": MOTHER})
    assert visit.events.get(kind="entered").detail["breach"] is False


@pytest.mark.clause("TC-115")
@pytest.mark.turns("animals_end_visit")
@pytest.mark.parametrize("ends", [True, False])
def test_animals_that_are_not_put_away_cancel_the_visit(cast: Cast, clock, ends: bool) -> None:
    visit = pinned(make.out(cast, now=clock.set(START)), turned(cast, animals_end_visit=ends))
    say = {"visit": visit, "by": cast.teacher, "now": clock.advance(minutes=11)}
    transitions.say_outcome(**say, outcome="animals")
    assert Visit.objects.get(pk=visit.pk).get_outcome_display() == "Cancelled: animals not put away"
    if not ends:
        assert transitions.say_entered(**say, invited_by=MOTHER).entered_at == clock.now
        return
    with pytest.raises(Refused, match="so the visit is cancelled: leave"):
        transitions.say_entered(**say, invited_by=MOTHER)
    assert transitions.say_entered(**say, invited_by=MOTHER, breach="Dog out").outcome == "animals"


@pytest.mark.clause("PS-071", "PS-072", "TC-229")
def test_going_in_names_the_adult_or_a_breach(cast: Cast, now) -> None:
    visit = make.out(cast)
    client, url = browser(cast.teacher), reverse("out_entered", args=[visit.ref])
    nobody = client.post(url, {"adult": "nobody"}).content.decode()
    assert "Stay outside, or say why you went in without an adult" in nobody
    assert Visit.objects.get(pk=visit.pk).entered_at is None
    client.post(url, {"adult": "other", "name": "Maria Novak, mother", "key": str(uuid.uuid4())})
    assert Visit.objects.get(pk=visit.pk).invited_by == "Maria Novak, mother"


@pytest.mark.clause("TC-229")
def test_going_in_without_an_adult_is_kept_as_a_breach(cast: Cast, now) -> None:
    visit = make.out(cast)
    url = reverse("out_entered", args=[visit.ref])
    browser(cast.teacher).post(
        url, {"adult": "nobody", "breach": "A child was choking.", "key": str(uuid.uuid4())}
    )
    assert visit.events.get(kind="entered").detail["breach"] is True
    assert visit.moments.get(kind="entered").note == "A child was choking."


def test_more_time_moves_the_return_and_needs_a_reason(cast: Cast, now) -> None:
    visit = make.out(cast)
    client, url = browser(cast.teacher), reverse("out_time", args=[visit.ref])
    assert "Choose why you need more time" in client.post(url, {"minutes": "15"}).content.decode()
    client.post(url, {"minutes": "15", "why": "Traffic", "key": str(uuid.uuid4())})
    assert Visit.objects.get(pk=visit.pk).return_at - visit.return_at == dt.timedelta(minutes=15)


def test_a_third_extension_is_asked_for_and_a_fourth_is_refused_with_what_was_typed_kept(
    cast: Cast, now
) -> None:
    visit = make.out(cast)
    client, url = browser(cast.teacher), reverse("out_time", args=[visit.ref])
    for _ in range(2):
        client.post(url, {"minutes": "15", "why": "Traffic", "key": str(uuid.uuid4())})
    asked = {"minutes": "30", "why": "other", "why_other": "Gran is ill"}
    client.post(url, asked)
    assert Visit.objects.get(pk=visit.pk).return_at - visit.return_at == dt.timedelta(minutes=30)
    fourth = client.post(url, asked).content.decode()
    assert "You have asked already, and nobody has answered yet" in fourth
    assert 'value="Gran is ill"' in fourth


@pytest.mark.clause("TC-114", "TC-115", "PS-082", "CS-044")
def test_how_it_went_says_what_to_do_for_each(cast: Cast, now) -> None:
    visit = make.out(cast)
    client, url = browser(cast.teacher), reverse("out_outcome", args=[visit.ref])
    asked = client.get(url).content.decode()
    assert "Do not go in. Stay outside until you are told what to do." in asked
    assert "If they refuse or cannot, the visit is cancelled: leave." in asked
    say(client, visit, "arrived")
    client.post(url, {"outcome": "nobody_in", "key": str(uuid.uuid4())})
    assert Visit.objects.get(pk=visit.pk).outcome == "nobody_in"
    assert "Leave the calling card" in page(client, visit)


@pytest.mark.clause("PS-066")
@pytest.mark.parametrize("cast", ["poulton_le_sands"], indirect=True)
def test_animals_need_not_end_the_visit_everywhere(cast: Cast, now) -> None:
    visit = make.out(cast)
    asked = browser(cast.teacher).get(reverse("out_outcome", args=[visit.ref])).content.decode()
    assert "Ask for them to be kept out of the room. If you do not feel safe, leave." in asked


def test_did_not_leave_needs_a_reason_and_asks_again(cast: Cast, now) -> None:
    visit = make.out(cast)
    client, url = browser(cast.teacher), reverse("out_not_left", args=[visit.ref])
    assert "Say why nobody left" in client.post(url, {"reason": " "}).content.decode()
    client.post(url, {"reason": "Flat tyre", "key": str(uuid.uuid4())})
    assert Visit.objects.get(pk=visit.pk).state == State.LOGGED
    assert "I am leaving now" in page(client, visit)


def test_under_an_alarm_nothing_is_taken_back_and_the_alarm_is_not_named(cast: Cast, now) -> None:
    visit = make.out(cast)
    transitions.say_no_answer(visit=visit, by=cast.office, now=now, attendee=visit.party[0])
    url = reverse("out_not_left", args=[visit.ref])
    text = browser(cast.teacher).post(url, {"reason": "Flat tyre", "key": str(uuid.uuid4())}).content.decode()
    assert "Ring the office: they do it with you." in text
    assert "alarm" not in text.lower().split("<main")[1]
    with pytest.raises(transitions.Refused, match="An alarm about this visit is open"):
        transitions.did_not_leave(visit=visit, by=cast.office, now=now, reason="Flat tyre")


def test_an_old_message_that_they_left_does_not_send_them_out_again(cast: Cast, now) -> None:
    visit = make.logged(cast)
    client, url = browser(cast.teacher), reverse("out_depart", args=[visit.ref])
    message = {"key": str(uuid.uuid4()), "checks": ticks(visit)}
    client.post(url, message)
    client.post(reverse("out_not_left", args=[visit.ref]), {"reason": "Flat tyre", "key": str(uuid.uuid4())})
    client.post(url, message)
    assert Visit.objects.get(pk=visit.pk).state == State.LOGGED


@pytest.mark.clause("PS-100", "PS-101", "CS-090")
def test_each_says_that_they_are_back(cast: Cast, now) -> None:
    visit = make.out(cast)
    say(browser(cast.teacher), visit, "back")
    shown = page(browser(cast.teacher), visit)
    assert "You said that you are back at" in shown
    assert "<b>P. Colleague</b> has not said so yet" in shown
    assert Visit.objects.get(pk=visit.pk).state == State.IN_PROGRESS
    say(browser(cast.colleague), visit, "back")
    assert Visit.objects.get(pk=visit.pk).state == State.RETURNED_SAFE


def test_a_visitor_answers_for_an_outsider_of_the_party(cast: Cast, now) -> None:
    visit = make.out(cast)
    worker = Attendee.objects.create(visit=visit, name="Jo Social", phone="+447700900777")
    client = browser(cast.teacher)
    say(client, visit, "back")
    assert "Jo Social is back too" in page(client, visit)
    client.post(reverse("out_back", args=[visit.ref, worker.pk]), {"key": str(uuid.uuid4())})
    worker.refresh_from_db()
    assert worker.back_by == cast.teacher


def plain(reply_text: str) -> list[str]:
    """A page without what differs from one rendering to the next: keys and tokens."""
    return [
        line for line in reply_text.splitlines() if "csrf" not in line.lower() and 'name="key"' not in line
    ]


def test_with_an_alarm_open_the_word_is_a_claim_and_the_page_the_same(cast: Cast, now) -> None:
    quiet = make.out(cast)
    say(browser(cast.teacher), quiet, "back")
    loud = make.out(cast)
    VisitAlarm.objects.create(visit=loud, kind="overdue", due_at=now, opened_at=now, next_at=now)
    reply = say(browser(cast.teacher), loud, "back")
    assert reply.status_code == 302
    mine = loud.attendees.get(staff=cast.teacher)
    assert (mine.claimed_back_at, mine.back_at) == (now, None)
    assert Visit.objects.get(pk=loud.pk).state == State.IN_PROGRESS
    one, other = page(browser(cast.teacher), quiet), page(browser(cast.teacher), loud)
    assert plain(one) == plain(
        other.replace(loud.ref, quiet.ref).replace(f"/out/back/{loud.pk}", f"/out/back/{quiet.pk}")
    )


def test_the_page_never_asks_for_alarms(cast: Cast, now, django_assert_max_num_queries) -> None:
    visit = make.out(cast)
    client = browser(cast.teacher)
    with django_assert_max_num_queries(60) as asked:
        page(client, visit)
    assert [q["sql"] for q in asked.captured_queries if "visits_visitalarm" in q["sql"]] == []


def test_a_mistaken_back_can_be_taken_back(cast: Cast, now) -> None:
    visit = make.out(cast)
    client = browser(cast.teacher)
    say(client, visit, "back")
    client.post(reverse("out_not_back", args=[visit.ref]), {"reason": "Wrong button"})
    assert visit.attendees.get(staff=cast.teacher).back_at is None
    assert "You are out. Back at school by" in page(client, visit)


def test_held_help_opens_the_alarm_and_a_tap_is_asked_once_more(cast: Cast, now) -> None:
    visit = make.out(cast)
    client, url, key = browser(cast.teacher), reverse("out_help", args=[visit.ref]), str(uuid.uuid4())
    asked = client.post(url, {"key": key}).content.decode()
    assert "Yes, send for help" in asked
    assert f'value="{key}"' in asked
    assert not visit.alarms.exists()
    client.post(url, {"key": key, "held": "1"})
    client.post(url, {"key": key, "held": "1"})
    assert [alarm.kind for alarm in visit.alarms.all()] == ["help"]
    assert "You asked for help at" in page(client, visit)


@pytest.mark.clause("TC-139", "TC-164", "TC-165")
def test_if_something_goes_wrong_is_one_tap_away_from_every_page_while_out(cast: Cast, now) -> None:
    visit = make.out(cast)
    client, wrong = browser(cast.teacher), reverse("out_help", args=[visit.ref])
    names = ["out", "out_time", "out_entered", "out_outcome", "out_not_left", "out_reminders"]
    pages = {name: client.get(reverse(name, args=[visit.ref])).content.decode() for name in names}
    assert [name for name, text in pages.items() if f'href="{wrong}"' not in text] == []
    assert [name for name, text in pages.items() if 'href="tel:999"' not in text] == []
    assert [name for name, text in pages.items() if f'href="tel:{visit.school.phone}"' not in text] == []
    assert "Violence threatened or used: ring 999." in client.get(wrong).content.decode()


@pytest.mark.clause("TC-229", "TC-230", "TC-156")
def test_reminders_follow_the_moment(cast: Cast, now) -> None:
    visit = make.out(cast)
    client = browser(cast.teacher)
    assert "Never go in without an appropriate adult there." in page(client, visit)
    transitions.say_entered(visit=visit, by=cast.teacher, now=now, invited_by="Maria Novak")
    inside = page(client, visit)
    assert "Leave when no appropriate adult is there any more." in inside
    assert "Never go in without an appropriate adult there." not in inside


def test_the_place_with_warnings_and_a_plain_link_to_maps(cast: Cast, now) -> None:
    visit = make.out(cast)
    HouseholdWarningFactory(household=visit.household, author=cast.dsl)
    shown = page(browser(cast.teacher), visit)
    assert "Dog: ask for it to be in another room" in shown
    assert 'href="https://www.google.com/maps/search/?api=1&amp;query=HR4%200AA"' in shown
    assert "Mother" in shown


def test_a_stale_page_is_told_who_was_first(cast: Cast, clock) -> None:
    visit = make.logged(cast, now=clock.set(START))
    clock.advance(minutes=2)
    transitions.depart(visit=visit, by=cast.colleague, now=clock.now, checks=ticks(visit))
    url = reverse("out_depart", args=[visit.ref])
    reply = browser(cast.teacher).post(url, {"key": str(uuid.uuid4()), "checks": ticks(visit)})
    assert reply.status_code == 409
    assert "This visit is out: P. Colleague, 10:02." in reply.content.decode()


def test_what_cannot_be_written_says_not_recorded_with_the_number(cast: Cast, now) -> None:
    visit = make.out(cast)
    client = browser(cast.teacher)
    page(client, visit)
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION READ ONLY")
        reply = say(client, visit, "fine")
        transaction.set_rollback(True)
    text = reply.content.decode()
    assert reply.status_code == 503
    assert "NOT recorded. Ring the office." in text
    assert f'href="tel:{visit.school.phone}"' in text


def test_with_no_database_at_all_the_number_is_still_there(cast: Cast, now, monkeypatch) -> None:
    visit = make.out(cast)
    client = browser(cast.teacher)
    page(client, visit)
    client.raise_request_exception = False
    monkeypatch.setattr("visits.views.failing.get_object_or_404", lambda *args, **kwargs: 1 / 0)
    reply = say(client, visit, "fine")
    assert reply.status_code == 503
    assert f'href="tel:{visit.school.phone}"' in reply.content.decode()


def test_an_unknown_saying_is_not_there(cast: Cast, now) -> None:
    visit = make.out(cast)
    assert say(browser(cast.teacher), visit, "nonsense").status_code == 404


def test_a_panel_that_fails_does_not_take_the_buttons_away(cast: Cast, now, monkeypatch) -> None:
    monkeypatch.setattr("visits.views.out.OUT_PANELS", [lambda visit, staff: 1 / 0])
    assert "I am fine" in page(browser(cast.teacher), make.out(cast))


def test_elsewhere_a_failure_is_the_ordinary_page(cast: Cast, now, monkeypatch) -> None:
    visit = make.out(cast)
    client = browser(cast.teacher)
    client.raise_request_exception = False
    monkeypatch.setattr("visits.views.recording.get_object_or_404", lambda *args, **kwargs: 1 / 0)
    reply = client.get(reverse("record", args=[visit.ref]))
    assert reply.status_code == 500
    assert "NOT recorded" not in reply.content.decode()
