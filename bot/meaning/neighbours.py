"""The nearest of all vectors without all vectors in memory: only their signs are kept, 48 bytes each instead of 384.

How many signs two vectors share tells well enough how near they are to find candidates, whose whole vectors are then
compared.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

WORDS = 6
"""64 signs each."""
_BLOCK = 1 << 14
"""Vectors that are compared at once: what fits a core's cache."""
_FIRST = 1 << 12


class SketchedNeighbours:
    """Filled by ``take_in``. Vectors go by the numbers that the store gave them."""

    def __init__(self) -> None:
        self._signs: NDArray[np.uint64] = np.empty((_FIRST, WORDS), dtype=np.uint64)
        self._numbers: NDArray[np.int64] = np.empty(_FIRST, dtype=np.int64)
        self._count = 0

    @property
    def newest(self) -> int:
        return int(self._numbers[self._count - 1]) if self._count else 0

    def take_in(self, vectors: Sequence[tuple[int, bytes]]) -> None:
        if not vectors:
            return
        end = self._count + len(vectors)
        if end > len(self._numbers):
            room = max(end, len(self._numbers) * 3 // 2) - self._count
            self._signs = np.concatenate((self._signs[: self._count], np.empty((room, WORDS), dtype=np.uint64)))
            self._numbers = np.concatenate((self._numbers[: self._count], np.empty(room, dtype=np.int64)))
        self._signs[self._count : end] = _signs([codes for _, codes in vectors])
        self._numbers[self._count : end] = [number for number, _ in vectors]
        self._count = end

    def nearest(self, wanted: bytes, count: int) -> list[int]:
        known, signs, numbers = self._count, self._signs, self._numbers
        one = _signs([wanted])[0]
        apart = np.empty(known, dtype=np.uint16)
        for start in range(0, known, _BLOCK):
            rows = signs[start : min(start + _BLOCK, known)]
            apart[start : start + len(rows)] = np.bitwise_count(rows ^ one).sum(axis=1, dtype=np.uint16)
        near = np.argpartition(apart, count)[:count] if known > count else np.arange(known)
        found: list[int] = numbers[near].tolist()
        return found


def _signs(vectors: Sequence[bytes]) -> NDArray[np.uint64]:
    codes = np.frombuffer(b"".join(vectors), dtype=np.int8).reshape(len(vectors), -1)
    return np.packbits(codes > 0, axis=1).view(np.uint64)
