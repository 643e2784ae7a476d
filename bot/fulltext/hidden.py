"""What of a page nobody sees: it may be there to be read by a machine only, so no machine of ours reads it."""

import re
from collections.abc import Mapping

_DECLARATION = re.compile(r"\s*([\w-]+)\s*:\s*([^;]*)")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_WHITE = re.compile(
    r"white|transparent|#fff(?:f(?:ff(?:ff)?)?)?|rgba?\(\s*25[0-5]\s*[, ]\s*25[0-5]\s*[, ]\s*25[0-5].*\)|"
    r"rgba?\(.*[,/]\s*0(?:\.0+)?%?\s*\)",
    re.IGNORECASE,
)
_NOTHING = re.compile(r"0+(?:\.0*)?(?:px|pt|em|ex|rem|%|cm|mm|in|vh|vw)?", re.IGNORECASE)
SMALLEST_PERCENT = 20
SMALLEST_POINTS = 2.0
SMALLEST_EM = 0.2
FAR = 400
"""Pixels to the left or above that put something off the page."""


def declarations(style: str) -> dict[str, str]:
    """A ``style`` attribute by property; names and values in small letters."""
    return {
        name.lower(): value.strip().lower().removesuffix("!important").strip()
        for name, value in _DECLARATION.findall(style[:2_000])
    }


def has_background(style: Mapping[str, str]) -> bool:
    """Whether something other than white lies under the text."""
    told = [style[name] for name in ("background", "background-color", "--ltx-bg-color") if name in style]
    return any(value and not _WHITE.fullmatch(value) and value not in {"none", "inherit"} for value in told)


def is_hidden(style: Mapping[str, str], *, on_colour: bool) -> bool:
    """Whether an element so styled cannot be seen; white on a coloured background can."""
    if style.get("display") == "none" or style.get("visibility") in {"hidden", "collapse"}:
        return True
    if _NOTHING.fullmatch(style.get("opacity", "1")) or _too_small(style.get("font-size", "")):
        return True
    clipped = style.get("overflow", "").startswith(("hidden", "clip"))
    if clipped and any(_NOTHING.fullmatch(style.get(name, "")) for name in ("height", "width", "max-height")):
        return True
    if re.search(r"rect\(\s*0|inset\(\s*(?:50|100)%", style.get("clip", "") + style.get("clip-path", "")):
        return True
    if any(_far(style.get(name, "")) for name in ("left", "top", "text-indent", "margin-left", "margin-top")):
        return True
    colour = style.get("color", style.get("--ltx-fg-color", ""))
    return bool(_WHITE.fullmatch(colour)) and not on_colour


def _too_small(size: str) -> bool:
    number = _NUMBER.match(size)
    if number is None:
        return False
    value, unit = float(number.group()), size[number.end() :].strip()
    least = {"%": SMALLEST_PERCENT, "em": SMALLEST_EM, "rem": SMALLEST_EM}.get(unit, SMALLEST_POINTS)
    return value < least


def _far(place: str) -> bool:
    number = _NUMBER.match(place)
    if number is None or place.endswith(("em", "ex", "%")):
        return number is not None and float(number.group()) <= -FAR / 10
    return float(number.group()) <= -FAR
