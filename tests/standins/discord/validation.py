"""Discord's limits on messages that its own description does not state, checked by hand."""

from typing import Any

from tests.standins.discord.components import breaks_the_server, check_components
from tests.standins.discord.errors import FormErrors, Path, empty_message, server_error
from tests.standins.discord.state import COMPONENTS_V2, Message

Json = dict[str, Any]

MOST_CONTENT = 2000
"""A bot's; Discord's description states the 4,000 of paying users."""
MOST_EMBED_TEXT = 6000
LEGACY_ONLY = ("content", "embeds", "sticker_ids", "poll")


def check_message(body: Json, *, flags: int, kept: Message | None = None, files: int = 0, at: Path = ()) -> None:
    """``flags`` are those that the message will have; ``kept`` is the message that is edited; ``at``: see FormErrors.

    Raises Refusal: 400/50035 with its tree, 400/50006, or the 500 of a body above the hidden cap.
    """
    errors = FormErrors(at)
    v2 = bool(flags & COMPONENTS_V2)
    components = body.get("components") or []
    if v2:
        _check_legacy_fields(errors, body, kept)
    errors.length(("content",), body.get("content"), most=MOST_CONTENT)
    _check_embeds(errors, body.get("embeds") or [])
    check_components(errors, components, v2=v2)
    _check_mentions(errors, body.get("allowed_mentions"))
    errors.length(("nonce",), str(body.get("nonce") or ""), most=25)
    if body.get("enforce_nonce") and body.get("nonce") in (None, ""):
        errors.required(("nonce",))
    errors.refuse()
    if _is_empty(body, v2=v2, kept=kept, files=files):
        raise empty_message()
    if v2 and breaks_the_server(components):
        raise server_error()


def _is_empty(body: Json, *, v2: bool, kept: Message | None, files: int) -> bool:
    components = body.get("components", kept.components if kept else None)
    if v2:
        return not components
    content = body.get("content", kept.content if kept else None) or ""
    embeds = body.get("embeds", kept.embeds if kept else None)
    rest = (body.get("attachments", kept.attachments if kept else None), body.get("sticker_ids"), body.get("poll"))
    return not (content.strip() or components or embeds or files or any(rest))


def _check_legacy_fields(errors: FormErrors, body: Json, kept: Message | None) -> None:
    for name in LEGACY_ONLY:
        stays = kept is not None and name not in body and bool(getattr(kept, name, None))
        if body.get(name) or stays:
            words = f"The '{name}' field cannot be used when using MessageFlags.IS_COMPONENTS_V2"
            errors.add((name,), "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2", words)


def _check_embeds(errors: FormErrors, embeds: list[Json]) -> None:
    errors.length(("embeds",), embeds, most=10)
    total = 0
    for index, embed in enumerate(embeds):
        path: Path = ("embeds", index)
        errors.length((*path, "title"), embed.get("title"), most=256)
        errors.length((*path, "description"), embed.get("description"), most=4096)
        errors.length((*path, "footer", "text"), (embed.get("footer") or {}).get("text"), most=2048)
        errors.length((*path, "author", "name"), (embed.get("author") or {}).get("name"), most=256)
        entries = embed.get("fields") or []
        errors.length((*path, "fields"), entries, most=25)
        for number, entry in enumerate(entries):
            for key, most in (("name", 256), ("value", 1024)):
                errors.length((*path, "fields", number, key), entry.get(key) or "", least=1, most=most)
        total += _embed_text(embed)
    if total > MOST_EMBED_TEXT:
        errors.add(("embeds",), "MAX_EMBED_SIZE_EXCEEDED", f"Embed size exceeds maximum size of {MOST_EMBED_TEXT}")


def _embed_text(embed: Json) -> int:
    parts = [embed.get("title"), embed.get("description")]
    parts += [(embed.get("footer") or {}).get("text"), (embed.get("author") or {}).get("name")]
    for entry in embed.get("fields") or []:
        parts += [entry.get("name"), entry.get("value")]
    return sum(len(part.strip()) for part in parts if part)


def _check_mentions(errors: FormErrors, allowed: Json | None) -> None:
    if not allowed:
        return
    for kind in ("users", "roles"):
        errors.length(("allowed_mentions", kind), allowed.get(kind), most=100)
        if allowed.get(kind) and kind in (allowed.get("parse") or []):
            words = f'parse:["{kind}"] and {kind}: [ids...] are mutually exclusive.'
            errors.add(("allowed_mentions",), "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE", words)
