"""The lines of a PDF's pages into pieces: headings by their numbers and names, what stands on every page left out.

A PDF says nothing of paragraphs or tables: a section's prose on one page is one text, a line of numbers is a row.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from bot.fulltext.outline import Outline, is_references

LONGEST_HEADING = 90
CAPTION_LINES = 8
EDGE = 2
"""Lines at the top and the bottom of a page that may be those of every page."""
ON_SHARE = 0.4
AT_LEAST = 3
MOST_LEVELS = 4
SENTENCE_ENDS = (".", "!", "?")

_HYPHEN = "\ufffe"
"""What PDFium puts where a word is broken at the end of a line."""
_NAMED = re.compile(
    r"(?:abstract|introduction|related works?|background|preliminaries|problem (?:setup|statement|formulation)|"
    r"motivation|methods?|methodology|materials and methods|approach|our approach|model|experiments?|"
    r"experimental (?:setup|results)|evaluation|results?|results and discussion|analysis|"
    r"ablation(?: study| studies)?|discussion|conclusions?(?: and (?:future work|discussion|limitations))?|"
    r"discussion and conclusions?|future work|limitations?|(?:broader |societal )?impact(?: statement)?|"
    r"ethics(?: statement| considerations)?|reproducibility statement|acknowledge?ments?|references|bibliography|"
    r"appendi(?:x|ces)|supplementary materials?|summary|author contributions|data availability|funding)\s*[:.]?",
    re.IGNORECASE,
)
_NUMBERED = re.compile(rf"(\d{{1,2}}(?:\.\d{{1,2}}){{0,{MOST_LEVELS - 1}}})\.?\s+(\S.*)")
_LETTERED = re.compile(rf"(?:Appendix\s+)?([A-Z](?:\.\d{{1,2}}){{0,{MOST_LEVELS - 1}}})[.:]?\s+(\S.*)")
_ROMAN = re.compile(r"([IVX]{1,5})\.\s+([A-Z][A-Z ,&:-]{3,})")
_RUN_IN_ABSTRACT = re.compile(r"(abstract)\s*(?:[—–:.]|-)\s*(?=\S)", re.IGNORECASE)
_CAPTION = re.compile(r"(?:Table|Figure|Fig\.|Algorithm)\s*[\dIVX]+(?:\.\d+)?\s*[:.|]", re.IGNORECASE)
_STAMP = re.compile(r"arXiv:\S+\s*\[[\w.-]+\].*|\d{1,4}|page \d+(?: of \d+)?", re.IGNORECASE)
_DIGITS = re.compile(r"\d+")


def read_pages(pages: Sequence[str]) -> Outline:
    """The pieces of a paper whose pages' texts are ``pages``, lines apart as PDFium gives them."""
    reading = _Reading()
    for page, line in _body(pages):
        reading.line(line, page)
    reading.end()
    return reading.outline


def _body(pages: Sequence[str]) -> Iterable[tuple[int, str]]:
    """All lines with their pages but empty ones, page numbers and what stands on many pages; broken words are whole."""
    of_pages = [
        [line.strip() for line in re.sub(rf"{_HYPHEN}\s*", "", page).splitlines() if line.strip()] for page in pages
    ]
    seen = Counter(shape for lines in of_pages for shape in {_shape(line) for line in _edges(lines)})
    often = max(AT_LEAST, ON_SHARE * len(pages))
    for page, lines in enumerate(of_pages, 1):
        for place, line in enumerate(lines):
            at_edge = place < EDGE or place >= len(lines) - EDGE
            if not _STAMP.fullmatch(line) and not (at_edge and seen[_shape(line)] >= often):
                yield page, line


def _edges(lines: list[str]) -> list[str]:
    return [*lines[:EDGE], *lines[-EDGE:]]


def _shape(line: str) -> str:
    return _DIGITS.sub("0", line).lower()


class _Reading:
    def __init__(self) -> None:
        self.outline = Outline()
        self._prose: list[str] = []
        self._caption: list[str] = []
        self._page = 0
        """Of what is read: a sentence that goes on overleaf belongs to the page before."""
        self._number: tuple[int, ...] = ()
        self._letters = False
        self._after_references = False

    def line(self, line: str, page: int) -> None:
        if page != self._page and (not self._prose or self._prose[-1].endswith(SENTENCE_ENDS)):
            self._end_prose()
            self._page = page
            self.outline.place = str(page)
        if self._caption:
            self._caption.append(line)
            if line.endswith((".", ")")) or len(self._caption) >= CAPTION_LINES:
                self._end_caption()
            return
        if title := self._heading(line):
            self._end_prose()
            self.outline.heading(title)
            self._after_references |= is_references(title)
        elif not self._number and (abstract := _RUN_IN_ABSTRACT.match(line)):
            self._end_prose()
            self.outline.heading("Abstract")
            self._prose.append(line[abstract.end() :])
        elif _CAPTION.match(line):
            self._caption = [line]
            if line.endswith("."):
                self._end_caption()
        elif _is_row(line):
            self._end_prose()
            self.outline.row(line)
        else:
            self._prose.append(line)

    def end(self) -> None:
        self._end_caption()
        self._end_prose()

    def _heading(self, line: str) -> str | None:
        """The line where it is a heading: known by name, or numbered as the next one has to be."""
        if len(line) > LONGEST_HEADING:
            return None
        if (named := _NAMED.fullmatch(line)) and not line[0].islower():
            title = named[0].rstrip(":.")
            # Behind numbered sections it is somebody else's abstract, in a prompt say.
            return None if self._number and title.lower() == "abstract" else title
        if roman := _ROMAN.fullmatch(line):
            return self._as_next(((_roman(roman.group(1)),), False), line)
        if (numbered := _NUMBERED.fullmatch(line)) and _titled(numbered.group(2), "." in numbered.group(1)):
            parts = tuple(int(part) for part in numbered.group(1).split("."))
            return self._as_next((parts, False), line)
        if (
            (lettered := _LETTERED.fullmatch(line))
            and self._after_references
            and _titled(lettered.group(2), "." in lettered.group(1))
        ):
            first, *rest = lettered.group(1).split(".")
            return self._as_next(((ord(first) - ord("A") + 1, *map(int, rest)), True), line)
        return None

    def _as_next(self, number: tuple[tuple[int, ...], bool], line: str) -> str | None:
        parts, letters = number
        last = self._number if letters == self._letters else ()
        following = {(*last, 1)} | {(*last[:level], last[level] + 1) for level in range(len(last))}
        if not last:
            following = {(1,), (0,)} if not letters else {(1,)}
        if parts not in following:
            return None
        self._number, self._letters = parts, letters
        return line

    def _end_prose(self) -> None:
        self.outline.prose(" ".join(self._prose))
        self._prose.clear()

    def _end_caption(self) -> None:
        if self._caption:
            prose, self._prose = self._prose, []
            # A figure stands in the middle of a sentence: that goes on behind it.
            self.outline.caption(" ".join(self._caption))
            self._caption.clear()
            self._prose = prose


def _titled(title: str, is_below: bool) -> bool:  # noqa: FBT001  # the other argument says what it is of
    """Whether what follows a number reads like a heading and not like a sentence, an address or a row of a table.

    After ``4.2`` more is believed than after ``4``.
    """
    words = title.split()
    small = sum(word[0].islower() for word in words)
    numbers = sum(any(sign.isdigit() for sign in word) for word in words)
    return (
        title[0].isupper()
        and len(title) > 3  # noqa: PLR2004  # "GPT" in a table
        and not title.endswith((".", ",", ";", ":", "-"))
        and ". " not in title
        and numbers <= len(words) / 3
        and (is_below or small <= max(2, len(words) * 0.75))
    )


def _is_row(line: str) -> bool:
    tokens = line.split()
    numbers = sum(any(sign.isdigit() for sign in token) and not token[0].isalpha() for token in tokens)
    return len(tokens) >= 4 and numbers >= len(tokens) / 2  # noqa: PLR2004  # fewer may be a formula in a sentence


def _roman(text: str) -> int:
    values = {"I": 1, "V": 5, "X": 10}
    total = 0
    for sign, following in zip(text, [*text[1:], ""], strict=True):
        value = values[sign]
        total += -value if following and values[following] > value else value
    return total
