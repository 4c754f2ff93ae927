"""The look as a Django app; it has no tables."""

from django.apps import AppConfig


class LookConfig(AppConfig):
    name = "homevisits.look"
    label = "look"
    verbose_name = "Look"
