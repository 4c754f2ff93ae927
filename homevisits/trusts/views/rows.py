"""Editing a draft's lists, one row at a time."""

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from homevisits.clock import app_now
from homevisits.trusts import publishing
from homevisits.trusts.contents import Contents
from homevisits.trusts.faults import key_of
from homevisits.trusts.forms.rows import RowForm
from homevisits.trusts.lists import LISTS, RowList, switched_off
from homevisits.trusts.parts import PolicyPart
from homevisits.trusts.policies import Policy
from homevisits.trusts.tags import tags_of
from homevisits.trusts.views.drafting import on_draft, told

if TYPE_CHECKING:
    from homevisits.people.signed_in import StaffRequest


def list_or_404(name: str) -> RowList:
    if name not in LISTS:
        raise Http404
    return LISTS[name]


def row_or_404(draft: Policy, rows: RowList, row: int) -> PolicyPart:
    """A row of this list of this draft."""
    found: PolicyPart = get_object_or_404(rows.model._default_manager, policy=draft, pk=row, **rows.shared)
    found.policy = draft
    return found


def back_to(draft: Policy, rows: RowList) -> HttpResponse:
    return redirect(f"{reverse('policy_version', args=[draft.pk])}?part={rows.part}#{rows.anchor}")


@on_draft
def add(request: "StaffRequest", draft: Policy, rows: str) -> HttpResponse:
    """A new row; and those of the version before, or of the trust, that are not there."""
    of = list_or_404(rows)
    form = of.form(data=request.POST or None, instance=of.new(draft))
    if form.is_valid() and (done := _save(request, draft, of, form)):
        return done
    context = {"form": form, "policy": draft, "list": of} | _left_out(draft, of)
    return render(request, "trusts/row.html", context)


def _left_out(draft: Policy, of: RowList) -> dict[str, Any]:
    """Rows that can be taken over as they stand in another version."""
    contents, least = Contents.of(draft), publishing.floor_under(draft)
    trusts = switched_off(contents, least, of) if least and of.restores else []
    before = switched_off(contents, Contents.of(draft.based_on), of) if draft.based_on and of.restores else []
    known = {key_of(row) for row in trusts}
    return {"trusts_rows": trusts, "off": [row for row in before if key_of(row) not in known]}


@on_draft
def change(request: "StaffRequest", draft: Policy, rows: str, row: int) -> HttpResponse:
    """One row of a draft."""
    of = list_or_404(rows)
    stored = row_or_404(draft, of, row)
    same = _trusts_row(draft, of, stored)
    form = of.form(data=request.POST or None, instance=stored)
    if form.is_valid() and (done := _save(request, draft, of, form)):
        return done
    context = {"form": form, "policy": draft, "list": of, "row": row, "trusts": same}
    return render(request, "trusts/row.html", context)


def _trusts_row(draft: Policy, of: RowList, row: PolicyPart) -> dict[str, Any] | None:
    """The same row in the trust's version in force, in words."""
    least = publishing.floor_under(draft)
    if least is None:
        return None
    same = next((other for other in of.of(least) if key_of(other) == key_of(row)), None)
    return {"row": same, "tags": tags_of(same, least.policy), "policy": least.policy} if same else None


def _save(request: "StaffRequest", draft: Policy, of: RowList, form: RowForm) -> HttpResponse | None:
    """Save, and go back to the list; None when the form has something to say."""
    seen = form.cleaned_data.get("seen", "")
    try:
        publishing.put_row(row=form.instance, by=request.user, now=app_now(), seen=seen)
    except publishing.Unsound as unsound:
        for fault in unsound.faults:
            form.add_error(fault.field if fault.field in form.fields else None, fault.sentence)
        return None
    except publishing.Changed as changed:
        form.add_error(None, f"{changed} What you typed is still here; look at the draft before you save.")
        return None
    except publishing.NotADraft as late:
        return told(request, late, "policy_list")
    messages.success(request, f"Saved in the draft: {form.instance}")
    return back_to(draft, of)


@require_POST
@on_draft
def remove(request: "StaffRequest", draft: Policy, rows: str, row: int) -> HttpResponse:
    """Take a row out of a draft; a reason that is taken out can be switched on again."""
    of = list_or_404(rows)
    gone = row_or_404(draft, of, row)
    try:
        publishing.drop_row(row=gone, by=request.user, now=app_now())
    except publishing.NotADraft as late:
        return told(request, late, "policy_list")
    except publishing.Unsound as unsound:
        messages.warning(request, str(unsound))
    else:
        messages.success(request, f"Taken out of the draft: {gone}")
    return back_to(draft, of)


@require_POST
@on_draft
def move(request: "StaffRequest", draft: Policy, rows: str, row: int) -> HttpResponse:
    """One place up or down."""
    of = list_or_404(rows)
    moved = row_or_404(draft, of, row)
    if not of.moves:
        raise Http404
    try:
        publishing.move_row(row=moved, by=request.user, now=app_now(), up=request.POST.get("to") == "up")
    except publishing.NotADraft as late:
        return told(request, late, "policy_list")
    except publishing.Changed as changed:
        messages.warning(request, str(changed))
    return back_to(draft, of)


@require_POST
@on_draft
def restore(request: "StaffRequest", draft: Policy, rows: str, row: int) -> HttpResponse:
    """Take a row over as the version before had it, or as the trust has it."""
    of = list_or_404(rows)
    least = Policy.objects.floor_of(draft)
    sources = [policy.pk for policy in (draft.based_on, least) if policy]
    found = get_object_or_404(of.model._default_manager, policy__in=sources, pk=row, **of.shared)
    try:
        publishing.restore_row(policy=draft, row=found, by=request.user, now=app_now())
    except publishing.NotADraft as late:
        return told(request, late, "policy_list")
    except publishing.Unsound as unsound:
        messages.warning(request, str(unsound))
    else:
        messages.success(request, f"Switched on: {found}")
    return back_to(draft, of)
