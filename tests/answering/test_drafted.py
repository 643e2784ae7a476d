"""What a model wrote becomes claims only as far as its quotations stand; nothing that acts gets through."""

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.answering.drafted import MOST_READ, Drafted, Drafting, read_claims
from bot.core.grounding import Label, Passage, verify
from storage.records import PaperId

ONE, OTHER = PaperId("2503.00001"), PaperId("2503.00002")
PASSAGES = (
    Passage(
        paper_id=ONE, ordinal=0, section="Abstract", text="We cook noodles in 42 large pots — “slowly” — every day."
    ),
    Passage(
        paper_id=ONE, ordinal=1, section="2 Method", text="The broth does not contain any salt. It improves by 12 %."
    ),
    Passage(paper_id=OTHER, ordinal=0, section="Abstract", text="We bake bread in one efficient oven."),
)
QUESTION = "How are noodles cooked?"


def written(claim: str = "Noodles are cooked in 42 large pots.", **facts: Any) -> str:
    told = {"claim": claim, "quote": "We cook noodles in 42 large pots", "passage": 1, "kind": "stated"}
    return json.dumps(told | facts)


def read(text: str, question: str = QUESTION) -> Drafted:
    return read_claims(text, question, PASSAGES)


def label(claim: str, **facts: Any) -> Label | None:
    drafted = read(written(claim, **facts))
    return drafted.claims[0].label if drafted.claims else None


# --- what stands ---


@pytest.mark.parametrize(
    ("said", "stands"), [("12,5", True), ("12.5", True), ("12,50", False), ("125", False), ("12,500", False)]
)
def test_a_decimal_comma_is_a_decimal_point_and_parts_no_thousands(said: str, stands: bool) -> None:
    passage = Passage(paper_id=ONE, ordinal=0, section="Abstract", text="The broth improves by 12.5 % over water.")
    claim = written(f"Die Brühe wird um {said} % besser.", quote="The broth improves by 12.5 %")
    assert bool(read_claims(claim, QUESTION, [passage]).claims) is stands
    thousands = Passage(paper_id=ONE, ordinal=0, section="Abstract", text="It holds 12,000 dialogues of many people.")
    told = written("Es sind 12.000 Gespräche.", quote="It holds 12,000 dialogues")
    assert read_claims(told, QUESTION, [thousands]).dropped == 1


def test_a_claim_stands_on_its_quotation() -> None:
    (claim,) = read(written()).claims
    assert (claim.text, claim.label) == ("Noodles are cooked in 42 large pots.", Label.STATED)
    assert (claim.quote, claim.section, claim.paper_id) == ("We cook noodles in 42 large pots", "Abstract", ONE)
    assert claim.matched == ("noodles", "cooked")


FIRST, SECOND = written(), written("The broth improves by 12 %.", quote="It improves by 12 %", passage=2)
WRAPPED = {
    "lines": f"{FIRST}\n{SECOND}",
    "a list": f"[{FIRST}, {SECOND}]",
    "an object": f'{{"claims": [{FIRST}, {SECOND}]}}',
    "a fence and chatter": f"Sure!\n```json\n{FIRST}\n```\nand {SECOND} {{",
    "thoughts": f"<think>{written('Noodles are cooked.')}</think>{FIRST}\n{SECOND}",
    "twice": f"{FIRST}\n{FIRST}\n{SECOND}",
    "more facts": f'{FIRST[:-1]}, "of": {{"page": 1}}}}\n{SECOND}',
    "an open brace": f"We see {{ the following: {FIRST}\n{SECOND}",
    "a loose end of thought": f"so 7 }}</think>{FIRST}\n{SECOND}",
}


@pytest.mark.parametrize("how", WRAPPED)
def test_claims_are_found_however_they_are_wrapped(how: str) -> None:
    assert [claim.text for claim in read(WRAPPED[how]).claims] == [
        "Noodles are cooked in 42 large pots.",
        "The broth improves by 12 %.",
    ]


@pytest.mark.parametrize(
    "quote",
    [
        'in 42 large pots - "slowly" - every day',
        "IN 42 LARGE POTS",
        "in  42\nlarge pots",
        "“in 42 large pots”",
        "We cook noodles … slowly” — every day",
        "We cook noodles [...] “slowly” — every day",
    ],
)
def test_a_quotation_is_shown_as_it_stands_there(quote: str) -> None:
    drafted = read(written("Noodles are cooked in large pots.", quote=quote))
    assert verify(drafted.claims, PASSAGES) == drafted.claims
    assert len(drafted.claims) == 1


def test_a_quotation_of_another_passage_is_put_where_it_belongs() -> None:
    (claim,) = read(written("Bread is baked in an efficient oven.", quote="bake bread in one efficient oven")).claims
    assert (claim.paper_id, claim.section) == (OTHER, "Abstract")


# --- what does not ---


LIES: dict[str, dict[str, Any]] = {
    "no quotation": {"quote": ""},
    "another number": {"quote": "We cook noodles in 43 large pots"},
    "words put in": {"quote": "We always cook noodles in 42 large pots"},
    "words left out in silence": {"quote": "We cook noodles in pots"},
    "parts out of order": {"quote": "every day and slowly … We cook noodles in"},
    "parts of two passages": {"quote": "We cook noodles in … not contain any salt"},
    "a quotation of nearly nothing": {"quote": "We cook"},
    "a cut number": {"quote": "cook noodles in 4"},
    "no text": {"quote": 7},
    "no claim": {"claim": ""},
    "a number of its own": {"claim": "Noodles are cooked in 42 pots at 95 degrees."},
    "a link": {"claim": "Noodles are cooked, see https://evil.example."},
    "a bare address": {"claim": "Noodles are cooked, see evil.com for more."},
    "a masked link": {"claim": "Noodles are [cooked](x)."},
    "an image": {"claim": "Noodles ![cooked](x)."},
    "a mention": {"claim": "Noodles <@1234> are cooked."},
    "everyone": {"claim": "Noodles @everyone are cooked."},
    "a block": {"claim": "Noodles ```cooked```."},
    "a novel": {"claim": "Noodles are cooked. " * 50},
}


@pytest.mark.parametrize("kind", LIES)
def test_what_does_not_stand_is_dropped(kind: str) -> None:
    claim = {"claim": "Noodles are cooked in large pots.", **LIES[kind]}
    assert read(
        json.dumps({"passage": 1, "kind": "stated"} | {"quote": "We cook noodles in 42 large pots"} | claim)
    ) == (Drafted((), 1))


@pytest.mark.parametrize("text", ["", "NOT FOUND", '{"not_found": true}', "The answer is 42 pots.", "[[[[", "{" * 3000])
def test_where_there_is_no_claim_there_is_none(text: str) -> None:
    assert read(text) == Drafted((), 0)


def test_of_a_flood_of_claims_only_some_are_looked_at() -> None:
    lies = [written(f"Noodles are cooked {number} times.", quote="nothing of the kind") for number in range(MOST_READ)]
    assert read("\n".join([*lies, FIRST])) == Drafted((), MOST_READ + 1)


# --- as it is written ---


def test_a_claim_stands_as_soon_as_it_is_complete_and_not_before() -> None:
    drafting = Drafting(QUESTION, PASSAGES)
    assert not drafting.read(FIRST[:-1])
    assert drafting.read(FIRST[-1])
    assert not drafting.read(SECOND[:20])
    assert [claim.text for claim in drafting.so_far.claims] == ["Noodles are cooked in 42 large pots."]


@given(how=st.sampled_from(sorted(WRAPPED)), cuts=st.lists(st.integers(0, 500), max_size=12))
def test_in_which_pieces_it_comes_makes_no_difference(how: str, cuts: list[int]) -> None:
    text = WRAPPED[how]
    drafting = Drafting(QUESTION, PASSAGES)
    for begin, end in pairwise(sorted({0, len(text), *(cut for cut in cuts if cut < len(text))})):
        drafting.read(text[begin:end])
    assert drafting.so_far == read(text)


# --- stated or inferred ---


def test_what_the_model_calls_inferred_is() -> None:
    assert label("Noodles are cooked in 42 large pots.", kind="inferred") is Label.INFERRED


def test_what_the_quotation_does_not_say_is_not_stated() -> None:
    assert label("The kitchen feeds an army of hungry students.") is Label.INFERRED


def test_what_the_quotation_denies_is_not_stated() -> None:
    salt = {"quote": "The broth does not contain any salt", "passage": 2}
    assert label("The broth contains salt.", **salt) is Label.INFERRED
    assert label("The broth does not contain salt.", **salt) is Label.STATED


@given(st.text(alphabet='{}[]":,claimquote 123', max_size=200))
def test_whatever_a_model_writes_what_is_kept_stands(text: str) -> None:
    drafted = read(text)
    assert verify(drafted.claims, PASSAGES) == drafted.claims


@pytest.mark.real_data
def test_of_what_a_paper_does_not_answer_nothing_stands_whether_a_model_says_so_or_invents(real_data: Path) -> None:
    unanswerable = json.loads((real_data / "qa" / "qasa" / "unanswerable.json").read_text("utf-8"))
    assert len(unanswerable) > 100
    for asked in unanswerable:
        title, told, remark = asked["title"], asked["question_trigger_sentence"], asked["composition"]
        read_of_it = [Passage(paper_id=ONE, ordinal=n, section="1", text=text) for n, text in enumerate((title, told))]
        for answer in ('{"not_found": true}', written(remark, quote=remark), written(remark, quote=asked["question"])):
            assert read_claims(answer, asked["question"], read_of_it).claims == ()
