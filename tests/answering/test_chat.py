"""The chat client: what it makes of every way in which a server may answer, and what it does again."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from bot.answering.chat import Chat, Limits, Spoken
from bot.answering.prompt import Message
from bot.answering.sse import Events
from bot.errors import ModelFailed, ModelFault
from bot.sources.http import certificates
from tests.standins.chat_server import ChatServer, Turn, chunk, drips, error, refuses, says, sends, silent

KEY = "sk-very-secret"
HELLO = [Message(role="user", content="Hello?")]
SHORT = Limits(idle=0.1, total=5.0, connect=1.0)
WHOLE = Spoken("Hello you.", None)


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(verify=certificates()) as opened:
        yield opened


class Asking:
    """One question to a server with a script; what was slept, heard and answered."""

    def __init__(self, client: httpx.AsyncClient, limits: Limits = SHORT) -> None:
        self.client, self.limits = client, limits
        self.slept: list[float] = []
        self.heard: list[str] = []
        self.requests = 0

    async def of(self, *turns: Turn) -> Spoken:
        async def sleep(seconds: float) -> None:
            self.slept.append(seconds)

        async def hear(text: str) -> None:
            self.heard.append(text)

        async with ChatServer(turns) as server:
            chat = Chat(
                self.client, base_url=server.url, model="m", key=SecretStr(KEY), limits=self.limits, sleep=sleep,
                chance=lambda: 0.0,
            )  # fmt: skip
            try:
                return await chat.answer(HELLO, most_tokens=9, heard=hear)
            finally:
                self.requests = len(server.heard)

    async def fails(self, *turns: Turn) -> ModelFailed:
        with pytest.raises(ModelFailed) as caught:
            await self.of(*turns)
        return caught.value


@pytest.fixture
def asking(client: httpx.AsyncClient) -> Asking:
    return Asking(client)


# --- whole answers ---


async def test_an_answer_is_heard_as_it_comes(asking: Asking) -> None:
    assert await asking.of(says("Hello ", "you.", usage=(7, 3))) == Spoken("Hello you.", (7, 3))
    assert asking.heard == ["Hello ", "you."]


async def test_the_request_is_what_every_such_server_understands(client: httpx.AsyncClient) -> None:
    async with ChatServer([says("x")]) as server:
        await Chat(client, base_url=f"{server.url}/", model="m", key=SecretStr(KEY)).answer(HELLO, most_tokens=9)
    (heard,) = server.heard
    assert (heard.path, heard.headers["authorization"]) == ("/v1/chat/completions", f"Bearer {KEY}")
    assert heard.body == {
        "model": "m", "messages": [{"role": "user", "content": "Hello?"}], "temperature": 0, "max_tokens": 9,
        "stream": True,
    }  # fmt: skip


async def test_without_a_key_none_is_shown(client: httpx.AsyncClient) -> None:
    async with ChatServer([says("x")]) as server:
        await Chat(client, base_url=server.url, model="m").answer(HELLO, most_tokens=9)
    assert "authorization" not in server.heard[0].headers


ODD_BUT_WHOLE = {
    "comments and other fields": sends(
        b": ping\n\n",
        b"event: x\nid: 1\n",
        chunk("Hello "),
        b":\n",
        chunk("you."),
        chunk(finish="stop"),
        b"data: [DONE]\n\n",
    ),
    "no [DONE]": sends(chunk("Hello "), chunk("you.", "stop")),
    "carriage returns": sends(*(part.replace(b"\n", b"\r\n") for part in (chunk("Hello "), chunk("you.", "stop")))),
    "no empty line at the end": sends(chunk("Hello "), chunk("you.", "stop").rstrip()),
    "cut anywhere": sends(*(bytes([byte]) for byte in chunk("Hello you.", "stop"))),
    "usage alone at the end": sends(chunk("Hello you.", "stop"), b'data: {"choices": []}\n\n', b"data: [DONE]\n\n"),
    "no stream": sends(
        json.dumps({"choices": [{"message": {"content": "Hello you."}, "finish_reason": "stop"}]}).encode(),
        kind="application/json; charset=utf-8",
    ),
    "thoughts apart": sends(
        b'data: {"choices": [{"delta": {"reasoning_content": "Hm."}, "finish_reason": null}]}\n\n',
        chunk("Hello you.", "stop"),
    ),
}


@pytest.mark.parametrize("kind", ODD_BUT_WHOLE)
async def test_a_whole_answer_may_come_in_odd_clothes(kind: str, asking: Asking) -> None:
    assert await asking.of(ODD_BUT_WHOLE[kind]) == WHOLE


# --- again, before the first word ---


NOT_NOW = {
    "busy": refuses(429, error("busy")),
    "down": refuses(500),
    "loading": refuses(503, error("Loading model")),
    "conflict": refuses(409),
    "reset": sends(then="reset"),
    "reset after a comment": sends(b": ping\n\n", then="reset"),
    "silent": silent,
}


@pytest.mark.parametrize("kind", NOT_NOW)
async def test_what_may_pass_is_tried_again(kind: str, asking: Asking) -> None:
    assert await asking.of(NOT_NOW[kind], NOT_NOW[kind], says("Hello you.")) == WHOLE
    assert asking.slept == [0.5, 1.0]


@pytest.mark.parametrize(
    ("kind", "fault"),
    [("busy", ModelFault.THROTTLED), ("down", ModelFault.UNREACHABLE), ("reset", ModelFault.UNREACHABLE),
     ("silent", ModelFault.TOO_SLOW)],
)  # fmt: skip
async def test_but_not_for_ever(kind: str, fault: ModelFault, asking: Asking) -> None:
    assert (await asking.fails(NOT_NOW[kind])).fault is fault
    assert asking.requests == 3


async def test_nobody_listening_is_tried_again_too(asking: Asking, client: httpx.AsyncClient) -> None:
    chat = Chat(client, base_url="http://127.0.0.1:9/v1", model="m", limits=replace(SHORT, pause=0.0))
    with pytest.raises(ModelFailed, match="cannot be reached"):
        await chat.answer(HELLO, most_tokens=9)


async def test_a_server_that_asks_for_a_pause_gets_it(asking: Asking) -> None:
    in_ms = refuses(429, Retry_After_Ms="250", Retry_After="9")
    assert await asking.of(refuses(429, Retry_After="2"), in_ms, says("Hello you.")) == WHOLE
    assert asking.slept == [2.0, 0.25]


async def test_a_date_will_do(asking: Asking) -> None:
    at = format_datetime(datetime.now(UTC) + timedelta(seconds=10), usegmt=True)
    await asking.of(refuses(503, Retry_After=at), says("Hello you."))
    assert 5 < asking.slept[0] <= 10


async def test_nobody_waits_for_minutes(asking: Asking) -> None:
    problem = await asking.fails(refuses(429, Retry_After="120"))
    assert (problem.fault, asking.slept, asking.requests) == (ModelFault.THROTTLED, [], 1)
    assert problem.retry_at is not None
    assert problem.retry_at > datetime.now(UTC) + timedelta(seconds=60)


# --- never again ---


FOR_GOOD = {
    "no credit": (refuses(429, error("x", code="insufficient_quota")), ModelFault.QUOTA),
    "no credit, as others say it": (refuses(402, error("Insufficient Balance")), ModelFault.QUOTA),
    "wrong key": (refuses(401, error("Incorrect API key provided")), ModelFault.REFUSED),
    "no such model": (refuses(404, error("The model `m` does not exist")), ModelFault.REFUSED),
    "too long": (refuses(400, error("maximum context length is 8192 tokens")), ModelFault.TOO_LONG),
    "another 400": (refuses(400, error("bad")), ModelFault.PROTOCOL),
    "a redirect": (refuses(307, Location="https://evil.example/v1"), ModelFault.REFUSED),
    "a login page": (sends(b"<html>Log in</html>", kind="text/html"), ModelFault.PROTOCOL),
    "broken JSON": (sends(b'{"choices": [', kind="application/json"), ModelFault.PROTOCOL),
    "no choices": (sends(b'{"choices": []}', kind="application/json"), ModelFault.PROTOCOL),
    "a broken event": (sends(b"data: {\n\n"), ModelFault.PROTOCOL),
    "an event of another kind": (sends(b"data: [1]\n\n"), ModelFault.PROTOCOL),
    "a line without end": (sends(*[b"x" * 2**18] * 6), ModelFault.PROTOCOL),
    "an error": (sends(chunk("Hello "), b'data: {"error": {"message": "no memory"}}\n\n'), ModelFault.INCOMPLETE),
    "done without a reason": (says("Hello ", finish=None), ModelFault.INCOMPLETE),
    "an early end": (sends(chunk("Hello ")), ModelFault.INCOMPLETE),
    "a reset in the middle": (sends(chunk("Hello "), then="reset"), ModelFault.INCOMPLETE),
    "a stall in the middle": (sends(chunk("Hello "), then="stall"), ModelFault.TOO_SLOW),
    "cut": (says("Hello ", finish="length"), ModelFault.CUT),
    "filtered": (says("Hello ", finish="content_filter"), ModelFault.FILTERED),
}  # fmt: skip


@pytest.mark.parametrize("kind", FOR_GOOD)
async def test_what_will_not_pass_is_not_tried_again(kind: str, asking: Asking) -> None:
    turn, fault = FOR_GOOD[kind]
    assert (await asking.fails(turn)).fault is fault
    assert (asking.requests, asking.slept) == (1, [])


# --- bounds ---


async def test_a_drip_ends_at_the_deadline(client: httpx.AsyncClient) -> None:
    asking = Asking(client, replace(SHORT, total=0.3))
    assert (await asking.fails(drips)).fault is ModelFault.TOO_SLOW
    assert asking.heard


async def test_an_answer_without_end_is_cut(client: httpx.AsyncClient) -> None:
    asking = Asking(client, replace(SHORT, most_characters=50))
    assert (await asking.fails(drips)).fault is ModelFault.CUT


async def test_bytes_are_counted(client: httpx.AsyncClient) -> None:
    asking = Asking(client, replace(SHORT, most_bytes=1_000))
    assert (await asking.fails(sends(*[b": ping\n\n"] * 500))).fault is ModelFault.PROTOCOL


async def test_who_is_cancelled_hangs_up(client: httpx.AsyncClient) -> None:
    begun = asyncio.Event()

    async def hear(_: str) -> None:
        begun.set()

    async with ChatServer([drips]) as server:
        task = asyncio.create_task(
            Chat(client, base_url=server.url, model="m").answer(HELLO, most_tokens=9, heard=hear)
        )
        await begun.wait()
        task.cancel()
        await asyncio.wait({task})
        for _ in range(100):
            if server.hung_up:
                break
            await asyncio.sleep(0.01)
        assert server.hung_up == 1


# --- secrets ---


@pytest.mark.parametrize(
    "turn",
    [
        refuses(401, error(f"Incorrect API key: {KEY}")),
        refuses(500, error(f"crashed with {KEY}")),
        sends(f'data: {{"error": "{KEY}"}}\n\n'.encode()),
        sends(b"x", kind=f"text/{KEY}"),
    ],
)
async def test_the_key_is_never_repeated(turn: Turn, asking: Asking) -> None:
    problem = await asking.fails(turn)
    assert KEY not in str(problem)


# --- events ---


@given(st.lists(st.text(alphabet="ab{}:", max_size=20), max_size=6), st.integers(1, 7))
def test_events_are_the_same_however_they_are_cut(texts: list[str], size: int) -> None:
    body = "".join(f"data: {text}\n\n" for text in texts).encode()
    events = Events()
    found = [data for at in range(0, len(body), size) for data in events.feed(body[at : at + size])]
    assert found + events.end() == texts
