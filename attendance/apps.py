from django.apps import AppConfig


class AttendanceConfig(AppConfig):
    name = "attendance"

    def ready(self) -> None:
        from attendance import examples, importing, panels, reviewing
        from attendance.agreeing import keep_agreed
        from attendance.models import AgreementAlarm, AgreementDeadline
        from homevisits.escalation import registry as engine
        from homevisits.local.registry import Stage, register
        from homevisits.look import menu
        from homevisits.people import panels as pupil_page
        from homevisits.people.importing import kinds
        from visits import registry

        engine.register(
            AgreementDeadline, AgreementAlarm, grouped_by="pupil_id", last_resort=reviewing.last_resort
        )
        registry.REQUEST_PANELS.append(panels.of_pupil)
        registry.DECISION_PANELS.append(panels.of_visit)
        registry.SNAPSHOTS.append(panels.snapshot)
        registry.ON_RECORDED.append(keep_agreed)
        register(Stage.MARKS, examples.marks)
        register(Stage.AFTERWARDS, examples.proposals)
        pupil_page.PUPIL_PANELS += [panels.of_pupil, panels.agreed_with]
        kinds.register(
            importing.KIND,
            "Register marks",
            hint="One row a session: UPN, date, AM or PM, code",
            columns=importing.COLUMNS,
            plan=importing.MarkPlan,
            importers=importing.IMPORTERS,
        )
        menu.register(
            "Attendance",
            "attendance",
            "calendar-check",
            shows=panels.works_on_attendance,
            badge=panels.waiting,
            order=60,
        )
