"""The call to somebody who is out: the script, and what came of it."""

import uuid
from collections.abc import Callable, Mapping
from functools import partial

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from homevisits.clock import app_now
from homevisits.people.signed_in import StaffRequest
from visits import transitions
from visits.board.scope import has_board
from visits.codeword import read_code_words
from visits.forms.office import CallForm, TimeForm, WhyForm
from visits.models import Attendee, Visit
from visits.permissions import refusal
from visits.transitions import Refused
from visits.transitions.calling import hear_code_word

Answer = Callable[[StaffRequest, Visit, Attendee, dict[str, str]], HttpResponse]


def watched(request: StaffRequest, ref: str, action: str) -> Visit:
    """A visit that is logged or out, or has an open alarm, for who answers for it and does not go; else 404."""
    visible = Visit.objects.visible_to(request.user).needing_answers()
    visit = get_object_or_404(visible.select_related("school__trust", "policy"), ref=ref)
    if visit.includes(request.user) or refusal(request.user, action, visit, app_now()):
        raise Http404
    return visit


def onward(request: StaffRequest, visit: Visit) -> HttpResponse:
    """Back to the board; to the visit for somebody who has none."""
    return redirect("board") if has_board(request.user) else redirect(visit)


def key_of(request: StaffRequest) -> uuid.UUID | None:
    """The key of this message: sent twice, it counts once."""
    try:
        return uuid.UUID(request.POST.get("key", ""))
    except ValueError:
        return None


def call(request: StaffRequest, ref: str, attendee: int) -> HttpResponse:
    """Whom to ring, what to ask, what the code word means; then what came of it."""
    visit = watched(request, ref, "say")
    person = get_object_or_404(Attendee.objects.select_related("staff", "vehicle"), pk=attendee, visit=visit)
    form = CallForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            return answered(request, visit, person, form.cleaned_data, ANSWERS)
        except Refused as no:
            form.add_error(None, no.sentence)
    context = {
        "visit": visit,
        "person": person,
        "form": form,
        "now": app_now(),
        "others": others(visit, person),
    }
    context |= {"words": words_of(request, visit), "alarms": open_alarms(request, visit), "key": uuid.uuid4()}
    return render(request, "visits/desk/call.html", context | {"may_close": may(request, visit, "back")})


def others(visit: Visit, person: Attendee) -> list[Attendee]:
    """Who else is still out and can be rung."""
    return [attendee for attendee in visit.party if attendee.pk != person.pk and not attendee.back_at]


def open_alarms(request: StaffRequest, visit: Visit) -> list[object]:
    """The alarms of the visit that this person may know of."""
    return list(visit.alarms.unresolved().shown_to(request.user).order_by("opened_at"))


def may(request: StaffRequest, visit: Visit, action: str) -> bool:
    return refusal(request.user, action, visit, app_now()) is None


def words_of(request: StaffRequest, visit: Visit) -> list[str]:
    """The code words, for somebody who listens for them; the reading is noted."""
    return read_code_words(visit, by=request.user) if may(request, visit, "code_word") else []


def answered(
    request: StaffRequest,
    visit: Visit,
    person: Attendee,
    told: dict[str, str],
    answers: Mapping[str, Answer],
) -> HttpResponse:
    """Keep what came of the call. Raises Refused."""
    answer = request.POST.get("answer", "")
    if answer not in answers:
        raise Refused("Choose how the call went.")
    return answers[answer](request, visit, person, told)


def _fine(
    request: StaffRequest, visit: Visit, person: Attendee, told: dict[str, str], *, together: bool
) -> HttpResponse:
    transitions.check_in(
        visit=visit,
        by=request.user,
        now=app_now(),
        attendee=person,
        together=together,
        note=told["note"],
        identity=told["identity"],
        key=key_of(request),
    )
    whom = "They are all fine" if together else f"{person.short_name} is fine"
    messages.success(request, f"{visit.ref}: {whom}. It is written down with the time.")
    return onward(request, visit)


def no_answer(request: StaffRequest, visit: Visit, person: Attendee, told: dict[str, str]) -> HttpResponse:
    transitions.say_no_answer(
        visit=visit, by=request.user, now=app_now(), attendee=person, note=told["note"], key=key_of(request)
    )
    alarm = (
        visit.alarms.unresolved()
        .filter(attendee=person, kind__in=("missed_check_in", "unheard"))
        .order_by("-opened_at")
        .first()
    )
    messages.warning(request, f"No answer from {person.short_name}. The alarm is open: keep ringing.")
    return redirect(alarm) if alarm else onward(request, visit)


def code_word(
    request: StaffRequest,
    visit: Visit,
    person: Attendee,
    told: dict[str, str],
    *,
    is_home: bool = False,
) -> HttpResponse:
    alarm = hear_code_word(
        visit=visit,
        by=request.user,
        now=app_now(),
        attendee=person,
        note=told["note"],
        is_home=is_home,
        key=key_of(request),
    )
    messages.warning(
        request, f"{person.short_name} needs help. The alarm is open, and the next people are told now."
    )
    return redirect(alarm)


ANSWERS: dict[str, Answer] = {
    "fine": partial(_fine, together=False),
    "together": partial(_fine, together=True),
    "no_answer": no_answer,
    "code_word": code_word,
}


@require_POST
def act(request: StaffRequest, ref: str, what: str) -> HttpResponse:
    """One button of the board: they have left, they have arrived."""
    do, action, said = ACTS[what]
    visit = watched(request, ref, action)
    try:
        do(visit=visit, by=request.user, now=app_now())
        messages.success(request, f"{visit.ref}: {said}")
    except Refused as no:
        messages.error(request, f"{visit.ref}: {no.sentence}")
    return onward(request, visit)


ACTS: dict[str, tuple[Callable[..., object], str, str]] = {
    "left": (transitions.depart, "depart", "They have left school. Their return is watched."),
    "arrived": (transitions.say_arrived, "say", "They have arrived."),
}


def more_time(request: StaffRequest, ref: str) -> HttpResponse:
    """More time, as they asked for it on the telephone."""
    visit = watched(request, ref, "retime")
    form = TimeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            transitions.extend(visit=visit, by=request.user, now=app_now(), **form.cleaned_data)
        except Refused as no:
            form.add_error(None, no.sentence)
        else:
            messages.success(
                request, f"{visit.ref}: {form.cleaned_data['minutes']} more minutes. The head is told."
            )
            return onward(request, visit)
    context = {"visit": visit, "form": form, "title": "They need more time", "now": app_now()}
    return render(request, "visits/desk/ask.html", context)


@require_POST
def answer_time(request: StaffRequest, ref: str, what: str) -> HttpResponse:
    """Agree to the time that they ask for, or refuse it: one tap."""
    visit = watched(request, ref, "agree_time")
    if what not in {"agree", "refuse"}:
        raise Http404
    try:
        transitions.answer_time(visit=visit, by=request.user, now=app_now(), is_agreed=what == "agree")
    except Refused as no:
        messages.error(request, no.sentence)
    else:
        word = "They have more time" if what == "agree" else "Not agreed: the times stay"
        messages.success(request, f"{visit.ref}: {word}. They read it on their phones.")
    return redirect(visit)


def not_left(request: StaffRequest, ref: str) -> HttpResponse:
    """Take back a departure: nobody has left after all."""
    visit = watched(request, ref, "did_not_leave")
    form = WhyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            transitions.did_not_leave(
                visit=visit, by=request.user, now=app_now(), reason=form.cleaned_data["reason"]
            )
        except Refused as no:
            form.add_error(None, no.sentence)
        else:
            messages.success(request, f"{visit.ref}: Nobody has left. You are asked again soon.")
            return onward(request, visit)
    context = {"visit": visit, "form": form, "title": "Nobody left after all", "now": app_now()}
    return render(request, "visits/desk/ask.html", context)
