from typing import TYPE_CHECKING

from django.apps import AppConfig

from homevisits.look import menu

if TYPE_CHECKING:
    from homevisits.people.models import Staff


def unread(staff: "Staff") -> int:
    """How many notices a person has not read yet."""
    from homevisits.notices.models import Notice

    return Notice.objects.visible_to(staff).unread().count()


class NoticesConfig(AppConfig):
    name = "homevisits.notices"

    def ready(self) -> None:
        from homevisits.notices import panels
        from homevisits.sealed import sealed_column
        from homevisits.trusts import registry

        sealed_column("notices.TextAccount", "sealed_key")
        sealed_column("notices.ReceivedText", "sealed")
        registry.POLICY_PANELS.append(panels.on_policy)
        menu.register("Messages", "notices", "bell", badge=unread, order=95)
