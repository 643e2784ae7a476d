"""Discord's refusals: HTTP status, JSON code, words, and for bodies the tree that says where."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]
Path = tuple[str | int, ...]


class Refusal(Exception):
    """An answer that is not a success."""

    def __init__(
        self,
        status: int,
        code: int,
        message: str,
        *,
        errors: Json | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(f"{status}/{code} {message}")
        self.status = status
        self.headers = headers or {}
        body: Json = {"message": message, "code": code}
        self.body = body if errors is None else {**body, "errors": errors}


def unauthorized() -> Refusal:
    return Refusal(401, 0, "401: Unauthorized")


def no_such_route() -> Refusal:
    return Refusal(404, 0, "404: Not Found")


def unknown_channel() -> Refusal:
    return Refusal(404, 10003, "Unknown Channel")


def unknown_guild() -> Refusal:
    return Refusal(404, 10004, "Unknown Guild")


def unknown_message() -> Refusal:
    return Refusal(404, 10008, "Unknown Message")


def unknown_user() -> Refusal:
    return Refusal(404, 10013, "Unknown User")


def unknown_webhook() -> Refusal:
    return Refusal(404, 10015, "Unknown Webhook")


def unknown_interaction() -> Refusal:
    return Refusal(404, 10062, "Unknown interaction")


def already_acknowledged() -> Refusal:
    return Refusal(400, 40060, "Interaction has already been acknowledged.")


def forum_wants_threads() -> Refusal:
    return Refusal(400, 40058, "Cannot message this channel until it is a thread")


def missing_access() -> Refusal:
    return Refusal(403, 50001, "Missing Access")


def missing_permissions() -> Refusal:
    return Refusal(403, 50013, "Missing Permissions")


def not_the_author() -> Refusal:
    return Refusal(403, 50005, "Cannot edit a message authored by another user")


def empty_message() -> Refusal:
    return Refusal(400, 50006, "Cannot send an empty message")


def dm_closed() -> Refusal:
    return Refusal(403, 50007, "Cannot send messages to this user")


def no_mutual_guild() -> Refusal:
    return Refusal(403, 50278, "Cannot send messages to this user due to having no mutual guilds")


def not_a_text_channel() -> Refusal:
    return Refusal(400, 50008, "Cannot send messages in a non-text channel")


def invalid_webhook_token() -> Refusal:
    return Refusal(401, 50027, "Invalid Webhook Token")


def invalid_json() -> Refusal:
    return Refusal(400, 50109, "The request body contains invalid JSON.")


def unknown_tag() -> Refusal:
    return Refusal(404, 10087, "Unknown tag")


def already_crossposted() -> Refusal:
    return Refusal(400, 40033, "This message has already been crossposted")


def no_tag_for_everybody() -> Refusal:
    return Refusal(400, 40066, "There are no tags available that can be set by non-moderators")


def tag_required() -> Refusal:
    return Refusal(400, 40067, "A tag is required to create a forum post in this channel")


def wrong_kind_of_channel() -> Refusal:
    return Refusal(400, 50024, "Cannot execute action on this channel type")


def thread_archived() -> Refusal:
    return Refusal(400, 50083, "Thread is archived")


def has_a_thread() -> Refusal:
    return Refusal(400, 160004, "A thread has already been created for this message")


def thread_locked() -> Refusal:
    return Refusal(400, 160005, "Thread is locked")


def too_many_threads() -> Refusal:
    return Refusal(400, 160006, "Maximum number of active threads reached")


def too_many_announcement_threads() -> Refusal:
    return Refusal(400, 160007, "Maximum number of active announcement threads reached")


def limited(code: int, retry_after: float, *, scope: str = "user") -> Refusal:
    """A 429 of a limit that no header announces; ``code`` 0 says nothing of its reason."""
    words = _LIMITED.get(code, "You are being rate limited.")
    headers = {"Retry-After": str(math.ceil(retry_after)), "X-RateLimit-Scope": scope}
    refusal = Refusal(429, code, words, headers=headers)
    refusal.body |= {"retry_after": retry_after, "global": False}
    return refusal


_LIMITED = {
    20016: "This action cannot be performed due to slowmode rate limit",
    20022: "This message cannot be edited due to announcement rate limits",
    20028: "The channel you are writing has hit the write rate limit",
    20029: "The write action you are performing on the server has hit the write rate limit",
    30046: "Maximum number of edits to messages older than 1 hour reached",
    40003: "You are opening direct messages too fast",
}


def blocked_client() -> Refusal:
    return Refusal(403, 40333, "internal network error")


def server_error() -> Refusal:
    return Refusal(500, 0, "500: Internal Server Error")


@dataclass(slots=True)
class FormErrors:
    """Collects what is wrong with a body, each at its place; ``at`` is where that body lies in a larger one."""

    at: Path = ()
    found: list[tuple[Path, str, str]] = field(default_factory=list)

    def add(self, path: Path, code: str, message: str) -> None:
        self.found.append((self.at + path, code, message))

    def required(self, path: Path) -> None:
        self.add(path, "BASE_TYPE_REQUIRED", "This field is required")

    def length(self, path: Path, value: object, *, least: int = 0, most: int) -> None:
        """Texts are counted in code points after trimming, lists in entries; other values are left to the schema."""
        if not isinstance(value, str | list):
            return
        size = len(value.strip()) if isinstance(value, str) else len(value)
        if size == 0 < least:
            self.required(path)
        elif size > most and least == 0:
            self.add(path, "BASE_TYPE_MAX_LENGTH", f"Must be {most} or fewer in length.")
        elif not least <= size <= most:
            self.add(path, "BASE_TYPE_BAD_LENGTH", f"Must be between {least} and {most} in length.")

    def refuse(self) -> None:
        """Raise what was found, as one tree."""
        if self.found:
            raise Refusal(400, 50035, "Invalid Form Body", errors=self.tree())

    def tree(self) -> Json:
        root: Json = {}
        for path, code, message in self.found:
            node = root
            for step in path:
                node = node.setdefault(str(step), {})
            node.setdefault("_errors", []).append({"code": code, "message": message})
        return root
