"""Texts into word pieces, as ``bert-base-uncased`` cuts them: the numbers here were taken from its own tokenizer."""

import pytest

from bot.meaning.wordpiece import WordPieces

PIECES = WordPieces.load()


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("Hello world", [101, 7592, 2088, 102]),
        ("", [101, 102]),
        ("  \t\n ", [101, 102]),
        (
            "Schrödinger’s café — naïve GPT-4o",
            [101, 8040, 8093, 7716, 9912, 1521, 1055, 7668, 1517, 15743, 14246, 2102, 1011, 1018, 2080, 102],
        ),
        (
            "fine-tuning $\\alpha$-VAE (2025)",
            [101, 2986, 1011, 17372, 1002, 1032, 6541, 1002, 1011, 12436, 2063, 1006, 16798, 2629, 1007, 102],
        ),
        ("unaffable transformers", [101, 14477, 20961, 3468, 19081, 102]),
        ("中文字符 and 日本語", [101, 1746, 1861, 100, 100, 1998, 1864, 1876, 1950, 102]),
        ("İstanbul Σίσυφος", [101, 9960, 1173, 18199, 29733, 29735, 29736, 15297, 102]),
        ("a\u200bb\x00c\ufffdd", [101, 5925, 2094, 102]),
        ("x" * 101, [101, 100, 102]),
        ("©² ½ 😀", [101, 1075, 10701, 1092, 100, 102]),
        ("don't_stop [x] `code`", [101, 2123, 1005, 1056, 1035, 2644, 1031, 1060, 1033, 1036, 3642, 1036, 102]),
        ("한국어", [101, 1469, 30006, 30021, 29991, 30014, 30020, 29999, 30008, 102]),
    ],
)
def test_a_text_has_the_numbers_that_the_model_was_trained_on(text: str, numbers: list[int]) -> None:
    assert PIECES.numbers(text, 256) == numbers


def test_a_long_text_ends_with_the_sign_for_its_end() -> None:
    whole = PIECES.numbers("word " * 1000, 256)
    assert len(whole) == 256
    assert (whole[0], whole[-1]) == (101, 102)


def test_what_looks_like_a_sign_of_the_vocabulary_is_text() -> None:
    assert PIECES.numbers("[CLS] [SEP]", 256)[1:-1].count(101) == 0
