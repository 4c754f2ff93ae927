from typing import TYPE_CHECKING

from django.apps import AppConfig

from homevisits.look import menu
from homevisits.trusts.roles import RoleName

if TYPE_CHECKING:
    from homevisits.people.models import Staff


def meets_pupils(staff: "Staff") -> bool:
    """Whether any role of a person lets them see pupils."""
    return any(role != RoleName.TRUST_ADMIN for role, _ in staff.held)


class PeopleConfig(AppConfig):
    name = "homevisits.people"

    def ready(self) -> None:
        from homevisits.people.importing import ours
        from homevisits.sealed import sealed_column

        sealed_column("people.CheckInPins", "key")
        ours.register()
        menu.register("Pupils", "pupils", "graduation-cap", shows=meets_pupils, order=50)
        menu.register("People", "people", "users", order=85)
