import json
import logging
from collections.abc import Iterator

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from bot.logs import HIDDEN, configure_logs, redact

TOKEN = "MTIzNDU2Nzg5MDEyMzQ1Njc4OTA.GhIjKl.abcdefghijklmnopqrstuvwxyz0123456789"


@pytest.fixture(autouse=True)
def restore_logging() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


@pytest.mark.parametrize(
    "text",
    [
        f"Authorization: Bot {TOKEN}",
        "Authorization: Bearer hf_aVerySecretValue",
        f"connecting with {TOKEN}",
        "POST /webhooks/123/aVeryLongInteractionToken_0123456789",
        "POST /interactions/123/aVeryLongInteractionToken_0123456789/callback",
        "postgresql://paperboy:hunter2hunter2@db/papers",
    ],
)
def test_what_looks_like_a_secret_is_taken_out(text: str) -> None:
    hidden = redact(text)
    assert HIDDEN in hidden
    for secret in (TOKEN, "hf_aVerySecretValue", "aVeryLongInteractionToken_0123456789", "hunter2hunter2"):
        assert secret not in hidden


@given(st.text(), st.text(), st.text(alphabet="abcdefghij0123456789", min_size=8))
def test_a_known_secret_never_survives(before: str, after: str, secret: str) -> None:
    assert secret not in redact(f"{before}{secret}{after}", [secret]).replace(HIDDEN, "")


def test_ordinary_text_is_left_alone() -> None:
    text = "delivered 5 papers to channel:123 at 2026-11-24T09:00:00Z: 2503.02130, hep-th/9901001"
    assert redact(text) == text


@pytest.mark.parametrize("as_json", [False, True])
def test_no_secret_in_a_log_or_a_traceback(as_json: bool, capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs(level=logging.INFO, json=as_json, secrets=("hunter2",))
    log = structlog.get_logger("test")
    local_secret = "hunter2"
    try:
        int(local_secret)
    except ValueError:
        log.exception("failed", password=local_secret)
    logging.getLogger("some.library").warning("token %s", local_secret)
    captured = capsys.readouterr()
    assert not captured.out
    assert "hunter2" not in captured.err
    assert "ValueError" in captured.err


def test_json_logs_are_one_document_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs(level=logging.INFO, json=True, secrets=())
    structlog.get_logger("test").info("delivered", papers=5)
    logging.getLogger("some.library").warning("odd %s", "thing")
    first, second = (json.loads(line) for line in capsys.readouterr().err.splitlines())
    assert first["event"] == "delivered"
    assert first["papers"] == 5
    assert second["event"] == "odd thing"
    assert second["level"] == "warning"


def test_the_discord_library_never_logs_its_payloads(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs(level=logging.DEBUG, json=True, secrets=())
    logging.getLogger("discord.http").debug("payload with an interaction token")
    assert not capsys.readouterr().err
