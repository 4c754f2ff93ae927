from django.apps import AppConfig


class SafeguardingConfig(AppConfig):
    name = "safeguarding"

    def ready(self) -> None:
        from homevisits.escalation import registry as engine
        from homevisits.local import registry as examples
        from homevisits.look import menu
        from safeguarding import chasing, panels
        from safeguarding.examples import load
        from safeguarding.models import ConcernAlarm, ConcernDeadline
        from visits import registry

        engine.register(ConcernDeadline, ConcernAlarm, last_resort=chasing.last_resort)
        registry.OUT_PANELS.append(panels.raise_link)
        registry.RECORD_PANELS.append(panels.raise_link)
        registry.VISIT_PANELS.append(panels.concerns_of)
        menu.register(
            "Safeguarding", "concerns", "shield-alert", shows=panels.shows_menu, badge=panels.unread, order=70
        )
        examples.register(examples.Stage.AFTERWARDS, load)
