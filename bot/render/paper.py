"""Everything about one paper on one card."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from bot.core.pages import Freshness
from bot.core.text import clip, readable
from bot.render import phrases
from bot.render.actions import AskAbout, Discuss, ShowSimilar, encode
from bot.render.limits import MOST_BUTTONS_IN_A_ROW, roomiest
from bot.render.links import Link, outside
from bot.render.phrases import APART, fine, heading, strong, text
from bot.render.post import Block, Button, ButtonLook, Buttons, Inline, Post, Quote, Span, Style
from bot.render.saved import save, unsave
from storage.naming import is_doi
from storage.records import ChangeKind, Paper, PaperChange


@dataclass(frozen=True, slots=True, kw_only=True)
class _Room:
    title: int = 200
    people: int = 160
    why: int = 200
    keywords: int = 0
    summary: int = 0
    abstract: int = 0


def _rooms() -> tuple[_Room, ...]:
    """The summary grows first, since it says the most in the least; then the abstract, with what is left."""
    least = [_Room(title=size, people=size // 2, why=size // 2) for size in (60, 120)]
    summaries = [_Room(summary=size) for size in range(0, 801, 50)]
    full = _Room(title=300, people=400, keywords=200, summary=800)
    abstracts = [
        _Room(title=300, people=400, keywords=200, summary=full.summary, abstract=size) for size in range(100, 3001, 50)
    ]
    return (*least, *summaries, full, *abstracts)


ROOMS = _rooms()
LONGEST_BRIEF = 600


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What a card has around the paper where it comes by itself; ``is_discussed`` where that is about it already.

    ``why`` says for what it was picked; ``buttons`` stand before the one that asks about it, ``closing`` before all of
    its buttons. A ``brief`` card has the summary, or where there is none the first sentences of the abstract.
    ``saved_at`` is when whoever it is shown to saved it, where nobody else sees it.
    """

    opening: tuple[Block, ...] = ()
    why: str = ""
    changes: Sequence[PaperChange] = ()
    buttons: tuple[Button, ...] = ()
    brief: bool = False
    closing: tuple[Block, ...] = ()
    is_discussed: bool = False
    saved_at: datetime | None = None


ALONE = Surroundings()


def paper_card(
    paper: Paper, freshness: Freshness | None = None, *, around: Surroundings = ALONE, squeeze: int = 0
) -> Post:
    """A paper's card: who, when, how it is received, its summary and abstract as far as they fit, and its links."""
    summary, abstract = readable(paper.summary or ""), readable(paper.abstract)
    by = phrases.summarised_by(paper)
    keywords = "" if around.brief else ", ".join(phrases.line(keyword, 40) for keyword in paper.keywords)
    discuss = () if around.is_discussed else (_discuss(paper),)
    saving = save(paper) if around.saved_at is None else unsave(paper)
    own = (_similar(paper), *discuss, saving, _ask(paper))
    rows = (Buttons(_links(paper)), *_rows(around.buttons, own))

    def build(room: _Room) -> Post:
        blocks: list[Block] = [
            *around.opening,
            heading(Span(phrases.title(paper, room.title), url=paper.url), level=3),
            *_changed(paper, around.changes),
            _facts(paper, around.why, room),
            *(_enriched(paper) if room.summary else ()),
            *(_brief(summary, abstract, by, room) if around.brief else _in_full(summary, abstract, by, room)),
        ]
        if keywords and room.keywords:
            blocks.append(fine(f"Keywords: {clip(keywords, room.keywords)}"))
        if around.saved_at:
            blocks.append(fine(f"You saved it on {phrases.utc_day(around.saved_at)}."))
        if freshness and freshness.note:
            blocks.append(fine(phrases.line(freshness.note, 200)))
        return Post((*blocks, *around.closing, *rows))

    return roomiest(ROOMS, build, squeeze=squeeze)


def _in_full(summary: str, abstract: str, by: str, room: _Room) -> list[Block]:
    blocks: list[Block] = []
    if summary and room.summary:
        whose = f"by {by}, not by the authors" if by else "not by the authors"
        blocks.append(text(strong("Summary"), f" ({whose}): {clip(summary, room.summary)}"))
    if abstract and room.abstract:
        blocks += [text(strong("Abstract")), Quote((Span(clip(abstract, room.abstract)),))]
    return blocks


def _brief(summary: str, abstract: str, by: str, room: _Room) -> list[Block]:
    most = min(room.summary, LONGEST_BRIEF)
    if not most:
        return []
    if summary:
        short = phrases.whole_sentences(summary, most)
        return [text(strong("Summary"), f" (by {by}): {short}") if by else text(short)]
    return [Quote((Span(phrases.whole_sentences(abstract, most)),))] if abstract else []


def _changed(paper: Paper, changes: Sequence[PaperChange]) -> list[Block]:
    change = phrases.change(paper, changes)
    if not change:
        return []
    is_withdrawn = paper.withdrawn_at or any(one.kind is ChangeKind.WITHDRAWN for one in changes)
    mend = f". {phrases.WITHDRAWN}" if is_withdrawn else "."
    return [text(strong(change), mend)]


def _facts(paper: Paper, why: str, room: _Room) -> Block:
    """What stands in ``why``, as it was when the paper was picked, is not said again."""
    picked = phrases.line(why, room.why)
    known = [words for words in phrases.facts(paper).split(APART) if words not in picked.split(APART)]
    lines = [phrases.authors(paper, room.people), _dates(paper), f"Picked for {picked}" if picked else ""]
    return fine("\n".join(words for words in (*lines, APART.join(known)) if words))


def _enriched(paper: Paper) -> list[Block]:
    """What Semantic Scholar adds, with a link to its page as it asks for, and since when it says so."""
    parts: list[Inline | str] = []
    word = paper.word_on("citations")
    if paper.citations and word is not None:
        cited = phrases.counted(paper.citations, "citation")
        parts = [Span(cited, Style.FINE, _cited_at(paper)), f" (Semantic Scholar, {phrases.utc_day(word.at)})"]
    if paper.fields_of_study:
        fields = phrases.line(", ".join(paper.fields_of_study), 80)
        parts += [f"{APART if parts else ''}{fields}"]
    return [fine(*parts)] if parts else []


def _cited_at(paper: Paper) -> str:
    """As arXiv's own pages link to it."""
    return (
        "https://www.semanticscholar.org" if is_doi(paper.id) else f"https://api.semanticscholar.org/arXiv:{paper.id}"
    )


def _dates(paper: Paper) -> str:
    parts = [phrases.called(paper.id) + (f", version {paper.version}" if paper.version and paper.version > 1 else "")]
    if paper.categories:
        parts.append(phrases.line(", ".join(paper.categories), 80))
    if paper.published_at:
        parts.append(f"published {phrases.day(paper.published_at.astimezone(UTC).date())}")
    if paper.daily_on:
        parts.append(f"listed {phrases.day(paper.daily_on)}")
    return APART.join(parts)


def _links(paper: Paper) -> tuple[Button, ...]:
    own = (
        ("Publisher" if is_doi(paper.id) else "arXiv", paper.url),
        ("PDF", paper.pdf_url),
        ("Hugging Face", paper.discussion_url),
    )
    buttons = [Button(what, url=url) for what, url in own if url]
    known = {button.url for button in buttons}
    for what, link in (("Code", outside(paper.code_url)), ("Project", outside(paper.project_url))):
        if link and link.url not in known:
            buttons.append(_labelled(what, link))
            known.add(link.url)
    return tuple(buttons)


def _labelled(what: str, link: Link) -> Button:
    """The host stands on the button, since the address came from outside."""
    return Button(f"{what}{APART}{link.host}", url=link.url)


def _rows(first: tuple[Button, ...], own: tuple[Button, ...]) -> tuple[Buttons, ...]:
    """One where there is room for all."""
    together = (*first, *own)
    return (Buttons(together),) if len(together) <= MOST_BUTTONS_IN_A_ROW else (Buttons(first), Buttons(own))


def _similar(paper: Paper) -> Button:
    return Button("Similar", action=encode(ShowSimilar(paper.id)), command=f"/papers similar {paper.id}")


def _discuss(paper: Paper) -> Button:
    return Button("Discuss", action=encode(Discuss(paper.id)), command=f"/discuss start {paper.id}")


def _ask(paper: Paper) -> Button:
    action = encode(AskAbout(paper.id))
    return Button("Ask about it", action=action, look=ButtonLook.PRIMARY, command=f"/ask … --paper {paper.id}")
