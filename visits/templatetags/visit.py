"""Tags of My day and the visit's page: which day a time falls on, how urgent a decision is."""

import datetime as dt
from typing import Any

from django import template
from django.utils.safestring import SafeString

from homevisits.clock import app_now, london_day
from homevisits.look.parts import pill_html
from homevisits.look.times import local_text
from homevisits.trusts.parts import GuidanceItem
from homevisits.upkeep import edition
from visits.guidance import guidance
from visits.infection import entry_objection, overlay_for_request
from visits.models import Visit
from visits.waiting import Waiting

register = template.Library()


@register.simple_tag
def day_word(at: dt.datetime | None, now: dt.datetime) -> str:
    """Beside a large time: nothing for today, else the day: " Mon 30 Nov"."""
    if at is None or london_day(at) == london_day(now):
        return ""
    return f" {local_text(at, 'D j M')}"


@register.simple_tag
def waiting_pill(one: Waiting, now: dt.datetime) -> SafeString:
    """How urgent a request is: in word, icon and colour."""
    return pill_html(*one.pill(now))


@register.inclusion_tag("visits/_overlay.html")
def overlay_note(visit: Visit) -> dict[str, Any]:
    """That the infection rules hold on the day of the visit, and what they change; nothing otherwise (PS-140)."""
    return {"overlay": overlay_for_request(visit, london_day(app_now())), "rules": visit.rules}


@register.simple_tag
def infection_noted(visit: Visit) -> bool:
    """Whether the page of this visit says itself that the infection rules hold, so that it is not said twice."""
    return overlay_for_request(visit, london_day(app_now())) is not None


@register.inclusion_tag("visits/_beside.html")
def beside(visit: Visit, lead: str, *kinds: str) -> dict[str, Any]:
    """The policies beside the visit's that hold for a form, each with where it stands (TC-033 to TC-039)."""
    papers = edition.for_staff(visit.rules, visit.school, kinds) if visit.rules else []
    return {"papers": papers, "lead": lead}


@register.simple_tag
def stays_outside(visit: Visit) -> str:
    """Why nobody goes in at this home today; nothing when they may."""
    return entry_objection(visit)


@register.simple_tag
def policy_reminders(visit: Visit, moment: str) -> list[GuidanceItem]:
    """What the policy reminds of at a moment, as far as it fits this visit."""
    return guidance(visit, moment)
