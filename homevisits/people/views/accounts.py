"""Changing a member of staff: account, roles, vehicles, checks, absences."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_POST

from homevisits.clock import app_now
from homevisits.people import keeping, permissions
from homevisits.people.forms.accounts import (
    AccountForm,
    AwayForm,
    CloseForm,
    MobileForm,
    NewStaffForm,
    PartForm,
    VehicleForm,
)
from homevisits.people.models import Staff
from homevisits.people.signed_in import StaffRequest
from homevisits.people.views.asking import act, allow_or_404, ask, posted


def _person(request: StaffRequest, pk: int) -> Staff:
    return get_object_or_404(Staff.objects.visible_to(request.user), pk=pk)


def _profile(pk: int) -> str:
    return reverse("staff_profile", args=[pk])


def add(request: StaffRequest) -> HttpResponse:
    """A new account with its first role."""
    by = request.user
    allow_or_404(permissions.may_add_staff(by))

    def save(told: dict) -> None:
        keeping.add_staff(trust=by.trust, by=by, now=app_now(), **told)

    done = (
        "The account is made. They choose a password by “Forgotten your password?” when they first sign in."
    )
    form = NewStaffForm(by, posted(request))
    return ask(request, form, title="Add a person", back=reverse("people"), save=save, done=done)


def change(request: StaffRequest, pk: int) -> HttpResponse:
    """The whole account for those who manage it; the mobile for the person and the office."""
    person = _person(request, pk)
    may_manage = permissions.may_manage(request.user, person)
    allow_or_404(may_manage or permissions.may_keep_details(request.user, person))
    make = AccountForm if may_manage else MobileForm
    initial = {name: getattr(person, name) for name in make.base_fields}
    title = "Change your account" if person == request.user else f"Change the account of {person}"

    def save(told: dict) -> None:
        keeping.change_staff(staff=person, by=request.user, now=app_now(), **told)

    form = make(posted(request), initial=initial)
    return ask(request, form, title=title, back=_profile(pk), save=save, done="Saved.")


def close(request: StaffRequest, pk: int) -> HttpResponse:
    """A second look, then the account is closed."""
    person = _person(request, pk)
    allow_or_404(permissions.may_manage(request.user, person))

    def save(told: dict) -> None:
        keeping.deactivate_staff(staff=person, by=request.user, now=app_now())

    return ask(
        request,
        CloseForm(posted(request)),
        title=f"Close the account of {person}?",
        back=_profile(pk),
        save=save,
        done=f"The account of {person} is closed. They are signed out everywhere.",
        template="people/close.html",
    )


@require_POST
def reopen(request: StaffRequest, pk: int) -> HttpResponse:
    """Open a closed account again."""
    person = _person(request, pk)
    return act(
        request,
        lambda: keeping.reactivate_staff(staff=person, by=request.user, now=app_now()),
        back=_profile(pk),
        done=f"The account of {person} is open again. They choose a new password by e-mail.",
    )


def give_role(request: StaffRequest, pk: int) -> HttpResponse:
    """Another role, at a school or for the whole trust."""
    person = _person(request, pk)
    allow_or_404(permissions.may_add_staff(request.user))

    def save(told: dict) -> None:
        keeping.give_role(staff=person, by=request.user, now=app_now(), **told)

    form = PartForm(request.user, posted(request))
    title = f"Give {person} a role"
    return ask(request, form, title=title, back=_profile(pk), save=save, done="The role is given.")


@require_POST
def take_role(request: StaffRequest, pk: int, role: int) -> HttpResponse:
    """Take a role away."""
    held = get_object_or_404(_person(request, pk).roles, pk=role)
    return act(
        request,
        lambda: keeping.take_role(role=held, by=request.user, now=app_now()),
        back=_profile(pk),
        done="The role is taken away.",
    )


def add_vehicle(request: StaffRequest, pk: int) -> HttpResponse:
    """A car that somebody drives to visits."""
    person = _person(request, pk)
    allow_or_404(permissions.may_keep_details(request.user, person))

    def save(told: dict) -> None:
        keeping.add_vehicle(staff=person, by=request.user, now=app_now(), **told)

    form = VehicleForm(posted(request))
    title = "Add your vehicle" if person == request.user else f"Add a vehicle of {person}"
    return ask(request, form, title=title, back=_profile(pk), save=save, done="The vehicle is added.")


@require_POST
def retire_vehicle(request: StaffRequest, pk: int, vehicle: int) -> HttpResponse:
    """A car that is no longer driven."""
    car = get_object_or_404(_person(request, pk).vehicles, pk=vehicle)
    return act(
        request,
        lambda: keeping.retire_vehicle(vehicle=car, by=request.user, now=app_now()),
        back=_profile(pk),
        done="The vehicle is taken off. Past visits keep it.",
    )


def set_away(request: StaffRequest, pk: int) -> HttpResponse:
    """A stretch in which somebody cannot answer."""
    person = _person(request, pk)
    allow_or_404(permissions.may_keep_details(request.user, person))

    def save(told: dict) -> None:
        keeping.set_away(staff=person, by=request.user, now=app_now(), **told)

    form = AwayForm(posted(request), initial={"starts_at": app_now()})
    title = "When are you away?" if person == request.user else f"When is {person} away?"
    done = "Marked as away. Nobody is asked or woken in that time who is marked as away."
    return ask(request, form, title=title, back=_profile(pk), save=save, done=done)


@require_POST
def end_away(request: StaffRequest, pk: int, away: int) -> HttpResponse:
    """Back earlier than said."""
    absence = get_object_or_404(_person(request, pk).aways, pk=away)
    return act(
        request,
        lambda: keeping.end_away(away=absence, by=request.user, now=app_now()),
        back=_profile(pk),
        done="No longer marked as away.",
    )
