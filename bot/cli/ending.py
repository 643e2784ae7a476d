"""How a command ends: its exit code, and every failure in one clear message on standard error."""

import io
import os
import sys
from collections.abc import Sequence

from bot.cli.commands import app
from bot.cli.exit_codes import DONE, FAILED, INTERRUPTED, WRONG_CALL
from bot.errors import BotError, InvalidInput, SettingsError, UnknownPaper
from storage.errors import StorageError


def run(arguments: Sequence[str] | None = None) -> int:
    """Run one command and give its exit code: 0 done, 1 it failed, 2 the call or the settings are wrong, 130 Ctrl-C."""
    _fill_in_closed_streams()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a character that this terminal lacks must not end the command
    try:
        code = _run(arguments)
        sys.stdout.flush()
    except BrokenPipeError:
        _nobody_listens()
        return DONE
    return code


def _run(arguments: Sequence[str] | None) -> int:
    try:
        app(args=None if arguments is None else list(arguments), prog_name="paperboy")
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else DONE
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        raise
    except (BotError, StorageError) as error:
        _tell(error)
        wrong = isinstance(error, InvalidInput | SettingsError) and not isinstance(error, UnknownPaper)
        return WRONG_CALL if wrong else FAILED
    except Exception as error:  # noqa: BLE001  # logged whole; nobody is served by a traceback instead of words
        _log(error)
        _tell(error)
        return FAILED
    return DONE


def _tell(error: Exception) -> None:
    from bot.console.trouble import told

    print(f"Error: {told(error)}", file=sys.stderr)  # noqa: T201  # the one place where a command says why it failed


def _log(error: Exception) -> None:
    """An error that nobody foresaw, whole, through the log and its redaction."""
    import logging

    import structlog

    from bot.logs import configure_logs

    if not structlog.is_configured():
        configure_logs(level=logging.WARNING, json=False, secrets=())
    structlog.get_logger(__name__).error("command broke", exc_info=error)


def _fill_in_closed_streams() -> None:
    """Where a stream was closed by whoever started us, a file of ours would take its number: give it to nothing."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115, PTH123  # open until the end


def _nobody_listens() -> None:
    """The reader of the output has gone, as ``head`` does when it has enough. What is still buffered goes nowhere."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
