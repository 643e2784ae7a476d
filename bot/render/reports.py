"""What an ingest brought and what a round of deliveries did, for whoever runs the bot."""

from collections.abc import Sequence

from bot.core.reports import SourceReport, TickReport
from bot.render import phrases
from bot.render.phrases import counted, fine, heading, strong, text
from bot.render.post import Block, Inline, Listing, Post, Span
from bot.render.status import SOURCES, STATES
from bot.render.terms import in_short
from storage.records import ChannelSetup, Delivery

MOST_NAMED = 10
ON_HOLD = "on hold until somebody mends it"
ANSWERS_CAME = "How the server is answered comes from the file, too."
ANSWERS_STAY = "How the server is answered was chosen there already, and stays as it is."


def brought(report: SourceReport, *, named: bool = True) -> str:
    """One look at a source in one line, whose sum holds."""
    name = f"{_name(report)}: " if named else ""
    if report.error:
        return f"{name}failed: {phrases.line(report.error, 300)}"
    parts = [f"{report.new:,} new", f"{report.updated:,} updated", f"{report.unchanged:,} unchanged"]
    if report.rejected:
        parts.append(f"{report.rejected:,} rejected")
    return f"{name}{report.fetched:,} fetched = {' + '.join(parts)}"


def ingest_report(reports: Sequence[SourceReport]) -> Post:
    """All looks of one ingest: their sum, the failed ones by name, and what was rejected and why."""
    seconds = sum(report.took.total_seconds() for report in reports)
    failed = [report for report in reports if report.error]
    blocks: list[Block] = [heading("Papers brought in" if len(failed) < len(reports) else "Nothing was brought in")]
    good = [report for report in reports if not report.error]
    total = SourceReport(
        name="all",
        fetched=sum(report.fetched for report in good),
        new=sum(report.new for report in good),
        updated=sum(report.updated for report in good),
        unchanged=sum(report.unchanged for report in good),
        rejected=sum(report.rejected for report in good),
    )
    if good:
        blocks.append(text(f"{brought(total, named=False)}, in {seconds:,.1f} seconds."))
    if failed:
        blocks += [text(strong(f"{counted(len(failed), 'look')} failed")), _lines([brought(one) for one in failed])]
    if rejects := [f"{_name(report)}, {reject}" for report in reports for reject in report.rejects]:
        blocks += [text(strong(f"{counted(total.rejected, 'paper')} could not be read")), _lines(rejects)]
    return Post(tuple(blocks))


def tick_report(report: TickReport) -> Post:
    """One round of deliveries."""
    ended = (*report.failed, *report.held, *report.sent, *report.skipped)
    if not ended and not report.planned and not report.waiting:
        return Post((heading("Nothing was due"), text("Every digest that has come due was delivered before.")))
    sums = f"{report.planned:,} planned now; {len(report.sent):,} sent, {len(report.skipped):,} skipped, "
    words = text(
        f"{sums}{len(report.failed):,} failed, {len(report.held):,} on hold, {report.waiting:,} still waiting."
    )
    rows = Listing(tuple(_row(delivery) for delivery in ended[:MOST_NAMED]))
    rest = len(ended) - MOST_NAMED
    more = (fine(f"and {rest:,} more"),) if rest > 0 else ()
    return Post((heading("Deliveries"), words, *((rows,) if ended else ()), *more))


def imported_setups(
    guild_id: int, added: Sequence[ChannelSetup], unchanged: int, *, answers: bool | None, dry_run: bool
) -> Post:
    """What came of a file of channel setups, or with ``dry_run`` would come of it."""
    kept = "would be added to" if dry_run else "added to"
    title = heading(f"{counted(len(added), 'channel setup')} {kept} server {guild_id}")
    blocks: list[Block] = []
    if unchanged:
        blocks.append(text(f"{counted(unchanged, 'setup')} {'was' if unchanged == 1 else 'were'} there already."))
    if added:
        blocks.append(Listing(tuple(_added(setup) for setup in added)))
    if answers is not None:
        blocks.append(text(ANSWERS_CAME if answers else ANSWERS_STAY))
    if dry_run:
        blocks.append(fine("Nothing was changed."))
    return Post((title, *(blocks or [text("The file holds no setups.")])))


def _added(setup: ChannelSetup) -> tuple[Inline, ...]:
    number = (strong(f"{setup.id}: "),) if setup.id else ()
    paused = f". Paused: {phrases.line(setup.paused_because, 200)}" if setup.paused_because else ""
    return (*number, phrases.place(setup.destination), Span(f", {in_short(setup, 100)}{paused}"))


def _row(delivery: Delivery) -> tuple[Inline, ...]:
    problem = f": {phrases.line(delivery.problem, 300)}" if delivery.problem else ""
    what = f", {counted(len(delivery.paper_ids), 'paper')}" if delivery.paper_ids else ""
    state = ON_HOLD if delivery.is_held else STATES[delivery.state]
    return (
        phrases.place(delivery.key.destination),
        Span(f", {phrases.day(delivery.key.local_date)}{what}: {state}{problem}"),
    )


def _lines(lines: Sequence[str]) -> Listing:
    rest = len(lines) - MOST_NAMED
    more = [f"and {rest:,} more"] if rest > 0 else []
    return Listing(tuple((Span(phrases.line(line, 400)),) for line in [*lines[:MOST_NAMED], *more]))


def _name(report: SourceReport) -> str:
    source, colon, file = report.name.partition(":")
    return f"{SOURCES.get(source, source)}{colon} {file}" if colon else SOURCES.get(source, source)
