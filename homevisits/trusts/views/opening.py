"""Opening a draft: a copy of a version, a preset, or an empty sheet."""

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from homevisits.clock import app_now
from homevisits.trusts import presets, publishing
from homevisits.trusts.forms.versions import EMPTY, NewPolicyForm
from homevisits.trusts.models import School
from homevisits.trusts.policies import Policy
from homevisits.trusts.querysets import SchoolQuerySet
from homevisits.trusts.sheet import empty_sheet
from homevisits.trusts.views.drafting import require_editor_or_404, told
from homevisits.trusts.views.versions import visible_or_404

if TYPE_CHECKING:
    from homevisits.people.signed_in import StaffRequest

LIKE = "like:"


@require_POST
def open_copy(request: "StaffRequest", pk: int) -> HttpResponse:
    """ "Edit as a new draft"."""
    require_editor_or_404(request)
    base = visible_or_404(request, pk)
    try:
        draft = publishing.start_draft(
            trust=base.trust, school=base.school, by=request.user, now=app_now(), based_on=base
        )
    except publishing.DraftExists as exists:
        return told(request, exists, "policy_version", exists.draft.pk)
    messages.success(
        request, f"Draft of version {draft.number} opened. Nothing changes until you publish it."
    )
    return redirect("policy_version", draft.pk)


def open_new(request: "StaffRequest") -> HttpResponse:
    """A draft for the trust or for one school: like a version, from a preset, or from an empty sheet."""
    require_editor_or_404(request)
    schools = School.objects.visible_to(request.user)
    whose = [("trust", f"{request.user.trust}: every school without its own"), *_own(schools)]
    form = NewPolicyForm(whose, _starts(request), data=request.POST or None)
    if form.is_valid():
        return _open(request, form)
    return render(request, "trusts/new.html", {"form": form})


def _own(schools: SchoolQuerySet) -> list[tuple[str, str]]:
    return [(str(school.pk), f"{school} alone") for school in schools]


def _starts(request: "StaffRequest") -> list[tuple[str, str]]:
    """The newest version of each policy, then the presets."""
    versions = Policy.objects.visible_to(request.user).newest().select_related("school", "trust")
    like = [
        (f"{LIKE}{version.pk}", f"Like version {version.number} of {version.scope}") for version in versions
    ]
    return [*like, *((name, f"The preset of {presets.read(name).title}") for name in presets.NAMES)]


def _open(request: "StaffRequest", form: NewPolicyForm) -> HttpResponse:
    whose, start = form.cleaned_data["whose"], form.cleaned_data["start"]
    visible = School.objects.visible_to(request.user)
    school = None if whose == "trust" else get_object_or_404(visible, pk=whose)
    try:
        draft = _draft(request, start, school)
    except publishing.DraftExists as exists:
        return told(request, exists, "policy_version", exists.draft.pk)
    messages.success(
        request, f"Draft of version {draft.number} opened. Nothing changes until you publish it."
    )
    return redirect("policy_version", draft.pk)


def _draft(request: "StaffRequest", start: str, school: School | None) -> Policy:
    by, now, trust = request.user, app_now(), request.user.trust
    if start == EMPTY:
        return publishing.open_draft(trust=trust, school=school, by=by, now=now, contents=empty_sheet())
    if start.startswith(LIKE):
        base = visible_or_404(request, int(start.removeprefix(LIKE)))
        return publishing.start_draft(trust=trust, school=school, by=by, now=now, based_on=base)
    return presets.draft(trust, start, school=school, by=by, now=now)
