r"""How text becomes words: the one folding, splitting and stemming that index, matching and snippets share.

A text is cut at white space into chunks and a chunk into words. Case, accents, ligatures, invisible characters and
TeX accents are folded away (``Schr\"odinger``, ``Schrödinger`` and ``SCHRODINGER`` are one word). Where words hang
together without white space, as in ``fine-tuning``, ``GPT-3.5`` or ``O'Neill``, each is a word of its own and the
whole without its marks, ``finetuning``, is kept beside them: that is what makes hyphens optional. Scripts that are
written without spaces give one word a character, so that any piece of such a text can be found as a phrase.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import regex
from tantivy import Filter, TextAnalyzerBuilder, Tokenizer

LONGEST_WORD = 80
"""Characters of one word that count; what is longer is no word that anybody types."""
_CACHED = 1 << 18
"""Words whose stems are remembered, some 40 MB where a million papers are read: they hold more, but a hundred thousand
are asked for again and again."""
_LONGEST_CACHED = 40


@dataclass(frozen=True, slots=True)
class Text:
    """The words of a text in order, folded and (at the same place) stemmed, and what its clusters make when joined."""

    exact: tuple[str, ...] = ()
    stems: tuple[str, ...] = ()
    joined: tuple[str, ...] = ()
    joined_stems: tuple[str, ...] = ()


class Span(NamedTuple):
    """A word where it stands, characters ``start`` to ``end``; ``joined`` is its whole cluster as one word."""

    start: int
    end: int
    exact: str
    stem: str
    joined: str | None = None


def analyse(text: str) -> Text:
    """The words of ``text``."""
    if _is_plain(text):
        return _read_plain(text)
    found: list[Text] = []
    run: list[str] = []
    for chunk in text.split():
        if _is_plain(chunk):
            run.append(chunk)
        else:
            found += (_read_plain(" ".join(run)), _read(chunk))
            run.clear()
    found.append(_read_plain(" ".join(run)))
    return Text(
        tuple(word for piece in found for word in piece.exact),
        tuple(word for piece in found for word in piece.stems),
        tuple(word for piece in found for word in piece.joined),
        tuple(word for piece in found for word in piece.joined_stems),
    )


def spans(text: str) -> Iterator[Span]:
    """The words of ``text`` with their places in it."""
    for chunk in re.finditer(r"\S+", text):
        yield from _spans(chunk.group(), chunk.start())


def likely_spans(text: str, pieces: Iterable[str]) -> Iterator[Span]:
    """Those of ``spans`` that hold one of ``pieces``, as ``squeezed`` has them, among others that may come along.

    ``text`` has no white space but single spaces. Of a sentence they are a few, and reading the others takes long.
    """
    if not _is_plain(text):
        yield from spans(text)
        return
    small = text.lower()
    places = [hinge.start() for hinge in _HINGE.finditer(text)]
    for piece in pieces:
        at = small.find(piece)
        while at >= 0:
            places.append(at)
            at = small.find(piece, at + 1)
    for start in sorted({small.rfind(" ", 0, at) + 1 for at in places}):
        end = small.find(" ", start)
        yield from _spans(text[start:] if end < 0 else text[start:end], start)


def _spans(chunk: str, at: int) -> Iterator[Span]:
    place = _place if len(chunk) <= _LONGEST_CACHED else _place.__wrapped__
    for start, end, exact, stemmed, joined in place(chunk):
        yield Span(at + start, at + end, exact, stemmed, joined)


def clusters(text: str) -> Iterator[tuple[str, ...]]:
    """The folded words of ``text``, those that hang together in one tuple."""
    for chunk in text.split():
        if (plain := chunk.rstrip(".,")).isascii() and plain.isalnum():
            yield (plain.lower()[:LONGEST_WORD],)
        else:
            for cluster in _clusters(chunk):
                yield tuple(exact for _, _, exact in cluster)


def fold(word: str) -> str:
    """``word`` without case, accents and invisible characters. Folding what is folded changes nothing."""
    if word.isascii():
        plain = word.lower()
    else:
        bare = _ACCENTS.sub("", unicodedata.normalize("NFKD", word.casefold()))
        plain = unicodedata.normalize("NFC", bare.casefold().translate(_LETTERS))
    if not plain.isalnum():
        plain = _NO_WORD.sub("", _TEX_ACCENT.sub(r"\1", plain))
    return _GREEK.get(plain, plain)[:LONGEST_WORD]


def squeezed(text: str) -> str | None:
    """Small letters of which every word of ``text``, joined or not, is a piece; None where it has to be folded first.

    Made twenty times faster than the words themselves: what holds no piece of a word need not be read for it.
    """
    return text.lower().translate(_UNHINGED) if _is_plain(text) else None


def beginning(stem: str) -> str:
    """With what each word of this stem begins: Snowball's rules change a last letter (``happi`` is of happy).

    But for dying, lying and the like, whose stem is ``die``.
    """
    if not (stem.isascii() and stem.isalpha()):
        return stem
    return _ODD_BEGINNINGS.get(stem, stem[: 1 if len(stem) == 3 and stem[1:] == "ie" else -1] or stem)  # noqa: PLR2004


def stem(exact: str) -> str:
    """The stem of a folded word by Snowball's English rules; numbers and other scripts stay as they are."""
    return _stems[exact]


class _Stems(dict[str, str]):
    """The stems of all words that were asked for; forgotten when they are too many. Twice as fast as an LRU cache."""

    def __missing__(self, exact: str) -> str:
        if len(self) >= _CACHED:
            self.clear()
        self[exact] = stemmed = _stemmed(exact)
        return stemmed


_stems = _Stems()


def _stemmed(exact: str) -> str:
    if len(exact) < 3 or not (exact.isascii() and exact.isalpha()):  # noqa: PLR2004  # no rule applies to two letters
        return exact
    if _ACRONYMS.fullmatch(exact):
        return exact[:-1]
    found: list[str] = _stemmer.analyze(_IRREGULAR.get(exact, exact))
    # Where equal it is the same string twice: half the memory of the cache.
    return exact if not found or found[0] == exact else found[0]


# --- what a word is made of ---

_SPACELESS = r"\p{Han}\p{Hiragana}\p{Katakana}\u30FC\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}"
_MARKS = r"[\p{M}\u00AD\u200B-\u200D\u2060\uFE0F]*+"
_TEX = r"""\{?\\(?:["'`^~=.]\{?\\?\p{L}\}?|[Hcuvkbdr]\{\p{L}\})\}?"""
_LETTER = rf"(?:[[\p{{L}}\p{{N}}]--[{_SPACELESS}]]{_MARKS}|{_TEX})"
_WORD = rf"(?:[A-Za-z](?:\+\+|\#)|{_LETTER}++)"
_JOINS = r"(?:--|[-‐‑‒–−'’ʼ./_&])"
_CLUSTER = regex.compile(
    rf"(?V1){_WORD}(?:{_JOINS}{_WORD})*+|[{_SPACELESS}]{_MARKS}|[\p{{Extended_Pictographic}}--[©®™]]"
)
"""Words that hang together; ``c++`` and ``c#`` are words, as is each character of a spaceless script and each emoji."""
_PART = regex.compile(rf"(?V1){_WORD}")
_PLAIN_WORD = r"(?:[A-Za-z](?:\+\+|#)|[A-Za-z0-9]+)"
_PLAIN_JOINS = r"(?:--|[-'./_&])"
_PLAIN_CLUSTER = re.compile(rf"{_PLAIN_WORD}(?:{_PLAIN_JOINS}{_PLAIN_WORD})*")
_PLAIN_PART = re.compile(_PLAIN_WORD)
_PLAIN_JOINED = re.compile(rf"(?<![A-Za-z0-9]){_PLAIN_WORD}(?:{_PLAIN_JOINS}{_PLAIN_WORD})+")
"""The same for ASCII without accents of TeX, which nearly every text is: fifteen times faster."""
_APART = {sign: sign.lower() if sign.isalnum() else " " for sign in map(chr, range(128))}
_PLAIN_LETTERS = str.maketrans(_APART)
"""Cuts a plain text into words, but for ``c++`` and ``c#``, and folds them: another two times faster."""
_HINGE = re.compile(r"[-'./_&](?=[A-Za-z0-9])")
"""What stands wherever plain words hang together, and seldom elsewhere."""

_TEX_SIGN = re.compile(r"""\\(?:["'`^~=.]|[Hcuvkbdr]\{)""")
"""How each accent of TeX begins."""
_TEX_ACCENT = regex.compile(r"""\{?\\(?:["'`^~=.]|[hcuvkbdr](?=\{))\{?\\?(\p{L})\}?\}?""")
_ACCENTS = regex.compile(r"[\u0300-\u036F\u0591-\u05BD\u05BF\u05C1\u05C2\u05C4\u05C5\u05C7\u0640\u064B-\u065F\u0670]")
"""The marks that writers leave out: of Latin, Greek and Cyrillic letters, Hebrew points, Arabic vowels."""
_NO_WORD = regex.compile(r"(?V1)[^\p{L}\p{N}\p{M}\p{Extended_Pictographic}+\#]|\uFE0F")
_LETTERS = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "ħ": "h", "ı": "i", "ŧ": "t", "æ": "ae", "œ": "oe", "þ": "th"}
)
_GREEK = {
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "epsilon", "ζ": "zeta", "η": "eta", "θ": "theta",
    "ι": "iota", "κ": "kappa", "λ": "lambda", "μ": "mu", "ν": "nu", "ξ": "xi", "ο": "omicron", "π": "pi", "ρ": "rho",
    "σ": "sigma", "τ": "tau", "υ": "upsilon", "φ": "phi", "χ": "chi", "ψ": "psi", "ω": "omega",
}  # fmt: skip
"""A lone Greek letter is its name: a card shows ``β-VAE`` where the stored title says ``$\\beta$-VAE``."""
_ACRONYMS = re.compile(r"[bcdfghjklmnpqrstvwxz]{3,}(?<!s)s|[cgnt]pus|lms|nns")
"""Plurals such as LLMs and GPUs: the stemmer takes no plural from a word without a vowel, nor from one in -us."""
_IRREGULAR = {
    "analyses": "analysis",
    "corpora": "corpus",
    "criteria": "criterion",
    "hypotheses": "hypothesis",
    "indices": "index",
    "matrices": "matrix",
    "phenomena": "phenomenon",
    "syntheses": "synthesis",
    "vertices": "vertex",
}
"""Plurals of this field that the stemmer does not bring together with their singular."""
_ODD_BEGINNINGS = {
    "corpus": "corp", "criterion": "criteri", "index": "ind", "phenomenon": "phenomen", "vertex": "vert"
}  # fmt: skip
"""Those in which more than the last letter differs."""
_UNHINGED = dict.fromkeys(map(ord, "-'./_&"))
_stemmer = TextAnalyzerBuilder(Tokenizer.raw()).filter(Filter.stemmer("english")).build()


_Cluster = tuple[tuple[int, int, str], ...]


def _clusters(chunk: str) -> Iterator[_Cluster]:
    """The clusters of a chunk: of each word its start, its end and its folded form."""
    plain = _is_plain(chunk)
    for cluster in _PLAIN_CLUSTER.finditer(chunk) if plain else _CLUSTER.finditer(chunk):
        if cluster.group().isalnum():
            parts = [cluster]
        else:
            # A character that stands alone is no part of anything.
            parts = list((_PLAIN_PART if plain else _PART).finditer(chunk, *cluster.span())) or [cluster]
        found = tuple((*part.span(), exact) for part in parts if (exact := fold(part.group())))
        if found:
            yield found


def _joined(cluster: _Cluster) -> str | None:
    return "".join(exact for _, _, exact in cluster)[:LONGEST_WORD] if len(cluster) > 1 else None


@lru_cache(maxsize=_CACHED // 32)
def _place(chunk: str) -> tuple[Span, ...]:
    return tuple(
        Span(start, end, exact, stem(exact), _joined(cluster))
        for cluster in _clusters(chunk)
        for start, end, exact in cluster
    )


def _is_plain(text: str) -> bool:
    return text.isascii() and ("\\" not in text or _TEX_SIGN.search(text) is None)


def _read_plain(text: str) -> Text:
    if "#" in text or "++" in text:
        exact = tuple(_PLAIN_PART.findall(text.lower()))
    else:
        exact = tuple(text.translate(_PLAIN_LETTERS).split())
    if len(text) > LONGEST_WORD and max(map(len, exact), default=0) > LONGEST_WORD:
        exact = tuple(word[:LONGEST_WORD] for word in exact)
    hanging = _PLAIN_JOINED.findall(" ".join(_hinged(text)).lower())
    joined = tuple("".join(_PLAIN_PART.findall(whole))[:LONGEST_WORD] for whole in hanging)
    return Text(exact, tuple(map(_stems.__getitem__, exact)), joined, tuple(map(_stems.__getitem__, joined)))


def _hinged(text: str) -> Iterator[str]:
    """The pieces of a plain text, from space to space, in which words may hang together."""
    end = 0
    for hinge in _HINGE.finditer(text):
        if hinge.start() >= end:
            end = text.find(" ", hinge.end())
            end = len(text) if end < 0 else end
            yield text[text.rfind(" ", 0, hinge.start()) + 1 : end]


def _read(chunk: str) -> Text:
    clusters = tuple(_clusters(chunk))
    exact = tuple(word for cluster in clusters for _, _, word in cluster)
    joined = tuple(whole for cluster in clusters if (whole := _joined(cluster)))
    return Text(exact, tuple(map(stem, exact)), joined, tuple(map(stem, joined)))
