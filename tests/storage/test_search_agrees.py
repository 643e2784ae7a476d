"""The index and ``matching`` mean the same by a query: whoever follows a topic gets what a search for it finds."""

import string
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random

from bot.core.matching import matches
from bot.core.parse_query import canonical, parse_query
from bot.errors import QuerySyntaxError
from storage.query import Query
from storage.records import Paper
from storage.search_index import SearchIndex, SearchSort
from storage.store import Store
from tests.builders import make_paper, sighting_of
from tests.render.hostile import HOSTILE

TODAY = date(2025, 3, 14)
PAPERS, QUERIES = 120, 300

WORDS = tuple(
    "model models modeling fine-tuning finetuning fine tuning deep learning Learning, the GPT-4 gpt4 GPT-3.5 of art "  # noqa: SIM905  # reads better
    "state-of-the-art naïve naive nai\u0308ve c++ C# C/C++ 3D 机器学习 机器 ディープ ภาษา 🔥 👩\u200d🔬 LLMs LLM "
    "Schrödinger Schr\\\"odinger O'Neill oneill β-VAE $\\beta$-VAE beta analyses analysis self-supervised non-IID "
    "Navier--Stokes Navier–Stokes TCP/IP AT&T a_b x½ \ufb01ne "
    "Straße İstanbul שלום مرحبا शब्द 한국어 learn\u00ading \u202eturned "
    "x.y.z 10^{-3} | * 2503.00007".split()
)
HOSTILE_WORDS = tuple(word for text in HOSTILE for word in text.split())
NAMES = (
    "Geoffrey E. Hinton",
    "Yann LeCun",
    "Jean-Pierre Serre",
    "José García-Márquez",
    "Jose\u0301 Garcia",
    "李明",
    "王 小明",
    "Ada O'Neill",
    "Łukasz Kaiser",
    "Müller, K.-R.",
    "The Deep Learning Team at Big Lab",
    "🔥 Team",
    "علي حسن",
)
CODES = ("cs.LG", "cs.CL", "cs.SY", "eess.SY", "math-ph", "math.MP", "stat.ML", "cond-mat.mes-hall", "hep-th", "xx.new")
OTHER_IDS = ("hep-th/9901001", "math/0309136", "10.1101/2025.03.14.643210", "10.1016/s0140-6736(20)30183-5")


def some(random: Random, choices: Iterable[str], most: int) -> list[str]:
    return random.choices(list(choices), k=random.randint(0, most))


def any_text(random: Random, most: int) -> str:
    pieces = some(random, WORDS, most)
    if random.random() < 0.2:
        pieces.insert(random.randint(0, len(pieces)), random.choice(HOSTILE))
    if random.random() < 0.1:
        pieces.append("".join(random.choices(string.printable + "éß机🔥\u0301\u200d", k=random.randint(1, 200))))
    return random.choice([" ", "  ", "\n", " — ", ", "]).join(pieces)


def any_paper(random: Random, number: int) -> Paper:
    day = TODAY - timedelta(days=random.randint(0, 40))
    paper_id = OTHER_IDS[number] if number < len(OTHER_IDS) else f"2503.{number:05}"
    return make_paper(
        paper_id,
        title=any_text(random, 5) or "x",
        abstract=any_text(random, 14),
        authors=tuple(some(random, NAMES, 3)),
        keywords=tuple(any_text(random, 2) for _ in range(random.randint(0, 2))),
        categories=tuple(some(random, CODES, 2)),
        organization=random.choice([None, "Big Lab", "Deep Learning Models", "École Fine-Tuning"]),
        published_at=random.choice([None, datetime(day.year, day.month, day.day, 12, tzinfo=UTC)]),
        daily_on=random.choice([None, day]),
        upvotes=random.choice([None, *range(6)]),
        code_stars=random.choice([None, *range(6)]),
        code_url=random.choice([None, "https://example.org/code"]),
        summary=random.choice([None, "", any_text(random, 4)]),
        withdrawn_at=random.choice([None, None, datetime(2025, 3, 1, tzinfo=UTC)]),
    )


# --- queries as people type them ---


def any_word(random: Random) -> str:
    word = random.choice(WORDS if random.random() < 0.8 else HOSTILE_WORDS)
    return random.choice([word, word.upper(), word.lower(), word.rstrip(".,")])


def a_beginning(random: Random) -> str:
    word = any_word(random)
    return word[: random.randint(2, max(2, len(word)))] + "*"


def a_phrase(random: Random) -> str:
    inside = " ".join(any_word(random) for _ in range(random.randint(1, 3)))
    return f'"{inside}{random.choice(["", "", "*"])}"'


def a_name(random: Random) -> str:
    words = random.choice(NAMES).split()
    chosen = sorted(random.sample(range(len(words)), k=random.randint(1, min(3, len(words)))))
    said = [words[place] for place in chosen]
    turn = random.randrange(len(said)) if random.random() < 0.3 else 0
    name = " ".join((*said[turn:], *said[:turn]))
    name = name[: random.randint(3, max(3, len(name)))] + "*" if random.random() < 0.3 else name
    return f'author:"{name}"' if random.random() < 0.7 else f"author:{name}"


def a_value(random: Random) -> str:
    day = TODAY - timedelta(days=random.randint(0, 40))
    comparison = f"{random.choice(['', '>', '>=', '<', '<=', '='])}{random.randint(0, 6)}"
    return random.choice(
        [
            f"cat:{random.choice([*CODES, 'cs', 'math', 'eess', 'cs.*', 'cs.c*', 'cond-mat', 'cs.Lg'])}",
            f'id:"{random.choice(OTHER_IDS)}"',
            f"id:2503.{random.randint(0, PAPERS):05}",
            f"id:2503.00{random.randint(0, 2)}*",
            f"2503.{random.randint(0, PAPERS):05}",
            f"https://arxiv.org/abs/2503.{random.randint(0, PAPERS):05}v2",
            f"after:{day}",
            f"before:{day}",
            f"since:{random.randint(1, 5)}{random.choice('dw')}",
            f"upvotes:{comparison}",
            f"stars:{comparison}",
            random.choice(["has:code", "has:summary", "is:withdrawn"]),
            f"org:{random.choice(['deep', 'lab', 'models', 'ecole', 'finetuning', 'fine-tun*'])}",
            f'org:"{random.choice(["deep learning", "big lab", "learning mod*"])}"',
        ]
    )


def a_part(random: Random, depth: int) -> str:
    kinds: list[Callable[[Random], str]] = [any_word, any_word, a_beginning, a_phrase, a_name, a_value]
    field = random.choice(["title:", "abstract:"])
    match random.randint(0, 9):
        case 0 if depth:
            return f"({a_query(random, depth - 1)})"
        case 1 if depth:
            return f"{field}({any_word(random)} OR {a_phrase(random)})"
        case 2:
            return f"-{random.choice(kinds)(random)}"
        case 3:
            return field + random.choice([any_word, a_beginning, a_phrase])(random)
    return random.choice(kinds)(random)


def a_query(random: Random, depth: int = 2) -> str:
    parts = [a_part(random, depth) for _ in range(random.choice([1, 1, 1, 2, 2, 3]))]
    return random.choice([" ", " ", " OR ", " | ", " AND "]).join(parts)


def queries(random: Random, count: int) -> list[Query]:
    """``count`` that can be read; each also as it is written canonically."""
    found: list[Query] = []
    while len(found) < count:
        text = a_query(random)
        try:
            query = parse_query(text)
        except QuerySyntaxError:
            continue
        assert parse_query(canonical(query)) == query, text
        found.append(query)
    return found


async def test_the_index_finds_exactly_the_papers_that_match(tmp_path: Path, store: Store) -> None:
    """Of 36,000 pairs of a query and a paper."""
    random = Random(7)
    made = [any_paper(random, number) for number in range(PAPERS)]
    async with store.write() as tx:
        await tx.papers.save(made, [sighting_of(paper) for paper in made])
    async with store.read() as tx:
        papers = [paper for _, paper in await tx.papers.changed_since(0, PAPERS)]
    index = SearchIndex.open(tmp_path / "index")
    await index.catch_up(store)
    asked = queries(random, QUERIES)
    # Paper by paper, since matching remembers what it read of a few of them.
    expected: list[set[str]] = [set() for _ in asked]
    for paper in papers:
        for place, query in enumerate(asked):
            if matches(query, paper, today=TODAY):
                expected[place].add(paper.id)
    for query, ids in zip(asked, expected, strict=True):
        sort: SearchSort = random.choice(("relevance", "new", "top"))
        hits = await index.search(query, limit=PAPERS, sort=sort, today=TODAY)
        got = [hit.paper_id for hit in hits.hits]
        assert len(got) == len(set(got)) == hits.total
        assert set(got) == ids, canonical(query)
    assert sum(map(bool, expected)) > QUERIES * 0.6, "most queries should match something, else this test shows little"
