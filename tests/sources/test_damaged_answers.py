"""Whatever happens to an answer, its reader gives papers and counted rejects, or says that the site has changed."""

import json
import re
import time
import tracemalloc
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.core.identity import parse_paper_id
from bot.errors import SourceChanged, SourceUnreachable
from bot.ports import Fetched
from bot.sources.arxiv_api import read_entries
from bot.sources.arxiv_feed import Announced, read_feed
from bot.sources.arxiv_oai import read_records
from bot.sources.arxiv_recorded import read_recorded
from bot.sources.huggingface_parse import read_items, read_papers
from bot.sources.preprints_parse import read_page
from bot.sources.references import read_references
from bot.sources.semantic_scholar_parse import read_batch
from bot.sources.syndication import read_feed as read_syndicated
from storage.records import PaperId
from tests.builders import BASE, DAY
from tests.sources.damage import KINDS, damaged
from tests.sources.test_references import BIB, CSL
from tests.standins.arxiv import Entry, api_body, atom_body, make_entries, oai_body, rss_body
from tests.standins.feeds import ANTHOLOGY, ATOM, RDF
from tests.standins.hugging_face import as_body, make_items
from tests.standins.preprints import make_preprint, page_body
from tests.standins.semantic_scholar import batch_body, make_known

EACH = 2_000
MEASURED = 16
"""How many of each have their memory measured too, which takes ten times as long: two of each kind of damage."""
MOST_MEMORY = 64 * 2**20
MOST_SECONDS = 1.0
"""Of the processor's time in the thread that reads, which no other program takes part in. None needs a twentieth of it
(the deepest trees take 20 ms), so it is missed only by what grows out of all proportion."""
LARGE = 12_000
"""Bytes: reading larger ones would show nothing else."""
MOST_LISTED = 2
"""Of a recorded list its first items are read, for the same reason."""
ITEMS = re.compile(rb"<(item|entry|record)>.*?</\1>\s*", re.DOTALL)
NOW = BASE + timedelta(days=1_000)
Reader = Callable[[bytes], Fetched]


def hugging_face(body: bytes) -> Fetched:
    return read_papers(read_items(body), day=DAY, seen_at=NOW)


def feed(body: bytes) -> Fetched:
    return read_feed(body, kinds=frozenset(Announced), seen_at=NOW).fetched


def api(body: bytes) -> Fetched:
    return read_entries(body, seen_at=NOW)


def oai(body: bytes) -> Fetched:
    return read_records(body, seen_at=NOW).fetched


def syndicated(body: bytes) -> Fetched:
    return read_syndicated(body, source="journal", seen_at=NOW)


def preprints(body: bytes) -> Fetched:
    return read_page(body, source="biorxiv", subjects={"all"}, after=0, seen_at=NOW)


def references(body: bytes) -> Fetched:
    return read_references(body, seen_at=NOW)


def recorded(body: bytes) -> Fetched:
    return read_recorded(body, kinds=frozenset(Announced), now=NOW)


def semantic_scholar(body: bytes) -> Fetched:
    """It says nothing of titles, which the others are checked for."""
    fetched = read_batch(body, ids=ASKED, seen_at=NOW)
    return replace(fetched, papers=tuple(replace(paper, title="A title") for paper in fetched.papers))


ASKED = [PaperId(f"2503.0000{number}") for number in range(4)]
ENTRIES = [*make_entries(3), Entry(id="hep-th/9901001", comment="Withdrawn: a gap", version=2, title="É α 漢 𝔽")]
BUILT: tuple[tuple[str, Reader, bytes], ...] = (
    ("hugging face", hugging_face, as_body(make_items(4))),
    ("rss", feed, rss_body(ENTRIES)),
    ("atom", feed, atom_body(ENTRIES)),
    ("api", api, api_body(ENTRIES)),
    ("oai", oai, oai_body(ENTRIES, token="1|2")),
    ("rdf of a publisher", syndicated, RDF),
    ("rss of a publisher", syndicated, ANTHOLOGY),
    ("atom of a publisher", syndicated, ATOM),
    ("recorded", recorded, oai_body(ENTRIES)),
    ("preprints", preprints, page_body([make_preprint(number) for number in range(4)], total=30)),
    ("semantic scholar", semantic_scholar, batch_body([None, *map(make_known, ASKED[1:])])),
    ("bibtex", references, BIB.encode()),
    ("csl-json", references, CSL.encode()),
)


def is_read_or_refused(read: Reader, body: bytes) -> bool:
    """Whether papers were read; everything else than a refusal in time is a failure of the test."""
    began = time.thread_time()
    try:
        fetched = read(body)
    except (SourceChanged, SourceUnreachable):
        return False
    finally:
        assert time.thread_time() - began < MOST_SECONDS
    assert [one.paper_id for one in fetched.sightings] == [one.id for one in fetched.papers]
    assert all(bad.reason for bad in fetched.rejected)
    for paper in fetched.papers:
        assert paper.id == parse_paper_id(paper.id)
        assert paper.title
        "".join((paper.title, paper.abstract, *paper.authors)).encode()
    return bool(fetched.papers)


@pytest.mark.parametrize(("read", "body"), [case[1:] for case in BUILT], ids=[case[0] for case in BUILT])
def test_a_damaged_answer_is_read_or_refused_within_bounds(read: Reader, body: bytes) -> None:
    assert is_read_or_refused(read, body)
    outcomes = [is_read_or_refused(read, damaged(number, body)) for number in range(MEASURED, EACH)]
    assert len(set(outcomes)) == 2, "some damage is survived, and some is not"
    tracemalloc.start()
    try:
        for number in range(MEASURED):
            is_read_or_refused(read, damaged(number, body))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < MOST_MEMORY


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("read", "pattern"),
    [
        (hugging_face, "hf-daily/2025-03-17.json"),
        (feed, "arxiv-wire/rss/*.xml"),
        (api, "arxiv-wire/api_atom/*.body"),
        (oai, "arxiv-wire/oai_pmh/*.xml"),
    ],
    ids=["hugging face", "feed", "api", "oai"],
)
def test_so_is_a_recorded_one(read: Reader, pattern: str, real_data: Path) -> None:
    answers = [answer(file) for file in sorted(real_data.glob(pattern))]
    small = [body for body in answers if len(body) < LARGE]
    for number in range(EACH):
        is_read_or_refused(read, damaged(number, small[number // len(KINDS) % len(small)]))


def answer(file: Path) -> bytes:
    """A recorded answer; of a long list its beginning."""
    body = file.read_bytes()
    if file.suffix == ".json":
        return as_body(json.loads(body)[:MOST_LISTED])
    for item in [*ITEMS.finditer(body)][: MOST_LISTED - 1 : -1]:
        body = body[: item.start()] + body[item.end() :]
    return body
