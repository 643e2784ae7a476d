"""Threads about papers: how one begins, the way to it, and what it is about."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.core.comparison import FEWEST, MOST
from bot.core.opening import Figure, Topic, question
from bot.core.pages import Freshness
from bot.core.style import Style
from bot.core.text import clip
from bot.render import phrases
from bot.render.actions import AskTopic, ShowDiscussed, Summarise, Why, encode
from bot.render.cards import post_title
from bot.render.digest import because
from bot.render.highlight import marked
from bot.render.limits import MOST_LABEL, roomiest
from bot.render.paper import Surroundings, paper_card
from bot.render.paper_lines import about, details
from bot.render.phrases import command, fine, heading, strong, text
from bot.render.post import Block, Button, Buttons, Inline, Listing, Place, Post, Quote, Span
from storage.records import ChangeKind, Delivery, Destination, Paper, PaperChange, PaperId

LONGEST_NONCE = 25
SHOWN_OF_A_FIGURE = 240
HOW_TO_ASK = "Ask with /ask: here it is about this paper. One more paper: /discuss add; then /compare."


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """What is said of a paper where its discussion begins; ``delivery`` is the digest below which that is, if any."""

    paper: Paper
    figures: Sequence[Figure] = ()
    topics: Sequence[Topic] = ()
    delivery: Delivery | None = None
    changes: Sequence[PaperChange] = ()


def thread_card(opening: Opening, token: str, freshness: Freshness, *, squeeze: int = 0) -> tuple[str, Post]:
    """The name of a paper's thread and its first message, one of whose buttons carries ``token``."""
    paper, delivery = opening.paper, opening.delivery
    buttons = [_papers_here(token)]
    action = encode(Summarise(paper.id, Style.POINTS))
    buttons.append(Button("Key points", action=action, command=f"/summary {paper.id}"))
    if delivery is not None:
        action = encode(Why(delivery.token, paper.id))
        buttons.insert(0, Button("Why this?", action=action, command=f"/why {delivery.token}"))
    around = Surroundings(
        why=because(delivery, paper) if delivery is not None else "",
        changes=opening.changes,
        buttons=tuple(buttons),
        brief=True,
        is_discussed=True,
        closing=((*_figures(opening.figures),) if not squeeze else ()) + _questions(opening),
    )
    in_own_words = replace(paper, summary=None) if paper.abstract else paper
    return post_title(paper), paper_card(in_own_words, freshness, around=around, squeeze=squeeze)


def thread_token(destination: Destination, paper_id: PaperId) -> str:
    """The name of a thread's first message: another one for each paper and place, as long as a nonce may be."""
    return hashlib.sha256(f"{destination} {paper_id}".encode()).hexdigest()[:LONGEST_NONCE]


def thread_opened(paper: Paper, thread_id: int, *, guild_id: int, anew: bool) -> Post:
    """The way to a paper's thread."""
    title = "The thread is open" if anew else "There is a thread already"
    words = text(f"{phrases.title(paper, 150)}: ", Place(thread_id, f"thread {thread_id}"))
    link = Button("Go to thread", url=f"https://discord.com/channels/{guild_id}/{thread_id}")
    return Post((heading(title, level=3), words, Buttons((link,))))


def paper_changed(paper: Paper, change: PaperChange, token: str, *, read_version: int | None = None) -> Post:
    """Said where a paper is discussed; one of the buttons carries ``token``.

    ``read_version`` is that of the text from which was quoted, where it is known.
    """
    if change.kind is ChangeKind.WITHDRAWN or paper.withdrawn_at is not None:
        words = f"{phrases.WITHDRAWN} What was quoted here so far was written before that."
    else:
        known = read_version is not None and read_version < (change.version or 0)
        older = f"version {read_version}" if known else "an earlier version"
        words = f"What was quoted here so far is from {older}. For the next question I look for the new text."
    return Post((
        heading(phrases.change(paper, (change,)), level=3),
        text(Span(phrases.title(paper, 200), url=paper.url)),
        text(words),
        Buttons((_papers_here(token), details(paper))),
    ))  # fmt: skip


def _papers_here(token: str) -> Button:
    return Button("Papers here", action=encode(ShowDiscussed(token)), command="/discuss papers")


def discussed_papers(papers: Sequence[Paper], *, added: Paper | None = None) -> Post:
    """What a discussion is about; with ``added`` that this one came into it just now."""
    if not papers:
        return Post((
            heading("This is about no paper yet", level=3),
            text("Begin with ", command("/discuss start"), " or, in a thread, ", command("/discuss add"), "."),
        ))  # fmt: skip
    title = f"{phrases.title(added, 120)} is in" if added else "What this is about"

    def build(most: int) -> Post:
        entries = tuple((Span(phrases.title(one, most), url=one.url), Span(f" ({one.id})")) for one in papers)
        ask = text(
            "Without a paper, ", command("/ask"), f" asks {phrases.counted(len(papers), 'paper')}.", *_beside(papers)
        )
        buttons = tuple(about(one.id, f"About {one.id}") for one in papers[:5])
        return Post((heading(title, level=3), Listing(entries, numbered=True), ask, Buttons(buttons)))

    return roomiest(range(20, 201, 20), build)


def _beside(papers: Sequence[Paper]) -> tuple[Inline, ...]:
    together = FEWEST <= len(papers) <= MOST
    return (Span(" "), command("/compare"), Span(" sets them side by side.")) if together else ()


def _figures(figures: Sequence[Figure]) -> tuple[Block, ...]:
    if not figures:
        return ()
    blocks: list[Block] = [text(strong("Key figures"))]
    for one in figures:
        blocks.append(Quote(marked(one.passage.text, one.numbers, SHOWN_OF_A_FIGURE)))
        blocks.append(fine(phrases.line(one.passage.section, 60) or "Text"))
    return tuple(blocks)


def _questions(opening: Opening) -> tuple[Block, ...]:
    if not opening.topics:
        return ()
    asked = [(topic, question(topic, opening.paper)) for topic in opening.topics]
    buttons = tuple(
        Button(
            clip(words, MOST_LABEL),
            action=encode(AskTopic(opening.paper.id, topic)),
            command=f"/ask {words} --paper {opening.paper.id}",
        )
        for topic, words in asked
    )
    return (text(strong("Worth asking")), Buttons(buttons), fine(HOW_TO_ASK))
