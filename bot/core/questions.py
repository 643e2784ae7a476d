"""What a question asks for: its content words, and what kind of passage tends to answer its kind."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from storage import words

MOST_ASKED = 32
"""Words of a question that count."""

STOP_WORDS = frozenset(
    re.findall(
        r"\w+",
        """
        a about all also an and any are as at be been being but by can could did do does doing for from get give had
        has have having her here him his how i if in into is it its itself just know like many me more most much my no
        not of on one only or other our out over own same she should so some such tell than that the their them then
        there these they this those through to too under up us very was we were what when where which while who whom
        use used uses using whose why will with would you your find found explain describe please there s t
        author authors paper papers work study article abstract question answer
        """,
    )
)
"""Words that nearly every question or abstract holds, folded: they tell nothing about what is asked."""


@dataclass(frozen=True, slots=True)
class Route:
    """A kind of question: what it asks with, what a passage of its kind of answer tends to hold, and where it stands.

    ``alone``: such a passage is worth showing also where it shares no word with the question.
    """

    asked: re.Pattern[str]
    told: re.Pattern[str]
    sections: re.Pattern[str] | None = None
    alone: bool = False

    def leads_to(self, text: str) -> bool:
        """Whether ``text`` looks like this kind of answer."""
        return self.told.search(text) is not None

    def stands_in(self, section: str) -> bool:
        """Whether this kind of answer is expected in ``section``."""
        return self.sections is not None and self.sections.search(section) is not None


def _route(asked: str, told: str, sections: str | None = None, *, alone: bool = False) -> Route:
    def pattern(text: str) -> re.Pattern[str]:
        return re.compile(text, re.IGNORECASE)

    return Route(pattern(rf"\b(?:{asked})"), pattern(told), pattern(sections) if sections else None, alone)


_RESULTS = (
    r"\boutperform|\bimprov|\bachiev|state.of.the.art|\d ?%|\bsurpass|\bexceed|\bconsistently|\bsuperior|\bsignificant|"
    r"\d(?:\.\d+)?x\b"
)
_OURS = (
    r"\bwe (?:propose|introduce|present|develop|study|show|find)\b|\bthis (?:paper|work)\b|"
    r"\bour (?:method|approach|model)"
)
SUMMARY = _route(
    r"summar|tl;?dr|overview\b|gist\b|in short\b|what is (?:this|the|it)\b.*\babout|what (?:does|do) (?:this|the) "
    r"(?:paper|authors?)|(?:main|key) (?:ideas?|points?|findings?|contributions?|takeaways?)|takeaways?|contribut",
    rf"{_OURS}|\bresults show|\bexperiments show",
    r"\babstract\b|\bsummary\b|\bconclu",
    alone=True,
)
LIMITATIONS = _route(
    r"limit|drawback|weakness|shortcoming|caveat|future work|downside|fail",
    r"\blimitation|\bhowever\b|\bfail|\bfuture work|\bcannot\b|\bdo(?:es)? not\b|\bremains?\b|\bonly\b",
    r"\blimitation|\bfuture work|\bdiscussion|\bconclu|\bfailure|\bbroader impact",
    alone=True,
)
CODE = _route(
    r"code\b|open.?sourc|implementation|implemented|repositor|github|weights|released?\b|download|program\b|public\b|"
    r"source\b",
    r"\bcode|github|open.?sourc|\breleas|\bavailable\b|project page|https?:",
    r"\bavailability|\breproducib",
    alone=True,
)
PARAMETERS = _route(
    r"parameters?\b|model size|how (?:big|large) (?:is|are) the (?:\w+ )?(?:model|network)",
    r"\d\s?[BM]\b|\b[bm]illion\b|\bparameters?\b",
    r"\bimplementation|\bsetup|\bdetails|\btable",
    alone=True,
)
COMPARISON = _route(
    r"compar|versus\b|vs\b|differ(?:s|ent|ence)?\b|better\b|worse\b|beat|outperform|baseline|competitor|fare\b",
    rf"{_RESULTS}|\bcompar|\bbaseline|\bthan\b|\bunlike\b|\bin contrast\b",
    r"\bresults?\b|\bexperiment|\bcompar|\brelated work|\btable",
)
DATA = _route(
    r"data ?sets?\b|corpus|corpora|benchmark|collection|training data",
    r"\bdata ?sets?\b|\bcorp(?:us|ora)\b|\bbenchmark|\bcomprising\b|\bconsists? of\b",
    r"\bdata ?sets?\b|\bdata\b|\bcorpus\b|\bbenchmark",
)
ROUTES = (
    SUMMARY,
    LIMITATIONS,
    CODE,
    PARAMETERS,
    COMPARISON,
    _route(
        r"how (?:many|much|few|large|big|long|fast|often|far|small|well|deep)|number of|"
        r"what (?:size|percentage|share|accuracy|score)|cost",
        r"\d",
    ),
    DATA,
    _route(
        r"test(?:s|ed)?\b|evaluat|tried|experiment|tasks?\b|domains?\b|compared",
        r"\bexperiment|\bevaluat|\bbenchmarks?\b|\bacross\b|\btasks\b",
        r"\bexperiment|\bevaluat",
    ),
    _route(
        r"result|improv|perform|accura|gain|help|keep up|score|how well|verdict|faster|pay off|worth",
        _RESULTS,
        r"\bresults?\b|\bexperiment|\btable",
    ),
    _route(r"propos|new\b|novel|remedy|solution|solve|present(?:ed)?\b|introduc", _OURS),
    _route(
        r"challeng|problem|wrong|trouble|bad\b|break|missing|lack|hard\b|difficult|dead end|gap|"
        r"why (?:can.?t|is|are|do|does)",
        r"\bhowever\b|\blimit|\bfail|\bchalleng|\bremain|\bsuffer|\bstruggl|\bcollaps|\black|\bbottleneck|\bdegrad|"
        r"\bincompatib|\bdespite\b|\bdifficult|\bunclear\b|\bexisting\b|\bcurrent\b",
        r"\bintroduction|\bmotivation",
    ),
)
"""Tuned on the questions of ``benchmarks/questions.tsv``; on the claims of SciFact they neither help nor hurt."""


def routes(question: str) -> tuple[Route, ...]:
    """The kinds of question that this one is of."""
    return tuple(route for route in ROUTES if route.asked.search(question))


def content(question: str, more: Iterable[str] = ()) -> dict[str, str]:
    """The stems of the question's content words → how each was asked, in order; then those of ``more``."""
    found: dict[str, str] = {}
    for text in (question, *more):
        for span in words.spans(text):
            if span.exact not in STOP_WORDS:
                found.setdefault(span.stem, text[span.start : span.end])
            if len(found) == MOST_ASKED:
                return found
    return found
