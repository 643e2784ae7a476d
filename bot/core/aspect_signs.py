"""How the sentences look that tell what one wants to know of every paper: English abstracts and papers, by their words.

Chosen by reading what they find in abstracts of Hugging Face's lists, and in whole papers.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Aspect(StrEnum):
    PROBLEM = "problem"
    APPROACH = "approach"
    RESULTS = "results"
    DATA = "data"
    SIZE = "size"
    CODE = "code"
    LIMITS = "limits"


@dataclass(frozen=True, slots=True)
class Signs:
    """How a sentence that tells an aspect looks: each kind of ``words`` counts once."""

    words: tuple[re.Pattern[str], ...]
    against: re.Pattern[str] | None = None
    sections: re.Pattern[str] | None = None
    """Where in a whole text it is told."""
    place: float | None = None
    """Where in an abstract it is told, from 0 to 1."""
    least: float = 1.0
    named: bool = False
    """Whether it mostly names what the paper is about."""
    only_there: bool = False
    """Whether it is looked for in the abstract and in ``sections`` alone."""
    by_section: re.Pattern[str] | None = None
    """Sections whose every sentence is about it."""


def _any(*words: str) -> re.Pattern[str]:
    return re.compile("|".join(words), re.IGNORECASE)


_EARLIER = r"existing|previous|prior|current|traditional|conventional|recent|earlier|other|most|many|such|standard"
_PARAMETERS = r"\d[\d.,]*\s?(?:[bm]|billion|million|trillion)\b"
_THING = (
    r"(?:framework|method|approach|model|benchmark|dataset|system|algorithm|architecture|paradigm|strategy|technique|"
    r"pipeline|family|suite|agent)"
)
_PURPOSE = r"\bto (?:address|overcome|tackle|bridge|mitigate|solve)\b"
SIGNS: Mapping[Aspect, Signs] = {
    Aspect.PROBLEM: Signs(
        words=(
            _any(
                r"\bremains? .{0,60}\b(?:challeng|unclear|difficult|limited|open|elusive|hard|unsolved|poor)",
                r"\bremains? (?:\w+ ){0,2}(?:under|un)\w*(?:explored|studied|addressed)",
                r"\bsuffer(?:s|ing)? from\b|\bstruggl|\bchalleng(?:e|es|ing)\b|\bbottleneck|\black(?:s|ing|ed)?\b",
                r"\bfail(?:s|ing)? to\b|\bprohibitive|\blimitations?\b|\blimit(?:s|ing) (?:the|their|its)\b|\boverlook",
                r"\b(?:is|are) (?:\w+ ){0,2}(?:limited|costly|expensive|inefficient|insufficient|unreliable|scarce)\b",
                r"\bhinder|\bdegrad|\bunder-?explored|\bcannot\b|\bdifficult|\bproblem of\b|\b(?:a|the) gap\b",
                r"\brequires? (?:\w+ ){0,3}(?:expensive|extensive|massive|large|costly)",
                r"^(?:however|nevertheless|unfortunately|despite|while)\b",
                r"\bnot (?:\w+ ){0,2}(?:applicable|understood|clear|captured?|reflect|suited|designed|enough)\b",
                r"\bpoor(?:ly)?\b|\bforc(?:es|ing)\b|\bsub-?optimal",
            ),
            _any(
                r"^(?:however|yet|nevertheless|unfortunately|despite)\b|, (?:yet|but|however)\b|\bwhile\b|\balthough\b"
            ),
            _any(rf"\b(?:{_EARLIER})\b (?:[\w-]+ ){{0,3}}(?:method|approach|model|work|technique|system|benchmark)"),
        ),
        against=_any(
            r"\bwe (?:\w+ )?(?:propose|introduce|present|show|find|demonstrate|develop|evaluate|hypothesi)",
            r"\bthis (?:paper|work)\b(?! (?:\w+ )?(?:address|tackl))",
            r"\b(?:our|us|thereby|proposed|identif\w+|results|reveals?)\b|\boutperform|\d ?%",
            _PURPOSE,
        ),
        sections=_any("introduc", "motivation"),
        place=0.2,
        only_there=True,
    ),
    Aspect.APPROACH: Signs(
        words=(
            _any(
                r"\bwe (?:\w+ ){0,2}(?:propose|introduce|present|develop|design|build|describe|formulate|devise|create|"
                r"construct|establish|adapt|train|extend|tackle|address|aim|provide|offer)\b",
                r"\bwe (?:\w+ ){0,2}(?:study|investigate|explore|examine|analy[sz]e|revisit|conduct|survey|review|"
                r"release)\b",
                r"\bwe (?:\w+ )?(?:show|demonstrate|find|argue|prove) that\b",
                r"\bthis (?:paper|work|(?:technical )?report|study|survey|article) (?:\w+ )?(?:propos|introduc|present|"
                r"develop|describ|stud|investigat|explor|examin|analy|review|survey|provid|offer|aim|establish)",
                r"\b(?:is|are) (?:hereby )?(?:proposed|introduced|presented)\b|\b(?:propos|introduc|present)ing [A-Z]",
                rf"\bis an? (?:[\w-]+,? ){{0,7}}{_THING}",
            ),
            _any(
                r"\bwe (?:\w+ly )?(?:propose|introduce|present)",
                r"\bthis (?:paper|work|report|study) (?:\w+ )?(?:propos|introduc|present)",
            ),
            _any(rf"\b(?:an?|the first|new|novel|simple|unified|two-stage) (?:[\w-]+,? ){{0,7}}{_THING}"),
            _any(r"\bin this (?:paper|work|report|study)\b|^this (?:paper|work|report|study)\b|^we \w+\b|^to \w+"),
        ),
        against=_any(r"\bresults (?:show|demonstrate)|\boutperform|\bwe (?:also|further)\b|\bfuture work"),
        sections=_any("introduc", "conclu", "overview"),
        place=0.3,
        named=True,
        only_there=True,
    ),
    Aspect.RESULTS: Signs(
        words=(
            _any(
                r"\boutperform|\bsurpass|\bexceed|\bachiev|\bimprov(?:es|ed|ing|ements?)\b|\bstate[- ]of[- ]the[- ]art",
                r"\breduc(?:es|ed|ing|tion)\b|\bsuperior|\bcompetitive\b|\bspeed-?ups?\b|\bfaster\b|\bmatch(?:es|ing)\b",
                r"\bboosts?\b|\bgains? (?:of|over|in)\b",
                r"\b(?:higher|better|lower|less|fewer|more) (?:[\w-]+ ){0,3}than\b",
                r"\bwe (?:\w+ )?(?:find|show|demonstrate|observe|discover|reveal|uncover)\b",
                r"\b(?:results|findings|experiments|analysis|analyses) (?:\w+ )?(?:show|demonstrate|confirm|reveal|"
                r"suggest|indicate|highlight)",
            ),
            _any(
                r"\b(?:results?|experiments?|evaluations?|analys[ei]s|studies|findings?) .{0,80}?"
                r"\b(?:show|demonstrat|indicat|suggest|reveal|confirm|validat|highlight)",
                r"\bwe (?:\w+ )?(?:find|show|demonstrate|observe|achieve|report|discover)",
                r"\b(?:our|the proposed|this) (?:[\w-]+ ){0,3}(?:achiev|outperform|surpass|improv|reduc)",
            ),
            re.compile(r"\d[\d.,]*\s?(?:%|[x×](?!\w)|points?\b|times\b|FPS\b|-fold\b)|\bby \d|\b\d+\.\d+\b"),
        ),
        against=_any(
            r"\b(?:existing|previous|prior|current|recent|recently|traditional) (?:[\w-]+ ){0,3}(?:achiev|have|has)\b",
            r"^(?:recent|while|although|despite|to \w+)|\bwe (?:propose|introduce|present)\b",
            r"\bto (?:address|achieve|improve|reduce)\b|\bhave (?:achieved|shown|made|demonstrated)",
        ),
        sections=_any(r"\bresult|\bconclu|\bexperiment|\bmain\b"),
        place=0.9,
        named=True,
        only_there=True,
    ),
    Aspect.DATA: Signs(
        words=(
            _any(
                r"\bdata ?sets?\b|\bcorp(?:us|ora)\b|\bbenchmarks?\b|\btest sets?\b|\btraining data\b|\bcollection of\b"
            ),
            _any(
                r"\bcompris|\bconsist|\bcontain|\bcollect|\bannotat|\bcurat",
                r"\bwe (?:\w+ )?(?:evaluate|train|test|experiment|use|construct|build|introduce|conduct)",
                r"\b(?:trained|evaluated|tested|pre-?trained|experiments) (?:\w+ )?(?:on|over|across)\b",
                r"\bon (?:the |several |various |multiple |popular |standard )*(?:[\w-]+ ){0,4}(?:datasets|benchmarks)",
            ),
            re.compile(
                r"\b\d[\d.,]*\s?(?:[KMBT]\b|k\b|million|billion|trillion|thousand|hours|images|videos|tokens|samples|"
                r"examples|questions|tasks|instances|pairs|languages|datasets|benchmarks|documents|papers|problems)"
            ),
            re.compile(r"(?<=[a-z,(] )(?:[A-Z]\w*[A-Z\d][\w-]*|[A-Z][a-z]+(?:[A-Z-]\w*)+)"),
        ),
        against=_any(r"\black\b|\bexisting (?:[\w-]+ ){0,2}(?:dataset|benchmark)|\bfuture\b"),
        sections=_any(r"\bdata ?sets?\b|\bdata\b|\bcorpus|\bbenchmark|\bexperiment|\bsetup"),
        least=2.0,
    ),
    Aspect.SIZE: Signs(
        words=(
            _any(
                rf"{_PARAMETERS}[\s-]*(?:\w+[\s-]){{0,2}}(?:param|weights|model|LLM)",
                rf"\bparameters? .{{0,30}}{_PARAMETERS}",
                r"(?-i:\b\d[\d.]*\s?B\b)(?! tokens| images| pairs| samples)",
            ),
            _any(rf"{_PARAMETERS}[\s-]*param|\bmodel sizes?\b|\bparameter count|\bactivated\b"),
            _any(r"\b(?:we|our)\b|\bthis (?:paper|work|model)"),
        ),
        against=_any(rf"\bhyper-?parameter|\b(?:{_EARLIER})\b|\blearning rate"),
        sections=_any(r"implementation|\bsetup|detail|architecture"),
    ),
    Aspect.CODE: Signs(
        words=(
            _any(
                r"\b(?:codes?|source code|implementations?|weights|checkpoints?|models?|data|datasets?|benchmark|"
                r"toolkit|demos?|suite|resources?)\b.{0,80}\b(?:available|released?|open[- ]?sourced?|publicly)\b",
                r"\b(?:code|project) (?:page|website|repository)\b|\bavailable (?:at|on|here)\b",
                r"\b(?:github|gitlab|bitbucket|zenodo)\b|\bhuggingface\.co",
                r"\bopen-?sourc(?:e|ed|ing) .{0,60}\b(?:code|model|data|weights|framework|implementation)",
                r"\bwe (?:\w+ )?(?:release|open-?source|share) .{0,60}\b(?:code|model|data|weights|benchmark)",
            ),
            _any(r"\b(?:codes?|source|implementation|weights|checkpoints?)\b"),
            _any(r"\b(?:we|our)\b|\bproject page\b|\b(?:is|are|will be) (?:\w+ )?(?:available|released|open)"),
        ),
        against=_any(rf"\b(?:{_EARLIER}) (?:open|closed|public)|\boutperform|\bsurpass|\bproprietary|creative commons"),
        sections=_any("availab|reproduc|code|conclu"),
        place=1.0,
        least=1.5,
    ),
    Aspect.LIMITS: Signs(
        words=(
            _any(
                r"\blimitations? of (?:our|this|the proposed|the present)\b",
                r"\b(?:our|this) (?:[\w-]+ ){0,3}(?:has|have) (?:\w+ ){0,2}limitations?",
                r"\b(?:one|a|another|main|key|first|second|current|primary) limitations? (?:is|are|of)\b",
                r"\b(?:our|this|the proposed) (?:[\w-]+ ){0,4}(?:is|are|was|were) (?:\w+ )?(?:limited|restricted)",
                r"\bwe (?:do not|did not|only|leave|limit|focus only|restrict|have not)\b|\bfailure (?:case|mode)",
                r"\b(?:left for|in|for|as) future (?:work|research|studies|directions?)|\bfuture work\b",
                r"\b(?:our|this|the proposed) (?:[\w-]+ ){0,3}(?:cannot|fails?|may fail|does not|struggles|still)",
            ),
            _any(r"\blimit(?:ed|ation|ations|s)\b|\bhowever\b|\bonly\b|\bcannot\b|\bfails?\b|\bstill\b|\bmay not\b"),
        ),
        against=_any(rf"\b(?:{_EARLIER})\b|\bwe (?:propose|introduce|present)|\boutperform|\bnot only\b", _PURPOSE),
        sections=_any(r"\blimitation|\bfuture work|\bdiscussion|\bfailure|\bconclu"),
        by_section=_any(r"\blimitation|\bfailure"),
        place=1.0,
        least=1.5,
    ),
}
