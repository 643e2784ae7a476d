import json
import random
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.identity import parse_paper_id
from bot.errors import SourceChanged
from bot.sources.huggingface_parse import newest_moment, read_items, read_papers
from tests.builders import BASE, DAY
from tests.standins.hugging_face import as_body, make_item, make_items

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from(["2025-03-14T09:00:00Z"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)
NAMES = sorted(make_item()["paper"].keys() | make_item().keys() | {"organization", "ai_keywords", "githubRepo"})


@st.composite
def mutated_items(draw: st.DrawFn) -> list[Any]:
    """A few papers with something else in place of some of their facts, and something else in place of some papers."""
    items: list[Any] = make_items(4)
    for facts in draw(st.lists(st.dictionaries(st.sampled_from(NAMES), JSON, max_size=3), max_size=4)):
        item = items[draw(st.integers(0, 3))]
        (item["paper"] if draw(st.booleans()) and isinstance(item.get("paper"), dict) else item).update(facts)
    return items + draw(st.lists(JSON, max_size=2))


def is_read_or_refused(body: bytes) -> None:
    try:
        items = read_items(body)
    except SourceChanged:
        return
    newest_moment(items, before=BASE)
    fetched = read_papers(items, day=DAY, seen_at=BASE)
    assert [sighting.paper_id for sighting in fetched.sightings] == [paper.id for paper in fetched.papers]
    assert len(fetched.papers) + len(fetched.rejected) <= len(items)
    for paper in fetched.papers:
        assert paper.id == parse_paper_id(paper.id)
        assert paper.title
        json.dumps([paper.title, paper.abstract, *paper.authors], ensure_ascii=False).encode()


@given(mutated_items())
def test_whatever_stands_in_a_paper_it_is_read_or_named(items: Sequence[Any]) -> None:
    is_read_or_refused(as_body(items))


@given(st.binary() | JSON.map(lambda value: json.dumps(value).encode()))
def test_whatever_comes_is_read_or_refused(body: bytes) -> None:
    is_read_or_refused(body)


# --- recorded days ---


@pytest.mark.real_data
@pytest.mark.parametrize("name", ["2024-06-14", "2025-03-14", "2025-03-17", "2025-05-28", "2026-05-12", "2026-06-30"])
def test_every_paper_of_a_recorded_day_is_read(name: str, real_data: Path) -> None:
    body = (real_data / "hf-daily" / f"{name}.json").read_bytes()
    told = {item["paper"]["id"]: item for item in json.loads(body)}

    fetched = read_papers(read_items(body), day=date.fromisoformat(name), seen_at=BASE + timedelta(days=1000))

    assert fetched.rejected == ()
    assert [paper.id for paper in fetched.papers] == list(told)
    for paper in fetched.papers:
        item = told[paper.id]
        assert paper.daily_on == date.fromisoformat(name)
        assert (paper.upvotes, paper.comments) == (item["paper"]["upvotes"], item["numComments"])
        assert "\n" not in paper.title + paper.abstract
        assert paper.published_at is not None


@pytest.mark.real_data
@settings(max_examples=40)
@given(seed=st.integers(0, 10**6))
def test_a_damaged_recorded_day_is_read_or_refused(seed: int, real_data: Path) -> None:
    chance = random.Random(seed)
    body = bytearray((real_data / "hf-daily" / "2025-03-17.json").read_bytes())
    for _ in range(chance.randint(1, 20)):
        at = chance.randrange(len(body))
        body[at : at + chance.randint(0, 30)] = chance.choice([b"", b'"', b"}", b"null,", b"\x00", bytes([0xED, 0xA0])])

    is_read_or_refused(bytes(body))
