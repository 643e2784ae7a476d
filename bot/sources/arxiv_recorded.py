"""A recorded answer of arXiv's, whichever of its servers gave it. Pure."""

from collections.abc import Set as AbstractSet
from datetime import datetime

from bot.errors import SourceChanged
from bot.ports import Fetched
from bot.sources.arxiv_api import read_entries
from bot.sources.arxiv_facts import NAME, moment
from bot.sources.arxiv_feed import Announced, read_feed
from bot.sources.arxiv_oai import read_records
from bot.sources.items import LONGEST_MOMENT
from bot.sources.xml import child, name, read_xml, text


def read_recorded(body: bytes, *, kinds: AbstractSet[Announced], now: datetime) -> Fetched:
    """What a recorded answer says, seen at the moment that it names itself, so that reading it again adds nothing.

    Raises:
        SourceChanged: it is no answer of arXiv's, or does not say when it was given.
    """
    root = read_xml(body, NAME)
    places = (("responseDate",), ("channel", "lastBuildDate"), ("updated",))
    said = next((found for place in places if (found := text(child(root, *place), LONGEST_MOMENT))), "")
    seen_at = moment(said, latest=now)
    if seen_at is None:
        raise SourceChanged(NAME, "Nothing in it tells when it was given.")
    if name(root) == "OAI-PMH":
        return read_records(body, seen_at=seen_at).fetched
    if name(root) == "rss" or any(name(element) == "announce_type" for element in root.iter()):
        return read_feed(body, kinds=kinds, seen_at=seen_at).fetched
    return read_entries(body, seen_at=seen_at)
