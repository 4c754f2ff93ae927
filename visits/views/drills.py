"""Drills: what is due and what they showed, and the page that starts one."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from homevisits.clock import app_now
from homevisits.people.signed_in import StaffRequest
from homevisits.trusts.models import Policy, School
from visits.answering import answering
from visits.drilling.models import RUNNERS, may_run
from visits.drilling.results import results, schools_of
from visits.drilling.running import running, start_drill
from visits.transitions import Refused


@require_GET
def listed(request: StaffRequest) -> HttpResponse:
    """Each school's drills: when the next is due, and how the last ones went."""
    if not request.user.has_role(*RUNNERS):
        raise Http404
    now = app_now()
    places = results(schools_of(request.user))
    shown = [{"place": one, "is_overdue": one.is_overdue(now)} for one in places]
    return render(request, "visits/drills/list.html", {"places": shown, "now": now})


@require_http_methods(["GET", "POST"])
def start(request: StaffRequest, slug: str) -> HttpResponse:
    """Who would be told, and the button that has them told."""
    school = get_object_or_404(School.objects.visible_to(request.user), slug=slug)
    if not may_run(request.user, school):
        raise Http404
    now = app_now()
    if request.method == "POST":
        try:
            alarm = start_drill(school=school, by=request.user, now=now)
        except Refused as no:
            messages.error(request, no.sentence)
            return redirect("drills")
        messages.success(request, "The drill runs. Every message says that it is one.")
        return redirect(alarm)
    policy = Policy.objects.in_force(school)
    steps = answering(school, policy, now) if policy else []
    context = {"school": school, "steps": steps, "now": now, "running": running(school)}
    return render(request, "visits/drills/start.html", context)
