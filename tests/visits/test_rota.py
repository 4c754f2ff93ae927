"""Who may decide, read once for many visits; and the words around it."""

import datetime as dt

import pytest

from homevisits.clock import from_local
from homevisits.people.models import Away
from tests.cast import Cast
from tests.factories.trusts import SchoolFactory
from visits.codeword import NotAWord, objection, set_code_word
from visits.hours import distance, length
from visits.rota import Rota

HEAD, SLT, CEO = "headteacher", "slt", "ceo"


def rota(*held: tuple[str, int | None, int], away: tuple[int, ...] = ()) -> Rota:
    return Rota(frozenset(held), frozenset(away))


FOUND = [
    (rota((HEAD, 1, 10), (SLT, 1, 11), (CEO, None, 12)), set(), {10}),
    (rota((HEAD, 1, 10), (SLT, 1, 11), (CEO, None, 12), away=(10,)), set(), {10, 11}),
    (rota((HEAD, 1, 10), (SLT, 1, 11), (CEO, None, 12), away=(10, 11)), set(), {10, 12}),
    (rota((HEAD, 1, 10), (SLT, 1, 11), (CEO, None, 12)), {10}, {11}),
    (rota((HEAD, 1, 10), (SLT, 1, 11), (CEO, None, 12)), {10, 11}, {12}),
    (rota((HEAD, 1, 10), (HEAD, 1, 13), (CEO, None, 12)), {10}, {13}),
    (rota((HEAD, 2, 10), (SLT, 2, 11), (CEO, None, 12)), set(), {12}),
    (rota((HEAD, 1, 10), away=(10,)), set(), {10}),
    (rota((HEAD, 1, 10)), {10}, set()),
]


@pytest.mark.clause("TC-091")
@pytest.mark.parametrize(("people", "barred", "free"), FOUND)
def test_first_free_takes_the_first_rank_in_which_anybody_is(
    people: Rota, barred: set[int], free: set[int]
) -> None:
    assert people.first_free(((HEAD,), (SLT,), (CEO,)), 1, barred) == free


def test_rota_reads_active_people_of_the_trust_and_who_is_away(cast: Cast, clock) -> None:
    now = clock.set("2026-11-26 10:00")
    Away.objects.create(staff=cast.head, during=(now - dt.timedelta(hours=1), now + dt.timedelta(hours=1)))
    Away.objects.create(staff=cast.slt, during=(now + dt.timedelta(hours=1), now + dt.timedelta(hours=2)))
    cast.dsl.is_active = False
    cast.dsl.save()
    read = Rota.read(cast.trust.pk, ["headteacher", "slt", "dsl", "ceo"], now)
    assert read.holding(["headteacher", "slt", "dsl", "ceo"], cast.school.pk) == {
        cast.head.pk,
        cast.slt.pk,
        cast.ceo.pk,
    }
    assert read.holding(["headteacher"], cast.other_school.pk) == set()
    assert read.away == {cast.head.pk}


HOURS = [
    ("2026-11-26 10:00", "2026-11-26 10:40", "In school hours (08:45 to 15:15)"),
    ("2026-11-26 08:00", "2026-11-26 09:00", "Starts 45 minutes before school opens (08:45)"),
    ("2026-11-26 15:00", "2026-11-26 15:40", "Ends 25 minutes after school closes (15:15)"),
    ("2026-11-26 17:20", "2026-11-26 18:00", "Starts 2 hours 5 minutes after school closes (15:15)"),
    ("2026-11-26 15:15", "2026-11-26 15:40", "Starts no time after school closes (15:15)"),
    ("2026-11-28 10:00", "2026-11-28 10:40", "Saturday, not a school day"),
    ("2026-12-25 10:00", "2026-12-25 10:40", "Not a school day"),
    ("2026-07-02 08:00", "2026-07-02 09:00", "Starts 45 minutes before school opens (08:45)"),
]


@pytest.mark.clause("TC-103")
@pytest.mark.parametrize(("starts", "ends", "words"), HOURS)
def test_distance_from_school_hours_is_said_in_words(db: None, starts: str, ends: str, words: str) -> None:
    def at(text: str) -> dt.datetime:
        moment = dt.datetime.fromisoformat(text)
        return from_local(moment.date(), moment.time())

    assert distance(SchoolFactory(), at(starts), at(ends)) == words


@pytest.mark.parametrize(
    ("minutes", "words"),
    [(1, "1 minute"), (60, "1 hour"), (61, "1 hour 1 minute"), (125, "2 hours 5 minutes")],
)
def test_length_reads_as_people_say_it(minutes: int, words: str) -> None:
    assert length(minutes) == words


ORDINARY = ["Is the blue folder on my desk?", "Did Sam find the minibus key?", "The light in the hall"]


@pytest.mark.parametrize("word", ORDINARY)
def test_ordinary_phrase_is_a_code_word(word: str) -> None:
    assert objection(word) is None


@pytest.mark.clause("PS-128", "PS-130")
@pytest.mark.parametrize(
    "word",
    ["The petrol light is on", "my PETROL warning LIGHT came on", "the light for petrol", "help", "I need help now",
     "code word please", "call the police", "a b", "", "!!!"],
)  # fmt: skip
def test_printed_or_alarming_phrase_is_no_code_word(cast: Cast, clock, word: str) -> None:
    assert objection(word)
    with pytest.raises(NotAWord):
        set_code_word(school=cast.school, word=word, by=cast.office, now=clock.now)
