"""Semantic Scholar is asked for many papers at once, politely, and read for what it alone knows."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from bot.errors import SourceChanged, SourceThrottled, SourceUnreachable
from bot.sources import semantic_scholar
from bot.sources.http import PoliteClient, certificates
from bot.sources.semantic_scholar import SILENCE, WITHOUT_KEY, SemanticScholar
from bot.sources.semantic_scholar_parse import MOST_IDS, read_batch
from storage.records import PaperId
from storage.store import Store
from tests.builders import BASE, FakeClock, make_id
from tests.sources.asking import Pauses
from tests.standins.hugging_face import HTML, body, redirect, status
from tests.standins.semantic_scholar import Known, SemanticScholarStandIn, batch_body, make_known
from tests.standins.site import Fault

ONE, TWO, DOI = make_id(1), make_id(2), PaperId("10.1101/2025.03.14.643210")
Make = Callable[..., SemanticScholar]


@pytest.fixture
async def site(clock: FakeClock) -> AsyncIterator[SemanticScholarStandIn]:
    papers: dict[str, Known] = {one: make_known(one) for one in (ONE, DOI)}
    async with SemanticScholarStandIn(clock=clock, papers=papers) as standin:
        yield standin


@pytest.fixture
async def make(site: SemanticScholarStandIn, store: Store, clock: FakeClock, pauses: Pauses) -> AsyncIterator[Make]:
    """Makes a program that asks, as each of several that share a store would."""
    async with httpx.AsyncClient(verify=certificates()) as client:

        def made(key: str | None = "a-key") -> SemanticScholar:
            gate = semantic_scholar.gate(store, clock, has_key=key is not None)
            polite = PoliteClient(client, clock=clock, shared=gate, sleep=pauses.sleep)
            return SemanticScholar(polite, url=site.url, key=SecretStr(key) if key is not None else None)

        yield made


async def test_papers_are_asked_for_together_and_those_that_it_does_not_know_are_left_out(
    site: SemanticScholarStandIn, make: Make
) -> None:
    found = await make().look_up([ONE, TWO, DOI])
    assert site.asked == [[f"ARXIV:{ONE}", f"ARXIV:{TWO}", f"DOI:{DOI}"]]
    assert [paper.id for paper in found.papers] == [ONE, DOI]
    assert [(one.paper_id, one.source, one.seen_at) for one in found.sightings] == [
        (ONE, "semanticscholar", BASE),
        (DOI, "semanticscholar", BASE),
    ]
    paper = found.papers[0]
    assert (paper.citations, paper.summary) == (12, "It is shown how a test reads best.")
    assert paper.fields_of_study == ("Computer Science",)
    assert (paper.title, paper.authors, paper.published_at) == ("", (), None), "of these others know better"


@pytest.mark.parametrize("key", ["a-key", None])
async def test_the_key_goes_in_a_header_and_nowhere_else(
    key: str | None, site: SemanticScholarStandIn, make: Make
) -> None:
    await make(key).look_up([ONE])
    (seen,) = site.seen
    assert seen.headers.get("x-api-key") == key
    assert "a-key" not in f"{seen.path} {seen.query}"


async def test_a_key_that_is_refused_is_said_and_not_shown(make: Make) -> None:
    with pytest.raises(SourceChanged, match="may not accept the access token") as problem:
        await make("a-secret").look_up([ONE])
    assert "a-secret" not in str(problem.value)


@pytest.mark.parametrize(("key", "between"), [("a-key", timedelta(seconds=1)), (None, WITHOUT_KEY)])
async def test_all_processes_together_ask_no_faster_than_they_may(
    key: str | None, between: timedelta, site: SemanticScholarStandIn, make: Make, clock: FakeClock
) -> None:
    one, another = make(key), make(key)
    await one.look_up([ONE])
    with pytest.raises(SourceThrottled) as problem:
        await another.look_up([TWO])
    assert problem.value.retry_at == BASE + between
    clock.advance(between)
    await another.look_up([TWO])
    assert (len(site.asked), site.too_fast) == (2, 0)


@pytest.mark.parametrize(
    ("headers", "wait"),
    [({}, SILENCE), ({"Retry-After": "600"}, timedelta(minutes=10)), ({"Retry-After": "1"}, SILENCE)],
    ids=["no time", "a longer time", "a shorter time"],
)
async def test_a_refusal_is_followed_by_silence_of_everybody(
    headers: dict[str, str], wait: timedelta, site: SemanticScholarStandIn, make: Make, clock: FakeClock
) -> None:
    refusal = {name.replace("-", "_"): value for name, value in headers.items()}
    site.meets(status(429, **refusal))
    for program in (make(), make()):
        with pytest.raises(SourceThrottled) as problem:
            await program.look_up([ONE])
        assert problem.value.retry_at == BASE + wait
    assert len(site.seen) == 1
    clock.advance(wait)
    assert await make().look_up([ONE])


@pytest.mark.parametrize("fault", [status(500), status(504)], ids=["500", "504"])
async def test_a_fault_of_the_server_is_tried_once_a_look(
    fault: Fault, site: SemanticScholarStandIn, make: Make
) -> None:
    site.meets(fault)
    with pytest.raises(SourceUnreachable):
        await make().look_up([ONE])
    assert len(site.seen) == 1


async def test_a_server_that_says_nothing_is_left_in_time(
    site: SemanticScholarStandIn, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(semantic_scholar, "TAKES", timedelta(milliseconds=50))
    site.meets(site.stall)
    with pytest.raises(SourceUnreachable, match="took longer than"):
        await make().look_up([ONE])


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (status(400, "No valid paper ids given"), "No valid paper ids given"),
        (HTML, "web page"),
        (body(b'{"message": "Internal"}'), "not a list of papers but an object"),
        (body(b"[null, null]"), "tells of 2 papers; 1 were asked for"),
        (redirect("https://elsewhere.example/"), "sends us"),
    ],
    ids=["bad ids", "html", "object", "too many", "elsewhere"],
)
async def test_what_is_no_answer_is_said_in_words(
    fault: Fault, words: str, site: SemanticScholarStandIn, make: Make
) -> None:
    site.meets(fault)
    with pytest.raises(SourceChanged, match=words):
        await make().look_up([ONE])


async def test_the_same_question_is_never_answered_from_memory(
    site: SemanticScholarStandIn, make: Make, clock: FakeClock
) -> None:
    program = make()
    for count in (12, 13):
        site.meets(body(batch_body([make_known(ONE, citationCount=count)]), ETag='"always"'))
        assert (await program.look_up([ONE])).papers[0].citations == count
        clock.advance(seconds=1)
    assert all("if-none-match" not in one.headers for one in site.seen)


async def test_as_many_as_it_takes_fit_into_one_question(site: SemanticScholarStandIn, make: Make) -> None:
    await make().look_up([make_id(number) for number in range(MOST_IDS)])
    assert [len(ids) for ids in site.asked] == [MOST_IDS]


# --- what is read ---


def only(known: Known | Any) -> Any:
    return read_batch(json.dumps([known, None]).encode(), ids=[ONE, TWO], seen_at=BASE)


@pytest.mark.parametrize(
    ("facts", "name", "value"),
    [
        ({"citationCount": 0}, "citations", 0),
        ({"citationCount": -1}, "citations", None),
        ({"citationCount": True}, "citations", None),
        ({"citationCount": 1e300}, "citations", None),
        ({"citationCount": "12"}, "citations", None),
        ({"tldr": None}, "summary", None),
        ({"tldr": {"model": "x", "text": None}}, "summary", None),
        ({"tldr": {"text": " Two\u202e lines\n here "}}, "summary", "Two lines here"),
        ({"tldr": {"text": "x" * 9_000}}, "summary", "x" * 1_999 + "…"),
        ({"fieldsOfStudy": None}, "fields_of_study", ()),
        ({"fieldsOfStudy": ["Art", 5, "", None]}, "fields_of_study", ("Art",)),
    ],
)
def test_a_fact_of_the_wrong_kind_is_an_absent_fact(facts: Known, name: str, value: object) -> None:
    assert getattr(only(make_known(ONE, **facts)).papers[0], name) == value


def test_what_is_about_another_paper_is_rejected_and_named() -> None:
    found = only(make_known(TWO))
    assert found.papers == ()
    assert [(bad.paper_id, bad.reason) for bad in found.rejected] == [(ONE, f"It is about another paper: {TWO}.")]


def test_a_preprint_with_a_doi_may_be_answered_with_what_was_published() -> None:
    answer = batch_body([make_known("10.1000/journal.1")])
    assert read_batch(answer, ids=[DOI], seen_at=BASE).papers[0].id == DOI


async def test_reading_is_off_the_event_loop(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    began: list[bool] = []

    def read(*_: object, **__: object) -> object:
        try:
            asyncio.get_running_loop()
        except RuntimeError:
            began.append(True)
        return None

    monkeypatch.setattr(semantic_scholar, "read_batch", read)
    await make().look_up([ONE])
    assert began == [True]
