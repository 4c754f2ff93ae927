"""What pages say about notices."""

from django import template
from django.utils.safestring import SafeString

from homevisits.look.templatetags.look import pill as drawn
from homevisits.notices.models import Notice
from homevisits.notices.pills import pill

register = template.Library()


@register.simple_tag
def delivery(notice: Notice) -> SafeString:
    """How a notice stands, as a pill."""
    kind, icon, words = pill(notice)
    return drawn(kind, icon, f"{words[:1].upper()}{words[1:]}")
