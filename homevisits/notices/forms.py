"""What a trust admin writes to set up texts."""

import uuid
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from homevisits.look.forms import HouseForm
from homevisits.notices.accounts import TextAccount
from homevisits.notices.keeping import KEY
from homevisits.people.phones import PhoneField, written

TEMPLATE_HINT = "On Notify's page of the template: “Copy template ID to clipboard”."


class TemplateField(forms.CharField):
    """The id of a template at Notify."""

    def to_python(self, value: Any) -> Any:
        written = str(super().to_python(value) or "").strip()
        if not written:
            return None
        try:
            return uuid.UUID(written)
        except ValueError:
            raise ValidationError(
                "Enter the id as Notify shows it, such as f33517ff-2a88-4f6e-b855-c550268ce08a"
            ) from None


class AccountForm(HouseForm):
    """Key, templates and number of the account. The key that is kept is never shown."""

    submit = "Save"
    reveals = {"sends_email": {"True": ["email_template"]}}
    sentences = {
        "key": "Enter the API key",
        "text_template": "Enter the id of the text template",
        "email_template": "Enter the id of the e-mail template, or leave e-mail to the mail server",
    }

    key = forms.CharField(
        label="API key",
        help_text="At Notify: API integration, API keys, “Create an API key”, type “Live”.",
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}, render_value=True),
    )
    text_template = TemplateField(label="Id of the text template", help_text=TEMPLATE_HINT)
    reply_number = PhoneField(
        label="Number that staff text to",
        help_text="The number that Notify gave you for received texts: staff keep it in their phones.",
        required=False,
    )
    sends_email = forms.BooleanField(label="Send e-mail through Notify too", required=False)
    email_template = TemplateField(label="Id of the e-mail template", help_text=TEMPLATE_HINT)

    def __init__(self, account: TextAccount | None, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, initial=_known(account), **kwargs)
        if account:
            key = self.fields["key"]
            key.required = key.widget.is_required = False
            key.help_text = f"The key “{account.key_name}” is kept. Enter another one only to replace it."

    def clean_key(self) -> str:
        key = str(self.cleaned_data["key"]).strip()
        if key and not KEY.fullmatch(key):
            raise ValidationError(
                "Enter the whole key as Notify shows it once: its name and two long codes, with dashes"
            )
        return key


def _known(account: TextAccount | None) -> dict[str, Any]:
    if account is None:
        return {}
    names = ("text_template", "email_template", "sends_email")
    return {name: getattr(account, name) for name in names} | {"reply_number": written(account.reply_number)}
