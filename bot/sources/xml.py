"""XML from outside: bounded, without entities or document types, read by local names. Pure.

The namespaces of one site's answers have changed over the years, the names of their elements have not.
"""

from collections.abc import Iterator
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from bot.core.text import clean
from bot.errors import SourceChanged

MOST_BYTES = 16 * 2**20
"""A feed of two thousand papers is four megabytes, a page of a thousand records two."""
MOST_TAGS = 1_000_000
"""A page of a thousand records of large collaborations has half as many. The tree of so many takes 300 MB at worst."""
LONGEST_RAW = 200_000
"""Characters of one element that are looked at."""
BOM = b"\xef\xbb\xbf"


def read_xml(body: bytes, source: str, *, most_tags: int = MOST_TAGS) -> Element:
    """The root of a document.

    Raises:
        SourceChanged: it is too large, no XML, or XML that defines entities or a document type.
    """
    if len(body) > MOST_BYTES:
        raise SourceChanged(source, f"The answer is larger than {MOST_BYTES // 2**20} MB, which none of its is.")
    start = body[:200].removeprefix(BOM).lstrip().lower()
    if not start:
        raise SourceChanged(source, "The answer is empty.")
    if start.startswith((b"<!doctype html", b"<html")):
        raise SourceChanged(source, "The answer is a web page (HTML), not XML.")
    if body.count(b"<") > most_tags:
        raise SourceChanged(source, f"The answer has more than {most_tags:,} tags, which no list of papers has.")
    try:
        root: Element = fromstring(body, forbid_dtd=True)
    except DefusedXmlException:
        raise SourceChanged(source, "The answer defines a document type or entities, which is not read.") from None
    except ParseError as error:
        line, column = error.position
        raise SourceChanged(source, f"The answer is not XML, or cut off (line {line}, column {column}).") from None
    except (ValueError, LookupError):
        raise SourceChanged(source, "The answer is XML in an encoding that cannot be read.") from None
    return root


def name(element: Element) -> str:
    """Its name without the namespace."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def children(element: Element, *names: str) -> Iterator[Element]:
    """Those of its children that bear one of the names, in their order."""
    return (child for child in element if name(child) in names)


def child(element: Element, *path: str) -> Element | None:
    """The first child of the first name, of which the first child of the second name, and so on."""
    found: Element | None = element
    for step in path:
        found = next(children(found, step), None) if found is not None else None
    return found


def text(element: Element | None, limit: int) -> str:
    """All that stands in it, cleaned and clipped; nothing where it is None."""
    return clean(raw(element), limit)


def raw(element: Element | None) -> str:
    """All that stands in it, as it stands there."""
    found: list[str] = []
    length = 0
    for piece in element.itertext() if element is not None else ():
        found.append(piece[: LONGEST_RAW - length])
        length += len(found[-1])
        if length >= LONGEST_RAW:
            break
    return "".join(found)
