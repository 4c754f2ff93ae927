"""What staff hold: recording it, the worklist of what is missing, what a school asks for besides."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from homevisits.clock import app_now, london_day
from homevisits.people import checks, keeping, permissions
from homevisits.people.forms.clearances import ClearanceForm, JobForm, TrainingForm
from homevisits.people.models import Staff
from homevisits.people.signed_in import StaffRequest
from homevisits.people.views.asking import act, allow_or_404, ask, posted
from homevisits.trusts.models import School
from homevisits.trusts.roles import RoleName


def _person(request: StaffRequest, pk: int) -> Staff:
    return get_object_or_404(Staff.objects.visible_to(request.user), pk=pk)


def _profile(pk: int) -> str:
    return reverse("staff_profile", args=[pk])


@require_GET
def worklist(request: StaffRequest) -> HttpResponse:
    """What staff who visit lack, school by school, with what to do."""
    by, today = request.user, london_day(app_now())
    allow_or_404(permissions.sees_checks(by))
    schools = School.objects.filter(trust_id=by.trust_id)
    if permissions.checks_everywhere(by):
        places = [*checks.of_schools(schools, today), checks.of_trust(by.trust, today)]
    else:
        mine = permissions.schools_as(by, RoleName.HEADTEACHER, RoleName.OFFICE)
        places = checks.of_schools(schools.filter(pk__in=mine), today)
    context = {"places": [place for place in places if place.school or place.crew], "stats": _stats(places)}
    context |= {"may_import": bool(permissions.kinds_to_import(by)), "sees_checks": True}
    return render(request, "people/checks.html", context)


def _stats(places: list[checks.Place]) -> list[dict[str, object]]:
    counted = [
        ("missing", "missing", "late"),
        ("ended", "ended", "late"),
        ("soon", "end within 60 days", "soon"),
        ("phone", "numbers to try", "soon"),
        ("description", "job descriptions", "soon"),
    ]
    found = [(sum(place.count(state) for place in places), label, kind) for state, label, kind in counted]
    stats = [
        {"value": value, "label": label, "kind": kind if value else "ok"} for value, label, kind in found
    ]
    fine = sum(place.are_fine for place in places)
    return [*stats, {"value": fine, "label": "lack nothing", "kind": "ok", "end": True}]


def add_clearance(request: StaffRequest, pk: int) -> HttpResponse:
    """A check or training, recorded by somebody else than its holder."""
    person = _person(request, pk)
    allow_or_404(permissions.may_record_training(request.user, person))

    def save(told: dict) -> None:
        keeping.add_clearance(staff=person, by=request.user, now=app_now(), **told)

    form = ClearanceForm(person, request.user, posted(request), initial={"kind": request.GET.get("kind")})
    title = f"Record a check or training of {person}"
    return ask(request, form, title=title, back=_profile(pk), save=save, done="It is recorded.")


@require_POST
def remove_clearance(request: StaffRequest, pk: int, clearance: int) -> HttpResponse:
    """A check that was recorded by mistake."""
    check = get_object_or_404(_person(request, pk).clearances, pk=clearance)
    return act(
        request,
        lambda: keeping.remove_clearance(clearance=check, by=request.user, now=app_now()),
        back=_profile(pk),
        done="It is taken off.",
    )


@require_POST
def try_mobile(request: StaffRequest, pk: int) -> HttpResponse:
    """I rang this number and reached them."""
    person = _person(request, pk)
    number = request.POST.get("number", "")
    return act(
        request,
        lambda: keeping.try_mobile(staff=person, number=number, by=request.user, now=app_now()),
        back=_profile(pk),
        done=f"It is noted that you reached {person} on this number.",
    )


def describe_job(request: StaffRequest, pk: int) -> HttpResponse:
    """Since when visits stand in a job description."""
    person = _person(request, pk)
    allow_or_404(permissions.may_manage(request.user, person))

    def save(told: dict) -> None:
        keeping.describe_job(staff=person, by=request.user, now=app_now(), **told)

    form = JobForm(posted(request), initial={"on": person.job_description_on})
    title = f"The job description of {person}"
    return ask(request, form, title=title, back=_profile(pk), save=save, done="Saved.")


def school_training(request: StaffRequest, slug: str) -> HttpResponse:
    """What a school asks for besides its policy; its head adds to it."""
    school = _school(request, slug)

    def save(told: dict) -> None:
        keeping.ask_training(school=school, by=request.user, now=app_now(), **told)

    context = {"school": school, "asked": school.training.filter(ended_at=None).select_related("set_by")}
    return ask(
        request,
        TrainingForm(posted(request)),
        title="Training that the school asks for",
        back=request.path,
        save=save,
        done="The school asks for it from now on.",
        context=context,
        template="people/training.html",
    )


@require_POST
def end_training(request: StaffRequest, slug: str, pk: int) -> HttpResponse:
    """A training that the school no longer asks for."""
    training = get_object_or_404(_school(request, slug).training, pk=pk)
    return act(
        request,
        lambda: keeping.end_training(training=training, by=request.user, now=app_now()),
        back=reverse("school_training", args=[slug]),
        done=f"{training} is no longer asked for.",
    )


def _school(request: StaffRequest, slug: str) -> School:
    school = get_object_or_404(School.objects.visible_to(request.user), slug=slug)
    allow_or_404(permissions.may_ask_training(request.user, school))
    return school
