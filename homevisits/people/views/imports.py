"""Bringing in a file: upload, say what the columns mean, look at the dry run, confirm."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from homevisits.clock import app_now
from homevisits.people import permissions
from homevisits.people.forms.importing import ColumnsForm, ConfirmForm, UploadForm
from homevisits.people.importing import parse, spreadsheet, uploads
from homevisits.people.importing.kinds import KINDS, template_headings
from homevisits.people.importing.models import Import
from homevisits.people.keeping import Refused
from homevisits.people.signed_in import StaffRequest
from homevisits.people.views.asking import allow_or_404, posted

PROBLEMS_SHOWN = 100
RECENT = 10


def imports(request: StaffRequest) -> HttpResponse:
    """Choose a file; go on with one that waits."""
    by = request.user
    kinds = permissions.kinds_to_import(by)
    allow_or_404(bool(kinds))
    form = UploadForm(by, posted(request), request.FILES or None)
    if form.is_valid() and (upload := _keep(request, form)):
        to = "import_columns" if uploads.is_new_to_us(upload) else "import"
        return redirect(to, upload.pk)
    recent = uploads.visible_to(by).defer("text")[:RECENT]
    return render(request, "people/imports.html", {"form": form, "recent": recent, "kinds": kinds})


def _keep(request: StaffRequest, form: UploadForm) -> Import | None:
    """The kept upload; None when the file cannot be read, which the form then says."""
    told = form.cleaned_data
    try:
        return uploads.keep(
            school=told["school"],
            kind=told["kind"],
            name=told["file"].name,
            content=told["file"].read(parse.MOST_BYTES + 1),
            by=request.user,
            now=app_now(),
        )
    except parse.BadFile as bad:
        form.add_error("file", str(bad))
        return None


def _upload(request: StaffRequest, pk: int) -> Import:
    return get_object_or_404(uploads.visible_to(request.user), pk=pk)


def columns(request: StaffRequest, pk: int) -> HttpResponse:
    """What each heading means; the answers are remembered for the school."""
    upload = _upload(request, pk)
    if upload.confirmed_at:
        return redirect("import", pk)
    form = ColumnsForm(upload, posted(request))
    if form.is_valid():
        uploads.map_columns(upload=upload, columns=form.columns, by=request.user)
        return redirect("import", pk)
    return render(request, "people/import_columns.html", {"form": form, "upload": upload})


def one_import(request: StaffRequest, pk: int) -> HttpResponse:
    """The dry run of a file that waits; what was written of one that does not."""
    upload = _upload(request, pk)
    if upload.confirmed_at:
        return render(request, "people/import_done.html", {"upload": upload, "told": _told(upload)})
    summary = uploads.look(upload=upload, by=request.user, now=app_now())
    page = Paginator(summary.problems, PROBLEMS_SHOWN).get_page(request.GET.get("page"))
    context = {"upload": upload, "summary": summary, "page": page, "form": ConfirmForm()}
    return render(request, "people/import.html", context)


def _told(upload: Import) -> list[str]:
    """What was done, in sentences."""
    counts = upload.summary
    told = [
        f"{counts['added']} added, {counts['changed']} changed, {counts['unchanged']} as they were.",
        *counts["notes"],
    ]
    if counts["left_out"]:
        told.append(f"{counts['left_out']} rows with errors were left out.")
    if counts["missing"]:
        told.append(f"{counts['missing']} pupils on roll were not in the file. They are still here.")
    return told


@require_POST
def confirm(request: StaffRequest, pk: int) -> HttpResponse:
    """Write it, all or nothing."""
    upload = _upload(request, pk)
    form = ConfirmForm(request.POST)
    leave_out = form.is_valid() and form.cleaned_data["leave_out_errors"]
    try:
        summary = uploads.confirm(upload=upload, by=request.user, now=app_now(), leave_out_errors=leave_out)
    except Refused as refused:
        messages.warning(request, str(refused))
        return redirect("import", pk)
    if not summary.written:
        messages.warning(
            request,
            "Nothing was written: mend the rows with errors in your file, or tick that they are left out.",
        )
    return redirect("import", pk)


@require_POST
def drop(request: StaffRequest, pk: int) -> HttpResponse:
    """Forget a file that waits."""
    upload = _upload(request, pk)
    try:
        uploads.drop(upload=upload, by=request.user)
    except Refused as refused:
        messages.warning(request, str(refused))
        return redirect("import", pk)
    messages.success(request, "The file is dropped. Nothing was written.")
    return redirect("imports")


def problems(request: StaffRequest, pk: int) -> HttpResponse:
    """Every problem of a file as a list to work through in a spreadsheet."""
    upload = _upload(request, pk)
    if upload.confirmed_at:
        raise Http404
    summary = uploads.look(upload=upload, by=request.user, now=app_now())
    rows = [(p.line, p.column, p.sentence, p.value) for p in summary.problems]
    return _csv(spreadsheet.write(["Line", "Column", "What to mend", "What it says"], rows), "errors.csv")


def template(request: HttpRequest, kind: str) -> HttpResponse:
    """An empty file with the headings that need no explaining."""
    if kind not in KINDS:
        raise Http404
    return _csv(spreadsheet.write(template_headings(kind), []), f"{kind}.csv")


def _csv(text: str, name: str) -> HttpResponse:
    response = HttpResponse(text, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
