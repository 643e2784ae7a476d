"""Everything about one paper on one card."""

from dataclasses import dataclass
from datetime import UTC

from bot.core.pages import Freshness
from bot.core.text import clip, readable
from bot.render import phrases
from bot.render.actions import AskAbout, encode
from bot.render.limits import roomiest
from bot.render.links import Link, outside
from bot.render.phrases import APART, fine, heading, strong, text
from bot.render.post import Block, Button, ButtonLook, Buttons, Post, Quote, Span
from storage.records import Paper


@dataclass(frozen=True, slots=True, kw_only=True)
class _Room:
    title: int = 200
    people: int = 160
    keywords: int = 0
    summary: int = 0
    abstract: int = 0


def _rooms() -> tuple[_Room, ...]:
    """The summary grows first, since it says the most in the least; then the abstract, with what is left."""
    summaries = [_Room(summary=size) for size in range(0, 801, 50)]
    full = _Room(title=300, people=400, keywords=200, summary=800)
    abstracts = [
        _Room(title=300, people=400, keywords=200, summary=full.summary, abstract=size) for size in range(100, 3001, 50)
    ]
    return (*summaries, full, *abstracts)


ROOMS = _rooms()


def paper_card(paper: Paper, freshness: Freshness | None = None) -> Post:
    """A paper's card: who, when, how it is received, its summary and abstract as far as they fit, and its links."""
    summary, abstract = readable(paper.summary or ""), readable(paper.abstract)
    keywords = ", ".join(phrases.line(keyword, 40) for keyword in paper.keywords)

    def build(room: _Room) -> Post:
        blocks: list[Block] = [heading(Span(phrases.title(paper, room.title), url=paper.url), level=3)]
        blocks.extend(_withdrawn(paper))
        blocks.append(_facts(paper, room.people))
        if summary and room.summary:
            blocks.append(text(strong("Summary"), f" (not by the authors): {clip(summary, room.summary)}"))
        if abstract and room.abstract:
            blocks += [text(strong("Abstract")), Quote((Span(clip(abstract, room.abstract)),))]
        if keywords and room.keywords:
            blocks.append(fine(f"Keywords: {clip(keywords, room.keywords)}"))
        if freshness and freshness.note:
            blocks.append(fine(phrases.line(freshness.note, 200)))
        return Post((*blocks, Buttons(_links(paper)), Buttons((_ask(paper),))))

    return roomiest(ROOMS, build)


def _withdrawn(paper: Paper) -> list[Block]:
    if paper.withdrawn_at is None:
        return []
    since = phrases.day(paper.withdrawn_at.astimezone(UTC).date())
    return [
        text(strong("Withdrawn"), f" on {since}. Its authors no longer stand by it as it is; see arXiv for the reason.")
    ]


def _facts(paper: Paper, people: int) -> Block:
    lines = [phrases.authors(paper, people), _dates(paper), phrases.facts(paper)]
    return fine("\n".join(words for words in lines if words))


def _dates(paper: Paper) -> str:
    parts = [f"arXiv {paper.id}" + (f", version {paper.version}" if paper.version and paper.version > 1 else "")]
    if paper.categories:
        parts.append(phrases.line(", ".join(paper.categories), 80))
    if paper.published_at:
        parts.append(f"published {phrases.day(paper.published_at.astimezone(UTC).date())}")
    if paper.daily_on:
        parts.append(f"listed {phrases.day(paper.daily_on)}")
    return APART.join(parts)


def _links(paper: Paper) -> tuple[Button, ...]:
    buttons = [
        Button("arXiv", url=paper.url),
        Button("PDF", url=paper.pdf_url),
        Button("Hugging Face", url=paper.discussion_url),
    ]
    known = {button.url for button in buttons}
    for what, link in (("Code", outside(paper.code_url)), ("Project", outside(paper.project_url))):
        if link and link.url not in known:
            buttons.append(_labelled(what, link))
            known.add(link.url)
    return tuple(buttons)


def _labelled(what: str, link: Link) -> Button:
    """The host stands on the button, since the address came from outside."""
    return Button(f"{what}{APART}{link.host}", url=link.url)


def _ask(paper: Paper) -> Button:
    action = encode(AskAbout(paper.id))
    return Button("Ask about it", action=action, look=ButtonLook.PRIMARY, command=f"/ask … --paper {paper.id}")
