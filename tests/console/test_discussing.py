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


async def test_words_that_end_in_a_question_mark_ask_while_papers_are_talked_about(terminal: Terminal) -> None:
    await terminal.type("/papers today --sort top")
    assert "Search:" in await terminal.type("what is studied here?")
    await terminal.type("/discuss start 2")
    answer = await terminal.type("what is studied here?")
    assert "“what is studied here?”" in answer
    assert "Search:" not in answer
    assert "Search:" in await terminal.type("attention")
    assert "Search:" in (await terminal.type("/discuss end") + await terminal.type("what is studied here?"))


async def test_the_last_answers_quotations_are_shown_in_context(terminal: Terminal) -> None:
    assert "Nothing was answered here yet" in await terminal.type("/context")
    await terminal.type("/papers today --sort top")
    answer = await terminal.type("/ask how does a test read? --paper 2")
    assert "/context" in answer
    assert "👎" not in answer
    shown = await terminal.type("/context")
    assert "In context: “how does a test read?”" in shown
    assert "We study how a test reads best. It names only what it is about." in shown


async def test_further_papers_come_in_and_all_of_them_are_left_again(terminal: Terminal) -> None:
    await terminal.type("/papers today --sort top")
    await terminal.type("/discuss start 2")
    both = await terminal.type("/discuss add 1")
    assert "Diffusion for video is in" in both
    assert "Attention is enough" in await terminal.type("/discuss")
    assert "about no paper" in await terminal.type("/discuss end")
    assert "about no paper" in await terminal.type("/discuss papers")


async def test_a_paper_is_summed_up_by_its_number_or_as_the_one_that_is_talked_about(terminal: Terminal) -> None:
    assert "only in a thread about one paper" in await terminal.type("/summary")
    await terminal.type("/papers today --sort top")
    assert "Key points: Attention is enough" in await terminal.type("/summary 2")
    assert "In context: “What are the key points of “Attention is enough”?”" in await terminal.type("/context")
    await terminal.type("/discuss start 1")
    assert "TL;DR: Diffusion for video" in await terminal.type("/summary --style tldr")
    await terminal.type("/discuss add 2")
    assert "say which of them you mean" in await terminal.type("/summary")


async def test_papers_are_set_side_by_side_those_that_are_talked_about_where_too_few_are_named(
    terminal: Terminal,
) -> None:
    await terminal.type("/papers today --sort top")
    assert "Name two to four papers" in await terminal.type("/compare 1")
    assert "│ Attention is enough" in await terminal.type("/compare 2, 3")
    await terminal.type("/discuss start 1")
    both = await terminal.type("/compare 2")
    assert "Attention is enough" in both
    assert "Diffusion for video" in both
