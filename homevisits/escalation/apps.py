from django.apps import AppConfig


class EscalationConfig(AppConfig):
    name = "homevisits.escalation"

    def ready(self) -> None:
        from homevisits.escalation import canary, registry, signs
        from homevisits.escalation.alarms import move_on
        from homevisits.escalation.models import CanaryAlarm, CanaryDeadline
        from homevisits.look import context
        from homevisits.notices.registry import on_failed

        on_failed(move_on)
        context.HEARTBEAT = signs.read
        registry.register(CanaryDeadline, CanaryAlarm, last_resort=canary.nobody)
