"""A server's channel setups go to one file and come back from it, to any server, all or none, as often as one likes."""

import json
from dataclasses import replace
from datetime import time
from typing import Any

import pytest

from bot.core.grounding import EXTRACTIVE
from bot.core.setup_file import same_terms, to_document
from bot.errors import BotError, InvalidInput, WrongSetups
from bot.ports import Resources
from bot.services import channels, transfer
from storage.records import Cadence, ChannelSetup, Destination, DestinationKind, Layout, Obstacle, Settle, TagRule
from storage.server_choices import ServerChoices
from tests.builders import BASE, GUILD_ID, make_schedule, make_setup

ELSEWHERE = 555
FORUM = Destination(kind=DestinationKind.FORUM, id=42)
SETUPS = (
    make_setup(query="agents", schedule=make_schedule(time(18, 30), "Europe/Berlin")),
    make_setup(destination=FORUM, layout=Layout.FORUM, tags=(TagRule(name="NLP", query="cat:cs.CL"),)),
    make_setup(schedule=make_schedule(cadence=Cadence.WEEKLY), settle=Settle.SETTLED, quiet=True, role_id=9),
    make_setup(limit=10, paused_because="I may not write there", obstacle=Obstacle.PERMISSION, paused_at=BASE),
)


async def keep(r: Resources, *setups: ChannelSetup) -> None:
    async with r.store.write() as tx:
        for setup in setups:
            await tx.channels.add(setup)


async def kept(r: Resources, guild_id: int = GUILD_ID) -> list[ChannelSetup]:
    async with r.store.read() as tx:
        return [*await tx.channels.list(guild_id)]


def body(*setups: ChannelSetup, **changes: Any) -> bytes:
    """The file of ``setups``; ``changes`` are made to the first of them in the file."""
    document = to_document(GUILD_ID, setups)
    document["setups"][0] |= changes
    return json.dumps(document).encode()


async def exported(r: Resources, guild_id: int) -> dict[str, Any]:
    return to_document(*await transfer.export(r, guild_id))


@pytest.mark.parametrize("guild_id", [GUILD_ID, ELSEWHERE])
async def test_what_was_exported_and_brought_in_is_the_same(r: Resources, guild_id: int) -> None:
    imported = await transfer.bring_in(r, body(*SETUPS), guild_id=guild_id)
    assert (imported.guild_id, imported.unchanged) == (guild_id, 0)
    found = await kept(r, guild_id)
    assert found == [*imported.added]
    assert [same_terms(setup) for setup in found] == [same_terms(setup) for setup in SETUPS]
    assert {(setup.created_by, setup.created_at) for setup in found} == {(0, BASE)}
    assert [setup.paused_because for setup in found] == [None, None, None, "I may not write there"]
    assert found[3].obstacle is Obstacle.PERMISSION
    assert (await exported(r, guild_id))["setups"] == to_document(GUILD_ID, SETUPS)["setups"]


async def test_the_file_says_which_server_unless_another_is_named(r: Resources) -> None:
    assert (await transfer.bring_in(r, body(SETUPS[0]))).guild_id == GUILD_ID
    assert await kept(r, ELSEWHERE) == []


async def test_a_file_that_names_no_server_asks_for_one(r: Resources) -> None:
    document = to_document(GUILD_ID, SETUPS[:1])
    del document["server"]
    with pytest.raises(WrongSetups, match='"server": is missing'):
        await transfer.bring_in(r, json.dumps(document).encode())
    assert (await transfer.bring_in(r, json.dumps(document).encode(), guild_id=ELSEWHERE)).added


async def test_to_bring_it_in_again_changes_nothing(r: Resources) -> None:
    await transfer.bring_in(r, body(*SETUPS))
    before = await kept(r)
    again = await transfer.bring_in(r, body(*SETUPS))
    assert (again.added, again.unchanged) == ((), len(SETUPS))
    assert await kept(r) == before


async def test_one_that_is_there_is_left_alone_whether_it_runs_or_not_and_whoever_made_it(r: Resources) -> None:
    rules = (TagRule(name="NLP", query="cat:cs.CL", tag_id=7),)
    await keep(r, replace(SETUPS[1], tags=rules, paused_because="paused by an admin"))
    before = await kept(r)
    assert (await transfer.bring_in(r, body(SETUPS[1]))).unchanged == 1
    assert await kept(r) == before


async def test_other_terms_in_the_same_place_are_another_setup(r: Resources) -> None:
    await keep(r, SETUPS[0])
    imported = await transfer.bring_in(r, body(replace(SETUPS[0], limit=3)))
    assert [setup.limit for setup in imported.added] == [3]
    assert len(await kept(r)) == 2


async def test_two_alike_stay_two(r: Resources) -> None:
    await keep(r, SETUPS[0])
    first = await transfer.bring_in(r, body(SETUPS[0], SETUPS[0]))
    assert (len(first.added), first.unchanged) == (1, 1)
    again = await transfer.bring_in(r, body(SETUPS[0], SETUPS[0]))
    assert (again.added, again.unchanged) == ((), 2)


async def test_a_dry_run_says_what_would_come_and_keeps_nothing(r: Resources) -> None:
    await keep(r, SETUPS[0])
    imported = await transfer.bring_in(r, body(*SETUPS), dry_run=True)
    assert imported.dry_run
    assert [setup.id for setup in imported.added] == [0, 0, 0]
    assert imported.unchanged == 1
    assert len(await kept(r)) == 1


async def test_nothing_is_kept_unless_all_is_right_and_all_that_is_wrong_is_named(r: Resources) -> None:
    document = to_document(GUILD_ID, SETUPS)
    document["setups"][0] |= {"papers": 11, "fewest_upvotes": -1, "zone": "Mars"}
    document["setups"][2] |= {"papers": 0}
    with pytest.raises(WrongSetups) as refused:
        await transfer.bring_in(r, json.dumps(document).encode())
    assert [problem.partition(":")[0] for problem in refused.value.problems] == [
        'setup 1, "zone"',
        'setup 1, "papers"',
        'setup 1, "fewest_upvotes"',
        'setup 3, "papers"',
    ]
    assert "A digest holds 1 to 10 papers, not 11." in str(refused.value)
    assert await kept(r) == []


async def test_what_does_not_go_together_is_told_of_the_setup(r: Resources, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(setup: ChannelSetup) -> ChannelSetup:
        if setup.quiet:
            raise InvalidInput("These two do not go together.")
        return setup

    monkeypatch.setattr(transfer, "checked", never)
    with pytest.raises(WrongSetups) as refused:
        await transfer.bring_in(r, body(SETUPS[0], SETUPS[2]))
    assert refused.value.problems == ("setup 2: These two do not go together.",)


async def test_a_server_gets_no_more_setups_than_it_may_have(r: Resources) -> None:
    await keep(r, *[make_setup(limit=1)] * (channels.MOST_SETUPS - 2))
    with pytest.raises(WrongSetups, match=f"a server may have {channels.MOST_SETUPS}"):
        await transfer.bring_in(r, body(*SETUPS))
    assert len(await kept(r)) == channels.MOST_SETUPS - 2
    assert len((await transfer.bring_in(r, body(*SETUPS[:2]))).added) == 2


async def test_the_terminal_stays_at_the_terminal(r: Resources) -> None:
    here = make_setup(guild_id=0, destination=Destination(kind=DestinationKind.TERMINAL, id=0))
    with pytest.raises(WrongSetups, match='setup 1, "kind": the terminal belongs to server 0'):
        await transfer.bring_in(r, body(here))
    with pytest.raises(WrongSetups, match='setup 1, "kind"'):
        await transfer.bring_in(r, body(SETUPS[0]), guild_id=0)
    assert (await transfer.bring_in(r, body(here), guild_id=0)).added


async def test_a_file_of_a_thousand_mistakes_is_not_told_whole(r: Resources) -> None:
    document = to_document(GUILD_ID, [])
    document["setups"] = [{}] * 100
    with pytest.raises(WrongSetups) as refused:
        await transfer.bring_in(r, json.dumps(document).encode())
    assert len(refused.value.problems) == transfer.MOST_TOLD + 1
    assert refused.value.problems[-1] == "and 200 more like these"


async def test_the_only_server_need_not_be_named(r: Resources) -> None:
    with pytest.raises(BotError, match="no channel setups yet"):
        await transfer.export(r)
    await keep(r, *SETUPS)
    assert (await transfer.export(r))[0] == GUILD_ID
    await keep(r, make_setup(guild_id=ELSEWHERE))
    with pytest.raises(InvalidInput, match=rf"--server.*{GUILD_ID} \(4\), {ELSEWHERE} \(1\)"):
        await transfer.export(r)
    assert [setup.guild_id for setup in (await transfer.export(r, ELSEWHERE))[1]] == [ELSEWHERE]
    with pytest.raises(InvalidInput, match="Server 7 has no channel setups"):
        await transfer.export(r, 7)


# --- how the server is answered ---

CHOSEN = ServerChoices(guild_id=GUILD_ID, engine=EXTRACTIVE, language="de", role_ids=(2**62 + 1,), questions_a_day=9)
WRITTEN = {"model": "passages", "language": "German", "roles": [str(2**62 + 1)], "questions": 9}


def answered(**changes: Any) -> bytes:
    return json.dumps(to_document(GUILD_ID, []) | {"answers": WRITTEN | changes}).encode()


async def test_how_a_server_is_answered_goes_along(r: Resources) -> None:
    assert (await transfer.bring_in(r, answered())).answers
    assert (await exported(r, GUILD_ID))["answers"] == WRITTEN
    async with r.store.read() as tx:
        assert await tx.choices.get(GUILD_ID) == CHOSEN
    assert "answers" not in to_document(GUILD_ID, [], ServerChoices(guild_id=GUILD_ID))
    assert (await transfer.bring_in(r, body(*SETUPS))).answers is None


async def test_what_the_server_has_chosen_by_then_stays(r: Resources) -> None:
    assert (await transfer.bring_in(r, answered(), dry_run=True)).answers
    assert (await transfer.bring_in(r, answered(language="French"))).answers
    assert (await transfer.bring_in(r, answered())).answers is False
    async with r.store.read() as tx:
        assert (await tx.choices.get(GUILD_ID)).language == "fr"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"model": ""}, '"answers.model": "" is no name of a model'),
        ({"language": "Klingon"}, '"answers.language": "Klingon" is no language'),
        ({"roles": ["@readers"]}, '"answers.roles": "@readers" is no id'),
        ({"roles": "7"}, '"answers.roles": "7" is no list'),
        ({"questions": 0}, '"answers.questions": 0 is no number'),
        ({"tongue": "de"}, '"answers.tongue": is no key here'),
    ],
)
async def test_what_cannot_be_chosen_is_named_and_nothing_comes_in(
    changes: dict[str, Any], words: str, r: Resources
) -> None:
    with pytest.raises(WrongSetups) as refused:
        await transfer.bring_in(r, answered(**changes))
    assert any(words in problem for problem in refused.value.problems)
    async with r.store.read() as tx:
        assert await tx.choices.guilds() == set()
