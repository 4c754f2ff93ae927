from django.apps import AppConfig


class HouseConfig(AppConfig):
    name = "tests.escalation_house"
    label = "escalation_house"

    def ready(self) -> None:
        from homevisits.escalation.registry import register
        from tests.escalation_house.models import HouseAlarm, HouseDeadline, leaders

        register(HouseDeadline, HouseAlarm, last_resort=leaders)
