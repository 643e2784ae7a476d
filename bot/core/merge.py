"""One paper out of many looks at it: what a newer look says wins, what it does not say stays.

Looks come in any order of sources, and each knows only some facts, so absence never erases. The first day on the daily
list, the first moment of withdrawal and the highest version do not depend on the order of the looks; neither does
anything that only one of them says.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from typing import TypeVar

from bot.core.text import clean
from storage.records import Paper

CUT_SHORT = "…. "
"""How a feed ends an abstract that it cut."""

Fact = TypeVar("Fact")
Ordered = TypeVar("Ordered", int, date, datetime)


def merge(stored: Paper | None, seen: Paper, *, newer: bool = True) -> Paper:
    """What is known of a paper after it was seen again, its text cleaned. The first look is taken as it is.

    An abstract that only repeats the beginning of the known one does not replace it. A withdrawal stays.
    ``newer=False`` says that ``seen`` is the older look (a recorded answer that is brought in late): then it only fills
    gaps, and ``merge(a, b, newer=False) == merge(b, a)``.

    Raises:
        ValueError: they are two papers.
    """
    if stored is None:
        return _cleaned(seen)
    if stored.id != seen.id:
        raise ValueError(f"{stored.id} and {seen.id} are two papers")
    old, new = (_cleaned(stored), _cleaned(seen)) if newer else (_cleaned(seen), _cleaned(stored))
    return Paper(
        id=old.id,
        title=new.title or old.title,
        abstract=old.abstract if _is_beginning(new.abstract, old.abstract) else new.abstract,
        authors=new.authors or old.authors,
        categories=new.categories or old.categories,
        published_at=_known(new.published_at, old.published_at),
        version=_of_both(max, old.version, new.version),
        daily_on=_of_both(min, old.daily_on, new.daily_on),
        upvotes=_known(new.upvotes, old.upvotes),
        comments=_known(new.comments, old.comments),
        code_url=new.code_url or old.code_url,
        code_stars=_known(new.code_stars, old.code_stars),
        project_url=new.project_url or old.project_url,
        organization=new.organization or old.organization,
        summary=new.summary or old.summary,
        keywords=new.keywords or old.keywords,
        withdrawn_at=_of_both(min, old.withdrawn_at, new.withdrawn_at),
    )


def _cleaned(paper: Paper) -> Paper:
    return replace(
        paper,
        title=clean(paper.title),
        abstract=clean(paper.abstract),
        authors=_cleaned_all(paper.authors),
        keywords=_cleaned_all(paper.keywords),
        organization=clean(paper.organization or "") or None,
        summary=clean(paper.summary or "") or None,
    )


def _cleaned_all(texts: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(text for text in map(clean, texts) if text)


def _is_beginning(short: str, whole: str) -> bool:
    return len(short) < len(whole) and whole.startswith(short.rstrip(CUT_SHORT))


def _known(new: Fact | None, old: Fact | None) -> Fact | None:
    return old if new is None else new


def _of_both(
    choose: Callable[[Ordered, Ordered], Ordered], one: Ordered | None, other: Ordered | None
) -> Ordered | None:
    if one is None or other is None:
        return _known(one, other)
    return choose(one, other)
