"""A request of somebody who is signed in, as every page behind the door gets it."""

from django.http import HttpRequest

from homevisits.people.models import Staff


class StaffRequest(HttpRequest):
    """For type checkers: the login middleware lets nobody else through."""

    user: Staff
