from django.apps import AppConfig


class UpkeepConfig(AppConfig):
    name = "homevisits.upkeep"

    def ready(self) -> None:
        from homevisits.escalation import registry as engine
        from homevisits.look import context
        from homevisits.trusts import registry
        from homevisits.upkeep import nudging, panels
        from homevisits.upkeep.models import UpkeepAlarm, UpkeepDeadline
        from homevisits.upkeep.publication import on_published

        context.INFECTION = panels.overlays_of
        engine.register(UpkeepDeadline, UpkeepAlarm, grouped_by="trust_id", last_resort=nudging.last_resort)
        registry.ON_PUBLISHED.append(on_published)
        registry.LIST_PANELS.append(panels.beside)
        registry.POLICY_PANELS += [panels.telling, panels.reviews]
        registry.PUBLISHED_PANELS.append(panels.told)
        registry.SCHOOL_PANELS += [panels.overlays, panels.papers]
