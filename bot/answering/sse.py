"""Server-sent events, as far as chat servers use them, and what such a server's answers hold. Pure."""

import json
from dataclasses import dataclass
from typing import Any

from bot.core.text import clean
from bot.errors import ModelFailed, ModelFault

DONE = "[DONE]"
LONGEST_LINE = 1 << 20
LONGEST_DETAIL = 200


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of an answer: text, why the answer ended, and how many tokens it took, where the server says so."""

    text: str = ""
    finish: str | None = None
    tokens: tuple[int, int] | None = None
    """Of the prompt, of the answer."""


class Events:
    """Bytes in, the data of whole events out; comments and other fields are passed over."""

    def __init__(self) -> None:
        self._rest = b""
        self._data: list[str] = []

    def feed(self, chunk: bytes) -> list[str]:
        """The data of the events that ``chunk`` completes. Raises ModelFailed: a line has no end."""
        *lines, self._rest = (self._rest + chunk).replace(b"\r\n", b"\n").split(b"\n")
        if len(self._rest) > LONGEST_LINE:
            raise ModelFailed(ModelFault.PROTOCOL, "The model's server sends a line without an end.")
        found = []
        for raw in lines:
            line = raw.decode("utf-8", "replace")
            if not line and self._data:
                found.append("\n".join(self._data))
                self._data.clear()
            elif line.startswith("data:"):
                self._data.append(line[5:].removeprefix(" "))
        return found

    def end(self) -> list[str]:
        """What the last bytes hold where the server ended without an empty line."""
        return self.feed(b"\n\n")


def read_piece(data: str) -> Piece:
    """One event of a stream. Raises ModelFailed: it tells of an error, or is no event of a chat."""
    body = _document(data)
    if body.get("error"):
        raise ModelFailed(ModelFault.INCOMPLETE, f"The model's server broke off: {told(body) or 'an error'}")
    choices = body.get("choices")
    if not isinstance(choices, list):
        raise ModelFailed(ModelFault.PROTOCOL, "The model's server sends something that is no answer.")
    first = choices[0] if choices and isinstance(choices[0], dict) else {}
    delta = first.get("delta")
    return _piece(delta if isinstance(delta, dict) else {}, first.get("finish_reason"), body.get("usage"))


def read_whole(data: str) -> Piece:
    """An answer that came in one piece, from a server that does not stream. Raises ModelFailed."""
    body = _document(data)
    choices = body.get("choices")
    if not isinstance(choices, list) or not choices or not isinstance(choices[0], dict):
        raise ModelFailed(ModelFault.PROTOCOL, "The model's server sends something that is no answer.")
    message = choices[0].get("message")
    return _piece(message if isinstance(message, dict) else {}, choices[0].get("finish_reason"), body.get("usage"))


def told(body: object) -> str:
    """What an error's body says in words, cleaned and short; empty where it says nothing."""
    error = body.get("error", body) if isinstance(body, dict) else body
    words = error.get("message") if isinstance(error, dict) else error
    return clean(words, LONGEST_DETAIL) if isinstance(words, str) else ""


def _document(data: str) -> dict[str, Any]:
    try:
        body = json.loads(data)
    except (ValueError, RecursionError):
        body = None
    if not isinstance(body, dict):
        raise ModelFailed(ModelFault.PROTOCOL, "The model's server sends something that is no JSON document.")
    return body


def _piece(message: dict[str, Any], finish: object, usage: object) -> Piece:
    text = message.get("content")
    return Piece(
        text=text if isinstance(text, str) else "",
        finish=finish if isinstance(finish, str) else None,
        tokens=_tokens(usage) if isinstance(usage, dict) else None,
    )


def _tokens(usage: dict[str, Any]) -> tuple[int, int] | None:
    counts = usage.get("prompt_tokens"), usage.get("completion_tokens")
    return counts if all(isinstance(count, int) and count >= 0 for count in counts) else None  # type: ignore[return-value]  # checked
