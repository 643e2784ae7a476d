"""What the person at the terminal sees and what their next line may refer to: numbers, pages, the last digest."""

from collections import deque
from dataclasses import dataclass, replace
from typing import get_args

from bot.console.grammar import LONGEST_NUMBER
from bot.console.hints import typed_for
from bot.console.layout import Reach, answer_in, is_digest, papers_in
from bot.console.outbox import PERSON_HERE
from bot.console.terminal import Screen
from bot.core.period import Period
from bot.errors import InvalidInput
from bot.ports import Resources
from bot.render.post import Button, Post
from bot.render.saved import saved_page
from bot.render.search import search_page, similar_page
from bot.render.trending import trending_page
from bot.services import saved, search
from bot.services.similar import similar
from storage.records import PaperId, Sort
from storage.search_index import SearchSort
from storage.turns import MOST_TURNS, Turn

A_PAGE = 5
SEARCH_ORDERS: dict[str, SearchSort] = {sort: sort for sort in get_args(SearchSort)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Searched:
    """A search whose pages can be turned."""

    text: str
    sort: SearchSort = "relevance"
    offset: int = 0
    limit: int = A_PAGE


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """The papers of a period, page by page; of the newest day where ``period`` is None."""

    period: Period | None = None
    sort: Sort = Sort.TRENDING
    offset: int = 0
    limit: int = A_PAGE


@dataclass(frozen=True, slots=True, kw_only=True)
class Alike:
    """The papers most like one, nearest first, page by page."""

    paper: str
    offset: int = 0
    limit: int = A_PAGE


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What was saved here, the last first, page by page; of it what matches where there is a ``text``."""

    text: str = ""
    offset: int = 0
    limit: int = A_PAGE


AnyList = Searched | Listed | Alike | Kept


class Talk:
    """One conversation at a terminal: what it may use, and what stands on the screen."""

    def __init__(self, r: Resources, screen: Screen, *, zone: str) -> None:
        self.r = r
        self.screen = screen
        self.zone = zone
        """The local time zone, for schedules that name none."""
        self._numbers: dict[int, PaperId] = {}
        self._list: AnyList | None = None
        self._more = False
        self.digest: str | None = None
        """The token of the digest that was shown last."""
        self.answer: str | None = None
        """The token of the answer that was shown last."""
        self.discussed: tuple[PaperId, ...] = ()
        """What is talked about, until another discussion is begun or this one ended."""
        self.turns: deque[Turn] = deque(maxlen=MOST_TURNS)
        """What was asked in it."""

    @property
    def numbered(self) -> dict[int, PaperId]:
        """The papers that a number opens now."""
        return dict(self._numbers)

    def show(self, post: Post) -> None:
        """Show something whose buttons have commands of their own; a list of papers in it is numbered anew."""
        self._show(post, first=1, listed=None)

    def arrive(self, post: Post, token: str) -> None:
        """Show a digest, or news, that came by itself."""
        if is_digest(post):
            self.digest = token
        self.show(post)

    async def show_list(self, wanted: AnyList) -> None:
        """Show one page of a list; ``turn`` and ``reorder`` refer to it from now on.

        Raises:
            InvalidInput: the query, the paper or the page cannot be.
        """
        match wanted:
            case Searched():
                found = await search.search(
                    self.r, wanted.text, limit=wanted.limit, offset=wanted.offset, sort=wanted.sort
                )
                self._more = not found.exact or wanted.offset + len(found.results) < found.total
                post = search_page(found, whole=True)
            case Listed():
                page = await search.trending(
                    self.r, wanted.period, sort=wanted.sort, limit=wanted.limit, offset=wanted.offset
                )
                wanted = replace(wanted, period=page.period)
                self._more = wanted.offset + len(page.ranked) < page.total
                post = trending_page(page, whole=True)
            case Alike():
                likes = await similar(self.r, wanted.paper, limit=wanted.limit, offset=wanted.offset)
                self._more = wanted.offset + len(likes.results) < likes.total
                post = similar_page(likes, whole=True)
            case Kept():
                kept = await saved.page(self.r, PERSON_HERE, wanted.text, limit=wanted.limit, offset=wanted.offset)
                self._more = wanted.offset + len(kept.papers) < kept.total
                post = saved_page(kept, whole=True)
        self._show(post, first=wanted.offset + 1, listed=wanted)

    async def turn(self, pages: int) -> None:
        """Show the page so many pages further on. Raises InvalidInput where there is none."""
        shown = self._list
        if shown is None:
            raise InvalidInput("There is no list to turn the pages of. Begin one with /papers today or a search.")
        offset = max(0, shown.offset + pages * shown.limit)
        if pages > 0 and not self._more:
            raise InvalidInput("This was the last page.")
        if pages < 0 and shown.offset == 0:
            raise InvalidInput("This was the first page.")
        await self.show_list(replace(shown, offset=offset))

    async def reorder(self, order: str) -> None:
        """Show the list from its beginning in another order. Raises InvalidInput where it has no such order."""
        match self._list:
            case None:
                raise InvalidInput("There is no list to sort. Begin one with /papers today or a search.")
            case Alike():
                raise InvalidInput("Papers like one come nearest first; there is no other order.")
            case Kept():
                raise InvalidInput("What you saved comes last saved first; there is no other order.")
            case Searched() as shown:
                if order not in SEARCH_ORDERS:
                    raise InvalidInput(f"A search is sorted by {', '.join(SEARCH_ORDERS)}, not {order!r}.")
                await self.show_list(replace(shown, sort=SEARCH_ORDERS[order], offset=0))
            case Listed() as shown:
                if order not in list(Sort):
                    raise InvalidInput(f"The papers of a day are sorted by {', '.join(Sort)}, not {order!r}.")
                await self.show_list(replace(shown, sort=Sort(order), offset=0))

    def paper_named(self, text: str) -> str:
        """The paper's id where ``text`` is a number of the list, else ``text`` as it is.

        Raises:
            InvalidInput: there is no such number.
        """
        if not (text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER):
            return text
        found = self._numbers.get(int(text))
        if found is not None:
            return found
        if not self._numbers:
            raise InvalidInput("No list is on the screen that a number could refer to. Begin with /papers today.")
        first, last = min(self._numbers), max(self._numbers)
        known = f"is number {first}" if first == last else f"are numbers {first} to {last}"
        raise InvalidInput(f"There is no number {text} in the list; there {known}.")

    def _show(self, post: Post, *, first: int, listed: AnyList | None) -> None:
        self.answer = answer_in(post) or self.answer
        numbers = {paper_id: number for number, paper_id in enumerate(papers_in(post), first)}
        if numbers:
            # Numbers of earlier pages of the same list go on to mean what they meant.
            goes_on = first > 1 and listed is not None and _same_list(listed, self._list)
            kept = self._numbers if goes_on else {}
            self._numbers = {**kept, **{number: paper_id for paper_id, number in numbers.items()}}
            self._list = listed
        offset = listed.offset if listed else 0
        sort = str(listed.sort) if isinstance(listed, Searched | Listed) else None

        def typed(button: Button) -> str | None:
            return typed_for(button, offset=offset, sort=sort)

        names = {paper_id: str(number) for paper_id, number in numbers.items()}
        self.screen.show(post, Reach(names=names, typed=typed))


def _same_list(one: AnyList, other: AnyList | None) -> bool:
    return other is not None and replace(one, offset=0) == replace(other, offset=0)
