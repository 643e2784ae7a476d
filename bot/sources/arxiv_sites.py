"""Where arXiv's three servers are."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True, kw_only=True)
class Sites:
    """The addresses of arXiv's three servers; where one has no path, the site's own is put behind it."""

    rss: str
    api: str
    oai: str

    def feed(self, categories: Sequence[str]) -> str:
        """The feed of all these categories together."""
        return f"{_with_path(self.rss, '/rss')}/{'+'.join(categories)}"

    @property
    def papers(self) -> str:
        """The API, which knows papers by their ids."""
        return _with_path(self.api, "/api/query")

    @property
    def records(self) -> str:
        """The OAI server, which lists records by the day on which they changed."""
        return _with_path(self.oai, "/oai")


def _with_path(address: str, path: str) -> str:
    return address if urlsplit(address).path.strip("/") else f"{address.rstrip('/')}{path}"
