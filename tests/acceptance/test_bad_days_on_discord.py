"""Hostile papers, vanished channels and wrong words on Discord; what holds at every end is in the fixture ``scene``."""

from datetime import date, timedelta

import pytest

from bot.services import channels
from bot.services.pauses import MOST_TRIES
from storage.records import DeliveryState, Destination, DestinationKind
from tests.acceptance.conftest import FRIDAY, SATURDAY, Scene, listed, moment, papers_in
from tests.builders import make_schedule, make_setup
from tests.render.hostile import DEAREST, HOSTILE
from tests.standins.discord import Answer, Channel
from tests.standins.hugging_face import Item, make_item

HOSTILE_TITLES = (*HOSTILE, *(f"diffusion {one * (3000 // len(one))}"[:3000] for one in DEAREST))
GONE = Answer(404, {"code": 10003, "message": "Unknown Channel"})
AT_EIGHT = 7


def hostile_list(day: date, titles: tuple[str, ...]) -> list[Item]:
    """A list of ``day`` on which every text of a paper is as bad as its title."""
    return [
        make_item(
            number,
            day=day,
            upvotes=100 - number,
            title=f"{title} diffusion",
            summary=f"{title} {title}",
            ai_summary=title,
            ai_keywords=[title],
            authors=[{"name": title}] * 40,
            organization={"name": title, "fullname": title},
            githubRepo="https://github.com/evil/](https://evil.example)",
        )
        for number, title in enumerate(titles, 1)
    ]


@pytest.mark.parametrize("begin", range(0, len(HOSTILE_TITLES), 10))
async def test_hostile_titles_arrive_as_plain_words(scene: Scene, begin: int) -> None:
    """That Discord takes them and that nobody is pinged is looked at by the fixture, of all that was ever said."""
    scene.site.days = {FRIDAY: hostile_list(FRIDAY, HOSTILE_TITLES[begin : begin + 10])}
    await scene.set_up()
    await scene.grace.slash(scene.grace.dm, "topics follow", query="diffusion", hour="8", zone="Europe/Berlin")
    await scene.until(moment(FRIDAY, 12))
    digests = [*scene.posted(scene.papers), *scene.posted(scene.grace)]
    assert [len(papers_in(digest)) for digest in digests] == [10, 10]
    for digest in digests:
        await scene.grace.press(digest, "Why these?")
    listing = await scene.grace.slash(scene.talk, "papers today")
    for paper_id in papers_in(listing.message):
        await scene.grace.press(listing.message, f"pb:show:{paper_id}")
    found = await scene.grace.slash(scene.talk, "papers search", query="diffusion OR evil*")
    links = [button.url for button in (*digests[0].buttons, *listing.buttons, *found.buttons) if button.url]
    assert all(link.startswith("https://huggingface.co/") for link in links)
    for message in scene.everything_said():
        readable = message.text.replace("\u200b", "")
        assert "](https://evil" not in readable
        assert "\u202e" not in message.text
        assert "```" not in message.text


async def second_setup(scene: Scene) -> Channel:
    """Another channel that gets a digest at the same hour."""
    other = scene.discord.world.add_channel(scene.guild, "other")
    destination = Destination(kind=DestinationKind.CHANNEL, id=other.id)
    schedule = make_schedule(zone="UTC", at=moment(FRIDAY, AT_EIGHT).time())
    setup = make_setup(
        guild_id=scene.guild.id, destination=destination, schedule=schedule, created_at=scene.clock.now()
    )
    await channels.create(scene.r, setup)
    return other


async def why_paused(scene: Scene) -> list[str | None]:
    return [one.setup.paused_because for one in await channels.overview(scene.r, scene.guild.id)]


@pytest.mark.parametrize("answer", [GONE, Answer(403, {"code": 50001, "message": "Missing Access"})])
async def test_a_channel_that_vanished_unseen_costs_no_other_its_digest(scene: Scene, answer: Answer) -> None:
    scene.site.days[FRIDAY] = listed(FRIDAY, "Planning")
    await scene.set_up()
    other = await second_setup(scene)
    scene.discord.script("POST", f"/channels/{scene.papers.id}/messages", answer, times=1000)
    report = await scene.until(moment(FRIDAY, AT_EIGHT))
    assert len(report.sent) == 1
    [held] = await scene.ledger(scene.papers)
    assert held.state is DeliveryState.PLANNED
    assert len(scene.posted(other)) == 1
    paused, running = await why_paused(scene)
    assert paused == held.problem
    assert running is None
    told = await scene.ada.slash(scene.talk, "channels list")
    assert "Paused: " in told.text
    await scene.until(moment(FRIDAY, 14), stride=timedelta(minutes=20))
    await scene.until(moment(SATURDAY, 12))
    assert (await scene.ledger(scene.papers))[0].state is DeliveryState.UNREACHABLE
    tried = [one for one in scene.discord.requests_to("create_message") if str(scene.papers.id) in one.path]
    assert len(tried) <= MOST_TRIES, "it is not tried again and again in vain"


async def test_a_channel_that_is_deleted_pauses_its_digest_at_once(scene: Scene) -> None:
    await scene.set_up()
    other = await second_setup(scene)
    vanished = scene.papers
    scene.discord.world.remove_channel(vanished)
    scene.papers = other
    await scene.until(moment(FRIDAY, 12))
    assert await why_paused(scene) == ["the channel was deleted", None]
    assert await scene.ledger(vanished) == []
    assert len(scene.posted(other)) == 1


@pytest.mark.parametrize(
    ("command", "options", "says"),
    [
        ("papers search", {"query": 'cat:cs.CL "in-context'}, ("never closed", "At column 11", "cat:cs.CL")),
        ("papers show", {"paper": "2503.9"}, ("is not an arXiv id",)),
        ("topics follow", {"query": "x", "zone": "Europe/Berlni"}, ("Europe/Berlin",)),
        ("ask", {"question": "how?", "paper": "no paper"}, ("does not name a paper",)),
    ],
)
async def test_wrong_words_are_explained_to_their_author(
    scene: Scene, command: str, options: dict[str, str], says: tuple[str, ...]
) -> None:
    reply = await scene.grace.slash(scene.talk, command, **options)
    await scene.discord.until(lambda: bool(reply.messages))
    assert reply.ephemeral
    for words in says:
        assert words in reply.text
    assert scene.discord.messages(scene.talk) == []
