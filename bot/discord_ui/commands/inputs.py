"""What a person types into a command's options: read anew on this side, whatever Discord let through."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import discord
from discord import AppCommandOptionType, app_commands

from bot.core.choices import PASSAGES
from bot.core.languages import LANGUAGES
from bot.core.schedule import find_zones
from bot.core.terms import NOBODY, SETTLE_WORDS, Asked, Spot
from bot.core.text import clip
from bot.discord_ui.places import THREADS
from bot.discord_ui.replies import Interaction
from bot.errors import InvalidInput
from bot.render import phrases
from bot.services import channels, choices, saved, topics
from bot.services.completion import papers_like, queries_like
from storage.records import Cadence, ChannelSetup, Destination, DestinationKind, Layout, Paper, Settle, Sort

LONGEST_CHOICE = 100
MOST_CHOICES = 25
MOST_QUERIES = 10

ORDERS = [
    app_commands.Choice(name="Trending: votes, and how fast they come", value=Sort.TRENDING.value),
    app_commands.Choice(name="Rising: most upvotes within a day", value=Sort.RISING.value),
    app_commands.Choice(name="Top: most upvotes", value=Sort.TOP.value),
    app_commands.Choice(name="New: newest first", value=Sort.NEW.value),
]

LAYOUTS = [
    app_commands.Choice(name="digest: one message", value=Layout.DIGEST.value),
    app_commands.Choice(name="threads: one message, in which each paper can get a thread", value=Layout.THREADS.value),
    app_commands.Choice(name="cards: one message a paper", value=Layout.CARDS.value),
    app_commands.Choice(name="forum: one post a paper, in a forum channel", value=Layout.FORUM.value),
]

CADENCES = [
    app_commands.Choice(name="daily: the papers of the day", value=Cadence.DAILY.value),
    app_commands.Choice(name="weekly: the best of seven days", value=Cadence.WEEKLY.value),
    app_commands.Choice(name="monthly: the best of the month before", value=Cadence.MONTHLY.value),
]

LIST_NAMES = {
    Settle.COMPLETED: "what is there at the hour, then completed until the next one",
    Settle.SETTLED: "the list of the day before, which is complete",
    Settle.NOW: "whatever is there at the hour",
}
LISTS = [app_commands.Choice(name=f"{word}: {LIST_NAMES[rule]}", value=word) for word, rule in SETTLE_WORDS.items()]

WITHOUT = [
    app_commands.Choice(name="query: all papers again", value="query"),
    app_commands.Choice(name="role: mention nobody", value="role"),
    app_commands.Choice(name="tags: only those that papers get by their subject", value="tags"),
]

SEARCH_ORDERS = [
    app_commands.Choice(name="Best match first", value="relevance"),
    app_commands.Choice(name="Best match first, whatever its age and upvotes", value="match"),
    app_commands.Choice(name="Newest first", value="new"),
    app_commands.Choice(name="Most upvotes first", value="top"),
]

ZONES_BY_LANGUAGE = {
    "bg": "Europe/Sofia", "cs": "Europe/Prague", "da": "Europe/Copenhagen", "de": "Europe/Berlin",
    "el": "Europe/Athens", "en-GB": "Europe/London", "en-US": "America/New_York", "es-ES": "Europe/Madrid",
    "es-419": "America/Mexico_City", "fi": "Europe/Helsinki", "fr": "Europe/Paris", "hi": "Asia/Kolkata",
    "hr": "Europe/Zagreb", "hu": "Europe/Budapest", "id": "Asia/Jakarta", "it": "Europe/Rome", "ja": "Asia/Tokyo",
    "ko": "Asia/Seoul", "lt": "Europe/Vilnius", "nl": "Europe/Amsterdam", "no": "Europe/Oslo", "pl": "Europe/Warsaw",
    "pt-BR": "America/Sao_Paulo", "ro": "Europe/Bucharest", "ru": "Europe/Moscow", "sv-SE": "Europe/Stockholm",
    "th": "Asia/Bangkok", "tr": "Europe/Istanbul", "uk": "Europe/Kyiv", "vi": "Asia/Ho_Chi_Minh",
    "zh-CN": "Asia/Shanghai", "zh-TW": "Asia/Taipei",
}  # fmt: skip
"""Only ever offered first, never chosen for anybody: a language is not a place."""

HOURS = tuple(f"{hour:02}:00" for hour in (*range(6, 24), *range(6)))
DAYS = ("daily", "weekdays", "mon,wed,fri", "monday")
GRACES = ("6h", "1h", "2h", "12h", "24h", "30m")

PLACES = [discord.ChannelType.text, discord.ChannelType.news, discord.ChannelType.forum, *sorted(THREADS, key=str)]
KINDS = {discord.ChannelType.forum: DestinationKind.FORUM, **dict.fromkeys(THREADS, DestinationKind.THREAD)}


def spot(channel_id: int, kind: discord.ChannelType) -> Spot:
    """Where a digest goes.

    Raises:
        InvalidInput: a digest cannot be sent to that kind of channel.
    """
    if kind not in PLACES:
        raise InvalidInput("A digest goes to a text or announcement channel, a forum or a thread; choose one of those.")
    destination = Destination(kind=KINDS.get(kind, DestinationKind.CHANNEL), id=channel_id)
    return Spot(destination=destination, announces=kind is discord.ChannelType.news)


class Place(app_commands.Transformer):
    """A channel or thread that can get a digest; also one that discord.py does not know (yet)."""

    @property
    def type(self) -> AppCommandOptionType:
        return AppCommandOptionType.channel

    @property
    def channel_types(self) -> list[discord.ChannelType]:
        return PLACES

    async def transform(self, _interaction: discord.Interaction[Any], value: Any, /) -> Spot:
        return spot(value.id, value.type)


def role_id(interaction: Interaction, role: discord.Role | None) -> int | None:
    """The role that is to be mentioned: through me nobody mentions a role that they may not mention themselves.

    Raises:
        InvalidInput: who asks may not.
    """
    if role is None:
        return None
    may = interaction.permissions
    if not (role.mentionable or may.mention_everyone or may.administrator):
        raise InvalidInput(
            "You may not mention this role yourself, so I do not do it for you. Choose one that everybody may mention, "
            "or let it be mentioned in the server's settings, under Roles."
        )
    return role.id


def take_away(asked: Asked, without: str | None) -> Asked:
    """What was asked, and that there is to be none of one thing any more.

    Raises:
        InvalidInput: that very thing was chosen anew beside it.
    """
    if without is None:
        return asked
    taken: object
    match without:
        case "query":
            taken, left = asked.query, replace(asked, query="")
        case "role":
            taken, left = asked.role_id, replace(asked, role_id=NOBODY)
        case "tags":
            taken, left = asked.tags, replace(asked, tags="")
        case _:
            raise InvalidInput(f"“{clip(without, 20)}” cannot be taken away; choose query, role or tags.")
    if taken is not None:
        raise InvalidInput(f"Choose either another {without} or none, not both at once.")
    return left


async def chosen_setup(interaction: Interaction, typed: str | None) -> ChannelSetup:
    """The setup of this server that ``typed`` names by its number or its channel; the only one where nothing is typed.

    Raises:
        InvalidInput: there is none, or several to choose from.
    """
    known = [one.setup for one in await channels.overview(interaction.client.resources, interaction.guild_id or 0)]
    if not known:
        raise InvalidInput("No channel of this server gets digests yet. Begin with /setup.")
    if typed is None:
        if len(known) > 1:
            raise InvalidInput(f"This server has {len(known)} channel setups; choose one in the option “setup”.")
        return known[0]
    number = typed.strip().strip("<#>")
    found = [setup for setup in known if number in {str(setup.id), str(setup.destination.id)}]
    if not found:
        raise InvalidInput(
            f"There is no channel setup “{clip(typed, 40)}” in this server. See them with /channels list."
        )
    return found[0]


async def setup_choices(interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
    """The setups of this server."""
    known = [one.setup for one in await channels.overview(interaction.client.resources, interaction.guild_id or 0)]
    return _choices(((_setup_name(interaction, setup), str(setup.id)) for setup in known), typed)


def _setup_name(interaction: Interaction, setup: ChannelSetup) -> str:
    channel = interaction.client.get_channel(setup.destination.id)
    name = f"#{channel.name}" if isinstance(channel, discord.abc.GuildChannel | discord.Thread) else "a lost channel"
    parts = [name, phrases.hours(setup.schedule), setup.query or "", "paused" if setup.paused_because else ""]
    return phrases.APART.join(part for part in parts if part)


async def topic_choices(interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
    """The topics that the person follows."""
    _, followed = await topics.mine(interaction.client.resources, interaction.user.id)
    return _choices(((topic.query, str(topic.id)) for topic in followed), typed)


async def zone_choices(interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
    """Time zones; before anything is typed those where the server's language is spoken come first."""
    zones = find_zones(typed, limit=MOST_CHOICES)
    if not typed.strip():
        locale = interaction.guild_locale or interaction.locale
        likely = [zone for zone in (ZONES_BY_LANGUAGE.get(str(locale)), "UTC") if zone is not None]
        zones = tuple(dict.fromkeys((*likely, *zones)))
    return [app_commands.Choice(name=zone, value=zone) for zone in zones[:MOST_CHOICES]]


async def hour_choices(_interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
    """Full hours, the morning first."""
    wanted = typed.strip().lstrip("0")
    return [app_commands.Choice(name=hour, value=hour) for hour in HOURS if hour.lstrip("0").startswith(wanted)]


async def day_choices(_interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
    """Common choices of weekdays; anything else may be typed."""
    return _choices(((days, days) for days in DAYS), typed)


async def grace_choices(_interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
    """Common lengths of time; anything else may be typed."""
    return _choices(((grace, grace) for grace in GRACES), typed)


async def paper_choices(interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
    """Papers that what is typed so far finds: nobody knows ids by heart."""
    found = await papers_like(interaction.client.resources, typed, limit=MOST_CHOICES)
    return _choices(map(_named, found), "")


async def saved_choices(interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
    """The papers that the person saved, the last one first."""
    return _choices(map(_named, await saved.mine(interaction.client.resources, interaction.user.id)), typed)


async def query_choices(interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
    """What is typed with its last word completed; then the papers that it finds so far, to go straight to one."""
    r = interaction.client.resources
    queries = await queries_like(r, typed, limit=MOST_QUERIES)
    found = await papers_like(r, typed, limit=MOST_CHOICES - len(queries))
    return _choices((*((query, query) for query in queries), *map(_named, found)), "")


async def model_choices(interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
    """The models that are offered, and passages only."""
    names = (*choices.offer(interaction.client.resources).models, PASSAGES)
    return _choices(((name, name) for name in names), typed)


async def language_choices(_interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
    """Languages by their English and their own names; every one that is known may be typed."""
    return _choices(((f"{english} ({own})", english) for english, own in LANGUAGES.values()), typed)


def _named(paper: Paper) -> tuple[str, str]:
    known = f" ({paper.id})"
    return phrases.title(paper, LONGEST_CHOICE - len(known)) + known, paper.id


def _choices(named: Iterable[tuple[str, str]], typed: str) -> list[app_commands.Choice[str]]:
    """Those whose name holds what is typed, as many as Discord takes."""
    wanted = typed.strip().casefold()
    fitting = [(name, value) for name, value in named if wanted in name.casefold() and len(value) <= LONGEST_CHOICE]
    return [
        app_commands.Choice(name=clip(name, LONGEST_CHOICE) or value, value=value)
        for name, value in fitting[:MOST_CHOICES]
    ]
