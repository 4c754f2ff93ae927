"""What must be set before real children's data goes in; `check --deploy` and `prepare` ask."""

from typing import Any

from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Tags, register

SHORTEST_KEY = 32


@register(Tags.security, deploy=True)
def field_key_is_set(**kwargs: Any) -> list[CheckMessage]:
    if not settings.PRODUCTION or len(settings.FIELD_KEY) >= SHORTEST_KEY:
        return []
    hint = "Make one: python -c 'import secrets; print(secrets.token_urlsafe(60))', and keep a copy: without it no code word can be read."
    return [checks.Error("FIELD_KEY is not set, or is too short.", hint=hint, id="homevisits.E001")]


@register(Tags.security, deploy=True)
def mail_goes_out(**kwargs: Any) -> list[CheckMessage]:
    if "KeptInDatabase" not in settings.MAILERS["default"]["BACKEND"]:
        return []
    hint = "smtp+tls://user:password@host:587"
    return [
        checks.Warning(
            "EMAIL_URL is not set: alarms would reach nobody by e-mail.", hint=hint, id="homevisits.W001"
        )
    ]


@register(Tags.security, deploy=True)
def links_are_secure(**kwargs: Any) -> list[CheckMessage]:
    if settings.SITE_URL.startswith("https://"):
        return []
    hint = "The address that people type, such as https://visits.trust.example"
    return [checks.Warning("SITE_URL does not begin with https://.", hint=hint, id="homevisits.W002")]
