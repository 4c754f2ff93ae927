"""The PDFs of a visit: served when ready, made on the way otherwise, with a page that waits."""

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from homevisits.audit.look import looked
from homevisits.clock import app_now
from homevisits.people.signed_in import StaffRequest
from homevisits.trusts.models import Policy
from visits import documents, pocket
from visits.models import Visit
from visits.story import Document

EVERY = 2  # seconds between two looks of the page that waits


@require_http_methods(["GET", "POST"])
def appointment(request: StaffRequest, ref: str) -> HttpResponse:
    """The appointment form; without the reason for those who do not read why."""
    visit = get_object_or_404(Visit.objects.visible_to(request.user), ref=ref)
    reads_why = Visit.objects.about_reason(request.user).filter(pk=visit.pk).exists()
    return copy_for(request, visit, Document.Kind.APPOINTMENT, for_office=not reads_why)


@require_http_methods(["GET", "POST"])
def record(request: StaffRequest, ref: str) -> HttpResponse:
    """The finished record, for those whom the policy lets read it."""
    visible = Visit.objects.visible_to(request.user).record_read_by(request.user)
    return copy_for(request, get_object_or_404(visible, ref=ref), Document.Kind.RECORD)


@require_http_methods(["GET", "POST"])
def letter(request: StaffRequest, ref: str) -> HttpResponse:
    """The letter to the parents, for those who read why."""
    visible = Visit.objects.visible_to(request.user).about_reason(request.user)
    return copy_for(request, get_object_or_404(visible, ref=ref), Document.Kind.LETTER)


@require_http_methods(["GET", "POST"])
def expectations(request: StaffRequest, ref: str) -> HttpResponse:
    """What is expected of parents while their child is taught at home."""
    visible = Visit.objects.visible_to(request.user).about_reason(request.user)
    return copy_for(request, get_object_or_404(visible, ref=ref), Document.Kind.EXPECTATIONS)


@require_http_methods(["GET", "POST"])
def risk_assessment(request: StaffRequest, ref: str) -> HttpResponse:
    """The risk assessment that the visit holds, for those who read why."""
    visible = Visit.objects.visible_to(request.user).about_reason(request.user)
    return copy_for(request, get_object_or_404(visible, ref=ref), Document.Kind.RISK)


@require_http_methods(["GET", "POST"])
def calling_card(request: StaffRequest, ref: str) -> HttpResponse:
    """What is left at a door that nobody opens."""
    visit = get_object_or_404(Visit.objects.visible_to(request.user), ref=ref)
    return copy_for(request, visit, Document.Kind.CARD, for_office=True)


@require_http_methods(["GET", "POST"])
def checklist(request: StaffRequest, ref: str) -> HttpResponse:
    """The reminders of every moment, to take along."""
    visit = get_object_or_404(Visit.objects.visible_to(request.user), ref=ref)
    return copy_for(request, visit, Document.Kind.CHECKLIST, for_office=True)


@require_GET
def document(request: StaffRequest, uuid: str) -> HttpResponse:
    """A copy that was kept, as it was made."""
    visits = Visit.objects.visible_to(request.user)
    copy = get_object_or_404(Document.objects.select_related("visit"), uuid=uuid, visit__in=visits)
    if not documents.kept(copy.visit, request.user).filter(pk=copy.pk).exists():
        raise Http404
    return _served(request, copy)


def copy_for(request: StaffRequest, visit: Visit, kind: str, *, for_office: bool = False) -> HttpResponse:
    """This viewer's own copy of the words as they stand now."""
    if not documents.can_be_printed(visit, kind):
        raise Http404
    now = app_now()
    copy = documents.ask(visit=visit, kind=kind, by=request.user, now=now, for_office=for_office)
    if request.method == "POST":
        documents.again(copy, now=now)
        return redirect(request.path)
    if copy.state == Document.State.READY:
        return _served(request, copy)
    return _awaited(request, visit, copy)


def _awaited(request: StaffRequest, visit: Visit, copy: Document) -> HttpResponse:
    """The page that waits, looks again by itself, and makes the copy when no worker does."""
    now = app_now()
    documents.make_if_left(copy, now=now)
    title = copy.get_kind_display()
    waited = min(int((now - copy.asked_at).total_seconds()), 20)
    context = {"visit": visit, "copy": copy, "title": title, "waited": waited, "again": request.path}
    is_failed = copy.state == Document.State.FAILED
    response = render(request, "visits/document/waiting.html", context, status=200 if is_failed else 202)
    if not is_failed:
        response["Refresh"] = str(EVERY)
    return response


def _served(request: StaffRequest, copy: Document) -> HttpResponse:
    """The PDF itself, in the browser's own viewer, kept in no cache."""
    if copy.kind == Document.Kind.RECORD and not copy.visit.includes(request.user):
        looked(request.user, "record_pdf", copy.visit.ref)
    response = HttpResponse(bytes(copy.pdf or b""), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{copy.visit.ref}-{copy.kind}.pdf"'
    response["Cache-Control"] = "no-store"
    return response


@require_GET
def reminders(request: StaffRequest, pk: int) -> HttpResponse:
    """Every reminder of a policy on a sheet, without a visit (CS-100)."""
    policy = get_object_or_404(Policy.objects.visible_to(request.user), pk=pk)
    made = pocket.card(policy)
    if made is None:
        response = render(request, "visits/document/reminders_waiting.html", {"policy": policy}, status=202)
        response["Refresh"] = str(EVERY)
        return response
    reply = HttpResponse(made, content_type="application/pdf")
    reply["Content-Disposition"] = 'inline; filename="reminders.pdf"'
    return reply
