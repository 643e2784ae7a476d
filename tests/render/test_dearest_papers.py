"""A paper that is over every limit at once, in every message that it can come in: cut, and never inside a letter."""

from collections.abc import Iterator
from typing import Any

import pytest
import regex

from bot.core.grounding import Passage
from bot.core.opening import Figure, Topic
from bot.core.pages import Freshness
from bot.core.text import readable
from bot.render.cards import digest_card, forum_post
from bot.render.digest import channel_digest, topic_digest
from bot.render.limits import MOST_BYTES, MOST_TEXT, measure
from bot.render.markdown import Row, Side, Text, layout
from bot.render.paper import paper_card
from bot.render.post import Heading, Listing, Paragraph, Post, Quote, Section, Span
from bot.render.threads import Opening, thread_card
from storage.records import Delivery, Layout, Paper
from tests.builders import make_change, make_delivery, make_papers, make_setup

KINDS = {
    "latin": "A sentence of an abstract that goes on. ",
    "chinese": "深度学习在图像识别中的应用。",
    "thai": "การเรียนรู้เชิงลึก ",
    "hindi": "गहन शिक्षण का अनुप्रयोग। ",
    "arabic": "التعلم العميق \u202eشيء\u202c ",
    "hebrew": "\u2067שלום עולם\u2069 ",
    "families": "👩‍👩‍👧‍👦🏴󠁧󠁢󠁥󠁮󠁧󠁿🇩🇪1️⃣👍🏽",
    "four bytes": "𝒪𝔸🔥",
    "accents": "e\u0323\u0301o\u0308\u0304 ",
    "zalgo": "Z\u0301\u0302\u0303\u0304\u0305\u0306\u0307\u0308a\u0316\u0317\u0318\u0319\u031c ",
    "korean by letters": "\u1112\u1161\u11ab\u1100\u1173\u11af ",
    "markup": "[*_`|~<@1>](https://evil.example)\n- ",
    "formulas": "$\\mathcal{O}(n^2)$ ",
}


def papers_of(kind: str, count: int = 10) -> tuple[Paper, ...]:
    def much(size: int) -> str:
        return (KINDS[kind] * (size // len(KINDS[kind]) + 1))[:size]

    facts: dict[str, Any] = {
        "title": much(300),
        "abstract": much(20_000),
        "authors": (much(120),) * 664,
        "categories": (much(60),) * 40,
        "summary": much(2000),
        "keywords": (much(100),) * 50,
        "organization": much(300),
        "code_url": "https://" + "long." * 40 + "example/",
        "upvotes": 10**9,
        "comments": 10**9,
        "code_stars": 10**9,
        "version": 10**9,
    }
    return make_papers(count, **facts)


def messages(papers: tuple[Paper, ...], squeeze: int) -> Iterator[tuple[str, Post]]:
    note = papers[0].title * 3
    notes = {paper.id: note for paper in papers}
    delivery: Delivery = make_delivery(
        *(paper.id for paper in papers), id=1, considered=10**9, notes=notes, left_out={note: 10**9}
    )
    fresh = Freshness(papers=10**9, note=note)
    setup = make_setup(query=note, min_upvotes=10**9, layout=Layout.THREADS)
    more: dict[str, Any] = {"changes": [make_change(paper.id, version=10**9) for paper in papers], "squeeze": squeeze}
    yield "digest", channel_digest(delivery, papers, fresh, setup=setup, **more)
    yield "topics", topic_digest(delivery, papers, fresh, **more)
    yield "card", digest_card(delivery, "t" * 25, papers[0], fresh, setup=setup, first=True, **more)
    yield "post", forum_post(delivery, "t" * 25, papers[0], fresh, setup=setup, first=True, **more)[1]
    texts = (Passage(paper_id=papers[0].id, ordinal=0, section=note, text="1%" + note),) * 3
    opening = Opening(
        paper=papers[0],
        figures=[Figure(text, ((0, 2),)) for text in texts],
        topics=(Topic.DATA, Topic.LIMITS, Topic.IDEA),
        delivery=delivery,
        changes=more["changes"],
    )
    yield "thread", thread_card(opening, "t" * 25, fresh, squeeze=squeeze)[1]
    yield "alone", paper_card(papers[0], fresh, squeeze=squeeze)


def spans(post: Post) -> Iterator[str]:
    for block in post.blocks:
        for part in block.blocks if isinstance(block, Section) else (block,):
            match part:
                case Heading(inlines) | Paragraph(inlines) | Quote(inlines):
                    yield from (one.text for one in inlines if isinstance(one, Span))
                case Listing(entries):
                    yield from (one.text for entry in entries for one in entry if isinstance(one, Span))


@pytest.mark.parametrize("squeeze", [0, 1, 2])
@pytest.mark.parametrize("kind", KINDS)
def test_it_fits_in_every_message_with_room_for_a_mention(kind: str, squeeze: int) -> None:
    for name, post in messages(papers_of(kind), squeeze):
        found = measure(post)
        assert found.problems == (), name
        assert found.components < 40, name
        assert found.characters <= MOST_TEXT - 24, name
        assert found.text_bytes <= MOST_BYTES - 36, name
        if squeeze == 1:
            # What is not the paper's own text, such as links and what the digest is narrowed to, cannot be halved.
            least = measure(dict(messages(papers_of(kind), 2))[name])
            assert found.characters <= max(MOST_TEXT // 2, least.characters), name


@pytest.mark.parametrize("squeeze", [0, 1, 2])
@pytest.mark.parametrize("kind", KINDS)
def test_what_is_cut_is_cut_between_letters(kind: str, squeeze: int) -> None:
    (paper,) = papers_of(kind, 1)
    whole = (readable(paper.title), readable(paper.abstract), readable(paper.summary or ""))
    borders = [{found.end() for found in regex.finditer(r"\X", text)} for text in whole]
    cut = 0
    for name, post in messages((paper,), squeeze):
        for shown in spans(post):
            if not shown.endswith("…"):
                continue
            kept = shown.strip().removesuffix("…")
            ends = [len(kept) in ends for text, ends in zip(whole, borders, strict=True) if text.startswith(kept)]
            if ends:
                cut += 1
                assert any(ends), (name, shown[-20:])
    assert cut > 0


@pytest.mark.parametrize("kind", KINDS)
def test_the_name_of_its_post_fits(kind: str) -> None:
    (paper,) = papers_of(kind, 1)
    name, _ = forum_post(make_delivery(paper.id, id=1), "tok", paper, Freshness(papers=1), setup=None)
    assert 1 <= len(name) <= 100
    assert name == name.strip()


def test_nothing_of_it_is_seen_beside_what_was_written() -> None:
    for _, post in messages(papers_of("markup"), 0):
        shown = "\n".join(piece.markdown for piece in layout(post) if isinstance(piece, Text | Side))
        assert "](https://evil" not in shown
        assert "<@1>" not in shown.replace("\\<", "")
        assert all(
            button.url is None or "evil" not in button.url
            for piece in layout(post)
            if isinstance(piece, Row)
            for button in piece.buttons
        )
