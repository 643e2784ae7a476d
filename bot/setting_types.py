"""The kinds of value that a setting may have, each with its check.

A check says what is wrong and never what the value was: it may be a secret.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, SecretStr, ValidationInfo
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from bot.core.announcements import read_categories, read_kinds
from bot.core.choices import NO_MODELS, read_models
from bot.core.feeds import read_feeds
from bot.core.preprints import read_subjects


def _web_address(value: str) -> str:
    scheme, _, rest = value.partition("://")
    if scheme not in {"http", "https"} or not rest or rest.startswith("/") or any(c.isspace() for c in value):
        raise ValueError("is not a web address that begins with https:// or http://")
    return value.rstrip("/")


def _database_url(value: SecretStr) -> SecretStr:
    try:
        url = make_url(value.get_secret_value())
    except ArgumentError:
        raise ValueError("is not a database address") from None
    if url.get_backend_name() not in {"sqlite", "postgresql"}:
        raise ValueError("names a database that is not supported; it is sqlite or postgresql")
    return value


def _token(value: SecretStr | None) -> SecretStr | None:
    if value is not None and any(c.isspace() for c in value.get_secret_value()):
        raise ValueError("has a space in it; paste the bare token, without the word Bot")
    return value


def _empty_is_absent(value: object) -> object:
    """``NAME=`` in a file means that it was left out."""
    return None if value == "" else value


def _read_by(read: Callable[[str], object]) -> AfterValidator:
    """For a text that ``read`` can read; a text it stays."""

    def check(value: str) -> str:
        read(value)
        return value

    return AfterValidator(check)


def _subjects(value: str, known: ValidationInfo) -> str:
    server = known.field_name or ""
    names = read_feeds(known.data.get("feeds", "")) if read_subjects(value, server) else {}
    if twins := [name for name in names if name.lower() == server]:
        raise ValueError(f"is read by its API, and FEEDS has a feed called {twins[0]!r}, too; leave out one of them")
    return value


def _models_of_a_server(value: str | None, known: ValidationInfo) -> str | None:
    if not read_models(value or "") and known.data.get("llm_base_url") is not None:
        raise ValueError("is needed where LLM_BASE_URL is set: a server has several models")
    if ours := sorted(NO_MODELS.intersection(read_models(value or ""))):
        raise ValueError(f"{ours[0]!r} is what Paperboy itself calls answers without a model: name it otherwise there")
    return value


WebAddress = Annotated[str, AfterValidator(_web_address)]
DatabaseUrl = Annotated[SecretStr, AfterValidator(_database_url)]
Secret = Annotated[SecretStr | None, BeforeValidator(_empty_is_absent), AfterValidator(_token)]
OptionalPath = Annotated[Path | None, BeforeValidator(_empty_is_absent)]
Categories = Annotated[str, _read_by(read_categories)]
Kinds = Annotated[str, _read_by(read_kinds)]
Feeds = Annotated[str, _read_by(read_feeds)]
Subjects = Annotated[str, AfterValidator(_subjects)]
"""Of the server that the setting is called after; settings that it is compared with stand before it."""
ModelServer = Annotated[WebAddress | None, BeforeValidator(_empty_is_absent)]
Models = Annotated[str | None, BeforeValidator(_empty_is_absent), AfterValidator(_models_of_a_server)]
