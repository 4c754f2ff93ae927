"""At the door and in the home: the look round, who may ask them in, a child alone, breaking off, cards and rooms."""

import datetime as dt
import uuid

import pytest
from django.urls import reverse

from homevisits.notices.models import Notice
from homevisits.people.models import Contact, ContactLink, Staff
from homevisits.trusts.roles import RoleName
from tests.cast import Cast, browser
from tests.factories import visits as make
from tests.factories.rules import pinned, turned
from visits import gates, transitions
from visits.doorstep import whom_to_ring
from visits.models import ArrivalLook, Visit, VisitEvent
from visits.transitions import Refused
from visits.written import record_words

TC, PS, AF = "three_counties", "poulton_le_sands", "aspirational_futures"
on = pytest.mark.parametrize
MOTHER = "Maria Novak, mother"


def told(visit: Visit, what: str) -> set[Staff]:
    found = Notice.objects.filter(key__startswith=f"{visit.ref}:{what}").select_related("recipient")
    return {notice.recipient for notice in found}


def alarmed(visit: Visit) -> set[Staff]:
    """Whom the visit's alarms have told."""
    found = Notice.objects.filter(alarm__in=visit.alarms.values("uuid")).select_related("recipient")
    return {notice.recipient for notice in found}


def enter(cast: Cast, visit: Visit, now: dt.datetime, **said) -> Visit:
    return transitions.say_entered(visit=visit, by=cast.teacher, now=now, **said)


def out_under(cast: Cast, **changes) -> Visit:
    """People who are out under the cast's policy with some settings turned."""
    return pinned(make.out(cast), turned(cast, **changes))


def form(cast: Cast, visit: Visit, name: str, typed: dict[str, object] | None = None):
    client, url = browser(cast.teacher), reverse(name, args=[visit.ref])
    return (
        client.get(url)
        if typed is None
        else client.post(url, typed | {"key": str(uuid.uuid4())}, follow=True)
    )


# --- The look round --------------------------------------------------------------------------


@pytest.mark.turns("arrival_look")
@pytest.mark.clause("CS-062", "CS-084", "CS-004")
@on(("strength", "refuses", "warns"), [("off", False, False), ("warn", False, True), ("block", True, False)])
def test_the_policy_says_whether_they_look_round_first(cast: Cast, now, strength, refuses, warns) -> None:
    visit = out_under(cast, arrival_look=strength)
    missing = gates.unmet("enter", visit, now)
    assert [(c.code, c.blocks) for c in missing] == ([("arrival_look", refuses)] if refuses or warns else [])
    if refuses:
        with pytest.raises(Refused, match="Look round first"):
            enter(cast, visit, now, invited_by=MOTHER)
    else:
        assert enter(cast, visit, now, invited_by=MOTHER).entered_at == now


@pytest.mark.clause("CS-062", "CS-063", "CS-064", "CS-065", "CS-066")
def test_a_look_round_on_the_phone_is_one_screen_and_opens_the_door(cast: Cast, now) -> None:
    visit = out_under(cast, arrival_look="block")
    shown = form(cast, visit, "out_entered")
    assert shown["Location"] == reverse("out_look", args=[visit.ref])
    page = form(cast, visit, "out_look").content.decode()
    for text in ("Animals", "Aggression or violence", "The area, or getting there", "hazardous substances"):
        assert text in page
    reply = form(cast, visit, "out_look", {"seen": ["animals", "area"], "note": "A dog.", "choice": "go_in"})
    assert reply.redirect_chain[-1][0] == reverse("out_entered", args=[visit.ref])
    look = ArrivalLook.objects.get(visit=visit)
    assert (look.seen, look.note, look.choice, look.by) == (
        ["animals", "area"],
        "A dog.",
        "go_in",
        cast.teacher,
    )
    assert (make.fresh(visit).arrived_at, gates.unmet("enter", make.fresh(visit), now)) == (look.at, [])


def test_staying_on_the_doorstep_keeps_the_door_closed_until_they_look_again(cast: Cast, now) -> None:
    visit = out_under(cast, arrival_look="block")
    transitions.look_round(visit=visit, by=cast.teacher, now=now, choice="doorstep")
    with pytest.raises(Refused, match="You chose not to go in"):
        enter(cast, visit, now, invited_by=MOTHER)
    later = now + make.minutes(1)
    transitions.look_round(visit=visit, by=cast.teacher, now=later, choice="go_in")
    assert enter(cast, visit, later, invited_by=MOTHER).entered_at == later


@pytest.mark.clause("CS-067")
def test_choosing_to_leave_opens_how_it_went(cast: Cast, now) -> None:
    visit = make.out(cast)
    reply = form(cast, visit, "out_look", {"choice": "leave"})
    assert reply.redirect_chain[-1][0] == f"{reverse('out_outcome', args=[visit.ref])}?outcome=unsafe"
    assert '<input type="radio" name="outcome" value="unsafe"' in reply.content.decode()


def test_one_of_three_buttons_is_pressed(cast: Cast, now) -> None:
    reply = form(cast, make.out(cast), "out_look", {"seen": ["animals"]}).content.decode()
    assert "Choose: go in, stay on the doorstep, or leave." in reply


@pytest.mark.clause("CS-062")
def test_the_record_says_what_was_seen_at_the_door(cast: Cast, now) -> None:
    visit = make.out(cast)
    transitions.look_round(
        visit=visit, by=cast.teacher, now=now, seen=["animals"], note="A dog.", choice="go_in"
    )
    transitions.keep_record(visit=visit, by=cast.teacher, now=now, values={})
    said = dict(record_words(make.fresh(visit))["visit"])["Looked round"]
    assert said == "10:00 Pat Teacher: animals. (in the visit’s notes). Nothing keeps us from going in."


# --- Who may ask them in ---------------------------------------------------------------------


def adult(visit: Visit, name: str, **link: bool) -> ContactLink:
    first, last = name.split()
    contact = Contact.objects.create(trust=visit.school.trust, first_name=first, last_name=last)
    return ContactLink.objects.create(pupil=visit.pupils.get(), contact=contact, relationship="other", **link)


ADULTS = {
    "a parent": (MOTHER, {}),
    "a delegated adult with permission": (
        "Jan Kos",
        {"is_delegated_adult": True, "may_be_discussed_with": True},
    ),
    "a delegated adult without permission": ("Jan Kos", {"is_delegated_adult": True}),
    "an uncle": ("Jan Kos", {}),
    "somebody unknown": ("Bo Stranger", None),
}


@pytest.mark.turns("inviter_rule")
@pytest.mark.clause("PS-071", "PS-073", "PS-074", "PS-075", "TC-229")
@on(
    ("rule", "may"),
    [
        ("any", {"a parent", "a delegated adult with permission", "a delegated adult without permission",
                 "an uncle", "somebody unknown"}),
        ("delegated", {"a parent", "a delegated adult with permission"}),
        ("parent", {"a parent"}),
    ],
)  # fmt: skip
def test_the_policy_says_who_may_ask_them_in(cast: Cast, now, rule: str, may: set[str]) -> None:
    visit = out_under(cast, inviter_rule=rule)
    let_in = set()
    for who, (name, link) in ADULTS.items():
        visit.pupils.get().contact_links.exclude(relationship="mother").delete()
        if link is not None and name != MOTHER:
            adult(visit, name, **link)
        try:
            enter(cast, visit, now, invited_by=name)
        except Refused:
            continue
        let_in.add(who)
    assert let_in == may


def test_a_policy_may_leave_it_open_who_invites(cast: Cast, now) -> None:
    assert enter(cast, out_under(cast, adult_must_invite=False), now).entered_at == now


@pytest.mark.clause("PS-073", "PS-074", "PS-075")
@on("cast", [PS], indirect=True)
def test_the_phone_offers_those_who_may_and_asks_why_for_any_other(cast: Cast, now) -> None:
    visit = make.out(cast)
    adult(visit, "Jan Kos", is_delegated_adult=True, may_be_discussed_with=True)
    adult(visit, "Bo Father")
    page = form(cast, visit, "out_entered").content.decode()
    assert ("Jan Kos, other" in page, MOTHER in page, "Bo Father" in page) == (True, True, False)
    other = {"adult": "other", "name": "Bo Father"}
    assert "Stay outside and ring the parent" in form(cast, visit, "out_entered", other).content.decode()
    form(cast, visit, "out_entered", other | {"why_other": "The mother asked us to."})
    event = VisitEvent.objects.get(visit=visit, kind="entered")
    assert (event.detail["breach"], make.fresh(visit).invited_by) == (True, "Bo Father")
    assert {cast.dsl, cast.deputy} <= told(visit, "entered_all_the_same")


@pytest.mark.clause("PS-072")
@on("cast", [TC, PS, AF], indirect=True)
def test_a_child_invites_nobody_in(cast: Cast, now) -> None:
    visit = make.out(cast)
    page = form(cast, visit, "out_entered", {"adult": "child"}).content.decode()
    assert "Do not go in on a child’s word. Ask for the parent." in page
    assert make.fresh(visit).entered_at is None


@pytest.mark.clause("PS-071", "TC-229", "CS-075")
@on("cast", [TC, AF], indirect=True)
def test_an_entry_without_an_adult_is_kept_as_a_breach_and_told(cast: Cast, now) -> None:
    visit = make.out(cast)
    with pytest.raises(Refused):
        enter(cast, visit, now)
    assert make.fresh(visit).entered_at is None
    enter(cast, visit, now, breach="A child screamed.")
    assert visit.events.get(kind="entered").detail["breach"] is True
    leaders = {cast.head} if cast.policy.preset == TC else {cast.head, cast.slt}
    assert {*leaders, cast.dsl, cast.deputy} == told(visit, "entered_all_the_same")


# --- A child alone, not safe, nobody in ------------------------------------------------------


def ring(cast: Cast, visit: Visit) -> list[str]:
    for number, person in enumerate((cast.slt, cast.head, cast.dsl)):
        Staff.objects.filter(pk=person.pk).update(mobile=f"+44770090020{number}")
    return [one.who for one in whom_to_ring(Visit.objects.get(pk=visit.pk))]


@pytest.mark.turns("child_alone_police_first")
@pytest.mark.clause("PS-082", "PS-083", "PS-085", "CS-072", "CS-073", "CS-074")
@on(
    ("first", "order"),
    [
        (False, ["P. Slt", "P. Head", "P. Dsl", "Student services", "999"]),
        (True, ["Police", "P. Slt", "P. Head", "P. Dsl", "Student services"]),
    ],
)
@on("cast", [PS], indirect=True)
def test_a_child_alone_says_whom_to_ring_in_which_order(
    cast: Cast, now, first: bool, order: list[str]
) -> None:
    visit = out_under(cast, child_alone_police_first=first)
    visit.school.__class__.objects.filter(pk=visit.school_id).update(desk_name="Student services")
    assert ring(cast, visit) == order
    transitions.say_outcome(visit=visit, by=cast.teacher, now=now, outcome="child_alone")
    page = browser(cast.teacher).get(reverse("out", args=[visit.ref])).content.decode()
    assert 'href="tel:+447700900200"' in page


@pytest.mark.turns("child_alone_roles")
@pytest.mark.clause("PS-082", "PS-083")
@on("roles", [["slt"], ["dsl", "headteacher"]])
def test_those_whom_the_policy_names_are_told_at_once_of_a_child_alone(
    cast: Cast, now, roles: list[str]
) -> None:
    visit = out_under(cast, child_alone_roles=roles, told_roles=["ceo"])
    transitions.say_outcome(visit=visit, by=cast.teacher, now=now, outcome="child_alone")
    people = {RoleName.SLT: cast.slt, RoleName.DSL: cast.dsl, RoleName.HEADTEACHER: cast.head}
    assert alarmed(visit) == {
        cast.office,
        cast.ceo,
        *(people[RoleName(r)] for r in roles),
    }


@pytest.mark.clause("TC-018", "TC-164", "CS-067", "CS-068", "CS-069")
def test_not_safe_is_one_tap_and_asks_for_no_word(cast: Cast, now) -> None:
    visit = make.out(cast)
    transitions.say_arrived(visit=visit, by=cast.teacher, now=now)
    page = browser(cast.teacher).get(reverse("out", args=[visit.ref])).content.decode()
    assert reverse("out_say", args=[visit.ref, "unsafe"]) in page
    key = str(uuid.uuid4())
    for _ in range(2):
        browser(cast.teacher).post(reverse("out_say", args=[visit.ref, "unsafe"]), {"key": key})
    after = make.fresh(visit)
    assert (after.outcome, after.left_at, after.moments.count()) == ("unsafe", now, 4)
    assert alarmed(visit) == {cast.office, cast.head}


@pytest.mark.clause("TC-164", "CS-069", "CS-070", "CS-071")
def test_why_it_was_not_safe_and_whether_the_pupil_is_at_risk_stand_in_the_record(cast: Cast, now) -> None:
    visit = make.returned(cast)
    values = make.record_facts(visit) | {"concern": ""}
    transitions.keep_record(
        visit=visit, by=cast.teacher, now=now, values=values, outcome="unsafe", people=[("Maria", "mother")]
    )
    missing = {check.code for check in gates.blocking("record", make.fresh(visit), now)}
    assert missing == {"outcome_text", "concern"}


@pytest.mark.clause("CS-056")
def test_not_being_asked_in_makes_it_a_visit_on_the_doorstep(cast: Cast, now) -> None:
    visit = make.out(cast)
    form(cast, visit, "out_outcome", {"outcome": "doorstep"})
    assert (make.fresh(visit).outcome, make.fresh(visit).entered_at) == ("doorstep", None)


@pytest.mark.clause("CS-057")
def test_a_shared_entrance_is_warned_of_at_the_door(cast: Cast, now) -> None:
    visit = make.out(cast)
    visit.household.__class__.objects.filter(pk=visit.household_id).update(entrance="shared")
    page = browser(cast.teacher).get(reverse("out", args=[visit.ref])).content.decode()
    assert "Shared entrance: do not say there why you came." in page
