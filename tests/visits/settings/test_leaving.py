"""Before anybody leaves: briefing, numbers, cars, cards, the form, and somebody who answers."""

import datetime as dt

import pytest

from tests.cast import Cast, browser
from tests.factories import visits as make
from tests.factories.rules import pinned
from tests.factories.rules import turned as version
from tests.visits.turning import BLOCK, OFF, SAID, WARN, turned, unmet
from visits import documents, gates, transitions
from visits.briefing import briefers
from visits.guidance import departure_checks
from visits.models import Attendee, Visit
from visits.story import Document
from visits.transitions import Refused

TC, PS = "three_counties", "poulton_le_sands"
on = pytest.mark.parametrize


@pytest.mark.turns("briefing_roles")
@on(("roles", "who"), [(["headteacher"], {"head"}), (["slt", "dsl"], {"slt", "dsl"})])
def test_the_policy_says_who_briefs(cast: Cast, now, roles: list[str], who: set[str]) -> None:
    visit = make.authorised(cast, now=now)
    assert set(briefers(turned(visit, briefing_roles=roles), cast.teacher)) == {cast.people[n] for n in who}


@pytest.mark.turns("phone_required", "vehicle_required")
@on(
    ("setting", "code"),
    [("phone_required", "phone"), ("vehicle_required", "travel"), ("vehicle_required", "vehicle")],
)
def test_the_office_holds_numbers_and_cars(cast: Cast, now, setting: str, code: str) -> None:
    visit = make.authorised(cast, now=now)
    Attendee.objects.filter(visit=visit).update(phone="", travel="drives" if code == "vehicle" else "")
    assert unmet("log", visit, now, code, **{setting: True}) == ["blocks"] * 2
    assert unmet("log", visit, now, code, **{setting: False}) == []


@pytest.mark.turns("id_card_carried", "id_no_lanyard")
@on("cast", [PS], indirect=True)
@on(("setting", "words"), [("id_card_carried", "identification"), ("id_no_lanyard", "lanyard")])
def test_cards_are_ticked_before_leaving(cast: Cast, now, setting: str, words: str) -> None:
    visit = make.logged(cast, now=now)
    asked, unasked = (
        {item.text for item in departure_checks(turned(visit, **{setting: rule}))} for rule in (True, False)
    )
    (line,) = asked - unasked
    assert words in line


@pytest.mark.turns("id_card_carried")
@on("cast", [TC], indirect=True)
def test_nobody_leaves_without_the_tick_for_the_card(cast: Cast, now) -> None:
    visit = make.logged(cast, now=now)
    without = version(cast, id_card_carried=False)
    ticked = [item.pk for item in departure_checks(turned(visit, id_card_carried=False))]
    with pytest.raises(Refused, match="Tick every line"):
        transitions.depart(visit=visit, by=cast.teacher, now=now, checks=ticked)
    make.briefed(cast, pinned(visit, without), now)
    make.read(cast.teacher, cast.colleague)
    ticked = [item.pk for item in departure_checks(make.fresh(visit))]
    left = transitions.depart(visit=make.fresh(visit), by=cast.teacher, now=now, checks=ticked)
    assert left.state == "in_progress"


@pytest.mark.turns("checkin_colleague")
@on(
    ("rule", "silent", "reasoned"),
    [("off", [], []), ("where_possible", ["blocks"], []), ("required", ["blocks"], ["blocks"])],
)
def test_a_colleague_who_rings_is_agreed(cast: Cast, now, rule: str, silent, reasoned) -> None:
    visit = make.authorised(cast, now=now)
    assert unmet("log", visit, now, "colleague", checkin_colleague=rule) == silent
    Visit.objects.filter(pk=visit.pk).update(no_colleague_reason="All others teach.")
    assert unmet("log", visit, now, "colleague", checkin_colleague=rule) == reasoned


@pytest.mark.turns("duty_rule")
def test_somebody_is_on_duty_until_they_are_back(cast: Cast, now) -> None:
    visit = make.logged(cast, now=now)
    cast.office.roles.all().delete()
    for strength in (OFF, WARN, BLOCK):
        for code in ("duty_now", "duty_return"):
            assert unmet("depart", visit, now, code, duty_rule=strength) == SAID[strength]


@pytest.mark.turns("depart_early_minutes")
@on(("minutes", "said"), [(15, ["blocks"]), (20, [])])
def test_nobody_leaves_much_too_early(cast: Cast, now, minutes: int, said: list[str]) -> None:
    visit = make.logged(cast, now=now)
    before = now - make.minutes(20)
    assert unmet("depart", visit, before, "too_early", depart_early_minutes=minutes) == said


def form_line(visit: Visit, now: dt.datetime, **settings: object) -> list[str]:
    return unmet("depart", visit, now, "appointment_form", **settings)


@pytest.mark.turns("appointment_form_required")
@pytest.mark.clause("TC-097")
@on("cast", [TC], indirect=True)
def test_the_appointment_form_is_made_before_anybody_leaves(cast: Cast, now) -> None:
    visit = make.logged(cast, now=now)
    assert form_line(visit, now) == ["warns"]  # it is being made
    assert form_line(visit, now, appointment_form_required=False) == []
    Document.objects.filter(visit=visit).update(state="failed")
    assert form_line(visit, now) == ["warns"]  # nobody stays because of a PDF
    Document.objects.filter(visit=visit).update(state="ready")
    assert form_line(visit, now) == []
    visit.documents.all().delete()
    assert form_line(visit, now) == ["blocks"]
    assert form_line(visit, now, appointment_form_required=False) == []


@pytest.mark.turns("appointment_form_required")
@on(("required", "kinds"), [(True, ["appointment"]), (False, [])])
def test_the_form_is_made_at_logging_where_it_is_asked_for(cast: Cast, now, required: bool, kinds) -> None:
    version(cast, appointment_form_required=required)
    visit = make.logged(cast, now=now)
    assert list(visit.documents.values_list("kind", flat=True)) == kinds


@on("cast", [TC], indirect=True)
def test_opening_the_form_makes_one_that_could_not_be_made(cast: Cast, now) -> None:
    visit = make.logged(cast, now=now)
    Document.objects.filter(visit=visit).update(state="failed")
    (check,) = [c for c in gates.unmet("depart", make.fresh(visit), now) if c.code == "appointment_form"]
    assert (
        check.sentence == "There is no appointment form of this visit. Open it: that makes it and keeps it."
    )
    assert browser(cast.teacher).get(check.fix).status_code == 202
    documents.make(visit.documents.get(printed_by=cast.teacher).pk)
    assert form_line(visit, now) == []
