"""Did you mean."""

import gzip
import json
import string
from itertools import islice
from pathlib import Path
from random import Random

import pytest

from bot.sample import sample_days
from storage.search_index import SearchIndex
from storage.search_index.spelling import edit_distance, one_slip_from
from storage.store import Store
from tests.builders import make_id, make_paper, make_papers, sighting_of
from tests.conftest import REAL_DATA

TYPOS = 200
LETTERS_OF_A_TYPO = 4
"""Letters from which on a slip can be told from another word."""


async def index_of(tmp_path: Path, store: Store, *papers: object) -> SearchIndex:
    async with store.write() as tx:
        await tx.papers.save(papers, [sighting_of(paper) for paper in papers])  # type: ignore[arg-type]  # papers
    index = SearchIndex.open(tmp_path / "index")
    await index.catch_up(store)
    return index


PAPER = make_paper(
    title="Diffusion models of a café", abstract="Fine-tuning a language model.", authors=("Geoffrey Hinton",)
)


async def test_unknown_words_are_replaced_by_near_ones_that_papers_hold(tmp_path: Path, store: Store) -> None:
    index = await index_of(tmp_path, store, PAPER)
    better = {
        "difusion": "diffusion",
        "ddiffusion": "diffusion",
        "iffusion": "diffusion",
        "idffusion": "diffusion",
        "diffusoin modle": "diffusion model",
        "difussion": "diffusion",  # two slips
        '"difusion models"': '"diffusion models"',
        "title:difusion": "title:diffusion",
        "author:hintn difusion": "author:hinton diffusion",
        "difusion OR -langage since:7d": "diffusion OR -language since:7d",
        "fine-tunning": "fine-tuning",
        "caffé": "cafe",
        "cat:cs.LGG diffusion": "cat:cs.LG diffusion",
        "cat:cs.CLL": "cat:cs.CL",
    }
    assert {text: next(iter(await index.readings(text)), None) for text in better} == better


@pytest.mark.parametrize(
    "text",
    ["diffusion", "modelling", "qwertyuiop", "dif*", "id:2503.99999", "ca", "2503", "cat:cs.LG", "cat:zz.zz", "..."],
)
async def test_what_is_known_or_like_nothing_stays(tmp_path: Path, store: Store, text: str) -> None:
    index = await index_of(tmp_path, store, PAPER)
    assert await index.readings(text) == ()


async def test_the_more_usual_word_is_the_likelier_and_the_others_follow(tmp_path: Path, store: Store) -> None:
    titles = ["A loss", "The loss", "A boss", "The boss", "Their boss", "Loess", "Less"]
    papers = [make_paper(make_id(number), title=title) for number, title in enumerate(titles, 1)]
    index = await index_of(tmp_path, store, *papers)
    # A boss is more usual here, but hardly anybody mistypes the first letter.
    assert await index.readings("less losss") == ("less loss", "less loess")
    assert await index.readings("oss") == ("boss", "loss")
    assert await index.readings("lss") == ("loss", "less")
    assert await index.readings("lss zboss") == ("loss boss", "less boss")


async def test_a_slip_that_one_author_made_too_is_still_a_slip(tmp_path: Path, store: Store) -> None:
    index = await index_of(
        tmp_path, store, make_paper("2503.09999", title="Diffusion modles"), *make_papers(60, title="Diffusion models")
    )
    assert await index.readings("modles nosuchword") == ("models nosuchword",)


async def test_a_text_of_nothing_but_unknown_words_takes_no_longer_than_a_few_of_them(
    tmp_path: Path, store: Store
) -> None:
    index = await index_of(tmp_path, store, PAPER)
    assert len(await index.readings("difusion modle " * 40)) <= 8


def real_titles() -> list[str]:
    """Titles of two thousand real papers, or of the bundled ones."""
    try:
        with gzip.open(min((REAL_DATA / "arxiv-bulk").glob("*.jsonl.gz")), "rt", encoding="utf-8") as lines:
            return [json.loads(line)["title"] for line in islice(lines, 2_000)]
    except (ValueError, OSError):
        return [paper.title for day in sample_days() for paper in day.papers]


def slip(random: Random, word: str) -> str:
    """``word`` with a letter too many, too few, another one, or two swapped."""
    at, letter = random.randrange(len(word)), random.choice(string.ascii_lowercase)
    made = {
        "insert": word[:at] + letter + word[at:],
        "delete": word[:at] + word[at + 1 :],
        "replace": word[:at] + letter + word[at + 1 :],
        "swap": word[:at] + word[at : at + 2][::-1] + word[at + 2 :],
    }
    return made[random.choice(sorted(made))]


async def test_nine_in_ten_typos_are_mended_and_words_that_are_right_stay(tmp_path: Path, store: Store) -> None:
    random = Random(3)
    titles = real_titles()
    index = await index_of(
        tmp_path, store, *(make_paper(make_id(number), title=title) for number, title in enumerate(titles, 1))
    )
    known = [word for title in titles for word in title.lower().split() if word.isascii() and word.isalpha()]
    held = frozenset(known)
    long = [word for word in known if len(word) >= LETTERS_OF_A_TYPO]
    typos: dict[str, str] = {}
    while len(typos) < TYPOS:
        word = random.choice(long)
        if (typo := slip(random, word)) not in held:
            typos[typo] = word
    mended = [typo for typo, word in typos.items() if (await index.readings(typo) or ("",))[0] == word]
    assert len(mended) >= 0.9 * TYPOS
    right = random.sample(sorted(held), TYPOS)
    assert [word for word in right if await index.readings(word)] == []


@pytest.mark.parametrize(
    ("one", "other", "distance"),
    [
        ("abc", "abc", 0),
        ("abc", "ab", 1),
        ("abc", "acb", 1),
        ("abc", "xbc", 1),
        ("kitten", "sitting", 3),
        ("ab", "wxyz", 3),
    ],
)
def test_the_distance_of_two_words_counts_edits_up_to_a_bound(one: str, other: str, distance: int) -> None:
    assert edit_distance(one, other, 2) == distance


def test_one_slip_makes_all_that_is_one_edit_away() -> None:
    made = one_slip_from("naïf")
    assert {"aïf", "naif", "nïaf", "naïfs", "xnaïf", "naïï"} <= made
    assert all(edit_distance("naïf", other, 2) == 1 for other in made)
