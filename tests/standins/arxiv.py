"""An arXiv of one's own on a loopback port: its feeds, its API, its OAI server, and its patience.

The shapes are those of recorded answers of 2025 and 2026; everything in them is made up.
"""

import asyncio
import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from xml.sax.saxutils import escape, quoteattr
from zoneinfo import ZoneInfo

from aiohttp import web

from tests.standins.site import LoopbackSite

NEW_YORK = ZoneInfo("America/New_York")
BETWEEN = timedelta(seconds=3)
NAMESPACES = (
    'xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns:dc="http://purl.org/dc/elements/1.1/" '
    'xmlns="http://www.w3.org/2005/Atom"'
)
RSS = 'xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns:dc="http://purl.org/dc/elements/1.1/" version="2.0"'


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A paper as arXiv knows it."""

    id: str = "2503.01234"
    version: int = 1
    title: str = "A made-up paper"
    abstract: str = "We made this up. It is about nothing in particular."
    authors: tuple[str, ...] = ("Ada Lovelace", "Emmy Noether")
    categories: tuple[str, ...] = ("cs.CL", "cs.AI")
    kind: str = "new"
    """How the feed announces it."""
    submitted_at: datetime = datetime(2025, 3, 12, 17, 59, 46, tzinfo=UTC)
    updated_at: datetime | None = None
    changed_on: date = date(2025, 3, 13)
    """The day under which the OAI server lists it."""
    comment: str = ""
    deleted: bool = False


def make_entries(count: int, *, month: str = "2503", **facts: Any) -> list[Entry]:
    return [
        Entry(id=f"{month}.{number:05}", title=f"Made-up paper {number}", **facts) for number in range(1, count + 1)
    ]


# --- the answers ---


def rss_body(entries: Iterable[Entry], *, day: date = date(2025, 3, 14)) -> bytes:
    at = datetime.combine(day, time(), NEW_YORK).strftime("%a, %d %b %Y %H:%M:%S %z")
    items = "".join(
        f"<item><title>{escape(one.title)}</title><link>https://arxiv.org/abs/{one.id}</link>"
        f"<description>{escape(_announcement(one))}</description>"
        f'<guid isPermaLink="false">oai:arXiv.org:{one.id}v{one.version}</guid>'
        + "".join(f"<category>{code}</category>" for code in one.categories)
        + f"<pubDate>{at}</pubDate><arxiv:announce_type>{one.kind}</arxiv:announce_type>"
        f"<dc:rights>http://creativecommons.org/licenses/by/4.0/</dc:rights>"
        f"<dc:creator>{escape(', '.join(one.authors))}</dc:creator></item>"
        for one in entries
    )
    return (
        f"<?xml version='1.0' encoding='UTF-8'?>\n<rss {RSS}><channel><title>updates on arXiv.org</title>"
        f"<link>http://rss.arxiv.org/rss/</link><language>en-us</language><lastBuildDate>{at}</lastBuildDate>"
        f"<pubDate>{at}</pubDate><skipDays><day>Sunday</day><day>Saturday</day></skipDays>{items}</channel></rss>"
    ).encode()


def atom_body(entries: Iterable[Entry], *, day: date = date(2025, 3, 14)) -> bytes:
    midnight = datetime.combine(day, time(), NEW_YORK)
    made = midnight.astimezone(UTC) + timedelta(seconds=19)
    items = "".join(
        f"<entry><id>oai:arXiv.org:{one.id}v{one.version}</id><title>{escape(one.title)}</title>"
        f"<updated>{made.isoformat()}</updated>"
        f'<link href="https://arxiv.org/abs/{one.id}" rel="alternate" type="text/html"/>'
        f"<summary>{escape(_announcement(one))}</summary>"
        + "".join(f'<category term="{code}"/>' for code in one.categories)
        + f"<published>{midnight.isoformat()}</published><arxiv:announce_type>{one.kind}</arxiv:announce_type>"
        f"<dc:creator>{escape(', '.join(one.authors))}</dc:creator></entry>"
        for one in entries
    )
    return (
        f"<?xml version='1.0' encoding='UTF-8'?>\n<feed {NAMESPACES}><id>http://rss.arxiv.org/atom/</id>"
        f"<title>updates on arXiv.org</title><updated>{made.isoformat()}</updated>{items}</feed>"
    ).encode()


def api_body(entries: Iterable[Entry], *, total: int | None = None) -> bytes:
    known = list(entries)
    items = "".join(
        f"<entry><id>http://arxiv.org/abs/{one.id}v{one.version}</id><title>{escape(one.title)}</title>"
        f"<updated>{_stamp(one.updated_at or one.submitted_at)}</updated>"
        f'<link href="https://arxiv.org/abs/{one.id}v{one.version}" rel="alternate" type="text/html"/>'
        f"<summary>{escape(one.abstract)}</summary>"
        + "".join(f'<category term="{code}" scheme="http://arxiv.org/schemas/atom"/>' for code in one.categories)
        + f"<published>{_stamp(one.submitted_at)}</published>"
        + (f"<arxiv:comment>{escape(one.comment)}</arxiv:comment>" if one.comment else "")
        + f'<arxiv:primary_category term="{one.categories[0]}"/>'
        + "".join(f"<author><name>{escape(name)}</name></author>" for name in one.authors)
        + "</entry>"
        for one in known
    )
    return (
        "<?xml version='1.0' encoding='UTF-8'?>\n"
        f'<feed xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/" {NAMESPACES}>'
        "<id>https://arxiv.org/api/made-up</id><title>arXiv Query</title><updated>2025-03-14T09:00:00Z</updated>"
        f"<opensearch:itemsPerPage>{len(known)}</opensearch:itemsPerPage>"
        f"<opensearch:totalResults>{len(known) if total is None else total}</opensearch:totalResults>"
        f"<opensearch:startIndex>0</opensearch:startIndex>{items}</feed>"
    ).encode()


def error_body(said: str = "incorrect id format for abc") -> bytes:
    where = f"https://arxiv.org/api/errors#{said.replace(' ', '_')}"
    return (
        f"<?xml version='1.0' encoding='UTF-8'?>\n<feed {NAMESPACES}><id>https://arxiv.org/</id><title>arXiv Search "
        f"Results</title><updated>2025-03-14T09:00:00Z</updated><entry><id>{where}</id><title>Error</title><updated>"
        f"2025-03-14T09:00:00Z</updated><summary>{escape(said)}</summary><author><name>arXiv api core</name></author>"
        "</entry></feed>"
    ).encode()


def oai_body(entries: Iterable[Entry], *, token: str | None = None, at: str = "2025-03-14T09:00:00Z") -> bytes:
    records = "".join(_record(one) for one in entries)
    more = f'<resumptionToken cursor="0">{escape(token)}</resumptionToken>' if token is not None else ""
    return _oai(f"<ListRecords>{records}{more}</ListRecords>", at)


def oai_error(code: str, said: str = "", *, at: str = "2025-03-14T09:00:00Z") -> bytes:
    return _oai(f"<error code={quoteattr(code)}>{escape(said)}</error>", at)


def _oai(inside: str, at: str) -> bytes:
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/">'
        f'<responseDate>{at}</responseDate><request verb="ListRecords">http://oaipmh.arxiv.org/oai</request>'
        f"{inside}</OAI-PMH>"
    ).encode()


def _record(one: Entry) -> str:
    header = f"<identifier>oai:arXiv.org:{one.id}</identifier><datestamp>{one.changed_on}</datestamp>"
    if one.deleted:
        return f'<record><header status="deleted">{header}</header></record>'
    authors = "".join(
        f"<author><keyname>{escape(last)}</keyname><forenames>{escape(first)}</forenames></author>"
        for first, _, last in (name.rpartition(" ") for name in one.authors)
    )
    updated = f"<updated>{one.updated_at.date()}</updated>" if one.updated_at else ""
    comment = f"<comments>{escape(one.comment)}</comments>" if one.comment else ""
    return (
        f'<record><header>{header}</header><metadata><arXiv xmlns="http://arxiv.org/OAI/arXiv/"><id>{one.id}</id>'
        f"<created>{one.submitted_at.date()}</created>{updated}<authors>{authors}</authors><title>{escape(one.title)}"
        f"</title><categories>{' '.join(one.categories)}</categories>{comment}<abstract>  {escape(one.abstract)}\n"
        "</abstract></arXiv></metadata></record>"
    )


def _announcement(one: Entry) -> str:
    return f"arXiv:{one.id}v{one.version} Announce Type: {one.kind} \nAbstract: {one.abstract}"


def _stamp(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


# --- the site ---


@dataclass(kw_only=True)
class ArXivStandIn(LoopbackSite):
    """``site.url`` is what ``ARXIV_RSS_URL`` and its kin want. ``clock`` is whose three seconds count.

    ``too_fast`` counts the requests that came while another was answered, or less than three seconds after one.
    """

    clock: Callable[[], datetime]
    entries: list[Entry] = field(default_factory=list)
    day: date = date(2025, 3, 14)
    """Of the announcement that the feeds are of."""
    a_page: int = 1_000
    too_fast: int = 0
    asked_at: list[datetime] = field(default_factory=list)
    tokens: dict[str, tuple[list[Entry], int]] = field(default_factory=dict)
    busy: bool = False

    async def answer(self, request: web.Request) -> web.StreamResponse:
        now = self.clock()
        hasty = self.busy or bool(self.asked_at and timedelta() <= now - self.asked_at[-1] < BETWEEN)
        self.asked_at.append(now)
        if hasty:
            self.too_fast += 1
            return web.Response(status=429, text="Rate exceeded.")
        self.busy = True
        try:
            await asyncio.sleep(0.01)  # as an answer takes its time
            return self._answer_to(request)
        finally:
            self.busy = False

    def _answer_to(self, request: web.Request) -> web.StreamResponse:
        kind, _, which = request.path.strip("/").partition("/")
        match kind:
            case "rss" | "atom":
                codes = _codes(which.split("+"), self.entries)
                found = [one for one in self.entries if codes.intersection(one.categories)]
                return _conditional(request, (rss_body if kind == "rss" else atom_body)(found, day=self.day))
            case "api":
                wanted = request.query.get("id_list", "").split(",")
                if "abc" in wanted:
                    return _xml(error_body(), status=400)
                most = int(request.query.get("max_results", 10))
                return _xml(api_body([one for one in self.entries if one.id in wanted][:most]))
            case "oai":
                return _xml(self._list(request))
            case _:
                return web.Response(status=404, text="not here")

    def _list(self, request: web.Request) -> bytes:
        token = request.query.get("resumptionToken")
        if token is not None and token not in self.tokens:
            return oai_error("badResumptionToken", "The token has expired")
        found, start = self.tokens[token] if token is not None else (self._records(request), 0)
        page, end = found[start : start + self.a_page], start + self.a_page
        if not page:
            return oai_error("noRecordsMatch")
        following = None
        if end < len(found):
            following = f"{1_000_000 + len(self.tokens)}|{end + 1}"
            self.tokens[following] = (found, end)
        return oai_body(page, token=following)

    def _records(self, request: web.Request) -> list[Entry]:
        code = ".".join(request.query["set"].split(":")[1:]) or request.query["set"]
        first, last = (date.fromisoformat(request.query[name]) for name in ("from", "until"))
        return [one for one in self.entries if code in one.categories and first <= one.changed_on <= last]


def _codes(wanted: Sequence[str], entries: Iterable[Entry]) -> set[str]:
    """The categories that are asked for; an archive stands for all of its."""
    return {code for one in entries for code in one.categories if code in wanted or code.partition(".")[0] in wanted}


def _conditional(request: web.Request, body: bytes) -> web.StreamResponse:
    mark = f'"{hashlib.sha256(body).hexdigest()[:20]}"'
    if request.headers.get("If-None-Match") == mark:
        return web.Response(status=304, headers={"ETag": mark})
    response = web.Response(body=body, headers={"ETag": mark}, content_type="application/rss+xml")
    response.enable_compression()
    return response


def _xml(body: bytes, *, status: int = 200) -> web.StreamResponse:
    return web.Response(status=status, body=body, content_type="application/xml")
