"""Text from outside made safe, short and readable. Nothing here knows how text is shown.

A paper's title may hold line breaks, LaTeX, marks that turn the writing direction, letters that cannot be seen, or a
tower of accents. ``clean`` is what every text passes once, when it comes in; ``readable`` and ``clip`` are for showing.
"""

import functools
import logging
import re
import unicodedata
from collections.abc import Callable, Iterator

import regex

LONGEST = 100_000
"""Code points of one text that are looked at; more is never kept of anything."""
LONGEST_LATEX = 10_000
"""Code points that are read as LaTeX; a longer text is shown as it came."""
MOST_MARKS = 4
"""Combining marks that one letter may carry: enough for every living script, too few for a tower."""
ELLIPSIS = "…"

# What nobody can see, but what hides words, turns them round or carries a second text: zero-width characters, marks of
# direction, tags, fillers and selectors of variants (the one that asks for a colourful emoji may stay), interlinear
# notes, half a surrogate pair, private and no characters.
_UNSEEN = regex.compile(
    r"(?V1)[[\p{Default_Ignorable_Code_Point}--\uFE0F][\p{Cc}--[\t-\r\x1C-\x1F\x85]]"
    r"\p{Cs}\p{Co}\p{Noncharacter_Code_Point}\u2800\uFFF9-\uFFFB]++"
)
_ORDINARY = re.compile(
    r"[ -~\u00A1-\u00AC\u00AE-\u02FF\u0391-\u03A1\u03A3-\u03C9\u0400-\u0482\u048A-\u0513\u2010-\u2026\u2190-\u22FF]*+"
)
"""Characters that are seen, no mark on another one and each their own NFC form: nearly every text is made of them."""
_TOWER = regex.compile(rf"(\p{{M}}{{{MOST_MARKS}}})\p{{M}}++")
_GRAPHEME = regex.compile(r"\X")


def clean(raw: str, limit: int | None = None) -> str:
    """One line of NFC text without anything unseen: white space and line breaks become single spaces.

    With ``limit`` it is clipped to that many code points. Cleaning what is clean changes nothing.
    """
    text = " ".join(raw[:LONGEST].split())
    if not _ORDINARY.fullmatch(text):  # ten times slower, so only where there is something to do
        text = _cleaned(raw)
    return text if limit is None else clip(text, limit)


def _cleaned(raw: str) -> str:
    seen = _UNSEEN.sub("", raw[:LONGEST])
    return " ".join(_TOWER.sub(r"\1", unicodedata.normalize("NFC", seen)).split())


def clip(text: str, limit: int) -> str:
    """``text`` in at most ``limit`` code points, ending in an ellipsis where something is missing.

    It is never cut inside what a reader sees as one character.
    """
    if len(text) <= limit:
        return text
    if limit < 1:
        return ""
    end = limit - len(ELLIPSIS) if text.isascii() and "\r" not in text else 0  # only CR LF are one of two
    for cluster in _GRAPHEME.finditer(text, end):
        if cluster.end() > limit - len(ELLIPSIS):
            break
        end = cluster.end()
    return text[:end].rstrip() + ELLIPSIS


def whole_characters(text: str, start: int, end: int) -> tuple[int, int]:
    """``start`` and ``end`` moved apart to where no character that a reader sees is cut."""
    if text.isascii():
        return start, end
    for cluster in _GRAPHEME.finditer(text):
        if cluster.start() < start < cluster.end():
            start = cluster.start()
        if cluster.start() < end < cluster.end():
            end = cluster.end()
        if cluster.start() >= end:
            break
    return start, end


def unbroken(text: str) -> tuple[tuple[int, int], ...]:
    """From where to where LaTeX stands that could not be read: to be shown whole or not at all."""
    if "\\" not in text and "$" not in text:
        return ()
    return (*_formulas(text), *(found.span() for found in _COMMAND.finditer(text)))


# --- sentences ---

_MARK = re.compile(r"[.!?。！？]")
_END = regex.compile(r"[.!?]++[\"'”’)\]]*+(?=\s++[\"'“‘(\[]*+[\p{Lu}\p{Lt}\p{Lo}\p{N}$\\])|[。！？]++")
_BEFORE_A_WORD = re.compile(r"[\s(\[\"“‘]")
_NEVER_LAST = regex.compile(
    r"e\.g|i\.e|cf|v\.?s|resp|viz|approx|ca|figs?|eqs?|eqn|secs?|tab|refs?|nos?|vol|ch|chap|app|pp|eds?|dr|prof|mrs?|ms|st|dept|univ",
    regex.IGNORECASE,
)
"""Abbreviations that something always follows (without their last full stop)."""
_MAYBE_LAST = regex.compile(
    r"al|etc|jr|sr|co|corp|inc|ltd|u\.s|u\.k|e\.u|[ap]\.m|ph\.d|i\.i\.d|w\.r\.t|(?:\p{Lu}\.)*\p{Lu}", regex.IGNORECASE
)
"""Abbreviations and initials that may also end a sentence: then a word follows that opens one."""
_LONGEST_SHORT = len("approx")
"""Letters of the longest abbreviation without a full stop in it."""
_OPENER = regex.compile(
    r"\s*+[\"'“‘(\[]*+(?:we|our|this|these|that|those|the|an?|in|on|to|for|by|with|as|at|its?|they|their|there|here|however|"
    r"moreover|furthermore|additionally|finally|although|while|when|since|if|such|using|based|both|experiments|results)\b",
    regex.IGNORECASE,
)


def sentences(text: str) -> tuple[str, ...]:
    """The sentences of the cleaned text in order; joined by spaces they are that text, white space apart.

    A rule of thumb for English abstracts: no break after an abbreviation or an initial, inside a number or a formula.
    """
    return tuple(each_sentence(clean(text)))


def each_sentence(whole: str) -> Iterator[str]:
    """The same of a text that is clean already, one by one, for who may not need them all."""
    start = 0
    formulas = _formulas(whole)
    for end in _ends(whole):
        if any(opens < end.start() < closes for opens, closes in formulas):
            continue
        if end.group()[0] in "。！？" or _closes(whole, start, end):
            if sentence := whole[start : end.end()].strip():
                yield sentence
            start = end.end()
    if sentence := whole[start:].strip():
        yield sentence


def _ends(whole: str) -> Iterator[regex.Match[str]]:
    """Where a sentence may end. Most of a text is no mark, and is passed over by a search that knows nothing else."""
    at = 0
    while mark := _MARK.search(whole, at):
        end = _END.match(whole, mark.start())
        if end is not None:
            yield end
        at = mark.end() if end is None else end.end()


def _closes(whole: str, start: int, end: regex.Match[str]) -> bool:
    """Whether the mark at ``end`` ends the sentence that began at ``start``."""
    if end.group()[0] != ".":
        return True
    last = _BEFORE_A_WORD.split(whole[max(start, end.start() - 40) : end.start()])[-1]
    if len(last) > _LONGEST_SHORT and "." not in last:
        return True
    if _NEVER_LAST.fullmatch(last):
        return False
    if _MAYBE_LAST.fullmatch(last):
        return _OPENER.match(whole, end.end()) is not None
    return True


def _formulas(text: str) -> tuple[tuple[int, int], ...]:
    """From where to where each formula of ``text`` stands, its dollar signs included."""
    return tuple(found.span() for found, is_formula in _dollars(text) if is_formula) if "$" in text else ()


# --- LaTeX ---

_ESCAPED = regex.compile(r"\\([%&#_$ ,])")
_APOSTROPHE = regex.compile(r"(?<=\p{L})\\'(?=(?:s|t|d|m|ll|re|ve)\b)")
_QUOTES = regex.compile(r"``([^`']{1,300})''")
_TIE = regex.compile(r"(?<=[\w.,)}])~(?=\S)")
_COMMENT = regex.compile(r"(?<!\\)%")
_DOLLARS = regex.compile(r"(?P<escaped>\\\$)|\$\$(?P<display>[^$]{1,500}+)\$\$|\$(?P<inline>[^$]{1,500}+)(?<!\\)\$|\$")
_PROSE = regex.compile(r"\s\p{Ll}{2}")
_NEEDS_PARSER = regex.compile(r"\\(?:[A-Za-z(\[]|['\"`^~=.]\s*\{?\\?[A-Za-z])|\$[^$]+\$")
_POWER = regex.compile(r"\^(?:\{([0-9+\-n]+)\}|([0-9n]))")
_INDEX = regex.compile(r"_(?:\{([0-9+\-]+)\}|([0-9]))")
_COMMAND = regex.compile(r"\\[A-Za-z]++\*?(?:\{[^{}]*+\})*+")
_SIGN = regex.compile(
    r"\^(?:\{\s*)?(?:(?P<s>\*|\\star|\\ast)|(?P<d>\\circ)|(?P<p>\\prime)|(?P<t>\\top))(?![A-Za-z])(?:\s*\})?"
)
_SIGNS = {"s": "*", "d": "°", "p": "′", "t": "ᵀ"}
_SILENT = frozenset(
    ("bf", "it", "em", "tt", "sc", "rm", "sf", "sl", "left", "right", "big", "Big", "bigl", "bigr", "small", "large")
)
"""Commands of LaTeX that only format and that the parser does not know."""
_SHOWN = {"url": "%s", "href": "%(2)s", "footnote": " (%(2)s)"} | dict.fromkeys(
    ("color", "today", "cite", "citep", "citet", "ref", "eqref", "label"), ""
)
"""Commands that are shown otherwise than the parser would."""
_UNSEEN_TEX = re.compile(
    r"\\iffalse\b.*?(?:\\fi\b|\Z)|\\(?:phantom|textcolor\s*\{\s*white\s*\})\s*\{(?:[^{}]|\{[^{}]*\})*\}|"
    r"\{\s*\\color\s*\{\s*white\s*\}(?:[^{}]|\{[^{}]*\})*\}"
)
"""Commands that leave out what they hold, or write it in white."""
_SPACES = {"between-macro-and-chars": False, "between-latex-constructs": True, "after-comment": False}
"""Every space stays, also where TeX would swallow it: abstracts are written by people who see what they type."""
_SUPERSCRIPT = str.maketrans("0123456789+-n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻ⁿ")
_SUBSCRIPT = str.maketrans("0123456789+-", "₀₁₂₃₄₅₆₇₈₉₊₋")


def readable(text: str) -> str:
    r"""``text`` with its LaTeX as plain Unicode, cleaned: ``$\mathcal{O}(n^2)$`` becomes ``𝒪(n²)``.

    Sums of money keep their dollar signs. LaTeX that cannot be read stays as it was written; nothing is raised.
    """
    whole = clean(_QUOTES.sub(r"“\1”", text))
    if "\\" in whole:
        whole = clean(_UNSEEN_TEX.sub("", whole))
    if ("\\" not in whole and "$" not in whole) or len(whole) > LONGEST_LATEX:
        return whole
    return _read_latex(whole)


@functools.lru_cache(maxsize=2048)
def _read_latex(whole: str) -> str:
    marked = _mark_math(_APOSTROPHE.sub("’", whole))
    if not _NEEDS_PARSER.search(marked):
        return clean(_ESCAPED.sub(r"\1", marked))
    plain = _parse_latex(_COMMENT.sub(r"\\%", _TIE.sub(" ", marked)))
    return clean(_ESCAPED.sub(r"\1", marked) if plain is None else plain)


def _dollars(text: str) -> Iterator[tuple[regex.Match[str], bool]]:
    """Each dollar sign, or pair of them with what they hold, and whether that is a formula."""
    at = 0
    while found := _DOLLARS.search(text, at):
        inner = found.group("display") or found.group("inline")
        is_formula = inner is not None and _is_math(inner, text[found.end() : found.end() + 1])
        yield found, is_formula
        at = found.end() if is_formula or found.group("escaped") else found.start() + 1


def _mark_math(text: str) -> str:
    """``text`` with the powers and signs of its formulas as letters, and every lone dollar sign escaped."""
    marked: list[str] = []
    at = 0
    for found, is_formula in _dollars(text):
        marked.append(text[at : found.start()])
        at = found.end()
        if is_formula:
            marked.append(f"${_as_letters(found.group('display') or found.group('inline'))}$")
        elif found.group("escaped"):
            marked.append(found.group())
        else:
            marked.append("\\$")
            at = found.start() + 1
    return "".join(marked) + text[at:]


def _is_math(inner: str, following: str) -> bool:
    """Whether two dollar signs hold a formula and not the words between two sums of money (after Pandoc's rule)."""
    if "\\" in inner:
        return True
    if inner[0].isspace() or inner[-1].isspace():
        return False
    price = inner[0].isdigit() and following.isdigit()
    return "^" in inner or not (price or _PROSE.search(inner))


def _as_letters(math: str) -> str:
    math = _SIGN.sub(lambda m: _SIGNS[m.lastgroup or "s"], math)
    math = _POWER.sub(lambda m: (m.group(1) or m.group(2)).translate(_SUPERSCRIPT), math)
    return _INDEX.sub(lambda m: (m.group(1) or m.group(2)).translate(_SUBSCRIPT), math)


def _parse_latex(latex: str) -> str | None:
    """What a reader would see, or None where it is not LaTeX after all."""
    # A good part of the start-up time of a search would go into this import, and most texts hold no LaTeX.
    from pylatexenc.latexwalker import LatexWalkerError

    try:
        plain = _latex_parser()(latex)
    except (LatexWalkerError, LookupError, ValueError, TypeError, AttributeError, RecursionError):
        # Each was seen from the parser on what only resembles LaTeX (a command at the end of its group, a lone accent).
        return None
    # A command without its arguments leaves the form that they were to fill.
    return None if any(form in plain and form not in latex for form in ("%s", "%(")) else plain


@functools.lru_cache(maxsize=1)
def _latex_parser() -> Callable[[str], str]:
    """LaTeX to Unicode without the rules that would change prose: no special meaning of ``~``, ``&`` and dashes."""
    from pylatexenc import latex2text, latexwalker, macrospec

    logging.getLogger("pylatexenc").setLevel(logging.CRITICAL)  # it logs what it cannot read; here that is an outcome
    texts = latex2text.get_default_latex_context_db().filter_context(keep_which=["macros", "environments"])
    texts.add_context_category(
        "shown here",
        macros=[latex2text.MacroTextSpec(name, simplify_repl=text) for name, text in _SHOWN.items()],
        prepend=True,
    )
    syntax = latexwalker.get_default_latex_context_db().filter_context(keep_which=["macros", "environments"])
    syntax.add_context_category(
        "not known there",
        macros=[macrospec.std_macro("href", "{{"), *(macrospec.std_macro(name, "{") for name in ("ref", "eqref"))],
    )
    known = _SILENT | {macro.macroname for macro in syntax.iter_macro_specs()}
    # A command of the author's own, as \ours, mostly stands for a name; one of LaTeX that has no text only formats.
    own = latex2text.MacroTextSpec(
        "", simplify_repl=lambda node: "" if node.macroname in known else node.macroname + node.macro_post_space
    )
    texts.set_unknown_macro_spec(own)
    converter = latex2text.LatexNodes2Text(
        latex_context=texts, math_mode="text", strict_latex_spaces=_SPACES | {"in-equations": _SPACES}
    )
    return lambda latex: str(converter.latex_to_text(latex, tolerant_parsing=False, latex_context=syntax))
