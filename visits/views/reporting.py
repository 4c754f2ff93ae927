"""Reports for leaders: how alarms turned out, on a page and for a spreadsheet."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from homevisits.clock import app_now
from homevisits.people.importing.spreadsheet import write
from homevisits.people.signed_in import StaffRequest
from visits.alarm_report import READERS, Line, lines

HEADINGS = (
    "School", "Term", "Alarms", "Help was needed", "Late and safe", "False", "False, per cent", "Target", "Drills",
)  # fmt: skip


def readable(request: StaffRequest) -> list[Line]:
    """What this person reads; 404 for somebody who leads no school."""
    if not request.user.has_role(*READERS):
        raise Http404
    return lines(request.user, app_now())


@require_GET
def alarms(request: StaffRequest) -> HttpResponse:
    """How alarms turned out, by school and term."""
    return render(request, "visits/reports/alarms.html", {"lines": readable(request)})


@require_GET
def alarms_file(request: StaffRequest) -> HttpResponse:
    """The same as a file for a spreadsheet."""
    rows = [
        (
            one.school.name, one.term, one.total, one.real, one.late, one.false,
            "" if one.percent is None else one.percent, one.target, one.drills,
        )
        for one in readable(request)
    ]  # fmt: skip
    reply = HttpResponse(write(HEADINGS, rows), content_type="text/csv; charset=utf-8")
    reply["Content-Disposition"] = 'attachment; filename="alarms.csv"'
    return reply
