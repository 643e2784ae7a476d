"""What of a page nobody sees: it may be there to be read by a machine only, so no machine of ours reads it.

In doubt it is not read. A paper's own pages hide nothing that says anything, and hide it in one of a few ways.
"""

import re
import sys
from collections.abc import Iterable
from dataclasses import dataclass, replace

Declarations = tuple[tuple[str, str], ...]
"""Properties and values in small letters, as they follow one another; a name may stand twice."""
Colour = tuple[int, int, int]

LONGEST_STYLE = 2_000
SMALLEST_POINTS = 2.0
POINTS = {"px": 0.75, "pt": 1.0, "pc": 12.0, "in": 72.0, "cm": 28.35, "mm": 2.835, "rem": 10.0, "em": 10.0, "": 0.75}
"""Of one unit; of what is relative to something unknown about as much."""
LEAST_OPACITY = 0.05
LEAST_CONTRAST = 24
"""Of 255, in the one of red, green and blue that differs most."""
FAR = 300.0
"""Points to the left or above that put something off the page; ten times as many to the right or below do, too."""
SMALLEST_BOX = 2.0
CLOSEST_LETTERS = -3.0
"""Points between letters; with less they stand on top of each other."""

_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)", re.DOTALL)
_ESCAPE = re.compile(r"\\(?:([0-9a-fA-F]{1,6})\s?|(.))")
_DECLARATION = re.compile(r"\s*([\w-]+)\s*:\s*([^;]*)")
_RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
_AT_RULE = re.compile(r"@[^{};]*(?:;|\{(?:[^{}]|\{[^{}]*\})*\})")
_LAST_NAME = re.compile(r"(?:[\s>+~]|^)(?:[\w-]+)?([.#][\w-]+)(?:[.#][\w-]+)*\Z")
_LENGTH = re.compile(r"(-?(?:\d+\.?\d*|\.\d+))([a-z%]*)")
_NUMBER = re.compile(r"-?(?:\d+\.?\d*|\.\d+)(?:e-?\d+)?%?")
_FUNCTION = re.compile(r"([a-z-]+)\((.*)\)", re.DOTALL)
_SHRUNK = re.compile(r"(?:scale[xyz]?|scale3d|matrix(?:3d)?)\(\s*-?0*(?:\.0\d*)?\s*[,)]|rotate[xy]\(\s*-?(?:90|270)")
_WHITES = frozenset(
    ["white", "snow", "ivory", "ghostwhite", "floralwhite", "mintcream", "azure", "whitesmoke", "seashell", "aliceblue"]
)
_PLACES = frozenset(["left", "top", "right", "bottom", "text-indent", "margin", "margin-left", "margin-top"])
_BOXES = frozenset(["height", "width", "max-height", "max-width"])
_INKS = frozenset(["color", "--ltx-fg-color", "-webkit-text-fill-color"])
_GROUNDS = frozenset(["background", "background-color", "--ltx-bg-color"])


@dataclass(frozen=True, slots=True)
class Sight:
    """How text is seen: its colour and that below it (None where unknown), its size in points, its opacity."""

    ink: Colour | None = (0, 0, 0)
    ground: Colour | None = (255, 255, 255)
    points: float = 10.0
    opacity: float = 1.0

    @property
    def is_lost(self) -> bool:
        """Whether nobody sees such text."""
        told = self.ink is not None and self.ground is not None
        alike = (
            told and max(abs(a - b) for a, b in zip(self.ink or (), self.ground or (), strict=True)) < LEAST_CONTRAST
        )
        return alike or self.points < SMALLEST_POINTS or self.opacity <= LEAST_OPACITY


def declarations(style: str) -> Declarations:
    """A ``style`` attribute as a browser reads it: comments and escapes are undone first."""
    if len(style) > LONGEST_STYLE:
        return (("display", "none"),)
    plain = _ESCAPE.sub(_unescaped, _COMMENT.sub("", style)).lower()
    return tuple(
        (name, value.strip().removesuffix("!important").strip()) for name, value in _DECLARATION.findall(plain)
    )


def hiding(sheets: Iterable[str]) -> frozenset[str]:
    """The classes (``.name``) and ids (``#name``) that style sheets of a page hide."""
    found: set[str] = set()
    for sheet in sheets:
        plain = _AT_RULE.sub("", _COMMENT.sub("", sheet))
        for selectors, style in _RULE.findall(plain):
            told = declarations(style)
            if told and seen_with(told, Sight()) is None:
                found.update(name.group(1) for one in selectors.split(",") if (name := _LAST_NAME.search(one.strip())))
    return frozenset(found)


def seen_with(told: Declarations, around: Sight) -> Sight | None:
    """How an element so styled is seen inside one that is seen as ``around``; None where it cannot be seen.

    Of a property that stands twice each is believed: a browser passes over a value that it does not know.
    """
    if not told:
        return around
    if any(_hides(name, value) for name, value in told) or _is_clipped(told) or _is_turned(told):
        return None
    seen = around
    for name, value in told:
        if name in _GROUNDS:
            seen = replace(seen, ground=_ground(value, seen.ground))
        elif name in _INKS:
            colour, opacity = _colour(value)
            seen = replace(seen, ink=colour if colour is not None or "(" in value else seen.ink)
            if opacity <= LEAST_OPACITY:
                return None
        elif name in {"font-size", "font"}:
            seen = replace(seen, points=_points(value, seen.points))
        elif name == "opacity":
            seen = replace(seen, opacity=seen.opacity * _share(value))
    return None if seen.is_lost else seen


def _unescaped(found: re.Match[str]) -> str:
    number = int(found.group(1), 16) if found.group(1) else 0
    return chr(number) if 0 < number <= sys.maxunicode else found.group(2) or ""


def _hides(name: str, value: str) -> bool:
    match name:
        case "display":
            return value == "none"
        case "visibility" | "content-visibility":
            return value in {"hidden", "collapse"}
        case "clip" | "clip-path" | "mask" | "mask-image" | "-webkit-mask":
            return value not in {"none", "auto", "inherit", "initial", ""}
        case "filter":
            shown = re.search(r"opacity\(\s*([^)]*)\)", value)
            return shown is not None and _share(shown.group(1)) <= LEAST_OPACITY
        case "zoom":
            return _share(value) <= LEAST_OPACITY
        case "transform" | "scale" | "translate":
            far = any(_length(f"{number}{unit}") <= -FAR for number, unit in _LENGTH.findall(value) if unit != "deg")
            return far or _SHRUNK.search(value) is not None or (name == "scale" and _share(value) <= LEAST_OPACITY)
        case "letter-spacing":
            return _length(value) < CLOSEST_LETTERS
        case _:
            return name in _PLACES and any(not -FAR < _length(part) < 10 * FAR for part in value.split())


def _is_clipped(told: Declarations) -> bool:
    clips = any(name.startswith("overflow") and value.startswith(("hidden", "clip")) for name, value in told)
    return clips and any(name in _BOXES and _length(value, unknown=100) <= SMALLEST_BOX for name, value in told)


def _is_turned(told: Declarations) -> bool:
    """Whether letters are shown in another order than they are read."""
    return any(name == "unicode-bidi" and value.endswith("override") for name, value in told)


def _length(value: str, *, unknown: float = 0.0) -> float:
    """In points, about; ``unknown`` for what is none."""
    found = _LENGTH.match(value)
    if found is None:
        return unknown
    return float(found.group(1)) * (5.0 if found.group(2) in {"%", "vw", "vh"} else POINTS.get(found.group(2), 1.0))


def _points(value: str, around: float) -> float:
    """Of a ``font-size``, or of the size in a ``font``."""
    if re.search(r"\b(?:calc|min|max|clamp)\(", value):
        return 0.0  # no paper's page computes it
    found = re.search(r"(?<![\w.-])(\d+\.?\d*|\.\d+)(px|pt|pc|in|cm|mm|rem|em|ex|%|(?=\s|/|\Z))", value)
    if found is None:
        return around
    number, unit = float(found.group(1)), found.group(2)
    if unit == "" and number >= 100:  # noqa: PLR2004  # the weight in a font
        return around
    return (
        number * around * {"%": 0.01, "em": 1.0, "ex": 0.5}[unit]
        if unit in {"%", "em", "ex"}
        else number * POINTS[unit]
    )


def _share(value: str) -> float:
    """A number from 0 to 1, or a percentage; 1 for what is none."""
    found = _NUMBER.match(value.strip())
    if found is None:
        return 1.0
    return float(found.group().rstrip("%")) / (100 if found.group().endswith("%") else 1)


def _ground(value: str, around: Colour | None) -> Colour | None:
    if "url(" in value or "gradient(" in value or "var(" in value:
        return None
    for part in [value, *value.split()]:
        colour, opacity = _colour(part)
        if colour is not None:
            return colour if opacity > 0.5 else around  # noqa: PLR2004  # more than half of it shines through
    named = re.search(r"[a-z]{3,}", value)
    plain = named is None or named.group() in {"none", "transparent", "inherit", "initial", "unset"}
    return around if plain else None


def _colour(value: str) -> tuple[Colour | None, float]:
    """Red, green and blue, None where they are not known, and the opacity."""
    if value == "transparent":
        return None, 0.0
    if value in _WHITES or value == "black":
        return ((0, 0, 0) if value == "black" else (255, 255, 255)), 1.0
    if re.fullmatch(r"#(?:[0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8})", value):
        digits = value[1:] if len(value) > 5 else "".join(2 * digit for digit in value[1:])  # noqa: PLR2004  # #rgba
        parts = [int(digits[at : at + 2], 16) for at in range(0, len(digits), 2)]
        return (parts[0], parts[1], parts[2]), parts[3] / 255 if len(parts) > 3 else 1.0  # noqa: PLR2004
    function = _FUNCTION.fullmatch(value)
    return _computed(function.group(1), _NUMBER.findall(function.group(2))) if function else (None, 1.0)


def _computed(name: str, told: list[str]) -> tuple[Colour | None, float]:
    """What a function such as ``rgb(255 255 255 / 50%)`` gives; of most others only whether it is nearly white."""
    if len(told) < 3:  # noqa: PLR2004  # three for every colour
        return None, 1.0
    opacity = _share(told[3]) if len(told) > 3 else 1.0  # noqa: PLR2004
    if name in {"rgb", "rgba", "color"}:
        whole = 1.0 if name == "color" else 255.0
        red, green, blue = (round(255 * (_share(one) if one.endswith("%") else float(one) / whole)) for one in told[:3])
        return (red, green, blue), opacity
    lightness = {"hsl": told[2], "hsla": told[2], "hwb": told[1]}.get(name, told[0])
    light = _share(lightness) if lightness.endswith("%") or float(lightness) <= 1 else float(lightness) / 100
    return ((255, 255, 255) if light > 1 - LEAST_CONTRAST / 255 else None), opacity
