"""The list of staff, and one person's profile."""

from typing import Any

from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from homevisits.clock import app_now, london_day
from homevisits.people import directory, permissions
from homevisits.people.forms.accounts import StaffSearch
from homevisits.people.models import Staff
from homevisits.people.querysets import StaffQuerySet
from homevisits.people.signed_in import StaffRequest
from homevisits.people.views import searching
from homevisits.trusts.models import School

PER_PAGE = 30
EVENTS_SHOWN = 20


def staff_list(request: StaffRequest) -> HttpResponse:
    """Colleagues: roles, phone, checks, who is away, who is at the desk."""

    def make(told: object) -> StaffSearch:
        return StaffSearch(request.user, told)

    if request.method == "POST":
        searching.keep(request, "staff_search", make)
        return redirect("people")
    form, wanted = searching.kept(request, "staff_search", make)
    found = _found(Staff.objects.visible_to(request.user), wanted)
    context = {"search": form, "is_narrowed": bool(wanted), **_rows(request, found)}
    return render(request, "people/staff_list.html", context)


def _rows(request: StaffRequest, found: StaffQuerySet) -> dict[str, object]:
    now, by = app_now(), request.user
    page = Paginator(directory.with_facts(found, now), PER_PAGE).get_page(request.GET.get("page"))
    return {
        "page": page,
        "lines": directory.lines(page, by, _schools(by), now),
        "may_add": permissions.may_add_staff(by),
        "may_import": bool(permissions.kinds_to_import(by)),
        "sees_checks": permissions.sees_checks(by),
    }


def _found(staff: StaffQuerySet, wanted: dict[str, Any]) -> StaffQuerySet:
    if not wanted.get("closed"):
        staff = staff.active()
    if school := wanted.get("school"):
        staff = staff.filter(Q(roles__school=school) | Q(roles__school=None)).distinct()
    for word in str(wanted.get("words", "")).split():
        staff = staff.filter(
            Q(first_name__icontains=word) | Q(last_name__icontains=word) | Q(job_title__icontains=word)
        )
    return staff


def _schools(by: Staff) -> list[School]:
    return list(School.objects.visible_to(by).prefetch_related("terms", "closures"))


def staff_profile(request: StaffRequest, pk: int) -> HttpResponse:
    """One person: their part, phone, cars, checks, absences and what changed."""
    now = app_now()
    visible = directory.with_facts(Staff.objects.visible_to(request.user), now)
    person = get_object_or_404(visible, pk=pk)
    by = request.user
    (line,) = directory.lines([person], by, _schools(by), now)
    may = {
        "manage": permissions.may_manage(by, person),
        "details": permissions.may_keep_details(by, person),
        "clearances": permissions.may_keep_clearances(by, person),
        "train": permissions.may_record_training(by, person),
        "try": permissions.may_try_mobile(by, person),
        "see": permissions.may_see_details(by, person),
        "checks": permissions.may_see_checks(by, person),
    }
    context = {"person": person, "line": line, "may": may, "now": now, "today": london_day(now)}
    return render(request, "people/profile.html", context | _belongings(by, person, may))


def _belongings(by: Staff, person: Staff, may: dict[str, bool]) -> dict[str, object]:
    """What hangs on a profile; what the reader may not see is not even fetched."""
    held = [
        (role, directory.part_of(role), permissions.may_give(by, role.role, role.school))
        for role in person.roles.all()
    ]
    return {
        "held": held,
        "may_give": permissions.may_add_staff(by) and person.is_active,
        "vehicles": person.vehicles.current() if may["see"] else [],
        "clearances": person.clearances.select_related("recorded_by") if may["checks"] else [],
        "aways": _coming(person.aways) if may["details"] else [],
        "duties": _coming(person.desk_duties.select_related("school")),
        "story": _story(person) if may["manage"] else [],
    }


def _coming(stretches: object) -> object:
    return stretches.filter(during__endswith__gt=app_now())  # type: ignore[attr-defined]


def _story(person: Staff) -> list[dict[str, object]]:
    events = person.story.select_related("by").order_by("-recorded_at", "-id")[:EVENTS_SHOWN]
    return [
        {"at": event.recorded_at, "text": event.sentence, "by": event.by and event.by.short_name}
        for event in events
    ]
