"""Fills in the steps of a request through the browser's own messages, as a person would."""

from typing import Any

from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from homevisits.people.models import Pupil, Staff
from tests.cast import Cast
from tests.factories import visits as make
from visits.models import Visit

NO_OUTSIDERS = {"outsiders-TOTAL_FORMS": "0", "outsiders-INITIAL_FORMS": "0"}


def text(response: HttpResponse) -> str:
    return response.content.decode()


def at(visit: Visit, step: str) -> str:
    return reverse("request_step", args=[visit.ref, step])


def start(client: Client, pupil: Pupil) -> Visit:
    """Begin a draft from a pupil; gives back the visit."""
    reply = client.post(f"{reverse('visit_new')}?pupil={pupil.pk}")
    assert reply.status_code == 302, text(reply)
    ref = reply["Location"].split("/")[2]
    return Visit.objects.get(ref=ref)


def good(cast: Cast, party: list[Staff]) -> dict[str, dict[str, Any]]:
    """What is typed at each step so that any preset takes it."""
    return {
        "reason": {
            "reason_code": make.REASON[cast.policy.preset],
            "purpose": "Understand why mornings are hard and agree a plan.",
            "why_necessary": "Meetings in school were offered and missed twice.",
        },
        "told": {"told": "call", "whom_call": "Maria Novak, mother", "agreed_call": "on"},
        "where": {
            "address": "14 Larch Close",
            "postcode": "hr40aa",
            "to_see_text": "Mother",
            "access": "enter",
        },
        "when": {"day": "2026-11-26", "start": "13:00", "stay": "30", "there": "10", "back": "15"},
        "people": {
            "goes": [person.pk for person in party],
            "lead": party[0].pk,
            "two_may_escalate": "no",
            **NO_OUTSIDERS,
        },
    }


def fill(client: Client, visit: Visit, typed: dict[str, dict[str, Any]]) -> None:
    """Send every step; each goes on to the next."""
    for step, data in typed.items():
        reply = client.post(at(visit, step), data)
        assert reply.status_code == 302, f"{step}: {text(reply)}"


def error_of(page: str, field: str) -> bool:
    """Whether an error stands beside a field, and a link to it in the summary."""
    return f'id="id_{field}_error"' in page and "There is a problem" in page
