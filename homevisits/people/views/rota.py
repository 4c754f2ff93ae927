"""The duty rota of a school: who answers on which half-day, and the form that says so."""

import datetime as dt
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from homevisits.clock import app_now, london_day
from homevisits.people import keeping, permissions
from homevisits.people.forms.rota import RotaForm
from homevisits.people.models import RotaTurn, Staff
from homevisits.people.rota import RESPONDERS, Half
from homevisits.people.signed_in import StaffRequest
from homevisits.people.views.asking import allow_or_404, ask, posted
from homevisits.trusts.calendar import term_of
from homevisits.trusts.choices import Ladder
from homevisits.trusts.models import Policy, School, Term
from homevisits.trusts.roles import RoleName


def rota_roles(school: School) -> list[str]:
    """The parts that the school's safety ladder names, in its order, the office first."""
    policy = Policy.objects.in_force(school)
    steps = policy.laddersteps.filter(ladder=Ladder.SAFETY) if policy else []
    named = [role for step in steps for role in [*step.roles, *step.roles_ewo]]
    wanted = dict.fromkeys([RoleName.OFFICE.value, *named])
    return [role for role in wanted if role in RESPONDERS]


def _term(request: StaffRequest, school: School, today: dt.date) -> Term | None:
    """The term that the page is about: the one asked for, else today's; None for all year."""
    asked = request.GET.get("term")
    if asked is None:
        return term_of(school, today)
    if asked == "":
        return None
    if not asked.isdecimal():
        raise Http404
    return get_object_or_404(school.terms, pk=asked)


def _seen(request: StaffRequest, slug: str) -> School:
    return get_object_or_404(School.objects.visible_to(request.user), slug=slug)


def rota(request: StaffRequest, slug: str) -> HttpResponse:
    """The week of every part of the ladder, in one term."""
    school = _seen(request, slug)
    term = _term(request, school, london_day(app_now()))
    context = {
        "school": school,
        "term": term,
        "terms": list(school.terms.order_by("starts_on")),
        "weeks": [_week(school, role, term) for role in rota_roles(school)],
        "days": RotaTurn.Weekday.labels,
        "may_set": permissions.may_set_duty(request.user, school),
        "may_import": bool(permissions.kinds_to_import(request.user)),
        "sees_checks": permissions.sees_checks(request.user),
    }
    return render(request, "people/rota.html", context)


def _week(school: School, role: str, term: Term | None) -> dict[str, Any]:
    """One part's week as a grid: for each half of the day, the turns of five days."""
    rows = school.rota_turns.filter(role=role, term__in=[term] if term else [])
    yearly = school.rota_turns.filter(role=role, term=None)
    found = [*yearly.select_related("staff", "stand_in"), *rows.select_related("staff", "stand_in")]
    turns = {(turn.weekday, turn.half): turn for turn in found}  # the term's own come last
    halves = [
        (label, [(day, turns.get((number, half))) for number, day in RotaTurn.Weekday.choices])
        for half, label in Half.choices
    ]
    return {"role": role, "label": RoleName(role).label, "halves": halves, "is_empty": not turns}


def rota_change(request: StaffRequest, slug: str, role: str) -> HttpResponse:
    """Who answers for one part through the week of a term."""
    by, school = request.user, _seen(request, slug)
    allow_or_404(permissions.may_set_duty(by, school) and role in rota_roles(school))
    term = _term(request, school, london_day(app_now()))
    people = Staff.objects.holding(RESPONDERS, school)
    form = RotaForm(people, school.rota_turns.filter(role=role, term=term), posted(request))

    def save(told: dict[str, Any]) -> None:
        keeping.keep_rota(school=school, role=role, term=term, turns=form.turns, by=by, now=app_now())

    name, when = RoleName(role).label, term.name if term else "all year"
    back = f"{reverse('rota', args=[school.slug])}?term={term.pk if term else ''}"
    return ask(
        request,
        form,
        title=f"{name}: who answers, {when}",
        back=back,
        save=save,
        done=f"The rota for {name} is kept.",
        context={"school": school},
        template="people/rota_change.html",
    )
