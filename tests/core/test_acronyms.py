"""Abbreviations are found where a text introduces them, and each form leads to the other."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.acronyms import introduced, other_forms


@pytest.mark.parametrize(
    ("text", "known"),
    [
        ("We use supervised fine-tuning (SFT).", {"SFT": "supervised fine-tuning"}),
        ("Large Language Models (LLMs) are large.", {"LLM": "Large Language Models"}),
        ("a mixture-of-experts (MoE) model", {"MoE": "mixture-of-experts"}),
        ("called Adaptive Computation Allocation (ACA)", {"ACA": "Adaptive Computation Allocation"}),
        ("the Time-To-First-Token (TTFT; lower is better)", {"TTFT": "Time-To-First-Token"}),
        ("as in Table (SFT)", {}),
        ("results (see below)", {}),
        ("in 2025 (BERT)", {}),
        ("Allocation (ACA)", {}),
        ("", {}),
    ],
)
def test_they_are_found_where_they_are_introduced(text: str, known: dict[str, str]) -> None:
    assert introduced([text]) == known


def test_the_first_meaning_counts() -> None:
    assert introduced(["speculative decoding (SD)", "standard deviation (SD)"]) == {"SD": "speculative decoding"}


KNOWN = {"SFT": "supervised fine-tuning", "LLM": "large language models"}


@pytest.mark.parametrize(
    ("question", "more"),
    [
        ("Is SFT used?", ("supervised fine-tuning",)),
        ("is sft used", ("supervised fine-tuning",)),
        ("Is Supervised Fine Tuning used?", ("SFT",)),
        ("Which LLMs?", ("large language models",)),
        ("Which large language model?", ("LLM",)),
        ("Is SFT supervised fine-tuning?", ()),
        ("Is it left?", ()),
    ],
)
def test_each_form_leads_to_the_other(question: str, more: tuple[str, ...]) -> None:
    assert other_forms(question, KNOWN) == more


@given(st.text(alphabet="abAB ()-;.", max_size=80))
def test_whatever_stands_in_a_text_a_long_form_is_longer(text: str) -> None:
    for short, long in introduced([text]).items():
        assert len(long) > len(short)
        assert long in text
