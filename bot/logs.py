"""Logs to standard error, for people or for machines, with every secret taken out at the last step."""

import logging
import re
import sys
from collections.abc import Iterable, MutableMapping
from typing import Any

import structlog
from structlog.typing import Processor

HIDDEN = "[hidden]"

SECRET_SHAPES = re.compile(
    r"(?P<keep>(?:Bot|Bearer)\s+)[\w.~+/=-]{8,}"  # an Authorization header
    r"|[\w-]{23,28}\.[\w-]{6,7}\.[\w-]{27,}"  # a Discord token
    r"|hf_\w{8,}"  # a Hugging Face token
    r"|(?P<path>/(?:webhooks|interactions)/\d+/)[\w-]{16,}"  # an interaction's or webhook's token in an address
    r"|(?P<user>://[^/\s:@]+:)[^/\s@]+(?=@)"  # a password in an address
)


def redact(text: str, secrets: Iterable[str] = ()) -> str:
    """``text`` without the given values and without anything that has the shape of a secret."""
    for secret in secrets:
        text = text.replace(secret, HIDDEN)
    return SECRET_SHAPES.sub(lambda m: f"{m['keep'] or m['path'] or m['user'] or ''}{HIDDEN}", text)


def configure_logs(*, level: int, json: bool, secrets: tuple[str, ...]) -> None:
    """Send structlog's and the standard library's records through one formatter to standard error."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                *(_for_machines() if json else _for_people()),
                _Redaction(secrets),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    # At DEBUG these write request bodies, gateway payloads and addresses that carry interaction tokens.
    for name in ("discord", "httpx", "httpcore", "asyncio", "aiosqlite", "apscheduler", "alembic"):
        logging.getLogger(name).setLevel(max(level, logging.INFO if name == "discord" else logging.WARNING))


def _for_people() -> list[Processor]:
    colours = sys.stderr.isatty()
    # Tracebacks without local variables: a local may hold a token.
    return [structlog.dev.ConsoleRenderer(colors=colours, exception_formatter=structlog.dev.plain_traceback)]


def _for_machines() -> list[Processor]:
    return [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]


class _Redaction:
    def __init__(self, secrets: tuple[str, ...]) -> None:
        self._secrets = secrets

    def __call__(self, _logger: Any, _method: str, rendered: str | MutableMapping[str, Any]) -> str:
        return redact(str(rendered), self._secrets)
