"""Writing to the index: papers first, then the revision that they bring it to."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import tantivy

from storage.records import Paper
from storage.search_index import folder, shape
from storage.search_index.folder import State

_MEMORY = 200_000_000
"""Bytes that tantivy collects, if there is so much to write, before it writes a segment: some 50,000 papers, as many as
come between two commits, so that each of them makes one segment and fewer are merged."""


class Writer:
    """tantivy's writer together with the state that must follow each of its commits. Made and used in threads.

    Raises:
        ValueError: another writer holds the folder (LockBusy), or it cannot be written.
    """

    def __init__(self, path: Path, index: tantivy.Index) -> None:
        self._path = path
        self._index = index
        self._writer = index.writer(heap_size=_MEMORY, num_threads=1)
        self.uncommitted = 0
        index.reload()

    @property
    def held(self) -> int:
        """Papers in the index as it was committed last."""
        count: int = self._index.searcher().num_docs
        return count

    def empty(self) -> None:
        """Forget all papers; from here on, whatever comes in between, the index says that it is of no store."""
        with self._in_words():
            folder.write_state(self._path, State(shape=shape.VERSION, revision=0))
        self._writer.delete_all_documents()

    def add(self, papers: Sequence[Paper], *, are_new: bool) -> None:
        """Bring them in, those that ``are_new`` without a look at what is there: it takes longer the more there is.

        Raises:
            StorageError: the disk does not take them.
        """
        try:
            for paper in papers:
                if not are_new:
                    self._writer.delete_documents_by_term(shape.ID, paper.id.lower())
                self._writer.add_document(shape.document(paper))
        except ValueError as problem:  # its thread has died; only a commit tells what of
            with self._in_words():
                self._writer.commit()
            raise folder.unwritable(self._path, problem) from problem
        self.uncommitted += len(papers)

    def commit(self, store: int, revision: int) -> None:
        """First the papers, then the revision: a crash between the two only has some papers read again.

        Raises:
            StorageError: the disk does not take them.
        """
        with self._in_words():
            self._writer.commit()
            folder.write_state(self._path, State(shape=shape.VERSION, revision=revision, store=store))
        self.uncommitted = 0
        self._index.reload()

    def close(self) -> None:
        """Let the next one write; what was not committed is forgotten."""
        with suppress(ValueError):  # merging is only tidying: what went wrong with it shows at the next commit
            self._writer.wait_merging_threads()
        del self._writer

    @contextmanager
    def _in_words(self) -> Iterator[None]:
        try:
            yield
        except ValueError as problem:
            raise folder.unwritable(self._path, problem) from problem
        except OSError as problem:
            raise folder.classified(self._path, problem) from problem
