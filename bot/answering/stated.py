"""Whether a paper says what a claim says: told from words alone, and in doubt it does not. Pure."""

import re

from bot.core.questions import content
from storage import words

STATED_SHARE = 0.5
"""Of a claim's content words, and of those that the question does not hold: so many the quotation has to hold."""

_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_DECIMAL_COMMA = re.compile(r"(\d+),(\d{1,2})")
_NEGATIONS = frozenset(
    ["not", "no", "never", "none", "neither", "nor", "without", "cannot", "n't", "fails", "failed", "lacks", "false"]
)
_TO_A_MACHINE = re.compile(
    r"\bpaperboy\b\s*[:,]|"
    r"\b(?:ignore|disregard|forget)\b.{0,60}\b(?:instructions?|prompts?|rules|guidelines)\b|"
    r"\b(?:assistants?|chat ?bots?|(?:language )?models?|LLMs?|AIs?|reviewers?|graders?)\b.{0,40}"
    r"(?:[:,]|\b(?:must|should|shall|have to|please|(?:required|instructed|asked) to)\b).{0,40}"
    r"\b(?:state|say|answer|report|claim|conclude|write|print|output|respond|confirm|agree)\b,?\s*(?:that\b|:)|"
    r"\b(?:state|say|answer|reply|pretend) that\b|"
    r"\bKI-?\w*\s*:|\b(?:ignorier|vergiss|vergesst|missachte)\w*.{0,60}\b(?:anweisung|vorgabe|regel)|"
    r"\b(?:behaupte|antworte|schreibe?|sage?),\s*dass\b|"
    r"\b(?:ignorez?|oubliez?)\b.{0,60}\b(?:instruction|consigne)|\b(?:dites|répondez|affirmez|écrivez) que\b|"
    r"\b(?:ignor[ae]|olvid[ae])\b.{0,60}\b(?:instruccion|indicacion)|\bresponde (?:siempre )?que\b|"
    r"(?:игнорируй|забудь).{0,60}(?:инструкц|указани)|(?:ответь|скажи|напиши)(?:те)?,\s*что|"
    r"(?:忽略|无视|忘记).{0,20}(?:指令|指示|说明|提示)",
    re.IGNORECASE,
)
"""What is said to whoever reads for somebody else, in six languages. A paper may well be about such sentences: what
stands in one is then still shown, as a conclusion."""


def is_stated(sentence: str, *, quote: str, before: str, question: str) -> bool:
    """Whether ``quote`` says much the same as ``sentence``, each number of it too.

    ``before`` is what stands before the quotation in its passage.
    """
    said, told = set(content(sentence)), stems(quote)
    new = said - set(content(question))
    return (
        not turns(before, quote)
        and _denies(quote) == _denies(sentence)
        and numbers(sentence) <= numbers(quote)
        and bool(said & told)
        and len(said & told) >= STATED_SHARE * len(said)
        and len(new & told) >= STATED_SHARE * len(new)
    )


def numbers(text: str) -> set[str]:
    """Its numbers. Half of the world's languages write 12.5 as 12,5; three digits stand behind what parts thousands."""
    return {
        ".".join(decimal.groups()) if (decimal := _DECIMAL_COMMA.fullmatch(number)) else number
        for number in _NUMBER.findall(text)
    }


def turns(before: str, quote: str) -> bool:
    """Whether a quotation means something else with what stands ``before`` it: a denial, or a word to a machine."""
    return _denies(before) or _TO_A_MACHINE.search(f"{before} {quote}") is not None


def stems(text: str) -> set[str]:
    """Those of its words, of compounds in both forms."""
    read = words.analyse(text)
    return {*read.stems, *read.joined_stems}


def _denies(text: str) -> bool:
    return not _NEGATIONS.isdisjoint(re.findall(r"n't|[a-z]+(?=n't)|[a-z]+", text.casefold().replace("’", "'")))
