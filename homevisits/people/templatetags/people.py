"""Small parts of pages about people: a number to ring, the sign of a warning."""

from typing import Any

from django import template
from django.utils.html import format_html

from homevisits.look.parts import icon_svg
from homevisits.people.families import HouseholdWarning

register = template.Library()

Kind = HouseholdWarning.Kind
WARNING_ICONS: dict[str, str] = {
    Kind.ANIMALS: "dog",
    Kind.AGGRESSION: "shield-alert",
    Kind.AREA: "map-pin-off",
    Kind.SUBSTANCES: "biohazard",
    Kind.OTHER_PEOPLE: "users",
    Kind.OTHER: "triangle-alert",
}


@register.simple_tag
def phone(number: Any) -> str:
    """A number as a link that rings: `{% phone staff.mobile %}`; nothing when there is none."""
    if not number:
        return ""
    shown = getattr(number, "as_national", number)
    return format_html(
        '<a class="nowrap num" href="tel:{}">{} {}</a>', str(number), icon_svg("phone", 16), shown
    )


@register.filter
def warning_icon(kind: str) -> str:
    """The icon of a kind of warning; the word always stands beside it."""
    return WARNING_ICONS[kind]
