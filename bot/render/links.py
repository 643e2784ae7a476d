"""Addresses that came from outside: shown with the host that they lead to, or not at all."""

import ipaddress
import re
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from bot.render.limits import MOST_URL
from bot.render.markdown import safe_address, visible

_NAME = re.compile(r"(?=.{4,253}\Z)(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{1,62}", re.ASCII)
MOST_HOST = 40


@dataclass(frozen=True, slots=True)
class Link:
    """``host`` is what a reader should see before following: in its ASCII form, so no letter can pose as another."""

    url: str
    host: str


def outside(url: str | None) -> Link | None:
    """The link, if it is a plain web address of a public name.

    Not one with a user name (it could pose as a host), a port, a bare number for a host, or more characters than
    Discord takes. Nobody but the reader ever follows it.
    """
    if not url or url != visible(url) or any(character.isspace() for character in url):
        return None
    try:
        parts = urlsplit(url)
        host = _ascii(parts)
    except ValueError:
        return None
    if host is None or parts.scheme.lower() not in {"http", "https"} or "@" in parts.netloc or ":" in parts.netloc:
        return None
    address = safe_address(parts._replace(scheme=parts.scheme.lower(), netloc=host).geturl())
    return Link(address, shown_host(host)) if address and len(address) <= MOST_URL else None


def shown_host(host: str) -> str:
    """Without ``www.``; a long one by its end, which is the part that says whose it is."""
    host = host.removeprefix("www.")
    return host if len(host) <= MOST_HOST else "…" + host[1 - MOST_HOST :]


def _ascii(parts: SplitResult) -> str | None:
    host = (parts.hostname or "").rstrip(".")
    try:
        ipaddress.ip_address(host)
    except ValueError:
        name = host.encode("idna").decode("ascii") if host else ""
        return name if _NAME.fullmatch(name) else None
    return None
