"""What a message does beside being read is seen, whoever made it."""

import pytest

from bot.render.acting import breaches
from bot.render.phrases import heading, strong, text
from bot.render.post import Block, Button, Buttons, Quote, Span
from bot.render.post import Post as Message

OURS = "https://arxiv.org/abs/2503.01234"


def found(*blocks: Block) -> list[str]:
    return breaches(Message(blocks), lambda url: url.startswith(OURS))


def test_a_message_of_ours_does_only_what_it_should() -> None:
    quote = Quote((Span("It holds "), strong("12,000"), Span(" dialogues, see https://evil.example @everyone.")))
    assert found(heading("“A **question**”", level=3), quote, text(Span("A paper", url=OURS))) == []
    assert found(Buttons((Button("Go", url=OURS),))) == []


@pytest.mark.parametrize(
    ("block", "breach"),
    [
        (text(Span("A paper", url="https://evil.example")), "link to https://evil.example"),
        (Buttons((Button("Go", url="https://evil.example"),)), "button Go"),
        (Buttons((Button("Go", action="unheard-of"),)), "button Go"),
    ],
)
def test_what_leads_elsewhere_is_seen(block: Block, breach: str) -> None:
    assert breach in found(block)


def test_what_was_not_escaped_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.render.markdown.escape", lambda words: words)
    words = text("# **b** <@1> @everyone https://evil.example [x](https://evil.example) discord.gg/x")
    assert {"ping", "address", "invitation", "bold", "mention, emoji, timestamp, command"} <= set(found(words))
