"""``make bench``: what Paperboy is measured beside, as ratios of medians within one run, on this machine."""

import asyncio
import sys

from rich.console import Console
from rich.table import Table

from benchmarks import crashes, fanout, foretell, ingest, search, settle, sources, startup
from benchmarks.figures import Row


def main() -> None:
    """Run every benchmark: one table of ratios, then what recorded days show, and how often sites are asked."""
    rows: list[Row] = []
    for part in (startup.measure, ingest.measure, search.measure, crashes.measure, fanout.measure):
        print(f"measuring {part.__module__.rpartition('.')[2]} ...", file=sys.stderr, flush=True)
        rows += asyncio.run(part())
    table = Table("what", "Paperboy", "beside", "there", "ratio", title="Medians; the ratio is Paperboy ÷ the other")
    for row in rows:
        table.add_row(row.what, row.ours, row.beside, row.theirs, row.ratio)
    Console(width=150).print(table, *settle.tables(), *foretell.tables(), *sources.tables(), sep="\n")


if __name__ == "__main__":
    main()
