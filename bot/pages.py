"""What a command and the button beside it lead to, on Discord and at a terminal: ask a use case, put it into words."""

from collections.abc import Callable, Sequence
from typing import ParamSpec, get_args

from bot.core.allowance import Asker
from bot.core.choices import Wish
from bot.core.identity import parse_paper_id
from bot.core.opening import Topic, question
from bot.core.period import Period
from bot.core.schedule import next_slot
from bot.core.style import Style
from bot.errors import InvalidInput
from bot.ports import Resources
from bot.render.answer import answer_post, growing_post
from bot.render.choices import choices_post
from bot.render.comparison import comparison_post, growing_comparison
from bot.render.context import context_post, voted
from bot.render.paper import Surroundings, paper_card
from bot.render.post import Post
from bot.render.preview import preview_report, why_paper
from bot.render.quota import quota_post
from bot.render.saved import saved, saved_page, unsaved
from bot.render.search import search_page, similar_page
from bot.render.summary import growing_summary, summary_post
from bot.render.threads import discussed_papers
from bot.render.topics import followed, topic_list
from bot.render.trending import trending_page
from bot.render.why import why
from bot.services import answers, budget, channels, choices, delivery, discussed, search, topics
from bot.services import saved as shelf
from bot.services import similar as likeness
from bot.services.choosing import order_of
from bot.services.next_run import next_run
from storage.records import ChannelSetup, PaperId, Sort
from storage.search_index import SearchSort

ON_A_PAGE = 5

P = ParamSpec("P")
Tell = Callable[[Post], None]
"""Is given what stands by now of something that a model is writing."""

SEARCH_SORTS: dict[str, SearchSort] = {sort: sort for sort in get_args(SearchSort)}


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


async def paper(r: Resources, text: str, *, reader: int | None = None) -> Post:
    """The card of the paper that ``text`` names; with ``reader``, whom alone it is shown to, whether they saved it."""
    found = await search.paper(r, text)
    saved_at = await shelf.since(r, reader, found) if reader is not None else None
    return paper_card(found, await search.freshness(r), around=Surroundings(saved_at=saved_at))


async def save(r: Resources, person_id: int, text: str) -> Post:
    """Save the paper that ``text`` names."""
    done = await shelf.save(r, person_id, text)
    return saved(done.paper, done.saved_at, anew=done.anew)


async def unsave(r: Resources, person_id: int, text: str) -> Post:
    """Take out the saved paper that ``text`` names."""
    return unsaved(await shelf.unsave(r, person_id, text))


async def saved_papers(r: Resources, person_id: int, text: str = "") -> Post:
    """The first page of what a person saved, or of what of it matches a query."""
    return saved_page(await shelf.page(r, person_id, text, limit=ON_A_PAGE))


async def saved_again(r: Resources, person_id: int, token: str | None, offset: int) -> Post:
    """A page of it that a button remembers."""
    return saved_page(await shelf.page_again(r, person_id, token, limit=ON_A_PAGE, offset=offset))


async def similar(r: Resources, text: str, offset: int = 0) -> Post:
    """The papers most like the one that ``text`` names."""
    return similar_page(await likeness.similar(r, text, limit=ON_A_PAGE, offset=offset))


async def reasons(r: Resources, token: str, paper_id: PaperId | None = None) -> Post:
    """Why a digest holds what it holds; of a message about one paper, or with ``paper_id``, why it holds that one."""
    told = await delivery.explain(r, token)
    async with r.store.read() as tx:
        setup = await channels.setup_of(tx.channels, told.key)
    about = paper_id or next((one.paper_id for one in told.messages if one.token == token), None)
    sort = order_of(setup) if setup else None
    return why(told, await search.papers(r, told.paper_ids), sort=sort, about=about)


async def preview(r: Resources, setup: ChannelSetup, about: str | None = None) -> Post:
    """What a setup's next run would post with its sums; with ``about`` why that paper would be in it or not."""
    named = parse_paper_id(about) if about is not None else None
    run = await next_run(r, setup, named=named)
    if named is not None:
        return why_paper(setup, run.decision, named, run.papers.get(named), days=run.days)
    return preview_report(setup, run.decision, run.slot, run.papers, empty_because=run.empty_because or "")


async def in_context(r: Resources, token: str, first: int = 0) -> Post:
    """What an answer quoted, where it stands, from one quotation on."""
    return context_post(await answers.in_context(r, token, first=first), token)


async def voted_on(r: Resources, token: str, asker: Asker, *, is_good: bool) -> Post:
    """Keep what somebody thinks of an answer."""
    await answers.vote(r, token, asker.person_id, is_good=is_good)
    return voted(is_good=is_good)


async def answered(
    r: Resources,
    thread_id: int,
    asked: str,
    asker: Asker,
    *,
    paper_ids: Sequence[str] | None = None,
    tell: Tell | None = None,
) -> Post:
    """The answer to a question about some papers, or all; in a thread about papers, about those, and remembered."""
    watch = _watching(tell, growing_post)
    reply = await discussed.ask(r, thread_id, asked, asker, paper_ids=paper_ids, watch=watch)
    return answer_post(reply.answer, reply.papers, reply.token)


async def answered_on(
    r: Resources, thread_id: int, about: tuple[PaperId, Topic], asker: Asker, *, tell: Tell | None = None
) -> Post:
    """The answer to the question that is worth asking of a paper on a topic; in a thread about papers remembered."""
    paper_id, topic = about
    asked = question(topic, await search.paper(r, paper_id))
    return await answered(r, thread_id, asked, asker, paper_ids=(paper_id,), tell=tell)


async def quota(r: Resources, asker: Asker | None = None) -> Post:
    """What a language model still answers to somebody today."""
    return quota_post(await budget.quota(r, asker), await choices.holding(r, asker))


async def how_answered(r: Resources, guild_id: int, wish: Wish) -> Post:
    """How a server is answered; changed first where something is wished for."""
    if wish == Wish():
        return choices_post(await choices.of_server(r, guild_id), changed=False)
    return choices_post(await choices.change(r, guild_id, wish), changed=True)


async def summarised(
    r: Resources, thread_id: int, wanted: tuple[str | None, Style], asker: Asker, *, tell: Tell | None = None
) -> Post:
    """The paper that is named in a few lines of a style, or the one that the thread is about."""
    watch = _watching(tell, growing_summary)
    found, token = await discussed.summarise(r, thread_id, wanted, asker, watch=watch)
    return summary_post(found, token)


async def compared(
    r: Resources, thread_id: int, named: Sequence[str], asker: Asker, *, tell: Tell | None = None
) -> Post:
    """Papers side by side; those of the thread where fewer than two are named."""
    watch = _watching(tell, growing_comparison)
    found, token = await discussed.compare(r, thread_id, named, asker, watch=watch)
    return comparison_post(found, token)


async def compared_from(r: Resources, named: Sequence[str], asker: Asker, first: int) -> Post:
    """The rows of a comparison from one on."""
    found, token = await answers.compare(r, named, asker)
    return comparison_post(found, token, first=first)


async def discussed_here(r: Resources, thread_id: int) -> Post:
    """Which papers a thread is about."""
    return discussed_papers(await discussed.papers(r, thread_id))


async def joined(r: Resources, thread_id: int, text: str) -> Post:
    """A further paper of a thread, and which ones there are."""
    added = await discussed.add(r, thread_id, text)
    return discussed_papers(await discussed.papers(r, thread_id), added=added)


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


def _watching(tell: Tell | None, growing: Callable[P, Post]) -> Callable[P, None] | None:
    """Puts what stands by now into words for ``tell``; None where nobody is told."""
    if tell is None:
        return None

    def watch(*so_far: P.args, **named: P.kwargs) -> None:
        tell(growing(*so_far, **named))

    return watch
