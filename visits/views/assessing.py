"""The risks of a visit: what holds, a new version, earlier ones, going alone, and a risk that is new."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from homevisits.clock import app_now
from homevisits.people.signed_in import StaffRequest
from visits import risk, transitions
from visits.comparing import compared
from visits.forms.assessing import LoneForm, NewRiskForm, RiskForm, WithdrawForm
from visits.gates.risk import lone_is_assessed
from visits.models import RiskAssessment, Visit
from visits.permissions import refusal
from visits.prefill import standing_warnings
from visits.states import State
from visits.steps import AMENDABLE
from visits.transitions import Refused
from visits.transitions.assessing import BEFORE_LEAVING, assessor_refusal
from visits.views.visit import seen


def readable(request: StaffRequest, ref: str) -> Visit:
    """A visit whose reason this person may read; else 404."""
    visit = seen(request, ref)
    if not Visit.objects.about_reason(request.user).filter(pk=visit.pk).exists():
        raise Http404
    return visit


def writable(request: StaffRequest, ref: str) -> Visit:
    """A visit that has not left and whose risks this person may at least help with; else 404."""
    visit = readable(request, ref)
    if visit.state not in BEFORE_LEAVING or refusal(request.user, "assess_risk", visit, app_now()):
        raise Http404
    return visit


@require_http_methods(["GET", "POST"])
def page(request: StaffRequest, ref: str) -> HttpResponse:
    """What holds for this visit, beside what is known of the home; and a new version."""
    if request.method == "GET":
        visit = readable(request, ref)
        return _shown(request, visit, RiskForm(visit))
    visit = writable(request, ref)
    form = RiskForm(visit, request.POST, request.FILES)
    if request.POST.get("do") == "score" or not form.is_valid():
        return _shown(request, visit, form, adding_up=request.POST.get("do") == "score")
    try:
        after = transitions.assess_risk(visit=visit, by=request.user, now=app_now(), **form.said())
    except Refused as no:
        form.add_error("level" if "marks" in no.sentence else None, no.sentence)
        return _shown(request, visit, form)
    messages.success(request, _what_became(visit, after, "The risk assessment is kept."))
    return _onward(after)


def _shown(request: StaffRequest, visit: Visit, form: RiskForm, *, adding_up: bool = False) -> HttpResponse:
    now = app_now()
    may = visit.state in BEFORE_LEAVING and refusal(request.user, "assess_risk", visit, now) is None
    said_no = assessor_refusal(visit, request.user)
    if adding_up:
        form.errors.clear()
    current, objection = risk.latest(visit), risk.objection(visit) if risk.is_wanted(visit) else ""
    may_write = may and said_no is None
    context = {
        "visit": visit,
        "now": now,
        "form": form,
        "adding_up": adding_up,
        "may_write": may_write,
        "may_confirm": may_write and _may_confirm(visit, current, objection),
        "refusal": said_no if may else "",
        "may_flag": visit.state in AMENDABLE and refusal(request.user, "flag_risk", visit, now) is None,
        "is_open": visit.state in BEFORE_LEAVING,
        "objection": objection,
        "current": current,
        "versions": risk.versions(visit).select_related("assessed_by"),
        "needs_lone": lone_is_assessed(visit),
        "lone_objection": risk.lone_objection(visit),
        "template": risk.template_of(visit),
        "warnings": standing_warnings(visit.household, by=request.user),
    }
    return render(request, "visits/risk/page.html", context)


def _may_confirm(visit: Visit, current: RiskAssessment | None, objection: str) -> bool:
    return bool(current and objection and not risk.needs_version(visit, current))


def _what_became(before: Visit, after: Visit, sentence: str) -> str:
    """What was kept, and what it did to the visit."""
    if after.state == State.AUTHORISED and before.state == State.REQUESTED:
        return f"{sentence} The visit is authorised."
    if after.state == State.REQUESTED and before.state in {State.AUTHORISED, State.LOGGED}:
        return f"{sentence} The visit has to be decided on again; those who decide are asked."
    return sentence


def _onward(visit: Visit) -> HttpResponse:
    return redirect("request", visit.ref) if visit.state == State.DRAFT else redirect(visit)


@require_POST
def holds(request: StaffRequest, ref: str) -> HttpResponse:
    """One tap: it still holds for this visit."""
    visit = writable(request, ref)
    try:
        after = transitions.confirm_risk(visit=visit, by=request.user, now=app_now())
    except Refused as no:
        messages.error(request, no.sentence)
        return redirect("risk", ref)
    messages.success(request, _what_became(visit, after, "The risk assessment holds for this visit."))
    return _onward(after)


@require_http_methods(["GET", "POST"])
def lone(request: StaffRequest, ref: str) -> HttpResponse:
    """Going alone: an assessment of its own."""
    visit = writable(request, ref)
    form = LoneForm(visit, request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            after = transitions.assess_lone(visit=visit, by=request.user, now=app_now(), **form.cleaned_data)
        except Refused as no:
            form.add_error(None, no.sentence)
        else:
            messages.success(request, _what_became(visit, after, "The lone-working assessment is kept."))
            return _onward(after)
    context = {"visit": visit, "form": form, "refusal": assessor_refusal(visit, request.user)}
    return render(request, "visits/risk/lone.html", context)


@require_http_methods(["GET", "POST"])
def new(request: StaffRequest, ref: str) -> HttpResponse:
    """This visit brings a new risk."""
    visit = seen(request, ref)
    if visit.state not in AMENDABLE or refusal(request.user, "flag_risk", visit, app_now()):
        raise Http404
    form = NewRiskForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            transitions.say_new_risk(visit=visit, by=request.user, now=app_now(), **form.cleaned_data)
        except Refused as no:
            form.add_error(None, no.sentence)
        else:
            messages.success(request, "Sent. Nobody leaves before the risk assessment says it.")
            return redirect(visit)
    return render(request, "visits/risk/new.html", {"visit": visit, "form": form})


@require_http_methods(["GET", "POST"])
def withdraw(request: StaffRequest, ref: str) -> HttpResponse:
    """I do not go: always allowed before leaving (PS-135)."""
    visit = seen(request, ref)
    if visit.state not in BEFORE_LEAVING or refusal(request.user, "withdraw", visit, app_now()):
        raise Http404
    form = WithdrawForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            transitions.withdraw(visit=visit, by=request.user, now=app_now(), **form.cleaned_data)
        except Refused as no:
            form.add_error(None, no.sentence)
        else:
            messages.success(request, f"You do not go on {visit.ref}. Whoever asked and the office are told.")
            return redirect("day")
    return render(request, "visits/risk/withdraw.html", {"visit": visit, "form": form})


def _version(visit: Visit, number: int) -> RiskAssessment:
    found = risk.versions(visit).select_related("assessed_by").prefetch_related("hazards")
    return get_object_or_404(found, number=number)


@require_GET
def version(request: StaffRequest, ref: str, number: int) -> HttpResponse:
    """An earlier version as it was, or side by side with another (`?with=2`)."""
    visit = readable(request, ref)
    this, other = _version(visit, number), request.GET.get("with", "")
    context = {
        "visit": visit,
        "version": this,
        "now": app_now(),
        "others": risk.versions(visit).exclude(pk=this.pk),
        "rows": compared(_version(visit, int(other)), this) if other.isdecimal() else None,
        "other": int(other) if other.isdecimal() else None,
    }
    return render(request, "visits/risk/version.html", context)


@require_GET
def file(request: StaffRequest, ref: str, number: int) -> HttpResponse:
    """The school's own form as it was handed in: saved, never shown in the browser."""
    kept = _version(readable(request, ref), number)
    if not kept.file_name:
        raise Http404
    response = HttpResponse(bytes(kept.content or b""), content_type=kept.content_type)
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=kept.file_name)
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "no-store"
    return response
