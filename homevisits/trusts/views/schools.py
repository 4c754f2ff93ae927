"""A school's own page: when it and its office are open."""

from typing import TYPE_CHECKING, cast

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from homevisits.clock import app_now, london_day
from homevisits.trusts import opening, registry
from homevisits.trusts.calendar import SchoolDays, bank_holidays
from homevisits.trusts.models import School
from homevisits.trusts.permissions import may_edit
from homevisits.trusts.policies import Policy
from homevisits.trusts.school_forms import ClosureForm, HoursForm, SpanForm, TermForm

if TYPE_CHECKING:
    from homevisits.people.signed_in import StaffRequest

SPANS: dict[str, type[SpanForm]] = {"terms": TermForm, "closures": ClosureForm}
TITLES = {"terms": "Term", "closures": "Closure"}


def school_or_404(request: "StaffRequest", slug: str) -> School:
    """A school that the person may see."""
    schools = School.objects.visible_to(request.user).select_related("trust")
    found: School = get_object_or_404(schools.prefetch_related("terms", "closures"), slug=slug)
    return found


def editable_or_404(request: "StaffRequest", slug: str) -> School:
    if not may_edit(request.user):
        raise Http404
    return school_or_404(request, slug)


def school(request: "StaffRequest", slug: str) -> HttpResponse:
    """Hours, terms, closures and the bank holidays ahead."""
    found, now = school_or_404(request, slug), app_now()
    today = london_day(now)
    days = SchoolDays.of(found)
    context = {
        "school": found,
        "today": today,
        "is_open": today in days,
        "next_day": days.next_after(today),
        "holidays": sorted(day for day in bank_holidays() if day >= today)[:8],
        "holidays_end": max(bank_holidays()),
        "policy": Policy.objects.in_force(found),
        "panels": registry.drawn(registry.SCHOOL_PANELS, request, found, request.user, now),
        "may_edit": may_edit(request.user),
    }
    return render(request, "trusts/school.html", context)


def hours(request: "StaffRequest", slug: str) -> HttpResponse:
    """Change the hours of school and office."""
    found = editable_or_404(request, slug)
    form = HoursForm(data=request.POST or None, instance=found)
    if form.is_valid():
        opening.set_hours(school=found, by=request.user, now=app_now(), **form.cleaned_data)
        messages.success(request, "The hours are saved.")
        return redirect("school_page", slug)
    return render(request, "trusts/school_form.html", {"form": form, "school": found, "title": "Hours"})


def add_span(request: "StaffRequest", slug: str, kind: str) -> HttpResponse:
    """A new term or closure."""
    found = editable_or_404(request, slug)
    form_class = _form_or_404(kind)
    span = form_class.Meta.model(school=found)
    return _span(request, found, kind, form_class(data=request.POST or None, instance=span))


def change_span(request: "StaffRequest", slug: str, kind: str, pk: int) -> HttpResponse:
    """Another name or other days for a term or closure."""
    found = editable_or_404(request, slug)
    form_class, span = _form_or_404(kind), _span_or_404(found, kind, pk)
    return _span(request, found, kind, form_class(data=request.POST or None, instance=span))


def _span(request: "StaffRequest", school: School, kind: str, form: SpanForm) -> HttpResponse:
    if form.is_valid():
        try:
            opening.put_span(span=form.instance, by=request.user, now=app_now())
        except opening.Overlap as overlap:
            form.add_error("starts_on", str(overlap))
        else:
            messages.success(request, f"{form.instance} is saved.")
            return redirect("school_page", school.slug)
    context = {"form": form, "school": school, "title": TITLES[kind]}
    return render(request, "trusts/school_form.html", context)


@require_POST
def remove_span(request: "StaffRequest", slug: str, kind: str, pk: int) -> HttpResponse:
    """Take a term or closure off the calendar."""
    found = editable_or_404(request, slug)
    span = _span_or_404(found, kind, pk)
    opening.drop_span(span=span, by=request.user, now=app_now())
    messages.success(request, f"{span} is taken off the calendar.")
    return redirect("school_page", slug)


def _form_or_404(kind: str) -> type[SpanForm]:
    if kind not in SPANS:
        raise Http404
    return SPANS[kind]


def _span_or_404(school: School, kind: str, pk: int) -> opening.Span:
    model = _form_or_404(kind).Meta.model
    return cast("opening.Span", get_object_or_404(model._default_manager, school=school, pk=pk))
