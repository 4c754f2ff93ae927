"""Writing the record of a visit, and reading it once it is finished."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.forms.formsets import BaseFormSet
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from homevisits.audit.look import looked
from homevisits.clock import app_now, local
from homevisits.people.panels import drawn
from homevisits.people.signed_in import StaffRequest
from visits import transitions
from visits.forms.recording import (
    FIELDS,
    ActionForm,
    Actions,
    BarrierForm,
    Barriers,
    People,
    PersonForm,
    RecordForm,
    filled,
)
from visits.guidance import guidance
from visits.models import Visit
from visits.permissions import refusal
from visits.registry import RECORD_PANELS
from visits.states import State
from visits.transitions import Refused, Stale
from visits.transitions.writing import RECORD_FIELDS
from visits.writing import VisitRecord
from visits.written import record_words, version

WRITABLE = {State.IN_PROGRESS, State.RETURNED_SAFE}
ADDS = {"add_person": "people", "add_action": "actions", "add_barrier": "barriers"}
ROWS: dict[str, tuple[Any, Any]] = {
    "people": (People, PersonForm),
    "actions": (Actions, ActionForm),
    "barriers": (Barriers, BarrierForm),
}


@dataclass
class Sheet:
    """The forms of one record: the text, who was there, what was agreed, what keeps the pupil away."""

    form: RecordForm
    people: BaseFormSet
    actions: BaseFormSet
    barriers: BaseFormSet

    @property
    def rows(self) -> tuple[BaseFormSet, ...]:
        return self.people, self.actions, self.barriers

    @property
    def has_problems(self) -> bool:
        return bool(self.form.errors or any(error for rows in self.rows for error in rows.errors))


@require_http_methods(["GET", "POST"])
def record(request: StaffRequest, ref: str) -> HttpResponse:
    """Write it, for those who went; read it, for those who may read why."""
    visible = Visit.objects.visible_to(request.user).record_read_by(request.user)
    visit = get_object_or_404(visible.select_related("school__trust", "policy"), ref=ref)
    may_write = refusal(request.user, "write", visit, app_now()) is None
    if request.method == "POST" and may_write:
        return _sent(request, visit)
    if visit.state in WRITABLE and may_write:
        return _written(request, visit, _kept(visit))
    return _read(request, visit)


def _read(request: StaffRequest, visit: Visit) -> HttpResponse:
    """The finished record, facts and opinions apart; before that, who writes it."""
    if visit.state != State.RECORDED:
        return render(request, "visits/recording/pending.html", {"visit": visit, "writable": WRITABLE})
    if not visit.includes(request.user):
        looked(request.user, "record", visit.ref)
    return render(request, "visits/recording/read.html", {"visit": visit, "words": record_words(visit)})


def _kept(visit: Visit) -> Sheet:
    """The forms with what is kept so far."""
    draft = VisitRecord.objects.filter(visit=visit).first() or VisitRecord(visit=visit, place=visit.address)
    values = {name: getattr(draft, name) for name in RECORD_FIELDS}
    values |= {"outcome": visit.outcome, "outcome_text": visit.outcome_text, "seen": version(visit)}
    people = list(draft.people_present.values("name", "relationship")) if draft.pk else []
    found = draft.actions.filter(barrier=None) if draft.pk else []
    actions = [{"what": one.what, "owner": one.owner, "due_on": one.due_on} for one in found]
    return Sheet(
        RecordForm(visit, initial=values),
        People(prefix="people", initial=people),
        Actions(prefix="actions", initial=actions),
        Barriers(prefix="barriers", initial=_kept_barriers(draft) if draft.pk else []),
    )


def _kept_barriers(record: VisitRecord) -> list[dict[str, Any]]:
    """Each barrier with what is done about it so far."""
    kept = []
    for barrier in record.barriers_found.prefetch_related("actions"):
        row: dict[str, Any] = {"text": barrier.text, "kind": barrier.kind}
        for action in barrier.actions.all():
            row |= {"what": action.what, "owner": action.owner, "due_on": action.due_on}
        kept.append(row)
    return kept


def _sent(request: StaffRequest, visit: Visit) -> HttpResponse:
    """Keep what is good of it, then do what the button says."""
    do = request.POST.get("do", "keep")
    sheet = Sheet(
        RecordForm(visit, request.POST),
        People(request.POST, prefix="people"),
        Actions(request.POST, prefix="actions"),
        Barriers(request.POST, prefix="barriers"),
    )
    try:
        _keep(request, visit, sheet)
    except Refused as no:
        return _not_kept(request, visit, sheet, no)
    if request.headers.get("HX-Request"):
        return render(
            request, "visits/recording/_kept.html", {"now": app_now(), "seen": version(_fresh(visit))}
        )
    if do in ADDS:
        return _written(request, visit, _with_another_row(visit, request.POST, ADDS[do]), kept=True)
    if sheet.has_problems:
        return _written(request, visit, sheet, kept=True)
    return _finish(request, visit, sheet) if do == "finish" else _later(request, visit)


def _keep(request: StaffRequest, visit: Visit, sheet: Sheet) -> None:
    """Every field that is good, and every row that is whole."""
    sheet.form.is_valid()
    for rows in sheet.rows:
        rows.is_valid()
    said = sheet.form.cleaned_data
    transitions.keep_record(
        visit=visit,
        by=request.user,
        now=app_now(),
        seen=said.get("seen", ""),
        values={name: said[name] for name in said if name in RECORD_FIELDS},
        outcome=said.get("outcome"),
        outcome_text=said.get("outcome_text"),
        people=filled(sheet.people, "name", also="relationship"),
        actions=filled(sheet.actions, "what", "owner", "due_on"),
        barriers=[row.said for row in sheet.barriers.forms if row.said],
    )


def _not_kept(request: StaffRequest, visit: Visit, sheet: Sheet, no: Refused) -> HttpResponse:
    """Nothing was kept: say why, with all that was typed, and with what another wrote meanwhile."""
    if request.headers.get("HX-Request"):
        return render(request, "visits/recording/_kept.html", {"problem": no.sentence}, status=200)
    sheet.form.add_error(None, no.sentence)
    fresh = _fresh(visit)
    theirs = None
    if isinstance(no, Stale) and fresh.state in WRITABLE:
        theirs = record_words(fresh)
        sheet.form.has_seen(version(fresh))
    return _written(request, fresh, sheet, theirs=theirs, status=409)


def _finish(request: StaffRequest, visit: Visit, sheet: Sheet) -> HttpResponse:
    try:
        transitions.record(visit=visit, by=request.user, now=app_now())
    except Refused as no:
        for check in no.unmet or []:
            if check.code == "barrier":
                continue
            field = FIELDS.get(check.code)
            sheet.form.add_error(field if field in sheet.form.fields else None, check.sentence)
        for row in sheet.barriers.forms:
            row.ask_what_is_done()
        if not no.unmet:
            sheet.form.add_error(None, no.sentence)
        return _written(request, visit, sheet, kept=True)
    messages.success(request, "The record is finished. It stands on the file that you chose.")
    return redirect("record", visit.ref)


def _later(request: StaffRequest, visit: Visit) -> HttpResponse:
    messages.success(
        request, f"Kept at {local(app_now()):%H:%M}. Come back and finish the record when you can."
    )
    return redirect(visit)


def _with_another_row(visit: Visit, typed: QueryDict, rows: str) -> Sheet:
    """The same forms as typed, with an empty row more where it was asked for."""
    form = RecordForm(visit, initial={**typed.dict(), "seen": version(_fresh(visit))})
    return Sheet(form, *(_rows(typed, prefix, more=prefix == rows) for prefix in ROWS))


def _rows(typed: QueryDict, prefix: str, *, more: bool) -> BaseFormSet:
    """A formset as typed, with an empty row at its end if one is asked for."""
    kind, form = ROWS[prefix]
    sent = typed.get(f"{prefix}-TOTAL_FORMS", "")
    count = min(int(sent), kind.max_num) if sent.isdigit() else 0
    listed = [
        {name: typed.get(f"{prefix}-{n}-{name}", "") for name in form.base_fields} for n in range(count)
    ]
    rows: BaseFormSet = kind(prefix=prefix, initial=listed)
    rows.extra = int(more or not listed)
    return rows


def _fresh(visit: Visit) -> Visit:
    return Visit.objects.select_related("school__trust", "policy").get(pk=visit.pk)


def _written(
    request: StaffRequest,
    visit: Visit,
    sheet: Sheet,
    *,
    kept: bool = False,
    theirs: Any = None,
    status: int = 200,
) -> HttpResponse:
    """The form, with the policy's reminders for writing and what upper floors add."""
    if kept and sheet.form.is_bound:
        sheet.form.has_seen(version(_fresh(visit)))
    context = {
        "visit": visit,
        "form": sheet.form,
        "people": sheet.people,
        "actions": sheet.actions,
        "barriers": sheet.barriers,
        "reminders": guidance(visit, "record"),
        "panels": drawn(RECORD_PANELS, request, visit, request.user),
        "kept_at": app_now() if kept else None,
        "theirs": theirs,
        "refusal": refusal(request.user, "record", visit, app_now()),
    }
    return render(request, "visits/recording/write.html", context, status=status)
