"""What a command and the button beside it lead to, on Discord and at a terminal: ask a use case, put it into words."""

from collections.abc import Sequence

from bot.core.period import Period
from bot.core.schedule import next_slot
from bot.errors import InvalidInput
from bot.ports import Resources
from bot.render.answer import answer_post
from bot.render.paper import paper_card
from bot.render.post import Post
from bot.render.search import search_page
from bot.render.topics import followed, topic_list
from bot.render.trending import trending_page
from bot.render.why import why
from bot.services import delivery, discussion, search, topics
from storage.records import Sort
from storage.search_index import SearchSort

ON_A_PAGE = 5

SEARCH_SORTS: dict[str, SearchSort] = {"relevance": "relevance", "new": "new", "top": "top"}


async def trending(r: Resources, period: Period | None, sort: Sort, offset: int = 0) -> Post:
    """The papers of a period, of the newest day without one."""
    return trending_page(await search.trending(r, period, sort=sort, limit=ON_A_PAGE, offset=offset))


async def found(r: Resources, text: str, sort: str) -> Post:
    """The first page of a search."""
    return search_page(await search.search(r, text, limit=ON_A_PAGE, sort=search_sort(sort)))


async def found_again(r: Resources, token: str, sort: str, offset: int) -> Post:
    """A page of a search that a button remembers."""
    page = await search.search_again(r, token, limit=ON_A_PAGE, offset=offset, sort=search_sort(sort))
    return search_page(page)


async def paper(r: Resources, text: str) -> Post:
    """The card of the paper that ``text`` names."""
    return paper_card(await search.paper(r, text), await search.freshness(r))


async def reasons(r: Resources, token: str) -> Post:
    """Why a digest holds what it holds."""
    told = await delivery.explain(r, token)
    return why(told, await search.papers(r, told.paper_ids))


async def answered(r: Resources, question: str, paper_ids: Sequence[str]) -> Post:
    """The answer to a question about some papers, or about all."""
    reply = await discussion.ask(r, question, paper_ids)
    return answer_post(reply.answer, reply.papers)


def follows(r: Resources, outcome: topics.Followed) -> Post:
    """What following a topic means."""
    slot = next_slot(outcome.person.schedule, r.clock())
    return followed(
        outcome.topic,
        outcome.person,
        already=outcome.already,
        matched=outcome.matched,
        considered=outcome.considered,
        days=outcome.days,
        examples=outcome.examples,
        next_due=slot.due_at if slot else None,
    )


async def own_topics(r: Resources, person_id: int) -> Post:
    """The topics of one person."""
    person, mine = await topics.mine(r, person_id)
    return topic_list(mine, person)


def search_sort(text: str) -> SearchSort:
    """Raises InvalidInput: there is no such order."""
    if text not in SEARCH_SORTS:
        raise InvalidInput(f"Results come by {', '.join(SEARCH_SORTS)}; there is no order “{text[:40]}”.")
    return SEARCH_SORTS[text]


def paper_sort(text: str) -> Sort:
    """Raises InvalidInput: there is no such order."""
    if text not in list(Sort):
        raise InvalidInput(f"Papers come by {', '.join(Sort)}; there is no order “{text[:40]}”.")
    return Sort(text)
