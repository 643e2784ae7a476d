import json
from datetime import UTC, date, datetime, time
from pathlib import Path

import pytest

from bot.core.identity import parse_paper_id
from bot.core.text import sentences
from bot.ports import Fetched
from bot.sample import SAMPLE, sample_days


@pytest.fixture(scope="module")
def days() -> tuple[Fetched, ...]:
    return sample_days()


def test_it_holds_at_least_45_different_papers_over_five_days(days: tuple[Fetched, ...]) -> None:
    ids = [paper.id for day in days for paper in day.papers]

    assert len(days) == 5
    assert len(ids) == len(set(ids)) >= 45


def test_every_paper_is_sighted_on_its_own_day_in_the_name_of_the_sample(days: tuple[Fetched, ...]) -> None:
    for day in days:
        assert day.source == SAMPLE
        assert [sighting.paper_id for sighting in day.sightings] == [paper.id for paper in day.papers]
        for paper, sighting in zip(day.papers, day.sightings, strict=True):
            assert paper.daily_on == sighting.daily_on == sighting.seen_at.date()
            assert (paper.upvotes, paper.comments) == (sighting.upvotes, sighting.comments)


def test_its_days_follow_each_other_and_are_working_days(days: tuple[Fetched, ...]) -> None:
    listed = [day.papers[0].daily_on for day in days]

    assert listed == sorted(listed, key=lambda day: day or date.min)
    assert all(day is not None and day.weekday() < 5 for day in listed)


def test_every_paper_has_what_a_card_a_search_and_an_answer_need(days: tuple[Fetched, ...]) -> None:
    for paper in (paper for day in days for paper in day.papers):
        assert paper.id == parse_paper_id(paper.id)
        assert paper.title
        assert paper.authors
        assert paper.upvotes is not None
        assert paper.published_at is not None
        assert paper.published_at < datetime.combine(paper.daily_on or date.min, time.max, UTC)
        assert not paper.abstract, "what we wrote is no abstract of theirs"
        assert 2 <= len(sentences(paper.summary or "")) <= 5
        assert paper.code_url is None or paper.code_url.startswith("https://github.com/")


def test_it_says_the_same_at_every_call(days: tuple[Fetched, ...]) -> None:
    assert sample_days() == days


@pytest.mark.real_data
def test_its_facts_are_the_recorded_ones_and_its_sentences_its_own(days: tuple[Fetched, ...], real_data: Path) -> None:
    for day in days:
        recorded = json.loads((real_data / "hf-daily" / f"{day.papers[0].daily_on}.json").read_text(encoding="utf-8"))
        told = {item["paper"]["id"]: item["paper"] for item in recorded}
        for paper in day.papers:
            facts = told[paper.id]
            assert paper.title == " ".join(facts["title"].split())
            assert paper.upvotes == facts["upvotes"]
            assert paper.authors == tuple(author["name"] for author in facts["authors"] if not author["hidden"])
            theirs = " ".join(f"{facts['summary']} {facts.get('ai_summary', '')}".split()).lower()
            for sentence in sentences(paper.summary or ""):
                assert sentence.lower().rstrip(".") not in theirs
