"""Two hundred mixed questions, made of the papers that they are put to, so that each has an answer."""

import random
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from storage.records import Paper

EACH = 20
"""Questions of one kind."""
COMMON, MEDIUM = 0.1, 0.02
"""A common word stands in more than this share of all papers, a medium one in less than that."""
_WORD = re.compile(r"(?<![\w$\\-])[a-z]{5,}(?![\w$\\-])")


@dataclass(frozen=True, slots=True)
class Question:
    """``words`` must all stand in a paper; one of them if ``either``, in a row if ``phrase``."""

    kind: str
    words: tuple[str, ...]
    phrase: bool = False
    either: bool = False
    category: str | None = None
    author: str | None = None
    since: date | None = None

    @property
    def text(self) -> str:
        """In Paperboy's own language."""
        words = (" OR " if self.either else " ").join(self.words)
        parts = [f'"{words}"' if self.phrase else words]
        parts += [f"cat:{self.category}"] if self.category else []
        parts += [f"author:{self.author}"] if self.author else []
        parts += [f"after:{self.since}"] if self.since else []
        return " ".join(parts)


def questions(papers: Sequence[Paper], *, seed: int = 1) -> list[Question]:
    """``EACH`` of every kind; the same ones for the same papers."""
    chance = random.Random(seed)
    held = Counter(word for paper in papers for word in set(_words(paper.text)))
    makers = _Makers(chance, papers, {word: count / len(papers) for word, count in held.items()})
    return [question for kind in makers.all() for question in kind]


def _words(text: str) -> list[str]:
    return _WORD.findall(text)


@dataclass(frozen=True, slots=True)
class _Makers:
    chance: random.Random
    papers: Sequence[Paper]
    shares: dict[str, float]

    def all(self) -> Iterator[list[Question]]:
        rarest, common = (
            min(self.shares.values()),
            sorted(word for word, share in self.shares.items() if share > COMMON),
        )
        rare = sorted(word for word, share in self.shares.items() if share == rarest)
        yield [Question("rare word", (word,)) for word in self.chance.sample(rare, EACH)]
        yield [Question("common word", (self.chance.choice(common),)) for _ in range(EACH)]
        yield [Question("common and medium", (self.chance.choice(common), *self._of_one(1))) for _ in range(EACH)]
        for count in (2, 3, 4):
            yield [Question(f"{count} words", self._of_one(count)) for _ in range(EACH)]
        yield [Question("phrase", self._row(), phrase=True) for _ in range(EACH)]
        yield [Question("either", (self.chance.choice(common), *self._of_one(2)), either=True) for _ in range(EACH)]
        yield [Question("filters", self._of_one(1), category=self._category(), since=self._day()) for _ in range(EACH)]
        yield [Question("author", self._of_one(1), author=self._author()) for _ in range(EACH // 2)]
        yield [Question("common word, category", (self.chance.choice(common),), category=self._category())
               for _ in range(EACH - EACH // 2)]  # fmt: skip

    def _paper(self) -> Paper:
        return self.chance.choice(self.papers)

    def _of_one(self, count: int) -> tuple[str, ...]:
        """Words that one paper holds, common ones left out where it has others."""
        while True:
            found = sorted(word for word in set(_words(self._paper().text)) if self.shares[word] < MEDIUM)
            if len(found) >= count:
                return tuple(self.chance.sample(found, count))

    def _row(self) -> tuple[str, ...]:
        while True:
            pairs = re.findall(r"(?<![\w$\\-])([a-z]{5,} [a-z]{5,})(?![\w$\\-])", self._paper().text)
            if pairs:
                return tuple(self.chance.choice(pairs).split())

    def _category(self) -> str:
        return next(paper for paper in iter(self._paper, None) if paper and paper.categories).categories[0]

    def _author(self) -> str:
        while True:
            last = next((author.split()[-1] for author in self._paper().authors), "")
            if last.isascii() and last.isalpha():
                return last.lower()

    def _day(self) -> date:
        return date(self.chance.randint(2010, 2018), self.chance.randint(1, 12), 1)
