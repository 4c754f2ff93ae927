"""A whole request by its pages, on each preset: started, filled in, checked, refused, sent."""

import pytest
from django.urls import reverse

from homevisits.people.models import Staff
from homevisits.trusts.roles import RoleName
from tests.cast import Cast, browser
from tests.factories import visits as make
from tests.visits.asking.filling import at, fill, good, start, text
from visits.models import Visit
from visits.states import State

PRESETS = ["three_counties", "poulton_le_sands", "aspirational_futures"]
DECIDES = {"three_counties": "head", "poulton_le_sands": "dsl", "aspirational_futures": "head"}


def party_of(cast: Cast) -> list[Staff]:
    make.checked(cast.teacher, cast.colleague)
    return [cast.teacher, cast.colleague]


@pytest.mark.parametrize("cast", PRESETS, indirect=True)
@pytest.mark.clause("TC-069", "TC-049", "PS-053", "SH-063")
def test_request_goes_from_pupil_to_sent(cast: Cast, now) -> None:
    client = browser(cast.teacher)
    visit = start(client, make.a_pupil(cast))
    fill(client, visit, good(cast, party_of(cast)))
    checked = text(client.get(reverse("request_check", args=[visit.ref])))
    assert "Everything that your policy asks for is there" in checked
    reply = client.post(reverse("request_check", args=[visit.ref]))
    assert reply["Location"] == reverse("request_sent", args=[visit.ref])
    sent = Visit.objects.get(pk=visit.pk)
    assert (sent.state, sent.policy_id) == (State.REQUESTED, cast.policy.pk)
    decider: Staff = getattr(cast, DECIDES[cast.policy.preset])
    assert str(decider) in text(client.get(reply["Location"]))


@pytest.mark.clause("TC-092")
def test_request_of_the_ewo_says_that_no_head_is_asked(cast: Cast, now) -> None:
    make.checked(cast.ewo, cast.colleague)
    client = browser(cast.ewo)
    visit = start(client, make.a_pupil(cast))
    fill(client, visit, good(cast, [cast.ewo, cast.colleague]))
    assert "no head’s authorisation" in text(client.get(reverse("request_check", args=[visit.ref])))
    client.post(reverse("request_check", args=[visit.ref]))
    page = text(client.get(reverse("request_sent", args=[visit.ref])))
    assert ("Sent, and authorised" in page, Visit.objects.get(pk=visit.pk).state) == (True, State.AUTHORISED)


@pytest.mark.parametrize("cast", PRESETS, indirect=True)
def test_empty_request_is_refused_with_a_link_to_each_step(cast: Cast, now) -> None:
    client = browser(cast.teacher)
    visit = start(client, make.a_pupil(cast))
    page = text(client.post(reverse("request_check", args=[visit.ref])))
    assert "It cannot be sent yet" in page
    for step in ("reason", "told", "when"):
        assert f'href="{at(visit, step)}?from=check"' in page
    assert 'data-gate="purpose" data-blocks="true"' in page
    assert Visit.objects.get(pk=visit.pk).state == State.DRAFT


def test_sending_twice_changes_nothing_and_shows_the_same_page(cast: Cast, now) -> None:
    client = browser(cast.teacher)
    visit = start(client, make.a_pupil(cast))
    fill(client, visit, good(cast, party_of(cast)))
    first = client.post(reverse("request_check", args=[visit.ref]))
    again = client.post(reverse("request_check", args=[visit.ref]), follow=True)
    assert first.status_code == 302
    assert "was sent already" in text(again)
    assert Visit.objects.get(pk=visit.pk).events.filter(kind="submitted").count() == 1


@pytest.mark.clause("TC-093")
def test_route_without_a_decider_names_who_can_mend_it(cast: Cast, now) -> None:
    cast.head.roles.filter(role=RoleName.HEADTEACHER).delete()
    cast.ceo.roles.filter(role=RoleName.CEO).delete()
    client = browser(cast.teacher)
    visit = start(client, make.a_pupil(cast))
    fill(client, visit, good(cast, party_of(cast)))
    assert "Your trust admin can give somebody that role" in text(
        client.post(reverse("request_check", args=[visit.ref]))
    )


def test_going_on_with_a_draft_leads_to_the_first_step_that_misses_something(cast: Cast, now) -> None:
    client = browser(cast.teacher)
    visit = start(client, make.a_pupil(cast))
    go_on = reverse("request", args=[visit.ref])
    assert client.get(go_on)["Location"] == at(visit, "reason")
    typed = good(cast, party_of(cast))
    fill(client, visit, {"reason": typed["reason"]})
    assert client.get(go_on)["Location"] == at(visit, "told")
    fill(client, visit, {step: typed[step] for step in ("told", "where", "when", "people")})
    assert client.get(go_on)["Location"] == reverse("request_check", args=[visit.ref])


def test_change_from_the_check_goes_back_to_the_check(cast: Cast, now) -> None:
    client = browser(cast.teacher)
    visit = start(client, make.a_pupil(cast))
    typed = good(cast, party_of(cast))
    fill(client, visit, typed)
    reply = client.post(at(visit, "where") + "?from=check", {**typed["where"], "address": "2 New Road"})
    assert reply["Location"] == reverse("request_check", args=[visit.ref])
    assert "2 New Road" in text(client.get(reply["Location"]))
