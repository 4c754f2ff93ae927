from collections.abc import Iterable

from django.apps import AppConfig


class VisitsConfig(AppConfig):
    name = "visits"

    def ready(self) -> None:
        from homevisits.escalation import registry
        from homevisits.local import registry as examples
        from homevisits.look import context
        from homevisits.notices import registry as notices
        from homevisits.notices.panels import calls_of_day
        from homevisits.notices.panels import of_day as texts_of_day
        from homevisits.people import panels, regular
        from homevisits.people.keeping import accounts, duties
        from homevisits.people.keeping import pins as own_pins
        from homevisits.people.models import Staff
        from homevisits.sealed import sealed_column
        from homevisits.trusts import registry as policies
        from homevisits.upkeep.panels import of_day
        from visits import answering, impact, menus, pupil_file, texting, transitions
        from visits import registry as pages
        from visits.climbing import EVERYBODY, last_people
        from visits.drilling.models import DrillAlarm, DrillDeadline
        from visits.drilling.results import of_day as drills_of_day
        from visits.drilling.running import after_publication
        from visits.examples import load
        from visits.models import Visit, VisitAlarm, VisitDeadline
        from visits.overlaid import tell_of_overlay
        from visits.phone import help_while_out
        from visits.pocket import on_policy_page
        from visits.regular import visits_in_term
        from visits.watch import is_on_the_way, is_out, read_together

        def leaders(visit: Visit) -> Iterable[Staff]:
            own = visit.attendees.filter(staff__isnull=False).values_list("staff_id", flat=True)
            held = list(Staff.objects.holding(EVERYBODY, visit.school).exclude(pk__in=own))
            return held or last_people(visit.school, list(own))

        sealed_column("visits.CodeWord", "sealed")
        sealed_column("visits.OfficeNote", "sealed")
        sealed_column("visits.Incident", "sealed")
        if texting.answer not in notices.TEXT_HOOKS:
            notices.TEXT_HOOKS.append(texting.answer)
            notices.PHONES.append(
                notices.Phones(texting.carriers, texting.numbers, texting.schools, texting.out)
            )
        registry.register(VisitDeadline, VisitAlarm, last_resort=leaders, prepare=read_together)
        registry.register(DrillDeadline, DrillAlarm)
        accounts.OBSTACLES.append(is_out)
        own_pins.OUT.append(is_on_the_way)
        duties.ON_CHANGED.append(transitions.desk_changed)
        policies.ON_PUBLISHED.append(after_publication)
        pages.DAY_PANELS += [calls_of_day, drills_of_day]
        examples.register(examples.Stage.VISITS, load)
        menus.register()
        policies.IMPACTS.append(impact.of_draft)
        panels.PUPIL_PANELS.append(pupil_file.attempts_of)
        context.WRONG = help_while_out
        policies.ON_OVERLAY.append(tell_of_overlay)
        policies.POLICY_PANELS.append(on_policy_page)
        policies.POLICY_PANELS.append(answering.on_policy_page)
        panels.PUPIL_PANELS.append(pupil_file.visits_of)
        regular.VISITS_IN_TERM.append(visits_in_term)
        pages.DAY_PANELS += [of_day, texts_of_day]
