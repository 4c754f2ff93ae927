"""A school's own papers, and infection rules."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from homevisits.clock import app_now, london_day
from homevisits.people.signed_in import StaffRequest
from homevisits.people.views.asking import act, allow_or_404, ask, posted
from homevisits.trusts.models import Overlay, School, SchoolPaper
from homevisits.trusts.permissions import may_edit
from homevisits.upkeep import keeping, permissions
from homevisits.upkeep.forms.schools import OverlayForm, PaperForm, SchoolDetailsForm


def school_or_404(request: StaffRequest, slug: str) -> School:
    """A school that the person may see."""
    schools = School.objects.visible_to(request.user).select_related("trust")
    found: School = get_object_or_404(schools, slug=slug)
    return found


def add_paper(request: StaffRequest, slug: str) -> HttpResponse:
    """A link to a paper of the school's, or the file itself."""
    school = school_or_404(request, slug)
    allow_or_404(permissions.may_keep_papers(request.user, school))

    def save(told: dict) -> None:
        keeping.add_paper(school=school, by=request.user, now=app_now(), **told)

    form = PaperForm(posted(request), request.FILES or None)
    title = f"Add a paper of {school}"
    back = reverse("school_page", args=[slug])
    return ask(request, form, title=title, back=back, save=save, done="The paper is added.")


@require_GET
def paper(request: StaffRequest, slug: str, pk: int) -> HttpResponse:
    """The file of a paper, to be kept and never to be opened in place; retired ones too."""
    school = school_or_404(request, slug)
    found = get_object_or_404(SchoolPaper.objects.exclude(file_name=""), school=school, pk=pk)
    response = HttpResponse(bytes(found.content or b""), content_type=found.content_type)
    response["Content-Disposition"] = f'attachment; filename="{found.file_name}"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox"
    return response


@require_POST
def retire_paper(request: StaffRequest, slug: str, pk: int) -> HttpResponse:
    """A paper that is no longer used."""
    school = school_or_404(request, slug)
    found = get_object_or_404(SchoolPaper.objects.defer("content"), school=school, pk=pk)
    return act(
        request,
        lambda: keeping.retire_paper(paper=found, by=request.user, now=app_now()),
        back=reverse("school_page", args=[slug]),
        done=f"{found} is no longer offered. Visits that used it keep it.",
    )


def start_overlay(request: StaffRequest, slug: str) -> HttpResponse:
    """Infection rules from a day on."""
    school = school_or_404(request, slug)
    allow_or_404(permissions.may_set_overlay(request.user, school))

    def save(told: dict) -> None:
        keeping.start_overlay(school=school, by=request.user, now=app_now(), **told)

    form = OverlayForm(posted(request), initial={"starts_on": london_day(app_now())})
    return ask(
        request,
        form,
        title=f"Infection rules at {school}",
        back=reverse("school_page", args=[slug]),
        save=save,
        done="The infection rules are on. They are laid over the policy, which holds as before.",
        template="upkeep/overlay.html",
    )


@require_POST
def end_overlay(request: StaffRequest, slug: str, pk: int) -> HttpResponse:
    """Infection rules that are over."""
    school = school_or_404(request, slug)
    overlay = get_object_or_404(Overlay, school=school, pk=pk)
    return act(
        request,
        lambda: keeping.end_overlay(overlay=overlay, by=request.user, now=app_now()),
        back=reverse("school_page", args=[slug]),
        done="The infection rules are ended.",
    )


def details(request: StaffRequest, slug: str) -> HttpResponse:
    """Letterhead, website and position."""
    school = school_or_404(request, slug)
    allow_or_404(may_edit(request.user))

    def save(told: dict) -> None:
        keeping.set_school_details(school=school, by=request.user, now=app_now(), **told)

    form = SchoolDetailsForm(posted(request), instance=school)
    back = reverse("school_page", args=[slug])
    title = f"Letterhead, website and position of {school}"
    return ask(request, form, title=title, back=back, save=save, done="Saved.")
