from django.apps import AppConfig


class LocalConfig(AppConfig):
    name = "homevisits.local"

    def ready(self) -> None:
        from homevisits import checks  # noqa: F401  (registers them)
