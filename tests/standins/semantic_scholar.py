"""A Semantic Scholar of one's own on a loopback port: its batch look-up, with and without a key."""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from aiohttp import web

from storage.naming import is_doi
from tests.standins.site import LoopbackSite

PATH = "/graph/v1/paper/batch"
MOST_IDS = 500
KNOWN_IDS = ("ARXIV:", "DOI:")
Known = dict[str, Any]


def make_known(paper_id: str, **facts: Any) -> Known:
    """A paper as the site knows it, with all that may be asked for."""
    return {
        "paperId": "0f" * 20,
        "externalIds": {"DOI" if is_doi(paper_id) else "ArXiv": paper_id, "CorpusId": 276_000_000},
        "citationCount": 12,
        "tldr": {"model": "tldr@v2.0.0", "text": "It is shown how a test reads best."},
        "fieldsOfStudy": ["Computer Science"],
    } | facts


def batch_body(answers: Iterable[Known | None]) -> bytes:
    return json.dumps(list(answers)).encode()


@dataclass(kw_only=True)
class SemanticScholarStandIn(LoopbackSite):
    """``site.url`` is what ``S2_API_URL`` wants. It knows ``papers``; ``key`` is the one that it accepts.

    Without a key every request but the first in a minute is refused, as where all the world shares one allowance; with
    one every request that comes less than a second after another. ``asked`` is what was asked for.
    """

    clock: Callable[[], datetime]
    key: str = "a-key"
    papers: dict[str, Known] = field(default_factory=dict)
    asked: list[list[str]] = field(default_factory=list)
    too_fast: int = 0
    last_at: datetime | None = None

    async def answer(self, request: web.Request) -> web.StreamResponse:
        key = request.headers.get("x-api-key")
        if request.method != "POST" or request.path != PATH:
            return _error(404, "Not found")
        if key is not None and key != self.key:
            return _error(403, "Forbidden")
        now, between = self.clock(), timedelta(seconds=1) if key is not None else timedelta(minutes=1)
        if self.last_at is not None and now - self.last_at < between:
            self.too_fast += 1
            return _error(429, "Too Many Requests. Please wait and try again or apply for a key.")
        self.last_at = now
        ids = (await request.json())["ids"]
        self.asked.append(ids)
        if not ids or len(ids) > MOST_IDS or not all(one.startswith(KNOWN_IDS) for one in ids):
            return _error(400, "No valid paper ids given")
        fields = {"paperId", *request.query.get("fields", "title").split(",")}
        found = (self.papers.get(one.partition(":")[2]) for one in ids)
        answers = [known and {name: known.get(name) for name in fields} for known in found]
        return web.Response(body=batch_body(answers), content_type="application/json")


def _error(status: int, words: str) -> web.StreamResponse:
    return web.json_response({"error": words}, status=status)
