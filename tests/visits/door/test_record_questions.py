"""What a policy asks of a record besides what every record says: rooms, cards, adults, who reads it and how long."""

import datetime as dt

import pytest
from django.urls import reverse

from tests.cast import Cast, browser
from tests.factories import visits as make
from tests.factories.rules import pinned, turned
from tests.visits.door.test_door import MOTHER, PS, adult, enter, on, out_under, told
from visits import gates, transitions
from visits.models import Visit
from visits.written import record_words


def written(cast: Cast, visit: Visit, now: dt.datetime, *, outcome: str = "completed", **values) -> set[str]:
    """What a record still misses, after these answers."""
    transitions.keep_record(
        visit=visit, by=cast.teacher, now=now, values=make.record_facts(visit) | values, outcome=outcome,
        people=[("Maria Novak", "mother")],
    )  # fmt: skip
    return {check.code for check in gates.blocking("record", make.fresh(visit), now)}


def been_inside(cast: Cast, now: dt.datetime, **changes) -> Visit:
    visit = out_under(cast, **changes)
    enter(cast, visit, now, invited_by=MOTHER)
    for attendee in make.fresh(visit).party:
        transitions.say_back(visit=visit, by=cast.office, now=now, attendee=attendee, identity="Saw them")
    return make.fresh(visit)


@pytest.mark.turns("upstairs_rule")
@pytest.mark.clause("PS-079", "PS-080")
@on(
    ("rule", "unanswered", "yes"),
    [("free", set(), set()), ("accompanied", {"went_upstairs"}, {"upstairs_why"}), ("never", {"went_upstairs"}, {"upstairs_why"})],
)  # fmt: skip
def test_going_upstairs_is_asked_where_there_is_a_rule(cast: Cast, now, rule, unanswered, yes) -> None:
    visit = been_inside(cast, now, upstairs_rule=rule)
    assert written(cast, visit, now) == unanswered
    assert written(cast, visit, now, went_upstairs=True) == yes
    assert written(cast, visit, now, went_upstairs=True, upstairs_why="The mother came along.") == set()
    shown = browser(cast.teacher).get(reverse("record", args=[visit.ref])).content.decode()
    assert ("Did anybody of you go upstairs?" in shown) == (rule != "free")


@pytest.mark.turns("bedroom_rule")
@pytest.mark.clause("PS-081")
@on(("rule", "asked"), [("free", set()), ("no_alternative", {"in_bedroom"}), ("never", {"in_bedroom"})])
def test_a_childs_bedroom_is_asked_about_where_there_is_a_rule(cast: Cast, now, rule, asked) -> None:
    visit = been_inside(cast, now, bedroom_rule=rule)
    assert written(cast, visit, now) == asked
    assert written(cast, visit, now, in_bedroom=True) == ({"bedroom_why"} if asked else set())


@pytest.mark.clause("PS-079", "PS-080", "PS-081")
@on(
    ("rules", "answers", "hears"),
    [
        (
            {"upstairs_rule": "accompanied"},
            {"went_upstairs": True, "upstairs_why": "With her."},
            {"dsl", "deputy"},
        ),
        (
            {"upstairs_rule": "never"},
            {"went_upstairs": True, "upstairs_why": "Ill."},
            {"dsl", "deputy", "head"},
        ),
        ({"bedroom_rule": "never"}, {"in_bedroom": True, "bedroom_why": "Ill."}, {"dsl", "deputy", "head"}),
        ({"bedroom_rule": "never"}, {"in_bedroom": False}, set()),
    ],
)
def test_the_dsl_hears_of_rooms_and_the_head_of_a_breach(cast: Cast, now, rules, answers, hears) -> None:
    visit = been_inside(cast, now, **rules)
    written(cast, visit, now, **answers)
    transitions.record(visit=visit, by=cast.teacher, now=now)
    assert told(visit, "rooms") == {cast.people[name] for name in hears}


@pytest.mark.clause("PS-075")
@on("cast", [PS], indirect=True)
def test_an_adult_with_whom_the_pupil_is_not_discussed_needs_a_word(cast: Cast, now) -> None:
    visit = make.returned(cast)
    adult(visit, "Bo Father")
    values = make.record_facts(visit)
    said = {"visit": visit, "by": cast.teacher, "now": now, "values": values, "outcome": "completed"}
    transitions.keep_record(**said, people=[("bo father", "father")])
    missing = {check.code: check.sentence for check in gates.blocking("record", make.fresh(visit), now)}
    assert missing == {
        "spoken_to": "Bo Father was there, with whom the pupil is not discussed. Say whether you spoke to them, and why."
    }
    transitions.keep_record(**said, outcome_text="We only said good morning.")
    transitions.record(visit=visit, by=cast.teacher, now=now)
    assert told(visit, "rooms") == {cast.dsl, cast.deputy}


@pytest.mark.turns("calling_card")
@pytest.mark.clause("CS-044", "CS-045")
@on(
    ("asks", "outcome", "missing"),
    [(True, "nobody_in", {"card_left"}), (True, "refused", set()), (False, "nobody_in", set())],
)
def test_nobody_in_asks_whether_a_card_was_left(cast: Cast, now, asks: bool, outcome: str, missing) -> None:
    visit = pinned(make.returned(cast), turned(cast, calling_card=asks))
    assert written(cast, visit, now, outcome=outcome) == missing
    assert written(cast, visit, now, outcome=outcome, card_left=True) == set()


@pytest.mark.turns("id_card_shown")
@pytest.mark.clause("TC-108")
@on(("rule", "first", "again"), [("never", False, False), ("first", True, False), ("always", True, True)])
def test_the_record_asks_for_the_identity_card(cast: Cast, now, rule: str, first: bool, again: bool) -> None:
    turned(cast, id_card_shown=rule)
    visit = make.returned(cast)
    later = make.returned(cast, pupil=visit.pupils.get())
    Visit.objects.filter(pk=visit.pk).update(arrived_at=now)
    ask = "We showed our identity cards"
    pages = [
        browser(cast.teacher).get(reverse("record", args=[v.ref])).content.decode() for v in (visit, later)
    ]
    assert [ask in page for page in pages] == [first, again]
    unmet = [any(c.code == "id_shown" for c in gates.unmet("record", v, now)) for v in (visit, later)]
    for each in (visit, later):
        written(cast, each, now)
    unmet = [
        any(c.code == "id_shown" for c in gates.unmet("record", make.fresh(v), now)) for v in (visit, later)
    ]
    assert unmet == [first, again]


@pytest.mark.turns("retention_years")
@on(
    ("years", "line"),
    [(None, "Keep on the safeguarding file"), (6, "Keep on the safeguarding file. Keep until 26 Nov 2032")],
)
def test_the_record_says_how_long_it_is_kept(cast: Cast, now, years: int | None, line: str) -> None:
    turned(cast, retention_years=years)
    assert record_words(make.recorded(cast))["aside"] == line


@pytest.mark.turns("record_reader_roles")
@pytest.mark.clause("PS-087")
@on(
    ("roles", "readers"),
    [
        ([], {"teacher", "colleague", "head", "slt", "dsl", "deputy", "ceo", "ewo"}),
        (["headteacher"], {"teacher", "colleague", "head"}),
        (["office", "ceo"], {"teacher", "colleague", "office", "ceo"}),
    ],
)
def test_the_policy_says_who_reads_records(cast: Cast, now, roles: list[str], readers: set[str]) -> None:
    turned(cast, record_reader_roles=roles)
    visit = make.recorded(cast)
    found = {
        name
        for name, person in cast.people.items()
        if browser(person).get(reverse("record", args=[visit.ref])).status_code == 200
    }
    assert found == readers
    papers = {
        name
        for name, person in cast.people.items()
        if browser(person).get(reverse("record_pdf", args=[visit.ref])).status_code != 404
    }
    assert papers == readers
