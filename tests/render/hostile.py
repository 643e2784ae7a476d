"""Text, papers and deliveries as the worst source would send them."""

from dataclasses import replace
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

from hypothesis import strategies as st

from storage.records import ChangeKind, Delivery, DeliveryState, Destination, DestinationKind, Paper, PaperChange
from tests.builders import make_delivery, make_id, make_key, make_paper

HOSTILE = (
    "@everyone @here <@123456789012345678> <@!1> <@&2> <#3>",
    "</setup:123> <t:1700000000:R> <:e:1> <a:wave:2> <id:customize> :smile:",
    "[click](https://evil.example) ![x](y) <https://evil.example> https://evil.example/?a=b",
    "join discord.gg/abc or https://discord.com/invite/abc or DISCORD.GG/abc",
    "# big\n## less\n-# small\n> quote\n>>> block\n- list\n* list\n+ list\n1. one\n2) two",
    "```ansi\n\x1b[31mred\x1b[0m\n``` `code` ``code``",
    "**bold** __under__ *it* _it_ ~~gone~~ ||hidden|| ***all***",
    "\\*not\\* \\\\ \\",
    "\u202eright to left\u202c \u2067isolated\u2069 שלום עולם مرحبا",
    "z\u0301\u0302\u0303\u0304\u0305\u0306\u0307\u0308\u0309",
    "👩‍👩‍👧‍👦🏴󠁧󠁢󠁥󠁮󠁧󠁿🇩🇪1️⃣",
    "深度学习在图像识别中的应用。",
    "$\\mathcal{O}(n^2)$ and $a_b \\leq c^*$",
    "\x00\x07\u200b\ufeff\U000e0041",
    "](https://evil.example) )( [[[[",
    "An ordinary sentence about transformers, as most of them are. ",
)

# Each of these characters costs as much as a character can: in characters, in bytes, or in both.
DEAREST = ("*", "_", "|", "@", "<", "[", "\\", "深", "🔥", "𝒪", "ﷺ", "::a:", "https://", "\n- ")


@cache
def hostile_text(max_size: int = 80) -> st.SearchStrategy[str]:
    """Anything, attacks, and attacks glued to anything."""
    piece = st.one_of(
        st.sampled_from(HOSTILE),
        st.text(max_size=12),
        st.text("*_~|`<>[]()#-+>.:@/\\ \n19ax", max_size=12),
        st.sampled_from(["discord", ".gg", "@", "everyone", "https:", "//", "<@", "1>", "\n", "- ", "1", ". "]),
    )
    return st.lists(piece, max_size=6).map("".join).map(lambda text: text[:max_size])


@cache
def long_text(most: int) -> st.SearchStrategy[str]:
    """Up to ``most`` characters of one kind of trouble, repeated; or little, or nothing."""
    piece = st.one_of(st.sampled_from([*HOSTILE, *DEAREST]), hostile_text(20))
    sizes = st.sampled_from([0, 1, 30, 300, most])
    return st.builds(lambda text, size: (text * (size // max(len(text), 1) + 1))[:size], piece, sizes)


addresses = st.one_of(
    st.none(),
    st.sampled_from(
        [
            "https://github.com/a/b",
            "https://user@github.com/a",
            "javascript:alert(1)",
            "https://xn--80ak6aa92e.com/",
            "https://" + "long." * 40 + "example/" + "x" * 600,
            "https://evil.example/)](https://x.example)",
            "http://[::1]/",
            "",
        ]
    ),
    hostile_text().map("https://example.org/".__add__),
)
counts = st.one_of(st.none(), st.integers(-5, 5), st.just(10**9))
days = st.dates(date(1991, 8, 1), date(2100, 1, 1))
moments = st.datetimes(datetime(1991, 8, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001  # bounds are naive by contract


@st.composite
def hostile_papers(draw: st.DrawFn) -> Paper:
    """A paper with everything that can go wrong in a text: 3,000-character titles, 664 authors, endless abstracts."""
    facts: dict[str, Any] = {
        "title": draw(long_text(3000)),
        "abstract": draw(long_text(20_000)),
        "authors": (draw(long_text(200)),) * draw(st.sampled_from([0, 1, 3, 664])),
        "categories": tuple(draw(st.lists(long_text(50), max_size=3))),
        "published_at": draw(st.none() | moments),
        "upvotes": draw(counts),
        "comments": draw(counts),
        "code_url": draw(addresses),
        "code_stars": draw(counts),
        "project_url": draw(addresses),
        "organization": draw(st.none() | long_text(300)),
        "summary": draw(st.none() | long_text(2000)),
        "keywords": tuple(draw(st.lists(long_text(300), max_size=30))),
        "withdrawn_at": draw(st.none() | moments),
    }
    return make_paper(**facts)


@st.composite
def hostile_shelves(draw: st.DrawFn, most: int = 10) -> tuple[Paper, ...]:
    """Up to ``most`` papers of one or two such kinds: a message is fullest where all are of the worst kind."""
    kinds = draw(st.lists(hostile_papers(), min_size=1, max_size=2))
    count = draw(st.sampled_from([most, 5, 1, 0]))
    return tuple(replace(kinds[number % len(kinds)], id=make_id(number)) for number in range(1, count + 1))


def changes_of(papers: tuple[Paper, ...]) -> st.SearchStrategy[list[PaperChange]]:
    """What may have happened to some of the papers, several times over."""
    if not papers:
        return st.just([])
    change = st.builds(
        PaperChange,
        paper_id=st.sampled_from([paper.id for paper in papers]),
        kind=st.sampled_from(ChangeKind),
        version=st.none() | st.integers(0, 10**6),
        at=moments,
    )
    return st.lists(change, max_size=len(papers) + 1)


destinations = st.builds(Destination, kind=st.sampled_from(DestinationKind), id=st.integers(0, 2**63))


@st.composite
def hostile_deliveries(draw: st.DrawFn, papers: tuple[Paper, ...]) -> Delivery:
    return make_delivery(
        *(paper.id for paper in papers),
        key=make_key(destination=draw(destinations), local_date=draw(days)),
        id=draw(st.integers(0, 10**12)),
        considered=draw(st.integers(0, 10**9)),
        left_out=draw(st.dictionaries(long_text(300), st.integers(0, 10**9), max_size=6)),
        notes={paper.id: draw(long_text(1000)) for paper in papers},
        problem=draw(st.none() | long_text(3000)),
        state=draw(st.sampled_from(DeliveryState)),
        ended_at=draw(st.none() | moments),
    )
