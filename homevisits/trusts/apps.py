from django.apps import AppConfig

from homevisits.look import menu


class TrustsConfig(AppConfig):
    name = "homevisits.trusts"

    def ready(self) -> None:
        menu.register("Policy", "policy_list", "book-open", order=80)
