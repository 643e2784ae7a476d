"""A server's channel setups written to one file, and brought in from one: all of them or none."""

from collections import Counter
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace

from bot.core.setup_file import Entry, Problem, SetupFile, read, same_terms
from bot.errors import BotError, InvalidInput, WrongSetups
from bot.ports import Resources
from bot.services.channels import MOST_SETUPS, checked
from bot.services.pauses import GUILD_OF_THE_TERMINAL
from storage.channels import ChannelsReader
from storage.records import ChannelSetup, Destination, DestinationKind, Schedule
from storage.server_choices import ServerChoices

MOST_TOLD = 200
"""Problems of one file that are named; who made more of them has made one over and over."""

BOUNDED = {"papers": "limit", "fewest_upvotes": "min_upvotes"}
"""Keys whose values have bounds of their own, so that what is wrong with one is told at its place."""


WITH_OTHERS = frozenset({"", "kind", "layout"})
"""Keys that others depend on: where one of them cannot be read, nobody can say whether the others go with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What a file led to, or with ``dry_run`` would lead to: those without an id are not kept."""

    guild_id: int
    added: tuple[ChannelSetup, ...]
    unchanged: int
    """How many were there already, in the same place and with the same terms."""
    answers: bool | None
    """Whether how the server is answered came in; not where it had chosen that. None where the file does not say it."""
    dry_run: bool


async def export(r: Resources, guild_id: int | None = None) -> tuple[int, Sequence[ChannelSetup], ServerChoices]:
    """A server with its setups, oldest first, and how it is answered; which one may be left out where only one has any.

    Raises:
        InvalidInput: that server has none, or it has to be said which one is meant.
        BotError: there are none at all.
    """
    async with r.store.read() as tx:
        setups = await tx.channels.list()
        having = dict.fromkeys(await tx.choices.guilds(), 0) | Counter(setup.guild_id for setup in setups)
        if not having:
            raise BotError("There are no channel setups yet, so there is nothing to export.")
        named = ", ".join(f"{one} ({count})" for one, count in having.items())
        if guild_id is None and len(having) > 1:
            raise InvalidInput(f"Say which server's setups with --server. These have some: {named}.")
        server = next(iter(having)) if guild_id is None else guild_id
        if server not in having:
            raise InvalidInput(f"Server {server} has no channel setups. These have some: {named}.")
        return server, [setup for setup in setups if setup.guild_id == server], await tx.choices.get(server)


async def bring_in(r: Resources, body: bytes, *, guild_id: int | None = None, dry_run: bool = False) -> Imported:
    """Keep the setups of a file, for ``guild_id`` or else the server that it names. Safe to repeat.

    How the server is answered is kept where it has not chosen that yet.

    Raises:
        WrongSetups: something is wrong with any of them; then none is kept.
        InvalidInput: it is no such file at all.
    """
    file = read(body, now=r.clock())
    guild = file.guild_id if guild_id is None else guild_id
    entries, problems = _checked(file, guild)
    if guild is None or problems:
        raise _refused(problems)
    chosen = replace(file.choices, guild_id=guild) if file.choices is not None else None
    if dry_run:
        async with r.store.read() as tx:
            new = await _new(tx.channels, guild, entries)
            answers = _taken(chosen, await tx.choices.get(guild))
        return Imported(guild_id=guild, added=new, unchanged=len(entries) - len(new), answers=answers, dry_run=True)
    async with r.store.write() as tx:
        new = await _new(tx.channels, guild, entries)
        added = tuple([await tx.channels.add(setup) for setup in new])
        answers = _taken(chosen, await tx.choices.get(guild))
        if chosen is not None and answers:
            await tx.choices.save(chosen)
    return Imported(guild_id=guild, added=added, unchanged=len(entries) - len(added), answers=answers, dry_run=False)


def _taken(chosen: ServerChoices | None, before: ServerChoices) -> bool | None:
    return None if chosen is None else before == ServerChoices(guild_id=before.guild_id)


async def _new(channels: ChannelsReader, guild_id: int, entries: Sequence[Entry]) -> tuple[ChannelSetup, ...]:
    """Those that are not there yet. Two alike in the file are two: the store may hold two, and they were exported."""
    kept = await channels.list(guild_id)
    there = Counter(map(same_terms, kept))
    new = []
    for entry in entries:
        terms = same_terms(entry.setup)
        if there[terms]:
            there[terms] -= 1
        else:
            new.append(replace(entry.setup, guild_id=guild_id))
    if len(kept) + len(new) > MOST_SETUPS:
        counts = f"The server has {len(kept)} channel setups, and {len(new)} of the file are new"
        raise WrongSetups((f'"setups": {counts}; a server may have {MOST_SETUPS}.',))
    return tuple(new)


def _checked(file: SetupFile, guild_id: int | None) -> tuple[list[Entry], list[Problem]]:
    """The entries as they would be kept, and all that is wrong with the file."""
    problems = [*file.problems]
    if guild_id is None and not any(problem.key == "server" for problem in problems):
        problems.append(Problem(0, "server", "is missing; write the server's id there, or give it with --server."))
    entries = []
    for entry in file.entries:
        wrong = [*entry.problems, *_out_of_bounds(entry), *_misplaced(entry, guild_id)]
        told = {problem.key for problem in wrong}
        if not told & WITH_OTHERS:
            try:
                entries.append(replace(entry, setup=checked(_without(entry.setup, told))))
            except InvalidInput as problem:
                wrong.append(Problem(entry.number, "", str(problem)))
        problems += wrong
    return entries, problems


def _out_of_bounds(entry: Entry) -> Iterator[Problem]:
    """What ``checked`` says of each value by itself, in a setup where nothing else can be wrong."""
    for key, name in BOUNDED.items():
        try:
            checked(replace(_plain(entry.setup), **{name: getattr(entry.setup, name)}))
        except InvalidInput as problem:
            yield Problem(entry.number, key, str(problem))


def _without(setup: ChannelSetup, told: AbstractSet[str]) -> ChannelSetup:
    """The setup with usual values in the place of those whose problem is told already."""
    usual = _plain(setup)
    return replace(setup, **{name: getattr(usual, name) for key, name in BOUNDED.items() if key in told})


def _plain(setup: ChannelSetup) -> ChannelSetup:
    return ChannelSetup(
        guild_id=setup.guild_id,
        destination=Destination(kind=DestinationKind.CHANNEL, id=1),
        schedule=Schedule(at=setup.schedule.at, zone="UTC"),
        created_by=setup.created_by,
        created_at=setup.created_at,
    )


def _misplaced(entry: Entry, guild_id: int | None) -> Iterator[Problem]:
    at_terminal = entry.setup.destination.kind is DestinationKind.TERMINAL
    if guild_id is not None and at_terminal != (guild_id == GUILD_OF_THE_TERMINAL):
        yield Problem(entry.number, "kind", "the terminal belongs to server 0, and nothing else does.")


def _refused(problems: Sequence[Problem]) -> WrongSetups:
    rest = len(problems) - MOST_TOLD
    more = [f"and {rest:,} more like these"] if rest > 0 else []
    return WrongSetups((*map(str, problems[:MOST_TOLD]), *more))
