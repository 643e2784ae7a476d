"""What a test makes go wrong on the wire: for the next requests on a route, before or after they are carried out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Answer:
    """This status and body instead of carrying the request out; a body that is a text is sent as HTML.

    ``executed``: the request is carried out nevertheless, as by a proxy that lost patience.
    """

    status: int
    body: Json | str = field(default_factory=lambda: {"message": "scripted", "code": 0})
    headers: Mapping[str, str] = field(default_factory=dict)
    executed: bool = False


@dataclass(frozen=True, slots=True)
class TooManyRequests:
    """A 429. ``via=False`` is how Cloudflare's looks; ``scope`` is user, global or shared.

    ``code`` is for limits with a name: 20016 slow mode, 20022 a published message, 20028 and 20029 writes, 30046 edits
    of old messages, 40003 new direct messages.
    """

    retry_after: float = 0.2
    scope: str = "user"
    via: bool = True
    code: int = 0


@dataclass(frozen=True, slots=True)
class Stall:
    """Wait, then carry the request out as usual; ``executed``: it is carried out first, and the answer waits."""

    seconds: float
    executed: bool = False


@dataclass(frozen=True, slots=True)
class Drop:
    """The connection is lost before the request is carried out, or after it but before its answer.

    ``reset``: with a TCP reset instead of an orderly end.
    """

    executed: bool
    reset: bool = False


@dataclass(frozen=True, slots=True)
class Hang:
    """No answer ever comes, whether the request was carried out or not: the moment to kill the program that waits."""

    executed: bool


Fault = Answer | TooManyRequests | Stall | Drop | Hang

UNAUTHORIZED = Answer(401, {"message": "401: Unauthorized", "code": 0})
CLOUDFLARE_BAN = TooManyRequests(via=False)


@dataclass(slots=True)
class _Scripted:
    method: str
    path: str
    fault: Fault
    left: int


@dataclass(slots=True)
class Script:
    _plan: list[_Scripted] = field(default_factory=list)

    def add(self, method: str, path: str, fault: Fault, *, times: int) -> None:
        self._plan.append(_Scripted(method, path, fault, times))

    def take(self, method: str, path: str) -> Fault | None:
        """The oldest fault that waits for such a request; used up by it."""
        for scripted in self._plan:
            if scripted.left and scripted.method == method and fnmatchcase(path, scripted.path):
                scripted.left -= 1
                return scripted.fault
        return None

    @property
    def unused(self) -> int:
        return sum(scripted.left for scripted in self._plan)
