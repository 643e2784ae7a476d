"""A typed line, obeyed: read it, call what it names, put every failure into words."""

from collections.abc import Awaitable, Callable
from functools import partial

import structlog

from bot.console import discussing, following, help, reading, saving  # noqa: A004  # the module is called what it does
from bot.console.completion import Choices
from bot.console.grammar import Nothing, Open, Typed, Words, find_command, parse_line
from bot.console.outbox import GUILD_HERE, PERSON_HERE
from bot.console.talk import Talk
from bot.console.trouble import told
from bot.console.vocabulary import COMMANDS
from bot.errors import BotError, InvalidInput
from bot.ports import Outbox
from bot.render import phrases
from bot.services import channels, saved, search, topics
from storage.errors import StorageError

log = structlog.get_logger(__name__)

Handler = Callable[[Talk, Typed], Awaitable[None]]
QUIT = ("quit",)


def handlers(outbox: Outbox) -> dict[tuple[str, ...], Handler]:
    """What each slash command does; ``outbox`` is where a digest goes that is asked for."""
    return {
        ("papers", "today"): reading.today,
        ("papers", "search"): reading.find,
        ("papers", "show"): reading.show,
        ("papers", "similar"): reading.similar,
        ("papers", "save"): saving.save,
        ("papers", "saved"): saving.saved,
        ("papers", "unsave"): saving.unsave,
        ("ask",): reading.ask,
        ("context",): reading.context,
        ("summary",): reading.summary,
        ("compare",): reading.compare,
        ("discuss", "start"): discussing.start,
        ("discuss", "add"): discussing.add,
        ("discuss", "papers"): discussing.papers,
        ("discuss", "end"): discussing.end,
        ("topics", "follow"): following.follow,
        ("topics", "list"): following.list_topics,
        ("topics", "unfollow"): following.unfollow,
        ("setup",): following.set_up,
        ("channels", "list"): following.list_channels,
        ("channels", "edit"): following.edit,
        ("channels", "pause"): following.pause,
        ("channels", "resume"): following.resume,
        ("channels", "remove"): following.remove,
        ("channels", "post"): partial(following.post_now, outbox=outbox),
        ("channels", "preview"): following.preview,
        ("why",): reading.why,
        ("next",): reading.further,
        ("back",): reading.back,
        ("sort",): reading.sort,
        ("status",): reading.status,
        ("quota",): reading.quota,
        ("privacy", "export"): following.export,
        ("privacy", "forget"): following.forget,
        ("help",): _help,
        QUIT: _nothing,
    }


class Commands:
    """Obeys the lines of one conversation."""

    def __init__(self, talk: Talk, outbox: Outbox) -> None:
        self._talk = talk
        self._handlers = handlers(outbox)
        self.choices = Choices()
        """What completion offers; renewed by ``look_around``."""

    async def obey(self, line: str) -> bool:
        """Do what ``line`` says; False where it asks to end. Whatever fails is told and ends nothing."""
        try:
            return await self._obey(line)
        except (BotError, StorageError) as error:
            self._talk.screen.complain(told(error))
        except Exception as error:  # one command's bug must not end the conversation, nor the digests that go on beside
            log.exception("command broke", command=line.split(maxsplit=1)[0])
            self._talk.screen.complain(told(error))
        return True

    async def _obey(self, line: str) -> bool:
        match parse_line(line):
            case Nothing():
                return True
            case Open(number):
                await reading.open_number(self._talk, number)
            case Words(text):
                await reading.words(self._talk, text)
            case Typed() as typed:
                if typed.command.words == QUIT:
                    return False
                await self._handlers[typed.command.words](self._talk, typed)
        return True

    async def look_around(self) -> None:
        """Renew what completion offers. A store that cannot be read offers nothing, and says so when it is asked."""
        r = self._talk.r
        try:
            _, followed = await topics.mine(r, PERSON_HERE)
            setups = await channels.overview(r, GUILD_HERE)
            papers = await search.papers(r, list(self._talk.numbered.values()))
            kept = await saved.mine(r, PERSON_HERE)
        except StorageError as error:
            log.info("no completions", problem=str(error))
            return
        self.choices = Choices(
            topics=tuple((str(topic.id), phrases.line(topic.query, 60)) for topic in followed),
            setups=tuple((str(one.setup.id), phrases.hours(one.setup.schedule)) for one in setups),
            papers=tuple(
                (str(number), phrases.title(papers[paper_id], 60))
                for number, paper_id in self._talk.numbered.items()
                if paper_id in papers
            ),
            saved=tuple((str(paper.id), phrases.title(paper, 60)) for paper in kept),
        )


async def _help(talk: Talk, typed: Typed) -> None:
    look = talk.screen.look
    if not typed.text:
        talk.screen.show_lines(help.overview(look))
        return
    exact = find_command(typed.text)
    word = typed.text.lower().removeprefix("/")
    found = [command for command in COMMANDS if command.words[0] == word] or ([exact] if exact else [])
    if not found:
        raise InvalidInput(f"There is no command {typed.text!r}. All commands: /help")
    for command in found:
        talk.screen.show_lines(help.about(command, look))


async def _nothing(_talk: Talk, _typed: Typed) -> None:
    """Leaving needs nothing done."""
