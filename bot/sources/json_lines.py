"""A large file with one JSON document a line, plain or compressed with gzip, read a few lines at a time.

No line is ever held that is longer than a record can be, and a file that breaks off gives all that stands before.
"""

import gzip
import hashlib
import io
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Self, cast

LONGEST_LINE = 4 * 2**20
"""Bytes. The record with the most authors of arXiv has three thousand of them in a few hundred kilobytes."""
BUFFER = 2**20
MARKED = 2**16
"""Bytes at the beginning and at the end that tell one file from another."""
GZIP = b"\x1f\x8b"
BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Line:
    """``number`` counts from 1, also the blank lines, which are left out; ``body`` is None where it was too long."""

    number: int
    body: bytes | None


class JsonLines:
    """An open file. Made by ``open``; used by one thread at a time.

    ``line`` and ``offset`` say how far it was read: lines, and bytes after decompression. ``problem`` says in words
    why it could not be read to its end.
    """

    def __init__(self, raw: BinaryIO, size: int) -> None:
        self.size = size
        """Bytes on the disk, of which ``at`` were read."""
        self.line = 0
        self.offset = 0
        self.ended = False
        self.problem: str | None = None
        self._raw = raw
        compressed = raw.read(len(GZIP)) == GZIP
        raw.seek(0)
        whole = _Unpacked(gzip.GzipFile(fileobj=raw)) if compressed else raw
        self._file = io.BufferedReader(cast("io.RawIOBase", whole), BUFFER)

    @classmethod
    def open(cls, path: Path) -> Self:
        """Raises OSError."""
        raw = path.open("rb", buffering=BUFFER)
        return cls(raw, path.stat().st_size)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._file.close()
        self._raw.close()

    def beginning(self) -> bytes:
        """What it begins with, up to ``BUFFER`` bytes; reading still starts before them."""
        with _Damage(self):
            return self._file.peek(BUFFER)
        return b""

    @property
    def at(self) -> int:
        return min(self._raw.tell(), self.size)

    @property
    def identity(self) -> str:
        """The same for the same content under whatever name, as far as size, beginning and end can tell."""
        here = self._raw.tell()
        self._raw.seek(0)
        sample = self._raw.read(MARKED)
        self._raw.seek(max(self.size - MARKED, 0))
        sample += self._raw.read(MARKED)
        self._raw.seek(here)
        return hashlib.sha256(b"%d " % self.size + sample).hexdigest()[:32]

    def go_on(self, line: int, offset: int) -> None:
        """Go to where an earlier reading of the same content ended."""
        with _Damage(self):
            self._file.seek(offset)
            self.line, self.offset = line, offset

    def read(self, most: int) -> list[Line]:
        """The next lines, at most so many; an empty list is the end, after which ``problem`` may say why."""
        lines: list[Line] = []
        with _Damage(self):
            for line in self._lines():
                lines.append(line)
                if len(lines) == most:
                    return lines
        self.ended = True
        return lines

    def _lines(self) -> Iterator[Line]:
        while body := self._file.readline(LONGEST_LINE + 1):
            length = len(body)
            too_long = length > LONGEST_LINE
            last = body
            while too_long and not last.endswith(b"\n") and (last := self._file.readline(BUFFER)):
                length += len(last)
            self.line += 1
            if self.line == 1:
                body = body.removeprefix(BOM)
            self.offset += length
            if too_long:
                yield Line(self.line, None)
            elif not body.isspace() and body:
                yield Line(self.line, body)


class _Unpacked(io.RawIOBase):
    """What a compressed file holds, as much at a time as can be had without an error.

    gzip's own reading goes on until it has as much as was asked for, and where that fails gives nothing.
    """

    def __init__(self, packed: gzip.GzipFile) -> None:
        self._packed = packed

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        return self._packed.seek(offset, whence)

    def tell(self) -> int:
        return self._packed.tell()

    def readinto(self, into: Any, /) -> int:
        some = self._packed.read1(len(into))
        into[: len(some)] = some
        return len(some)


class _Damage:
    """Turns what goes wrong while reading into ``problem``."""

    def __init__(self, lines: JsonLines) -> None:
        self._lines = lines

    def __enter__(self) -> None:
        return None

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> bool:
        match error:
            case EOFError():
                what = "the compressed file is cut off"
            case gzip.BadGzipFile() | zlib.error():
                what = "its compression is damaged"
            case OSError():
                what = f"it cannot be read ({error.strerror or error})"
            case _:
                return False
        self._lines.ended = True
        self._lines.problem = f"{what} after line {self._lines.line:,}"
        return True
