"""Colours that can be read: contrast as WCAG 2.2 measures it, and the readable partners of a brand's one accent.

Colours are `#rrggbb` (or `#rgb`) on the way in and lower-case `#rrggbb` on the way out. `BadInput` for anything else.
"""

import colorsys
from dataclasses import dataclass

from publisher.errors import BadInput

PAPER, INK = "#ffffff", "#1f1b16"
NIGHT_PAPER, NIGHT_INK = "#211e1a", "#efe9e0"
TEXT_CONTRAST = 4.5  # WCAG 2.2, 1.4.3


@dataclass(frozen=True)
class Palette:
    """One accent and what goes with it; every text colour has 4.5:1 on the ground it is named for."""

    accent: str
    on_accent: str
    link: str
    link_night: str


def palette(accent: str) -> Palette:
    """The readable partners of `accent`: text on it, and links of its hue on light and on dark paper."""
    colour = hexadecimal(accent)
    return Palette(colour, text_on(colour), readable(colour, PAPER), readable(colour, NIGHT_PAPER))


def text_on(ground: str) -> str:
    """Paper or ink, whichever reads better on `ground`; white wins a near draw, as eyes expect on a button."""
    if contrast(PAPER, ground) >= TEXT_CONTRAST:
        return PAPER
    return max(PAPER, INK, "#000000", key=lambda text: contrast(text, ground))


def readable(colour: str, ground: str, minimum: float = TEXT_CONTRAST) -> str:
    """`colour`, made darker or lighter in small steps until it has `minimum` contrast on `ground`."""
    red, green, blue = _channels(colour)
    hue, lightness, saturation = colorsys.rgb_to_hls(red, green, blue)
    step = -0.01 if luminance(ground) > 0.18 else 0.01
    candidate = hexadecimal(colour)
    while contrast(candidate, ground) < minimum and 0 < lightness < 1:
        lightness = min(1.0, max(0.0, lightness + step))
        candidate = _written(colorsys.hls_to_rgb(hue, lightness, saturation))
    if contrast(candidate, ground) < minimum:
        return max(INK, PAPER, "#000000", key=lambda text: contrast(text, ground))
    return candidate


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours, 1 to 21 (WCAG 2.2)."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    """Relative luminance, 0 (black) to 1 (white)."""
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in _channels(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def hexadecimal(colour: str) -> str:
    """`colour` as lower-case `#rrggbb`."""
    return _written(_channels(colour))


def _channels(colour: str) -> tuple[float, float, float]:
    digits = colour.strip().removeprefix("#")
    if len(digits) == 3:
        digits = "".join(d * 2 for d in digits)
    if len(digits) != 6 or not all(d in "0123456789abcdefABCDEF" for d in digits):
        raise BadInput(f"“{colour}” is not a colour. Write it like #1f6f54.", field="accent")
    return int(digits[:2], 16) / 255, int(digits[2:4], 16) / 255, int(digits[4:], 16) / 255


def _written(channels: tuple[float, float, float]) -> str:
    return "#" + "".join(f"{round(c * 255):02x}" for c in channels)
