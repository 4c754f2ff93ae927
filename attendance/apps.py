from django.apps import AppConfig


class AttendanceConfig(AppConfig):
    name = "attendance"

    def ready(self) -> None:
        from attendance import examples, panels
        from attendance.agreeing import keep_agreed
        from attendance.models import AgreementAlarm, AgreementDeadline
        from homevisits.escalation import registry as engine
        from homevisits.local.registry import Stage, register
        from visits import registry

        engine.register(AgreementDeadline, AgreementAlarm, grouped_by="pupil_id")
        registry.REQUEST_PANELS.append(panels.of_pupil)
        registry.DECISION_PANELS.append(panels.of_visit)
        registry.SNAPSHOTS.append(panels.snapshot)
        registry.ON_RECORDED.append(keep_agreed)
        register(Stage.MARKS, examples.marks)
        register(Stage.AFTERWARDS, examples.proposals)
