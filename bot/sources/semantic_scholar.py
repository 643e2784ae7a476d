"""Semantic Scholar, a catalogue: citations, a summary by its model, and fields of study, for papers by their ids.

It asks for one request a second with a key, over all that ask with it, and for growing pauses after a failure; without
a key all the world shares one allowance, of which little is left (in 2026 about one request a minute went through).
"""

import asyncio
from collections.abc import Sequence
from datetime import timedelta

from pydantic import SecretStr

from bot.ports import Clock, Fetched
from bot.sources.exchange import Ask
from bot.sources.http import PoliteClient
from bot.sources.semantic_scholar_parse import FIELDS, MOST_IDS, NAME, ids_body, read_batch
from bot.sources.store_gate import StoreGate
from storage.records import PaperId
from storage.store import Store

PATH = "/graph/v1/paper/batch"
TAKES = timedelta(seconds=30)
WITH_KEY, WITHOUT_KEY = timedelta(seconds=1), timedelta(minutes=1)
SILENCE = timedelta(minutes=1)
"""After a refusal, which names no time; whoever asks again waits longer each time (``bot.services.details``)."""


def gate(store: Store, clock: Clock, *, has_key: bool) -> StoreGate:
    """What all processes of this installation share."""
    return StoreGate(store, clock, name=NAME, between=WITH_KEY if has_key else WITHOUT_KEY, silence=SILENCE)


class SemanticScholar:
    """The catalogue. ``client`` has the gate; ``url`` is the site's, or that of a mirror."""

    name = NAME
    most_ids = MOST_IDS
    knows_dois = True
    knows_after = timedelta(days=2)
    """A new paper is there after about a day."""
    again_after = timedelta(days=7)

    def __init__(self, client: PoliteClient, *, url: str, key: SecretStr | None) -> None:
        self._client = client
        self._url = url
        self._headers = {"x-api-key": key.get_secret_value()} if key is not None else {}

    async def look_up(self, ids: Sequence[PaperId]) -> Fetched:
        """What it says of at most ``most_ids`` papers. Nobody waits for it, so it is tried once and not waited for."""
        ask = Ask(
            source=NAME,
            url=f"{self._url}{PATH}",
            params={"fields": FIELDS},
            headers=self._headers,
            body=ids_body(ids),
            patience=timedelta(),
            deadline=TAKES,
            attempts=1,
            redirects=0,  # the key is for this server
        )
        answer = await self._client.get(ask)
        return await asyncio.to_thread(read_batch, answer.body, ids=ids, seen_at=answer.at)
