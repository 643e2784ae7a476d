"""Which categories people follow: those that their queries name."""

from collections.abc import Iterable

from storage import categories
from storage.query import And, Field, Or, Query, Words


def categories_in(query: Query) -> frozenset[str]:
    """ArXiv's categories and archives that ``query`` asks for, as arXiv spells them; those that it excludes are not."""
    match query:
        case Words(text=text, field=Field.CATEGORY):
            known = categories.spelled(text.removesuffix("."))
            return frozenset({known} if known else ())
        case And(parts) | Or(parts):
            return frozenset().union(*map(categories_in, parts))
        case _:
            return frozenset()


def fewest(codes: Iterable[str]) -> tuple[str, ...]:
    """The same papers with fewer names, in order: a category goes where the whole of its archive is there."""
    wanted = frozenset(codes)
    return tuple(sorted(code for code in wanted if "." not in code or code.partition(".")[0] not in wanted))
