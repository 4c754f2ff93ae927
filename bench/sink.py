"""Settings of a sender whose mail server takes everything at once: what the outbox costs, without writing e-mails."""

from tests.settings import *  # noqa: F403

MAILERS = {"default": {"BACKEND": "django.core.mail.backends.dummy.EmailBackend"}}
