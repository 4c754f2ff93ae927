"""Changing a draft: edit its settings, look ahead, publish or discard it."""

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from homevisits.clock import app_now
from homevisits.trusts import publishing, registry
from homevisits.trusts.catalogue import SECTIONS
from homevisits.trusts.comparing import differences
from homevisits.trusts.contents import Contents
from homevisits.trusts.floor import raised
from homevisits.trusts.forms.settings import SettingsForm
from homevisits.trusts.forms.versions import PublishForm
from homevisits.trusts.permissions import may_edit
from homevisits.trusts.policies import Policy
from homevisits.trusts.registry import drawn
from homevisits.trusts.todo import still_to_do
from homevisits.trusts.views.versions import previous, visible_or_404

if TYPE_CHECKING:
    from homevisits.people.signed_in import StaffRequest

STALE = (publishing.NotADraft, publishing.Changed)


def require_editor_or_404(request: "StaffRequest") -> None:
    """Pages of editing are not there for anybody else."""
    if not may_edit(request.user):
        raise Http404


def on_draft(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Give the view a draft that the editor may see; a stale page hears who published it."""

    @wraps(view)
    def with_draft(request: "StaffRequest", pk: int, *args: object, **kwargs: object) -> HttpResponse:
        require_editor_or_404(request)
        draft = visible_or_404(request, pk)
        if draft.is_published:
            return told(request, publishing.already(draft), "policy_version", draft.pk)
        return view(request, draft, *args, **kwargs)

    return with_draft


def told(request: "StaffRequest", trouble: Exception, to: str, *args: object) -> HttpResponse:
    """Say what went wrong on the page that shows how things stand now."""
    messages.warning(request, str(trouble))
    return redirect(to, *args)


@on_draft
def edit(request: "StaffRequest", draft: Policy, section: str) -> HttpResponse:
    """One section of a draft's settings."""
    if section not in SECTIONS:
        raise Http404
    least = Policy.objects.floor_of(draft)
    form = SettingsForm(draft, SECTIONS[section], data=request.POST or None, floor=least)
    if form.is_valid() and (done := _save(request, draft, form)):
        return done
    return render(request, "trusts/edit.html", {"form": form, "policy": draft, "section": SECTIONS[section]})


def _save(request: "StaffRequest", draft: Policy, form: SettingsForm) -> HttpResponse | None:
    """Save, and go back to the draft; None when the form has something to say."""
    seen = form.cleaned_data["seen"]
    try:
        publishing.save_draft(policy=draft, by=request.user, now=app_now(), values=form.values, seen=seen)
    except publishing.Unsound as unsound:
        for fault in unsound.faults:
            form.add_error(fault.where, fault.sentence)
        return None
    except publishing.Changed as changed:
        form.add_error(None, f"{changed} What you typed is still here; look at the draft before you save.")
        return None
    except publishing.NotADraft as late:
        return told(request, late, "policy_list")
    messages.success(request, f"“{form.section.title}” is saved in the draft. It is not in force yet.")
    return redirect("policy_version", draft.pk)


@require_POST
@on_draft
def lift(request: "StaffRequest", draft: Policy) -> HttpResponse:
    """Raise a school's draft to the trust's floor wherever it falls below."""
    try:
        publishing.lift_draft(policy=draft, by=request.user, now=app_now())
    except publishing.NotADraft as late:
        return told(request, late, "policy_list")
    messages.success(request, "Raised to the trust’s floor in the draft. What was stricter is as it was.")
    return redirect("policy_version", draft.pk)


@on_draft
def publish(request: "StaffRequest", draft: Policy) -> HttpResponse:
    """Look at what changes, say why, and put the draft into force."""
    contents = Contents.of(draft)
    form = PublishForm(data=request.POST or None, initial={"seen": contents.digest()})
    if form.is_valid() and (done := _publish(request, draft, form)):
        return done
    before, todo = previous(draft), still_to_do(contents, publishing.faults_of(draft, contents))
    context = {
        "form": form,
        "policy": draft,
        "previous": before,
        "since": differences(Contents.of(before), contents) if before else None,
        "todo": todo,
        "lifts": any(item.is_floor for item in todo),
        "below": [
            (left.school, differences(left.contents, raised(left.contents, contents)))
            for left in publishing.schools_below(contents)
        ],
    }
    return render(request, "trusts/publish.html", context)


@on_draft
def impact(request: "StaffRequest", draft: Policy) -> HttpResponse:
    """What the draft would change for what is under way now. Nothing is saved, nothing follows it."""
    now = app_now()
    found = [look(draft, request.user, now) for look in registry.IMPACTS]
    return render(request, "trusts/impact.html", {"policy": draft, "impacts": found})


def _publish(request: "StaffRequest", draft: Policy, form: PublishForm) -> HttpResponse | None:
    note, seen = form.cleaned_data["note"], form.cleaned_data["seen"]
    try:
        publishing.publish(policy=draft, by=request.user, now=app_now(), note=note, seen=seen)
    except publishing.Unsound as unsound:
        for fault in unsound.faults:
            form.add_error(None, fault.sentence)
        return None
    except STALE as stale:
        return told(request, stale, "policy_list")
    return redirect("policy_published", draft.pk)


def published(request: "StaffRequest", pk: int) -> HttpResponse:
    """What happened: the version is in force, and what follows."""
    require_editor_or_404(request)
    policy = visible_or_404(request, pk)
    if not policy.is_published:
        return redirect("policy_version", policy.pk)
    raised = Policy.objects.raised_by(policy).select_related("school")
    panels = drawn(registry.PUBLISHED_PANELS, request, policy, request.user, app_now())
    return render(request, "trusts/published.html", {"policy": policy, "raised": raised, "panels": panels})


@on_draft
def discard(request: "StaffRequest", draft: Policy) -> HttpResponse:
    """Throw a draft away, after asking."""
    if request.method != "POST":
        return render(request, "trusts/discard.html", {"policy": draft})
    try:
        publishing.discard(policy=draft, by=request.user, now=app_now())
    except publishing.NotADraft as late:
        return told(request, late, "policy_list")
    messages.success(request, f"The draft of version {draft.number} is discarded. Nothing has changed.")
    return redirect("policy_list")
