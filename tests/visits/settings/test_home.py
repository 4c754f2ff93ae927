"""At the door and in the home: who invites, animals, going home from there, and whom the school tells."""

import datetime as dt

import pytest
from django.urls import reverse

from homevisits.notices.models import Notice
from homevisits.people.models import Staff
from tests.cast import Cast, browser
from tests.factories import visits as make
from tests.factories.rules import pinned
from tests.factories.rules import turned as version
from visits import transitions
from visits.models import Visit
from visits.transitions import Refused

on = pytest.mark.parametrize


def out_under(cast: Cast, now: dt.datetime, people: list[Staff] | None = None, **settings: object) -> Visit:
    """People who are out under the cast's policy with some settings turned."""
    who = {"by": people[0], "party": people, "lone_reason": "A known family."} if people else {}
    return pinned(make.out(cast, now=now, **who), version(cast, **settings))


def told(visit: Visit, what: str) -> set[str]:
    found = Notice.objects.filter(key__startswith=f"{visit.ref}:{what}")
    return {name.lower() for name in found.values_list("recipient__last_name", flat=True)}


@pytest.mark.turns("adult_must_invite")
@on("must", [True, False])
def test_an_adult_invites_them_in_where_the_policy_says_so(cast: Cast, now, must: bool) -> None:
    visit = out_under(cast, now, adult_must_invite=must)
    if must:
        with pytest.raises(Refused, match="Without an adult, stay outside"):
            transitions.say_entered(visit=visit, by=cast.teacher, now=now)
    else:
        assert transitions.say_entered(visit=visit, by=cast.teacher, now=now).entered_at == now


@pytest.mark.turns("animals_end_visit")
@on(
    ("end", "words"),
    [(True, "the visit is cancelled: leave"), (False, "Ask for them to be kept out of the room")],
)
def test_animals_end_the_visit_or_are_kept_out(cast: Cast, now, end: bool, words: str) -> None:
    visit = out_under(cast, now, animals_end_visit=end)
    assert words in browser(cast.teacher).get(reverse("out_outcome", args=[visit.ref])).content.decode()


@pytest.mark.turns("leaving_by_phone_allowed")
@on("allowed", [True, False])
def test_a_call_that_they_have_left_counts_as_back(cast: Cast, now, allowed: bool) -> None:
    visit = out_under(cast, now, leaving_by_phone_allowed=allowed)
    page = browser(cast.teacher).get(reverse("out", args=[visit.ref])).content.decode()
    assert ("Not coming back to school today?" in page) == allowed
    said = {
        "visit": visit,
        "by": cast.office,
        "now": now,
        "how": "left_by_phone",
        "identity": "Knew the voice",
    }
    person = visit.party[0]
    if allowed:
        transitions.say_back(**said, attendee=person)
        assert visit.attendees.get(pk=person.pk).back_at == now
    else:
        with pytest.raises(Refused, match="come back to school"):
            transitions.say_back(**said, attendee=person)


@pytest.mark.turns("told_roles", "told_roles_ewo")
@on("who", ["teacher", "ewo"])
@on(
    ("roles", "roles_ewo", "hears"),
    [
        (["headteacher"], ["ceo"], {"teacher": {"head"}, "ewo": {"ceo"}}),
        (["slt", "dsl"], [], {"teacher": {"slt", "dsl"}, "ewo": {"slt", "dsl"}}),
    ],
)
def test_changes_of_plan_are_told(cast: Cast, now, who: str, roles, roles_ewo, hears) -> None:
    people = [cast.people[who]]
    visit = out_under(cast, now, people, told_roles=roles, told_roles_ewo=roles_ewo)
    transitions.extend(visit=visit, by=people[0], now=now, minutes=10, reason="Traffic")
    assert told(visit, "schedule") == hears[who]
