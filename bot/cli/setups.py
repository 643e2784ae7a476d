"""``paperboy channels``: the channel setups shown, written to a file, and brought in from one."""

import json as json_format
import sys
from pathlib import Path

from bot.cli.exit_codes import DONE
from bot.cli.output import print_json, say, show
from bot.cli.session import with_resources
from bot.core.setup_file import LARGEST, to_document
from bot.errors import BotError
from bot.ports import Resources
from bot.render import document
from bot.render.channels import channel_list
from bot.render.reports import imported_setups
from bot.services import channels, transfer

STANDARD_STREAM = "-"


def list_all(*, server: int | None, json: bool) -> None:
    """Every setup, or those of one server."""

    async def work(r: Resources) -> int:
        found = await channels.overview(r, server)
        if json:
            print_json(document.channels(found))
        else:
            show(channel_list(found, r.clock()))
        return DONE

    with_resources(work)


def export(*, server: int | None, output: str) -> None:
    """One server's setups, as one file. Raises BotError: the file cannot be written."""

    async def work(r: Resources) -> int:
        guild_id, setups, choices = await transfer.export(r, server)
        file = to_document(guild_id, setups, choices)
        if output == STANDARD_STREAM:
            print_json(file)
        else:
            _write(Path(output), json_format.dumps(file, ensure_ascii=False, indent=2) + "\n")
            count = f"{len(setups)} channel setup{'s' * (len(setups) != 1)}"
            beside = " and how it is answered" if "answers" in file else ""
            say([f"{count} of server {guild_id}{beside} written to {output}."])
        return DONE

    with_resources(work)


def bring_in(file: Path, *, server: int | None, dry_run: bool, json: bool) -> None:
    """All setups of a file, or none of them. Raises BotError: the file cannot be read."""
    body = _read(file)

    async def work(r: Resources) -> int:
        imported = await transfer.bring_in(r, body, guild_id=server, dry_run=dry_run)
        came = imported.guild_id, imported.added, imported.unchanged
        if json:
            print_json(document.imported(*came, answers=imported.answers, dry_run=dry_run))
        else:
            show(imported_setups(*came, answers=imported.answers, dry_run=dry_run))
        return DONE

    with_resources(work)


def _read(path: Path) -> bytes:
    """The file, as far as it can be one of ours: what is longer is refused by its length."""
    try:
        if str(path) == STANDARD_STREAM:
            return sys.stdin.buffer.read(LARGEST + 1)
        with path.open("rb") as file:
            return file.read(LARGEST + 1)
    except OSError as error:
        raise BotError(f"{path} cannot be read: {error.strerror}.") from error


def _write(path: Path, words: str) -> None:
    if path.exists():
        raise BotError(f"{path} is there already; choose another name, or take it away first.")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(words)
    except OSError as error:
        raise BotError(f"{path} cannot be written: {error.strerror}.") from error
