"""Recorded days as messages: every digest of ten and every card fits, and a digest has room for what it should say."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from bot.core.pages import Freshness
from bot.core.ranking import rank
from bot.core.text import readable
from bot.render.cards import digest_card, forum_post
from bot.render.digest import channel_digest
from bot.render.markdown import Side, layout
from bot.render.paper import paper_card
from bot.sources.huggingface_parse import read_items, read_papers
from storage.records import Paper, Sort
from tests.builders import make_delivery
from tests.render.reading import read

EVERY_NTH = 8
"""Of 176 days; the three generations of the site's answers are among them."""

FEWEST_OF_A_CUT_SENTENCE = 120


def papers_of(file: Path) -> list[Paper]:
    day = date.fromisoformat(file.stem)
    fetched = read_papers(read_items(file.read_bytes()), day=day, seen_at=datetime(2026, 7, 1, tzinfo=UTC))
    return [ranked.paper for ranked in rank(fetched.papers, {}, sort=Sort.TOP, now=datetime(2026, 7, 1, tzinfo=UTC))]


@pytest.mark.real_data
def test_recorded_days_fit_and_are_worth_reading(real_data: Path) -> None:
    for file in sorted((real_data / "hf-daily").glob("*.json"))[::EVERY_NTH]:
        papers = papers_of(file)[:10]
        delivery = make_delivery(*(paper.id for paper in papers), id=1, considered=len(papers))
        post = channel_digest(delivery, papers, Freshness(papers=len(papers)))
        read(post)
        sides = [piece.markdown for piece in layout(post) if isinstance(piece, Side)]
        assert len(sides) == len(papers)
        for paper, side in zip(papers, sides, strict=True):
            title, *others = side.splitlines()
            assert "…" not in title, f"{file.stem}: {paper.title}"
            is_whole = not others[-1].endswith("…")
            assert is_whole or len(others[-1]) > FEWEST_OF_A_CUT_SENTENCE, f"{file.stem}: {others[-1]}"
            read(paper_card(paper))


@pytest.mark.real_data
def test_recorded_papers_one_by_one_are_whole_in_channels_and_forums(real_data: Path) -> None:
    for file in sorted((real_data / "hf-daily").glob("*.json"))[::EVERY_NTH]:
        papers = papers_of(file)[:10]
        delivery = make_delivery(*(paper.id for paper in papers), id=1, considered=len(papers))
        for paper in papers:
            card = digest_card(delivery, "tok", paper, Freshness(papers=1), setup=None, first=paper is papers[0])
            name, post = forum_post(delivery, "tok", paper, Freshness(papers=1), setup=None)
            title = readable(paper.title)
            assert name == title or (name.endswith("…") and len(title) > 100), name
            assert f"](https://arxiv.org/abs/{paper.id})" in read(card)
            assert "…" not in read(card).splitlines()[-1], f"{file.stem}: {paper.id}"
            assert len(read(post)) >= len(read(card))
