"""Where upper floors show themselves on the pages of pupils and homes, without being imported.

In `AppConfig.ready()`: `panels.PUPIL_PANELS.append(visits_of_pupil)`. A panel is asked with the
pupil (or household) and the person who looks; it gives back a template with its context, or None.
"""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from homevisits.people.families import Household, Pupil
from homevisits.people.models import Staff

Panel = tuple[str, dict[str, Any]]

PUPIL_PANELS: list[Callable[[Pupil, Staff], Panel | None]] = []
HOUSEHOLD_PANELS: list[Callable[[Household, Staff], Panel | None]] = []


def drawn(panels: list[Callable[..., Panel | None]], request: HttpRequest, *args: Any) -> list[SafeString]:
    """The panels that have something to show, as HTML."""
    made = [panel for panel in (make(*args) for make in panels) if panel is not None]
    return [render_to_string(template, context, request=request) for template, context in made]
