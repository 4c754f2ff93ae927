"""The responsible contact's word, the EWO's, visits handed to a colleague, numbers, and a fresh password."""

import datetime as dt
from types import SimpleNamespace

import pytest
from allauth.account.internal.flows import login
from django.test import Client

from homevisits.clock import from_local
from homevisits.escalation.sweep import sweep
from homevisits.notices.models import Notice
from homevisits.people.models import Staff
from homevisits.trusts.roles import RoleName
from tests.cast import Cast, browser
from tests.factories import visits as make
from tests.factories.trusts import PolicyFactory
from tests.visits.turning import turned, unmet
from visits import documents, transitions
from visits.board import facts
from visits.board.rows import reads_number
from visits.board.scope import viewer
from visits.guidance import departure_checks
from visits.models import Visit, VisitDeadline
from visits.numbers import may_read
from visits.routes import deciders, missing
from visits.transitions import Refused

on = pytest.mark.parametrize
AFTER_SCHOOL = {"ooh_necessary": "Works until four.", "ooh_no_alternative": "No other day."}


def late(cast: Cast, now: dt.datetime) -> Visit:
    """A visit of today after school, logged; the contact is a member of SLT and has not answered."""
    plan = make.plan(from_local(dt.date(2026, 11, 26), dt.time(15, 20)))
    visit = make.authorised(cast, now=now, **AFTER_SCHOOL, **plan)
    make.set_code_word(school=cast.school, word="Is the blue folder in?", by=cast.office, now=now)
    return transitions.log(visit=visit, by=cast.office, now=now, **make.log_facts(cast, visit))


@pytest.mark.turns("contact_must_acknowledge", "responsible_contact_required")
@pytest.mark.clause("TC-106")
def test_the_responsible_contact_says_that_they_check_before_anybody_leaves(cast: Cast, now) -> None:
    visit = late(cast, now)
    assert unmet("depart", visit, now, "contact") == ["blocks"]
    assert unmet("depart", visit, now, "contact", contact_must_acknowledge=False) == []
    assert unmet("depart", visit, now, "contact", responsible_contact_required=False) == []
    with pytest.raises(Refused, match="Only the responsible contact"):
        transitions.acknowledge_contact(visit=visit, by=cast.office, now=now)
    page = browser(cast.slt).get(f"/visits/{visit.ref}/contact/").content.decode()
    assert ("You check on these people" in page, "Pat Teacher" in page) == (True, True)
    assert f"Confirm that you check on {visit.ref}" in browser(cast.slt).get("/").content.decode()
    browser(cast.slt).post(f"/visits/{visit.ref}/contact/")
    assert unmet("depart", visit, now, "contact") == []
    assert f"Confirm that you check on {visit.ref}" not in browser(cast.slt).get("/").content.decode()


@pytest.mark.clause("TC-106")
def test_the_contact_is_reminded_until_they_answer(cast: Cast, now) -> None:
    visit = late(cast, now)
    live = VisitDeadline.objects.filter(visit=visit, kind="contact", state="live")
    (due,) = live
    assert (due.due_at - now, due.nudge_minutes, due.nudges_left) == (dt.timedelta(minutes=15), 15, 8)
    assert [person for person, _ in due.nudge(now=now)] == [cast.slt]
    due.nudges_left = 1  # the last time the office hears of it too
    assert [person for person, _ in due.nudge(now=now)] == [cast.slt, cast.office]
    transitions.acknowledge_contact(visit=visit, by=cast.slt, now=now)
    assert not live.all().exists()


@pytest.mark.clause("TC-106")
@on("cast", ["three_counties"], indirect=True)
@on("colleague", [None, "office"])
def test_welfare_check_timers_address_the_responsible_contact_out_of_hours(
    cast: Cast, clock, now, colleague: str | None
) -> None:
    plan = make.plan(from_local(dt.date(2026, 11, 26), dt.time(17)))
    visit = make.logged(cast, now=now, **AFTER_SCHOOL, **plan)
    named = cast.people[colleague] if colleague else None
    Visit.objects.filter(pk=visit.pk).update(checkin_colleague=named, no_colleague_reason="Nobody is in.")
    clock.set(plan["depart_at"])
    ticked = [item.pk for item in departure_checks(visit)]
    transitions.depart(visit=make.fresh(visit), by=cast.teacher, now=clock.now, checks=ticked)
    clock.set(plan["start_at"] + make.minutes(10))
    sweep("test")
    asked = {n.recipient for n in Notice.objects.filter(subject__startswith="Ring ")}
    assert asked == {cast.slt, *([named] if named else [])}
    clock.advance(minutes=cast.policy.checkin_answer_minutes)
    sweep("test")
    missed = visit.alarms.filter(kind="missed_check_in").values("uuid")
    assert {n.recipient for n in Notice.objects.filter(alarm__in=missed)} == {cast.slt}


def test_another_contact_has_to_answer_anew(cast: Cast, now) -> None:
    visit = late(cast, now)
    transitions.acknowledge_contact(visit=visit, by=cast.slt, now=now)
    keep = {"visit": visit, "by": cast.office, "now": now, "people": {}}
    transitions.keep_log(**keep, values={"responsible_contact": cast.slt})
    assert make.fresh(visit).contact_acknowledged_at == now
    transitions.keep_log(**keep, values={"responsible_contact": cast.dsl})
    assert make.fresh(visit).contact_acknowledged_at is None
    assert VisitDeadline.objects.filter(visit=visit, kind="contact", state="live").exists()


@pytest.mark.turns("confirm_safeguarding", "ewo_route")
@pytest.mark.clause("TC-060", "TC-051")
def test_the_ewo_confirms_the_arrangements_of_a_visit_that_needs_no_head(cast: Cast, now) -> None:
    visit = make.authorised(cast, now=now, by=cast.ewo, party=[cast.ewo, cast.teacher])
    Visit.objects.update(safeguarding_confirmed_at=None, safeguarding_confirmed_by=None)
    assert unmet("log", visit, now, "safeguarding") == ["blocks"]
    assert unmet("log", visit, now, "safeguarding", confirm_safeguarding=False) == []
    assert unmet("log", visit, now, "safeguarding", ewo_route="none") == []
    with pytest.raises(Refused, match="Only the EWO of this visit"):
        transitions.confirm_safeguarding(visit=visit, by=cast.head, now=now)
    assert (
        "Safeguarding arrangements are in place"
        in browser(cast.ewo).get(f"/visits/{visit.ref}/").content.decode()
    )
    browser(cast.ewo).post(f"/visits/{visit.ref}/safeguarding/")
    assert unmet("log", visit, now, "safeguarding") == []
    others = make.authorised(cast, now=now)
    assert unmet("log", others, now, "safeguarding") == []


def test_a_head_says_with_the_decision_that_arrangements_are_in_place(cast: Cast, now) -> None:
    visit = make.authorised(cast, now=now)
    assert visit.decisions.get(kind="visit").safeguarding


@pytest.mark.clause("TC-184")
def test_a_head_asks_a_colleague_who_asks_for_the_visit_and_the_head_decides(cast: Cast, now) -> None:
    draft = make.draft(cast, now=now, by=cast.head, party=[cast.head])
    with pytest.raises(Refused, match="Choose somebody else"):
        transitions.ask_colleague(visit=draft, by=cast.head, now=now, staff=cast.head)
    transitions.ask_colleague(
        visit=draft, by=cast.head, now=now, staff=cast.teacher, words="Ask about mornings."
    )
    handed = make.fresh(draft)
    assert ([a.staff for a in handed.party], handed.asked_of) == ([cast.teacher], cast.teacher)
    assert "Pat Head asks you" in browser(cast.teacher).get("/").content.decode()
    with pytest.raises(Refused, match="Only the person who asks"):
        transitions.keep_draft(visit=draft, by=cast.head, now=now, values={})
    make.checked(cast.colleague)
    party = [{"staff": cast.teacher, "is_lead": True}, {"staff": cast.colleague}]
    make.checked(cast.teacher)
    transitions.keep_draft(visit=draft, by=cast.teacher, now=now, values={}, party=party)
    sent = transitions.submit(visit=draft, by=cast.teacher, now=now)
    assert (sent.requested_by, sent.state) == (cast.teacher, "requested")
    (need,) = missing(sent)
    assert [person.pk for person in deciders(need, sent, now)] == [cast.head.pk]


@pytest.mark.clause("TC-184")
def test_who_was_asked_hands_it_back_with_a_reason(cast: Cast, now) -> None:
    draft = make.draft(cast, now=now, by=cast.head, party=[cast.head])
    page = browser(cast.head).get(f"/visits/{draft.ref}/colleague/").content.decode()
    assert "Ask somebody to make this visit" in page
    asked = browser(cast.head).post(
        f"/visits/{draft.ref}/colleague/", {"staff": cast.teacher.pk, "words": ""}
    )
    assert asked["Location"] == f"/visits/{draft.ref}/"
    assert "What I asked colleagues to make" in browser(cast.head).get("/").content.decode()
    with pytest.raises(Refused, match="Say why"):
        transitions.hand_back(visit=draft, by=cast.teacher, now=now, reason=" ")
    done = browser(cast.teacher).post(f"/visits/{draft.ref}/hand-back/", {"reason": "I know the family."})
    assert done.status_code == 302
    back = make.fresh(draft)
    assert (back.asked_of, back.ended_reason, [a.staff for a in back.party]) == (
        None, "I know the family.", [cast.head],
    )  # fmt: skip


@pytest.mark.clause("TC-184")
def test_handing_on_and_back_keeps_the_others_who_go(cast: Cast, now) -> None:
    draft = make.draft(cast, now=now, by=cast.head, party=[cast.head, cast.colleague])
    worker = draft.attendees.create(name="Jo Social", organisation="Council", phone="+447700900777")
    transitions.ask_colleague(visit=draft, by=cast.head, now=now, staff=cast.teacher)
    handed = [str(a) for a in make.fresh(draft).party]
    transitions.hand_back(visit=draft, by=cast.teacher, now=now, reason="I know the family.")
    back = make.fresh(draft).party
    assert handed == ["Pat Teacher", "Pat Colleague", "Jo Social"]
    assert {(a.staff, a.is_lead) for a in back} == {(cast.head, True), (cast.colleague, False), (None, False)}
    kept = next(a for a in back if a.name)
    assert (kept.pk, kept.organisation, kept.phone) == (worker.pk, "Council", worker.phone)


def test_only_leaders_ask_colleagues(cast: Cast, now) -> None:
    may = {}
    for name in ("teacher", "attendance", "office", "dsl", "slt", "head"):
        person = getattr(cast, name)
        draft = make.draft(cast, now=now, by=person, party=[person])
        may[name] = browser(person).get(f"/visits/{draft.ref}/colleague/").status_code
    assert may == {"teacher": 404, "attendance": 404, "office": 404, "dsl": 404, "slt": 200, "head": 200}
    make.give_role(cast.teacher, RoleName.ATTENDANCE_LEAD, cast)
    draft = make.draft(cast, now=now, by=cast.teacher, party=[cast.teacher])
    assert browser(cast.teacher).get(f"/visits/{draft.ref}/colleague/").status_code == 200


@pytest.mark.turns("phone_reader_roles", "phone_reader_roles_ewo")
@pytest.mark.clause("TC-160", "TC-161")
def test_numbers_are_seen_by_whom_the_policy_names(cast: Cast, now) -> None:
    visit = make.authorised(cast, now=now, by=cast.ewo, party=[cast.ewo, cast.teacher])
    of_ewo, of_teacher = make.fresh(visit).party

    def readers(who, **settings) -> set[str]:
        fresh = turned(visit, **settings)
        return {
            name
            for name, person in cast.people.items()
            if may_read(person, fresh, who) and name != "outsider"
        }

    goes, usual = {"ewo", "teacher"}, {"office", "head", "slt", "dsl", "deputy"}
    assert readers(of_teacher) == goes | usual
    assert readers(of_ewo) == goes | usual | {"ceo"}
    none = {"phone_reader_roles": [], "phone_reader_roles_ewo": []}
    assert readers(of_teacher, **none) == goes | usual | {"ceo"}  # blank: the office and the leaders
    few = {"phone_reader_roles": ["headteacher"], "phone_reader_roles_ewo": ["ceo"]}
    assert readers(of_teacher, **few) == goes | {"head"}
    assert readers(of_ewo, **few) == goes | {"head", "ceo"}


@pytest.mark.clause("TC-160")
def test_the_board_the_page_and_the_form_keep_numbers_from_others(cast: Cast, now) -> None:
    PolicyFactory(preset="three_counties", trust=cast.trust, phone_reader_roles=["office"])
    visit = make.logged(cast, now=now)
    number = make.fresh(visit).party[0].phone.as_national
    pages = {
        who: browser(getattr(cast, who)).get(f"/visits/{visit.ref}/").content.decode()
        for who in ("office", "dsl")
    }
    assert {who: number in page for who, page in pages.items()} == {"office": True, "dsl": False}
    (row,) = facts.read([visit.pk])
    seen = {
        who: reads_number(row, row.party[0], viewer(getattr(cast, who)))
        for who in ("office", "dsl", "teacher")
    }
    assert seen == {"office": True, "dsl": False, "teacher": True}
    said = documents.for_reader(make.fresh(visit), "appointment", cast.dsl, for_office=False)
    assert [person["phone"] for person in said["people"]] == ["Held by the school"] * 2
    kept = documents.for_reader(make.fresh(visit), "appointment", cast.office, for_office=True)
    assert kept["people"][0]["phone"] == number


def signed_in(staff: Staff, ago: float) -> Client:
    """Somebody's browser in which the password was given some seconds ago."""
    client = browser(staff)
    session = client.session
    session["account_authentication_methods"] = [{"method": "password", "at": ago, "email": staff.email}]
    session.save()
    return client


YES = {
    "reply": "yes",
    "reason": "Needed now.",
    "necessary": "on",
    "best_interests": "on",
    "safeguarding": "on",
}


def test_deciding_asks_for_the_password_again_and_loses_nothing(
    cast: Cast, now, monkeypatch: pytest.MonkeyPatch
) -> None:
    # allauth notes when a password was given by the machine's clock; the test's stands still elsewhere.
    monkeypatch.setattr(login, "time", SimpleNamespace(time=now.timestamp))
    PolicyFactory(preset="three_counties", trust=cast.trust, fresh_sign_in_minutes=30)
    visit = make.requested(cast, now=now)
    make.assessed(cast, visit, now)
    cast.head.set_password("a long enough secret")
    cast.head.save()
    client = signed_in(cast.head, ago=now.timestamp() - 31 * 60)
    address = f"/visits/{visit.ref}/decide/"
    form = client.get(address).context["form"]
    typed = {**YES, "kinds": ["visit"], "seen": form["seen"].value()}
    asked = client.post(address, typed)
    assert asked["Location"].startswith("/accounts/reauthenticate/")
    assert make.fresh(visit).state == "requested"
    done = client.post("/accounts/reauthenticate/", {"password": "a long enough secret", "next": address})
    assert done.status_code == 302
    assert make.fresh(visit).state == "authorised"
    assert visit.decisions.get(kind="visit").reason == "Needed now."


@pytest.mark.turns("fresh_sign_in_minutes")
@on(
    ("minutes", "ago", "state"),
    [(0, 10**6, "authorised"), (30, 29 * 60, "authorised"), (30, 31 * 60, "requested")],
)
def test_a_password_given_lately_is_not_asked_for(
    cast: Cast, now, minutes: int, ago: int, state: str
) -> None:
    PolicyFactory(preset="three_counties", trust=cast.trust, fresh_sign_in_minutes=minutes)
    visit = make.requested(cast, now=now)
    make.assessed(cast, visit, now)
    client = signed_in(cast.head, ago=now.timestamp() - ago)
    seen = client.get(f"/visits/{visit.ref}/decide/").context["form"]["seen"].value()
    client.post(f"/visits/{visit.ref}/decide/", {**YES, "kinds": ["visit"], "seen": seen})
    assert make.fresh(visit).state == state
