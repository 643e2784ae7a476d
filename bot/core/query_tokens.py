"""The first half of reading a query: a text cut into tokens, each with the column at which it stands."""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

from bot.errors import QuerySyntaxError
from storage import words

QUOTES = '"“”„‟«»＂'
"""Any of these opens a phrase and any closes it: telephones turn straight quotation marks into round ones."""
_MINUS = "-−–"
_CHUNK = re.compile(rf"[^\s(){QUOTES}]+")
_FIELD = re.compile(r"([^\W\d_]+):(?!:)")
_CLOSING = re.compile(f"[{QUOTES}]")


class Kind(StrEnum):
    OPEN = "("
    CLOSE = ")"
    OR = "OR"
    NOT = "-"
    FIELD = "field"
    WORD = "word"
    PHRASE = "phrase"
    END = "end"


@dataclass(frozen=True, slots=True)
class Token:
    """``text`` is what stands there, for a phrase what stands between the marks; ``column`` counts from 1."""

    kind: Kind
    text: str
    column: int
    prefix: bool = False


class Reader:
    """Cuts one query into tokens. What holds no word at all, such as a lone dash, is passed over."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._tokens: list[Token] = []

    def tokens(self) -> list[Token]:
        """All tokens; the last one is the end.

        Raises:
            QuerySyntaxError: a phrase without an end, a star in the wrong place.
        """
        while self._at < len(self._text):
            sign = self._text[self._at]
            if sign.isspace():
                self._at += 1
            elif sign in "()":
                self._add(Kind.OPEN if sign == "(" else Kind.CLOSE, sign)
            elif sign in QUOTES:
                self._phrase()
            else:
                self._chunk()
        self._add(Kind.END, "")
        return self._tokens

    def _add(self, kind: Kind, text: str, *, length: int | None = None, prefix: bool = False) -> None:
        self._tokens.append(Token(kind, text, self._at + 1, prefix))
        self._at += len(text) if length is None else length

    def _problem(self, at: int, problem: str, hint: str) -> QuerySyntaxError:
        return QuerySyntaxError(self._text, column=at + 1, problem=problem, hint=hint)

    def _phrase(self) -> None:
        start = self._at + 1
        closing = _CLOSING.search(self._text, start)
        if closing is None:
            raise self._problem(
                self._at,
                "The quotation mark is never closed",
                f'Close it, "{normal(self._text[start:][:30]) or "like this"}", or leave it out.',
            )
        inside = self._text[start : closing.start()]
        after = closing.end()
        starred = inside.rstrip().endswith("*") or self._text.startswith("*", after)
        while self._text.startswith("*", after):
            after += 1
        if not normal(inside):
            raise self._problem(
                self._at, "These quotation marks hold no word", 'Write words between them, as in "language model".'
            )
        self._add(Kind.PHRASE, normal(inside.replace("*", " ")), length=after - self._at, prefix=starred)

    def _chunk(self) -> None:
        found = _CHUNK.match(self._text, self._at)
        assert found is not None  # noqa: S101  # the caller saw a character that is no white space, bracket or mark
        chunk = found.group()
        if chunk[0] in _MINUS:
            self._minus(chunk)
        elif chunk in {"|", "||"}:
            self._add(Kind.OR, chunk)
        elif before := _before_first_word(chunk):
            self._skip(chunk, before)
        elif chunk == "OR":
            self._add(Kind.OR, chunk)
        elif chunk == "AND":
            self._at += len(chunk)
        elif chunk == "NOT":
            self._add(Kind.NOT, chunk)
        elif (field := _FIELD.match(chunk)) and self._is_field(chunk, field.end()):
            self._add(Kind.FIELD, field.group(1), length=field.end())
            self._value()
        else:
            self._word(chunk)

    def _skip(self, chunk: str, before: int) -> None:
        if chunk[before - 1] == "*" and before < len(chunk) and not chunk.endswith("*"):
            raise self._star(self._at + before - 1, chunk[before:])
        self._at += before

    def _star(self, at: int, word: str) -> QuerySyntaxError:
        return self._problem(
            at, "A star can only stand at the end of a word", f"Write {normal(word)}* for all words that begin so."
        )

    def _minus(self, chunk: str) -> None:
        before = self._text[self._at - 1 : self._at]
        after = self._text[self._at + 1 : self._at + 2]
        is_sign = not before or before.isspace() or before in f"({_MINUS}"
        if is_sign and after and (after in f"({QUOTES}" or normal(chunk)):
            self._add(Kind.NOT, chunk[0])
        else:
            self._at += 1

    def _is_field(self, chunk: str, end: int) -> bool:
        """Titles hold colons too: only one with something right behind it is meant as a field, or one we know."""
        rest = chunk[end:]
        following = self._text[self._at + end : self._at + end + 1]
        if rest.startswith("//"):
            return False
        return bool(following and not following.isspace() and following != ")") or chunk[: end - 1].lower() in KNOWN

    def _value(self) -> None:
        """What stands right behind a field's colon: one word, whatever signs it holds."""
        value = _CHUNK.match(self._text, self._at)
        if value is not None:
            self._add(Kind.WORD, value.group())

    def _word(self, chunk: str) -> None:
        body = chunk.rstrip("*,.;:!?")
        starred = "*" in chunk[len(body) :]
        if "*" in body:
            raise self._star(self._at + body.index("*"), body.partition("*")[0])
        self._add(Kind.WORD, body, length=len(chunk), prefix=starred)


def _before_first_word(chunk: str) -> int:
    """How many signs stand before the first word of a chunk: all of them, where it holds none."""
    return next((span.start for span in words.spans(chunk)), len(chunk))


KNOWN = frozenset(
    "title abstract author cat org id after before since upvotes stars has is".split()  # noqa: SIM905  # reads better
)


def normal(text: str) -> str:
    """``text`` in small letters, with single spaces and without what surrounds its first and last word."""
    plain = " ".join(unicodedata.normalize("NFC", text.lower()).split())
    found = list(words.spans(plain))
    return plain[found[0].start : found[-1].end] if found else ""
