"""The program that opens a PDF: alone in its process, under limits, with nothing of ours in it.

Its standard input is the PDF, its arguments are limits (pages, characters, bytes of memory, seconds of CPU), its
standard output a JSON document: ``{"pages": [text, …], "whole": bool}``. Text that cannot be seen is taken out first:
invisible or white on white, smaller than two points, off the page. Exit status 3: it is no PDF that can be read.
"""

import contextlib
import ctypes
import json
import sys
from collections.abc import Iterator
from typing import Any

import pypdfium2
from pypdfium2 import raw

UNREADABLE = 3
SMALLEST_POINTS = 2.0
WHITE = 250
"""The least of red, green and blue of what counts as white."""
MOST_OBJECTS = 60_000
MOST_DEPTH = 4
INVISIBLE_MODES = frozenset({3, 7})
"""Text rendering modes (PDF 32000-1, table 106) that paint nothing."""

Bounds = tuple[float, float, float, float]
"""Left, bottom, right, top, in points."""


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
    found = list(_objects(page.raw, None))
    grounds = [_bounds(item) for _, item in found if _is_ground(item)]
    for form, item in found:
        if raw.FPDFPageObj_GetType(item) == raw.FPDF_PAGEOBJ_TEXT and _is_hidden(item, page.get_bbox(), grounds):
            if form is None:
                raw.FPDFPage_RemoveObject(page.raw, item)
            else:
                raw.FPDFFormObj_RemoveObject(form, item)


def _objects(page: Any, form: Any, depth: int = 0) -> Iterator[tuple[Any, Any]]:
    """Every object with the form that it stands in; None where it stands on the page itself."""
    count = raw.FPDFPage_CountObjects(page) if form is None else raw.FPDFFormObj_CountObjects(form)
    for place in range(min(count, MOST_OBJECTS)):
        item = raw.FPDFPage_GetObject(page, place) if form is None else raw.FPDFFormObj_GetObject(form, place)
        yield form, item
        if raw.FPDFPageObj_GetType(item) == raw.FPDF_PAGEOBJ_FORM and depth < MOST_DEPTH:
            yield from _objects(page, item, depth + 1)


def _is_ground(item: Any) -> bool:
    """Whether white text can be seen on it: a picture, or a filled shape that is not white itself."""
    kind = raw.FPDFPageObj_GetType(item)
    if kind != raw.FPDF_PAGEOBJ_PATH:
        return kind in {raw.FPDF_PAGEOBJ_IMAGE, raw.FPDF_PAGEOBJ_SHADING}
    mode, stroke = ctypes.c_int(0), ctypes.c_int(0)
    raw.FPDFPath_GetDrawMode(item, ctypes.byref(mode), ctypes.byref(stroke))
    return mode.value != 0 and not _is_white(item)


def _is_hidden(item: Any, page: Bounds, grounds: list[Bounds]) -> bool:
    left, bottom, right, top = _bounds(item)
    if raw.FPDFTextObj_GetTextRenderMode(item) in INVISIBLE_MODES:
        return True
    if right <= page[0] or left >= page[2] or top <= page[1] or bottom >= page[3]:
        return True
    size, matrix = ctypes.c_float(), raw.FS_MATRIX()
    raw.FPDFTextObj_GetFontSize(item, ctypes.byref(size))
    raw.FPDFPageObj_GetMatrix(item, matrix)
    scale = max((matrix.a**2 + matrix.b**2) ** 0.5, (matrix.c**2 + matrix.d**2) ** 0.5)
    if abs(size.value) * scale < SMALLEST_POINTS:
        return True
    x, y = (left + right) / 2, (bottom + top) / 2
    on_ground = any(one[0] <= x <= one[2] and one[1] <= y <= one[3] for one in grounds)
    return _is_white(item) and not on_ground


def _is_white(item: Any) -> bool:
    """Whether what it is filled with is white, or nothing."""
    red, green, blue, alpha = (ctypes.c_uint(value) for value in (0, 0, 0, 255))
    raw.FPDFPageObj_GetFillColor(item, *map(ctypes.byref, (red, green, blue, alpha)))
    return alpha.value == 0 or min(red.value, green.value, blue.value) >= WHITE


def _bounds(item: Any) -> Bounds:
    left, bottom, right, top = (ctypes.c_float() for _ in range(4))
    raw.FPDFPageObj_GetBounds(item, *map(ctypes.byref, (left, bottom, right, top)))
    return left.value, bottom.value, right.value, top.value


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
