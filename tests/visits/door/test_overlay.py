"""While the infection rules hold: planned for the doorstep, no lifts, symptoms asked, in only for a life."""

import datetime as dt
import uuid

import pytest
from django.urls import reverse

from homevisits.notices.models import Notice
from homevisits.upkeep.keeping import start_overlay
from tests.cast import Cast, browser
from tests.factories import visits as make
from tests.factories.rules import overlay, pinned, turned
from visits import gates, transitions
from visits.facts import facts_hash
from visits.guidance import guidance
from visits.models import ArrivalLook, Visit
from visits.states import State
from visits.transitions import Refused

TC, PS, AF = "three_counties", "poulton_le_sands", "aspirational_futures"
on = pytest.mark.parametrize
OUTSIDE = {"access": "doorstep", "symptoms": "no"}
A_DAY = dt.timedelta(days=1)


def codes(gate: str, visit: Visit, now: dt.datetime) -> set[str]:
    return {check.code for check in gates.blocking(gate, make.fresh(visit), now)}


@pytest.mark.clause("PS-140", "PS-145", "CS-080", "CS-081")
@on("cast", [TC, PS, AF], indirect=True)
def test_a_request_stays_on_the_doorstep_while_the_rules_hold(cast: Cast, now) -> None:
    visit = make.draft(cast)
    assert codes("submit", visit, now) == set()
    overlay(cast)
    assert codes("submit", visit, now) == {"doorstep", "symptoms"}
    transitions.keep_draft(visit=visit, by=cast.teacher, now=now, values=OUTSIDE)
    assert codes("submit", visit, now) == set()


@pytest.mark.clause("PS-140")
@on(
    ("dates", "holds"),
    [
        ({}, True),
        ({"starts_on": dt.date(2026, 11, 27)}, False),
        ({"starts_on": dt.date(2026, 11, 1), "ends_on": dt.date(2026, 11, 25)}, False),
        ({"starts_on": dt.date(2026, 11, 1), "ends_on": dt.date(2026, 11, 26)}, True),
    ],
)
def test_the_rules_hold_by_the_day_of_the_visit(cast: Cast, now, dates, holds: bool) -> None:
    overlay(cast, **dates)
    assert ("doorstep" in codes("submit", make.draft(cast), now)) == holds


@pytest.mark.clause("PS-140", "CS-080")
def test_those_who_ask_and_go_are_told_when_the_rules_begin(cast: Cast, now) -> None:
    out, asked = make.out(cast), make.requested(cast, by=cast.colleague)
    make.returned(cast, party=[cast.slt, cast.dsl])
    later = {name: at + 8 * A_DAY for name, at in make.plan(now).items()}
    make.requested(cast, by=cast.dsl, party=[cast.dsl, cast.slt], **later)
    start_overlay(
        school=cast.school, starts_on=now.date(), ends_on=(now + 7 * A_DAY).date(), reason="Covid-19",
        source="", by=cast.head, now=now,
    )  # fmt: skip
    told = Notice.objects.filter(key__contains=":overlay:", channel="in_app")
    assert {(n.key.split(":")[0], n.recipient, n.is_urgent) for n in told} == {
        (visit.ref, person, visit == out)
        for visit in (out, asked)
        for person in (cast.teacher, cast.colleague)
    }


@pytest.mark.clause("PS-146")
@on(
    ("times", "asked"),
    [
        ({"set_at": -1}, True),
        ({"set_at": 60}, False),
        ({"set_at": -60, "ended_at": -30}, False),
        ({"set_at": -60, "ended_at": 60}, True),
    ],
)
def test_the_record_asks_by_what_held_when_they_went_in(cast: Cast, now, times, asked: bool) -> None:
    visit = make.out(cast)
    Visit.objects.filter(pk=visit.pk).update(entered_at=now)
    at = {name: now + make.minutes(number) for name, number in times.items()}
    overlay(cast, **at, **({"ended_by": cast.head} if "ended_at" in at else {}))
    transitions.keep_record(visit=visit, by=cast.teacher, now=now, values=make.record_facts(visit))
    assert ("life_at_risk" in codes("record", visit, now)) == asked
    page = browser(cast.teacher).get(reverse("record", args=[visit.ref])).content.decode()
    assert ('name="life_at_risk"' in page) == asked


@pytest.mark.clause("PS-140")
def test_the_usual_policy_stays_in_force_underneath(cast: Cast, now) -> None:
    visit = make.draft(cast, purpose="", why_necessary="")
    before = codes("submit", visit, now)
    overlay(cast)
    assert codes("submit", visit, now) == before | {"doorstep", "symptoms"}


@pytest.mark.clause("PS-140", "PS-145")
@on("state", ["authorised", "logged"])
def test_a_visit_already_authorised_is_changed_before_it_leaves(cast: Cast, now, state: str) -> None:
    visit = make.in_state(cast, state)
    overlay(cast)
    gate = "log" if state == "authorised" else "depart"
    assert {"doorstep", "symptoms"} <= codes(gate, visit, now)
    page = browser(cast.teacher).get(visit.get_absolute_url()).content.decode()
    assert "The infection rules hold: Covid-19." in page
    assert "choose “Stay on the doorstep”" in page
    transitions.amend(visit=visit, by=cast.teacher, now=now, values=OUTSIDE, reason="The rules.")
    assert (make.fresh(visit).state, codes("authorise", visit, now)) == (State.REQUESTED, {"decision_visit"})


@pytest.mark.turns("overlay_no_lifts")
@pytest.mark.clause("PS-148", "PS-149")
@on("cast", [PS], indirect=True)
@on(("no_lifts", "refused"), [(True, {"overlay_reason"}), (False, set())])
def test_nobody_is_given_a_lift(cast: Cast, now, no_lifts: bool, refused: set[str]) -> None:
    policy = turned(cast, lambda draft: draft.reasons.update(off_in_overlay=False), overlay_no_lifts=no_lifts)
    reason = policy.reasons.filter(is_transport=True).first()
    visit = make.draft(cast, reason_code=reason.code, **OUTSIDE)
    assert codes("submit", visit, now) - {"concern", "reason_explained"} == set()
    overlay(cast)
    assert codes("submit", visit, now) - {"concern", "reason_explained"} == refused


@pytest.mark.clause("PS-148")
def test_reasons_that_the_policy_puts_off_wait(cast: Cast, now) -> None:
    turned(cast, lambda draft: draft.reasons.filter(code="LOW_ATTENDANCE").update(off_in_overlay=True))
    visit = make.draft(cast, **OUTSIDE)
    assert "overlay_reason" not in codes("submit", visit, now)
    overlay(cast)
    assert "overlay_reason" in codes("submit", visit, now)


@pytest.mark.clause("PS-151", "PS-150")
@on("cast", [PS], indirect=True)
def test_a_delivery_is_a_reason_of_its_own_and_stays_outside(cast: Cast, now) -> None:
    reason = cast.policy.reasons.get(doorstep_only=True)
    visit = make.draft(cast, reason_code=reason.code)
    assert "doorstep" in codes("submit", visit, now)
    transitions.keep_draft(visit=visit, by=cast.teacher, now=now, values={"access": "doorstep"})
    assert "doorstep" not in codes("submit", visit, now)


# --- Symptoms --------------------------------------------------------------------------------


@pytest.mark.clause("PS-140")
def test_a_page_that_says_what_the_rules_change_does_not_say_twice_that_they_hold(cast: Cast, now) -> None:
    overlay(cast)
    visit = make.requested(cast, access="doorstep", symptoms="no")
    page = browser(cast.teacher).get(reverse("visit", args=[visit.ref])).content.decode()
    assert ("The infection rules hold" in page, "Infection rules hold at" in page) == (True, False)
    page = browser(cast.teacher).get(reverse("cancel", args=[visit.ref])).content.decode()
    assert ("The infection rules hold" in page, "Infection rules hold at" in page) == (False, True)


@pytest.mark.turns("overlay_ask_symptoms")
@pytest.mark.clause("CS-082")
@on(("asks", "missing"), [(True, {"symptoms"}), (False, set())])
def test_symptoms_are_asked_before_the_visit(cast: Cast, now, asks: bool, missing: set[str]) -> None:
    turned(cast, overlay_ask_symptoms=asks)
    overlay(cast)
    visit = make.draft(cast, access="doorstep")
    assert codes("submit", visit, now) == missing
    shown = browser(cast.teacher).get(reverse("request_step", args=[visit.ref, "where"])).content.decode()
    assert ("Has anybody at the home symptoms" in shown) == asks


@pytest.mark.clause("CS-083", "CS-087", "CS-088", "CS-089")
def test_whoever_decides_weighs_the_symptoms(cast: Cast, now) -> None:
    overlay(cast)
    visit = make.requested(cast, access="doorstep", symptoms="yes")
    make.assessed(cast, visit, now)
    page = browser(cast.head).get(reverse("decide", args=[visit.ref])).content.decode()
    assert "Would a call or a video call do instead?" in page
    assert "There are symptoms at this home; a visit is right all the same" in page
    yes = {
        "visit": visit,
        "by": cast.head,
        "now": now,
        "reply": "yes",
        "reason": "Needed.",
        "necessary": True,
        "best_interests": True,
        "safeguarding": True,
    }
    with pytest.raises(Refused, match="Somebody at the home has symptoms"):
        transitions.answer(**yes)
    assert transitions.answer(**yes, symptoms_seen=True).state == State.AUTHORISED


def test_symptoms_that_come_up_later_void_the_decision(cast: Cast, now) -> None:
    overlay(cast)
    visit = make.authorised(cast, **OUTSIDE)
    before = facts_hash(visit)
    transitions.amend(visit=visit, by=cast.teacher, now=now, values={"symptoms": "yes"}, reason="They rang.")
    assert (facts_hash(make.fresh(visit)) == before, make.fresh(visit).state) == (False, State.REQUESTED)


# --- At the door -----------------------------------------------------------------------------


def out(cast: Cast, **changes) -> Visit:
    visit = make.out(cast, **OUTSIDE)
    overlay(cast)
    return pinned(visit, turned(cast, **changes)) if changes else visit


@pytest.mark.clause("PS-145", "PS-146")
def test_they_go_in_only_when_a_life_is_at_risk_and_the_dsl_hears_at_once(cast: Cast, now) -> None:
    visit = out(cast)
    with pytest.raises(Refused, match="Go in only when a life is at risk"):
        transitions.say_entered(visit=visit, by=cast.teacher, now=now, invited_by="Maria Novak, mother")
    inside = transitions.say_entered(
        visit=visit, by=cast.teacher, now=now, life_at_risk="He lies on the floor."
    )
    told = Notice.objects.filter(key__startswith=f"{visit.ref}:entered_all_the_same", channel="in_app")
    assert inside.entered_at == now
    assert {n.recipient for n in told} >= {cast.dsl, cast.deputy, cast.office}
    assert {"He lies" in n.subject + n.body for n in told} == {False}
    assert inside.written.life_at_risk == "He lies on the floor."


@pytest.mark.turns("overlay_entry")
@pytest.mark.clause("PS-146")
@on(("rule", "may"), [("life_at_risk", True), ("never", False)])
def test_the_policy_says_whether_a_life_opens_the_door(cast: Cast, now, rule: str, may: bool) -> None:
    visit = out(cast, overlay_entry=rule)
    url = reverse("out_entered", args=[visit.ref])
    page = browser(cast.teacher).get(url).content.decode()
    assert ("A life is at risk" in page) == may
    assert "Which adult invited you in?" not in page
    if not may:
        with pytest.raises(Refused, match=r"nobody goes in\. In danger ring 999"):
            transitions.say_entered(visit=visit, by=cast.teacher, now=now, life_at_risk="He is ill.")


def test_an_entry_made_all_the_same_is_kept_as_a_breach(cast: Cast, now) -> None:
    visit = out(cast, overlay_entry="never")
    url = reverse("out_entered", args=[visit.ref])
    typed = {"adult": "nobody", "breach": "The door fell shut behind us.", "key": str(uuid.uuid4())}
    browser(cast.teacher).post(url, typed)
    assert make.fresh(visit).events.get(kind="entered").detail["breach"] is True


@pytest.mark.clause("PS-146")
def test_the_record_of_an_entry_says_why_a_life_was_at_risk(cast: Cast, now) -> None:
    visit = out(cast)
    transitions.say_entered(visit=visit, by=cast.teacher, now=now, life_at_risk="He lies on the floor.")
    for attendee in make.fresh(visit).party:
        transitions.say_back(visit=visit, by=cast.office, now=now, attendee=attendee, identity="Saw them")
    said = {"visit": visit, "by": cast.teacher, "now": now, "outcome": "completed", "people": [("Maria", "")]}
    transitions.keep_record(**said, values=make.record_facts(visit) | {"life_at_risk": ""})
    assert codes("record", visit, now) == {"life_at_risk"}


@pytest.mark.clause("CS-084", "CS-085", "CS-086")
def test_the_look_round_comes_before_everything_else_with_what_was_agreed(cast: Cast, now) -> None:
    visit = out(cast, arrival_look="off")
    transitions.say_arrived(visit=visit, by=cast.teacher, now=now)
    phone = browser(cast.teacher).get(reverse("out", args=[visit.ref])).content.decode()
    assert phone.index("Look round first") < phone.index("I am fine")
    look = reverse("out_look", args=[visit.ref])
    page = browser(cast.teacher).get(look).content.decode()
    assert ("We go in" in page.split("</form>")[-2], "Masks are worn" in page) == (False, True)
    typed = {"measures": ["Masks are worn", "A window is open"], "note": "All well.", "choice": "doorstep"}
    browser(cast.teacher).post(look, typed | {"key": str(uuid.uuid4())})
    kept = ArrivalLook.objects.get(visit=visit)
    assert kept.note == "Agreed with the family: masks are worn, a window is open. All well."


@pytest.mark.clause("PS-147")
@on("seen", ["at_door", "at_window"])
def test_the_child_is_seen_at_the_door_or_through_a_window(cast: Cast, now, seen: str) -> None:
    visit = make.returned(cast, **OUTSIDE)
    values = make.record_facts(visit) | {"pupil_seen": seen}
    transitions.keep_record(
        visit=visit, by=cast.teacher, now=now, values=values, outcome="doorstep", people=[("Maria", "mother")]
    )
    assert codes("record", visit, now) == set()


# --- Reminders -------------------------------------------------------------------------------


@pytest.mark.turns("overlay_distance_metres")
@pytest.mark.clause("PS-144")
@on("cast", [PS], indirect=True)
@on(("metres", "words"), [(2, "stay 2 metres from"), (1, "stay 1 metre from"), (3, "stay 3 metres from")])
def test_the_distance_is_the_policys(cast: Cast, now, metres: int, words: str) -> None:
    turned(cast, overlay_distance_metres=metres)
    overlay(cast)
    visit = make.draft(cast)
    texts = [item.text for item in guidance(visit, "arrive") if "PS-144" in item.clauses]
    assert [words in text for text in texts] == [True]
    assert (
        f"{metres} metre"
        in browser(cast.teacher).get(reverse("request_step", args=[visit.ref, "where"])).content.decode()
    )


@pytest.mark.clause("PS-141", "PS-142", "PS-143", "PS-152", "PS-153", "PS-154")
@on("cast", [PS], indirect=True)
def test_reminders_of_the_infection_come_and_go_with_it(cast: Cast, now) -> None:
    visit = make.requested(cast)

    def cited() -> set[str]:
        return {clause for item in guidance(visit, "depart", "arrive", "leave") for clause in item.clauses}

    infection = {"PS-141", "PS-142", "PS-143", "PS-144", "PS-145", "PS-152", "PS-153", "PS-154"}
    assert cited() & infection == set()
    rules = overlay(cast)
    assert cited() & infection == infection
    rules.ended_at, rules.ended_by = now, cast.head
    rules.save()
    assert cited() & infection == set()
