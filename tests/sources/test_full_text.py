"""The whole text of a paper comes from the best place that has it; what is no paper is passed over."""

from collections.abc import AsyncIterator

import pytest
from pydantic import SecretStr

from bot.errors import SourceThrottled, SourceUnreachable
from bot.evaluation.small_pdf import line, make_pdf
from bot.sources.full_text import FullTexts
from bot.sources.http import PoliteClient
from storage.fulltext import Origin, PieceKind
from tests.builders import BASE, FakeClock, make_paper
from tests.standins.paper_pages import PaperPages

PAPER = make_paper("2503.00001", version=2)
SENTENCE = "Noodles are cooked in very large pots of water until they are soft. "
LONG = SENTENCE * 60

MARKDOWN = f"# Noodles\n\n## 1 Introduction\n\n{LONG}\n".encode()
HTML = (
    '<html><article class="ltx_document"><section class="ltx_section"><h2 class="ltx_title">1 Introduction</h2>'
    f'<p class="ltx_p">{LONG}</p></section></article></html>'
).encode()
PDF = make_pdf((line("1 Introduction"), *(line(SENTENCE.strip(), y=680 - 10 * n, size=8) for n in range(60))))
AT = {Origin.MARKDOWN: "/papers/2503.00001.md", Origin.HTML: "/html/2503.00001", Origin.PDF: "/pdf/2503.00001"}
ALL = {AT[Origin.MARKDOWN]: MARKDOWN, AT[Origin.HTML]: HTML, AT[Origin.PDF]: PDF}
ABOUT_IT = b"# Noodles\n\n## Abstract\n\n" + LONG.encode() + b"\n\n## Community\n\nGreat work!\n"
LOCKED = make_pdf(
    (line("Secret."),),
    more=f"/Encrypt << /Filter /Standard /V 1 /R 2 /O <{'00' * 32}> /U <{'11' * 32}> /P -4 >> /ID [<00> <00>]",
)
LOGIN = b"<!DOCTYPE html><html><form>Log in</form></html>"


@pytest.fixture
async def site() -> AsyncIterator[PaperPages]:
    async with PaperPages(dict(ALL)) as pages:
        yield pages


@pytest.fixture
def full_texts(site: PaperPages, polite: PoliteClient, clock: FakeClock) -> FullTexts:
    return FullTexts(
        hugging_face=polite, arxiv=polite, hf_endpoint=site.url, hf_token=None, arxiv_url=site.url, clock=clock
    )


async def test_hugging_faces_markdown_comes_first_and_nobody_else_is_asked(
    full_texts: FullTexts, site: PaperPages
) -> None:
    text = await full_texts.fetch(PAPER)
    assert (text.paper_id, text.version, text.origin, text.whole) == (PAPER.id, 2, Origin.MARKDOWN, True)
    assert text.read_at == BASE
    assert [(piece.section, piece.kind) for piece in text.pieces] == [("1 Introduction", PieceKind.PROSE)]
    assert site.asked == [AT[Origin.MARKDOWN]]


async def test_nobody_is_asked_for_a_paper_beyond_arxiv(full_texts: FullTexts, site: PaperPages) -> None:
    text = await full_texts.fetch(make_paper("10.1101/2025.03.14.643210"))
    assert (text.origin, site.asked) == (Origin.NOWHERE, [])


NO_PAPER: dict[str, bytes | int] = {
    "nothing": 404,
    "gone": 410,
    "a page about it": ABOUT_IT,
    "a login page": LOGIN,
    "nonsense": b"\x00\xff" * 99,
    "a locked PDF": LOCKED,
}


@pytest.mark.parametrize("instead", NO_PAPER)
async def test_what_is_no_paper_is_passed_over(instead: str, full_texts: FullTexts, site: PaperPages) -> None:
    site.pages[AT[Origin.MARKDOWN]] = NO_PAPER[instead]
    assert (await full_texts.fetch(PAPER)).origin is Origin.HTML
    site.pages[AT[Origin.HTML]] = NO_PAPER[instead]
    assert (await full_texts.fetch(PAPER)).origin is Origin.PDF
    site.pages[AT[Origin.PDF]] = NO_PAPER[instead]
    nothing = await full_texts.fetch(PAPER)
    assert (nothing.origin, nothing.pieces) == (Origin.NOWHERE, ())


async def test_the_text_of_a_pdf_is_in_sections_too(full_texts: FullTexts, site: PaperPages) -> None:
    site.pages = {AT[Origin.PDF]: PDF}
    text = await full_texts.fetch(PAPER)
    assert {piece.section for piece in text.pieces} == {"1 Introduction"}


async def test_where_one_site_is_down_the_other_is_asked(full_texts: FullTexts, site: PaperPages) -> None:
    site.pages[AT[Origin.MARKDOWN]] = 503
    assert (await full_texts.fetch(PAPER)).origin is Origin.HTML


async def test_where_nobody_can_say_whether_there_is_a_text_that_is_an_error(
    full_texts: FullTexts, site: PaperPages
) -> None:
    site.pages = {AT[Origin.HTML]: 500}
    with pytest.raises(SourceUnreachable):
        await full_texts.fetch(PAPER)
    assert AT[Origin.PDF] not in site.asked, "the server that failed is left alone"


async def test_a_site_that_did_not_answer_is_left_alone_for_a_while(
    full_texts: FullTexts, site: PaperPages, clock: FakeClock
) -> None:
    site.pages = {AT[Origin.MARKDOWN]: 500, AT[Origin.HTML]: HTML}
    await full_texts.fetch(PAPER)
    site.asked.clear()
    assert (await full_texts.fetch(PAPER)).origin is Origin.HTML
    assert site.asked == [AT[Origin.HTML]]
    clock.advance(minutes=6)
    site.pages[AT[Origin.MARKDOWN]] = MARKDOWN
    assert (await full_texts.fetch(PAPER)).origin is Origin.MARKDOWN


async def test_a_site_that_asks_for_patience_is_obeyed(full_texts: FullTexts, site: PaperPages) -> None:
    site.pages = {AT[Origin.MARKDOWN]: 429, AT[Origin.HTML]: 429}
    with pytest.raises(SourceThrottled):
        await full_texts.fetch(PAPER)


async def test_the_token_of_hugging_face_is_not_shown_to_arxiv(
    site: PaperPages, polite: PoliteClient, clock: FakeClock
) -> None:
    site.pages = {}
    async with PaperPages() as arxiv:
        token = SecretStr("hf_secret")
        texts = FullTexts(
            hugging_face=polite, arxiv=polite, hf_endpoint=site.url, hf_token=token, arxiv_url=arxiv.url, clock=clock
        )
        assert (await texts.fetch(PAPER)).origin is Origin.NOWHERE
    assert (site.tokens, arxiv.tokens) == (["Bearer hf_secret"], [None, None])
