"""A decision by telephone: typed in by another, without the reason for the visit, and countersigned."""

import datetime as dt
import re
from functools import partial

import pytest
from django.http import HttpResponse
from django.test import Client

from homevisits.people.models import Staff
from tests.cast import Cast
from tests.factories import visits as make
from tests.factories.trusts import PolicyFactory
from tests.visits.test_assuring import signed_in
from visits import transitions
from visits.models import Visit
from visits.safety import VisitDeadline
from visits.states import State
from visits.views import telephoning

SAID = {
    "reply": "yes",
    "kinds": ["visit"],
    "reason": "“Go, please.”",
    "necessary": "on",
    "best_interests": "on",
    "safeguarding": "on",
}


@pytest.fixture
def visit(cast: Cast, now: dt.datetime) -> Visit:
    made = make.requested(
        cast, now=now, purpose="Canarypurpose in more than twenty letters", why_necessary="Canarywhy"
    )
    return make.assessed(cast, made, now)


def text(reply: HttpResponse) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", reply.content.decode()))


def typed(client: Client, by: Staff, visit: Visit, decider: Staff, **said: object) -> HttpResponse:
    client.force_login(by)
    page = client.get(f"/visits/{visit.ref}/telephone/")
    seen = page.context["form"].initial["seen"]
    return client.post(f"/visits/{visit.ref}/telephone/", SAID | {"said_by": decider.pk, "seen": seen} | said)


def test_office_types_what_was_said_and_the_visit_goes_ahead(
    cast: Cast, visit: Visit, client: Client
) -> None:
    reply = typed(client, cast.office, visit, cast.head)
    decision = visit.decisions.get()
    assert (decision.decider, decision.typed_by, decision.reason) == (cast.head, cast.office, "“Go, please.”")
    assert Visit.objects.get(pk=visit.pk).state == State.AUTHORISED
    assert "said by P. Head on the telephone" in text(client.get(reply["Location"]))
    assert VisitDeadline.objects.get(
        visit=visit, kind="countersign", state="live"
    ).due_at == decision.decided_at + dt.timedelta(days=1)


@pytest.mark.clause("PS-103")
def test_office_types_it_in_without_reading_why(cast: Cast, visit: Visit, client: Client) -> None:
    client.force_login(cast.office)
    page = client.get(f"/visits/{visit.ref}/telephone/")
    done = client.get(typed(client, cast.office, visit, cast.head)["Location"])
    for reply in (page, done):
        assert "Canary" not in reply.content.decode()
        assert str(visit.reason) not in reply.content.decode()


def test_only_those_who_decide_can_be_chosen(cast: Cast, visit: Visit, client: Client) -> None:
    client.force_login(cast.office)
    form = client.get(f"/visits/{visit.ref}/telephone/").context["form"]
    assert {int(key) for key, _ in form.fields["said_by"].choices} == {cast.head.pk, cast.dsl.pk}
    reply = typed(client, cast.office, visit, cast.teacher)
    assert (reply.status_code, visit.decisions.count()) == (200, 0)
    assert "Choose" in str(reply.context["form"].errors["said_by"])


def test_nothing_typed_is_lost_when_something_is_missing(cast: Cast, visit: Visit, client: Client) -> None:
    reply = typed(client, cast.office, visit, cast.head, necessary="")
    assert "“Go, please.”" in reply.content.decode()
    assert "necessary" in reply.context["form"].errors


def test_somebody_chosen_for_a_decision_that_is_not_theirs_is_refused(
    cast: Cast, visit: Visit, client: Client
) -> None:
    reply = typed(client, cast.office, visit, cast.dsl)
    assert visit.decisions.count() == 0
    assert "This decision is not yours to take." in text(reply)


@pytest.mark.parametrize(
    ("part", "status"),
    [
        ("office", 200),
        ("slt", 200),
        ("teacher", 200),
        ("attendance", 404),
        ("colleague", 404),
        ("ewo", 404),
        ("outsider", 404),
    ],
)
def test_only_office_leaders_and_who_asked_type_it_in(
    cast: Cast, visit: Visit, client: Client, part: str, status: int
) -> None:
    client.force_login(cast.people[part])
    assert client.get(f"/visits/{visit.ref}/telephone/").status_code == status


def test_decider_countersigns(cast: Cast, visit: Visit, client: Client) -> None:
    typed(client, cast.office, visit, cast.head)
    client.force_login(cast.head)
    assert f'href="/visits/{visit.ref}/countersign/"' in client.get("/dashboard/").content.decode()
    page = client.get(f"/visits/{visit.ref}/countersign/")
    assert "“Go, please.”" in text(page)
    assert "Pat Office, today 10:00" in text(page)
    client.post(f"/visits/{visit.ref}/countersign/", {"agrees": "yes"})
    assert visit.decisions.get().countersigned_at is not None
    assert client.get(f"/visits/{visit.ref}/countersign/").status_code == 404


def test_decider_who_did_not_say_so_makes_it_void(cast: Cast, visit: Visit, client: Client) -> None:
    typed(client, cast.office, visit, cast.head)
    client.force_login(cast.head)
    silent = client.post(f"/visits/{visit.ref}/countersign/", {"agrees": "no"})
    assert "why" in silent.context["form"].errors
    client.post(f"/visits/{visit.ref}/countersign/", {"agrees": "no", "why": "I said: not today."})
    decision = visit.decisions.get()
    assert (decision.stands, decision.voided_why) == (False, "I said: not today.")
    assert Visit.objects.get(pk=visit.pk).state == State.REQUESTED


def test_countersigning_asks_for_as_fresh_a_sign_in_as_deciding(
    cast: Cast, visit: Visit, client: Client, now: dt.datetime
) -> None:
    rules = PolicyFactory(preset="three_counties", trust=cast.trust, fresh_sign_in_minutes=30)
    typed(client, cast.office, visit, cast.head)
    Visit.objects.filter(pk=visit.pk).update(policy=rules)
    cast.head.set_password("a long enough secret")
    cast.head.save()
    reply = signed_in(cast.head, ago=now.timestamp() - 31 * 60).post(
        f"/visits/{visit.ref}/countersign/", {"agrees": "yes"}
    )
    assert reply["Location"].startswith("/accounts/reauthenticate/")
    assert visit.decisions.get().countersigned_at is None


def test_countersigned_in_another_window_at_the_same_time_it_says_so(
    cast: Cast, visit: Visit, client: Client, now: dt.datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    typed(client, cast.office, visit, cast.head)
    client.force_login(cast.head)
    first = partial(transitions.countersign, visit=visit, by=cast.head, now=now, agrees=True)
    monkeypatch.setattr(telephoning, "require_fresh", lambda *_: first())
    reply = client.post(f"/visits/{visit.ref}/countersign/", {"agrees": "yes"})
    assert "There is nothing left for you to countersign." in text(reply)


def test_nobody_else_countersigns(cast: Cast, visit: Visit, client: Client) -> None:
    typed(client, cast.office, visit, cast.head)
    found = set()
    for part, person in cast.people.items():
        client.force_login(person)
        if client.get(f"/visits/{visit.ref}/countersign/").status_code == 200:
            found.add(part)
    assert found == {"head"}
