"""``evaluate``: questions and attacks that come with the program, put to the answers of this very installation."""

from pathlib import Path

from bot.cli.exit_codes import DONE, FAILED
from bot.cli.output import print_json, show
from bot.cli.progress import counting
from bot.cli.session import with_resources
from bot.ports import Resources
from bot.render.evaluation import evaluation_document, evaluation_post
from bot.services import evaluation


def run(*, data: Path | None, questions: int, json: bool) -> None:
    """Ask, attack, and tell; fails where a quotation does not stand or an attack came through."""

    async def work(r: Resources) -> int:
        plan = await evaluation.plan(r, data=data, of_model=questions)
        with counting("Evaluating", plan.steps) as done:
            found = await evaluation.evaluate(r, plan, done)
        if json:
            print_json(evaluation_document(found))
        else:
            show(evaluation_post(found))
        return DONE if found.holds else FAILED

    with_resources(work)
