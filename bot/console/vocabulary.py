"""Every slash command of the terminal bot, as a table: what reads, completes and explains them looks here."""

from dataclasses import dataclass
from enum import Enum

from bot.core.style import Style
from storage.records import Cadence


class Fill(Enum):
    """Where completions for a value come from."""

    ZONE = "zone"
    TOPIC = "topic"
    SETUP = "setup"
    PAPER = "paper"
    SAVED = "saved"
    COMMAND = "command"


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    name: str
    value: str
    """What stands for its value in the help, for example N or ZONE."""
    about: str
    choices: tuple[str, ...] = ()
    """The only values there are."""
    hints: tuple[str, ...] = ()
    """Values to offer, among others."""
    fill: Fill | None = None
    repeated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One slash command. ``text`` names the words that follow it, for example QUERY; None where none may."""

    words: tuple[str, ...]
    about: str
    example: str
    text: str | None = None
    needed: bool = False
    choices: tuple[str, ...] = ()
    """The only words there are."""
    fill: Fill | None = None
    options: tuple[Option, ...] = ()

    @property
    def name(self) -> str:
        return "/" + " ".join(self.words)

    @property
    def usage(self) -> str:
        text = [] if self.text is None else [self.text if self.needed else f"[{self.text}]"]
        options = [f"[--{option.name} {option.value}]" + ("…" if option.repeated else "") for option in self.options]
        return " ".join([self.name, *text, *options])


_SORT = Option(
    name="sort",
    value="ORDER",
    about="trending, rising (upvotes of the last day), top (most upvotes) or new",
    choices=("trending", "rising", "top", "new"),
)
_LIMIT = Option(name="limit", value="N", about="papers on a page")
_PAGE = Option(name="page", value="N", about="which page")
_HOUR = Option(name="hour", value="HOUR", about="when it comes, for example 9:30")
_ZONE = Option(name="zone", value="ZONE", about="time zone, for example Europe/Berlin", fill=Fill.ZONE)
_PAPER = Option(name="paper", value="ID", about="a number of the list, or an id", fill=Fill.PAPER, repeated=True)

_TERMS = (
    _HOUR,
    _ZONE,
    Option(
        name="every",
        value="PERIOD",
        about="daily, weekly or monthly",
        choices=tuple(str(cadence) for cadence in Cadence),
    ),
    Option(name="days", value="DAYS", about="daily, weekdays, or mon,wed,fri", hints=("daily", "weekdays")),
    Option(name="papers", value="N", about="papers in a digest, 1 to 10"),
    _SORT,
    Option(name="query", value="QUERY", about='only what matches, for example "cat:cs.CL -survey"; all: ""'),
    Option(name="min-upvotes", value="N", about="only papers with so many upvotes"),
    Option(
        name="layout",
        value="LAYOUT",
        about="digest: all in one; cards: one paper after the other",
        choices=("digest", "cards"),
    ),
    Option(
        name="list",
        value="WHICH",
        about="now: what is there at the hour; settled: the list of the day before",
        choices=("now", "settled"),
    ),
    Option(name="quiet", value="yes|no", about="yes: say nothing on days without papers", choices=("yes", "no")),
    Option(name="grace", value="TIME", about="how late it may still come: 90m, 6h", hints=("6h", "1h", "24h")),
)
"""What makes up a setup at a terminal, where there are no roles, no tags, no threads and nobody who follows."""

COMMANDS: tuple[Command, ...] = (
    Command(
        words=("papers", "today"),
        about="the papers of the newest day, or of a day, week or month",
        example="/papers today --sort top",
        text="DAY",
        options=(_SORT, _LIMIT, _PAGE),
    ),
    Command(
        words=("papers", "search"),
        about="search everything in the store",
        example='/papers search "in-context learning" -survey author:brown after:2024-01-01',
        text="QUERY",
        needed=True,
        options=(
            Option(
                name="sort",
                value="ORDER",
                about="relevance, match (whatever the age and the votes), new or top (most upvotes)",
                choices=("relevance", "match", "new", "top"),
            ),
            _LIMIT,
            _PAGE,
        ),
    ),
    Command(
        words=("papers", "show"),
        about="one paper, whole",
        example="/papers show 2",
        text="NUMBER or ID",
        needed=True,
        fill=Fill.PAPER,
    ),
    Command(
        words=("papers", "similar"),
        about="the papers most like one",
        example="/papers similar 2",
        text="NUMBER or ID",
        needed=True,
        fill=Fill.PAPER,
        options=(_LIMIT, _PAGE),
    ),
    Command(
        words=("papers", "save"),
        about="keep a paper, and hear when it is withdrawn or has a new version",
        example="/papers save 2",
        text="NUMBER or ID",
        needed=True,
        fill=Fill.PAPER,
    ),
    Command(
        words=("papers", "saved"),
        about="the papers that you saved, or those of them that match",
        example="/papers saved diffusion",
        text="QUERY",
        options=(_LIMIT, _PAGE),
    ),
    Command(
        words=("papers", "unsave"),
        about="take a paper out of those that you saved",
        example="/papers unsave 2",
        text="NUMBER or ID",
        needed=True,
        fill=Fill.SAVED,
    ),
    Command(
        words=("ask",),
        about="the passages that come closest to a question",
        example="/ask how large is the dataset? --paper 1",
        text="QUESTION",
        needed=True,
        options=(_PAPER,),
    ),
    Command(
        words=("context",),
        about="the quotations of the last answer, where they stand",
        example="/context",
        text="TOKEN",
    ),
    Command(
        words=("summary",),
        about="a paper in a few lines, each with the words that it stands on",
        example="/summary 2 --style tldr",
        text="NUMBER or ID",
        fill=Fill.PAPER,
        options=(
            Option(
                name="style",
                value="STYLE",
                about="tldr, points (problem, approach, results, limits) or newcomer (in plain words)",
                choices=tuple(Style),
            ),
        ),
    ),
    Command(
        words=("compare",),
        about="two to four papers side by side, in their own words",
        example="/compare 1 3",
        text="NUMBERS or IDS",
    ),
    *(
        Command(
            words=("discuss", verb),
            about=about,
            example=f"/discuss {verb} 1",
            text="NUMBER or ID",
            needed=True,
            fill=Fill.PAPER,
        )
        for verb, about in (
            ("start", "talk about a paper: from then on /ask is about it"),
            ("add", "talk about one more paper"),
        )
    ),
    Command(words=("discuss", "papers"), about="which papers are talked about", example="/discuss papers"),
    Command(words=("discuss", "end"), about="ask about everything again", example="/discuss end"),
    Command(
        words=("topics", "follow"),
        about="be told once a day what matches a query",
        example="/topics follow cat:cs.CL retrieval",
        text="QUERY",
        needed=True,
        options=(_HOUR, _ZONE),
    ),
    Command(words=("topics", "list"), about="the topics that you follow", example="/topics list"),
    Command(
        words=("topics", "unfollow"),
        about="follow a topic no longer",
        example="/topics unfollow 1",
        text="NUMBER or QUERY",
        needed=True,
        fill=Fill.TOPIC,
    ),
    Command(
        words=("setup",),
        about="when the digest comes here and what is in it",
        example="/setup --hour 8:30 --zone Europe/Berlin --days weekdays --papers 7",
        options=_TERMS,
    ),
    Command(words=("channels", "list"), about="the channel setups here", example="/channels list"),
    Command(
        words=("channels", "edit"),
        about="change a channel setup: only what is named",
        example="/channels edit 1 --papers 3 --every weekly",
        text="NUMBER",
        fill=Fill.SETUP,
        options=_TERMS,
    ),
    *(
        Command(
            words=("channels", verb),
            about=about,
            example=f"/channels {verb} 1",
            text="NUMBER",
            fill=Fill.SETUP,
        )
        for verb, about in (
            ("pause", "send nothing until it is resumed"),
            ("resume", "go on after a pause"),
            ("remove", "forget a channel setup"),
            ("post", "send its digest now"),
        )
    ),
    Command(
        words=("channels", "preview"),
        about="what would come next, what would not, and why",
        example="/channels preview 1 --paper 2503.01234",
        text="NUMBER",
        fill=Fill.SETUP,
        options=(Option(name="paper", value="ID", about="why this one would, or would not", fill=Fill.PAPER),),
    ),
    Command(words=("why",), about="why the papers of the last digest were chosen", example="/why", text="TOKEN"),
    Command(words=("next",), about="the next page of the last list", example="/next"),
    Command(words=("back",), about="the page before", example="/back"),
    Command(
        words=("sort",),
        about="the last list in another order",
        example="/sort new",
        text="ORDER",
        needed=True,
        choices=("trending", "rising", "relevance", "match", "top", "new"),
    ),
    Command(words=("status",), about="what is fresh, failing and due", example="/status"),
    Command(words=("quota",), about="whether the model has answered enough for today", example="/quota"),
    Command(words=("privacy", "export"), about="everything that is kept of you, as JSON", example="/privacy export"),
    Command(
        words=("privacy", "forget"),
        about="delete everything that is kept of you",
        example="/privacy forget yes",
        text="YES",
        choices=("yes",),
    ),
    Command(
        words=("help",),
        about="this list, or one command in full",
        example="/help papers search",
        text="COMMAND",
        fill=Fill.COMMAND,
    ),
    Command(words=("quit",), about="leave (so does Ctrl-D)", example="/quit"),
)
