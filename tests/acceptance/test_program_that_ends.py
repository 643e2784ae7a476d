"""Programs that end by themselves: without a network, at the end of a pipe, on wrong settings, on a wrong token."""

import asyncio
import json
import sys

import pytest

from tests.acceptance.machine import Ended, Machine, ended
from tests.standins.discord import DiscordStandIn

SAMPLE = "Hugging Face could not be reached, so these are the bundled sample's"
COMMANDS = ("/papers search agents", "/topics follow agents", "/topics list", "/status", '/papers search "half')
WRONG_TOKEN = "MTIzNDU2Nzg5.wrong.but-not-for-others-to-read"
WRONG_SETTINGS = {
    "DISCORD_TOKEN": "Bot MTIz.secret",
    "HF_ENDPOINT": "huggingface.co",
    "DATABASE_URL": "mysql://me:s3cret@host/db",
    "LOG_LEVEL": "loud",
}


@pytest.fixture(scope="module")
def endings(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Ended]:
    """How each of them ended. They have nothing to do with each other, so they run side by side."""

    def machine(name: str, **settings: str) -> Machine:
        return Machine(tmp_path_factory.mktemp(name), settings)

    async def nothing_at_all() -> Ended:
        process = await machine("nothing").execute("sh", "-c", f"exec {sys.executable} -m bot run <&-")
        return await ended(process)

    async def wrong_token() -> Ended:
        async with DiscordStandIn() as discord:
            settings = {"DISCORD_TOKEN": WRONG_TOKEN, "DISCORD_API_URL": discord.api_url, "LOG_LEVEL": "debug"}
            return await machine("token", **settings).run("run")

    misled = machine("settings", **WRONG_SETTINGS)
    (misled.folder / ".env").write_text("HF_TOKNE=hf_x\n", encoding="utf-8")

    async def side_by_side() -> dict[str, Ended]:
        runs = {
            "nothing at all": nothing_at_all(),
            "piped": machine("piped").run("run", typed="\n".join(COMMANDS)),
            "json": machine("json").run("search", "agents", "--json"),
            "wrong token": wrong_token(),
            "wrong settings": misled.run("run"),
        }
        return dict(zip(runs, await asyncio.gather(*runs.values()), strict=True))

    return asyncio.run(side_by_side())


def in_one_line(text: str) -> str:
    return " ".join(text.split())


def test_no_ending_is_a_traceback(endings: dict[str, Ended]) -> None:
    assert [name for name, done in endings.items() if "Traceback" in done.err] == []


def test_without_token_network_or_input_the_sample_is_shown_and_all_is_well(endings: dict[str, Ended]) -> None:
    done = endings["nothing at all"]
    assert done.code == 0, done.err
    assert SAMPLE in in_one_line(done.out)
    assert done.out.count("arxiv.org/abs/") >= 5
    assert "\x1b" not in done.out


def test_the_commands_of_discord_may_be_piped_in(endings: dict[str, Ended]) -> None:
    done = endings["piped"]
    assert done.code == 0, done.err
    said = in_one_line(done.out)
    asked = [f"paperboy> {command}" for command in COMMANDS]
    for part in (SAMPLE, *asked, "You now follow “agents”", "The store holds 50 papers", "mark is never closed"):
        assert part in said


def test_json_is_one_document_on_standard_output(endings: dict[str, Ended]) -> None:
    done = endings["json"]
    assert done.code == 0, done.err
    assert json.loads(done.out)["query"] == "agents"


def test_every_wrong_setting_is_named_in_one_go_and_no_secret(endings: dict[str, Ended]) -> None:
    done = endings["wrong settings"]
    assert (done.code, done.out) == (2, "")
    for name in (*WRONG_SETTINGS, "HF_TOKNE"):
        assert f"  {name}: " in done.err
    assert "secret" not in done.err
    assert "s3cret" not in done.err


def test_a_token_that_discord_refuses_is_named_and_not_shown(endings: dict[str, Ended]) -> None:
    done = endings["wrong token"]
    assert (done.code, done.out) == (2, "")
    assert "DISCORD_TOKEN: is refused by Discord" in done.err
    assert WRONG_TOKEN not in done.err
