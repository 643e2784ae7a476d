"""As many papers as asked for, in the shape of arXiv's dump: real ones first, then generated ones like them.

A generated text is made of runs of words that real texts hold, so words and phrases are as frequent as they really are;
one word in ``RARE`` is a new one, since a larger corpus always holds more of them. The same seed gives the same papers.

``python -m benchmarks.corpus 1000000 papers.jsonl`` writes a file.
"""

import gzip
import json
import random
import sys
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

REAL = Path(__file__).parents[2] / "shared" / "data" / "arxiv-bulk"
RARE = 400
"""Of so many words one was never seen before: about what arXiv's abstracts show between their 40,000th and 50,000th."""
SHORTEST_RUN, LONGEST_RUN = 3, 14
A_MONTH = 25_000
"""Papers of a month: ids of the new scheme, five digits, from ``FIRST_DAY`` on."""
FIRST_DAY = date(2015, 1, 1)
LETTERS = "etaoinshrdlucmfwypvbgk"


def papers(count: int, *, seed: int = 1, real: Path = REAL) -> Iterator[dict[str, Any]]:
    """``count`` records of the dump. Raises FileNotFoundError: the real ones are not here."""
    files = sorted(real.glob("*.jsonl.gz"))
    if not files:
        raise FileNotFoundError(f"no real papers in {real}")
    kept: list[dict[str, Any]] = []
    ids: set[str] = set()
    for file in files:
        with gzip.open(file, "rt", encoding="utf-8") as lines:
            for line in lines:
                kept.append(json.loads(line))
                ids.add(kept[-1]["id"])
                if len(kept) == count:
                    yield from kept
                    return
    yield from kept
    left = count - len(kept)
    model = _Model(kept, random.Random(seed))
    kept.clear()
    number = 0
    for _ in range(left):
        while (made := _issued(number))[0] in ids:
            number += 1
        number += 1
        yield model.paper(*made)


def _issued(number: int) -> tuple[str, date]:
    """The id and the day of the paper that was handed in as the ``number``-th."""
    months, within = divmod(number, A_MONTH)
    years, month = divmod(months, 12)
    day = date(FIRST_DAY.year + years, month + 1, 1) + timedelta(days=within * 28 // A_MONTH)
    return f"{day:%y%m}.{within + 1:05}", day


class _Model:
    """What real papers are made of."""

    def __init__(self, real: list[dict[str, Any]], chance: random.Random) -> None:
        self._chance = chance
        # Each word once in memory: else eight million of them are half a gigabyte.
        self._titles = [sys.intern(word) for paper in real for word in paper["title"].split()]
        self._abstracts = [sys.intern(word) for paper in real for word in paper["abstract"].split()]
        self._lengths = [
            (len(p["title"].split()), len(p["abstract"].split()), len(p["authors"]), " ".join(p["categories"]))
            for p in real
        ]
        names = [name.split() for paper in real for name in paper["authors"] if " " in name]
        self._first = [name[0] for name in names]
        self._last = [name[-1] for name in names]

    def paper(self, paper_id: str, day: date) -> dict[str, Any]:
        title, abstract, authors, categories = self._chance.choice(self._lengths)
        parsed = [[self._chance.choice(self._last), self._chance.choice(self._first), ""] for _ in range(authors)]
        return {
            "id": paper_id,
            "submitter": None,
            "authors": ", ".join(f"{first} {last}" for last, first, _ in parsed),
            "title": self._text(self._titles, title),
            "comments": None,
            "journal-ref": None,
            "doi": None,
            "categories": categories,
            "abstract": "  " + self._text(self._abstracts, abstract) + "\n",
            "versions": [{"version": "v1", "created": f"{day:%a}, {day.day} {day:%b %Y} 12:00:00 GMT"}],
            "update_date": day.isoformat(),
            "authors_parsed": parsed,
        }

    def _text(self, real: list[str], length: int) -> str:
        words: list[str] = []
        while len(words) < length:
            start = self._chance.randrange(len(real) - LONGEST_RUN)
            words += real[start : start + self._chance.randint(SHORTEST_RUN, LONGEST_RUN)]
        del words[length:]
        for place in range(self._chance.randrange(RARE), len(words), RARE):
            words[place] = "".join(self._chance.choices(LETTERS, k=self._chance.randint(6, 12)))
        return " ".join(words)


def main(count: int, path: Path) -> None:
    """Write ``count`` papers, one a line."""
    with path.open("w", encoding="utf-8") as file:
        for paper in papers(count):
            file.write(json.dumps(paper, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
