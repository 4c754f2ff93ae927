"""The phone page while out: what a visitor sees, and each thing that they say from it."""

import logging
import uuid
from collections.abc import Callable
from functools import partial
from typing import Any

from django.forms import Form
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.safestring import SafeString
from django.views.decorators.http import require_GET, require_POST

from homevisits.clock import app_now, local
from homevisits.people.panels import drawn
from homevisits.people.signed_in import StaffRequest
from visits import gates, transitions
from visits.briefing import who_briefs
from visits.doorstep import advice, is_over, whom_to_ring
from visits.forms.out import (
    LOOKED_FOR,
    MEASURES,
    WHY_LONGER,
    AskPin,
    Departing,
    Entering,
    GoingOn,
    Keyed,
    Looking,
    MoreTime,
    NotBack,
    Noting,
    NotLeft,
    Outcomes,
    Placed,
)
from visits.infection import entry_objection, overlay_of
from visits.models import ArrivalLook, Attendee, Outcome, Visit
from visits.phone import Phase, PhonePage, all_reminders
from visits.registry import OUT_PANELS
from visits.transitions import PinNeeded, PinWrong, Refused
from visits.transitions.claims import claim
from visits.transitions.secret import wants_pin
from visits.views.failing import by_visitor, remember_office
from visits.views.keeping import refused_with

logger = logging.getLogger(__name__)
# What one tap says; the key of the message counts it once.
SAYINGS: dict[str, Callable[..., Visit]] = {
    "arrived": transitions.say_arrived,
    "waiting": transitions.say_waiting,
    "fine": transitions.check_in,
    "together": partial(transitions.check_in, together=True),
    "left": transitions.say_left,
    "left_alone": partial(transitions.say_left, alone=True),
    "unsafe": transitions.break_off,
    "back": transitions.say_back,
    "home": transitions.say_home,
}
# Said only with a PIN, where the policy asks for one.
WITH_PIN = {"fine", "together", "left", "left_alone", "back", "home"}


def key_of(request: StaffRequest) -> uuid.UUID | None:
    """The key that the server put into the form; none in a message made by hand."""
    try:
        return uuid.UUID(request.POST.get("key", ""))
    except ValueError:
        return None


def shown(
    request: StaffRequest, page: PhonePage, *, form: Form | None = None, status: int = 200
) -> HttpResponse:
    """The phone page as things stand."""
    visit = page.visit
    is_ready = page.phase == Phase.READY
    context = {
        "page": page,
        "visit": visit,
        "now": page.now,
        "form": form or (Departing(visit) if is_ready else None),
        "needs": gates.unmet("depart", visit, page.now) if is_ready else [],
        "own": page.briefing,
        "who": who_briefs(visit, request.user) if page.briefing else "",
        "next": "out",
        "advice": advice(visit.outcome, visit),
        "to_ring": whom_to_ring(visit) if visit.outcome == Outcome.CHILD_ALONE else [],
        "panels": _panels(request, visit),
    }
    return remember_office(render(request, "visits/out/page.html", context, status=status), visit)


def _panels(request: StaffRequest, visit: Visit) -> list[SafeString]:
    """What upper floors add. One of them that fails must not take away the buttons of people who are out."""
    drawn_ones: list[SafeString] = []
    for panel in OUT_PANELS:
        try:
            drawn_ones += drawn([panel], request, visit, request.user)
        except Exception:
            logger.exception("a panel of the phone page could not be drawn")
    return drawn_ones


def refused(request: StaffRequest, visit: Visit, no: Refused, form: Form | None = None) -> HttpResponse:
    """The same page with the sentence that refused, drawn from how things stand now."""
    fresh = Visit.objects.select_related("school__trust", "policy").get(pk=visit.pk)
    page = PhonePage(fresh, request.user, app_now(), problem=no.sentence, unmet=no.unmet)
    reply = shown(request, page, form=form if page.phase == Phase.READY else None, status=409)
    return refused_with(reply, no.sentence)


@require_GET
@by_visitor
def out(request: StaffRequest, visit: Visit) -> HttpResponse:
    """The page itself."""
    return shown(request, PhonePage(visit, request.user, app_now()))


@require_POST
@by_visitor
def depart(request: StaffRequest, visit: Visit) -> HttpResponse:
    """I am leaving now, with the checklist."""
    form, now = Departing(visit, request.POST), app_now()
    if not form.is_valid():
        return shown(request, PhonePage(visit, request.user, now), form=form)
    try:
        transitions.depart(
            visit=visit,
            by=request.user,
            now=now,
            checks=form.cleaned_data.get("checks", []),
            key=key_of(request),
        )
    except Refused as no:
        return refused(request, visit, no, form)
    return redirect("out", visit.ref)


@require_POST
@by_visitor
def say(request: StaffRequest, visit: Visit, what: str) -> HttpResponse:
    """One tap: arrived, waiting, fine, together, left, back, home."""
    if what not in SAYINGS:
        raise Http404
    try:
        SAYINGS[what](
            visit=visit, by=request.user, now=app_now(), key=key_of(request), **pin_of(request, what)
        )
    except (PinNeeded, PinWrong) as no:
        return ask_pin(request, visit, no)
    except Refused as no:
        return refused(request, visit, no)
    return redirect("out", visit.ref)


def pin_of(request: StaffRequest, what: str) -> dict[str, str]:
    """The PIN that came with a word which may need one."""
    return {"pin": request.POST.get("pin", "")} if what in WITH_PIN else {}


def ask_pin(request: StaffRequest, visit: Visit, no: Refused) -> HttpResponse:
    """The same word once more, with the PIN: nothing is recorded before it is right."""
    form = AskPin(request.POST if "pin" in request.POST else None, initial={"key": key_of(request)})
    if form.is_bound:
        form.is_valid()
        form.errors.pop("pin", None)
        form.add_error("pin", no.sentence)
        form.again()
    page = PhonePage(visit, request.user, app_now())
    context = {"page": page, "visit": visit, "now": page.now, "form": form, "url": request.path}
    return render(request, "visits/out/pin.html", context, status=409)


@require_POST
@by_visitor
def back_for(request: StaffRequest, visit: Visit, attendee: int) -> HttpResponse:
    """Somebody from outside who came with us is back."""
    person = get_object_or_404(Attendee, pk=attendee, visit=visit, staff=None)
    try:
        transitions.say_back(
            visit=visit,
            by=request.user,
            now=app_now(),
            attendee=person,
            key=key_of(request),
            **pin_of(request, "back"),
        )
    except (PinNeeded, PinWrong) as no:
        return ask_pin(request, visit, no)
    except Refused as no:
        return refused(request, visit, no)
    return redirect("out", visit.ref)


def asked(
    request: StaffRequest, visit: Visit, form: Keyed, act: Callable[[dict[str, Any]], object], **words: Any
) -> HttpResponse:
    """One question on a page of its own; what is refused stands beside what was typed."""
    if request.method == "POST" and form.is_valid():
        try:
            act(form.cleaned_data)
        except (PinNeeded, PinWrong) as no:
            form.add_error("pin", no.sentence)
            form.again()
        except Refused as no:
            form.add_error(None, no.sentence)
        else:
            return redirect("out", words.get("onto", visit).ref)
    page = PhonePage(visit, request.user, app_now())
    context = {"page": page, "visit": visit, "now": page.now, "form": form, **words}
    reply = render(request, "visits/out/ask.html", context)
    problems = [str(sentence) for errors in form.errors.values() for sentence in errors]
    return refused_with(reply, " ".join(problems)) if problems else reply


@by_visitor
def more_time(request: StaffRequest, visit: Visit) -> HttpResponse:
    late = {"minutes": 15, "why": WHY_LONGER[0][0]} if "late" in request.GET else {}
    form = MoreTime(visit, request.POST or None, initial=late, wants_pin=wants_pin(visit, request.user))
    say_so = partial(transitions.want_time, visit=visit, by=request.user, now=app_now(), key=key_of(request))
    return asked(
        request,
        visit,
        form,
        lambda said: say_so(minutes=said["minutes"], reason=form.reason, pin=said.get("pin", "")),
        title="More time",
        button="Ask for more time",
        icon="clock-plus",
    )


@by_visitor
def entered(request: StaffRequest, visit: Visit) -> HttpResponse:
    """Going in; the look round comes first where the policy asks for it."""
    if request.method == "GET" and not entry_objection(visit) and gates.blocking("enter", visit, app_now()):
        return redirect("out_look", visit.ref)
    form = Entering(visit, request.POST or None, over=is_over(visit, claim(app_now()) or app_now()))
    say_so = partial(
        transitions.say_entered, visit=visit, by=request.user, now=app_now(), key=key_of(request)
    )
    return asked(
        request,
        visit,
        form,
        lambda _: say_so(**form.said()),
        title="Going in",
        button="We are inside",
        icon="house",
        looks=gates.unmet("enter", visit, app_now()),
    )


@by_visitor
def look(request: StaffRequest, visit: Visit) -> HttpResponse:
    """The look round on arrival: one screen, one tap to send it."""
    form = Looking(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            transitions.look_round(
                visit=visit, by=request.user, now=app_now(), key=key_of(request), **form.said()
            )
        except Refused as no:
            form.add_error(None, no.sentence)
        else:
            return redirect(_after_look(visit, form.cleaned_data["choice"]))
    page = PhonePage(visit, request.user, app_now())
    ticks = [(kind, kind.label, icon) for kind, icon in LOOKED_FOR.items()]
    context = {
        "page": page,
        "visit": visit,
        "now": page.now,
        "form": form,
        "ticks": ticks,
        "measures": MEASURES if overlay_of(visit) else (),
        "outside": entry_objection(visit),
    }
    return render(request, "visits/out/look.html", context)


def _after_look(visit: Visit, choice: str) -> str:
    """Where each answer leads: leaving says how it went, going in says who invited them."""
    if choice == ArrivalLook.Choice.LEAVE:
        return f"{reverse('out_outcome', args=[visit.ref])}?outcome=unsafe"
    return reverse("out_entered" if choice == ArrivalLook.Choice.GO_IN else "out", args=[visit.ref])


@by_visitor
def outcome(request: StaffRequest, visit: Visit) -> HttpResponse:
    form = Outcomes(
        visit, request.POST or None, initial={"outcome": request.GET.get("outcome", visit.outcome)}
    )
    say_so = partial(
        transitions.say_outcome, visit=visit, by=request.user, now=app_now(), key=key_of(request)
    )
    return asked(
        request,
        visit,
        form,
        lambda said: say_so(outcome=said["outcome"], text=said["text"]),
        title="How it went",
        button="Send",
        icon="send",
    )


@by_visitor
def not_left(request: StaffRequest, visit: Visit) -> HttpResponse:
    form = NotLeft(request.POST or None)
    say_so = partial(
        transitions.did_not_leave, visit=visit, by=request.user, now=app_now(), key=key_of(request)
    )
    return asked(
        request,
        visit,
        form,
        lambda said: say_so(reason=said["reason"]),
        title="We did not leave",
        button="Nobody left",
        icon="undo-2",
    )


@by_visitor
def not_back(request: StaffRequest, visit: Visit) -> HttpResponse:
    form = NotBack(request.POST or None)
    say_so = partial(transitions.not_back_after_all, visit=visit, by=request.user, now=app_now())
    return asked(
        request,
        visit,
        form,
        lambda said: say_so(reason=said["reason"]),
        title="I am not back",
        button="I am still out",
        icon="undo-2",
    )


@by_visitor
def go_on(request: StaffRequest, visit: Visit, onward: str) -> HttpResponse:
    """Left, going on to the next visit: its checklist, and both in one step."""
    there = get_object_or_404(
        Visit.objects.visible_to(request.user).filter(attendees__staff=request.user), ref=onward
    )
    others = [a.short_name for a in PhonePage(visit, request.user, app_now()).awaited]
    form = GoingOn(there, others, request.POST or None, wants_pin=wants_pin(visit, request.user))
    say_so = partial(
        transitions.go_on, visit=visit, onward=there, by=request.user, now=app_now(), key=key_of(request)
    )
    return asked(
        request,
        visit,
        form,
        lambda said: say_so(
            checks=said.get("checks", []), together=said.get("together", False), pin=said.get("pin", "")
        ),
        title=f"On to {there.ref}",
        button="Left, going on",
        icon="route",
        onto=there,
        needs=gates.unmet("depart", there, app_now()),
    )


@by_visitor
def note(request: StaffRequest, visit: Visit) -> HttpResponse:
    """A note to the office."""
    form = Noting(request.POST or None)
    say_so = partial(transitions.say_note, visit=visit, by=request.user, now=app_now(), key=key_of(request))
    return asked(
        request,
        visit,
        form,
        lambda said: say_so(text=said["text"]),
        title="Note to the office",
        button="Send the note",
        icon="send",
    )


@require_POST
@by_visitor
def position(request: StaffRequest, visit: Visit) -> HttpResponse:
    """Where the phone is, from its browser: kept where the policy asks, else forgotten without a word."""
    form = Placed(request.POST)
    if form.is_valid():
        try:
            transitions.keep_position(visit=visit, by=request.user, now=app_now(), **form.said())
        except Refused:
            return HttpResponse(status=204)
    return HttpResponse(status=204)


@by_visitor
def reminders(request: StaffRequest, visit: Visit) -> HttpResponse:
    page = PhonePage(visit, request.user, app_now())
    return render(
        request,
        "visits/out/reminders.html",
        {"page": page, "visit": visit, "now": page.now, "groups": all_reminders(visit)},
    )


def helped(request: StaffRequest, visit: Visit) -> HttpResponse:
    """Back to the phone page; for the script that sends until it is answered, when the server took it."""
    if request.headers.get("Accept") != "application/json":
        return redirect("out", visit.ref)
    taken = visit.moments.filter(kind="help", by=request.user).order_by("recorded_at")
    first = taken.filter(key=key_of(request) or uuid.uuid4()).first() or taken.last()
    at = first.recorded_at if first else app_now()
    return JsonResponse({"sent_at": f"{local(at):%H:%M}", "next": reverse("out", args=[visit.ref])})


@by_visitor
def help_page(request: StaffRequest, visit: Visit) -> HttpResponse:
    """If something goes wrong: what to do, 999, and help. A tap without holding is asked once more."""
    now = app_now()
    if request.POST.get("held"):
        try:
            transitions.ask_for_help(visit=visit, by=request.user, now=now, key=key_of(request))
        except Refused as no:
            return refused(request, visit, no)
        return helped(request, visit)
    page = PhonePage(visit, request.user, now)
    name = "sure" if request.method == "POST" else "help"
    context = {
        "page": page,
        "visit": visit,
        "now": now,
        "threats": page.threats,
        "key": key_of(request),
        "is_help": True,
    }
    return render(request, f"visits/out/{name}.html", context)
