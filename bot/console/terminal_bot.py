"""The bot at a terminal: it greets, shows the digest that came last, and talks until its input ends."""

import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path

from rich.console import Console
from rich.style import Style as Ink
from rich.text import Text
from tzlocal import get_localzone_name, reload_localzone

from bot.console.commands import Commands
from bot.console.following import first_setup, setup_here
from bot.console.layout import wrap
from bot.console.outbox import HERE, TerminalOutbox
from bot.console.prompt import PROMPT, history_in, piped_lines, state_folder, typed_lines
from bot.console.talk import Listed, Talk
from bot.console.terminal import Screen
from bot.core.zones import parse_zone
from bot.errors import InvalidInput
from bot.ports import Resources
from bot.render.digest import channel_digest
from bot.render.post import PAPERBOY_ACCENT
from bot.services import channels, delivery, ingest, search
from bot.services.ingest import Arrival
from storage.records import ChannelSetup, Delivery, DeliveryState

GREETED = "terminal: greeted"
RECENT = 20

ARRIVALS = {
    Arrival.KEPT: "",
    Arrival.FETCHED: "The newest papers were just fetched from Hugging Face.",
    Arrival.SAMPLE: "Hugging Face could not be reached, so these are the bundled sample's: real papers, summed up in "
    "Paperboy's own words. It goes on trying.",
}
HINT = "Type words to search for, a number to open that paper, or /help. Ctrl-D leaves."


class TerminalBot:
    """One conversation with whoever sits at the terminal; ``outbox`` is where the scheduler's digests go."""

    def __init__(self, r: Resources, *, screen: Screen | None = None) -> None:
        self._r = r
        self._talk = Talk(r, screen or Screen(Console()), zone=local_zone())
        self.outbox = TerminalOutbox(r.store, r.clock, self._talk.arrive)
        self._commands = Commands(self._talk, self.outbox)

    async def welcome(self) -> None:
        """Say who is here, then show papers: on the first start the first digest, later the one that came last.

        Only an empty store makes it ask the network; else what is new comes with the scheduler's first beat.
        """
        screen = self._talk.screen
        screen.show_line(_name())
        with screen.waiting("Looking for the newest papers"):
            arrival = await ingest.ensure_papers(self._r)
        if note := ARRIVALS[arrival]:
            screen.show_lines(wrap(Text().append(note, Ink(dim=True)), screen.look.width))
        else:
            screen.show_lines(())
        if not (await self.begin() or await self._show_again()):
            await self._talk.show_list(Listed())

    async def begin(self) -> bool:
        """On the first start set this terminal up and show its first digest; gives whether one was shown."""
        setup = await self._setup_at_first_start()
        if setup is None:
            return False
        return (await delivery.post_now(self._r, self.outbox, setup.id)).state is DeliveryState.SENT

    async def converse(self) -> None:
        """Obey what is typed until the input ends or somebody leaves.

        Raises:
            KeyboardInterrupt: Ctrl-C at an empty prompt.
        """
        self._talk.screen.say(f"{HINT}\n", fine=True)
        await self._commands.look_around()
        async for line in self._lines():
            if not await self._commands.obey(line):
                return
            await self._commands.look_around()

    async def _lines(self) -> AsyncIterator[str]:
        if sys.stdin.isatty() and self._talk.screen.is_lively:
            folder = state_folder(os.environ, Path.home(), sys.platform)
            async for line in typed_lines(lambda: self._commands.choices, history_in(folder)):
                yield line
            return
        prompt = PROMPT if sys.stdin.isatty() else ""
        self._talk.screen.ask(prompt)
        async for line in piped_lines(sys.stdin.fileno()):
            if not prompt:
                # What was piped in is not on the screen, and an answer without its question is hard to read.
                self._talk.screen.say(f"{PROMPT}{line}", fine=True)
            yield line
            self._talk.screen.ask(prompt)

    async def _setup_at_first_start(self) -> ChannelSetup | None:
        """The setup that a first start makes; None at every later one, even where somebody removed it since."""
        async with self._r.store.read() as tx:
            if await tx.facts.get(GREETED):
                return None
        setup = await setup_here(self._r) or await channels.create(self._r, first_setup(self._talk))
        async with self._r.store.write() as tx:
            await tx.facts.put(GREETED, self._r.clock().isoformat())
        return setup

    async def _show_again(self) -> bool:
        """Show the digest that came last once more; False where none ever came."""
        last = await self._last_digest()
        if last is None:
            return False
        setup = await setup_here(self._r)
        known = await search.papers(self._r, last.paper_ids)
        papers = [known[paper_id] for paper_id in last.paper_ids if paper_id in known]
        made_by_it = setup if setup is not None and last.key.slot.startswith(setup.slot) else None
        post = channel_digest(last, papers, await search.freshness(self._r), setup=made_by_it)
        self._talk.arrive(post, last.token)
        return True

    async def _last_digest(self) -> Delivery | None:
        async with self._r.store.read() as tx:
            recent = await tx.deliveries.recent(destination=HERE, limit=RECENT)
        return next((one for one in recent if one.state is DeliveryState.SENT and one.paper_ids), None)


def local_zone() -> str:
    """This machine's IANA time zone; UTC where it has none that is known."""
    try:
        reload_localzone()  # tzlocal keeps the first answer for ever
        name = parse_zone(get_localzone_name() or "UTC")
    except (InvalidInput, LookupError, ValueError, OSError):
        return "UTC"
    return "UTC" if name == "Etc/UTC" else name


def _name() -> Text:
    accent = Ink(bold=True, color=f"#{PAPERBOY_ACCENT:06x}")
    return Text.assemble(("Paperboy", accent), " brings you the research papers that people talk about.")
