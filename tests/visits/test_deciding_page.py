"""The authoriser's page: what waits, one request with everything, and the decision."""

import datetime as dt
import re

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from homevisits.audit.models import Look
from homevisits.people.models import Staff
from tests.cast import PARTS, Cast
from tests.factories import visits as make
from tests.factories.people import AwayFactory, HouseholdWarningFactory
from tests.factories.trusts import PolicyFactory
from tests.factories.visits import fresh
from visits import transitions
from visits.models import Visit
from visits.states import State
from visits.story import ContactAttempt, Decision

PRESETS = ["three_counties", "poulton_le_sands", "aspirational_futures"]
YES = {
    "reply": "yes",
    "reason": "Needed now.",
    "necessary": "on",
    "best_interests": "on",
    "safeguarding": "on",
}


def opened(client: Client, staff: Staff, visit: Visit) -> HttpResponse:
    client.force_login(staff)
    return client.get(f"/visits/{visit.ref}/decide/")


def answered(client: Client, staff: Staff, visit: Visit, **said: object) -> HttpResponse:
    """Open the page as this person and press a button of it."""
    page = opened(client, staff, visit)
    form = page.context["form"]
    hidden = {"seen": form.initial["seen"], "kinds": form.initial["kinds"]} if form else {}
    return client.post(f"/visits/{visit.ref}/decide/", hidden | YES | said)


def text(reply: HttpResponse) -> str:
    """The page's words, without its markup."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", reply.content.decode())).replace("&#x27;", "'")


WHO_DECIDES = {
    "three_counties": {"head"},
    "poulton_le_sands": {"dsl"},
    "aspirational_futures": {"head", "slt"},
}


@pytest.mark.clause("AF-011", "AF-013", "TC-069", "TC-091")
@pytest.mark.parametrize("cast", PRESETS, indirect=True)
def test_each_policy_lets_its_own_people_decide_and_nobody_else(cast: Cast, now, client: Client) -> None:
    visit = make.requested(cast, now=now)
    make.assessed(cast, visit, now)
    may = set()
    for part in PARTS:
        reply = opened(client, cast.people[part], visit)
        form = reply.context["form"] if reply.status_code == 200 else None
        if form and Decision.Kind.VISIT in form.kinds_asked:
            may.add(part)
    assert may == WHO_DECIDES[cast.policy.preset]
    decider = cast.people[sorted(may)[0]]
    assert answered(client, decider, visit).status_code == 302
    assert fresh(visit).state == State.AUTHORISED


def test_page_of_a_request_is_for_those_who_may_read_why(cast: Cast, now, client: Client) -> None:
    visit = make.requested(cast, now=now)
    found = {part: opened(client, person, visit).status_code for part, person in cast.people.items()}
    reads = {"teacher", "colleague", "dsl", "slt", "deputy", "head", "ewo", "ceo"}
    assert {part for part, status in found.items() if status == 200} == reads
    assert {found[part] for part in set(found) - reads} == {404}


def test_page_says_everything_that_a_decision_needs(cast: Cast, now, client: Client) -> None:
    pupil = make.a_pupil(cast, medical_note="Asthma")
    long_ago = now - dt.timedelta(days=60)
    warning = HouseholdWarningFactory(household=pupil.household, author=cast.dsl, written_at=long_ago)
    earlier = make.returned(cast, now=now - dt.timedelta(days=50), pupil=pupil)
    Visit.objects.filter(pk=earlier.pk).update(arrived_at=now - dt.timedelta(days=50), outcome="nobody_in")
    visit = make.requested(cast, now=now, pupil=pupil, alternatives="Two meetings in school.", told="call")
    make.assessed(cast, visit, now)
    transitions.note_attempt(
        visit=visit,
        pupil=pupil,
        by=cast.teacher,
        now=now,
        at=now - dt.timedelta(hours=1),
        channel=ContactAttempt.Channel.TEXT,
        result=ContactAttempt.Result.NO_ANSWER,
    )
    said = text(opened(client, cast.head, visit))
    for sentence in (
        "Understand why mornings are hard and agree a plan.", "Meetings in school were offered and missed twice.",
        "Two meetings in school.", "asked by P. Teacher at 10:00", "policy SG23, version 1", "medical: Asthma",
        "DBS check", "today 10:10 to 10:40; leaves 10:00, back 10:55", "In school hours (08:45 to 15:15)",
        "Yes, we rang. Maria Novak, mother", "Text message, no answer, today 09:00", "1 visit, the last on 7 Oct 2026",
        "nobody in", warning.note, "Known family, quiet street.", "Two people go", "TC-124",
        "The DSL has not commented. Not required; you may go ahead.", "Ask the DSL",
    ):  # fmt: skip
        assert sentence in said, sentence


def test_reading_the_warnings_of_a_home_is_noted(cast: Cast, now, client: Client) -> None:
    visit = make.requested(cast, now=now)
    opened(client, cast.head, visit)
    look = Look.objects.get(by=cast.head)
    assert (look.what, look.ref) == ("household_warnings", str(visit.household_id))


def test_another_schools_visits_to_the_home_are_named_without_anything_about_them(
    cast: Cast, now, client: Client
) -> None:
    pupil = make.a_pupil(cast)
    visit = make.requested(cast, now=now, pupil=pupil)
    others = [cast.attendance, cast.deputy]
    other = make.requested(cast, now=now, pupil=pupil, by=cast.attendance, party=others)
    Visit.objects.filter(pk=other.pk).update(school=cast.other_school, arrived_at=now, outcome="refused")
    said = text(opened(client, cast.head, visit))
    assert f"Visited by {cast.other_school} too: ask there" in said
    assert (other.ref in said, "not let in" in said.lower()) == (False, False)


def test_authorise_is_disabled_with_its_reason_while_something_blocks(
    cast: Cast, now, client: Client
) -> None:
    visit = make.requested(cast, now=now)
    html = opened(client, cast.head, visit).content.decode()
    assert re.search(r'value="yes"[^>]* disabled aria-describedby="why-not"', html)
    assert "One thing above is still needed before you can authorise: Write the risk assessment" in html
    assert 'data-gate="risk" data-blocks="true"' in html
    make.assessed(cast, visit, now)
    assert " disabled" not in opened(client, cast.head, visit).content.decode().split("decide-form")[1]


@pytest.mark.clause("TC-095", "TC-096")
@pytest.mark.parametrize("missing", ["necessary", "best_interests", "safeguarding"])
def test_a_yes_needs_what_the_policy_asks_to_confirm(cast: Cast, now, client: Client, missing: str) -> None:
    visit = make.requested(cast, now=now)
    make.assessed(cast, visit, now)
    reply = answered(client, cast.head, visit, **{missing: "", "reason": "Kept as it was typed"})
    assert missing in reply.context["form"].errors
    assert "Kept as it was typed" in reply.content.decode()
    assert fresh(visit).state == State.REQUESTED


@pytest.mark.parametrize(("answer", "state"), [("no", State.DECLINED), ("changes", State.DRAFT)])
def test_a_no_needs_its_reason_and_nothing_else(
    cast: Cast, now, client: Client, answer: str, state: str
) -> None:
    visit = make.requested(cast, now=now)
    unasked = {"reply": answer, "necessary": "", "best_interests": "", "safeguarding": ""}
    silent = answered(client, cast.head, visit, **unasked, reason=" ")
    assert silent.context["form"].errors["reason"] == ["Give a reason for your decision"]
    reply = answered(client, cast.head, visit, **unasked, reason="Meet in school first.")
    assert (reply.status_code, fresh(visit).state, fresh(visit).ended_reason) == (
        302,
        state,
        "Meet in school first.",
    )


@pytest.mark.clause("TC-125")
def test_going_alone_is_never_ticked_beforehand_and_has_a_reason_of_its_own(
    cast: Cast, now, client: Client
) -> None:
    visit = make.requested(cast, now=now, party=[cast.teacher], lone_reason="Nobody else is free.")
    make.assessed(cast, visit, now)
    form = opened(client, cast.head, visit).context["form"]
    assert (form.kinds_asked, form.initial["kinds"]) == (["visit", "lone"], ["visit"])
    silent = answered(client, cast.head, visit, kinds=["visit", "lone"])
    assert silent.context["form"].errors["lone_reason"] == ["Say why going alone is safe and appropriate"]
    answered(client, cast.head, visit, kinds=["visit", "lone"], lone_reason="Known family, daylight.")
    reasons = dict(visit.decisions.values_list("kind", "reason"))
    assert reasons == {"visit": "Needed now.", "lone": "Known family, daylight."}
    assert fresh(visit).state == State.AUTHORISED


def test_a_visit_without_its_lone_decision_stays_a_request(cast: Cast, now, client: Client) -> None:
    visit = make.requested(cast, now=now, party=[cast.teacher], lone_reason="Nobody else is free.")
    make.assessed(cast, visit, now)
    answered(client, cast.head, visit, kinds=["visit"])
    said = text(client.get(f"/visits/{visit.ref}/decided/"))
    assert f"{visit.ref}: your answer is kept" in said
    assert "It still waits for the Headteacher/Head of School (going alone)" in said
    assert opened(client, cast.head, visit).context["form"].kinds_asked == ["lone"]


@pytest.mark.clause("TC-126")
def test_a_lone_visit_of_the_ewo_waits_for_the_ceo_alone(cast: Cast, now, client: Client) -> None:
    visit = make.requested(cast, now=now, by=cast.ewo, party=[cast.ewo], lone_reason="The family knows me.")
    make.assessed(cast, visit, now)
    assert opened(client, cast.head, visit).context["form"] is None
    reply = answered(client, cast.ceo, visit, kinds=["lone"], lone_reason="Known family.")
    assert (reply.status_code, fresh(visit).state) == (302, State.AUTHORISED)


@pytest.mark.clause("TC-094")
def test_the_dsl_is_asked_and_gives_a_view_that_ends_nothing(cast: Cast, now, client: Client) -> None:
    visit = make.requested(cast, now=now)
    client.force_login(cast.head)
    asked = client.post(f"/visits/{visit.ref}/ask-dsl/", follow=True)
    assert "P. Dsl was asked for a view." in text(asked)
    assert "The DSL was asked at 10:00 and has not answered yet." in text(asked)
    page = opened(client, cast.dsl, visit)
    assert "I support this visit" in text(page)
    answered(client, cast.dsl, visit, reply="no", reason="The father is home on Thursdays.")
    said = text(opened(client, cast.head, visit))
    assert "The father is home on Thursdays." in said
    assert fresh(visit).state == State.REQUESTED


def test_nobody_is_offered_a_decision_on_their_own_visit(cast: Cast, now, client: Client) -> None:
    visit = make.requested(cast, now=now, party=[cast.teacher, cast.head])
    page = opened(client, cast.head, visit)
    assert page.context["form"] is None
    reply = client.post(f"/visits/{visit.ref}/decide/", YES | {"kinds": ["visit"]})
    assert (reply.status_code, visit.decisions.count()) == (409, 0)
    assert "Nobody decides on their own visit." in text(reply)
    assert opened(client, cast.ceo, visit).context["form"].kinds_asked == ["visit"]


def test_a_request_that_changed_meanwhile_is_not_decided_on(cast: Cast, now, client: Client) -> None:
    visit = make.requested(cast, now=now)
    make.assessed(cast, visit, now)
    page = opened(client, cast.head, visit)
    seen = page.context["form"].initial["seen"]
    transitions.amend(
        visit=visit, by=cast.teacher, now=now, values={"address": "9 Elsewhere"}, reason="They moved"
    )
    reply = client.post(
        f"/visits/{visit.ref}/decide/", YES | {"kinds": ["visit"], "seen": seen, "reason": "Still typed"}
    )
    assert (reply.status_code, visit.decisions.count()) == (409, 0)
    assert "This request changed after you opened it." in text(reply)
    assert "Still typed" in reply.content.decode()
    assert "9 Elsewhere" in reply.content.decode()


@pytest.mark.parametrize("cast", ["aspirational_futures"], indirect=True)
def test_the_second_to_decide_is_told_who_and_when(cast: Cast, now, clock, client: Client) -> None:
    visit = make.requested(cast, now=now)
    page = opened(client, cast.slt, visit)
    data = YES | {"kinds": ["visit"], "seen": page.context["form"].initial["seen"], "reason": "My own words"}
    transitions.answer(visit=visit, by=cast.head, now=now, reply="yes", reason="Yes", kinds=["visit"])
    clock.advance(minutes=3)
    reply = client.post(f"/visits/{visit.ref}/decide/", data)
    assert reply.status_code == 409
    assert "This visit is authorised: P. Head, 10:00." in text(reply)
    assert "What you wrote was not used: My own words" in text(reply)
    assert visit.decisions.count() == 1


def test_the_same_answer_sent_twice_counts_once(cast: Cast, now, client: Client) -> None:
    visit = make.requested(cast, now=now, party=[cast.teacher], lone_reason="Nobody else is free.")
    make.assessed(cast, visit, now)
    first = answered(client, cast.head, visit, kinds=["visit"])
    again = client.post(f"/visits/{visit.ref}/decide/", YES | {"kinds": ["visit"]})
    assert (first.status_code, again.status_code, visit.decisions.count()) == (302, 302, 1)


def test_afterwards_the_page_says_what_happened_who_was_told_and_what_is_next(
    cast: Cast, now, client: Client
) -> None:
    visit, later = make.requested(cast, now=now), make.requested(cast, now=now)
    make.assessed(cast, visit, now)
    reply = answered(client, cast.head, visit)
    said = text(client.get(reply["Location"]))
    assert f"{visit.ref} is authorised" in said
    assert "Pat Teacher, in the product and by e-mail." in said
    assert "Pat Office, in the product and by e-mail." in said
    assert f"Next: {later.ref}" in said


def test_a_request_that_went_back_stays_readable_only_as_ones_own_answer(
    cast: Cast, now, client: Client
) -> None:
    visit = make.requested(cast, now=now)
    answered(client, cast.head, visit, reply="changes", reason="Say who is to be seen.")
    done = client.get(f"/visits/{visit.ref}/decided/")
    assert f"{visit.ref} is returned for changes" in text(done)
    assert visit.purpose not in done.content.decode()
    client.force_login(cast.slt)
    assert client.get(f"/visits/{visit.ref}/decided/").status_code == 404


def test_a_decision_without_a_button_is_refused(cast: Cast, now, client: Client) -> None:
    visit = make.requested(cast, now=now)
    reply = answered(client, cast.head, visit, reply="")
    assert "Choose Authorise, Return for changes or Decline." in text(reply)


def test_dashboard_stands_by_urgency_and_opens_the_first(cast: Cast, clock, now, client: Client) -> None:
    plans = {
        "tomorrow": dt.timedelta(days=1),
        "soon": dt.timedelta(minutes=34),
        "today": dt.timedelta(hours=3),
    }
    made = {name: make.requested(cast, now=now, **make.plan(now + wait)) for name, wait in plans.items()}
    client.force_login(cast.head)
    page = client.get("/dashboard/")
    queue = [(one["ref"], one["pill"][0], one["pill"][2]) for one in page.context["queue"]]
    assert queue == [
        (made["soon"].ref, "late", "leaves in 34 min"),
        (made["today"].ref, "soon", "today 13:00"),
        (made["tomorrow"].ref, "plain", "tomorrow 10:00"),
    ]
    assert page.context["visit"] == made["soon"]
    assert client.get("/dashboard/", {"visit": made["today"].ref}).context["visit"] == made["today"]


def test_dashboard_says_what_was_decided_and_what_waits_for_somebody_else(
    cast: Cast, now, client: Client
) -> None:
    done = make.authorised(cast, now=now)
    alone = make.requested(cast, now=now, by=cast.ewo, party=[cast.ewo], lone_reason="The family knows me.")
    client.force_login(cast.head)
    page = client.get("/dashboard/")
    assert [one.visit for one in page.context["lately"]] == [done]
    assert page.context["others"] == [
        {"ref": alone.ref, "title": str(alone.reason), "who": "the Executive Headteacher/CEO"}
    ]


def test_dashboard_says_who_is_asked_next(cast: Cast, now, client: Client) -> None:
    make.requested(cast, now=now)
    client.force_login(cast.head)
    said = text(client.get("/dashboard/"))
    assert "If nobody answers by 10:20, a reminder goes to: Headteacher/Head of School." in said


def test_dashboard_is_not_for_those_who_never_decide(cast: Cast, now, client: Client) -> None:
    make.requested(cast, now=now)
    found = {}
    for part, person in cast.people.items():
        client.force_login(person)
        found[part] = client.get("/dashboard/").status_code
    assert {part for part, status in found.items() if status == 200} == {
        "dsl", "slt", "deputy", "head", "ceo", "outsider",
    }  # fmt: skip


def test_dashboard_shows_a_deputy_only_while_the_first_is_away(cast: Cast, now, client: Client) -> None:
    visit = make.requested(cast, now=now)
    client.force_login(cast.ceo)
    before = client.get("/dashboard/").context["queue"]
    AwayFactory(staff=cast.head, during=(now - dt.timedelta(hours=1), now + dt.timedelta(hours=1)))
    after = client.get("/dashboard/").context["queue"]
    assert ([one["ref"] for one in before], [one["ref"] for one in after]) == ([], [visit.ref])


def test_dashboard_costs_the_same_for_one_request_and_for_twelve(cast: Cast, now, client: Client) -> None:
    PolicyFactory(preset="three_counties", trust=cast.trust, clash_rule="off")  # twelve visits, one teacher
    make.requested(cast, now=now)
    client.force_login(cast.head)

    def cost() -> int:
        client.get("/dashboard/")
        with CaptureQueriesContext(connection) as queries:
            client.get("/dashboard/")
        return len(queries)

    one = cost()
    for number in range(11):
        alone = {"party": [cast.teacher], "lone_reason": "Nobody else."} if number % 5 == 0 else {}
        by_ewo = {"by": cast.ewo, "party": [cast.ewo], "lone_reason": "Known."} if number % 7 == 0 else {}
        make.requested(cast, now=now, **(alone | by_ewo))
    assert len(client.get("/dashboard/").context["queue"]) == 12 - 2
    assert cost() == one
