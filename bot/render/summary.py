"""A paper in a few lines, each with the words of the paper that it stands on."""

from dataclasses import dataclass

from bot.core.aspect_signs import Aspect
from bot.core.grounding import EXTRACTIVE, AnswerStatus
from bot.core.opening import figures_in
from bot.core.style import Style
from bot.core.summary import Line, Summary
from bot.core.text import readable
from bot.render import phrases
from bot.render.actions import Summarise, encode
from bot.render.answer import HOW, answer_buttons, coverage, worded
from bot.render.highlight import marked
from bot.render.limits import roomiest
from bot.render.paper_lines import about
from bot.render.phrases import APART, fine, heading, strong, text
from bot.render.post import Block, Button, Buttons, Post, Quote, Span

STYLES = {Style.TLDR: "TL;DR", Style.POINTS: "Key points", Style.NEWCOMER: "For a newcomer"}
ASPECTS = {
    Aspect.PROBLEM: "Problem",
    Aspect.APPROACH: "Approach",
    Aspect.RESULTS: "Results",
    Aspect.DATA: "Data",
    Aspect.SIZE: "Size",
    Aspect.CODE: "Code",
    Aspect.LIMITS: "Limits",
}
OWN_WORDS = "In the paper's own words: I chose these sentences, and wrote none of them."
SUMMARY_ONLY = "In the words of a summary that is not by the authors: of this paper I have no abstract."
SHOWN_OF_A_SECTION = 60
MOST_LINES = 7


@dataclass(frozen=True, slots=True)
class _Room:
    line: int
    title: int


ROOMS = tuple(_Room(line=size, title=min(size, 150)) for size in range(60, 601, 20))


def summary_post(summary: Summary, token: str | None = None) -> Post:
    """The lines of a summary and where they stand; whether a model wrote them is said first.

    Under ``token`` the store keeps it, as an answer.
    """
    is_own = summary.engine == EXTRACTIVE

    def build(room: _Room) -> Post:
        blocks = _head(summary, room)
        if summary.note:
            blocks.append(text(phrases.line(summary.note, 200)))
        if is_own:
            blocks.append(fine(_whose(summary)))
        for line in summary.lines[:MOST_LINES]:
            blocks += _own(summary, line, room) if is_own else _by_model(line, room)
        return Post((*blocks, _rests_on(summary), *_buttons(summary, token)))

    return roomiest(ROOMS, build)


def growing_summary(summary: Summary) -> Post:
    """What stands by now of a summary that a model is writing."""
    state = "Still writing …" if summary.lines else "Reading the paper …"

    def build(room: _Room) -> Post:
        told = [block for line in summary.lines[:MOST_LINES] for block in _by_model(line, room)]
        return Post((*_head(summary, room), *told, fine(f"{state}\n{coverage([summary.read])}")))

    return roomiest(ROOMS, build)


def further_lines(summary: Summary, *, after: int) -> Post:
    """The lines of a model's summary behind its first ones, for a place where those stand already."""
    told = [block for line in summary.lines[after:MOST_LINES] for block in _by_model(line, ROOMS[-1])]
    return Post((*(_head(summary, ROOMS[-1]) if after == 0 else ()), *told))


def closing_lines(summary: Summary, token: str | None = None) -> Post:
    """What stands below the lines of a model's summary: what they rest on, and what can be done with it."""
    return Post((_rests_on(summary), *_buttons(summary, token)))


def _rests_on(summary: Summary) -> Block:
    how = "" if summary.engine == EXTRACTIVE else f"{HOW[AnswerStatus.ANSWERED]}\n"
    return fine(how + coverage([summary.read]))


def _head(summary: Summary, room: _Room) -> list[Block]:
    """The title, and what a reader has to know of the paper."""
    title = Span(phrases.title(summary.paper, room.title), url=summary.paper.url)
    news = phrases.change(summary.paper)
    return [heading(f"{STYLES[summary.style]}: ", title, level=3), *([text(strong(news))] if news else [])]


def _whose(summary: Summary) -> str:
    by_others = not summary.paper.abstract and all(line.claim.section == "Summary" for line in summary.lines)
    return SUMMARY_ONLY if by_others else OWN_WORDS


def _own(summary: Summary, line: Line, room: _Room) -> list[Block]:
    quote = phrases.whole_sentences(readable(line.claim.quote), room.line)
    where = phrases.line(line.claim.section, SHOWN_OF_A_SECTION) if summary.read.origin else ""
    about = strong(ASPECTS[line.aspect]) if line.aspect else strong("It begins")
    return [text(about, f"{APART}{where}" if where else ""), Quote(marked(quote, figures_in(quote), room.line))]


def _by_model(line: Line, room: _Room) -> list[Block]:
    claim = line.claim
    quote = phrases.line(claim.quote, room.line)
    where = phrases.line(claim.section, SHOWN_OF_A_SECTION)
    said = worded(claim, room.line)
    return [*([text(said)] if said else []), Quote((Span(quote),)), *([fine(where)] if where else [])]


def _buttons(summary: Summary, token: str | None) -> list[Buttons]:
    paper_id = summary.paper.id
    others = tuple(
        Button(
            name,
            action=encode(Summarise(paper_id, style)),
            command=f"/summary {paper_id} --style {style}",
        )
        for style, name in STYLES.items()
        if style is not summary.style and (style is not Style.NEWCOMER or summary.engine != EXTRACTIVE)
    )
    rows = ((*others, about(paper_id, "About this paper")), answer_buttons(token))
    return [Buttons(row) for row in rows if row]
