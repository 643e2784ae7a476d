"""What of arXiv this installation follows: what its operator chose, and what its channels and people ask for."""

from collections.abc import Collection

import structlog

from bot.core.followed import categories_in, fewest
from bot.core.parse_query import parse_query
from bot.errors import InvalidInput
from storage.store import Store

log = structlog.get_logger(__name__)


async def followed_categories(store: Store, chosen: Collection[str]) -> tuple[str, ...]:
    """``chosen`` and the categories in the queries of all channels and topics, as few names as mean the same."""
    async with store.read() as tx:
        setups = await tx.channels.list()
        topics = await tx.topics.all()
    queries = {setup.query for setup in setups if setup.query} | {topic.query for topic in topics}
    found = set(chosen)
    for text in queries:
        try:
            found |= categories_in(parse_query(text))
        except InvalidInput as problem:  # kept by another version, maybe; whoever asked is told by its own digest
            log.info("a query cannot be read any more", query=text, problem=str(problem))
    return fewest(found)
