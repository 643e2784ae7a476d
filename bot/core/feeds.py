"""The feeds that the operator names: ``bioRxiv=https://… ACL=https://…``."""

import re
from urllib.parse import urlsplit

FILES = "files"
"""The source that is a folder on this machine."""
NAMES_TAKEN = frozenset({"huggingface", "arxiv", "semanticscholar", FILES, "sample"})
"""Those of the other sources of papers in the store."""

_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,28}[A-Za-z0-9])?", re.ASCII)
_READ_OTHERWISE = (".arxiv.org", ".huggingface.co")
"""Sites that count all that we ask of them together."""


def read_feeds(text: str) -> dict[str, str]:
    """The address of each feed by its name, in their order.

    Raises:
        ValueError: what is wrong with ``text``, in words that follow its name.
    """
    found: dict[str, str] = {}
    taken = set(NAMES_TAKEN)
    for entry in text.split():
        name, sign, url = entry.partition("=")
        if not sign or "/" in name:
            raise ValueError("has an address without a name; write NAME=ADDRESS")
        if _NAME.fullmatch(name) is None or name.lower() in taken:
            raise ValueError(
                f"calls a feed {name!r}; each needs a name of its own, up to 30 letters, digits and hyphens"
            )
        if problem := _problem(url):
            raise ValueError(f"has an address for {name} that {problem}")
        taken.add(name.lower())
        found[name] = url
    return found


def _problem(url: str) -> str:
    """What is wrong with the address of a feed; nothing where it will do."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return "is not one"
    if not host or parts.scheme != "https":
        return "does not begin with https:// and a host"
    if "@" in parts.netloc:
        return "holds a password, which would show in logs"
    if f".{host}".endswith(_READ_OTHERWISE):
        return "belongs to a site that is read in its own way: see ARXIV_CATEGORIES"
    return ""
