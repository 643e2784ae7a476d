"""An answer read item by item, whoever gave it: a paper's bounds, what is usable, what is rejected. Pure."""

from collections.abc import Callable, Iterable
from datetime import timedelta
from itertools import islice

from bot.core.text import clean, clip
from bot.errors import InvalidInput, SourceChanged
from bot.ports import Fetched, Rejected
from storage.records import Paper, Sighting

LONGEST_TITLE = 1_000
LONGEST_ABSTRACT = 20_000
LONGEST_NAME = 200
LONGEST_REASON = 200
LONGEST_ID = 80
LONGEST_MOMENT = 40
MOST_AUTHORS = 1_000
MOST_ITEMS = 10_000
AHEAD = timedelta(days=1)
"""How far a site's clock may run ahead of ours before its moment is a mistake."""

Item = tuple[str, Callable[[], tuple[Paper, Sighting] | None]]
"""Its id as it stands there, and how it is read: None is one that was not asked for."""


def titled(title: str | None) -> str:
    """``title``, which a paper has to have. Raises InvalidInput."""
    if not title:
        raise InvalidInput("It has no title.")
    return title


def read_each(items: Iterable[Item], *, source: str) -> Fetched:
    """Each usable item as a paper and a sighting, in their order; a paper that comes twice counts once.

    What raises InvalidInput is rejected and named.
    """
    papers: dict[str, tuple[Paper, Sighting]] = {}
    rejected: list[Rejected] = []
    for position, (shown, read) in enumerate(items):
        try:
            found = read()
        except InvalidInput as problem:
            reason = clip(str(problem), LONGEST_REASON)
            rejected.append(Rejected(position=position, paper_id=clean(shown, LONGEST_ID) or None, reason=reason))
        else:
            if found is not None:
                papers.setdefault(found[0].id, found)
    return Fetched(
        source=source,
        papers=tuple(paper for paper, _ in papers.values()),
        sightings=tuple(sighting for _, sighting in papers.values()),
        rejected=tuple(rejected),
    )


def gathered(items: Iterable[Item], *, of: str, source: str) -> Fetched:
    """The same of a whole answer.

    Raises:
        SourceChanged: it has more items than any answer, or not one of them can be used.
    """
    listed = list(islice(items, MOST_ITEMS + 1))
    if len(listed) > MOST_ITEMS:
        raise SourceChanged(source, f"The answer has more than {MOST_ITEMS:,} {of}.")
    fetched = read_each(listed, source=source)
    bad = fetched.rejected
    if bad and len(bad) == len(listed):
        raise SourceChanged(source, f"None of the {len(bad):,} {of} can be read; the first: {bad[0].reason}")
    return fetched
