"""``paperboy status --preview``: what a setup's next run would post, and why a paper would be in it or not."""

from bot.cli.exit_codes import DONE
from bot.cli.output import print_json, show
from bot.cli.session import with_resources
from bot.core.identity import parse_paper_id
from bot.ports import Resources
from bot.render import document
from bot.render.preview import preview_report, why_paper
from bot.services import next_run


def preview(number: int, *, paper: str | None, json: bool) -> None:
    """Of the setup with this number, or of the only one in the channel with this id. Raises InvalidInput."""
    named = None if paper is None else parse_paper_id(paper)

    async def work(r: Resources) -> int:
        setup = await next_run.setup_named(r, number)
        run = await next_run.next_run(r, setup, named=named)
        record = None if named is None else run.papers.get(named)
        if json:
            told = document.preview(setup, run.decision, run.slot, empty_because=run.empty_because)
            if named is not None:
                told |= {"paper": document.why_paper(run.decision, named, record, days=run.days)}
            print_json(told)
        elif named is not None:
            show(why_paper(setup, run.decision, named, record, days=run.days))
        else:
            show(preview_report(setup, run.decision, run.slot, run.papers, empty_because=run.empty_because or ""))
        return DONE

    with_resources(work)
