"""Raising a concern, reading it, receiving it."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from homevisits.audit.look import looked
from homevisits.clock import app_now
from homevisits.people.models import Staff
from homevisits.people.signed_in import StaffRequest
from homevisits.trusts.roles import SAFEGUARDING_TEAM
from safeguarding.forms import ConcernForm
from safeguarding.models import Concern
from safeguarding.raising import Refused, raise_concern, receive
from visits.models import Visit


@require_GET
def concerns(request: StaffRequest) -> HttpResponse:
    """What this person wrote, and what the DSL team has to read: unread first."""
    found = Concern.objects.visible_to(request.user).select_related(
        "author", "school", "pupil", "received_by"
    )
    listed = found.order_by("received_at", "-raised_at")[:100]
    mine = [concern for concern in listed if concern.author_id == request.user.pk]
    team = [concern for concern in listed if concern.author_id != request.user.pk]
    return render(
        request, "safeguarding/list.html", {"mine": mine, "team": team, "reads": reads(request.user)}
    )


def reads(staff: Staff) -> bool:
    """Whether this person is of a DSL team."""
    return staff.has_role(*SAFEGUARDING_TEAM)


@require_http_methods(["GET", "POST"])
def new(request: StaffRequest) -> HttpResponse:
    """Raise a concern from a visit that this person is on, or was."""
    staff = request.user
    visits = Visit.objects.visible_to(staff).about_reason(staff)
    visit = get_object_or_404(visits, ref=request.GET.get("visit", ""))
    form = ConcernForm(visit, request.POST or None)
    if request.method == "POST" and form.is_valid():
        concern, told = raise_concern(visit=visit, by=staff, now=app_now(), **form.facts_given)
        request.session["told"] = [person.short_name for person in told]
        return redirect("concern", concern.uuid)
    return render(request, "safeguarding/new.html", {"visit": visit, "form": form})


@require_GET
def concern(request: StaffRequest, uuid: str) -> HttpResponse:
    """One concern: its words for the author and the DSL team. Every reading is noted."""
    found = get_object_or_404(
        Concern.objects.visible_to(request.user).select_related(
            "author", "pupil", "visit", "school", "received_by"
        ),
        uuid=uuid,
    )
    looked(request.user, "concern", str(found.uuid))
    mine = found.author_id == request.user.pk
    receives = not mine and not found.is_received
    told = request.session.pop("told", []) if mine else []
    context = {
        "concern": found,
        "mine": mine,
        "receives": receives,
        "told": told,
        "story": found.events.select_related("by"),
    }
    return render(request, "safeguarding/concern.html", context)


@require_POST
def received(request: StaffRequest, uuid: str) -> HttpResponse:
    """The DSL team has read it."""
    found = get_object_or_404(Concern.objects.visible_to(request.user), uuid=uuid)
    try:
        receive(concern=found, by=request.user, now=app_now())
        messages.success(
            request, "Received. The author sees who received it and when; nobody else is chased."
        )
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect("concern", uuid)
