"""What somebody may do next with a visit: the first is the one that matters most."""

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from django.urls import reverse

from homevisits.people.models import Staff
from homevisits.trusts.roles import RoleName
from visits import debrief
from visits.background import waits_for_ewo
from visits.board.scope import has_board
from visits.briefing import WAITS, is_asked, of_visitor, to_brief
from visits.incidents import REPORTED
from visits.models import Visit
from visits.next_step import proposed, waits_since
from visits.permissions import refusal
from visits.risk import is_wanted
from visits.routes import is_exempt, missing
from visits.states import MOVES, State
from visits.transitions.assessing import assessor_refusal
from visits.transitions.handing import is_handed
from visits.waiting import to_countersign


@dataclass(frozen=True)
class Action:
    """A button: a link, or (`posts`) a form of its own."""

    text: str
    url: str
    icon: str
    kind: str = "line"
    posts: bool = False


@dataclass(frozen=True)
class Looker:
    """Somebody looking at a visit at one instant."""

    visit: Visit
    staff: Staff
    now: dt.datetime
    reads_why: bool

    def may(self, action: str) -> bool:
        return refusal(self.staff, action, self.visit, self.now) is None

    def link(self, text: str, name: str, icon: str, *, kind: str = "line", posts: bool = False) -> Action:
        return Action(text, reverse(name, args=[self.visit.ref]), icon, kind, posts)


Offers = Callable[[Looker], Iterator[Action]]


def next_actions(looker: Looker) -> list[Action]:
    """What moves the visit on, the one to press first in the colour for it."""
    return [
        *_countersign(looker),
        *_assure(looker),
        *_time(looker),
        *_owed(looker),
        *FIRST[State(looker.visit.state)](looker),
        *_risk(looker),
    ]


def other_actions(looker: Looker) -> list[Action]:
    """What may be done besides: change it, move it, cancel it, ask again like it."""
    return list(_rest(looker))


def _countersign(a: Looker) -> Iterator[Action]:
    if any(decision.visit_id == a.visit.pk for decision in to_countersign(a.staff)):
        yield a.link("Countersign what you said", "decide_countersign", "pen-line", kind="brand")


def _assure(a: Looker) -> Iterator[Action]:
    """What waits for this person's word: the contact, the EWO, those who brief and are briefed."""
    visit = a.visit
    contact = visit.state in ASSURED and not visit.contact_acknowledged_at
    if contact and a.may("acknowledge_contact"):
        yield a.link("Confirm that you check on them", "contact_page", "shield-check", kind="brand")
    if visit.state in WAITS and to_brief(a.staff, visit):
        yield a.link("Brief those who go", "briefing", "book-open-check", kind="brand")
    own = of_visitor(visit, a.staff) if visit.state in WAITS else None
    if own and own.is_confirmed and not own.is_acknowledged:
        yield a.link("Read your briefing", "briefing", "book-open-check", kind="brand")
    rules = visit.rules
    open_still = visit.state in CHANGED and not visit.safeguarding_confirmed_at
    if open_still and rules and rules.confirm_safeguarding and is_exempt(visit):
        yield from _arranged(a)


def _time(a: Looker) -> Iterator[Action]:
    """More time than the policy allows waits for an answer."""
    if a.visit.state != State.IN_PROGRESS or not a.may("agree_time"):
        return
    wish = a.visit.time_requests.filter(is_agreed=None).first()
    if wish:
        url = partial(reverse, "time_answer")
        yes, no = (url(args=[a.visit.ref, what]) for what in ("agree", "refuse"))
        yield Action(f"Agree to {wish.minutes} more minutes", yes, "clock-plus", "brand", posts=True)
        yield Action("Refuse: the times stay", no, "circle-x", posts=True)


def _owed(a: Looker) -> Iterator[Action]:
    """What follows after nobody was reached."""
    if a.visit.state in FOLLOWED and waits_since(a.visit):
        if proposed(a.visit) and a.may("welfare"):
            yield a.link("Decide whether the police look in", "next_step", "shield-alert", kind="brand")
        elif a.may("next_step"):
            yield a.link("Say what follows", "next_step", "arrow-right")
    talk = a.visit.state in FOLLOWED and debrief.waits_since(a.visit)
    if talk and not a.visit.includes(a.staff) and a.may("debrief"):
        yield a.link("Talk with those who went", "debrief", "message-circle", kind="brand")


def _arranged(a: Looker) -> Iterator[Action]:
    if a.may("confirm_safeguarding"):
        text = "Safeguarding arrangements are in place"
        yield a.link(text, "safeguarding", "shield-check", posts=True)


def _background(a: Looker) -> Iterator[Action]:
    """Asking the EWO what visitors should know, and answering (TC-062)."""
    if a.visit.state not in CHANGED or not a.reads_why or not is_asked(a.visit):
        return
    is_asked_already = waits_for_ewo(a.visit)
    if is_asked_already and a.may("give_background"):
        yield a.link("Write what visitors should know", "background", "message-square-quote")
    elif not is_asked_already and a.may("ask_background") and not a.may("give_background"):
        yield a.link("Ask the EWO for background", "background_ask", "send", posts=True)


def _draft(a: Looker) -> Iterator[Action]:
    if a.may("edit"):
        yield a.link("Go on with the request", "request", "arrow-right", kind="brand")
    if a.may("ask_colleague"):
        yield a.link("Ask somebody to make this visit", "ask_colleague", "user-plus")
    if is_handed(a.visit) and a.may("hand_back"):
        mine = a.visit.requested_by_id == a.staff.pk
        yield a.link("Take it back" if mine else "Hand it back", "hand_back", "undo-2")


def _requested(a: Looker) -> Iterator[Action]:
    if a.reads_why and a.may("decide"):
        yield Action("Decide", f"{reverse('dashboard')}?visit={a.visit.ref}", "gavel", "brand")
    if a.may("amend") and not missing(a.visit) and not a.visit.is_retrospective:
        yield a.link("Go on with the visit", "resume", "arrow-right", posts=True)
    if a.may("type_decision"):
        yield a.link("They said it by telephone", "decide_telephone", "phone")


def _authorised(a: Looker) -> Iterator[Action]:
    if a.may("log"):
        yield a.link("Log this visit", "desk_log", "clipboard-check", kind="brand")
    elif a.may("plan_log"):
        yield a.link("Fill in phones and cars", "desk_log", "car")


def _logged(a: Looker) -> Iterator[Action]:
    if a.visit.includes(a.staff):
        yield a.link("Say that you leave", "out", "door-open", kind="brand")
    elif has_board(a.staff):
        yield Action("Open the board", reverse("board"), "radio", "brand")


def _out(a: Looker) -> Iterator[Action]:
    if a.visit.includes(a.staff):
        yield a.link("Open phone page", "out", "smartphone", kind="brand")
        return
    if a.may("back"):
        yield a.link("Say who is back", "desk_back", "shield-check", kind="brand")
    if has_board(a.staff):
        yield Action("Open the board", reverse("board"), "radio")


def _returned(a: Looker) -> Iterator[Action]:
    if a.may("record"):
        yield a.link("Write the record", "record", "notebook-pen", kind="brand")
    elif a.may("write"):
        yield a.link("Add to the record", "record", "notebook-pen")
    if a.may("not_back"):
        yield a.link("Not back after all", "not_back", "undo-2")


def _recorded(a: Looker) -> Iterator[Action]:
    if Visit.objects.record_read_by(a.staff).filter(pk=a.visit.pk).exists():
        yield a.link("Read the record", "record", "notebook-text", kind="brand")


def _nothing(a: Looker) -> Iterator[Action]:
    yield from ()


FIRST: dict[State, Offers] = {
    State.DRAFT: _draft,
    State.REQUESTED: _requested,
    State.AUTHORISED: _authorised,
    State.LOGGED: _logged,
    State.IN_PROGRESS: _out,
    State.RETURNED_SAFE: _returned,
    State.RECORDED: _recorded,
    State.DECLINED: _nothing,
    State.CANCELLED: _nothing,
}
FOLLOWED = {State.IN_PROGRESS, State.RETURNED_SAFE, State.RECORDED}
ASSURED = {State.REQUESTED, State.AUTHORISED, State.LOGGED, State.IN_PROGRESS}
CHANGED = {State.REQUESTED, State.AUTHORISED, State.LOGGED}
ASSESSED = {State.DRAFT, *CHANGED}


def _risk(a: Looker) -> Iterator[Action]:
    """The risk assessment, for those whom the policy lets write it."""
    may = a.visit.state in ASSESSED and a.reads_why and a.may("assess_risk")
    if may and is_wanted(a.visit) and assessor_refusal(a.visit, a.staff) is None:
        text = "Risk assessment" if a.visit.risk_id else "Write the risk assessment"
        yield a.link(text, "risk", "shield-alert")


def _rest(a: Looker) -> Iterator[Action]:
    state = a.visit.state
    yield from _background(a)
    if state in REPORTED and a.may("report_incident"):
        yield a.link("Report an incident", "incident", "triangle-alert")
    if a.visit.is_undecided and not a.visit.is_looked_at and a.reads_why and a.may("look_afterwards"):
        yield a.link("Look at it afterwards", "looked_at", "eye")
    if state in CHANGED and a.may("amend"):
        yield a.link("Change the visit", "change", "pencil")
    if state in CHANGED and a.may("retime"):
        yield a.link("Change the times", "times", "clock")
    if state in CHANGED and a.may("flag_risk"):
        yield a.link("There is a new risk", "risk_new", "triangle-alert")
    if state in CHANGED and a.visit.includes(a.staff) and not a.visit.is_reported:
        yield a.link("I do not want to go", "withdraw", "user-minus")
    if state in MOVES["cancel"][0] and a.may("cancel") and not a.visit.is_reported:
        yield a.link("Drop this draft" if state == State.DRAFT else "Cancel the visit", "cancel", "ban")
    if state != State.DRAFT and a.reads_why and may_ask(a.staff):
        yield a.link("Ask again like this", "ask_again", "copy", posts=True)


def may_ask(staff: Staff) -> bool:
    """Whether somebody meets pupils at all: a trust admin asks for no visits."""
    return any(role != RoleName.TRUST_ADMIN for role, _ in staff.held)
