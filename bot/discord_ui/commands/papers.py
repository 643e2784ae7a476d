"""``/papers``: of today or any day, found by words, one of them whole, those most like it; and those one saved."""

from typing import Final

from discord import app_commands

from bot import pages
from bot.core.period import parse_period
from bot.discord_ui.commands.inputs import ORDERS, SEARCH_ORDERS, paper_choices, query_choices, saved_choices
from bot.discord_ui.replies import Interaction, answer
from storage.records import Sort

LONGEST_QUERY = 300
WHICH: Final = "Words of its title, its id (2503.01234), an address or a DOI of it"

papers = app_commands.Group(name="papers", description="Today's papers, any other day's, and a search over all of them")


@papers.command(name="today")
@app_commands.describe(
    day="yesterday, a day (2026-06-30), a week (2026-W27) or a month (2026-06); empty: the newest day",
    sort="In which order; empty: trending",
)
@app_commands.choices(sort=ORDERS)
async def today(
    interaction: Interaction, day: app_commands.Range[str, 1, 20] | None = None, sort: str = Sort.TRENDING
) -> None:
    """The papers of the newest day, or of another day, week or month."""
    r = interaction.client.resources
    period = parse_period(day, today=r.clock().date()) if day else None
    await answer(interaction, pages.trending(r, period, pages.paper_sort(sort)), private=False)


@papers.command(name="search")
@app_commands.describe(
    query='Words, "exact phrases", -without, a OR b, author:ho, cat:cs.CL, after:2026-01-01; more in /help',
    sort="In which order; empty: best match first",
)
@app_commands.choices(sort=SEARCH_ORDERS)
@app_commands.autocomplete(query=query_choices)
async def search(
    interaction: Interaction, query: app_commands.Range[str, 1, LONGEST_QUERY], sort: str = "relevance"
) -> None:
    """Search everything that is here."""
    await answer(interaction, pages.found(interaction.client.resources, query, sort), private=False)


@papers.command(name="show")
@app_commands.describe(paper=WHICH)
@app_commands.autocomplete(paper=paper_choices)
async def show(interaction: Interaction, paper: app_commands.Range[str, 1, LONGEST_QUERY]) -> None:
    """One paper: who, when, its summary, its abstract and its links."""
    await answer(interaction, pages.paper(interaction.client.resources, paper), private=False)


@papers.command(name="similar")
@app_commands.describe(paper=WHICH)
@app_commands.autocomplete(paper=paper_choices)
async def similar(interaction: Interaction, paper: app_commands.Range[str, 1, LONGEST_QUERY]) -> None:
    """The papers most like one, in words and in meaning."""
    await answer(interaction, pages.similar(interaction.client.resources, paper), private=False)


@papers.command(name="save")
@app_commands.describe(paper=WHICH)
@app_commands.autocomplete(paper=paper_choices)
async def save(interaction: Interaction, paper: app_commands.Range[str, 1, LONGEST_QUERY]) -> None:
    """Keep a paper for later, and hear when it is withdrawn or a new version comes out."""
    await answer(interaction, pages.save(interaction.client.resources, interaction.user.id, paper), private=True)


@papers.command(name="saved")
@app_commands.describe(query="Only what matches, as in /papers search; empty: all of them")
async def saved(interaction: Interaction, query: app_commands.Range[str, 1, LONGEST_QUERY] | None = None) -> None:
    """The papers that you saved, the last one first."""
    work = pages.saved_papers(interaction.client.resources, interaction.user.id, query or "")
    await answer(interaction, work, private=True)


@papers.command(name="unsave")
@app_commands.describe(paper="The paper: choose it, or type its id, an address or a DOI of it")
@app_commands.autocomplete(paper=saved_choices)
async def unsave(interaction: Interaction, paper: app_commands.Range[str, 1, LONGEST_QUERY]) -> None:
    """Take a paper out of those that you saved."""
    await answer(interaction, pages.unsave(interaction.client.resources, interaction.user.id, paper), private=True)
