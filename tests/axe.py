"""Is a page in a browser accessible, and is nothing of it cut off?

A page is loaded once, then narrowed and darkened where it stands. In the dark only the colours
are looked at again: nothing else changes with them.
"""

import json
from typing import TYPE_CHECKING, Any

from axe_playwright_python.base import AXE_SCRIPT

if TYPE_CHECKING:
    from playwright.sync_api import Page

WIDTHS = (1280, 390)
COLOURS = {"runOnly": ["color-contrast", "link-in-text-block"]}


def troubles(page: "Page") -> list[str]:
    """Violations and overflow at each width, light; the colours once more in the dark."""
    page.evaluate(AXE_SCRIPT)
    found: list[str] = []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        for scheme, options in (("light", {}), ("dark", COLOURS)):
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
            found += [f"{width} {scheme}: {trouble}" for trouble in _violations(page, options)]
        if page.evaluate("document.documentElement.scrollWidth") > width:
            found.append(f"{width}: wider than the screen")
    return found


def _violations(page: "Page", options: dict[str, Any]) -> list[str]:
    """Each rule that is broken, and where."""
    asked = json.dumps({"resultTypes": ["violations"], **options})
    rules = page.evaluate(f"axe.run({asked}).then(result => result.violations)")
    return [f"{rule['id']}: {node['html'][:160]}" for rule in rules for node in rule["nodes"]]
