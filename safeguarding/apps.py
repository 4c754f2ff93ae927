from django.apps import AppConfig


class SafeguardingConfig(AppConfig):
    name = "safeguarding"

    def ready(self) -> None:
        from homevisits.escalation import registry as engine
        from homevisits.local import registry as examples
        from safeguarding import panels
        from safeguarding.examples import load
        from safeguarding.models import ConcernAlarm, ConcernDeadline
        from visits import registry

        engine.register(ConcernDeadline, ConcernAlarm)
        registry.OUT_PANELS.append(panels.raise_link)
        registry.RECORD_PANELS.append(panels.raise_link)
        registry.VISIT_PANELS.append(panels.concerns_of)
        examples.register(examples.Stage.AFTERWARDS, load)
