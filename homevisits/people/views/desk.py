"""The desk: who may log, watch and answer now, and who stands in."""

from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from homevisits.clock import app_now
from homevisits.people import keeping, permissions
from homevisits.people.desks import desks
from homevisits.people.forms.accounts import StandInForm
from homevisits.people.models import DeskDuty, Staff
from homevisits.people.signed_in import StaffRequest
from homevisits.people.views.asking import act, allow_or_404, ask, posted
from homevisits.trusts.models import School


def duty(request: StaffRequest) -> HttpResponse:
    """Every desk that the person sees."""
    now = app_now()
    schools = School.objects.visible_to(request.user).prefetch_related("terms", "closures")
    shown = desks(schools, request.user, now)
    context = {
        "desks": shown,
        "now": now,
        "may_set": any(desk.may_set for desk in shown),
        "may_import": bool(permissions.kinds_to_import(request.user)),
        "sees_checks": permissions.sees_checks(request.user),
    }
    return render(request, "people/duty.html", context)


def _schools_to_set(by: Staff) -> list[int]:
    return [s.pk for s in School.objects.visible_to(by) if permissions.may_set_duty(by, s)]


def stand_in(request: StaffRequest) -> HttpResponse:
    """Who stands in, from when until when."""
    by, now = request.user, app_now()
    ids = _schools_to_set(by)
    allow_or_404(bool(ids))
    schools = School.objects.filter(pk__in=ids)
    of_school = Q(roles__school__in=ids) | Q(roles__school=None, roles__isnull=False)
    staff = Staff.objects.active().filter(of_school, trust_id=by.trust_id).distinct()

    def save(told: dict) -> None:
        keeping.stand_in(by=by, now=app_now(), **told)

    form = StandInForm(schools, staff, now, posted(request))
    done = "The stand-in is set."
    return ask(request, form, title="Who stands in?", back=reverse("desk_duty"), save=save, done=done)


@require_POST
def end_stand_in(request: StaffRequest, pk: int) -> HttpResponse:
    """A stand-in that is over, or was never needed."""
    visible = DeskDuty.objects.filter(school__in=School.objects.visible_to(request.user))
    duty_row = get_object_or_404(visible, pk=pk)
    return act(
        request,
        lambda: keeping.end_stand_in(duty=duty_row, by=request.user, now=app_now()),
        back=reverse("desk_duty"),
        done=f"{duty_row.staff} no longer stands in.",
    )
