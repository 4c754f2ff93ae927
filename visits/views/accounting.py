"""Who is back: each person of a party marked on their own, by somebody who saw or spoke to them."""

import uuid
from functools import partial

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from homevisits.clock import app_now, local
from homevisits.people.signed_in import StaffRequest
from visits import homeward, transitions
from visits.forms.office import BackForm, CallForm
from visits.models import Attendee, Visit
from visits.permissions import refusal
from visits.states import State
from visits.transitions import Refused
from visits.views.calling import (
    Answer,
    answered,
    code_word,
    key_of,
    no_answer,
    onward,
    open_alarms,
    watched,
    words_of,
)


def back(request: StaffRequest, ref: str) -> HttpResponse:
    """Mark each person back, with how it was known that it was them."""
    visit = watched(request, ref, "back")
    person = chosen(request, visit)
    form = BackForm(person, request.POST) if person else None
    if form and form.is_valid():
        try:
            fresh = transitions.say_back(
                visit=visit, by=request.user, now=app_now(), attendee=person, **form.cleaned_data
            )
        except Refused as no:
            form.add_error(None, no.sentence)
        else:
            return marked(request, fresh, form.attendee)
    return page(request, watched(request, ref, "back"), form)


def home(request: StaffRequest, ref: str, attendee: int) -> HttpResponse:
    """Somebody who went straight home is there: said by whoever spoke to them."""
    visible = Visit.objects.visible_to(request.user).select_related("school__trust", "policy")
    visit = get_object_or_404(visible, ref=ref)
    person = next((a for a in visit.party if a.pk == attendee and (a.goes_home or a.home_at)), None)
    if person is None or visit.includes(request.user) or refusal(request.user, "back", visit, app_now()):
        raise Http404
    form = CallForm(request.POST or None)
    if form.is_valid():
        try:
            return answered(request, visit, person, form.cleaned_data, AT_HOME)
        except Refused as no:
            form.add_error(None, no.sentence)
    context = {"visit": visit, "person": person, "form": form, "due": homeward.due_at(visit, person)}
    context |= {"words": words_of(request, visit), "alarms": open_alarms(request, visit), "key": uuid.uuid4()}
    return render(request, "visits/desk/home.html", context)


def _home(request: StaffRequest, visit: Visit, person: Attendee, told: dict[str, str]) -> HttpResponse:
    transitions.say_home(
        visit=visit, by=request.user, now=app_now(), attendee=person, key=key_of(request), **told
    )
    messages.success(request, f"{person.short_name} is home.")
    return onward(request, visit)


AT_HOME: dict[str, Answer] = {
    "home": _home,
    "no_answer": no_answer,
    "code_word": partial(code_word, is_home=True),
}


def chosen(request: StaffRequest, visit: Visit) -> Attendee | None:
    """Whose button was pressed."""
    key = request.POST.get("person", "")
    if request.method != "POST" or not key.isdecimal():
        return None
    person = get_object_or_404(Attendee, pk=key, visit=visit)
    person.visit = visit
    return person


def page(request: StaffRequest, visit: Visit, sent: BackForm | None) -> HttpResponse:
    for attendee in visit.party:
        attendee.visit = visit
    missing = [attendee for attendee in visit.party if not attendee.back_at]
    forms = [sent if sent and sent.attendee.pk == a.pk else BackForm(a) for a in missing]
    context = {
        "visit": visit,
        "forms": forms,
        "sent": sent,
        "accounted": [attendee for attendee in visit.party if attendee.back_at],
        "alarms": open_alarms(request, visit),
        "may_undo": visit.state == State.RETURNED_SAFE
        and refusal(request.user, "not_back", visit, app_now()) is None,
        "now": app_now(),
    }
    return render(request, "visits/desk/back.html", context)


def marked(request: StaffRequest, visit: Visit, person: Attendee) -> HttpResponse:
    """On to the next person, or to the board when all are back; and when somebody says that they are home."""
    if due := homeward.due_at(visit, next(a for a in visit.party if a.pk == person.pk)):
        messages.info(
            request, f"{person.short_name} says once more that they are home, by {local(due):%H:%M}."
        )
    missing = [attendee.short_name for attendee in visit.party if not attendee.back_at]
    if missing:
        messages.success(request, f"{person.short_name} is back. Still out: {', '.join(missing)}.")
        return redirect("desk_back", visit.ref)
    if visit.state == State.IN_PROGRESS:
        messages.warning(request, f"{visit.ref}: everybody is accounted for. Now resolve the open alarm.")
        return redirect("desk_back", visit.ref)
    messages.success(request, f"{visit.ref}: everybody is back safe. The lead is asked for the record.")
    return onward(request, visit)
