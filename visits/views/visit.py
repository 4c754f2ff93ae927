"""The page of one visit, and its code word on a page of its own."""

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from homevisits.clock import app_now
from homevisits.people.panels import drawn
from homevisits.people.signed_in import StaffRequest
from visits.codeword import has_code_word, read_code_word
from visits.models import Visit
from visits.overview import Overview
from visits.permissions import refusal
from visits.registry import VISIT_PANELS


def seen(request: StaffRequest, ref: str) -> Visit:
    """The visit, if this person may see it; else 404."""
    visible = Visit.objects.visible_to(request.user)
    related = visible.select_related(
        "school__trust", "policy", "household", "requested_by", "risk__assessed_by"
    ).defer("risk__content")
    return get_object_or_404(related, ref=ref)


@require_GET
@never_cache
def visit(request: StaffRequest, ref: str) -> HttpResponse:
    """One visit: where it stands, what is needed next, what happened."""
    found = seen(request, ref)
    context = {
        "visit": found,
        "page": Overview(found, request.user, app_now()),
        "panels": drawn(VISIT_PANELS, request, found, request.user),
    }
    return render(request, "visits/visit/page.html", context)


@require_http_methods(["GET", "POST"])
@never_cache
def code_word(request: StaffRequest, ref: str) -> HttpResponse:
    """Ask first, then show: every reading is noted. Never in an address, never kept by the browser."""
    found = seen(request, ref)
    if refusal(request.user, "code_word", found, app_now()) or not has_code_word(found):
        raise Http404
    word = read_code_word(found, by=request.user) if request.method == "POST" else ""
    context = {"visit": found, "word": word, "goes": found.includes(request.user)}
    return render(request, "visits/visit/code_word.html", context)
