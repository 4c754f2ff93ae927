"""Is a page in a browser accessible, and is nothing of it cut off?

A page is loaded once, then narrowed and darkened where it stands. Axe looks at all of it as it
stands first, and again when it is narrow, where other parts are shown. In the dark only the colours
change. Whether text stands out takes three quarters of axe's time, and the same colours give the
same answer: it is asked again of one text of each look that was not looked at on this page before,
where a look is the colours and sizes of the text and of all that is around it.
"""

import json
from typing import TYPE_CHECKING, Any

from axe_playwright_python.base import AXE_SCRIPT

if TYPE_CHECKING:
    from playwright.sync_api import Page

WIDTHS = (1280, 390)
COLOURS = {"runOnly": ["color-contrast", "link-in-text-block"]}
SHAPES = {"rules": {"color-contrast": {"enabled": False}}}

# newLooks(): of all visible text that looks like nothing seen on this page before, one of each look.
NEW_LOOKS = """(() => {
    const seen = new Set(), numbers = new Map();
    const says = ["color", "backgroundColor", "backgroundImage", "opacity", "fontSize", "fontWeight",
        "textShadow", "filter", "mixBlendMode", "webkitTextFillColor", "webkitTextStrokeWidth"];
    const number = (text) => numbers.get(text) ?? numbers.set(text, numbers.size).get(text);
    const isVisible = (part) => part.checkVisibility({ opacityProperty: true, visibilityProperty: true });
    const holders = () => {
        const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), found = new Set();
        while (texts.nextNode()) if (texts.currentNode.data.trim()) found.add(texts.currentNode.parentElement);
        return [...found, ...document.querySelectorAll("input, select, textarea")];
    };
    window.newLooks = () => {
        const looks = new Map();
        const look = (part) => {
            if (!part) return 0;
            if (!looks.has(part)) {
                const style = getComputedStyle(part), own = says.map((each) => style[each]);
                looks.set(part, number([look(part.parentElement), ...own].join()));
            }
            return looks.get(part);
        };
        return holders().filter((part) => isVisible(part) && !seen.has(look(part)) && seen.add(look(part)));
    };
})()"""


def troubles(page: "Page") -> list[str]:
    """Violations and overflow at each width, light; the colours once more in the dark."""
    page.evaluate(AXE_SCRIPT)
    page.evaluate(NEW_LOOKS)
    found: list[str] = []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
            is_first = (width, scheme) == (WIDTHS[0], "light")
            said = _all_rules(page) if is_first else _changed(page, scheme)
            found += [f"{width} {scheme}: {trouble}" for trouble in said]
        if page.evaluate("document.documentElement.scrollWidth") > width:
            found.append(f"{width}: wider than the screen")
    return found


def _all_rules(page: "Page") -> list[str]:
    found = _violations(page, "document", {})
    page.evaluate("newLooks().length")
    return found


def _changed(page: "Page", scheme: str) -> list[str]:
    shapes = _violations(page, "document", SHAPES) if scheme == "light" else []
    return shapes + _violations(page, "newLooks()", COLOURS)


def _violations(page: "Page", where: str, options: dict[str, Any]) -> list[str]:
    """Each rule that is broken, and where."""
    asked = json.dumps({"resultTypes": ["violations"], **options})
    rules = page.evaluate(
        f"(where => where.length === 0 ? [] : axe.run(where, {asked}).then(said => said.violations))({where})"
    )
    return [f"{rule['id']}: {node['html'][:160]}" for rule in rules for node in rule["nodes"]]
