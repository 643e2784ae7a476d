"""The scripted chat server speaks the API as others know it: OpenAI's own client understands it."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import openai
import pytest

from tests.standins.chat_server import ChatServer, Turn, chunk, error, refuses, says, sends

Opened = Callable[..., AbstractAsyncContextManager[openai.AsyncOpenAI]]


@pytest.fixture
def opened() -> Opened:
    @asynccontextmanager
    async def client(*turns: Turn) -> AsyncIterator[openai.AsyncOpenAI]:
        async with (
            ChatServer(turns) as server,
            openai.AsyncOpenAI(base_url=server.url, api_key="sk", max_retries=0, timeout=2.0) as asked,
        ):
            yield asked

    return client


async def spoken(client: openai.AsyncOpenAI) -> tuple[str, str | None]:
    """The text and why it ended."""
    text, finish = "", None
    stream = await client.chat.completions.create(
        model="m", messages=[{"role": "user", "content": "Hello?"}], stream=True
    )
    async for piece in stream:
        for choice in piece.choices:
            text += choice.delta.content or ""
            finish = choice.finish_reason or finish
    return text, finish


async def test_an_answer_is_streamed(opened: Opened) -> None:
    async with opened(says("Hello ", "you.", usage=(7, 3))) as client:
        assert await spoken(client) == ("Hello you.", "stop")


@pytest.mark.parametrize(
    ("turn", "kind"),
    [
        (refuses(429, error("busy")), openai.RateLimitError),
        (refuses(401, error("wrong key")), openai.AuthenticationError),
        (refuses(400, error("maximum context length is 8 tokens")), openai.BadRequestError),
        (refuses(404, error("no such model")), openai.NotFoundError),
        (refuses(503), openai.InternalServerError),
        (sends(chunk("Hello "), b'data: {"error": {"message": "no memory"}}\n\n'), openai.APIError),
    ],
)
async def test_an_error_is_one_of_the_kinds_that_are_known(
    turn: Turn, kind: type[openai.APIError], opened: Opened
) -> None:
    async with opened(turn) as client:
        with pytest.raises(kind):
            await spoken(client)


async def test_what_ours_calls_incomplete_others_take_for_an_answer(opened: Opened) -> None:
    async with opened(says("Hello ", finish=None)) as client:
        assert await spoken(client) == ("Hello ", None)
