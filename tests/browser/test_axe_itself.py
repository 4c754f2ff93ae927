"""What axe is asked finds what is wrong at one width, in one light, or everywhere."""

from typing import TYPE_CHECKING

import pytest

from tests.axe import troubles

if TYPE_CHECKING:
    from playwright.sync_api import Page

PAGE = """<!doctype html><html lang="en"><head><title>Look</title><style>
    :root {{ color: #111; background: #fff }}
    @media (prefers-color-scheme: dark) {{ :root {{ color: #eee; background: #111 }} }}
    {style}
</style></head><body><main><h1>Look</h1><p>Fine</p>{body}</main></body></html>"""
PALE = '<p class="pale">Pale</p>'
PALE_SAYS = 'color-contrast: <p class="pale">Pale</p>'


@pytest.mark.browser
@pytest.mark.parametrize(
    ("style", "body", "found"),
    [
        ("", "<p>Fine too</p>", []),
        (".pale { color: #ccc }", PALE, [f"1280 light: {PALE_SAYS}"]),
        (
            ".pale { color: #888; background: #777 }",
            PALE,
            [f"1280 light: {PALE_SAYS}", f"1280 dark: {PALE_SAYS}"],
        ),
        (
            "@media (prefers-color-scheme: dark) { .pale { color: #333 } }",
            PALE,
            [f"1280 dark: {PALE_SAYS}"],
        ),
        ("@media (max-width: 500px) { .pale { color: #ddd } }", PALE, [f"390 light: {PALE_SAYS}"]),
        (
            "@media (max-width: 500px) and (prefers-color-scheme: dark) { .pale { color: #222 } }",
            PALE,
            [f"390 dark: {PALE_SAYS}"],
        ),
        (
            ".pale { display: none; color: #ddd } @media (max-width: 500px) { .pale { display: block } }",
            PALE,
            [f"390 light: {PALE_SAYS}"],
        ),
        (
            "@media (max-width: 500px) and (prefers-color-scheme: dark) { div { background: #ddd } }",
            "<div><p>Around it</p></div>",
            ["390 dark: color-contrast: <p>Around it</p>"],
        ),
        (
            "button { display: none } @media (max-width: 500px) { button { display: block } }",
            "<button></button>",
            ["390 light: button-name: <button></button>"],
        ),
        ("p { width: 500px }", "", ["390: wider than the screen"]),
    ],
)
def test_trouble_is_found_wherever_it_is(page: "Page", style: str, body: str, found: list[str]) -> None:
    page.set_content(PAGE.format(style=style, body=body))
    assert troubles(page) == found
