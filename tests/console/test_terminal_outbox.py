"""The terminal as a place where digests arrive: shown once, found after a crash, and never in Discord's stead."""

from datetime import timedelta

import pytest

from bot.console.outbox import HERE, TerminalOutbox
from bot.errors import RetryLater, SendUncertain
from bot.ports import Envelope
from bot.render.post import Heading, Paragraph, Post, Span
from storage.records import Destination, DestinationKind
from storage.store import Store
from tests.builders import BASE, CHANNEL, PERSON_ID, FakeClock

POST = Post((Paragraph((Span("Trending papers"),)),))
PERSON_HERE = Destination(kind=DestinationKind.PERSON, id=0)


class Wall:
    """Keeps what was shown."""

    def __init__(self) -> None:
        self.shown: list[str] = []
        self.titles: list[Heading] = []

    def __call__(self, post: Post, token: str) -> None:
        assert post.blocks[-1] == POST.blocks[-1]
        self.titles += [block for block in post.blocks if isinstance(block, Heading)]
        self.shown.append(token)


@pytest.fixture
def wall() -> Wall:
    return Wall()


@pytest.fixture
def outbox(store: Store, clock: FakeClock, wall: Wall) -> TerminalOutbox:
    return TerminalOutbox(store, clock, wall)


@pytest.mark.parametrize("destination", [HERE, PERSON_HERE])
async def test_what_was_shown_is_found_by_its_token(
    outbox: TerminalOutbox, wall: Wall, destination: Destination
) -> None:
    number = await outbox.send(destination, POST, Envelope(token="abc"))
    assert wall.shown == ["abc"]
    assert await outbox.find(destination, "abc", since=BASE - timedelta(minutes=5)) == number


async def test_another_process_finds_it_too(store: Store, clock: FakeClock, wall: Wall) -> None:
    number = await TerminalOutbox(store, clock, wall).send(HERE, POST, Envelope(token="abc"))
    assert await TerminalOutbox(store, clock, wall).find(HERE, "abc", since=BASE) == number


async def test_the_same_token_is_shown_once(outbox: TerminalOutbox, wall: Wall) -> None:
    first = await outbox.send(HERE, POST, Envelope(token="abc"))
    assert await outbox.send(HERE, POST, Envelope(token="abc")) == first
    assert wall.shown == ["abc"]


async def test_what_was_never_shown_or_too_long_ago_is_not_found(outbox: TerminalOutbox) -> None:
    await outbox.send(HERE, POST, Envelope(token="abc"))
    assert await outbox.find(HERE, "other", since=BASE) is None
    assert await outbox.find(HERE, "abc", since=BASE + timedelta(seconds=1)) is None


async def test_it_does_not_remember_for_ever(outbox: TerminalOutbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.console.outbox.MOST_REMEMBERED", 3)
    for number in range(4):
        await outbox.send(HERE, POST, Envelope(token=f"token-{number}"))
    assert await outbox.find(HERE, "token-0", since=BASE) is None
    assert await outbox.find(HERE, "token-3", since=BASE) == 4


@pytest.mark.parametrize("destination", [CHANNEL, Destination(kind=DestinationKind.PERSON, id=PERSON_ID)])
async def test_what_is_for_discord_waits_and_is_not_shown(
    outbox: TerminalOutbox, wall: Wall, destination: Destination, clock: FakeClock
) -> None:
    with pytest.raises(RetryLater) as later:
        await outbox.send(destination, POST, Envelope(token="abc"))
    assert later.value.retry_at > clock()
    with pytest.raises(RetryLater):
        await outbox.missing_permissions(destination)
    assert not wall.shown


async def test_whether_discord_has_it_cannot_be_known_here(outbox: TerminalOutbox) -> None:
    with pytest.raises(SendUncertain):
        await outbox.find(CHANNEL, "abc", since=BASE)


async def test_a_terminal_lacks_no_permission(outbox: TerminalOutbox) -> None:
    assert await outbox.missing_permissions(HERE) == ()
    assert await outbox.obstacle(HERE) is None


async def test_a_forum_posts_title_and_a_threads_name_stand_above_and_roles_are_not_told(
    outbox: TerminalOutbox, wall: Wall
) -> None:
    await outbox.send(HERE, POST, Envelope(token="post", title="Diffusion", role_id=7))
    number = await outbox.open_thread(HERE, "Robots", POST, token="thread")
    assert wall.titles == [Heading((Span("Diffusion"),)), Heading((Span("Robots"),))]
    assert await outbox.find(HERE, "thread", since=BASE) == number


async def test_what_was_printed_stays_and_needs_no_publishing(outbox: TerminalOutbox, wall: Wall) -> None:
    number = await outbox.send(HERE, POST, Envelope(token="abc"))
    assert not await outbox.edit(HERE, number, POST)
    assert await outbox.publish(HERE, number)
    assert wall.shown == ["abc"]


async def test_changes_for_discord_wait_for_it(outbox: TerminalOutbox) -> None:
    for attempt in (
        outbox.edit(CHANNEL, 1, POST),
        outbox.publish(CHANNEL, 1),
        outbox.obstacle(CHANNEL),
        outbox.open_thread(CHANNEL, "Robots", POST, token="abc"),
    ):
        with pytest.raises(RetryLater):
            await attempt
