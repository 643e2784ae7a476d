"""What is offered while somebody types: never an error, and what they mean as soon as it can be told."""

from pathlib import Path

import pytest

from bot.ports import Resources
from bot.services.completion import papers_like, queries_like
from tests.builders import DAY, make_id, make_paper, make_papers
from tests.services.seeding import copy_prepared, keep, prepare

DIFFUSION = make_paper(make_id(1), title="Diffusion of heat", upvotes=60, categories=("cs.CV",))
KERNELS = make_paper(make_id(2), title="Kernels for graphs", upvotes=5, authors=("Grace Hopper",))


@pytest.fixture(scope="module")
def two_papers(migrated_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return prepare(migrated_file, tmp_path_factory.mktemp("two-papers"), DIFFUSION, KERNELS)


@pytest.fixture
def store_file(two_papers: Path, tmp_path: Path) -> Path:
    return copy_prepared(two_papers, tmp_path)


async def offered(r: Resources, typed: str, *, limit: int = 25) -> list[str]:
    return [paper.title for paper in await papers_like(r, typed, limit=limit)]


@pytest.mark.parametrize("typed", ["", "   "])
async def test_before_anything_is_typed_the_newest_day_is_offered_the_best_first(typed: str, r: Resources) -> None:
    assert await offered(r, typed) == [DIFFUSION.title, KERNELS.title]
    assert await offered(r, typed, limit=1) == [DIFFUSION.title]


BEGINNINGS = (
    "ke",
    "kern",
    "kernels",
    "kernels ",
    "Kernels for gr",
    "graphs kern",
    "author:hopp",
    "author:hopper ker",
    "kernels upvotes:>3",
    "kernels after:2025-01-01",
    "-diffusion kern",
    '"kernels for graphs"',
    "2503.00002",
    "2503.00002v1",
    "https://arxiv.org/abs/2503.00002",
    "https://huggingface.co/papers/2503.00002",
    "id:2503.00002",
)


async def test_what_is_typed_so_far_finds_what_it_begins(r: Resources) -> None:
    assert {typed: await offered(r, typed) for typed in BEGINNINGS} == {typed: [KERNELS.title] for typed in BEGINNINGS}


async def test_the_beginning_of_an_id_finds_the_papers_that_begin_so(r: Resources) -> None:
    await keep(r, make_paper("2502.00001", title="An older one", daily_on=DAY))
    for typed in ("2503", "2503.", "2503.0000"):
        assert sorted(await offered(r, typed)) == [DIFFUSION.title, KERNELS.title]


async def test_a_first_letter_stands_for_words_that_tell_and_a_later_one_for_any(r: Resources) -> None:
    await keep(r, make_paper(make_id(3), title="Forests"), make_paper(make_id(4), title="For a kernel"))
    assert await offered(r, "fo") == ["Forests"]
    assert sorted(await offered(r, "kernels fo")) == sorted(["For a kernel", KERNELS.title])


async def test_half_a_query_is_no_error(r: Resources) -> None:
    for typed in [
        "k",
        '"',
        '"kernels for',
        "(kernels",
        "kernels OR",
        "-",
        "-kernels",
        "author:",
        "nope:x",
        "after:20",
        "*",
        "🙂",
    ]:
        await offered(r, typed)


async def test_something_endless_is_no_error(r: Resources) -> None:
    assert await offered(r, "kernels " * 1000) == []


async def test_no_more_are_offered_than_wanted(r: Resources) -> None:
    await keep(r, *make_papers(30, title="Many of a kind"))
    assert len(await offered(r, "kind", limit=25)) == 25


async def test_nothing_that_is_typed_is_kept(r: Resources) -> None:
    await offered(r, "kernels")
    async with r.store.read() as tx:
        assert await tx.queries.token("kernels") is None
        assert await tx.queries.token("kernels*") is None


# --- a query that goes on ---


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("ker", ("kernels",)),
        ("graphs -ker", ("graphs -kernels",)),
        ("(heat OR ker", ("(heat OR kernels",)),
        ('"kernels for gr', ('"kernels for graphs"',)),
        ("title:ker", ("title:kernels",)),
        ("hop", ("author:hopper",)),
        ("author:gr", ("author:grace", 'author:"grace hopper"')),
        ('heat author:"grace h', ('heat author:"grace hopper"',)),
        ("cs.cv", ("cat:cs.CV",)),
        ("hep-", ()),
        ("cat:q-bio.n", ("cat:q-bio.NC",)),
        ("", ()),
        ("kernels ", ()),
        ("since:7", ()),
        ('"', ()),
        ("...", ()),
        ("xyzzy", ()),
    ],
)
async def test_the_last_word_of_a_query_is_completed(typed: str, offered: tuple[str, ...], r: Resources) -> None:
    assert await queries_like(r, typed, limit=10) == offered


async def test_no_more_completions_are_offered_than_wanted(r: Resources) -> None:
    await keep(r, *(make_paper(make_id(number), title=f"Many {number}x kinds") for number in range(10, 40)))
    assert len(await queries_like(r, "1", limit=3)) == 3
