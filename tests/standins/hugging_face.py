"""A Hugging Face of one's own on a loopback port, over real HTTP: its daily papers, its limits and its bad days."""

import asyncio
import gzip
import hashlib
import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

from aiohttp import web

from tests.standins.site import Fault, LoopbackSite

PATH = "/api/daily_papers"
MOST_A_PAGE = 100
USUAL_A_PAGE = 50
A_LONG_TIME = 3600.0

Item = dict[str, Any]


def make_item(number: int = 1, *, day: date = date(2025, 3, 14), upvotes: int = 10, **paper: Any) -> Item:
    """The ``number``-th made-up paper of ``day``, as the site shapes it; further facts go into its ``paper``."""
    at = datetime.combine(day, time(1), UTC)
    published = _stamp(at - timedelta(days=1))
    title = f"Made-up paper {number} of {day}"
    abstract = f"We made up paper number {number}. It is about nothing in particular."
    facts = {
        "id": f"{day:%y%m}.{day.day * 1000 + number:05}",
        "authors": [{"_id": "a1", "name": "Ada Lovelace", "hidden": False}, {"name": "Emmy Noether", "hidden": False}],
        "publishedAt": published,
        "submittedOnDailyAt": _stamp(at),
        "title": title,
        "summary": abstract,
        "upvotes": upvotes,
        "discussionId": f"d{number}",
    }
    item: Item = {"publishedAt": published, "title": title, "summary": abstract, "numComments": 1}
    return {**item, "isAuthorParticipating": False, "paper": {**facts, **paper}}


def make_items(count: int, *, day: date = date(2025, 3, 14), **paper: Any) -> list[Item]:
    """``count`` made-up papers of ``day``, the most voted for first."""
    return [make_item(number, day=day, upvotes=count - number, **paper) for number in range(1, count + 1)]


def recorded_days(folder: Path, *days: date) -> dict[date, list[Item]]:
    """The recorded answers in ``folder`` (``hf-daily`` beside the project) for ``days``, or for all there are."""
    files = [folder / f"{day}.json" for day in days] or sorted(folder.glob("????-??-??.json"))
    return {date.fromisoformat(file.stem): json.loads(file.read_text(encoding="utf-8")) for file in files}


@dataclass
class HuggingFaceStandIn(LoopbackSite):
    """``site.url`` is what ``HF_ENDPOINT`` wants.

    ``remaining`` counts down with each request; at nothing
    left the site refuses until it is set again, and says that its window ends in ``resets_in`` seconds.
    """

    days: dict[date, list[Item]] = field(default_factory=dict)
    today: date = date(2025, 3, 14)
    quota: int = 500
    resets_in: int = 300
    with_links: bool = True

    def __post_init__(self) -> None:
        super().__post_init__()
        self.remaining = self.quota

    # --- how it answers ---

    async def answer(self, request: web.Request) -> web.StreamResponse:
        if request.path != PATH:
            return _error(404, "Sorry, we can't find the page you are looking for.")
        if self.remaining <= 0:
            refused = _error(429, "We had to rate limit your IP.")
            refused.headers.update(self._limits())
            return refused
        self.remaining -= 1
        response = self._page(request)
        response.headers.update(self._limits())
        return response

    def _limits(self) -> dict[str, str]:
        return {
            "RateLimit": f'"api";r={self.remaining};t={self.resets_in}',
            "RateLimit-Policy": f'"fixed window";"api";q={self.quota};w=300',
        }

    def _page(self, request: web.Request) -> web.Response:
        try:
            first, last = _asked_days(request.query, self.today)
            limit = int(request.query.get("limit", USUAL_A_PAGE))
            page = int(request.query.get("p", 0))
        except ValueError:
            return _error(400, "Invalid query parameter", {"X-Error-Message": "Invalid query parameter"})
        if first > self.today or not 1 <= limit <= MOST_A_PAGE or page < 0:
            return _error(400, f'"date" must be less than or equal to "{self.today}T23:59:59.999Z"')
        items = [item for day in sorted(self.days, reverse=True) if first <= day <= last for item in self.days[day]]
        shown = items[page * limit : (page + 1) * limit]
        body = json.dumps(shown).encode()
        headers = {"ETag": f'W/"{hashlib.sha256(body).hexdigest()[:20]}"'}
        if self.with_links and len(items) > (page + 1) * limit:
            following = request.url.update_query(p=str(page + 1), limit=str(limit))
            headers["Link"] = f'<{following}>; rel="next"'
        if request.headers.get("If-None-Match") == headers["ETag"]:
            return web.Response(status=304, headers=headers)
        response = web.Response(body=body, headers=headers, content_type="application/json")
        response.enable_compression()
        return response


def status(code: int, text: str = "Internal Error", **headers: str) -> Fault:
    """An error of the site's own; ``Retry_After`` becomes the header ``Retry-After``."""

    async def answer(_: web.Request) -> web.StreamResponse:
        return _error(code, text, {name.replace("_", "-"): value for name, value in headers.items()})

    return answer


def throttled(*, resets_in: int | None = None, retry_after: int | datetime | None = None) -> Fault:
    """429 with the headers that are named: ``RateLimit``, and ``Retry-After`` as seconds or as a date."""
    headers = {}
    if resets_in is not None:
        headers["RateLimit"] = f'"api";r=0;t={resets_in}'
    if retry_after is not None:
        in_words = format_datetime(retry_after, usegmt=True) if isinstance(retry_after, datetime) else str(retry_after)
        headers["Retry-After"] = in_words

    async def answer(_: web.Request) -> web.StreamResponse:
        return _error(429, "We had to rate limit your IP.", headers)

    return answer


def body(content: bytes, *, content_type: str = "application/json", **headers: str) -> Fault:
    """200 with exactly this."""

    async def answer(_: web.Request) -> web.StreamResponse:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return web.Response(body=content, content_type=content_type, headers=named)

    return answer


EMPTY = body(b"")
HTML = body(b"<!doctype html><html><body><h1>We are down for maintenance</h1></body></html>", content_type="text/html")
WRONG_SHAPE = body(b'{"papers": []}')


def redirect(to: str) -> Fault:
    async def answer(_: web.Request) -> web.StreamResponse:
        return web.Response(status=302, headers={"Location": to})

    return answer


async def reset(request: web.Request) -> web.StreamResponse:
    """The connection ends without a word."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


async def truncated(request: web.Request) -> web.StreamResponse:
    """Half of what was announced, and then the end of the connection."""
    response = web.StreamResponse(headers={"Content-Length": "1000", "Content-Type": "application/json"})
    await response.prepare(request)
    await response.write(b'[{"paper": {"id": "2503.')
    if request.transport is not None:
        request.transport.close()
    return response


async def huge(request: web.Request) -> web.StreamResponse:
    """40 MB that look like the beginning of a list."""
    response = web.StreamResponse(headers={"Content-Type": "application/json"})
    await response.prepare(request)
    with suppress(ConnectionError):  # the client has had enough, which is what this is for
        for _ in range(40):
            await response.write(b"[" + b" " * (2**20 - 1))
    return response


async def bomb(request: web.Request) -> web.StreamResponse:
    """64 MB of nothing, packed into 64 KB."""
    packed = await asyncio.to_thread(gzip.compress, bytes(64 * 2**20), 9)
    return await body(packed, Content_Encoding="gzip")(request)


def _asked_days(query: Mapping[str, str], today: date) -> tuple[date, date]:
    """The first and last day that a query asks for. Raises ValueError."""
    if "date" in query:
        day = date.fromisoformat(query["date"])
        return day, day
    if "week" in query:
        year, _, week = query["week"].partition("-W")
        first = date.fromisocalendar(int(year), int(week), 1)
        return first, first + timedelta(days=6)
    if "month" in query:
        first = date.fromisoformat(f"{query['month']}-01")
        return first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    return date.min, today


def _error(code: int, text: str, headers: Mapping[str, str] | None = None) -> web.Response:
    return web.json_response({"error": text}, status=code, headers=headers)


def _stamp(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.000Z")


def as_body(items: Sequence[Any]) -> bytes:
    """Items as the site would send them."""
    return json.dumps(list(items)).encode()
