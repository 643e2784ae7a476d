"""What a button does, as a value that survives a restart inside the button's own identifier.

An identifier looks like ``pb:why:TOKEN``. Discord keeps at most 100 characters of it and gives it back when the
button is pressed, years later too; so old forms are never given a new meaning, and what cannot be read is None.
"""

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from bot.core.comparison import FEWEST, MOST
from bot.core.identity import DOI
from bot.core.opening import Topic
from bot.core.period import Period, PeriodKind
from bot.core.style import Style
from storage.records import PaperId, Sort

PREFIX = "pb:"
MOST_CHARACTERS = 100
"""Discord's limit of a ``custom_id``."""


class ChannelAct(StrEnum):
    PAUSE = "pause"
    RESUME = "resume"
    REMOVE = "remove"
    POST = "post"
    PREVIEW = "preview"


@dataclass(frozen=True, slots=True)
class ShowPaper:
    paper_id: PaperId


@dataclass(frozen=True, slots=True)
class AskAbout:
    paper_id: PaperId


@dataclass(frozen=True, slots=True)
class ShowSimilar:
    """The papers most like this one, from the beginning."""

    paper_id: PaperId


@dataclass(frozen=True, slots=True)
class SimilarPage:
    """A page of the papers most like this one."""

    paper_id: PaperId
    offset: int


@dataclass(frozen=True, slots=True)
class SearchPage:
    """A page of the search that the store keeps under ``token``."""

    token: str
    offset: int
    sort: str


@dataclass(frozen=True, slots=True)
class TrendingPage:
    period: Period
    sort: Sort
    offset: int


@dataclass(frozen=True, slots=True)
class Why:
    """The reasons of the delivery with this token; at the same time the marker of its message.

    With ``paper_id`` those of one of its papers.
    """

    token: str
    paper_id: PaperId | None = None


@dataclass(frozen=True, slots=True)
class OpenThread:
    """Open a thread for one paper of the digest with this token."""

    token: str
    paper_id: PaperId


@dataclass(frozen=True, slots=True)
class Discuss:
    """Discuss a paper where it is pressed."""

    paper_id: PaperId


@dataclass(frozen=True, slots=True)
class DiscussChosen:
    """Discuss that paper of a list which is chosen in its menu."""


@dataclass(frozen=True, slots=True)
class AskTopic:
    """Ask a paper the question that is worth asking of it on this topic."""

    paper_id: PaperId
    topic: Topic


@dataclass(frozen=True, slots=True)
class SavePaper:
    """Save a paper for whoever presses it."""

    paper_id: PaperId


@dataclass(frozen=True, slots=True)
class UnsavePaper:
    paper_id: PaperId


@dataclass(frozen=True, slots=True)
class SavedPage:
    """A page of what whoever presses it saved, or of what of it matches the query that the store keeps."""

    offset: int
    token: str | None = None


@dataclass(frozen=True, slots=True)
class ShowSaved:
    """What whoever presses it saved; ``token`` is that of the message which tells news of it."""

    token: str


@dataclass(frozen=True, slots=True)
class Summarise:
    """A paper in a few lines."""

    paper_id: PaperId
    style: Style


@dataclass(frozen=True, slots=True)
class Compare:
    """Papers side by side, from this row on."""

    paper_ids: tuple[PaperId, ...]
    first: int = 0


@dataclass(frozen=True, slots=True)
class ShowDiscussed:
    """The papers of the thread in which it is pressed; ``token`` is that of the message which opened it."""

    token: str


@dataclass(frozen=True, slots=True)
class ShowContext:
    """The quotations of the answer that the store keeps under ``token``, where they stand, from one of them on."""

    token: str
    first: int = 0


@dataclass(frozen=True, slots=True)
class VoteOn:
    """What whoever presses it thinks of the answer that the store keeps under ``token``."""

    token: str
    is_good: bool


@dataclass(frozen=True, slots=True)
class Recheck:
    """Look again whether what paused this setup is mended; ``token`` is that of the notice."""

    setup_id: int
    token: str


@dataclass(frozen=True, slots=True)
class FollowTopic:
    """Follow the query that the store keeps under ``token``."""

    token: str


@dataclass(frozen=True, slots=True)
class UnfollowTopic:
    topic_id: int


@dataclass(frozen=True, slots=True)
class WriteAgain:
    """Try again to write to the person who presses it, whose direct messages were closed."""


@dataclass(frozen=True, slots=True)
class ChannelAction:
    setup_id: int
    act: ChannelAct


@dataclass(frozen=True, slots=True)
class ConfirmSetup:
    """Start a setup whose preview was shown."""

    setup_id: int


@dataclass(frozen=True, slots=True)
class ConfirmForget:
    """Delete everything that is kept of the person who presses it."""


Action = (
    ShowPaper
    | AskAbout
    | ShowSimilar
    | SimilarPage
    | SearchPage
    | TrendingPage
    | Why
    | OpenThread
    | Discuss
    | DiscussChosen
    | AskTopic
    | SavePaper
    | UnsavePaper
    | SavedPage
    | ShowSaved
    | Summarise
    | Compare
    | ShowDiscussed
    | ShowContext
    | VoteOn
    | Recheck
    | FollowTopic
    | UnfollowTopic
    | WriteAgain
    | ChannelAction
    | ConfirmSetup
    | ConfirmForget
)

OF_A_PAPER: dict[str, type[ShowPaper | AskAbout | ShowSimilar | Discuss | SavePaper | UnsavePaper]] = {
    "show": ShowPaper, "ask": AskAbout, "similar": ShowSimilar,
    "discuss": Discuss, "save": SavePaper, "unsave": UnsavePaper,
}  # fmt: skip
OF_A_TOKEN: dict[str, type[ShowDiscussed | FollowTopic | ShowSaved]] = {
    "discussed": ShowDiscussed, "follow": FollowTopic, "shelf": ShowSaved,
}  # fmt: skip
_NAMES: dict[type, str] = {kind: name for name, kind in (*OF_A_PAPER.items(), *OF_A_TOKEN.items())}

_TOKEN = re.compile(r"[A-Za-z0-9_-]{1,40}", re.ASCII)
_NUMBER = re.compile(r"0|[1-9][0-9]{0,18}", re.ASCII)
_WORD = re.compile(r"[a-z]{1,16}", re.ASCII)
_PAPER_ID = re.compile(rf"[0-9]{{4}}\.[0-9]{{4,5}}|[a-z][a-z-]{{1,30}}/[0-9]{{7}}|{DOI}", re.ASCII)


def encode(action: Action) -> str:
    """The identifier of a button, at most 100 characters; ``decode`` gives the action back.

    Raises:
        ValueError: a token, number or id in it is not of the form that can be read back.
    """
    text = PREFIX + ":".join(_parts(action))
    if decode(text) != action:
        raise ValueError(f"an action that could not be read back: {action!r}")
    return text


def decode(text: str) -> Action | None:
    """The action that an identifier stands for; None for anything else, whatever it is."""
    if len(text) > MOST_CHARACTERS or not text.startswith(PREFIX):
        return None
    try:
        return _read(text.removeprefix(PREFIX).split(":"))
    except ValueError:
        return None


def _parts(action: Action) -> tuple[str, ...]:
    match action:
        case ShowPaper(named) | AskAbout(named) | ShowSimilar(named) | Discuss(named) | SavePaper(named):
            return _NAMES[type(action)], named
        case UnsavePaper(named) | ShowDiscussed(named) | FollowTopic(named) | ShowSaved(named):
            return _NAMES[type(action)], named
        case SimilarPage(paper_id, offset):
            return "similar", paper_id, str(offset)
        case SearchPage(token, offset, sort):
            return "search", token, str(offset), sort
        case TrendingPage(period, sort, offset):
            return "trending", period.kind, period.first.isoformat(), sort, str(offset)
        case Why(token, paper_id):
            return ("why", token) if paper_id is None else ("why", token, paper_id)
        case OpenThread(token, paper_id):
            return "thread", token, paper_id
        case DiscussChosen():
            return ("discuss",)
        case AskTopic(paper_id, topic):
            return "ask", paper_id, topic
        case SavedPage(offset, token):
            return ("saved", str(offset)) if token is None else ("saved", str(offset), token)
        case Summarise(paper_id, style):
            return "summary", paper_id, style
        case Compare(paper_ids, first):
            return "compare", str(first), *paper_ids
        case ShowContext(token, first):
            return ("context", token, str(first)) if first else ("context", token)
        case VoteOn(token, is_good):
            return "vote", token, "good" if is_good else "bad"
        case Recheck(setup_id, token):
            return "recheck", str(setup_id), token
        case UnfollowTopic(topic_id):
            return "unfollow", str(topic_id)
        case WriteAgain():
            return ("write",)
        case ChannelAction(setup_id, act):
            return "channel", str(setup_id), act
        case ConfirmSetup(setup_id):
            return "setup", str(setup_id)
        case ConfirmForget():
            return ("forget",)


def _read(parts: list[str]) -> Action | None:
    match parts:
        case [name, paper_id] if name in OF_A_PAPER:
            return OF_A_PAPER[name](_paper_id(paper_id))
        case [name, token] if name in OF_A_TOKEN:
            return OF_A_TOKEN[name](_whole(_TOKEN, token))
        case ["similar", paper_id, offset]:
            return SimilarPage(_paper_id(paper_id), _number(offset))
        case ["search", token, offset, sort]:
            return SearchPage(_whole(_TOKEN, token), _number(offset), _whole(_WORD, sort))
        case ["trending", kind, first, sort, offset]:
            return TrendingPage(Period(PeriodKind(kind), _day(first)), Sort(sort), _number(offset))
        case ["why", token, *paper_id] if len(paper_id) <= 1:
            return Why(_whole(_TOKEN, token), *map(_paper_id, paper_id))
        case ["thread", token, paper_id]:
            return OpenThread(_whole(_TOKEN, token), _paper_id(paper_id))
        case ["discuss"]:
            return DiscussChosen()
        case ["ask", paper_id, topic]:
            return AskTopic(_paper_id(paper_id), Topic(topic))
        case ["saved", offset]:
            return SavedPage(_number(offset))
        case ["saved", offset, token]:
            return SavedPage(_number(offset), _whole(_TOKEN, token))
        case ["summary", paper_id, style]:
            return Summarise(_paper_id(paper_id), Style(style))
        case ["compare", first, *paper_ids] if FEWEST <= len(paper_ids) <= MOST:
            return Compare(tuple(map(_paper_id, paper_ids)), _number(first))
        case ["context", token, *first] if len(first) <= 1:
            return ShowContext(_whole(_TOKEN, token), *map(_number, first))
        case ["vote", token, ("good" | "bad") as opinion]:
            return VoteOn(_whole(_TOKEN, token), opinion == "good")
        case ["recheck", setup_id, token]:
            return Recheck(_number(setup_id), _whole(_TOKEN, token))
        case ["unfollow", topic_id]:
            return UnfollowTopic(_number(topic_id))
        case ["write"]:
            return WriteAgain()
        case ["channel", setup_id, act]:
            return ChannelAction(_number(setup_id), ChannelAct(act))
        case ["setup", setup_id]:
            return ConfirmSetup(_number(setup_id))
        case ["forget"]:
            return ConfirmForget()
        case _:
            return None


def _whole(pattern: re.Pattern[str], text: str) -> str:
    if pattern.fullmatch(text) is None:
        raise ValueError(f"not of the form that was written: {text!r}")
    return text


def _number(text: str) -> int:
    return int(_whole(_NUMBER, text))


def _paper_id(text: str) -> PaperId:
    return PaperId(_whole(_PAPER_ID, text))


def _day(text: str) -> date:
    """Only the form that ``encode`` writes: ``fromisoformat`` reads others as well."""
    day = date.fromisoformat(text)
    if day.isoformat() != text:
        raise ValueError(f"not a day as it was written: {text!r}")
    return day
