from django.apps import AppConfig


class LocalConfig(AppConfig):
    name = "homevisits.local"

    def ready(self) -> None:
        from homevisits import checks  # noqa: F401  (registers them)
        from homevisits.local import registry
        from homevisits.local.examples import people, texts, upkeep

        registry.register(registry.Stage.PEOPLE, people.load)
        registry.register(registry.Stage.PEOPLE, upkeep.load)
        registry.register(registry.Stage.PEOPLE, texts.load)
