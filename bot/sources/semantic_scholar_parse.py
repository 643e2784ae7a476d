"""What Semantic Scholar's batch look-up says of papers that are asked for by id, read into papers and sightings. Pure.

The answer is a list as long as the question and in its order (release notes of April 2023), with null for what is not
known there. It says nothing of titles, authors or dates here: of these others know better.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from bot.core.identity import parse_paper_id
from bot.core.merge import SEMANTIC_SCHOLAR
from bot.core.text import clean
from bot.errors import InvalidInput, SourceChanged
from bot.ports import Fetched
from bot.sources.items import LONGEST_ID, gathered
from bot.sources.json_list import kind_of, read_list, whole_number
from storage.naming import is_doi
from storage.records import Paper, PaperId, Sighting

NAME = SEMANTIC_SCHOLAR
MOST_IDS = 500
FIELDS = "externalIds,citationCount,tldr,fieldsOfStudy"
"""Only what is asked for is answered."""
LONGEST_TLDR = 2_000
LONGEST_FIELD = 60
MOST_FIELDS = 10


def ids_body(ids: Sequence[PaperId]) -> bytes:
    """The question for papers by their ids."""
    return json.dumps({"ids": [f"{'DOI' if is_doi(one) else 'ARXIV'}:{one}" for one in ids]}).encode()


def read_batch(body: bytes, *, ids: Sequence[PaperId], seen_at: datetime) -> Fetched:
    """The papers of one answer to ``ids``; those that are not known there are left out.

    Raises:
        SourceChanged: it is no such list, is not as long as the question, or nothing in it can be used.
    """
    items = read_list(body, NAME)
    if len(items) != len(ids):
        raise SourceChanged(NAME, f"The answer tells of {len(items):,} papers; {len(ids):,} were asked for.")
    read = ((one, partial(_read, item, one, seen_at)) for one, item in zip(ids, items, strict=True))
    return gathered(read, of="papers", source=NAME)


def _read(item: Any, asked: PaperId, seen_at: datetime) -> tuple[Paper, Sighting] | None:
    if item is None:
        return None
    if not isinstance(item, dict):
        raise InvalidInput(f"It is {kind_of(item)}, not a paper.")
    _require_same(item, asked)
    tldr = item.get("tldr")
    summary = tldr.get("text") if isinstance(tldr, dict) else None
    paper = Paper(
        id=asked,
        title="",
        summary=clean(summary, LONGEST_TLDR) or None if isinstance(summary, str) else None,
        citations=whole_number(item.get("citationCount")),
        fields_of_study=tuple(_fields(item.get("fieldsOfStudy"))),
    )
    return paper, Sighting(paper_id=asked, source=NAME, seen_at=seen_at)


def _require_same(item: Mapping[str, Any], asked: PaperId) -> None:
    """Raises InvalidInput: it names another preprint. A DOI may be answered with that of the published paper."""
    ids = item.get("externalIds")
    named = ids.get("ArXiv") if isinstance(ids, dict) else None
    if is_doi(asked) or not isinstance(named, str):
        return
    if parse_paper_id(named) != asked:
        raise InvalidInput(f"It is about another paper: {clean(named, LONGEST_ID)}.")


def _fields(listed: Any) -> Iterator[str]:
    for name in listed[:MOST_FIELDS] if isinstance(listed, list) else ():
        if isinstance(name, str) and (cleaned := clean(name, LONGEST_FIELD)):
            yield cleaned
