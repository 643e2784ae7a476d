"""One paper as a part of a longer message: a linked title, who, why, and its point in a sentence.

How much of each is shown is the same for all papers of a message and decided by what fits (``limits.roomiest``): so
the space is shared fairly, a short sentence leaves its rest to the others, and summaries go before titles do.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bot.core.text import clip
from bot.render import phrases
from bot.render.actions import DiscussChosen, ShowPaper, encode
from bot.render.limits import MOST_CHOICE
from bot.render.markdown import visible
from bot.render.post import Button, Menu, Paragraph, Section, Span, Style
from storage.records import Paper, PaperChange, PaperId

MOST_IN_A_MESSAGE = 10
"""A paper with its button takes 3 of a message's 40 components."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """The most code points of each part of a paper."""

    title: int = 70
    why: int = 50
    people: int = 0
    gist: int = 0


def _rooms() -> tuple[Room, ...]:
    """From the least, which fits ten papers of any text, to all that is worth reading; first things grow first."""
    bare = [Room(title=title, why=0) for title in (40, 55, 70)]
    titles = [Room(title=title) for title in range(70, 200, 10)]
    whys = [Room(title=200, why=why) for why in range(50, 200, 25)]
    people = [Room(title=200, why=200, people=size) for size in range(40, 160, 20)]
    gists = [Room(title=200, why=200, people=160, gist=size) for size in range(60, 261, 10)]
    return (*bare, *titles, *whys, *people, *gists)


ROOMS = _rooms()


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A paper with what is said of it; each text is prepared once and only cut afterwards.

    ``body`` stands in place of the gist where there is something better to show, as it is, and is cut by its maker.
    """

    paper: Paper
    title: str
    change: str
    people: str
    why: str
    gist: str

    @classmethod
    def of(cls, paper: Paper, *, why: str = "", gist: str | None = None, changes: Sequence[PaperChange] = ()) -> "Line":
        return cls(
            paper=paper,
            title=phrases.title(paper),
            change=phrases.change(paper, changes),
            people=phrases.authors(paper, 200),
            why=phrases.line(why, 300),
            gist=phrases.gist(paper) if gist is None else gist,
        )

    def spans(self, room: Room) -> tuple[Span, ...]:
        """Its lines, the title's first; what happened to the paper since is never left out."""
        spans = [Span(clip(self.title, room.title), Style.STRONG, self.paper.url)]
        if self.change:
            spans.append(Span(f"\n{self.change}", Style.STRONG))
        for words, most, style in (
            (self.people, room.people, Style.FINE),
            (self.why, room.why, Style.FINE),
            (self.gist, room.gist, Style.PLAIN),
        ):
            if words and most:
                shorten = phrases.whole_sentences if words is self.gist else clip
                spans.append(Span("\n" + shorten(words, most), style))
        return tuple(spans)


def details(paper: Paper) -> Button:
    """The button that opens a paper's card."""
    return about(paper.id, "Details")


def about(paper_id: PaperId, label: str) -> Button:
    """The button that shows a paper's card."""
    return Button(label, action=encode(ShowPaper(paper_id)), command=f"/papers show {paper_id}")


def discuss_one(papers: Sequence[Paper]) -> tuple[Menu, ...]:
    """The menu of a list from which one paper is chosen to be discussed; none where the list leaves no room for it."""
    if not papers or len(papers) >= MOST_IN_A_MESSAGE:
        return ()
    choices = tuple((paper.id, _plain_title(paper)) for paper in papers)
    return (Menu("Discuss one of these", encode(DiscussChosen()), choices),)


def _plain_title(paper: Paper) -> str:
    """Of a place where Discord formats nothing, and takes nothing that cannot be seen for a name."""
    words = " ".join(visible(phrases.title(paper, MOST_CHOICE)).split())
    return words if any(sign.isalnum() for sign in words) else phrases.called(paper.id)


def sections(lines: Sequence[Line], room: Room, button: Callable[[Paper], Button] = details) -> tuple[Section, ...]:
    """Each paper with its button."""
    return tuple(Section((Paragraph(line.spans(room)),), button(line.paper)) for line in lines)
