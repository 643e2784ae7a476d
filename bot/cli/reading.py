"""The commands that read: trending, search, paper, ask, summary, compare, status."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from bot.cli.exit_codes import DONE
from bot.cli.indexing import catch_up
from bot.cli.output import print_json, show
from bot.cli.session import with_resources
from bot.console.answers import show_answer, show_summary
from bot.core.period import Period, parse_day, parse_month, parse_week
from bot.core.style import Style
from bot.core.summary import Summary
from bot.errors import InvalidInput
from bot.ports import Resources
from bot.render import document
from bot.render.comparison import comparison_post
from bot.render.document import Document
from bot.render.paper import paper_card
from bot.render.post import Post
from bot.render.search import search_page, similar_page
from bot.render.status import status_post
from bot.render.trending import trending_page
from bot.services import comparison, discussion, health, similar
from bot.services import search as searching
from bot.services import summary as summaries
from storage.records import Sort
from storage.search_index import SearchSort


@dataclass(frozen=True, slots=True, kw_only=True)
class WhichPeriod:
    """At most one of a day, a week and a month, as they were typed."""

    day: str | None
    week: str | None
    month: str | None

    def parsed(self, today: date) -> Period | None:
        """The period, None where none was typed. Raises InvalidInput."""
        given = [name for name, text in (("--date", self.day), ("--week", self.week), ("--month", self.month)) if text]
        if len(given) > 1:
            raise InvalidInput(f"{' and '.join(given)} exclude each other; give one of them.")
        if self.day:
            return Period.day(parse_day(self.day, today=today))
        if self.week:
            return parse_week(self.week, today=today)
        return parse_month(self.month, today=today) if self.month else None


def trending(which: WhichPeriod, *, sort: Sort, limit: int, offset: int, json: bool) -> None:
    """The papers of a period in an order."""

    async def work(r: Resources) -> int:
        period = which.parsed(r.clock().date())
        page = await searching.trending(r, period, sort=sort, limit=limit, offset=offset)
        return _put_out(json, lambda: document.trending(page), lambda: trending_page(page, whole=True))

    with_resources(work)


@dataclass(frozen=True, slots=True, kw_only=True)
class WhichPapers:
    """A query, or the paper that others have to be like, as it was typed."""

    query: str | None
    like: str | None


def search(wanted: WhichPapers, *, limit: int, offset: int, sort: SearchSort, json: bool) -> None:
    """One page of the papers that match, or that are like another one."""

    async def work(r: Resources) -> int:
        if (wanted.query is None) == (wanted.like is None):
            raise InvalidInput("Say what to look for: either a QUERY or --like ID.")
        await catch_up(r.index, r.store)
        if wanted.like is not None:
            likes = await similar.similar(r, wanted.like, limit=limit, offset=offset)
            return _put_out(json, lambda: document.similar(likes), lambda: similar_page(likes, whole=True))
        page = await searching.search(r, wanted.query or "", limit=limit, offset=offset, sort=sort)
        return _put_out(json, lambda: document.search(page), lambda: search_page(page, whole=True))

    with_resources(work)


def paper(paper_id: str, *, json: bool) -> None:
    """One paper."""

    async def work(r: Resources) -> int:
        found = await searching.paper(r, paper_id)
        fresh = await searching.freshness(r)
        return _put_out(json, lambda: document.paper(found), lambda: paper_card(found, fresh))

    with_resources(work)


def ask(question: str, *, papers: tuple[str, ...], json: bool) -> None:
    """A grounded answer."""

    async def work(r: Resources) -> int:
        await catch_up(r.index, r.store)
        if json:
            reply = await discussion.ask(r, question, papers)
            print_json(document.ask(reply.answer, took_ms=reply.took_ms))
        else:
            await show_answer(lambda watch: discussion.ask(r, question, papers, watch=watch), show)
        return DONE

    with_resources(work)


def summary(paper_id: str, *, style: Style, json: bool) -> None:
    """A paper in a few lines."""

    async def summed_up(r: Resources, watch: summaries.Watch) -> tuple[Summary, None]:
        return await summaries.summarise(r, paper_id, style, watch=watch), None  # a shell keeps nothing

    async def work(r: Resources) -> int:
        if json:
            print_json(document.summary(await summaries.summarise(r, paper_id, style)))
        else:
            await show_summary(lambda watch: summed_up(r, watch), show)
        return DONE

    with_resources(work)


def compare(paper_ids: tuple[str, ...], *, json: bool) -> None:
    """Papers side by side."""

    async def work(r: Resources) -> int:
        found = await comparison.compare(r, paper_ids)
        return _put_out(json, lambda: document.comparison(found), lambda: comparison_post(found, whole=True))

    with_resources(work)


def status(*, json: bool) -> None:
    """The health of the whole bot."""

    async def work(r: Resources) -> int:
        found = await health.status(r)
        return _put_out(json, lambda: document.status(found), lambda: status_post(found))

    with_resources(work)


def _put_out(json: bool, as_document: Callable[[], Document], as_post: Callable[[], Post]) -> int:  # noqa: FBT001  # the option itself
    if json:
        print_json(as_document())
    else:
        show(as_post())
    return DONE
