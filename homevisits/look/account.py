"""Signing in and passwords, in our words: allauth's forms dressed as the house's."""

from typing import ClassVar

from allauth.account import forms as allauth

from homevisits.look.forms import HouseFormMixin


class AccountFormMixin(HouseFormMixin):
    """Our labels on allauth's fields, and no grey words inside the inputs."""

    submit = None
    labels: ClassVar[dict[str, str]] = {}
    hints: ClassVar[dict[str, str]] = {}

    def dress(self) -> None:
        for name, field in self.fields.items():
            field.label = self.labels.get(name, field.label)
            field.help_text = self.hints.get(name, "")
            field.widget.attrs.pop("placeholder", None)
        super().dress()


STRENGTH_HINT = (
    "Twelve characters or more, not a common password and not made from your name or address. "
    "Three words that have nothing to do with each other are good."
)
BOTH_TIMES = {"password1": "New password", "password2": "New password again"}


class SignInForm(AccountFormMixin, allauth.LoginForm):
    labels = {"login": "E-mail address", "password": "Password"}
    sentences = {"login": "Enter your e-mail address", "password": "Enter your password"}


class ForgottenForm(AccountFormMixin, allauth.ResetPasswordForm):
    labels = {"email": "E-mail address"}
    sentences = {"email": "Enter your e-mail address"}


class NewPasswordForm(AccountFormMixin, allauth.ResetPasswordKeyForm):
    labels = BOTH_TIMES
    hints = {"password1": STRENGTH_HINT}
    sentences = {"password1": "Enter a new password", "password2": "Enter the new password again"}


class ChangePasswordForm(AccountFormMixin, allauth.ChangePasswordForm):
    labels = {"oldpassword": "Your password now"} | BOTH_TIMES
    hints = {"password1": STRENGTH_HINT}
    sentences = {
        "oldpassword": "Enter the password that you have now",
        "password1": "Enter a new password",
        "password2": "Enter the new password again",
    }


class ReauthenticateForm(AccountFormMixin, allauth.ReauthenticateForm):
    labels = {"password": "Your password"}
