"""Which pages a phone may keep for when there is no signal, and for whom.

A page carries no-store, and the browser's own cache obeys. The worker's store is ours: it holds only pages
that say so here, those of somebody who is going or out, until they are back or sign out, and each sealed with
a key that the browser does not give away. Without the page a visitor without signal has neither the numbers
nor the address.
"""

from urllib.parse import quote

from django.http import HttpResponse
from django.utils.crypto import salted_hmac

from homevisits.clock import app_now
from homevisits.look.times import local_text
from homevisits.people.models import Staff
from homevisits.people.signed_in import StaffRequest
from visits.models import Visit
from visits.states import State

KEPT_PAGES = (
    "out",
    "out_help",
    "out_reminders",
    "out_time",
    "out_look",
    "out_entered",
    "out_outcome",
    "out_note",
)
# What is said only with a PIN, where the policy asks for one: never kept, since the PIN is not.
SAID_WITH_PIN = ("back/", "on/", "time/", "say/back/", "say/fine/", "say/left", "say/together/")


def who(staff: Staff) -> str:
    """A person as their phone knows them: a word that says nothing, the same at each sign-in."""
    return salted_hmac("homevisits.offline", str(staff.pk), algorithm="sha256").hexdigest()[:16]


def opens_offline(reply: HttpResponse, request: StaffRequest, visit: Visit) -> HttpResponse:
    """Mark a page that the worker may keep; one that is not marked is dropped there."""
    match = request.resolver_match
    is_page = request.method == "GET" and reply.status_code == 200 and match and match.url_name in KEPT_PAGES
    if is_page and may_keep(visit, request.user):
        reply["X-Keep-Offline"] = who(request.user)
        reply["X-As-Of"] = local_text(app_now())
    return reply


def may_keep(visit: Visit, staff: Staff) -> bool:
    """Whether this visitor is going or out, as far as they have said."""
    if visit.state not in {State.LOGGED, State.IN_PROGRESS}:
        return False
    mine = visit.attendees.filter(staff=staff)
    return mine.filter(back_at=None, claimed_back_at=None).exists()


def refused_with(reply: HttpResponse, sentence: str) -> HttpResponse:
    """The sentence that refused, for the worker, which reads no page."""
    reply["X-Refused"] = quote(sentence)
    return reply
