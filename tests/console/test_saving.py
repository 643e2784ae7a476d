"""Saving papers at the prompt."""

from dataclasses import replace

from bot.services import dispatch, upkeep
from tests.builders import make_id, make_paper
from tests.console.conftest import Terminal
from tests.services.seeding import keep_unindexed


async def test_a_number_of_the_list_is_saved_listed_and_taken_out_again(terminal: Terminal) -> None:
    await terminal.type("/papers today --sort top")
    done = await terminal.type("/papers save 2")
    assert done.startswith("Saved\nAttention is enough")
    assert "Unsave /papers unsave 2503.00002  ·  Your saved papers /papers saved" in done
    listed = await terminal.type("/papers saved")
    assert listed.startswith("Your saved papers")
    assert " 1  Attention is enough" in listed
    assert "1 of 1 · last saved first" in listed
    assert (await terminal.type("/papers unsave 1")).startswith("Taken out")
    assert "There are none yet." in await terminal.type("/papers saved")


async def test_a_card_shows_that_it_is_saved(terminal: Terminal) -> None:
    assert "Save /papers save 2503.00002" in await terminal.type("2503.00002")
    await terminal.type("/papers save 2503.00002")
    card = await terminal.type("2503.00002")
    assert "You saved it on 14 March 2025." in card
    assert "Unsave /papers unsave 2503.00002" in card


async def test_pages_of_what_was_saved_are_turned_narrowed_and_in_one_order(terminal: Terminal) -> None:
    for number in range(1, 8):
        await terminal.type(f"/papers save {make_id(number)}")
    assert "1–5 of 7" in await terminal.type("/papers saved")
    assert "6–7 of 7" in await terminal.type("/next")
    assert "last page" in await terminal.type("/next")
    assert "no other order" in await terminal.type("/sort new")
    narrowed = await terminal.type("/papers saved diffusion --limit 1")
    assert "1 of 2" in narrowed
    assert "2 of 2" in await terminal.type("/next")


async def test_what_was_saved_is_offered_where_it_is_taken_out(terminal: Terminal) -> None:
    await terminal.type("/papers save 2503.00002")
    await terminal.commands.look_around()
    assert terminal.commands.choices.saved == (("2503.00002", "Attention is enough"),)


async def test_news_come_to_the_terminal_and_their_papers_are_numbered(terminal: Terminal) -> None:
    r = replace(terminal.r, sources=())
    await keep_unindexed(r, make_paper(make_id(2), version=1))
    await terminal.type(f"/papers save {make_id(2)}")
    await keep_unindexed(r, make_paper(make_id(2), version=2))
    await upkeep.note_changes(r)
    await dispatch.tick(r, terminal.outbox)
    words = terminal.shown()
    assert words.startswith("News of a paper that you saved")
    assert "Version 2 is out" in words
    assert "Your saved papers /papers saved  ·  Unsave /papers unsave" in words
    assert (await terminal.type("1")).startswith(f"A paper called {make_id(2)}")
    assert "No digest has come yet" in await terminal.type("/why")
