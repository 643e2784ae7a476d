"""The API of bioRxiv and medRxiv of one's own on a loopback port: days of preprints, page by page."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from aiohttp import web

from tests.standins.site import LoopbackSite

BETWEEN = timedelta(seconds=1)
Preprint = dict[str, Any]


def make_preprint(number: int = 1, *, posted_on: str = "2025-03-14", **facts: Any) -> Preprint:
    """The ``number``-th made-up preprint, as the API tells it."""
    return {
        "title": f"Made-up preprint {number}",
        "authors": "Doe, J. A.; van der Roe, Richard; The Made-Up Consortium",
        "author_corresponding": "Jane A. Doe",
        "author_corresponding_institution": "University of Nowhere",
        "doi": f"10.1101/2025.03.14.{643_000 + number}",
        "date": posted_on,
        "version": "1",
        "type": "new results",
        "license": "cc_by",
        "category": "cell biology",
        "jatsxml": "https://www.biorxiv.org/content/early/2025/03/14/made-up.source.xml",
        "abstract": f"We made up preprint {number}. It is about nothing in particular.",
        "funder": "NA",
        "published": "NA",
        "server": "bioRxiv",
    } | facts


def page_body(page: Sequence[Preprint], *, total: int, cursor: int = 0) -> bytes:
    said = {"status": "ok", "category": "all", "interval": "2025-03-14:2025-03-14", "funder": "all"}
    numbers = {"cursor": cursor, "count": len(page), "count_new_papers": str(total), "total": str(total)}
    return json.dumps({"messages": [said | numbers], "collection": list(page)}).encode()


NOTHING = json.dumps({"messages": [{"status": "no posts found"}], "collection": []}).encode()


@dataclass(kw_only=True)
class PreprintsStandIn(LoopbackSite):
    """``site.url`` is what ``BIORXIV_API_URL`` wants; ``posted`` is what each server has, ``a_page`` how much it gives.

    It says ``more`` than there is, as the real one has done. ``too_fast`` counts what came sooner than a second after
    the request before.
    """

    clock: Callable[[], datetime]
    posted: dict[str, list[Preprint]] = field(default_factory=dict)
    a_page: int = 30
    more: int = 0
    too_fast: int = 0
    last_at: datetime | None = None

    async def answer(self, request: web.Request) -> web.StreamResponse:
        now = self.clock()
        self.too_fast += self.last_at is not None and now - self.last_at < BETWEEN
        self.last_at = now
        _, details, server, first, last, cursor, form = request.path.split("/")
        assert (details, form) == ("details", "json")
        found = [one for one in self.posted.get(server, []) if first <= one["date"] <= last]
        page = found[int(cursor) : int(cursor) + self.a_page]
        body = page_body(page, total=len(found) + self.more, cursor=int(cursor)) if page else NOTHING
        return web.Response(body=body, content_type="application/json")
