"""Text from outside on Discord: shown as it is, doing nothing."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.render.acting import CONSTRUCTS, ESCAPED
from bot.render.markdown import (
    ZERO_WIDTH_SPACE,
    Row,
    Rule,
    Side,
    Text,
    block_text,
    code,
    escape,
    label,
    layout,
    safe_address,
    visible,
)
from bot.render.post import (
    Button,
    Buttons,
    Divider,
    Heading,
    Inline,
    Listing,
    Moment,
    Paragraph,
    Place,
    Post,
    Quote,
    Role,
    Section,
    Span,
    Style,
)
from tests.render.hostile import HOSTILE, hostile_text


def read_as_discord(markdown: str) -> tuple[str, list[str]]:
    """What is shown, and which constructs were understood, with a private character for each that was escaped."""
    escaped: list[str] = []

    def hide(found: re.Match[str]) -> str:
        escaped.append(found.group(1))
        return "\ue000"

    bare = ESCAPED.sub(hide, markdown)
    understood = [name for name, pattern in CONSTRUCTS.items() if re.search(pattern, bare)]
    characters = iter(escaped)
    shown = re.sub("\ue000", lambda _: next(characters), bare)
    return shown.replace(ZERO_WIDTH_SPACE, ""), understood


@given(hostile_text())
def test_escaped_text_is_shown_as_it_is_and_does_nothing(text: str) -> None:
    text = visible(text.replace("\ue000", ""))
    shown, understood = read_as_discord(escape(text))
    assert understood == []
    assert shown == text


@given(hostile_text())
def test_escaping_costs_at_most_twice_the_characters_and_four_bytes_each(text: str) -> None:
    escaped = escape(text)
    assert len(escaped) <= 2 * len(text)
    assert len(escaped.encode(errors="surrogatepass")) <= 4 * len(text)


@given(hostile_text())
def test_a_label_holds_nothing_that_could_end_or_break_its_link(text: str) -> None:
    made = label(visible(text.replace("\ue000", "")))
    assert not set(made) & set("[]\\`*\n")
    assert read_as_discord(f"x{made}".replace("_", ""))[1] == []
    assert not re.search(r"[\u2600-\u27bf\U0001f000-\U0001faff]", made)


@given(st.lists(st.tuples(hostile_text(), st.sampled_from([s for s in Style if s is not Style.CODE])), max_size=5))
def test_pieces_that_are_harmless_alone_are_harmless_side_by_side(parts: list[tuple[str, Style]]) -> None:
    spans = tuple(Span(text.replace("\ue000", ""), style) for text, style in parts)
    ours = {"bold or italic", "heading, small print, quote, list"}
    assert set(read_as_discord(block_text(Paragraph(spans)))[1]) <= ours
    plain = tuple(Span(span.text) for span in spans)
    assert read_as_discord(block_text(Paragraph(plain)))[1] == []


@pytest.mark.parametrize("text", HOSTILE)
def test_known_attacks_stay_text(text: str) -> None:
    assert read_as_discord(block_text(Paragraph((Span(text),))))[1] == []


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        ("2 * 3 * 4", r"2 \* 3 \* 4"),
        ("snake_case", r"snake\_case"),
        ("@everyone", f"@{ZERO_WIDTH_SPACE}everyone"),
        ("<@123>", rf"\<@{ZERO_WIDTH_SPACE}123>"),
        ("</setup:1>", r"\</setup:1>"),
        ("<t:1:R>", r"\<t\:1:R>"),
        (":smile:", r"\:smile:"),
        ("https://evil.example", r"https\://evil.example"),
        ("x:https://a:b:c", r"x\:https\://a\:b:c"),
        ("discord.gg/abc", r"discord\.gg/abc"),
        ("# big", r"\# big"),
        ("+38 and -3 and #1", "+38 and -3 and #1"),
        ("- list", r"\- list"),
        (">quote", r"\>quote"),
        ("-# small", r"\-# small"),
        ("> quote", r"\> quote"),
        ("1. one", r"1\. one"),
        ("line\n2) two", "line\n2\\) two"),
        ("in 2024. We", "in 2024. We"),
        ("a > b - c # d", "a > b - c # d"),
        ("[x](y)", r"\[x\](y)"),
        ("C:\\dir", "C:\\\\dir"),
        ("日本語", "日本語"),
    ],
)
def test_what_running_text_becomes(text: str, sent: str) -> None:
    assert escape(text) == sent


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        ("A* Search (extended)", "A∗ Search (extended)"),
        ("[Re] Reproducing", "(Re) Reproducing"),
        ("snake_case stays", "snake_case stays"),
        ("_loud_", "ˍloudˍ"),
        ("Fast 🚀 Models™", "Fast Models"),
        ("see https://a.b", f"see https:{ZERO_WIDTH_SPACE}//a.b"),
        ("n <5 of x", "n ‹5 of x"),
        ("x\\y", "x∖y"),
        ("🔥🔥", ""),
    ],
)
def test_what_a_label_becomes(text: str, sent: str) -> None:
    assert label(text) == sent


def test_text_that_cannot_be_seen_is_taken_out() -> None:
    assert visible("a\u202eb\u200fc\x1b[31md\x07e\U000e0041f\ufeff") == "abcdef"
    assert visible("z" + "\u0301" * 50) == "z" + "\u0301" * 4
    assert visible("tab\there") == "tab here"


def test_code_cannot_be_closed_from_inside() -> None:
    assert code("a `b`\nc") == "`a ˋbˋ c`"
    assert code("  ") == ""
    assert code("C:\\") == "`C:\\ `"


@pytest.mark.parametrize(
    ("url", "sent"),
    [
        ("https://arxiv.org/abs/2503.01234", "https://arxiv.org/abs/2503.01234"),
        ("https://a.example/x)y (z)", "https://a.example/x%29y%20%28z%29"),
        ("javascript:alert(1)", None),
        ("//a.example", None),
        ("https://", None),
    ],
)
def test_only_web_addresses_become_links_and_they_cannot_end_the_link(url: str, sent: str | None) -> None:
    assert safe_address(url) == sent


def text_of(*spans: Inline) -> str:
    return block_text(Paragraph(spans))


def test_styles() -> None:
    assert text_of(Span("a "), Span(" b ", Style.STRONG), Span("c", Style.EMPHASIS)) == "a  **b** *c*"
    assert text_of(Span("a", Style.STRONG), Span("b", Style.STRONG)) == f"**a**{ZERO_WIDTH_SPACE}**b**"
    assert text_of(Span("T [1]", Style.STRONG, "https://a.example/(x)")) == "**[T (1)](https://a.example/%28x%29)**"
    assert text_of(Span("🔥", url="https://a.example/")) == "[a.example](https://a.example/)"
    assert text_of(Span("no link", url="ftp://a.example")) == "no link"


def test_a_line_of_small_print_only_is_small() -> None:
    assert text_of(Span("one", Style.FINE), Span("\ntwo\n"), Span("three", Style.FINE)) == "-# one\ntwo\n-# three"
    assert text_of(Span("seen ", Style.FINE), Moment(5, "then", relative=True)) == "-# seen <t:5:R>"
    assert text_of(Span("mixed", Style.FINE), Span(" line")) == "mixed line"


def test_a_bold_stretch_over_two_lines_is_bold_on_each() -> None:
    assert block_text(Quote((Span("a\nb", Style.STRONG),))) == "> **a**\n> **b**"


def test_a_number_and_its_point_from_two_spans_make_no_list() -> None:
    assert text_of(Span("1"), Span(". one")) == r"1\. one"


def test_headings_lists_and_places() -> None:
    assert block_text(Heading((Span("a\nb"),), level=9)) == "### a b"
    assert block_text(Listing(((Span("a\nb"),), (Span(" "),), (Span("# c"),)), numbered=True)) == "1. a b\n2. \\# c"
    assert block_text(Paragraph((Place(7, "#papers"), Span(" at "), Moment(5, "then")))) == "<#7> at <t:5:f>"
    assert block_text(Paragraph((Span("for "), Role(8, "role 8")))) == "for <@&8>"


def test_neighbouring_text_shares_one_display_and_empty_pieces_vanish() -> None:
    press = Button("Press", action="a")
    post = Post(
        (
            Heading((Span("Title"),)),
            Paragraph((Span("text"),)),
            Paragraph((Span(" "),)),
            Listing(((Span("entry"),),)),
            Paragraph((Span("after"),)),
            Quote((Span("quote"),)),
            Paragraph((Span("source"),)),
            Paragraph((Span("last"),)),
            Section((Paragraph((Span("side"),)), Paragraph((Span("more"),))), press),
            Section((Paragraph((Span(""),)),), press),
            Divider(),
            Paragraph((Span("\n"),)),
            Buttons(()),
            Buttons((press,)),
        )
    )
    assert layout(post) == (
        Text("## Title\ntext\n- entry\n\nafter\n> quote\nsource\n\nlast"),
        Side("side\nmore", press),
        Row((press,)),
        Rule(),
        Row((press,)),
    )
