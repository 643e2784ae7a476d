"""Hugging Face's Markdown of a paper."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.fulltext.markdown import read_markdown
from storage.fulltext import Piece, PieceKind

PAPER = r"""# Noodles at Scale

Ada Lovelace

## Abstract

Short.

## 1 Introduction

Noodles are **long** and *thin* [12](https://example.org/ref).
They are cooked, see [the code](https://github.com/a/b).

- First, water.
- Then, *salt*.

### 1.1 Soup

The broth takes $\mathcal{O}(n^2)$ steps:

$$a = b$$

![Refer to caption](x1.png)

Figure 1: A pot.

Table 2: Sizes

| Model | Params |
|-------|-------:|
| Ramen | 110M |

| Alone |
|---|
| 7 |

## References

[1] Somebody. Old.

## A Appendix

More.
"""


def pieces(text: str) -> list[Piece]:
    return read_markdown(text.encode()).pieces


def test_a_paper_becomes_its_pieces() -> None:
    soup = "1.1 Soup"
    assert pieces(PAPER) == [
        Piece("", PieceKind.PROSE, "Ada Lovelace"),
        Piece("Abstract", PieceKind.PROSE, "Short."),
        Piece("1 Introduction", PieceKind.PROSE, "Noodles are long and thin 12. They are cooked, see the code."),
        Piece("1 Introduction", PieceKind.PROSE, "First, water."),
        Piece("1 Introduction", PieceKind.PROSE, "Then, salt."),
        Piece(soup, PieceKind.PROSE, "The broth takes 𝒪(n²) steps: a = b"),
        Piece(soup, PieceKind.CAPTION, "Figure 1: A pot."),
        Piece(soup, PieceKind.CAPTION, "Table 2: Sizes"),
        Piece(f"{soup}, Table 2", PieceKind.ROW, "Model: Ramen | Params: 110M"),
        Piece(soup, PieceKind.ROW, "Alone: 7"),
        Piece("A Appendix", PieceKind.PROSE, "More."),
    ]


def test_headings_may_be_underlined() -> None:
    assert pieces("Title\n=====\n\nMethod\n------\n\nWe cook.") == [Piece("Method", PieceKind.PROSE, "We cook.")]


@pytest.mark.parametrize(
    "hidden",
    [
        "<!-- Trap. -->",
        "<!-- Trap.\n\n-->",
        "<script>Trap.</script>",
        "<style>Trap.</style>",
        "![Trap.](https://evil.example/x.png)",
        "\u200b\u202e",
        '<img src="https://evil.example" alt="Trap.">',
    ],
)
def test_what_nobody_sees_is_not_read(hidden: str) -> None:
    assert [piece.text for piece in pieces(f"Seen.{hidden}")] == ["Seen."]


@pytest.mark.parametrize("text", ["", "<!DOCTYPE html><p>Log in.</p>", '{"error": "not found"}'])
def test_what_is_no_markdown_has_no_pieces(text: str) -> None:
    assert pieces(text) == []


@given(st.text(alphabet="#*_|-$`[]()!<>\\ \nab1", max_size=300))
def test_anything_is_read_without_fail(text: str) -> None:
    for piece in pieces(text):
        assert piece.text == " ".join(piece.text.split())
