"""Connections into the public internet and nowhere else, for addresses that are not ours to vouch for.

Whoever answers for a name may point it at this machine, its network or its cloud's metadata. So a host is looked up
once, every address that it has must be a public one, and the connection goes to one of these very addresses: nobody can
give another answer in between. The name stays what the certificate is checked against and what stands in ``Host``.
"""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

import httpx

from bot.sources.exchange import NotPublic
from bot.sources.http import certificates

Address = IPv4Address | IPv6Address
Resolve = Callable[[str, int], Awaitable[Sequence[Address]]]

MOST_ADDRESSES = 4
"""How many of a host's addresses are tried."""

_UNICAST = ip_network("2000::/3")
"""All of IPv6 that is given out. What is mapped, compatible or local lies outside of it."""
_NAT64 = ip_network("64:ff9b::/96")
"""Where a network without IPv4 reaches it: the last four bytes are the address (RFC 6052)."""
_SPECIAL = tuple(
    ip_network(block)
    for block in (
        "192.0.0.0/24",  # protocol assignments (RFC 6890)
        "192.88.99.0/24",  # relays of 6to4 (RFC 7526)
        "2001::/23",  # protocol assignments, among them Teredo, which carries an IPv4 address (RFC 2928, 4380)
        "2002::/16",  # 6to4, which carries one, too (RFC 3056)
        "3fff::/20",  # documentation (RFC 9637)
    )
)
"""What the standard library takes for global, or may."""


def is_public(address: Address) -> bool:
    """Whether it is of a host in the public internet, as far as an address tells."""
    if isinstance(address, IPv6Address):
        if address in _NAT64:
            return is_public(IPv4Address(address.packed[-4:]))
        if address not in _UNICAST:
            return False
    if any(address.version == block.version and address in block for block in _SPECIAL):
        return False
    return address.is_global and not address.is_multicast


async def resolve(host: str, port: int) -> tuple[Address, ...]:
    """The addresses of ``host``, each once, in the order in which this machine would try them. Raises OSError."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(ip_address(str(entry[4][0]).partition("%")[0]) for entry in found))


class PublicTransport(httpx.AsyncBaseTransport):
    """HTTPS to public hosts. Use it in a client of its own that asks nothing of the environment: a proxy would resolve.

    ``resolve``, ``allows`` and ``inner`` are how a host is found, which addresses will do, and what connects.
    """

    def __init__(
        self,
        *,
        resolve: Resolve = resolve,
        allows: Callable[[Address], bool] = is_public,
        inner: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._resolve = resolve
        self._allows = allows
        # No connection is kept: one is known by its address alone, and several hosts may stand behind the same.
        self._inner = inner or httpx.AsyncHTTPTransport(
            verify=certificates(), limits=httpx.Limits(max_keepalive_connections=0)
        )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        host = request.url.host
        if request.url.scheme != "https" or request.url.userinfo:
            raise NotPublic("is asked over https only, and without a password", request=request)
        addresses = await self._checked(request)
        problem: httpx.ConnectError | httpx.ConnectTimeout | None = None
        for address in addresses[:MOST_ADDRESSES]:
            there = httpx.Request(
                request.method,
                request.url.copy_with(host=str(address)),
                headers=request.headers,  # ``Host`` among them
                stream=request.stream,
                extensions={**request.extensions, "sni_hostname": host},
            )
            try:
                return await self._inner.handle_async_request(there)
            except (httpx.ConnectError, httpx.ConnectTimeout) as error:
                problem = error
        raise problem or httpx.ConnectError("no address", request=request)

    async def aclose(self) -> None:
        await self._inner.aclose()

    async def _checked(self, request: httpx.Request) -> Sequence[Address]:
        """The addresses of the host, if all of them will do."""
        host, port = request.url.host, request.url.port or 443
        try:
            addresses = await self._resolve(host, port)
        except (OSError, ValueError) as error:
            raise httpx.ConnectError("it has no address", request=request) from error
        if not all(map(self._allows, addresses)):
            raise NotPublic("stands in a private network, where feeds are not read", request=request)
        return addresses
