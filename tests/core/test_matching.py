from datetime import UTC, date, datetime
from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.matching import matches, reasons
from bot.core.parse_query import parse_query
from storage.records import Paper
from tests.builders import make_paper

TODAY = date(2025, 3, 14)
NO_ACCENTS = dict.fromkeys(range(0x300, 0x370))
PAPER = make_paper(
    title="Fine-tuning GPT-4: Naïve Approaches",
    abstract="We study large language models. State of the art in C++ on 3D data with the Schrödinger equation.",
    authors=("Geoffrey E. Hinton", "Jean-Pierre Serre", "李明"),
    keywords=("self-supervised learning", "vision"),
    categories=("cs.SY", "cs.CL"),
    organization="Google DeepMind",
    published_at=datetime(2025, 3, 10, 23, 30, tzinfo=UTC),
    upvotes=50,
    code_stars=None,
    code_url="https://github.com/a/b",
    summary=None,
)


def asked(text: str, paper: Paper = PAPER) -> bool:
    return matches(parse_query(text), paper, today=TODAY)


@pytest.mark.parametrize(
    "query",
    [
        "model",
        "LANGUAGE modelling",
        "naive",
        "naïve approach",
        "fine-tuning",
        "finetuning",
        "fine-tune",
        "gpt-4",
        "gpt4",
        "state-of-the-art",
        "c++",
        "3d",
        "schrodinger",
        "hinton",
        "李",
        "self-supervised",
        "selfsupervised",
        '"large language models"',
        '"state-of-the-art"',
        '"fine tuning gpt"',
        '"language mod*"',
        '"finetuning"',
        '"geoffrey hinton"',
        "lang*",
        "finetun*",
        "nosuch OR model",
        "model -nosuch",
        "title:gpt",
        "abstract:equation",
        "author:hinton",
        'author:"geoffrey hinton"',
        'author:"Geoffrey E. Hinton"',
        'author:"hinton geoffrey"',
        'author:"Hinton, Geoffrey E."',
        'author:"geoffrey hin*"',
        "author:jean-pierre",
        "author:jeanpierre",
        'author:"jeanpierre serre"',
        "author:李明",
        "author:hint*",
        "org:deepmind",
        'org:"google deepmind"',
        "cat:cs.CL",
        "cat:cs.cl",
        "cat:cs",
        "cat:cs.*",
        "cat:eess.SY",
        "cat:eess",
        "cat:cs.c*",
        "id:2503.01234",
        "2503.01234",
        "arxiv:2503.01234v7",
        "id:2503.*",
        "after:2025-03-10",
        "before:2025-03-11",
        "since:4d",
        "upvotes:>49",
        "upvotes:>=50",
        "upvotes:50",
        "upvotes:<=50",
        "upvotes:<51",
        "stars:0",
        "has:code",
        "model -has:summary",
        "model -is:withdrawn",
    ],
)
def test_a_paper_matches_what_it_holds(query: str) -> None:
    assert asked(query)


@pytest.mark.parametrize(
    "query",
    [
        "nosuch",
        "model nosuch",
        "model -gpt",
        "-fine-tuning model",
        "c",
        "tuning-fine",
        '"models language"',
        '"language model"',  # exact: the text says models
        '"naive gpt"',
        '"learning vision"',  # two keywords are no phrase
        '"tuning gpt* models"',
        "anguage*",
        "title:language",
        "abstract:gpt",
        "author:model",
        'author:"hinton geoffrey e extra"',
        'author:"hinton e geoffrey"',
        'author:"hinton geof*"',
        'author:"geoffrey serre"',
        "author:hintons",
        "author:int*",
        "org:google-research",
        "cat:cs.CV",
        "cat:c",
        "cat:stat",
        "id:2503.01235",
        "after:2025-03-11",
        "before:2025-03-10",
        "since:3d",
        "upvotes:>50",
        "upvotes:<50",
        "stars:>0",
        "has:summary",
        "is:withdrawn",
    ],
)
def test_a_paper_does_not_match_what_it_does_not_hold(query: str) -> None:
    assert not asked(query)


def test_the_day_on_which_it_was_listed_stands_in_for_an_unknown_day_of_publication() -> None:
    listed = make_paper(published_at=None, daily_on=date(2025, 3, 12))
    assert asked("since:2d", listed)
    assert not asked("since:1d", listed)


def test_a_paper_of_no_known_day_is_on_no_day() -> None:
    unknown = make_paper(published_at=None, daily_on=None, title="Timeless")
    assert not asked("after:2000", unknown)
    assert not asked("before:2100", unknown)
    assert asked("timeless -after:2000", unknown)


@pytest.mark.parametrize(
    ("query", "why"),
    [
        ("language models", ("language", "models")),
        ("(nosuch OR model) author:hinton", ("model", "author:hinton")),
        ('model model OR "large language models"', ("model", '"large language models"')),
        ("model -nosuch since:7d", ("model", "since:7d")),
        ("nosuch", ()),
    ],
)
def test_the_reasons_are_what_was_asked_and_is_there(query: str, why: tuple[str, ...]) -> None:
    assert reasons(parse_query(query), PAPER, TODAY) == why


GIVEN = st.sampled_from(["Yann", "Ann Lee", "Aäron", "Jean-Pierre", "A."])
FAMILY = st.sampled_from(["LeCun", "van den Oord", "Šmíd", "Sánchez-Gómez", "O'Neill", "李"])
WRITTEN = st.sampled_from(["{given} {family}", "{family} {given}", "{family}, {given}"])


@given(GIVEN, FAMILY, WRITTEN, WRITTEN)
def test_an_author_is_found_in_either_order_with_and_without_accents(
    given: str, family: str, kept: str, typed: str
) -> None:
    paper = make_paper(authors=("Ada Lovelace", kept.format(given=given, family=family)))
    name = typed.format(given=given, family=family)
    assert asked(f'author:"{name}"', paper)
    assert asked(f'author:"{normalize("NFD", name).translate(NO_ACCENTS)}"', paper)
    assert not asked(f'author:"Ada {family}"', paper)
