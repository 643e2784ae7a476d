"""The program that opens a PDF: alone in its process, under limits, with nothing of ours in it.

Its standard input is the PDF, its arguments are limits (pages, characters, bytes of memory, seconds of CPU), its
standard output a JSON document: ``{"pages": [text, …], "whole": bool}``. Text that cannot be seen is taken out first:
painted by nothing, in the colour of what lies below, painted over, cut away, smaller than two points, off the page, in
a layer that can be switched off; and where a PDF says which text its letters stand for (``/ActualText``), the letters
are believed. Exit status 3: it is no PDF that can be read.
"""

import contextlib
import ctypes
import json
import sys
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import pypdfium2
from pypdfium2 import raw

UNREADABLE = 3
SMALLEST_POINTS = 2.0
LEAST_CONTRAST = 24
"""Of 255, in the one of red, green and blue that differs most."""
LEAST_ALPHA = 13
MOST_DEPTH = 12
MOST_GROUNDS = 1_000
"""The largest ones on a page that text may lie on, or under."""
SMALLEST_GROUND = 4.0
SLACK = 1.0
INVISIBLE_MODES = frozenset({3, 7})
"""Text rendering modes (PDF 32000-1, table 106) that paint nothing."""
OUTLINE_MODES = frozenset({1, 5})
MOST_CORNERS = 6
"""Segments of a path that is a rectangle."""

Bounds = tuple[float, float, float, float]
"""Left, bottom, right, top, in points."""
Matrix = tuple[float, float, float, float, float, float]
Colour = tuple[int, int, int]
UPRIGHT: Matrix = (1, 0, 0, 1, 0, 0)


class Item(NamedTuple):
    """An object of a page in the order in which they are painted; ``form`` is what it stands in, None for the page."""

    order: int
    raw: Any
    form: Any
    around: Matrix
    """From the form's own space to the page."""


class Ground(NamedTuple):
    """What text may lie on or under; ``colour`` is None where it has many."""

    order: int
    bounds: Bounds
    colour: Colour | None
    covers: bool
    """Whether nothing shines through, and all within its bounds is painted."""


def limit(memory: int, seconds: int) -> None:
    """Bound what this process may take, where the system can."""
    with contextlib.suppress(ImportError):  # not on Windows: there the wall clock has to do
        import resource

        for kind, most in ((resource.RLIMIT_AS, memory), (resource.RLIMIT_CPU, seconds), (resource.RLIMIT_CORE, 0)):
            with contextlib.suppress(ValueError, OSError):  # the system's own limit is lower
                resource.setrlimit(kind, (most, most))


def texts(body: bytes, most_pages: int, most_characters: int) -> dict[str, object]:
    """The pages' texts. Raises pypdfium2.PdfiumError: it cannot be opened."""
    pages: list[str] = []
    characters = 0
    document = pypdfium2.PdfDocument(body)
    count = len(document)
    for number in range(min(count, most_pages)):
        page = document[number]
        _take_out_hidden(page)
        text = page.get_textpage().get_text_range()[: most_characters - characters]
        page.close()
        pages.append(text)
        characters += len(text)
        if characters >= most_characters:
            break
    return {"pages": pages, "whole": count == len(pages) and characters < most_characters}


def _take_out_hidden(page: Any) -> None:
    items = list(_items(page))
    found = [ground for item in items if (ground := _ground(item)) is not None]
    grounds = sorted(sorted(found, key=_area)[-MOST_GROUNDS:])
    bounds = page.get_bbox()
    for item in items:
        kind = raw.FPDFPageObj_GetType(item.raw)
        too_deep = kind == raw.FPDF_PAGEOBJ_FORM and item.around is DEEP
        if too_deep or (kind == raw.FPDF_PAGEOBJ_TEXT and _is_hidden(item, bounds, grounds)):
            if item.form is None:
                raw.FPDFPage_RemoveObject(page.raw, item.raw)
            else:
                raw.FPDFFormObj_RemoveObject(item.form, item.raw)
        elif kind == raw.FPDF_PAGEOBJ_TEXT:
            _believe_letters(item.raw)


DEEP: Matrix = (0, 0, 0, 0, 0, 0)
"""Around a form that stands in too many others: it is not looked into, and taken out."""


def _items(page: Any) -> Iterator[Item]:
    """Every object on the page and in its forms."""
    order = 0
    stack = [(_held(page.raw, None), None, UPRIGHT)]
    while stack:
        held, form, around = stack[-1]
        one = next(held, None)
        if one is None:
            stack.pop()
            continue
        order += 1
        is_form = raw.FPDFPageObj_GetType(one) == raw.FPDF_PAGEOBJ_FORM
        yield Item(order, one, form, DEEP if is_form and len(stack) > MOST_DEPTH else around)
        if is_form and len(stack) <= MOST_DEPTH:
            stack.append((_held(None, one), one, _within(_matrix(one), around)))


def _held(page: Any, form: Any) -> Iterator[Any]:
    if form is None:
        return iter([raw.FPDFPage_GetObject(page, place) for place in range(raw.FPDFPage_CountObjects(page))])
    return iter([raw.FPDFFormObj_GetObject(form, place) for place in range(raw.FPDFFormObj_CountObjects(form))])


def _ground(item: Item) -> Ground | None:
    kind = raw.FPDFPageObj_GetType(item.raw)
    bounds = _bounds(item)
    if min(bounds[2] - bounds[0], bounds[3] - bounds[1]) < SMALLEST_GROUND:
        return None
    is_opaque = not raw.FPDFPageObj_HasTransparency(item.raw)
    if kind in {raw.FPDF_PAGEOBJ_IMAGE, raw.FPDF_PAGEOBJ_SHADING}:
        return Ground(item.order, bounds, None, is_opaque and kind == raw.FPDF_PAGEOBJ_IMAGE)
    if kind != raw.FPDF_PAGEOBJ_PATH:
        return None
    mode, stroke = ctypes.c_int(0), ctypes.c_int(0)
    raw.FPDFPath_GetDrawMode(item.raw, ctypes.byref(mode), ctypes.byref(stroke))
    colour, alpha = _colour(item.raw, raw.FPDFPageObj_GetFillColor)
    if mode.value == 0 or alpha < LEAST_ALPHA:
        return None
    return Ground(item.order, bounds, colour, is_opaque and raw.FPDFPath_CountSegments(item.raw) <= MOST_CORNERS)


def _area(ground: Ground) -> float:
    left, bottom, right, top = ground.bounds
    return (right - left) * (top - bottom)


def _is_hidden(item: Item, page: Bounds, grounds: list[Ground]) -> bool:
    mode = raw.FPDFTextObj_GetTextRenderMode(item.raw)
    left, bottom, right, top = bounds = _bounds(item)
    if mode in INVISIBLE_MODES or right <= page[0] or left >= page[2] or top <= page[1] or bottom >= page[3]:
        return True
    if _points(item) < SMALLEST_POINTS or _is_cut_away(item, bounds) or _is_in_a_layer(item.raw):
        return True
    paint = raw.FPDFPageObj_GetStrokeColor if mode in OUTLINE_MODES else raw.FPDFPageObj_GetFillColor
    colour, alpha = _colour(item.raw, paint)
    x, y = (left + right) / 2, (bottom + top) / 2
    under: Ground | None = None
    for ground in grounds:
        a, b, c, d = ground.bounds
        if ground.order < item.order:
            # White shows on whatever is there; other colours may lie within the bounds of a path and not on it.
            if a <= x <= c and b <= y <= d and (ground.covers or _are_alike(colour, (255, 255, 255))):
                under = ground
        elif ground.covers and a <= left + SLACK and c >= right - SLACK and b <= bottom + SLACK and d >= top - SLACK:
            return True
    below = under.colour if under is not None else (255, 255, 255)
    return alpha < LEAST_ALPHA or (below is not None and _are_alike(colour, below))


def _are_alike(one: Colour, other: Colour) -> bool:
    return max(abs(a - b) for a, b in zip(one, other, strict=True)) < LEAST_CONTRAST


def _points(item: Item) -> float:
    """The size of its letters on the page."""
    size = ctypes.c_float()
    raw.FPDFTextObj_GetFontSize(item.raw, ctypes.byref(size))
    a, b, c, d, *_ = _within(_matrix(item.raw), item.around)
    across, up = (a * a + b * b) ** 0.5, (c * c + d * d) ** 0.5
    least, most = min(across, up), max(across, up)
    return float(abs(size.value) * (least if least * 10 < most else most))


def _is_cut_away(item: Item, bounds: Bounds) -> bool:
    """Whether a path that cuts what is painted leaves out the middle of the text."""
    clip = raw.FPDFPageObj_GetClipPath(item.raw)
    x, y = (bounds[0] + bounds[2]) / 2, (bounds[1] + bounds[3]) / 2
    for path in range(max(0, raw.FPDFClipPath_CountPaths(clip)) if clip else 0):
        corners = []
        for place in range(max(0, raw.FPDFClipPath_CountPathSegments(clip, path))):
            across, up = ctypes.c_float(), ctypes.c_float()
            segment = raw.FPDFClipPath_GetPathSegment(clip, path, place)
            if raw.FPDFPathSegment_GetPoint(segment, ctypes.byref(across), ctypes.byref(up)):
                corners.append(_moved((across.value, up.value), item.around))
        if corners:
            left, right = min(one[0] for one in corners), max(one[0] for one in corners)
            bottom, top = min(one[1] for one in corners), max(one[1] for one in corners)
            if not (left - SLACK <= x <= right + SLACK and bottom - SLACK <= y <= top + SLACK):
                return True
            if min(right - left, top - bottom) < SLACK:
                return True
    return False


def _is_in_a_layer(text: Any) -> bool:
    return any(_name(mark, raw.FPDFPageObjMark_GetName) == "OC" for mark in _marks(text))


def _believe_letters(text: Any) -> None:
    """Forget what a PDF says that letters stand for."""
    for mark in _marks(text):
        count = max(0, raw.FPDFPageObjMark_CountParams(mark))
        keys = {
            _name(mark, lambda of, *rest, place=place: raw.FPDFPageObjMark_GetParamKey(of, place, *rest))
            for place in range(count)
        }
        if "ActualText" in keys:
            raw.FPDFPageObj_RemoveMark(text, mark)


def _marks(item: Any) -> list[Any]:
    return [raw.FPDFPageObj_GetMark(item, place) for place in range(max(0, raw.FPDFPageObj_CountMarks(item)))]


def _name(mark: Any, ask: Callable[..., Any]) -> str:
    buffer, length = (ctypes.c_ushort * 64)(), ctypes.c_ulong()
    ask(mark, buffer, ctypes.sizeof(buffer), ctypes.byref(length))
    return bytes(buffer)[: max(0, length.value - 2)].decode("utf-16-le", "replace")


def _colour(item: Any, paint: Callable[..., Any]) -> tuple[Colour, int]:
    red, green, blue, alpha = (ctypes.c_uint(value) for value in (0, 0, 0, 255))
    paint(item, *map(ctypes.byref, (red, green, blue, alpha)))
    return (red.value, green.value, blue.value), alpha.value


def _matrix(item: Any) -> Matrix:
    told = raw.FS_MATRIX()
    raw.FPDFPageObj_GetMatrix(item, told)
    return told.a, told.b, told.c, told.d, told.e, told.f


def _within(inner: Matrix, outer: Matrix) -> Matrix:
    a, b, c, d, e, f = inner
    g, h, i, j, k, m = outer
    return a * g + b * i, a * h + b * j, c * g + d * i, c * h + d * j, e * g + f * i + k, e * h + f * j + m


def _moved(point: tuple[float, float], by: Matrix) -> tuple[float, float]:
    x, y = point
    return x * by[0] + y * by[2] + by[4], x * by[1] + y * by[3] + by[5]


def _bounds(item: Item) -> Bounds:
    told = tuple(ctypes.c_float() for _ in range(4))
    raw.FPDFPageObj_GetBounds(item.raw, *map(ctypes.byref, told))
    left, bottom, right, top = (one.value for one in told)
    if item.around is UPRIGHT:
        return left, bottom, right, top
    corners = [_moved((x, y), item.around) for x in (left, right) for y in (bottom, top)]
    across, up = [x for x, _ in corners], [y for _, y in corners]
    return min(across), min(up), max(across), max(up)


def main() -> None:
    """Read, and say what was read. Where memory or time runs out the process ends as the system wants it."""
    most_pages, most_characters, memory, seconds = map(int, sys.argv[1:5])
    limit(memory, seconds)
    try:
        told = texts(sys.stdin.buffer.read(), most_pages, most_characters)
    except pypdfium2.PdfiumError as problem:
        sys.stderr.write(str(problem))
        sys.exit(UNREADABLE)
    sys.stdout.buffer.write(json.dumps(told).encode("utf-8", "replace"))


if __name__ == "__main__":
    main()
