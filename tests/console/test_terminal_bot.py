"""The first thing that a stranger sees, and what somebody who comes back sees."""

import time

import pytest

from bot.console.following import setup_here
from bot.console.outbox import GUILD_HERE, HERE
from bot.console.terminal_bot import TerminalBot
from bot.ports import Resources
from bot.services import channels, dispatch
from storage.records import DeliveryState
from tests.builders import DAY, FakeClock, make_papers
from tests.console.conftest import Terminal
from tests.services.doubles import FakeSource


async def start(r: Resources) -> str:
    terminal = Terminal(r)
    await TerminalBot(r, screen=terminal.screen).welcome()
    return terminal.shown()


async def test_the_first_start_shows_the_first_digest_through_the_ledger(r: Resources) -> None:
    shown = await start(r)
    assert "Diffusion for video" in shown
    assert shown.count("Trending papers") == 1
    setup = await setup_here(r)
    assert setup is not None
    assert (setup.guild_id, setup.destination) == (GUILD_HERE, HERE)
    async with r.store.read() as tx:
        (sent,) = await tx.deliveries.recent(destination=HERE)
    assert sent.state is DeliveryState.SENT


async def test_a_later_start_shows_it_again_and_sends_nothing(r: Resources, clock: FakeClock) -> None:
    first = await start(r)
    clock.advance(hours=2)
    again = await start(r)
    assert "Diffusion for video" in again
    assert again.count("/why") == first.count("/why") == 1
    async with r.store.read() as tx:
        assert len(await tx.deliveries.recent(destination=HERE)) == 1


async def test_an_empty_store_asks_the_network(empty: Resources, source: FakeSource) -> None:
    source.lists[DAY] = make_papers(3)
    shown = await start(empty)
    assert "fetched from Hugging Face" in shown
    assert "2503.00003" in shown


async def test_an_empty_store_without_a_network_shows_the_sample_and_calls_it_so(
    empty: Resources, source: FakeSource
) -> None:
    source.down = True
    shown = await start(empty)
    assert "bundled sample" in shown
    assert " 5  " in shown


async def test_one_round_makes_the_setup_and_shows_the_first_digest_without_a_greeting(r: Resources) -> None:
    terminal = Terminal(r)
    assert await TerminalBot(r, screen=terminal.screen).begin()
    assert terminal.shown().startswith("Trending papers")
    assert not await TerminalBot(r, screen=terminal.screen).begin()
    assert not terminal.shown()


async def test_a_digest_that_was_given_up_is_not_set_up_again(r: Resources) -> None:
    await start(r)
    setup = await setup_here(r)
    assert setup is not None
    await channels.remove(r, setup.id)
    await start(r)
    assert await setup_here(r) is None


async def test_where_every_paper_was_posted_before_there_is_still_something_to_read(r: Resources) -> None:
    terminal = Terminal(r)
    await terminal.type("/setup --papers 10")
    await terminal.type("/channels post")
    assert "papers" in (await start(r)).lower()


async def test_the_next_morning_brings_the_next_digest_once(r: Resources, clock: FakeClock) -> None:
    terminal = Terminal(r)
    bot = TerminalBot(r, screen=terminal.screen)
    await bot.welcome()
    terminal.shown()
    clock.advance(hours=24)
    assert (await dispatch.tick(r, bot.outbox)).planned == 1
    morning = terminal.shown()
    assert "Saturday, 15 March 2025" in morning
    assert "2503.00006" in morning
    assert (await dispatch.tick(r, bot.outbox)).planned == 0
    assert not terminal.shown()


@pytest.mark.parametrize("zone", ["Europe/Berlin", "Asia/Tokyo"])
async def test_the_first_setup_is_in_the_zone_of_the_machine(
    r: Resources, zone: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as elsewhere:
        elsewhere.setenv("TZ", zone)
        time.tzset()
        await start(r)
    time.tzset()
    setup = await setup_here(r)
    assert setup is not None
    assert setup.schedule.zone == zone
