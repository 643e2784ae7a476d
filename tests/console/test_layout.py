"""Posts as lines of text: everything is there, nothing is too wide, and nothing reaches the terminal but text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from bot.console.layout import Look, Reach, lay_out, papers_in
from bot.render.actions import ShowPaper, Why, encode
from bot.render.post import (
    Block,
    Button,
    Buttons,
    Divider,
    Heading,
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
from storage.records import PaperId

LONG = "Transformers without normalization layers train as well as those with them, and nobody had looked. " * 4
ADDRESS = "https://arxiv.org/abs/2503.10622"
PAPER = PaperId("2503.10622")


def plain(*blocks: Block, width: int = 80, links: bool = False, reach: Reach | None = None) -> str:
    lines = lay_out(Post(blocks), Look(width=width, links=links), *([reach] if reach else []))
    return "\n".join(line.plain for line in lines)


def a_digest() -> tuple[Block, ...]:
    details = Button("Details", action=encode(ShowPaper(PAPER)), command=f"/papers show {PAPER}")
    title = Span("Transformers without Normalization", Style.STRONG, ADDRESS)
    paper = Section((Paragraph((title, Span("\nby Zhu and 4 more", Style.FINE), Span("\n" + LONG))),), details)
    return (
        Heading((Span("Trending papers · Friday, 14 March 2025"),)),
        paper,
        Paragraph((Span("Picked 1 of 40.", Style.FINE),)),
        Buttons((Button("Why these?", action=encode(Why("abc"))), Button("All", command="/papers today 2025-03-14"))),
    )


@pytest.mark.parametrize("width", [60, 80, 120])
@pytest.mark.parametrize("links", [False, True])
def test_a_digest_is_whole_and_no_wider_than_the_window(width: int, links: bool) -> None:
    text = plain(*a_digest(), width=width, links=links, reach=Reach(names={PAPER: "1"}))
    assert max(cell_len(line) for line in text.splitlines()) <= width
    together = " ".join(text.split())
    for part in ("14 March 2025", "by Zhu and 4 more", " ".join(LONG.split()), "Picked 1 of 40."):
        assert part in together
    assert (ADDRESS in text) is not links


def test_the_number_of_a_paper_stands_at_its_margin_and_its_text_beside_it() -> None:
    lines = plain(*a_digest(), reach=Reach(names={PAPER: "7"})).splitlines()
    assert " 7  Transformers without Normalization" in lines
    assert f"    {ADDRESS}" in lines
    assert "    by Zhu and 4 more" in lines


def test_only_the_number_has_the_accent_and_only_what_is_strong_is_bold() -> None:
    lines = lay_out(Post(a_digest()), Look(width=80), Reach(names={PAPER: "7"}))
    title = next(line for line in lines if line.plain.startswith(" 7"))
    body = next(line for line in lines if "Transformers without normalization layers" in line.plain)
    assert not title.style
    assert not body.style
    styled = {title.plain[span.start : span.end]: str(span.style) for span in title.spans}
    assert styled == {" 7  ": "bold #e8590c", "Transformers without Normalization": "bold"}
    assert all(span.end <= len("    ") or not str(span.style).startswith("bold") for span in body.spans)


def test_a_paper_without_a_number_stands_at_the_margin_itself() -> None:
    assert "\nTransformers without Normalization\n" in plain(*a_digest())


def test_buttons_become_what_to_type_for_them() -> None:
    text = plain(
        *a_digest(), reach=Reach(typed=lambda button: "/why" if button.label == "Why these?" else button.command)
    )
    assert "Why these? /why  ·  All /papers today 2025-03-14" in text


def test_a_button_for_which_nothing_can_be_typed_is_left_out() -> None:
    row = Buttons((Button("Next", action="pb:x", command="/next", disabled=True), Button("Other", action="pb:y")))
    assert plain(row, reach=Reach()) == ""


def test_as_many_hints_stand_beside_each_other_as_fit() -> None:
    row = Buttons(tuple(Button(f"Button {n}", command=f"/command {n}") for n in range(3)))
    assert plain(row, width=45, reach=Reach()).splitlines() == [
        "Button 0 /command 0  ·  Button 1 /command 1",
        "Button 2 /command 2",
    ]


def test_a_link_hides_behind_its_words_on_a_terminal_and_is_written_out_elsewhere() -> None:
    sentence = Paragraph((Span("Read "), Span("the paper", url=ADDRESS), Span(" today.")))
    assert plain(sentence) == f"Read the paper ({ADDRESS}) today."
    (line,) = lay_out(Post((sentence,)), Look(width=80, links=True))
    assert line.plain == "Read the paper today."
    assert ADDRESS in {getattr(span.style, "link", None) for span in line.spans}


def test_an_address_is_never_broken_over_two_lines() -> None:
    address = "https://huggingface.co/papers/" + "x" * 90
    text = plain(Paragraph((Span("See "), Span("here", url=address), Span(" now"))), width=40)
    assert f"({address})" in text.splitlines()


@pytest.mark.parametrize("url", ["javascript:alert(1)", "ftp://example.org/x", "https://", "no address"])
def test_what_is_no_web_address_is_no_link(url: str) -> None:
    (line,) = lay_out(Post((Paragraph((Span("click", url=url),)),)), Look(width=80, links=True))
    assert line.plain == "click"
    assert not any(getattr(span.style, "link", None) for span in line.spans)


def test_quotations_lists_moments_and_places_have_their_form() -> None:
    text = plain(
        Quote((Span("as it was said"),)),
        Listing(((Span("one"),), (Span("two"),)), numbered=True),
        Listing(((Span("point"),),)),
        Paragraph((Moment(0, "at noon"), Span(" in "), Place(1, "channel 1"), Span(" for "), Role(2, "role 2"))),
        Divider(),
        width=40,
    )
    assert text.split("\n\n") == [
        "▎ as it was said",
        "1. one\n2. two",
        "• point",
        "at noon in channel 1 for role 2",
        "─" * 40,
    ]


def test_without_unicode_its_own_ornaments_are_ascii() -> None:
    look = Look(width=30, unicode=False)
    post = Post((Quote((Span("said"),)), Listing(((Span("point"),),)), Divider()))
    assert "".join(line.plain for line in lay_out(post, look)).isascii()


def test_a_line_break_inside_a_text_is_kept_and_indented_with_it() -> None:
    assert plain(Quote((Span("one\ntwo"),))) == "▎ one\n▎ two"


def test_only_papers_that_are_listed_are_counted() -> None:
    about = Buttons((Button("About", action=encode(ShowPaper(PaperId("2503.00002")))),))
    assert papers_in(Post((*a_digest(), about, *a_digest()))) == (PAPER,)


HOSTILE = [
    "\x1b[31mred\x1b[0m",
    "\x1b]8;;https://evil.example\x07click\x1b]8;;\x07",
    "\x9b2J",
    "a\rb",
    "bell\a",
    "\u202eabc",
    "\x00",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_cannot_steer_the_terminal(text: str) -> None:
    blocks = (
        Heading((Span(text, url=ADDRESS),)),
        Paragraph((Span(text), Moment(0, text), Place(0, text))),
        Quote((Span(text),)),
        Listing(((Span(text),),)),
        Section((Paragraph((Span(text),)),), Button(text, command=text)),
        Buttons((Button(text, url="https://example.org/" + text), Button(text, command=text))),
    )
    shown = plain(*blocks, reach=Reach()) + plain(*blocks, links=True, reach=Reach())
    assert not [character for character in shown if character != "\n" and not character.isprintable()]


@given(st.text(max_size=200), st.integers(20, 60))
def test_any_text_fits_any_width(text: str, width: int) -> None:
    lines = lay_out(Post((Paragraph((Span(text),)), Listing(((Span(text),),)))), Look(width=width, links=True))
    assert all(cell_len(line.plain) <= width for line in lines)
