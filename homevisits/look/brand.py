"""A trust's own colour, made dark enough to be read on paper and under white letters."""

import re

HEX = re.compile(r"#?([0-9a-fA-F]{6})")
READABLE = 7.0  # WCAG contrast with white; leaves 4.5 and more on our tints and paper

SHEET = """@media (prefers-color-scheme: light) {{
  :root {{
    --bar: {colour}; --brand: {colour}; --brand-2: {colour}; --brand-ink: {colour}; --link: {colour};
    --brand-tint: color-mix(in srgb, {colour} 10%, #fff);
    --on-bar-2: color-mix(in srgb, {colour} 12%, #fff);
  }}
}}
"""


def luminance(colour: str) -> float:
    """WCAG's relative luminance, 0 (black) to 1 (white)."""
    channels = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast_with_white(colour: str) -> float:
    """WCAG's contrast ratio, 1 to 21."""
    return 1.05 / (luminance(colour) + 0.05)


def readable(colour: str) -> str | None:
    """The colour, darkened until white letters stand out on it; None for what is no colour."""
    found = HEX.fullmatch(colour.strip())
    if not found:
        return None
    shade = f"#{found[1].lower()}"
    while contrast_with_white(shade) < READABLE:
        channels = [int(int(shade[start : start + 2], 16) * 0.94) for start in (1, 3, 5)]
        shade = "#" + "".join(f"{part:02x}" for part in channels)
    return shade


def stylesheet(colour: str) -> str | None:
    """The tokens that a colour changes, in light only: the dark palette is chosen for the wall board."""
    shade = readable(colour)
    return SHEET.format(colour=shade) if shade else None
