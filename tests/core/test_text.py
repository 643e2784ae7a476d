import unicodedata

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from bot.core import text
from bot.core.text import clean, clip, readable, sentences

UNSEEN = "\u200b\u202e\u2066\u0301\u20dd\ufe0f\u00ad\ufeff\n\t\x00\x1b\x85\u2028\U000e0041"
NASTY = st.text(st.one_of(st.characters(), st.sampled_from(UNSEEN + "\U0001f468\u200d $\\%{}^_.!?")), max_size=80)


class TestClean:
    @pytest.mark.parametrize(
        ("raw", "cleaned"),
        [
            ("Two\n  lines\tand   spaces ", "Two lines and spaces"),
            ("no\u00a0break\u2028separator", "no break separator"),
            ("nul\x00 bell\x07 escape\x1b[31m next\x85line", "nul bell escape[31m next line"),
            ("right\u202eto left\u2066isolated\u2069", "rightto leftisolated"),
            ("zero\u200bwidth\ufeff soft\u00adhyphen", "zerowidth softhyphen"),
            ("tags\U000e0041\U000e0042 filler\u3164 braille\u2800", "tags filler braille"),
            ("e\u0301", "é"),
            ("a" + "\u0301" * 50, "á" + "\u0301" * text.MOST_MARKS),
            ("half \ud800 pair", "half pair"),
            ("heart ❤\ufe0f", "heart ❤\ufe0f"),
            ("@everyone `code` **bold** <b>", "@everyone `code` **bold** <b>"),
            ("", ""),
        ],
    )
    def test_what_cannot_be_seen_goes_and_what_can_stays(self, raw: str, cleaned: str) -> None:
        assert clean(raw) == unicodedata.normalize("NFC", cleaned)

    @given(NASTY)
    def test_cleaning_again_changes_nothing(self, raw: str) -> None:
        assert clean(clean(raw)) == clean(raw)

    @given(NASTY)
    def test_the_result_is_one_line_that_any_store_can_keep(self, raw: str) -> None:
        cleaned = clean(raw)
        assert cleaned == cleaned.strip()
        assert not regex.search(r"\p{Cc}|\s\s|[^\S ]", cleaned)
        cleaned.encode("utf-8")

    def test_input_of_any_size_is_bounded(self) -> None:
        assert len(clean("x" * 10_000_000)) <= text.LONGEST

    def test_a_limit_clips(self) -> None:
        assert clean("  a  long  title  ", 6) == "a lon…"


class TestClip:
    @pytest.mark.parametrize(
        ("whole", "limit", "clipped"),
        [
            ("short", 5, "short"),
            ("longer", 5, "long…"),
            ("two words", 5, "two…"),
            ("family 👨‍👩‍👧!", 9, "family…"),
            ("cafe\u0301 noir", 5, "caf…"),
            ("flags 🇩🇪🇫🇷🇮🇹", 9, "flags 🇩🇪…"),
            ("anything", 1, "…"),
            ("anything", 0, ""),
            ("anything", -3, ""),
            ("a" + "\u0301" * 100, 5, "…"),
        ],
    )
    def test_text_ends_between_characters(self, whole: str, limit: int, clipped: str) -> None:
        assert clip(whole, limit) == clipped

    @given(NASTY, st.integers(0, 100))
    def test_it_is_never_longer_than_the_limit_nor_cut_inside_a_character(self, whole: str, limit: int) -> None:
        clipped = clip(whole, limit)
        assert len(clipped) <= limit
        if clipped and clipped != whole:
            kept = regex.findall(r"\X", clipped.removesuffix("…"))
            assert kept == regex.findall(r"\X", whole)[: len(kept)]


class TestReadable:
    @pytest.mark.parametrize(
        ("latex", "shown"),
        [
            (r"$\mathcal{O}(n^2)$", "𝒪(n²)"),
            (r"$10^{-3}$ and $x_{12}$", "10⁻³ and x₁₂"),
            (r"\emph{x} is \textbf{bold}", "x is bold"),
            (r"{\bf Bold} and {\it slanted}", "Bold and slanted"),
            ("CoSTA$^*$: fast", "CoSTA*: fast"),
            (r"$\tau^2$-bench", "τ²-bench"),
            (r"$\alpha$-$\beta$, $\sim$50, $90^\circ$", "α-β, ∼50, 90°"),
            (r"Schr\"odinger and G\"{o}del in caf\'e", "Schrödinger and Gödel in café"),
            (r"the query\'s content", "the query’s content"),
            (r"gains of 4.83\% \& more, a\_b", "gains of 4.83% & more, a_b"),
            (r"50% of \emph{all} words stay", "50% of all words stay"),
            (r"We call it \ours and go on", "We call it ours and go on"),
            (r"at \url{https://a.example/b}", "at https://a.example/b"),
            (r"Code: \href{https://a.example}{\emph{here}}.", "Code: here."),
            (r"Done\footnote{Soon.} now", "Done (Soon.) now"),
            ("few ($<$5%) or $k$2", "few (<5%) or k2"),
            ("``quoted'' words", "“quoted” words"),
            ("$L_2$ $x$ and $\\ge$ $5$", "L₂ x and ≥ 5"),
            (r"Fig.~3 with $x$, ~10 others", "Fig. 3 with x, ~10 others"),
        ],
    )
    def test_latex_becomes_what_a_reader_expects(self, latex: str, shown: str) -> None:
        assert readable(latex) == shown

    @pytest.mark.parametrize(
        "money",
        [
            "lone $5 and $6 money",
            "from $20,000 to $30,000",
            "Fixing 7,400 Bugs for 1$: Cheap Repair",
            "a model for $200k",
            "only $25 and without labels. It costs $15, not $30.",
            "US$",
            "it costs $5/$6 a month",
        ],
    )
    def test_sums_of_money_survive(self, money: str) -> None:
        assert readable(money) == money

    def test_money_and_mathematics_live_side_by_side(self) -> None:
        assert readable(r"for $50 we get $\epsilon = 2$, for $60 less") == "for $50 we get ϵ = 2, for $60 less"

    @pytest.mark.parametrize("broken", [r"\frac{a", r"a \sqrt", r"\begin{x} never ends", "{" * 3000 + r"\a", "\\"])
    def test_what_is_no_latex_stays_as_it_was(self, broken: str) -> None:
        assert readable(broken) == broken

    def test_no_command_reads_a_file_or_a_clock(self) -> None:
        assert readable(r"a \input{/etc/hostname} b \today c") == "a b c"

    @given(NASTY)
    def test_nothing_makes_it_fail_and_the_result_is_clean(self, raw: str) -> None:
        shown = readable(raw)
        assert shown == clean(shown)

    @given(st.text("abc XYZ 019.,;:!?()-–’“”", max_size=60))
    def test_text_without_latex_is_only_cleaned(self, plain: str) -> None:
        assert readable(plain) == clean(plain)

    def test_a_text_too_long_to_be_read_as_latex_is_shown_as_it_came(self) -> None:
        long = r"\emph{x} " * text.LONGEST_LATEX
        assert readable(long) == clean(long)


class TestSentences:
    @pytest.mark.parametrize(
        "expected",
        [
            ("We study A.", "It works!", "Does it?", "Yes."),
            ("Models, e.g. GPT-4, i.e. large ones, gain 3.5 points.", "Others do not."),
            ("Smith et al. (2020) follow Fig. 3 and Eq. 2 vs. Tab. 4.", "We differ."),
            ("It was shown by Vaswani et al.", "We extend it."),
            ("J. R. Smith met A. Turing.", "They talked."),
            ("We use vitamin D.", "The dose was 0.5 mg."),
            ("They call it “the end.”", "It is not."),
            ("Version 2.0 of the U.S. Census is used.", "120 people took part."),
            ("It reaches 71.3%.", "$O(n)$ time suffices."),
            ("One sentence without an end",),
            ("Really?!", "Sure..."),
            ("一つ目の文。", "二つ目の文。"),
        ],
    )
    def test_they_end_where_a_reader_sees_an_end(self, expected: tuple[str, ...]) -> None:
        assert sentences(" ".join(expected)) == expected

    def test_an_empty_text_has_none(self) -> None:
        assert sentences(" \n ") == ()

    @given(st.one_of(NASTY, st.text('aB1. !?"(et al.)', max_size=60)))
    def test_joined_they_are_the_text_again(self, raw: str) -> None:
        whole = clean(raw)
        found = sentences(raw)
        assert "".join("".join(found).split()) == "".join(whole.split())
        assert all(sentence in whole for sentence in found)
