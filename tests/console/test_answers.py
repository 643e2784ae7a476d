"""What is printed stays: each piece is shown once, when it stands; what is taken back is followed by what holds."""

import pytest

from bot.console.answers import show_answer, show_summary
from bot.core.grounding import EXTRACTIVE, Answer, AnswerStatus, Claim, Label, Read
from bot.core.style import Style
from bot.core.summary import Line, Summary
from bot.services import summary as summaries
from bot.services.discussion import Reply, Watch
from tests.builders import make_paper
from tests.render.reading import read

PAPER = make_paper()
PAPERS = {PAPER.id: PAPER}


def claim(text: str) -> Claim:
    return Claim(text=text, label=Label.STATED, quote=f"As we show, {text}", section="Abstract", paper_id=PAPER.id)


ONE, TWO = claim("pots are large."), claim("noodles are long.")


def answer(*claims: Claim, status: AnswerStatus = AnswerStatus.ANSWERED, note: str = "") -> Answer:
    read_of_it = (Read(paper_id=PAPER.id),)
    return Answer(question="How large?", status=status, engine="small-1", claims=claims, note=note, read=read_of_it)


async def shown(*states: Answer) -> list[str]:
    """The posts that are shown where all but the last state come while the answer is written."""
    posts: list[str] = []

    async def ask(watch: Watch) -> Reply:
        for state in states[:-1]:
            watch(state, PAPERS)
        return Reply(answer=states[-1], papers=PAPERS, took_ms=1.0)

    await show_answer(ask, lambda post: posts.append(read(post)))
    return posts


async def test_each_claim_is_shown_when_it_stands_and_never_again() -> None:
    first, second, rest = await shown(answer(), answer(ONE), answer(ONE, TWO), answer(ONE, TWO))
    assert "“How large?”" in first
    assert "pots are large." in first
    assert "noodles are long." in second
    assert "How large?" not in second
    assert "pots" not in second + rest
    assert "checked word for word" in rest
    assert "Read: the abstract only" in rest


@pytest.mark.parametrize(
    "states",
    [
        [answer(ONE, status=AnswerStatus.PASSAGES)],
        [answer(), answer(ONE)],
        [answer(), answer(ONE, TWO), answer(ONE, status=AnswerStatus.PASSAGES, note="The model broke off.")],
    ],
)
async def test_what_was_not_told_before_or_turned_out_otherwise_is_shown_whole(states: list[Answer]) -> None:
    whole = (await shown(*states))[-1]
    assert "“How large?”" in whole
    assert "pots are large." in whole
    assert states[-1].note in whole


def summary(*claims: Claim, engine: str = "small-1", note: str = "") -> Summary:
    lines = tuple(map(Line, claims))
    return Summary(paper=PAPER, style=Style.POINTS, engine=engine, lines=lines, read=Read(paper_id=PAPER.id), note=note)


async def summed_up(*states: Summary) -> list[str]:
    """The posts that are shown where all but the last state come while the summary is written."""
    posts: list[str] = []

    async def sum_up(watch: summaries.Watch) -> tuple[Summary, str | None]:
        for state in states[:-1]:
            watch(state)
        return states[-1], None

    assert await show_summary(sum_up, lambda post: posts.append(read(post))) is states[-1]
    return posts


async def test_each_line_of_a_summary_is_shown_when_it_stands_and_never_again() -> None:
    first, second, rest = await summed_up(summary(), summary(ONE), summary(ONE, TWO), summary(ONE, TWO))
    assert "Key points" in first
    assert "pots are large." in first
    assert "noodles are long." in second
    assert "Key points: " not in second
    assert "pots" not in second + rest
    assert "checked word for word" in rest
    assert "Read: the abstract only" in rest


@pytest.mark.parametrize(
    "states",
    [
        [summary(ONE, engine=EXTRACTIVE)],
        [summary(), summary(ONE)],
        [summary(), summary(ONE, TWO), summary(ONE, engine=EXTRACTIVE, note="The model broke off.")],
    ],
)
async def test_a_summary_that_was_not_told_before_or_turned_out_otherwise_is_shown_whole(states: list[Summary]) -> None:
    whole = (await summed_up(*states))[-1]
    assert "Key points" in whole
    assert "pots are large." in whole
    assert states[-1].note in whole
