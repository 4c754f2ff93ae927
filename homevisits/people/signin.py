"""Signing in by e-mail: no sign-up, and the demo's password opens nothing but a demo."""

import datetime as dt
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.db.models import Prefetch
from django.http import HttpRequest

from homevisits.people.models import Role, Staff


class ClosedAccounts(DefaultAccountAdapter):
    """A trust makes the accounts of its staff; nobody makes their own."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": "The e-mail address or the password is not right. Try again.",
        "too_many_login_attempts": "Too many tries for this account. Wait five minutes, then try again.",
        "enter_current_password": "The password that you have now is not right. Try again.",
        "incorrect_password": "The password is not right. Try again.",
        "account_inactive": "This account is closed. Ask your school office to open it again.",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False


class SignIn(AuthenticationBackend):
    """Checks a password as allauth does, after refusing the one that everybody can read."""

    def get_user(self, user_id: Any) -> Staff | None:
        """Who is signed in, with their trust, their roles and the schools of these: every page asks for them.

        Two queries.
        """
        roles = Prefetch("roles", Role.objects.select_related("school"))
        staff = Staff.objects.select_related("trust").prefetch_related(roles).filter(pk=user_id).first()
        if staff is None or not self.user_can_authenticate(staff):
            return None
        staff.main_school = next((role.school for role in staff.roles.all() if role.school), None)
        return staff

    def _check_password(self, user: AbstractBaseUser | None, password: str) -> AbstractBaseUser | None:
        checked = super()._check_password(user, password)
        is_public = password == settings.DEMO_PASSWORD and not settings.DEMO
        return None if is_public else checked


class DemoPasswordValidator:
    """Refuses the demo's password where a real one is chosen."""

    def validate(self, password: str, user: Any = None) -> None:
        if password == settings.DEMO_PASSWORD:
            raise ValidationError("This password is printed in the README. Choose another.")

    def get_help_text(self) -> str:
        return "Your password can’t be the one of the demonstration."


def is_fresh(request: HttpRequest, limit: dt.timedelta, now: dt.datetime) -> bool:
    """Whether the password was given in this session no longer ago than a limit.

    allauth notes each sign-in with the machine's clock; a moment ahead of the database's is fresh too.
    """
    given = [method["at"] for method in request.session.get(AUTHENTICATION_METHODS_SESSION_KEY, [])]
    return bool(given) and now.timestamp() - max(given) <= limit.total_seconds()
