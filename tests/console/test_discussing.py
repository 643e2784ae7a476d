"""Talking about papers at the prompt: until it ends, a question without a paper is about them."""

from tests.console.conftest import Terminal

QUESTION = "/ask what is studied here?"


async def test_a_discussion_begins_with_what_is_worth_asking_and_goes_on_about_its_papers(terminal: Terminal) -> None:
    await terminal.type("/papers today --sort top")
    begun = await terminal.type("/discuss start 2")
    assert begun.startswith("Attention is enough")
    assert "Worth asking" in begun
    assert "/ask What" in begun
    answer = await terminal.type(QUESTION)
    assert "Attention is enough" in answer
    assert "Diffusion" not in answer


async def test_further_papers_come_in_and_all_of_them_are_left_again(terminal: Terminal) -> None:
    await terminal.type("/papers today --sort top")
    await terminal.type("/discuss start 2")
    both = await terminal.type("/discuss add 1")
    assert "Diffusion for video is in" in both
    assert "Attention is enough" in await terminal.type("/discuss")
    assert "about no paper" in await terminal.type("/discuss end")
    assert "about no paper" in await terminal.type("/discuss papers")
