"""Every command and its options. No logic: what a command does stands beside, and is imported when it is called."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from bot.core.style import Style
from storage.records import Sort

app = typer.Typer(
    help="Paperboy brings research papers to Discord, and to this terminal.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
db = typer.Typer(help="Look after the store.", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(db, name="db")
channels = typer.Typer(
    help="Show the channel setups, or move them as one file.", no_args_is_help=True, rich_markup_mode=None
)
app.add_typer(channels, name="channels")

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document, and nothing else, on standard output.")]
Server = Annotated[int | None, typer.Option(help="Discord's id of the server.", metavar="ID")]
Limit = Annotated[int, typer.Option(help="How many papers.", metavar="N")]
Offset = Annotated[int, typer.Option(help="How many papers to leave out first.", metavar="N")]


@app.callback(invoke_without_command=True)
def _version(
    *,
    version: Annotated[bool, typer.Option("--version", help="Show the version and exit.", is_eager=True)] = False,
) -> None:
    if version:
        from importlib.metadata import version as installed

        typer.echo(f"paperboy {installed('paperboy')}")
        raise typer.Exit


@app.command(epilog="Example: paperboy run")
def run(
    *,
    once: Annotated[bool, typer.Option("--once", help="Fetch, deliver what is due, print a report, and exit.")] = False,
) -> None:
    """Start the bot. It runs on Discord where DISCORD_TOKEN is set, else at this terminal."""
    from bot.cli import running

    running.run(once=once)


@app.command(epilog="Example: paperboy ingest --since 2025-03-10 --until 2025-03-14")
def ingest(
    more: Annotated[
        list[Path] | None, typer.Argument(metavar="[PATH]...", help="More files for --file, as a shell's * gives them.")
    ] = None,
    *,
    source: Annotated[
        list[str] | None,
        typer.Option(
            help="Ask this source: huggingface, arxiv, biorxiv, files …; repeatable. Left out: huggingface.",
            metavar="NAME",
        ),
    ] = None,
    date: Annotated[str | None, typer.Option(help="One day, for example 2025-03-14 or yesterday.", metavar="D")] = None,
    since: Annotated[str | None, typer.Option(help="The first day of a range.", metavar="D")] = None,
    until: Annotated[str | None, typer.Option(help="Its last day; today where left out.", metavar="D")] = None,
    file: Annotated[
        list[Path] | None,
        typer.Option(
            help="Read BibTeX (.bib), a dump of arXiv's metadata (.jsonl, .jsonl.gz), or a recorded answer of the "
            "source; repeatable.",
            metavar="PATH",
        ),
    ] = None,
    again: Annotated[
        bool, typer.Option("--again", help="Look at the days of a range, or a dump, that are complete too.")
    ] = False,
    json: Json = False,
) -> None:
    """Bring papers into the store. It is safe to repeat, and goes on where it was interrupted."""
    from bot.cli import ingesting

    wanted = ingesting.Wanted(
        sources=tuple(source or ()),
        day=date,
        since=since,
        until=until,
        files=tuple(file or ()),
        more=tuple(more or ()),
        again=again,
    )
    ingesting.run(wanted, json=json)


@app.command(epilog="Example: paperboy trending --week 2025-W11 --sort top --limit 20")
def trending(
    *,
    date: Annotated[str | None, typer.Option(help="A day, for example 2025-03-14 or yesterday.", metavar="D")] = None,
    week: Annotated[str | None, typer.Option(help="An ISO week, for example 2025-W11.", metavar="W")] = None,
    month: Annotated[str | None, typer.Option(help="A month, for example 2025-03.", metavar="M")] = None,
    sort: Annotated[Sort, typer.Option(help="The order.")] = Sort.TRENDING,
    limit: Limit = 10,
    offset: Offset = 0,
    json: Json = False,
) -> None:
    """Show what a digest would hold. The papers of the newest day, or of a day, a week or a month."""
    from bot.cli import reading

    reading.trending(
        reading.WhichPeriod(day=date, week=week, month=month), sort=sort, limit=limit, offset=offset, json=json
    )


@app.command(epilog="Example: paperboy search '\"in-context learning\" author:brown -survey after:2024-01-01'")
def search(
    query: Annotated[list[str] | None, typer.Argument(metavar="QUERY", help="What to look for.")] = None,
    *,
    like: Annotated[
        str | None, typer.Option(help="In place of a query: the papers most like this one.", metavar="ID")
    ] = None,
    limit: Limit = 10,
    offset: Offset = 0,
    sort: Annotated[
        Literal["relevance", "match", "new", "top"],
        typer.Option(help="The order; match is relevance whatever the age and the votes."),
    ] = "relevance",
    json: Json = False,
) -> None:
    """Search the papers in the store.

    A query is made of words, all of which must match; of "exact phrases", -words that must not match, OR, (groups) and
    begin*; of title: abstract: author: cat: org: id: before a word; and of after:2025-01-01 before: since:7d
    upvotes:>50 stars:>100 has:code has:summary is:withdrawn.
    """
    from bot.cli import reading

    wanted = reading.WhichPapers(query=" ".join(query) if query else None, like=like)
    reading.search(wanted, limit=limit, offset=offset, sort=sort, json=json)


@app.command(epilog="Example: paperboy paper https://arxiv.org/pdf/2503.10622v2")
def paper(
    paper_id: Annotated[str, typer.Argument(metavar="ID", help="An arXiv id, or an address or DOI of the paper.")],
    *,
    json: Json = False,
) -> None:
    """Show one paper, whole."""
    from bot.cli import reading

    reading.paper(paper_id, json=json)


@app.command(epilog="Example: paperboy ask 'how large is the dataset?' --paper 2503.10622")
def ask(
    question: Annotated[list[str], typer.Argument(metavar="QUESTION", help="In plain words.")],
    *,
    paper: Annotated[
        list[str] | None, typer.Option(help="Ask about this paper; repeatable. Else about all.", metavar="ID")
    ] = None,
    json: Json = False,
) -> None:
    """Show the passages closest to a question. They are quoted word for word, at most three."""
    from bot.cli import reading

    reading.ask(" ".join(question), papers=tuple(paper or ()), json=json)


@app.command(epilog="Example: paperboy summary 2503.10622 --style tldr")
def summary(
    paper_id: Annotated[str, typer.Argument(metavar="ID", help="An arXiv id, or an address or DOI of the paper.")],
    *,
    style: Annotated[Style, typer.Option(help="The key points, less, or plain words for a newcomer.")] = Style.POINTS,
    json: Json = False,
) -> None:
    """Sum up a paper in a few lines. Each comes with the words of the paper that it stands on."""
    from bot.cli import reading

    reading.summary(paper_id, style=style, json=json)


@app.command(epilog="Example: paperboy compare 2503.10622 2503.09566")
def compare(
    paper_ids: Annotated[list[str], typer.Argument(metavar="ID...", help="Two to four papers.")],
    *,
    json: Json = False,
) -> None:
    """Set papers side by side. Problem, approach, results, data, size, code and limits, each in their own words."""
    from bot.cli import reading

    reading.compare(tuple(paper_ids), json=json)


@app.command(epilog="Example: paperboy status --json")
def status(
    *,
    preview: Annotated[
        int | None,
        typer.Option(
            help="Show what the next digest would hold: of a setup, by its number or its channel's id.",
            metavar="CHANNEL",
        ),
    ] = None,
    paper: Annotated[
        str | None, typer.Option(help="With --preview: why this paper would be in it, or not.", metavar="ID")
    ] = None,
    json: Json = False,
) -> None:
    """Show what is fresh, failing and due. Or what a channel would get next, and why."""
    if preview is not None:
        from bot.cli import previewing

        previewing.preview(preview, paper=paper, json=json)
        return
    if paper is not None:
        raise typer.BadParameter("say in whose next digest, with --preview CHANNEL.", param_hint="--paper")
    from bot.cli import reading

    reading.status(json=json)


@app.command(epilog="Example: paperboy doctor")
def doctor() -> None:
    """Find what is misconfigured or broken. Each finding says how to mend it."""
    from bot.cli import doctoring

    doctoring.run()


@app.command(epilog="Example: paperboy evaluate")
def evaluate(
    *,
    data: Annotated[
        Path | None, typer.Option(help="A folder with SciFact's claims and abstracts, asked as well.", metavar="DIR")
    ] = None,
    questions: Annotated[int, typer.Option(help="How many questions a model is asked.", min=1, metavar="N")] = 20,
    json: Json = False,
) -> None:
    """Measure how good the answers are, and attack them.

    The questions are about the bundled sample. Where a model is set it is asked as well; that takes time and tokens.
    Ends with 1 where a quotation does not stand, or something of an attack came through.
    """
    from bot.cli import evaluating

    evaluating.run(data=data, questions=questions, json=json)


@channels.command("list", epilog="Example: paperboy channels list --json")
def list_setups(*, server: Server = None, json: Json = False) -> None:
    """Show every channel setup with its next hour and how its last digest ended."""
    from bot.cli import setups

    setups.list_all(server=server, json=json)


@channels.command("export", epilog="Example: paperboy channels export --output setups.json")
def export_setups(
    *,
    server: Server = None,
    output: Annotated[
        str, typer.Option(help="The file to write, which must not exist yet; - is standard output.", metavar="FILE")
    ] = "-",
) -> None:
    """Write a server's channel setups to one file. It can be read, edited and imported, here or elsewhere."""
    from bot.cli import setups

    setups.export(server=server, output=output)


@channels.command("import", epilog="Example: paperboy channels import setups.json --dry-run")
def import_setups(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="What export wrote; - is standard input.")],
    *,
    server: Annotated[
        int | None, typer.Option(help="Discord's id of the server; else the one that the file names.", metavar="ID")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be done.")] = False,
    json: Json = False,
) -> None:
    """Bring in the channel setups of a file: all of them, or none where anything is wrong.

    What is there already is left as it is, so it is safe to repeat. Ids of channels are those of the file: for another
    server, put that one's in first.
    """
    from bot.cli import setups

    setups.bring_in(file, server=server, dry_run=dry_run, json=json)


@db.command(epilog="Example: paperboy db upgrade")
def upgrade() -> None:
    """Make the store if it is missing, and bring its tables up to date."""
    from bot.cli import keeping

    keeping.upgrade()


@db.command(epilog="Example: paperboy db check")
def check() -> None:
    """Look for damage in the store."""
    from bot.cli import keeping

    keeping.check()


@db.command(epilog="Example: paperboy db compact")
def compact() -> None:
    """Give back the room of what was deleted or replaced. The bot may run; on SQLite its writing waits meanwhile."""
    from bot.cli import keeping

    keeping.compact()


@db.command(epilog="Example: paperboy db copy postgresql://paperboy@localhost/paperboy")
def copy(
    url: Annotated[
        str,
        typer.Argument(metavar="URL", help="An empty database: postgresql://user@host/name or sqlite:///file.db."),
    ],
) -> None:
    """Copy everything into an empty database of the same or the other kind, and compare it. Stop the bot first.

    Interrupted, it leaves nothing behind. A password need not stand in the URL, where other users of this machine may
    see it: PGPASSWORD or ~/.pgpass will do.
    """
    from bot.cli import keeping

    keeping.copy(url)


@db.command(epilog="Example: paperboy db vectors")
def vectors() -> None:
    """Read the papers that search knows by their words alone for their meaning. A running bot does it by itself."""
    from bot.cli import keeping

    keeping.vectors()


@db.command(epilog="Example: paperboy db backup backups/paperboy-2025-03-14.db")
def backup(
    path: Annotated[Path, typer.Argument(metavar="PATH", help="The file to write; it must not exist yet.")],
) -> None:
    """Copy the store to a file, while the bot may go on running."""
    from bot.cli import keeping

    keeping.backup(path)


@db.command(epilog="Example: paperboy db restore backups/paperboy-2025-03-14.db")
def restore(
    path: Annotated[Path, typer.Argument(metavar="PATH", help="A file that was written by backup.")],
) -> None:
    """Put a backup in the store's place. Stop the bot first."""
    from bot.cli import keeping

    keeping.restore(path)
