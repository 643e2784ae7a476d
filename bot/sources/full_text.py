"""The whole text of a paper from the best place that has it: Hugging Face's Markdown, arXiv's HTML, arXiv's PDF."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import structlog
from pydantic import SecretStr

from bot.errors import NotThere, SourceChanged, SourceError, SourceThrottled, SourceUnreachable
from bot.fulltext.html import NotAPaper, read_html
from bot.fulltext.markdown import read_markdown
from bot.fulltext.outline import Outline
from bot.fulltext.pdf import Unreadable, read_pdf
from bot.fulltext.pdf_lines import read_pages
from bot.ports import Clock
from bot.sources import arxiv_facts, huggingface_parse
from bot.sources.exchange import Ask
from bot.sources.http import PoliteClient
from bot.sources.huggingface_asks import authorization
from storage.fulltext import FullText, Origin, PieceKind
from storage.naming import is_doi
from storage.records import Paper

log = structlog.get_logger(__name__)

PATIENCE = timedelta(seconds=15)
DEADLINE = timedelta(seconds=45)
ATTEMPTS = 2
"""Somebody waits for the answer, and there are other places."""
MOST_PAGE_BYTES = 16 * 2**20
MOST_PDF_BYTES = 40 * 2**20
LEFT_ALONE = timedelta(minutes=5)
"""How long a site that did not answer is not asked again: somebody waits for each answer, offline too."""
LEAST_PROSE = 3_000
"""Characters beside the abstract, below which it is not the paper but a page about it."""


class FullTexts:
    """A ``PaperText``. ``arxiv`` is the client that counts all our requests to arXiv together."""

    def __init__(
        self,
        *,
        hugging_face: PoliteClient,
        arxiv: PoliteClient,
        hf_endpoint: str,
        hf_token: SecretStr | None,
        arxiv_url: str,
        clock: Clock,
        patience: timedelta = PATIENCE,
    ) -> None:
        self._clients = {huggingface_parse.NAME: hugging_face, arxiv_facts.NAME: arxiv}
        self._hf_endpoint = hf_endpoint.rstrip("/")
        self._hf_token = hf_token
        self._arxiv = arxiv_url.rstrip("/")
        self._clock = clock
        self._patience = patience
        self._away: dict[str, tuple[datetime, SourceUnreachable]] = {}
        """The sites that did not answer: until when they are left alone, and what went wrong."""

    async def fetch(self, paper: Paper) -> FullText:
        """The first text that is one; a place that does not have it, or has something else, is passed over.

        Raises:
            SourceError: a place could not be asked, and no other one had the text.
        """
        places: tuple[tuple[Origin, Callable[[Paper], Awaitable[Outline]]], ...] = (
            (Origin.MARKDOWN, self._markdown),
            (Origin.HTML, self._html),
            (Origin.PDF, self._pdf),
        )
        if is_doi(paper.id):
            places = ()  # none of them knows it
        out_of_reach: SourceError | None = None
        for origin, read in places:
            try:
                outline = await read(paper)
            except NotThere:
                continue
            except (SourceUnreachable, SourceThrottled) as problem:
                out_of_reach = out_of_reach or problem
                if origin is not Origin.MARKDOWN:  # the PDF is on the same server
                    break
                continue
            except (SourceChanged, NotAPaper, Unreadable) as problem:
                log.warning("a paper's text cannot be read", paper=paper.id, origin=origin.value, problem=str(problem))
                continue
            if _is_whole_paper(outline):
                return FullText(
                    paper_id=paper.id,
                    version=paper.version,
                    origin=origin,
                    read_at=self._clock(),
                    pieces=tuple(outline.pieces),
                    whole=outline.whole,
                )
        if out_of_reach is not None:
            raise out_of_reach
        return FullText(paper_id=paper.id, version=paper.version, origin=Origin.NOWHERE, read_at=self._clock())

    async def _markdown(self, paper: Paper) -> Outline:
        url = f"{self._hf_endpoint}/papers/{paper.id}.md"
        headers = authorization(url, self._hf_token)
        body = await self._get(huggingface_parse.NAME, url, "text/markdown", MOST_PAGE_BYTES, headers)
        return await asyncio.to_thread(read_markdown, body)

    async def _html(self, paper: Paper) -> Outline:
        url = f"{self._arxiv}/html/{paper.id}"
        body = await self._get(arxiv_facts.NAME, url, "text/html", MOST_PAGE_BYTES)
        return await asyncio.to_thread(read_html, body)

    async def _pdf(self, paper: Paper) -> Outline:
        url = f"{self._arxiv}/pdf/{paper.id}"
        pages = await read_pdf(await self._get(arxiv_facts.NAME, url, "application/pdf", MOST_PDF_BYTES))
        outline = await asyncio.to_thread(read_pages, pages.texts)
        outline.whole &= pages.whole
        return outline

    async def _get(
        self, source: str, url: str, accept: str, most_bytes: int, headers: dict[str, str] | None = None
    ) -> bytes:
        ask = Ask(
            source=source,
            url=url,
            accept=accept,
            headers=headers or {},
            patience=self._patience,
            deadline=DEADLINE,
            attempts=ATTEMPTS,
            most_bytes=most_bytes,
        )
        if (away := self._away.get(source)) is not None and away[0] > self._clock():
            raise away[1]
        try:
            return (await self._clients[source].get(ask)).body
        except SourceUnreachable as problem:
            self._away[source] = (self._clock() + LEFT_ALONE, problem)
            raise


def _is_whole_paper(outline: Outline) -> bool:
    prose = sum(
        len(piece.text)
        for piece in outline.pieces
        if piece.kind is PieceKind.PROSE and piece.section.lower() != "abstract"
    )
    return prose >= LEAST_PROSE
