"""Text into the word pieces of BERT's uncased vocabulary: the numbers that the model was trained on.

The same as ``bert-base-uncased``'s own tokenizer: control characters go, case and accents are folded, punctuation and
Chinese characters stand alone, and a word is cut into the longest pieces that the vocabulary holds.
"""

import unicodedata
from collections.abc import Iterator, Mapping
from functools import lru_cache
from importlib.resources import files

LONGEST_WORD = 100
"""Characters; a longer word is unknown as a whole."""
_CACHED = 1 << 15
"""Words whose pieces are remembered."""
_CHINESE = (
    (0x4E00, 0x9FFF), (0x3400, 0x4DBF), (0x20000, 0x2A6DF), (0x2A700, 0x2B73F), (0x2B740, 0x2B81F), (0x2B920, 0x2CEAF),
    (0xF900, 0xFAFF), (0x2F800, 0x2FA1F),
)  # fmt: skip
_FIRST_CHINESE = 0x3400


class WordPieces:
    """Made by ``load``; may be used by several threads at once."""

    def __init__(self, vocabulary: Mapping[str, int]) -> None:
        self._vocabulary = vocabulary
        self._begin, self._end, self._unknown = (vocabulary[name] for name in ("[CLS]", "[SEP]", "[UNK]"))
        self._pieces = lru_cache(maxsize=_CACHED)(self._cut)

    @classmethod
    def load(cls) -> "WordPieces":
        """With the vocabulary that stands beside this file, one piece a line."""
        lines = files("bot.meaning").joinpath("vocabulary.txt").read_text(encoding="utf-8").splitlines()
        return cls({piece: number for number, piece in enumerate(lines)})

    def numbers(self, text: str, longest: int) -> list[int]:
        """The pieces of ``text`` as numbers between those for its begin and its end, at most ``longest`` in all."""
        found = [self._begin]
        for word in _words(text):
            found += self._pieces(word)
            if len(found) >= longest:
                break
        return [*found[: longest - 1], self._end]

    def _cut(self, word: str) -> tuple[int, ...]:
        if len(word) > LONGEST_WORD:
            return (self._unknown,)
        found: list[int] = []
        start = 0
        while start < len(word):
            for end in range(len(word), start, -1):
                number = self._vocabulary.get(("##" if start else "") + word[start:end])
                if number is not None:
                    found.append(number)
                    start = end
                    break
            else:
                return (self._unknown,)
        return tuple(found)


def _words(text: str) -> Iterator[str]:
    if text.isascii():
        text = text.lower()
    else:
        spaced = "".join(f" {sign} " if _is_chinese(sign) else sign for sign in text)
        bare = "".join(sign for sign in unicodedata.normalize("NFD", spaced) if unicodedata.category(sign) != "Mn")
        # Each by itself: a whole text would turn a final sigma into another letter.
        text = "".join(sign.lower() for sign in bare)
    for chunk in "".join(map(_plain, text)).split():
        if chunk.isalnum():
            yield chunk
            continue
        word = ""
        for sign in chunk:
            if _is_punctuation(sign):
                if word:
                    yield word
                yield sign
                word = ""
            else:
                word += sign
        if word:
            yield word


@lru_cache(maxsize=1 << 12)
def _plain(sign: str) -> str:
    """White space as a space, what cannot be seen as nothing, all else as it is."""
    if sign in "\t\n\r" or unicodedata.category(sign) == "Zs":
        return " "
    return "" if sign == "\ufffd" or unicodedata.category(sign) in {"Cc", "Cf", "Cn", "Co", "Cs"} else sign


@lru_cache(maxsize=1 << 12)
def _is_punctuation(sign: str) -> bool:
    return (sign.isascii() and not sign.isalnum()) or unicodedata.category(sign).startswith("P")


def _is_chinese(sign: str) -> bool:
    code = ord(sign)
    return code >= _FIRST_CHINESE and any(first <= code <= last for first, last in _CHINESE)
