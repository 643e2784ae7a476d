"""Whatever is typed as a query: it is searched, or it is said what is wrong and what to write instead."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.errors import QuerySyntaxError
from bot.ports import Resources
from bot.render.failures import failure
from bot.render.search import search_page
from bot.services import search
from tests.builders import make_id, make_paper
from tests.render.hostile import hostile_text
from tests.render.reading import read
from tests.services.seeding import keep

PAPERS = (
    make_paper(make_id(1), title="The theory of graphs", categories=("cs.DM",)),
    make_paper(make_id(2), title="On שלום and مرحبا", abstract="Of peace."),
    make_paper(make_id(3), title="Fire 🔥 detection", abstract="From the air."),
)

SAYS = {
    "empty": ("", "The query is empty"),
    "white space": (" \t\n ", "The query is empty"),
    "only punctuation": ("... — !?", "There is no word in this"),
    "only what nobody sees": ("\u200b\u202e\ufeff", "There is no word in this"),
    "10,000 characters": ("graph " * 1_667, "up to 500 characters are read"),
    "an open quotation mark": ('graphs "theory', 'Close it, "theory"'),
    "an open bracket": ("graphs (theory OR fire", "Add a ) where the group ends."),
    "a bracket too many": ("graphs) theory", "Take it out"),
    "half an OR": ("graphs OR", "Write a OR b"),
    "brackets in brackets": ("(" * 200 + "a" + ")" * 200, "Write it flatter"),
    "a day that does not exist": ("after:2025-02-30", "February 2025 has 28 days"),
    "a month that does not exist": ("before:2025-13", "a year has 12 months"),
    "another way to write a day": ("after:31.12.2025", "Write year-month-day"),
    "a field that is none": ("titel:graphs", "Did you mean title:, as in title:diffusion?"),
    "no category": ("cat:computers!", "Write a code of arXiv, as in cat:cs.CL"),
}


@pytest.mark.parametrize(("text", "words"), SAYS.values(), ids=SAYS)
async def test_what_cannot_be_read_is_answered_with_what_to_write(text: str, words: str, r: Resources) -> None:
    with pytest.raises(QuerySyntaxError) as refused:
        await search.search(r, text)
    assert words in read(failure(refused.value))


FINDS = {
    "only stop words": ("the of", [1]),
    "an emoji": ("🔥", [3]),
    "right to left": ("שלום", [2]),
    "right to left, two words and a minus": ("مرحبا -graphs", [2]),
    "a mark of direction before a word": ("\u202egraphs", [1]),
    "a mention": ("@the", [1]),
}


@pytest.mark.parametrize(("text", "numbers"), FINDS.values(), ids=FINDS)
async def test_what_can_be_read_is_searched(text: str, numbers: list[int], r: Resources) -> None:
    await keep(r, *PAPERS)
    page = await search.search(r, text)
    assert {make_id(number) for number in numbers} <= {found.paper.id for found in page.results}
    assert not page.partial


async def test_a_category_that_arxiv_does_not_have_is_named(r: Resources) -> None:
    await keep(r, *PAPERS)
    near = read(search_page(await search.search(r, "cat:cs.DMM graphs")))
    assert "Nothing matches that as it is written, so I looked for **cat:cs.DM graphs**." in near
    far = read(search_page(await search.search(r, "cat:zz.zz")))
    assert "arXiv has no category `cat:zz.zz`; one that it has is `cat:cs.CL`." in far


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(text=st.one_of(hostile_text(), hostile_text().map("the OR ".__add__), st.text(max_size=40)))
async def test_anything_is_answered_in_words(text: str, r: Resources) -> None:
    try:
        post = search_page(await search.search(r, text))
    except QuerySyntaxError as refused:
        post = failure(refused)
    assert read(post)
