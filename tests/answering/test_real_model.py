"""A real model behind a real server: how it speaks, never what it says.

``docs/evaluation.md`` says how to start one; ``REAL_LLM_URL`` is its address.
"""

import asyncio
import os
from collections.abc import AsyncIterator

import httpx
import pytest

from bot.answering.chat import Chat, Limits
from bot.answering.model import ByModel
from bot.answering.prompt import Message
from bot.core.grounding import AnswerStatus, verify
from bot.core.passages import best, of_paper
from bot.errors import ModelFailed, ModelFault
from tests.builders import make_paper
from tests.services.test_attacks import Generous

URL = os.environ.get("REAL_LLM_URL", "")
NAME = os.environ.get("REAL_LLM_MODEL", "smollm2")
pytestmark = [
    pytest.mark.real_llm,
    pytest.mark.skipif(not URL, reason="no real model: REAL_LLM_URL names no server (see docs/evaluation.md)"),
]
HELLO = [Message(role="user", content="Say hello in one short sentence.")]


@pytest.fixture
async def chat() -> AsyncIterator[Chat]:
    async with httpx.AsyncClient(trust_env=False) as client:
        yield Chat(client, base_url=URL, model=NAME, limits=Limits(idle=120, total=240, attempts=1))


async def test_an_answer_comes_in_parts_and_says_that_it_is_whole(chat: Chat) -> None:
    heard: list[str] = []

    async def hear(text: str) -> None:
        heard.append(text)

    spoken = await chat.answer(HELLO, most_tokens=60, heard=hear)
    assert spoken.text == "".join(heard)
    assert len(heard) > 1


async def test_an_answer_that_was_cut_is_none(chat: Chat) -> None:
    with pytest.raises(ModelFailed) as failed:
        await chat.answer(HELLO, most_tokens=2)
    assert failed.value.fault is ModelFault.CUT


async def test_more_than_it_can_remember_is_no_answer(chat: Chat) -> None:
    with pytest.raises(ModelFailed) as failed:
        await chat.answer([Message(role="user", content="word " * 20_000)], most_tokens=5)
    # llama_cpp.server begins its stream before it counts, and then only breaks off.
    assert failed.value.fault in {ModelFault.TOO_LONG, ModelFault.INCOMPLETE}


async def test_two_who_ask_at_once_both_get_whole_answers(chat: Chat) -> None:
    both = await asyncio.gather(*(chat.answer(HELLO, most_tokens=60) for _ in range(2)))
    assert all(spoken.text for spoken in both)


async def test_who_goes_away_leaves_the_server_to_others(chat: Chat) -> None:
    asked = asyncio.create_task(chat.answer(HELLO, most_tokens=60))
    await asyncio.sleep(0)
    asked.cancel()
    await asyncio.wait({asked})
    assert (await chat.answer(HELLO, most_tokens=60)).text


async def test_whatever_it_says_about_a_paper_stands_or_is_not_found(chat: Chat) -> None:
    paper = make_paper(abstract="We introduce Keepsake, a memory. It holds 12,000 dialogues in three languages.")
    closest = best("How many dialogues does it hold?", of_paper(paper))
    answer = await ByModel(chat, Generous()).draft("How many dialogues does it hold?", closest)
    assert answer.status in set(AnswerStatus)
    assert verify(answer.claims, tuple(close.passage for close in closest)) == answer.claims
