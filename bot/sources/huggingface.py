"""Hugging Face's daily papers: build the request, fetch it page by page, hand it to the parser."""

import asyncio
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import structlog
from pydantic import SecretStr

from bot.core.period import Period, PeriodKind
from bot.errors import SourceChanged
from bot.ports import Clock, Fetched
from bot.sources.exchange import Ask
from bot.sources.http import PoliteClient
from bot.sources.huggingface_asks import PAGE_SIZE, PATH, authorization, next_page, page_params
from bot.sources.huggingface_parse import NAME, listed_ids, newest_moment, read_items, read_papers
from bot.sources.json_list import MOST_BYTES

log = structlog.get_logger(__name__)

MOST_PAGES = 60
"""Far more than the fullest month has: where it ends a site that never ends its list."""
PATIENCE = timedelta(seconds=15)
"""How long a look waits for the site's rate limit before it gives up until later."""


class HuggingFace:
    """The source of that name. ``endpoint`` is the site or a mirror of it, without a slash at its end.

    The token goes to the endpoint's own host and nowhere else, and never in clear over a network.
    """

    name = NAME
    is_final = False
    is_daily = True

    def __init__(
        self,
        client: PoliteClient,
        *,
        endpoint: str,
        token: SecretStr | None,
        clock: Clock,
        patience: timedelta = PATIENCE,
    ) -> None:
        self._client = client
        self._endpoint = endpoint.rstrip("/")
        self._token = token
        self._clock = clock
        self._patience = patience

    def days_now(self, now: datetime) -> tuple[date, date]:
        """Yesterday too: its votes are still moving, and papers are added to it until it ends in the west."""
        return now.date() - timedelta(days=1), now.date()

    async def fetch(self, period: Period | None, *, after: str | None = None) -> Fetched:  # noqa: ARG002  # it is always whole
        """Every paper of ``period``, seen at the moment in which its last page arrived.

        Without a period it is the one page of the newest papers: the pages behind it go back through all the days.

        Raises:
            SourceError: one of its kinds.
        """
        items: list[Any] = []
        known: frozenset[str] = frozenset()
        url: str | None = None
        seen_at = self._clock()
        for page in range(MOST_PAGES):
            ask = self._ask(period, page, url)
            answer = await self._client.get(ask)
            listed = await asyncio.to_thread(read_items, answer.body)
            seen_at = answer.at
            ids = listed_ids(listed)
            items += listed
            if period is None or not listed or (page and ids <= known):
                break
            known |= ids
            url = next_page(answer.headers, ask.url)
            if len(listed) < PAGE_SIZE and url is None:
                break
        else:
            log.warning("the list does not end; the rest of it is left out", source=NAME, pages=MOST_PAGES)
        day = period.first if period is not None and period.kind is PeriodKind.DAY else None
        return await asyncio.to_thread(read_papers, items, day=day, seen_at=seen_at)

    def read(self, body: bytes, *, day: date | None) -> Fetched:
        """A recorded answer.

        It was seen at the newest moment that is named anywhere in it, since a look cannot be older than what it shows,
        and not before the beginning of its day. So it says the same whenever it is read, and reading it again adds no
        second sighting.

        Raises:
            SourceChanged: it is not an answer of this site, or nothing tells when it was given.
        """
        now = self._clock()
        items = read_items(body)
        begun = datetime.combine(day, time.min, UTC) if day is not None else None
        if begun is not None and begun > now:
            raise SourceChanged(NAME, f"It is said to be of {day}, which is still to come.")
        moments = [moment for moment in (begun, newest_moment(items, before=now)) if moment is not None]
        if items and not moments:
            raise SourceChanged(NAME, "Nothing in it tells its day; name the file by it, like 2026-06-30.json.")
        return read_papers(items, day=day, seen_at=max(moments, default=now))

    def _ask(self, period: Period | None, page: int, url: str | None) -> Ask:
        base = f"{self._endpoint}{PATH}"
        return Ask(
            source=NAME,
            url=url or base,
            params={} if url else page_params(period, page),
            headers=authorization(base, self._token),
            patience=self._patience,
            most_bytes=MOST_BYTES,
        )
