"""A PDF is opened by another process, within its limits; what cannot be seen on its pages is not read."""

import time
from pathlib import Path

import pytest

from bot.evaluation.small_pdf import box, line, make_pdf
from bot.fulltext.pdf import MOST_PAGES, Limits, Unreadable, read_pdf
from bot.fulltext.pdf_lines import read_pages


async def text_of(*page: str) -> str:
    (text,) = (await read_pdf(make_pdf(page))).texts
    return text


async def test_each_page_is_a_text_in_lines() -> None:
    pages = await read_pdf(make_pdf((line("One"), line("line.", y=680)), (line("Two."),)))
    assert [text.split() for text in pages.texts] == [["One", "line."], ["Two."]]
    assert pages.whole


HIDDEN = {
    "white": line("Trap.", y=650, paint="1 g"),
    "almost white": line("Trap.", y=650, paint="0.99 0.99 0.99 rg"),
    "painted by nothing": line("Trap.", y=650, mode=3),
    "tiny": line("Trap.", y=650, size=0.5),
    "tiny by its matrix": "q 0.01 0 0 0.01 0 0 cm " + line("Trap.", y=650, size=20) + " Q",
    "off the page": line("Trap.", x=-2000, y=650),
    "above the page": line("Trap.", y=5000),
    "white in white": box(0, 600, 600, 100, "1 g") + "\n" + line("Trap.", y=650, paint="1 g"),
    "dark in dark": box(0, 600, 600, 100, "0.1 g") + "\n" + line("Trap.", y=650, paint="0.1 g"),
    "white on white on a dark ground": box(0, 600, 600, 100)
    + box(0, 640, 600, 30, "1 g")
    + line("Trap.", y=650, paint="1 g"),
    "painted over": line("Trap.", y=650) + "\n" + box(0, 600, 600, 100, "1 g"),
    "cut away": "q 0 0 10 10 re W n " + line("Trap.", y=650) + " Q",
    "outlined in white": line("Trap.", y=650, paint="0 g 1 G", mode=1),
    "squeezed": "q 0.001 0 0 1 72 0 cm " + line("Trap.", y=650, x=0) + " Q",
    "in a layer": "/OC << /Type /OCG >> BDC " + line("Trap.", y=650) + " EMC",
}


@pytest.mark.parametrize("how", HIDDEN)
async def test_what_nobody_sees_is_not_read(how: str) -> None:
    assert (await text_of(line("Seen."), HIDDEN[how])).strip() == "Seen."


async def test_white_on_a_dark_ground_is_seen() -> None:
    assert (await text_of(box(50, 690, 300, 30), line("Loud.", paint="1 g"))).strip() == "Loud."


async def test_letters_are_believed_and_not_what_they_are_said_to_stand_for() -> None:
    assert (await text_of("/Span << /ActualText (Trap.) >> BDC " + line("Seen.") + " EMC")).strip() == "Seen."


UNREADABLE = {
    "nothing": b"",
    "a login page": b"<!DOCTYPE html><html><body>Log in</body></html>",
    "noise": bytes(range(256)) * 20,
    "a beginning": make_pdf((line("Whole."),))[:80],
    "a locked one": make_pdf(
        (line("Secret."),),
        more=f"/Encrypt << /Filter /Standard /V 1 /R 2 /O <{'00' * 32}> /U <{'11' * 32}> /P -4 >> /ID [<00> <00>]",
    ),
}


@pytest.mark.parametrize("kind", UNREADABLE)
async def test_what_is_no_readable_pdf_says_so(kind: str) -> None:
    with pytest.raises(Unreadable, match="cannot be opened"):
        await read_pdf(UNREADABLE[kind])


async def test_a_bomb_ends_the_child_and_nothing_else() -> None:
    bomb = make_pdf((line("x" * 4_000),) * 5_000, packed=True)
    assert len(bomb) < 1_000_000
    with pytest.raises(Unreadable, match="more memory or time"):
        await read_pdf(bomb, Limits(memory=100 << 20))


async def test_who_takes_too_long_is_ended() -> None:
    started = time.monotonic()
    with pytest.raises(Unreadable, match="longer than 0 seconds"):
        await read_pdf(make_pdf((line("Late."),)), Limits(wall_seconds=0.01))
    assert time.monotonic() - started < 30


async def test_of_a_very_long_one_the_beginning_is_read() -> None:
    pages = await read_pdf(make_pdf(*[(line(f"Page {n}."),) for n in range(6)]), Limits(pages=4))
    assert (len(pages.texts), pages.whole) == (4, False)
    pages = await read_pdf(make_pdf(*[(line(f"Page {n}."),) for n in range(6)]), Limits(characters=20))
    assert sum(map(len, pages.texts)) == 20
    assert not pages.whole
    pages = await read_pdf(make_pdf(*[(line("One of many."),)] * 500))
    assert (len(pages.texts), pages.whole) == (MOST_PAGES, False)


SECTIONS = {
    "2206.10883v3.pdf": {"Abstract", "2.1 Natural language processing for legal documents", "6 Conclusion"},
    "paperqa_pasa.pdf": {"Abstract", "4.2 Crawler", "5.4 Ablation study", "E.1 Prompts for Baselines"},
}


@pytest.mark.real_data
@pytest.mark.parametrize("name", SECTIONS)
async def test_a_real_paper_has_its_sections(name: str, real_data: Path) -> None:
    pages = await read_pdf((real_data / "fulltext" / "pdf" / name).read_bytes())
    outline = read_pages(pages.texts)
    sections = list(dict.fromkeys(piece.section for piece in outline.pieces))
    assert pages.whole
    assert set(sections) >= SECTIONS[name]
    assert not [title for title in sections if title.lower().startswith("references")]
    assert sum(len(piece.text) for piece in outline.pieces) > 10_000
