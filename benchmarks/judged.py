"""Sets of queries of which it is known what they should find.

SciFact, CISI, CACM and ADI are judged by people. The known papers are of recorded lists: a query is two of a paper's
keywords or its summary in one sentence, and finds its own paper among all; both are taken out of the papers first.
"""

import csv
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from benchmarks.figures import RECORDED
from storage.records import Paper, PaperId

FOLDER = RECORDED.parent / "ir"
JUDGED_BY_PEOPLE = ("scifact", "cisi", "cacm", "adi")
SETS = (*JUDGED_BY_PEOPLE, "keywords", "summaries")
KNOWN = 500
"""Papers that are looked for: enough for two digits."""
_SEED = 7


@dataclass(frozen=True, slots=True)
class Judged:
    """``relevant`` are the grades of the papers that each of ``queries`` should find."""

    name: str
    papers: tuple[Paper, ...]
    queries: tuple[str, ...]
    relevant: tuple[dict[str, int], ...]


def load(name: str, most: int | None = None) -> Judged | None:
    """A set with its first ``most`` queries; None where its files are not on this machine."""
    if name in JUDGED_BY_PEOPLE:
        return _judged(name, most) if (FOLDER / name).is_dir() else None
    if name not in SETS:
        raise SystemExit(f"There is no set {name!r}; there is {', '.join(SETS)}.")
    return _known(name, most) if RECORDED.is_dir() else None


def _judged(name: str, most: int | None) -> Judged:
    grades: dict[str, dict[str, int]] = {}
    with (FOLDER / name / "qrels.tsv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            if int(row["relevance"]) > 0:
                grades.setdefault(row["query_id"], {})[row["doc_id"]] = int(row["relevance"])
    queries = [(one["text"], grades[one["id"]]) for one in _rows(name, "queries") if one["id"] in grades][:most]
    papers = [Paper(id=PaperId(one["id"]), title=one["title"], abstract=one["text"]) for one in _rows(name, "docs")]
    return Judged(name, tuple(papers), tuple(text for text, _ in queries), tuple(grade for _, grade in queries))


def _rows(name: str, part: str) -> Iterator[Any]:
    with (FOLDER / name / f"{part}.jsonl").open(encoding="utf-8") as file:
        yield from map(json.loads, file)


def _known(name: str, most: int | None) -> Judged:
    listed: dict[str, Any] = {}
    for path in sorted(RECORDED.glob("*.json")):
        for item in json.loads(path.read_text(encoding="utf-8")):
            listed.setdefault(item["paper"]["id"], item["paper"])
    papers = [
        Paper(
            id=PaperId(one["id"]),
            title=one["title"],
            abstract=one["summary"],
            published_at=datetime.fromisoformat(one["publishedAt"]),
            upvotes=one["upvotes"],
        )
        for one in listed.values()
    ]
    dice = random.Random(_SEED)
    asked: list[tuple[str, str]] = []
    for one in dice.sample(list(listed.values()), len(listed)):
        keywords, summary = one.get("ai_keywords") or [], one.get("ai_summary")
        if name == "keywords" and len(keywords) >= 2:  # a pair
            asked.append((" ".join(dice.sample(keywords, 2)), one["id"]))
        elif name == "summaries" and summary:
            asked.append((summary, one["id"]))
    asked = asked[: most or KNOWN]
    return Judged(name, tuple(papers), tuple(text for text, _ in asked), tuple({found: 1} for _, found in asked))
