"""BioRxiv and medRxiv, each a source of its own, by the API that they share: what was posted on a day, page by page.

It takes no key, and nothing that is known of its terms names a limit, only that it be asked sparingly: so it is one
request at a time with two seconds between them, over all processes and both servers, and a look in three hours.
"""

import asyncio
from collections.abc import Collection
from dataclasses import replace
from datetime import date, datetime, timedelta

from bot.core.period import Period
from bot.ports import Clock, Fetched
from bot.sources.exchange import Ask
from bot.sources.http import PoliteClient
from bot.sources.preprints_parse import read_page
from bot.sources.store_gate import StoreGate
from storage.store import Store

SITE = "api.biorxiv.org"
"""The gate's name."""
BETWEEN = timedelta(seconds=2)
SILENCE = timedelta(minutes=10)
"""After a refusal that names no time."""
LOOKS_EVERY = timedelta(hours=3)
PATIENCE = timedelta(seconds=15)
TAKES = timedelta(seconds=60)
A_DAY = timedelta(days=1)


class ApiGate(StoreGate):
    """What both servers, and all processes of this installation, share; one for each client."""

    def __init__(self, store: Store, clock: Clock) -> None:
        super().__init__(store, clock, name=SITE, between=BETWEEN, silence=SILENCE)


class Preprints:
    """The source ``server``. ``client`` has the gate; ``url`` is the API's, or that of a mirror."""

    is_final = False
    is_daily = False

    def __init__(
        self,
        client: PoliteClient,
        *,
        server: str,
        subjects: Collection[str],
        url: str,
        clock: Clock,
        patience: timedelta = PATIENCE,
    ) -> None:
        self._client = client
        self.name = server
        self._subjects = subjects
        self._url = url
        self._clock = clock
        self._patience = patience
        self._looked_at: datetime | None = None

    def days_now(self, now: datetime) -> tuple[date, ...]:
        """Yesterday, which goes on in the west, and today; none so soon after the last look."""
        if self._looked_at is not None and timedelta() <= now - self._looked_at < LOOKS_EVERY:
            return ()
        return now.date() - A_DAY, now.date()

    async def fetch(self, period: Period | None, *, after: str | None = None) -> Fetched:
        """A page of what was posted in ``period``, of yesterday and today where it is None.

        Raises:
            SourceError: one of its kinds.
        """
        today = self._clock().date()
        first, last = (period.first, period.last) if period is not None else (today - A_DAY, today)
        begun = int(after) if after is not None and after.isdecimal() else 0
        ask = Ask(
            source=self.name,
            url=f"{self._url}/details/{self.name}/{first}/{last}/{begun}/json",
            patience=self._patience,
            deadline=TAKES,
            silence=TAKES,
        )
        answer = await self._client.get(ask)
        fetched = await asyncio.to_thread(self._page, answer.body, begun, answer.at)
        if fetched.rest is None and last == today:
            self._looked_at = answer.at
        return fetched

    def read(self, body: bytes, *, day: date | None) -> Fetched:  # noqa: ARG002  # each item says its own
        """A recorded page.

        Raises:
            SourceChanged: it is none.
        """
        return replace(self._page(body, 0, self._clock()), rest=None)

    def _page(self, body: bytes, after: int, seen_at: datetime) -> Fetched:
        return read_page(body, source=self.name, subjects=self._subjects, after=after, seen_at=seen_at)
