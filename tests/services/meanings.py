"""An embedder that knows a few concepts: words that mean the same are the same to it. No model, no numpy."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from bot.errors import MeaningUnavailable

CONCEPTS = (("car", "automobile", "vehicle"), ("drive", "steer"), ("protein", "enzyme"), ("music", "melody"))


@dataclass
class FakeNeighbours:
    vectors: dict[int, bytes] = field(default_factory=dict)

    @property
    def newest(self) -> int:
        return max(self.vectors, default=0)

    def take_in(self, vectors: Sequence[tuple[int, bytes]]) -> None:
        self.vectors.update(vectors)

    def nearest(self, wanted: bytes, count: int) -> list[int]:
        return sorted(self.vectors, key=lambda number: -_cosine(wanted, self.vectors[number]))[:count]


@dataclass
class FakeEmbedder:
    """A vector counts the words of each concept. ``broken`` makes it fail, ``read`` is what it was given."""

    name: str = "concepts/1"
    broken: bool = False
    read: list[str] = field(default_factory=list)
    neighbours: FakeNeighbours = field(default_factory=FakeNeighbours)

    async def load(self) -> None:
        self._check()

    async def of_query(self, text: str) -> bytes:
        return self._vector(text)

    async def of_papers(self, texts: Sequence[str]) -> list[bytes]:
        return [self._vector(text) for text in texts]

    def nearness(self, wanted: bytes, vectors: Sequence[bytes]) -> list[float]:
        return [_cosine(wanted, vector) for vector in vectors]

    def close(self) -> None:
        self.broken = True

    def _vector(self, text: str) -> bytes:
        self._check()
        self.read.append(text)
        return bytes(1 + sum(text.lower().count(word) for word in concept) for concept in CONCEPTS)

    def _check(self) -> None:
        if self.broken:
            raise MeaningUnavailable("It does not work here.")


def _cosine(one: bytes, other: bytes) -> float:
    along = sum(a * b for a, b in zip(one, other, strict=True))
    return along / math.sqrt(sum(a * a for a in one) * sum(b * b for b in other))
