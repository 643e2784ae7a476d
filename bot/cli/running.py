"""``paperboy run``: the bot on Discord where there is a token, else at this terminal."""

from bot.cli.exit_codes import DONE, FAILED, INTERRUPTED
from bot.cli.indexing import fill
from bot.cli.output import show
from bot.cli.session import finish, log_as_asked
from bot.settings import load_settings
from storage.search_index.opening import problem_with


def run(*, once: bool) -> None:
    """Run until stopped; with ``once`` one round, which has failed where a delivery did or is held."""
    from bot.app import run_discord, run_terminal
    from bot.render.reports import tick_report

    settings = load_settings()
    token = settings.discord_token
    log_as_asked(settings, at_terminal=token is None)

    async def work() -> int:
        if problem_with(settings.index_folder) is not None:
            await fill(settings)  # it may take long: with a bar, and before anybody can ask for papers
        if token is not None:
            report = await run_discord(settings, token.get_secret_value(), once=once)
        else:
            report = await run_terminal(settings, once=once)
        if report is None:  # told to stop: which a round that was asked for to its end did not come to
            return INTERRUPTED if once else DONE
        show(tick_report(report))
        return FAILED if report.failed or report.held else DONE

    finish(work())
