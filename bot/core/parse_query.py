"""The query language: a text read into the tree of ``storage.query``, and the tree written as text again.

    query   = all ("OR" all)*            any of these; words bind tighter than OR
    all     = part+                      all of these (an AND between them changes nothing)
    part    = ("-" | "NOT") part | "(" query ")" | field ":" value | "exact phrase" | prefix* | word

``title:(a OR b)`` is ``title:a OR title:b``. ``after:`` begins with its day and ``before:`` ends on the day before, so
``after:2025 before:2026`` is the year 2025. Everything is read without regard to case, but OR, AND and NOT, which are
only meant as such in capitals. A bare arXiv id means that paper.
"""

from bot.core.identity import parse_paper_id
from bot.core.query_filters import BadValue, field_named, is_filter, needs_value, read_filter, words_of, written
from bot.core.query_tokens import Kind, Reader, Token, normal
from bot.errors import InvalidInput, QuerySyntaxError
from storage import words
from storage.query import And, Days, Field, Not, Or, Query, Words

LONGEST = 500
"""Characters of a query."""
DEEPEST = 10
"""Brackets inside brackets."""
_SHORTEST_PREFIX = 2
_SHORTEST_PREFIX_IN_PHRASE = 3
"""Letters before a star: with fewer, too many words begin so for an answer in milliseconds."""


def parse_query(text: str) -> Query:
    """``text`` as a tree in its simplest form: the same question asked otherwise gives the same tree where we can tell.

    Raises:
        QuerySyntaxError: it cannot be read; the error points at the column and says what to write instead.
    """
    if len(text) > LONGEST:
        raise _too_long(text)
    if not text.strip():
        raise QuerySyntaxError(
            text,
            column=1,
            problem="The query is empty",
            hint='Write what you look for, as in "diffusion models" cat:cs.CV',
        )
    query = _Parser(text).query()
    if len(canonical(query)) > LONGEST:
        raise _too_long(text)
    return query


def canonical(query: Query) -> str:
    """The text that ``parse_query`` reads as ``query``, written the shortest usual way."""
    match query:
        case Words():
            return _written_words(query)
        case And(parts):
            return " ".join(f"({canonical(part)})" if isinstance(part, Or) else canonical(part) for part in parts)
        case Or(parts):
            return " OR ".join(map(canonical, parts))
        case Not(part):
            inner = canonical(part)
            whole = isinstance(part, And | Or) or (isinstance(part, Days) and " " in inner)
            return f"-({inner})" if whole else f"-{inner}"
        case _:
            return written(query)


def _written_words(leaf: Words) -> str:
    field = f"{leaf.field}:" if leaf.field else ""
    star = "*" if leaf.prefix else ""
    quoted = leaf.phrase or " " in leaf.text or (leaf.field is Field.ID and "(" in leaf.text)
    return f'{field}"{leaf.text}{star}"' if quoted else f"{field}{leaf.text}{star}"


def _too_long(text: str) -> QuerySyntaxError:
    return QuerySyntaxError(
        text,
        column=min(len(text), LONGEST) + 1,
        problem=f"The query is too long; up to {LONGEST} characters are read",
        hint="Keep the words that matter.",
    )


class _Parser:
    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = Reader(text).tokens()
        self._at = 0
        self._depth = 0

    def query(self) -> Query:
        if self._next().kind is Kind.END:
            raise self._problem(
                self._next(), "There is no word in this", "Write letters or digits to look for.", column=1
            )
        found = self._any(None)
        if self._next().kind is Kind.CLOSE:
            raise self._problem(self._next(), "This bracket was never opened", "Take it out, or open one before it.")
        if not _asks_for_something(found):
            sign = next(token for token in self._tokens if token.kind is Kind.NOT)
            hint = "Add what you look for: a word, or a filter such as since:7d."
            raise self._problem(sign, "This only says what is not wanted", hint)
        return found

    def _next(self) -> Token:
        return self._tokens[self._at]

    def _take(self) -> Token:
        self._at += 1
        return self._tokens[self._at - 1]

    def _problem(self, token: Token, problem: str, hint: str, *, column: int | None = None) -> QuerySyntaxError:
        return QuerySyntaxError(self._text, column=column or token.column, problem=problem, hint=hint)

    def _any(self, field: str | None) -> Query:
        parts = [self._all(field)]
        while self._next().kind is Kind.OR:
            sign = self._take()
            if self._next().kind in {Kind.END, Kind.CLOSE, Kind.OR}:
                raise self._problem(sign, "Something is missing behind OR", 'Write a OR b; to look for the word, "or".')
            parts.append(self._all(field))
        return _one_of(parts)

    def _all(self, field: str | None) -> Query:
        if self._next().kind is Kind.OR:
            raise self._problem(
                self._next(), "Something is missing before OR", 'Write a OR b; to look for the word, "or".'
            )
        parts = []
        while self._next().kind not in {Kind.END, Kind.CLOSE, Kind.OR}:
            parts.append(self._part(field))
        return _all_of(parts)

    def _part(self, field: str | None) -> Query:
        negated = False
        sign = self._next()
        while self._next().kind is Kind.NOT:
            self._take()
            negated = not negated
        if self._next().kind in {Kind.END, Kind.CLOSE, Kind.OR}:
            raise self._problem(sign, f"Something is missing behind {sign.text}", "Write the word that is not wanted.")
        found = self._plain(field)
        return _not(found) if negated else found

    def _plain(self, field: str | None) -> Query:
        token = self._take()
        match token.kind:
            case Kind.OPEN:
                return self._group(token, field)
            case Kind.FIELD:
                return self._field(token)
            case _:
                return self._words(token, field)

    def _group(self, opening: Token, field: str | None) -> Query:
        self._depth += 1
        if self._depth > DEEPEST:
            raise self._problem(opening, f"More than {DEEPEST} brackets stand inside each other", "Write it flatter.")
        if self._next().kind is Kind.CLOSE:
            raise self._problem(opening, "These brackets are empty", "Write something between them, or take them out.")
        found = self._any(field) if self._next().kind is not Kind.END else None
        if self._next().kind is not Kind.CLOSE or found is None:
            raise self._problem(opening, "This bracket is never closed", "Add a ) where the group ends.")
        self._take()
        self._depth -= 1
        return found

    def _field(self, token: Token) -> Query:
        try:
            name = field_named(token.text)
        except BadValue as bad:
            raise self._problem(token, bad.problem, bad.hint) from bad
        beside = self._next().column == token.column + len(token.text) + 1
        try:
            if not beside or self._next().kind not in {Kind.WORD, Kind.PHRASE, Kind.OPEN}:
                raise needs_value(name)
            if self._next().kind is Kind.OPEN:
                return self._group(self._take(), name)
            return self._valued(self._take(), name)
        except BadValue as bad:
            where = self._tokens[self._at - 1]
            raise self._problem(where, bad.problem, bad.hint) from bad

    def _valued(self, token: Token, name: str) -> Query:
        """What stands behind ``name:``, or in brackets behind it. Raises BadValue."""
        starred = token.prefix or token.text.endswith("*")
        text = token.text.rstrip("*")
        if is_filter(name):
            return read_filter(name, f"{text}*" if starred else text)
        if "*" in text:
            raise BadValue("A star can only stand at the end of a word", f"Write {name}:{text.partition('*')[0]}*")
        if text[:1] in {"-", "−"}:
            raise BadValue(f"The minus stands behind “{name}:”", f"Write -{name}:{text[1:]}")
        found = words_of(name, text, phrase=token.kind is Kind.PHRASE, prefix=starred)
        self._check_prefix(token, found)
        return found

    def _words(self, token: Token, field: str | None) -> Query:
        if field is not None:
            try:
                return self._valued(token, field)
            except BadValue as bad:
                raise self._problem(token, bad.problem, bad.hint) from bad
        phrase = token.kind is Kind.PHRASE
        text = normal(token.text)
        if not phrase and not token.prefix and (named := _paper_named(text)) is not None:
            return named
        found = Words(text, phrase=phrase, prefix=token.prefix)
        self._check_prefix(token, found)
        return found

    def _check_prefix(self, token: Token, found: Words) -> None:
        if not found.prefix:
            return
        *before, last = words.analyse(found.text).exact
        least = _SHORTEST_PREFIX_IN_PHRASE if before else _SHORTEST_PREFIX
        if last.isascii() and len(last) < least:
            raise self._problem(
                token, "Too many words begin so", f"Write at least {least} letters before the star, as in trans*"
            )


def _paper_named(text: str) -> Query | None:
    """A bare id or address of a paper means that paper; numbers that only resemble one stay words."""
    if not ("arxiv" in text or "/" in text or text[:4].isdigit()):
        return None
    try:
        return Words(parse_paper_id(text), Field.ID)
    except InvalidInput:
        return None


# --- the simplest form ---


def _all_of(parts: list[Query]) -> Query:
    flat: dict[Query, None] = {}
    for part in parts:
        flat |= dict.fromkeys(part.parts if isinstance(part, And) else (part,))
    days = [part for part in flat if isinstance(part, Days)]
    simple = list(flat)
    if len(days) > 1:
        since = max((part.since for part in days if part.since), default=None)
        until = min((part.until for part in days if part.until), default=None)
        simple[simple.index(days[0])] = Days(since, until)
        simple = [part for part in simple if part not in days or part == Days(since, until)]
        simple = list(dict.fromkeys(simple))
    return simple[0] if len(simple) == 1 else And(tuple(simple))


def _one_of(parts: list[Query]) -> Query:
    flat: dict[Query, None] = {}
    for part in parts:
        flat |= dict.fromkeys(part.parts if isinstance(part, Or) else (part,))
    return next(iter(flat)) if len(flat) == 1 else Or(tuple(flat))


def _not(part: Query) -> Query:
    return part.part if isinstance(part, Not) else Not(part)


def _asks_for_something(query: Query) -> bool:
    match query:
        case Not():
            return False
        case And(parts) | Or(parts):
            return any(map(_asks_for_something, parts))
        case _:
            return True
