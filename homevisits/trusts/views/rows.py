"""Editing a draft's lists, one row at a time: reasons, grounds, steps of a ladder, guidance."""

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from homevisits.clock import app_now
from homevisits.trusts import publishing
from homevisits.trusts.contents import Contents
from homevisits.trusts.forms import RowForm
from homevisits.trusts.lists import LISTS, RowList, switched_off
from homevisits.trusts.parts import PolicyPart
from homevisits.trusts.policies import Policy
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
    """A new row, and the ones that were switched off."""
    of = list_or_404(rows)
    form = of.form(data=request.POST or None, instance=of.new(draft))
    if form.is_valid() and (done := _save(request, draft, of, form)):
        return done
    base = draft.based_on
    off = (
        switched_off(Contents.of(draft), Contents.of(base), of) if base and hasattr(of.model, "code") else []
    )
    return render(request, "trusts/row.html", {"form": form, "policy": draft, "list": of, "off": off})


@on_draft
def change(request: "StaffRequest", draft: Policy, rows: str, row: int) -> HttpResponse:
    """One row of a draft."""
    of = list_or_404(rows)
    form = of.form(data=request.POST or None, instance=row_or_404(draft, of, row))
    if form.is_valid() and (done := _save(request, draft, of, form)):
        return done
    return render(request, "trusts/row.html", {"form": form, "policy": draft, "list": of, "row": row})


def _save(request: "StaffRequest", draft: Policy, of: RowList, form: RowForm) -> HttpResponse | None:
    """Save, and go back to the list; None when the form has something to say."""
    seen = form.cleaned_data.get("seen", "")
    try:
        publishing.put_row(row=form.instance, by=request.user, now=app_now(), seen=seen)
    except publishing.Unsound as unsound:
        for fault in unsound.faults:
            form.add_error(None, fault.sentence)
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
def restore(request: "StaffRequest", draft: Policy, rows: str, code: str) -> HttpResponse:
    """Switch a reason or a ground on again, as the version before had it."""
    of = list_or_404(rows)
    if not draft.based_on or not hasattr(of.model, "code"):
        raise Http404
    row = get_object_or_404(of.model._default_manager, policy=draft.based_on, code=code)
    try:
        publishing.restore_row(policy=draft, row=row, by=request.user, now=app_now())
    except publishing.NotADraft as late:
        return told(request, late, "policy_list")
    messages.success(request, f"Switched on again: {row}")
    return back_to(draft, of)
