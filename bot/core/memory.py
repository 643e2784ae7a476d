"""What is left of a conversation: its last turns in few words, and what a question means that only goes on. Pure."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from bot.core.questions import SUMMARY, content, routes
from bot.core.text import clip
from storage.turns import Turn

MOST_CHARACTERS = 3_000
"""Of all turns together: about 750 tokens."""
WHOLE = 2
"""The last turns, of which all is kept that was said; of those before the first sentence only."""
LONGEST_QUESTION = 300
LONGEST_SENTENCE = 300
MOST_OF_A_TURN = MOST_CHARACTERS // WHOLE - LONGEST_QUESTION
"""Of what was said: a comparison says more, and would leave no room even for itself."""
FEW_WORDS = 2
"""A question with so few words of its own may be one that only goes on."""
FEW_WORDS_ELSEWHERE = 4
"""The same in languages other than English, of which no words are known that say nothing."""

_GOES_ON = re.compile(r"\s*(?:and|but|or|also|(?:what|how) about|what of)\b", re.IGNORECASE)
_GOES_ON_ELSEWHERE = re.compile(
    r"""\W*(?:(?:
        und|aber|oder | et|mais|ou | y|pero|o | e|ed|ma|mas | en|maar | og|och|men|eller | ja|mutta|entä | és|vagy
        | ale|nebo|lub | ali|ili | dar|sau|și | ir|bet | а|и|й|но|или|але|або | και|αλλά|ή | ve|peki|ama
        | dan|tapi|atau | còn|và|nhưng
    )(?=\s) | 那|还有|還有|但 | では|じゃあ|でも | 그럼|그리고|그런데 | और|लेकिन | แล้ว|และ )""",
    re.IGNORECASE | re.VERBOSE,
)
"""And, but, or, in the languages in which a model may answer; some write no space behind it."""


def condensed(turns: Sequence[Turn]) -> tuple[Turn, ...]:
    """The last of ``turns``, in their order, as many as fit; the longer ago, the less of what was said."""
    kept: list[Turn] = []
    room = MOST_CHARACTERS
    for back, turn in enumerate(reversed(turns)):
        said = turn.said if back < WHOLE else turn.said[:1]
        short = replace(
            turn,
            question=clip(turn.question, LONGEST_QUESTION),
            said=_first(clip(sentence, LONGEST_SENTENCE) for sentence in said),
        )
        room -= len(short.question) + sum(map(len, short.said))
        if room < 0:
            break
        kept.insert(0, short)
    return tuple(kept)


def in_full(question: str, earlier: Sequence[Turn]) -> str:
    """What to look for: ``question``, behind the one that it goes on from where it says nearly nothing by itself."""
    if not _goes_on(question):
        return question
    begun = [turn.question for turn in reversed(earlier) if not _goes_on(turn.question)]
    # What asks for all of a paper tells least of what is looked for.
    begun.sort(key=lambda asked: SUMMARY in routes(asked))
    return " ".join((*begun[:1], question))


def _first(sentences: Iterable[str]) -> tuple[str, ...]:
    """As many from the beginning as there may be of one turn."""
    kept: list[str] = []
    room = MOST_OF_A_TURN
    for sentence in sentences:
        room -= len(sentence)
        if room < 0:
            break
        kept.append(sentence)
    return tuple(kept)


def _goes_on(question: str) -> bool:
    if routes(question):
        return False
    if opening := _GOES_ON_ELSEWHERE.match(question):
        return len(content(question[opening.end() :])) <= FEW_WORDS_ELSEWHERE
    own = content(question)
    return not own or (len(own) <= FEW_WORDS and _GOES_ON.match(question) is not None)
