"""Programs that end by themselves: without a network, at the end of a pipe, on wrong settings, on a wrong token."""

import asyncio
import json
import sys

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


def in_one_line(text: str) -> str:
    return " ".join(text.split())


def ended_well(done: Ended) -> None:
    assert done.code == 0, done.err
    assert "Traceback" not in done.err
    assert "\x1b" not in done.out


def wrong_call(done: Ended) -> None:
    assert (done.code, done.out) == (2, ""), done.err
    assert "Traceback" not in done.err


async def test_without_token_and_network_the_sample_is_shown_whatever_the_input(machine: Machine) -> None:
    elsewhere = f"sqlite+aiosqlite:///{machine.folder}/elsewhere.db"
    nothing = await machine.execute("sh", "-c", f"exec {sys.executable} -m bot run <&-", DATABASE_URL=elsewhere)
    unheard, obeyed = await asyncio.gather(ended(nothing), machine.run("run", typed="\n".join(COMMANDS)))
    for done in (unheard, obeyed):
        ended_well(done)
        assert SAMPLE in in_one_line(done.out)
        assert done.out.count("arxiv.org/abs/") >= 5
    asked = [f"paperboy> {command}" for command in COMMANDS]
    for part in (*asked, "You now follow “agents”", "The store holds 50 papers", "mark is never closed"):
        assert part in in_one_line(obeyed.out)


async def test_json_is_one_document_on_standard_output(machine: Machine) -> None:
    done = await machine.run("search", "agents", "--json")
    ended_well(done)
    assert json.loads(done.out)["query"] == "agents"


async def test_every_wrong_setting_is_named_in_one_go_and_no_secret(machine: Machine) -> None:
    machine.settings |= WRONG_SETTINGS
    (machine.folder / ".env").write_text("HF_TOKNE=hf_x\n", encoding="utf-8")
    done = await machine.run("run")
    wrong_call(done)
    for name in (*WRONG_SETTINGS, "HF_TOKNE"):
        assert f"  {name}: " in done.err
    assert "secret" not in done.err
    assert "s3cret" not in done.err


async def test_a_token_that_discord_refuses_is_named_and_not_shown(machine: Machine) -> None:
    async with DiscordStandIn() as discord:
        machine.settings |= {"DISCORD_TOKEN": WRONG_TOKEN, "DISCORD_API_URL": discord.api_url, "LOG_LEVEL": "debug"}
        done = await machine.run("run")
    wrong_call(done)
    assert "DISCORD_TOKEN: is refused by Discord" in done.err
    assert WRONG_TOKEN not in done.err
