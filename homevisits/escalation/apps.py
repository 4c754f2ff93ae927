from django.apps import AppConfig


class EscalationConfig(AppConfig):
    name = "homevisits.escalation"

    def ready(self) -> None:
        from homevisits.escalation import canary, registry, signs
        from homevisits.escalation.alarms import move_on
        from homevisits.escalation.calls import mark_of, note_call
        from homevisits.escalation.models import CanaryAlarm, CanaryDeadline
        from homevisits.look import context
        from homevisits.notices.registry import on_called, on_failed, on_marked
        from homevisits.people.keeping import accounts

        accounts.OBSTACLES.append(registry.in_hand)
        on_failed(move_on)
        on_called(note_call)
        on_marked(mark_of)
        context.HEARTBEAT = signs.read
        registry.register(CanaryDeadline, CanaryAlarm, last_resort=canary.nobody)
