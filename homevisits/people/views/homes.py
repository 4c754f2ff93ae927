"""A home's page: who lives there, what to know, and the warnings with their review dates."""

import datetime as dt

from django.db.models import Prefetch
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from homevisits.clock import app_now, london_day
from homevisits.people import keeping, looking, panels
from homevisits.people.families import (
    Contact,
    ContactLink,
    Household,
    HouseholdMember,
    HouseholdWarning,
    Pupil,
)
from homevisits.people.forms.families import HouseholdForm, MemberForm, ReviewForm, WarningForm
from homevisits.people.models import Staff
from homevisits.people.signed_in import StaffRequest
from homevisits.people.views.asking import act, ask, posted


def household(request: StaffRequest, pk: int) -> HttpResponse:
    """One home. A sibling at a school that the person does not see is only a school's name."""
    home = _home(request, pk)
    warnings = looking.warnings_of(home, by=request.user)
    today = london_day(app_now())
    context = {
        "home": home,
        "open_warnings": [warning for warning in warnings if warning.ended_at is None],
        "ended_warnings": [warning for warning in warnings if warning.ended_at is not None],
        "today": today,
        **_who_lives_there(home, request.user, today),
        "panels": panels.drawn(panels.HOUSEHOLD_PANELS, request, home, request.user),
    }
    return render(request, "people/household.html", context)


def _who_lives_there(home: Household, by: Staff, today: dt.date) -> dict[str, object]:
    visible = Pupil.objects.visible_to(by).filter(household=home)
    hidden = Pupil.objects.filter(household=home).on_roll(today).exclude(pk__in=visible)
    links = ContactLink.objects.filter(pupil__in=visible)
    adults = Contact.objects.filter(household=home, links__in=links).distinct()
    return {
        "pupils": visible.select_related("school"),
        "siblings": hidden.select_related("school").order_by("school__name"),
        "contacts": adults.prefetch_related(Prefetch("links", links)),
        "members": home.members.all(),
    }


def _home(request: StaffRequest, pk: int) -> Household:
    return get_object_or_404(Household.objects.visible_to(request.user), pk=pk)


def _warning(request: StaffRequest, pk: int) -> HouseholdWarning:
    visible = HouseholdWarning.objects.filter(household__in=Household.objects.visible_to(request.user))
    return get_object_or_404(visible.select_related("household"), pk=pk)


def _page_of(home: Household) -> str:
    return reverse("household", args=[home.pk])


def change(request: StaffRequest, pk: int) -> HttpResponse:
    """The entrance and what visitors should know."""
    home = _home(request, pk)

    def save(told: dict) -> None:
        keeping.change_household(household=home, by=request.user, now=app_now(), **told)

    form = HouseholdForm(
        posted(request), initial={"entrance": home.entrance, "circumstances": home.circumstances}
    )
    title = "What should visitors know?"
    return ask(request, form, title=title, back=_page_of(home), save=save, done="Saved.")


def add_warning(request: StaffRequest, pk: int) -> HttpResponse:
    """A risk at this address."""
    home = _home(request, pk)

    def save(told: dict) -> None:
        keeping.add_warning(household=home, by=request.user, now=app_now(), **told)

    done = "The warning is added. Everybody who plans or decides a visit here sees it."
    form = WarningForm(posted(request))
    return ask(request, form, title="Add a warning", back=_page_of(home), save=save, done=done)


def review_warning(request: StaffRequest, pk: int) -> HttpResponse:
    """A warning looked at again: in these words, until then."""
    warning = _warning(request, pk)

    def save(told: dict) -> None:
        keeping.review_warning(warning=warning, by=request.user, now=app_now(), **told)

    form = ReviewForm(posted(request), initial={"note": warning.note})
    return ask(
        request,
        form,
        title="Does this warning still hold?",
        back=_page_of(warning.household),
        save=save,
        done="The warning is reviewed.",
        context={"warning": warning},
        template="people/review.html",
    )


@require_POST
def end_warning(request: StaffRequest, pk: int) -> HttpResponse:
    """A warning that no longer holds."""
    warning = _warning(request, pk)
    return act(
        request,
        lambda: keeping.end_warning(warning=warning, by=request.user, now=app_now()),
        back=_page_of(warning.household),
        done="The warning has ended. It stays below, to be read.",
    )


def add_member(request: StaffRequest, pk: int) -> HttpResponse:
    """Somebody else who lives there."""
    home = _home(request, pk)

    def save(told: dict) -> None:
        keeping.add_member(household=home, by=request.user, now=app_now(), **told)

    title = "Who else lives there?"
    form = MemberForm(posted(request))
    return ask(request, form, title=title, back=_page_of(home), save=save, done="Added.")


@require_POST
def remove_member(request: StaffRequest, pk: int) -> HttpResponse:
    """Somebody who no longer lives there."""
    visible = HouseholdMember.objects.filter(household__in=Household.objects.visible_to(request.user))
    member = get_object_or_404(visible, pk=pk)
    return act(
        request,
        lambda: keeping.remove_member(member=member, by=request.user, now=app_now()),
        back=_page_of(member.household),
        done="Taken off.",
    )
