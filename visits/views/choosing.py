"""Starting a request: find the pupil, see what is known, and begin the draft with it."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from homevisits.clock import app_now, london_day
from homevisits.people.models import Pupil
from homevisits.people.panels import drawn
from homevisits.people.querysets import PupilQuerySet
from homevisits.people.signed_in import StaffRequest
from homevisits.people.views import searching
from homevisits.trusts.models import Policy
from visits import transitions
from visits.forms.asking.pupil import MOST_FOUND, PupilSearch, hint, named
from visits.models import Visit
from visits.prefill import adults, schools_there, siblings, standing_warnings
from visits.registry import REQUEST_PANELS
from visits.states import State
from visits.transitions import Refused

KEY = "visit_pupil_search"


@require_http_methods(["GET", "POST"])
def new(request: StaffRequest) -> HttpResponse:
    """Find the pupil; with `?pupil=` show what is known, and start on POST."""
    visible = Pupil.objects.visible_to(request.user).on_roll(london_day(app_now()))
    key = request.GET.get("pupil", "")
    if key:
        found = visible.select_related("school__trust", "household", "key_person")
        pupil = get_object_or_404(found, pk=key if key.isdecimal() else 0)
        return _start(request, pupil) if request.method == "POST" else _known(request, pupil)
    if request.method == "POST":
        searching.keep(request, KEY, PupilSearch)
        return redirect("visit_new")
    return _search(request, visible)


def _search(request: StaffRequest, visible: PupilQuerySet) -> HttpResponse:
    """Those whom the search found; before any search, the pupils whose key person one is."""
    form, wanted = searching.kept(request, KEY, PupilSearch)
    words = str(wanted.get("words", "")).strip()
    rows = named(visible, words) if words else visible.filter(key_person=request.user)
    found = list(rows.select_related("school", "household")[: MOST_FOUND + 1])
    context = {
        "form": form,
        "words": words,
        "found": found[:MOST_FOUND],
        "has_more": len(found) > MOST_FOUND,
        "many_schools": len({pupil.school_id for pupil in found}) > 1,
    }
    return render(request, "visits/request/new.html", context)


def _known(request: StaffRequest, pupil: Pupil) -> HttpResponse:
    """What is known of the pupil before anybody types a word."""
    return render(request, "visits/request/known.html", _facts(request, pupil))


def _facts(request: StaffRequest, pupil: Pupil) -> dict[str, Any]:
    home, rules = pupil.household, Policy.objects.in_force(pupil.school)
    mine = Visit.objects.filter(requested_by=request.user, state=State.DRAFT, pupils=pupil)
    return {
        "pupil": pupil,
        "pupil_name": str(pupil),
        "pupil_sub": f"{hint(pupil)} · {pupil.school}",
        "home": home,
        "now": app_now(),
        "adults": adults([pupil]),
        "siblings": siblings(pupil, request.user),
        "elsewhere": schools_there(home, pupil.school),
        "warnings": standing_warnings(home, by=request.user),
        "earlier": _earlier(request, pupil),
        "running": _running(request, pupil),
        "has_lessons": bool(rules and rules.reasons.filter(is_series=True).exists()),
        "drafts": mine.order_by("-created_at")[:3],
        "panels": drawn(REQUEST_PANELS, request, pupil, request.user),
    }


def _earlier(request: StaffRequest, pupil: Pupil) -> list[Visit]:
    """Earlier visits to this home that the person may see, the latest first."""
    if pupil.household_id is None:
        return []
    there = Visit.objects.visible_to(request.user).filter(
        household=pupil.household_id, arrived_at__isnull=False
    )
    return list(there.order_by("-arrived_at")[:5])


def _running(request: StaffRequest, pupil: Pupil) -> list[Visit]:
    """Visits to this pupil that are already asked for or planned."""
    open_ones = [State.REQUESTED, State.AUTHORISED, State.LOGGED, State.IN_PROGRESS]
    visible = Visit.objects.visible_to(request.user).filter(pupils=pupil, state__in=open_ones)
    return list(visible.select_related("requested_by").order_by("start_at")[:3])


def _start(request: StaffRequest, pupil: Pupil) -> HttpResponse:
    """Begin the draft, with the brothers and sisters who were ticked."""
    ticked = set(request.POST.getlist("siblings"))
    others = [one for one in siblings(pupil, request.user) if str(one.pk) in ticked]
    try:
        visit = transitions.ask_for(by=request.user, pupils=[pupil, *others], now=app_now())
    except Refused as no:
        messages.warning(request, no.sentence)
        return _known(request, pupil)
    request.session.pop(KEY, None)
    return redirect("request_step", visit.ref, "reason")
