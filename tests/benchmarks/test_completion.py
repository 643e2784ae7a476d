"""What is typed when completion is measured: each beginning of each kind once, of papers that hold it."""

from benchmarks.completion import LONGEST, beginnings
from tests.builders import make_id, make_paper

PAPERS = [
    make_paper(make_id(1), title="Diffusion of segmentation", authors=("Ada Lovelace",), categories=("cs.CL",)),
    make_paper(make_id(2), title="Diffraction of it", authors=("Ida Lovelaced",), categories=("cs.CL", "stat.ML")),
]


def test_every_word_is_typed_letter_by_letter_and_each_beginning_once() -> None:
    typed = beginnings(PAPERS)
    assert typed["word of a title"][1] == ["D", "s"]
    assert typed["word of a title"][4] == ["Diff", "segm"]
    assert typed["word of a title"][LONGEST] == ["Diffract", "Diffusio", "segmenta"]


def test_authors_and_categories_are_typed_behind_their_field_and_ids_as_they_are() -> None:
    typed = beginnings(PAPERS)
    assert typed["author"][8] == ["author:Lovelace"]
    assert typed["category"][2] == ["cat:cs", "cat:st"]
    assert typed["id"][LONGEST] == sorted({paper.id[:LONGEST] for paper in PAPERS})


def test_what_nobody_can_type_so_far_is_left_out() -> None:
    assert LONGEST not in beginnings(PAPERS)["category"]
