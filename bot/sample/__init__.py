"""A few days of real papers that come with the program, for a first look without a network.

``papers.json`` says where its facts come from. Its summaries were written for this project, so these papers have a
summary and no abstract: nobody is to take our words for the authors'.
"""

import json
from collections.abc import Mapping
from datetime import date, datetime
from importlib import resources
from typing import Any

from bot.core.identity import parse_paper_id
from bot.ports import Fetched
from storage.records import Paper, Sighting, utc

SAMPLE = "sample"
"""The name of the source that its sightings carry."""


def sample_days() -> tuple[Fetched, ...]:
    """The bundled days, oldest first, each as if a source had just told of it. The same at every call."""
    text = resources.files(__name__).joinpath("papers.json").read_text(encoding="utf-8")
    return tuple(_day(listed) for listed in json.loads(text)["days"])


def _day(listed: Mapping[str, Any]) -> Fetched:
    day = date.fromisoformat(listed["day"])
    seen_at = _moment(listed["seen_at"])
    papers = tuple(_paper(facts, day) for facts in listed["papers"])
    sightings = tuple(
        Sighting(
            paper_id=paper.id,
            source=SAMPLE,
            seen_at=seen_at,
            daily_on=day,
            upvotes=paper.upvotes,
            comments=paper.comments,
            stars=paper.code_stars,
        )
        for paper in papers
    )
    return Fetched(source=SAMPLE, papers=papers, sightings=sightings)


def _paper(facts: Mapping[str, Any], day: date) -> Paper:
    return Paper(
        id=parse_paper_id(facts["id"]),
        title=facts["title"],
        authors=tuple(facts["authors"]),
        published_at=_moment(facts["published_at"]),
        daily_on=day,
        upvotes=facts["upvotes"],
        comments=facts["comments"],
        code_url=facts.get("code_url"),
        code_stars=facts.get("code_stars"),
        organization=facts.get("organization"),
        summary=facts["summary"],
    )


def _moment(text: str) -> datetime:
    return utc(datetime.fromisoformat(text))
