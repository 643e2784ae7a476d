"""The commands that read: papers, answers, reasons, and how the bot is doing."""

from collections.abc import Sequence

from bot import pages
from bot.console.answers import show_answer, show_summary
from bot.console.grammar import Typed
from bot.console.outbox import HERE, PERSON_HERE
from bot.console.talk import A_PAGE, SEARCH_ORDERS, Alike, Listed, Searched, Talk
from bot.core.identity import find_paper_ids, parse_paper_id
from bot.core.period import parse_period
from bot.core.style import Style
from bot.errors import InvalidInput
from bot.render.comparison import comparison_post
from bot.render.context import context_post
from bot.render.status import status_post
from bot.services import answers, discussed, health
from storage.records import Sort


async def today(talk: Talk, typed: Typed) -> None:
    """The papers of a day, a week or a month; of the newest day where none is named."""
    period = parse_period(typed.text, today=talk.r.clock().date()) if typed.text else None
    limit, offset = page_of(typed)
    sort = Sort(typed.value("sort") or Sort.TRENDING)
    await talk.show_list(Listed(period=period, sort=sort, limit=limit, offset=offset))


async def find(talk: Talk, typed: Typed) -> None:
    """Search everything in the store."""
    limit, offset = page_of(typed)
    sort = SEARCH_ORDERS[typed.value("sort") or "relevance"]
    await talk.show_list(Searched(text=typed.text, sort=sort, limit=limit, offset=offset))


async def words(talk: Talk, text: str) -> None:
    """Words without a slash: a paper's id or address, a question where papers are talked about, else a search."""
    if _is_paper_id(text):
        await _show_paper(talk, text)
    elif talk.discussed and text.endswith(("?", "？", "؟")):
        await _ask(talk, text)
    else:
        await talk.show_list(Searched(text=text))


async def show(talk: Talk, typed: Typed) -> None:
    """One paper, by its number in the list, its id or its address."""
    await _show_paper(talk, talk.paper_named(typed.text))


async def similar(talk: Talk, typed: Typed) -> None:
    """The papers most like one, by its number in the list, its id or its address."""
    limit, offset = page_of(typed)
    await talk.show_list(Alike(paper=talk.paper_named(typed.text), limit=limit, offset=offset))


async def open_number(talk: Talk, number: int) -> None:
    """One paper, by its number in the list."""
    await _show_paper(talk, talk.paper_named(str(number)))


async def ask(talk: Talk, typed: Typed) -> None:
    """The passages that come closest to a question."""
    if not typed.text.strip("… ."):
        raise InvalidInput("Put your question in place of the dots, for example: /ask how large is the dataset?")
    await _ask(talk, typed.text, [talk.paper_named(text) for text in typed.options.get("paper", ())])


async def _ask(talk: Talk, question: str, named: Sequence[str] = ()) -> None:
    about = named or (() if find_paper_ids(question) else talk.discussed)
    earlier = tuple(talk.turns)
    with talk.screen.waiting("Looking for an answer"):
        reply = await show_answer(
            lambda watch: answers.ask(talk.r, question, about, earlier=earlier, watch=watch), talk.show
        )
    if talk.discussed:
        talk.turns.append(discussed.turn_of(reply, at=talk.r.clock()))


async def context(talk: Talk, typed: Typed) -> None:
    """The quotations of an answer where they stand; of the last one where none is named."""
    token = typed.text or talk.answer
    if token is None:
        raise InvalidInput("Nothing was answered here yet. Begin with /ask.")
    talk.show(context_post(await answers.in_context(talk.r, token, most=None), token, whole=True))


async def summary(talk: Talk, typed: Typed) -> None:
    """A paper in a few lines; the one that is talked about where none is named."""
    named = talk.paper_named(typed.text) if typed.text else discussed.the_one(talk.discussed)
    with talk.screen.waiting("Reading"):
        style = Style(typed.value("style") or Style.POINTS)
        found = await show_summary(lambda watch: answers.summarise(talk.r, named, style, watch=watch), talk.show)
    if talk.discussed:
        talk.turns.append(discussed.turn_of_summary(found, at=talk.r.clock()))


async def compare(talk: Talk, typed: Typed) -> None:
    """Papers side by side; those that are talked about where fewer than two are named."""
    named = [talk.paper_named(word) for word in typed.text.replace(",", " ").split()]
    with talk.screen.waiting("Reading"):
        found, token = await answers.compare(talk.r, discussed.to_compare(named, talk.discussed))
    talk.show(comparison_post(found, token, whole=True))
    if talk.discussed:
        talk.turns.append(discussed.turn_of_comparison(found, at=talk.r.clock()))


async def why(talk: Talk, typed: Typed) -> None:
    """Why the papers of a digest were chosen; of the one that was shown last where none is named."""
    token = typed.text or talk.digest or await _last_token(talk)
    talk.show(await pages.reasons(talk.r, token))


async def status(talk: Talk, _typed: Typed) -> None:
    """What is fresh, failing and due."""
    talk.show(status_post(await health.status(talk.r)))


async def quota(talk: Talk, _typed: Typed) -> None:
    """Whether the model has answered as much as it may today."""
    talk.show(await pages.quota(talk.r))


async def further(talk: Talk, _typed: Typed) -> None:
    """The next page of the list."""
    await talk.turn(1)


async def back(talk: Talk, _typed: Typed) -> None:
    """The page before."""
    await talk.turn(-1)


async def sort(talk: Talk, typed: Typed) -> None:
    """The list in another order."""
    await talk.reorder(typed.text.lower())


async def _show_paper(talk: Talk, text: str) -> None:
    talk.show(await pages.paper(talk.r, text, reader=PERSON_HERE))


async def _last_token(talk: Talk) -> str:
    async with talk.r.store.read() as tx:
        last = await tx.deliveries.recent(destination=HERE, limit=1)
    if not last:
        raise InvalidInput("No digest has come yet; /channels post sends one now.")
    return last[0].token


def page_of(typed: Typed) -> tuple[int, int]:
    """How many papers are on a page, and how many stand before the one that is asked for."""
    limit = typed.number("limit") or A_PAGE
    return limit, ((typed.number("page") or 1) - 1) * limit


def _is_paper_id(text: str) -> bool:
    try:
        parse_paper_id(text)
    except InvalidInput:
        return False
    return True
