"""What Hugging Face is asked for: the query of a page, where the next one is, and who asks. Pure."""

import re
from collections.abc import Mapping
from ipaddress import ip_address
from urllib.parse import urljoin, urlsplit

from pydantic import SecretStr

from bot.core.period import Period

PATH = "/api/daily_papers"
PAGE_SIZE = 100
"""The most that the site gives at once."""

_LINK = re.compile(r'<([^<>]{1,1000})>\s*;[^,<>]{0,200}?\brel="?next\b')


def page_params(period: Period | None, page: int) -> dict[str, str]:
    """The query of one page; pages count from 0."""
    asked = {} if period is None else {period.kind.value: str(period)}
    return {**asked, "limit": str(PAGE_SIZE), "p": str(page)}


def next_page(headers: Mapping[str, str], url: str) -> str | None:
    """The next page after ``url`` as ``Link`` names it; None where there is none, or where it leads elsewhere."""
    found = _LINK.search(headers.get("link", ""))
    if found is None:
        return None
    try:
        target = urlsplit(urljoin(url, found.group(1)))
    except ValueError:
        return None
    asked = urlsplit(url)
    return target.geturl() if (target.scheme, target.netloc, target.path) == asked[:3] else None


def authorization(url: str, token: SecretStr | None) -> dict[str, str]:
    """The header that shows the token, where it cannot be overheard: over TLS, or on this machine."""
    parts = urlsplit(url)
    if token is None or not token.get_secret_value().isascii():
        return {}
    if parts.scheme != "https" and not _is_this_machine(parts.hostname or ""):
        return {}
    return {"Authorization": f"Bearer {token.get_secret_value()}"}


def _is_this_machine(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
