"""Channel setups at a shell: listed, written to a file, brought in from one, and what their next digests would hold."""

import asyncio
import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from storage.records import ChannelSetup, Destination, DestinationKind, Layout
from storage.store import Store
from tests.builders import DAY, GUILD_ID, make_setup, sighting_of
from tests.cli.conftest import PAPERS, Paperboy

ELSEWHERE = "555"
FORUM = Destination(kind=DestinationKind.FORUM, id=42)
SETUPS = (
    make_setup(query="reads"),
    make_setup(destination=FORUM, layout=Layout.FORUM, paused_because="paused by an admin"),
)


@pytest.fixture
def set_up(folder: Path, store_file: Path) -> tuple[ChannelSetup, ...]:
    """A store with ``PAPERS`` and ``SETUPS``."""

    async def fill() -> tuple[ChannelSetup, ...]:
        store = await Store.open("sqlite+aiosqlite:///paperboy.db")
        async with store.write() as tx:
            await tx.papers.save(PAPERS, [sighting_of(paper, daily_on=DAY) for paper in PAPERS])
            kept = tuple([await tx.channels.add(setup) for setup in SETUPS])
        await store.close()
        return kept

    return asyncio.run(fill())


def document(text: str) -> Any:
    """The one JSON document that ``text`` is."""
    return json.loads(text)


@pytest.mark.usefixtures("set_up")
def test_the_setups_are_listed(paperboy: Paperboy) -> None:
    ended = paperboy("channels", "list")
    assert ended.code == 0
    assert "2 channel setups" in ended.out
    assert "matching “reads”" in ended.out
    assert "Paused: paused by an admin" in ended.out
    found = document(paperboy("channels", "list", "--json").out)["channels"]
    assert [one["destination"] for one in found] == [str(setup.destination) for setup in SETUPS]
    assert document(paperboy("channels", "list", "--server", ELSEWHERE, "--json").out) == {"channels": []}


@pytest.mark.usefixtures("set_up")
def test_setups_go_from_one_server_to_another(paperboy: Paperboy, folder: Path) -> None:
    ended = paperboy("channels", "export", "--output", "setups/here.json")
    assert ended.code == 0
    assert f"2 channel setups of server {GUILD_ID}" in ended.out
    dry = paperboy("channels", "import", "setups/here.json", "--server", ELSEWHERE, "--dry-run")
    assert "2 channel setups would be added to server 555" in dry.out
    assert "Nothing was changed." in dry.out
    told = document(paperboy("channels", "import", "setups/here.json", "--server", ELSEWHERE, "--json").out)
    assert [one["destination"] for one in told.pop("added")] == [str(setup.destination) for setup in SETUPS]
    assert told == {"server": ELSEWHERE, "dry_run": False, "unchanged": 0, "answers": None}
    again = paperboy("channels", "import", "setups/here.json", "--server", ELSEWHERE)
    assert "0 channel setups added" in again.out
    assert "2 setups were there already." in again.out
    there = paperboy("channels", "export", "--server", ELSEWHERE)
    here = document((folder / "setups" / "here.json").read_text(encoding="utf-8"))
    assert document(there.out) == here | {"server": ELSEWHERE}
    assert paperboy("channels", "export").code == 2
    (folder / "setups" / "here.json").write_text(json.dumps(here | {"answers": {"language": "German"}}))
    for words in ("comes from the file, too", "was chosen there already"):
        answered = paperboy("channels", "import", "setups/here.json")
        assert f"How the server is answered {words}" in " ".join(answered.out.split())
    ended = paperboy("channels", "export", "--server", str(GUILD_ID), "--output", "setups/all.json")
    assert f"of server {GUILD_ID} and how it is answered" in ended.out


@pytest.mark.usefixtures("set_up")
def test_a_file_that_is_there_is_not_written_over(paperboy: Paperboy, folder: Path) -> None:
    (folder / "mine.json").write_text("mine", encoding="utf-8")
    ended = paperboy("channels", "export", "--output", "mine.json")
    assert (ended.code, ended.out) == (1, "")
    assert "is there already" in ended.err
    assert (folder / "mine.json").read_text(encoding="utf-8") == "mine"
    assert "cannot be written" in paperboy("channels", "export", "--output", "mine.json/new.json").err


@pytest.mark.usefixtures("set_up")
def test_a_file_may_come_through_a_pipe(paperboy: Paperboy, monkeypatch: pytest.MonkeyPatch) -> None:
    written = paperboy("channels", "export").out
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(written.encode())))
    assert "2 channel setups added to server 555" in paperboy("channels", "import", "-", "--server", ELSEWHERE).out


def test_a_file_with_mistakes_ends_with_2_and_each_of_them(paperboy: Paperboy, folder: Path) -> None:
    setups = [{"kind": "channel", "channel": "7", "at": "9", "zone": "Mars"}, {"knid": "channel"}]
    (folder / "bad.json").write_text(json.dumps({"paperboy": 1, "server": "5", "setups": setups}), encoding="utf-8")
    ended = paperboy("channels", "import", "bad.json", "--json")
    assert (ended.code, ended.out) == (2, "")
    for part in ("nothing of it was brought in", '  setup 1, "zone": “Mars”', 'did you mean "kind"?', 'setup 2, "at"'):
        assert part in ended.err
    assert "Traceback" not in ended.err


def test_a_file_that_is_not_there_ends_with_1(paperboy: Paperboy) -> None:
    ended = paperboy("channels", "import", "missing.json")
    assert ended.code == 1
    assert "missing.json cannot be read" in ended.err


def test_without_setups_there_is_nothing_to_export(paperboy: Paperboy) -> None:
    ended = paperboy("channels", "export")
    assert (ended.code, ended.out) == (1, "")


def test_the_next_digest_is_shown_with_its_sums(paperboy: Paperboy, set_up: tuple[ChannelSetup, ...]) -> None:
    for name in (str(set_up[0].id), str(set_up[0].destination.id)):
        ended = paperboy("status", "--preview", name)
        assert ended.code == 0
        assert f"(setup {set_up[0].id}), due " in ended.out
        assert "considered = " in ended.out
    told = document(paperboy("status", "--preview", str(set_up[0].id), "--json").out)
    assert told["considered"] == told["picked"] + sum(told["left_out"].values())
    assert told["empty_because"]  # the papers are of a day that is long gone


def test_a_paper_is_told_why_it_would_not_come(paperboy: Paperboy, set_up: tuple[ChannelSetup, ...]) -> None:
    asked = ("status", "--preview", str(set_up[0].id), "--paper")
    ended = paperboy(*asked, f"https://arxiv.org/abs/{PAPERS[0].id}v2")
    assert ended.code == 0
    assert "It would not be in the next digest" in ended.out
    assert "it is on the list of Friday, 14 March 2025" in " ".join(ended.out.split())
    told = document(paperboy(*asked, PAPERS[0].id, "--json").out)
    assert (told["setup"], told["paper"]["outcome"]) == (set_up[0].id, "not considered")
    assert document(paperboy(*asked, "2503.99999", "--json").out)["paper"]["outcome"] == "unknown"


@pytest.mark.usefixtures("set_up")
@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--preview", "99"), "paperboy channels list"),
        (("--preview", "general"), "--preview"),
        (("--preview", "1", "--paper", "nonsense"), "does not name a paper"),
        (("--paper", "2503.00001"), "--preview CHANNEL"),
    ],
)
def test_a_wrong_question_about_a_next_digest_ends_with_2(
    paperboy: Paperboy, arguments: tuple[str, ...], says: str
) -> None:
    ended = paperboy("status", *arguments)
    assert (ended.code, ended.out) == (2, "")
    assert says in ended.err
