"""The state of a visit as a pill: word, icon and colour together."""

import datetime as dt

from visits.models import Visit
from visits.states import State

Pill = tuple[str, str, str]

PILLS: dict[str, tuple[str, str]] = {
    State.DRAFT: ("plain", "pencil"),
    State.REQUESTED: ("info", "hourglass"),
    State.AUTHORISED: ("ok", "circle-check"),
    State.LOGGED: ("info", "clipboard-check"),
    State.IN_PROGRESS: ("info", "route"),
    State.RETURNED_SAFE: ("ok", "shield-check"),
    State.RECORDED: ("plain", "notebook-pen"),
    State.DECLINED: ("plain", "circle-x"),
    State.CANCELLED: ("plain", "ban"),
}


def pill(visit: Visit, now: dt.datetime) -> Pill:
    """The state; "Late" for people who are out past their time, whoever looks."""
    if is_late(visit, now):
        return ("late", "siren", "Late")
    kind, icon = PILLS[visit.state]
    return (kind, icon, str(State(visit.state).label))


def is_late(visit: Visit, now: dt.datetime) -> bool:
    """Whether the planned return has passed with people still out."""
    return bool(visit.is_out and visit.return_at and visit.return_at < now)
