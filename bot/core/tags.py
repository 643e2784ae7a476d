"""Which tags of a forum a paper gets: those that the admin's rules name, and those that bear a subject's own name.

Rules are written ``NLP: cat:cs.CL; Vision: cat:cs.CV OR title:image; Papers: *``: a tag's name, a colon and a query,
or a star for the papers that get no other tag. A name that holds a colon or semicolon stands in quotation marks.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, date
from typing import NamedTuple

from bot.core.matching import matches
from bot.core.parse_query import canonical, parse_query
from bot.core.query_tokens import QUOTES
from bot.core.text import clean
from bot.errors import InvalidInput
from storage.records import Paper, TagRule

MOST_TAGS = 5
"""Discord's limit for one post."""
MOST_RULES = 20
"""Discord's limit of the tags of one forum."""
LONGEST_NAME = 50
ALL_OTHERS = "*"
EXAMPLE = "Write each tag with its query, as in NLP: cat:cs.CL; Vision: cat:cs.CV; Papers: *"
_QUOTED = re.compile(f"[{QUOTES}][^{QUOTES}]*[{QUOTES}]")
_NEEDS_QUOTES = re.compile(r"[:;]")


class ForumTag(NamedTuple):
    """A tag as a forum has it now; a ``moderated`` one is given only by those who may manage threads."""

    tag_id: int
    name: str
    moderated: bool


Available = Sequence[tuple[int, str, bool]]
"""The tags of a forum in their order there, each as ``ForumTag`` has it."""


def tags_for(
    paper: Paper,
    rules: Sequence[TagRule],
    available: Available,
    *,
    today: date | None = None,
    may_moderate: bool = False,
) -> tuple[int, ...]:
    """The ids of at most five tags: of the rules in their order, then of the paper's own categories and keywords.

    A rule with an empty query counts where nothing else did; one whose tag the forum has no more is passed over, see
    ``vanished``. ``today`` is the day from which ``since:7d`` counts, without it the paper's own.

    Raises:
        InvalidInput: a rule's query cannot be read (any more).
    """
    usable = [ForumTag(*tag) for tag in available if may_moderate or not tag[2]]
    day = today or _day(paper)
    found = [
        tag.tag_id
        for rule in rules
        if rule.query and (tag := find_tag(rule, usable)) and matches(parse_query(rule.query), paper, today=day)
    ]
    found += _named_like(paper, usable)
    return tuple(dict.fromkeys(found))[:MOST_TAGS] or fallback(rules, usable, may_moderate=True)


def fallback(rules: Sequence[TagRule], available: Available, *, may_moderate: bool = False) -> tuple[int, ...]:
    """The tags of what gets no other: of a paper that nothing else fits, or of a post about no paper."""
    usable = [tag for tag in available if may_moderate or not tag[2]]
    found = [tag.tag_id for rule in rules if not rule.query and (tag := find_tag(rule, usable))]
    return tuple(dict.fromkeys(found))[:MOST_TAGS]


def find_tag(rule: TagRule, available: Available) -> ForumTag | None:
    """The rule's tag: by its id, so that a renamed one is still the same; else by its name, whatever its case."""
    tags = [ForumTag(*tag) for tag in available]
    by_id = [tag for tag in tags if rule.tag_id and tag.tag_id == rule.tag_id]
    by_name = [tag for tag in tags if _folded(tag.name) == _folded(rule.name)]
    return next(iter((*by_id, *by_name)), None)


def vanished(rules: Sequence[TagRule], available: Available) -> tuple[TagRule, ...]:
    """The rules whose tag the forum does not have any more."""
    return tuple(rule for rule in rules if find_tag(rule, available) is None)


def parse_tags(text: str) -> tuple[TagRule, ...]:
    """The rules as they are written; ``tag_id`` is 0 everywhere, since only names can be written. Empty gives none.

    Raises:
        InvalidInput: a part is no rule, a query cannot be read, a tag has two rules, or there are too many.
    """
    rules = tuple(_rule(part) for part in _split(text, ";") if part.strip())
    if len(rules) > MOST_RULES:
        raise InvalidInput(f"These are {len(rules)} tags; a forum has {MOST_RULES} at most.")
    seen: set[str] = set()
    for rule in rules:
        if _folded(rule.name) in seen:
            raise InvalidInput(f"The tag “{rule.name}” stands there twice; join its queries with OR.")
        seen.add(_folded(rule.name))
    return rules


def print_tags(rules: Sequence[TagRule]) -> str:
    """What ``parse_tags`` reads as these rules (their ids apart), written the shortest usual way."""
    return "; ".join(f"{_written_name(rule.name)}: {rule.query or ALL_OTHERS}" for rule in rules)


def _rule(part: str) -> TagRule:
    name, *rest = _split(part, ":")
    query = ":".join(rest).strip()
    spelled = clean(name)
    if _QUOTED.fullmatch(spelled):
        spelled = clean(spelled[1:-1])
    if not rest or not query:
        raise InvalidInput(f"“{clean(part, LONGEST_NAME)}” says no query for its tag. {EXAMPLE}")
    if not spelled or any(sign in spelled for sign in QUOTES):
        raise InvalidInput(f"“{clean(part, LONGEST_NAME)}” names no tag. {EXAMPLE}")
    if len(spelled) > LONGEST_NAME:
        raise InvalidInput(f"“{clean(spelled, LONGEST_NAME)}” is too long for a tag's name.")
    if query == ALL_OTHERS:
        return TagRule(name=spelled)
    try:
        return TagRule(name=spelled, query=canonical(parse_query(query)))
    except InvalidInput as problem:
        raise InvalidInput(f"The query of the tag “{spelled}” cannot be read: {problem}") from problem


def _split(text: str, sign: str) -> Iterator[str]:
    """``text`` at each ``sign`` that stands in no quotation marks."""
    start = at = 0
    while at < len(text):
        if text[at] in QUOTES and (quoted := _QUOTED.match(text, at)):
            at = quoted.end()
            continue
        if text[at] == sign:
            yield text[start:at]
            start = at + 1
        at += 1
    yield text[start:]


def _written_name(name: str) -> str:
    return f'"{name}"' if _NEEDS_QUOTES.search(name) else name


def _named_like(paper: Paper, available: Sequence[ForumTag]) -> list[int]:
    by_name = {_folded(tag.name): tag.tag_id for tag in reversed(available)}
    return [by_name[name] for word in (*paper.categories, *paper.keywords) if (name := _folded(word)) in by_name]


def _folded(name: str) -> str:
    return clean(name).casefold()


def _day(paper: Paper) -> date:
    published = paper.published_at.astimezone(UTC).date() if paper.published_at else date.max
    return paper.daily_on or published
