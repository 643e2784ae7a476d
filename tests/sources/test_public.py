"""A feed is asked in the public internet only, under its own name, at the very address that was looked at."""

from collections.abc import AsyncIterator
from ipaddress import IPv4Address, IPv6Address, ip_address

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import SourceUnreachable
from bot.sources.exchange import Ask, Broken, Reply, follow
from bot.sources.public import PublicTransport, is_public
from tests.standins.feeds import HOST, LOOPBACK, FeedSite, Names, public_transport

PUBLIC = ("8.8.8.8", "104.18.0.1", "2606:4700::1111", "2a00:1450:4001::8a", "64:ff9b::808:808")
PRIVATE = (
    "127.0.0.1", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1", "100.64.0.1", "169.254.169.254", "192.0.0.8",
    "192.88.99.1", "198.18.0.1", "203.0.113.5", "224.0.0.251", "240.0.0.1", "255.255.255.255",
    "::", "::1", "::7f00:1", "::ffff:8.8.8.8", "::ffff:127.0.0.1", "fe80::1", "fc00::1", "fec0::1", "ff02::1",
    "ff0e::1", "2001::1", "2001:db8::1", "2002:7f00:1::", "2002:808:808::", "3fff::1", "5f00::1", "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe", "64:ff9b:1::808:808",
)  # fmt: skip


@pytest.fixture
async def site() -> AsyncIterator[FeedSite]:
    async with FeedSite() as standin:
        yield standin


async def asked(url: str, names: Names) -> Reply | Broken:
    async with httpx.AsyncClient(transport=public_transport(names), trust_env=False) as client:
        return await follow(client, Ask(source="journal", url=url), {})


@pytest.mark.parametrize("address", PUBLIC)
def test_an_address_of_the_internet_is_public(address: str) -> None:
    assert is_public(ip_address(address))


@pytest.mark.parametrize("address", PRIVATE)
def test_none_is_that_is_inside_or_carries_another_one(address: str) -> None:
    assert not is_public(ip_address(address))


@given(st.integers(0, 2**32 - 1))
def test_behind_a_gateway_of_a_network_without_ipv4_counts_the_address_behind_it(number: int) -> None:
    address = IPv4Address(number)
    assert is_public(IPv6Address(b"\x00\x64\xff\x9b" + bytes(8) + address.packed)) == is_public(address)
    assert not is_public(IPv6Address(f"::ffff:{address}"))


async def test_the_address_is_looked_up_once_and_asked_under_the_name(site: FeedSite) -> None:
    names = Names()
    reply = await asked(site.feed, names)
    assert isinstance(reply, Reply)
    assert reply.body == site.body
    assert names.asked == [HOST]
    assert site.seen[0].headers["host"] == httpx.URL(site.feed).netloc.decode()


async def test_the_certificate_has_to_be_for_the_name(site: FeedSite) -> None:
    names = Names({"other.example": (LOOPBACK,)})
    assert isinstance(await asked(site.feed.replace(HOST, "other.example"), names), Broken)
    assert site.seen == []


async def test_where_one_address_does_not_answer_the_next_one_is_asked(site: FeedSite) -> None:
    assert isinstance(await asked(site.feed, Names({HOST: (ip_address("127.0.0.2"), LOOPBACK)})), Reply)


@pytest.mark.parametrize("inside", ["10.0.0.1", "::1", "fe80::1"])
async def test_a_name_with_one_address_inside_is_not_asked_at_all(inside: str, site: FeedSite) -> None:
    with pytest.raises(SourceUnreachable, match=f"{HOST} stands in a private network, where feeds are not read"):
        await asked(site.feed, Names({HOST: (LOOPBACK, ip_address(inside))}))
    assert site.seen == []


async def test_a_name_that_nobody_has_is_not_there(site: FeedSite) -> None:
    assert await asked(site.feed, Names({})) == Broken(f"{HOST} could not be reached")


@pytest.mark.parametrize("url", ["http://{}/feed.xml", "https://me:secret@{}/feed.xml"])
async def test_only_https_without_a_password_is_asked(url: str, site: FeedSite) -> None:
    with pytest.raises(SourceUnreachable, match="over https only") as caught:
        await asked(url.format(httpx.URL(site.feed).netloc.decode()), Names())
    assert "secret" not in str(caught.value)
    assert site.seen == []


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "2130706433", "0x7f.1", "[::1]", "[::ffff:127.0.0.1]"])
async def test_this_machine_is_not_asked_by_any_spelling_of_its_name(host: str, site: FeedSite) -> None:
    port = httpx.URL(site.feed).port
    async with httpx.AsyncClient(transport=PublicTransport(), trust_env=False) as client:
        with pytest.raises(SourceUnreachable, match="private network"):
            await follow(client, Ask(source="journal", url=f"https://{host}:{port}/"), {})
    assert site.seen == []
