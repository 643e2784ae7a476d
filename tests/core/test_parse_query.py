from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.parse_query import LONGEST, canonical, parse_query
from bot.errors import QuerySyntaxError
from storage.query import And, Count, Days, Field, Has, Is, LastDays, Not, Or, Query, Words

A, B, C = Words("a"), Words("b"), Words("c")
AUTHOR, CAT, ID, ORG, TITLE = Field.AUTHOR, Field.CATEGORY, Field.ID, Field.ORGANIZATION, Field.TITLE


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("diffusion", Words("diffusion")),
        ("BERT", Words("bert")),
        ("a b", And((A, B))),
        ("a AND b", And((A, B))),
        ("a OR b", Or((A, B))),
        ("a | b", Or((A, B))),
        ("a b OR c", Or((And((A, B)), C))),
        ("a (b OR c)", And((A, Or((B, C))))),
        ("a -b", And((A, Not(B)))),
        ("a −b", And((A, Not(B)))),
        ("a NOT b", And((A, Not(B)))),
        ("a -(b c)", And((A, Not(And((B, C)))))),
        ("a - b", And((A, B))),
        ("a --b", And((A, B))),
        ('"exact phrase"', Words("exact phrase", phrase=True)),
        ("“round marks”", Words("round marks", phrase=True)),
        ('"one"', Words("one", phrase=True)),
        ('-"exact phrase" a', And((Not(Words("exact phrase", phrase=True)), A))),
        ("trans*", Words("trans", prefix=True)),
        ('"deep learn*"', Words("deep learn", phrase=True, prefix=True)),
        ('"deep learn"*', Words("deep learn", phrase=True, prefix=True)),
        ("((a))", A),
        ("a (b c)", And((A, B, C))),
        ("a a A", A),
        ("or", Words("or")),
        ("GPT-4, and state-of-the-art!", And((Words("gpt-4"), Words("and"), Words("state-of-the-art")))),
        ("c++ C# 3D", And((Words("c++"), Words("c#"), Words("3d")))),
        ("机器学习", Words("机器学习")),
        ("🔥 שלום", And((Words("🔥"), Words("שלום")))),
        ("Attention: all - & ...", And((Words("attention"), Words("all")))),
        ("std::vector 3:1", And((Words("std::vector"), Words("3:1")))),
    ],
)
def test_words_and_how_they_combine(text: str, tree: Query) -> None:
    assert parse_query(text) == tree


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("title:Masked", Words("masked", TITLE)),
        ("abstract:bench*", Words("bench", Field.ABSTRACT, prefix=True)),
        ('title:"in context"', Words("in context", TITLE, phrase=True)),
        ("author:Hinton", Words("hinton", AUTHOR)),
        ('author:"Geoffrey Hinton"', Words("geoffrey hinton", AUTHOR, phrase=True)),
        ('author:"Hinton"', Words("hinton", AUTHOR)),
        ("-author:hinton a", And((Not(Words("hinton", AUTHOR)), A))),
        ("org:DeepMind", Words("deepmind", ORG)),
        ("title:(a OR b)", Or((Words("a", TITLE), Words("b", TITLE)))),
        ("cat:cs.lg", Words("cs.LG", CAT)),
        ("cat:CS", Words("cs", CAT)),
        ("cat:cs.*", Words("cs", CAT)),
        ("cat:cond-mat.mes-hall", Words("cond-mat.mes-hall", CAT)),
        ("cat:xx.YY", Words("xx.yy", CAT)),
        ("cat:(cs.LG OR cs.CL)", Or((Words("cs.LG", CAT), Words("cs.CL", CAT)))),
        ("id:2503.01234v2", Words("2503.01234", ID)),
        ("id:2503.*", Words("2503.", ID, prefix=True)),
        ("2503.02130", Words("2503.02130", ID)),
        ("arXiv:hep-th/9901001", Words("hep-th/9901001", ID)),
        ("https://arxiv.org/pdf/2503.01234v2.pdf", Words("2503.01234", ID)),
        ("doi:10.48550/arXiv.2503.01234", Words("2503.01234", ID)),
    ],
)
def test_fields(text: str, tree: Query) -> None:
    assert parse_query(text) == tree


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("after:2025-01-31", Days(since=date(2025, 1, 31))),
        ("before:2025-02-01", Days(until=date(2025, 1, 31))),
        ("after:2025 before:2026", Days(date(2025, 1, 1), date(2025, 12, 31))),
        ("after:2024-02 after:2024-01", Days(since=date(2024, 2, 1))),
        ("since:2025-03", Days(since=date(2025, 3, 1))),
        ("since:7d", LastDays(7)),
        ("since:2w", LastDays(14)),
        ("since:1month", LastDays(30)),
        ("since:1Y", LastDays(365)),
        ("upvotes:>50", Count("upvotes", ">", 50)),
        ("upvotes:>=50", Count("upvotes", ">=", 50)),
        ("upvotes:≥50", Count("upvotes", ">=", 50)),
        ("stars:<=10", Count("stars", "<=", 10)),
        ("stars:<10", Count("stars", "<", 10)),
        ("stars:0", Count("stars", "=", 0)),
        ("has:code", Has("code")),
        ("HAS:Summary", Has("summary")),
        ("is:withdrawn", Is("withdrawn")),
        ("a -is:withdrawn", And((A, Not(Is("withdrawn"))))),
    ],
)
def test_filters(text: str, tree: Query) -> None:
    assert parse_query(text) == tree


@pytest.mark.parametrize(
    ("text", "column", "problem", "hint"),
    [
        ("", 1, "empty", "Write"),
        ("   ", 1, "empty", "Write"),
        ("... & —", 1, "no word", "letters"),
        ('a "never closed', 3, "never closed", '"never closed"'),
        ('a ""', 3, "no word", "between"),
        ("a (b", 3, "never closed", ")"),
        ("a b)", 4, "never opened", "Take it out"),
        ("a ()", 3, "empty", "between"),
        ("(" * 11 + "a" + ")" * 11, 11, "10 brackets", "flatter"),
        ("a OR", 3, "behind OR", "a OR b"),
        ("OR a", 1, "before OR", "a OR b"),
        ("a OR OR b", 3, "behind OR", "a OR b"),
        ("a NOT", 3, "behind NOT", "not wanted"),
        ("-a -b", 1, "only says what is not wanted", "Add"),
        ("-is:withdrawn", 1, "only says what is not wanted", "since:7d"),
        ("tr*ns", 3, "end of a word", "tr*"),
        ("*former", 1, "end of a word", "former*"),
        ("a t*", 3, "Too many", "2 letters"),
        ('"a t*"', 1, "Too many", "3 letters"),
        ("x author:", 3, "needs a word", "author:hinton"),
        ("author: hinton", 1, "needs a word", "author:hinton"),
        ('author:"..."', 8, "no word", "between"),
        ("author:-hinton", 8, "minus", "-author:hinton"),
        ("upvotes: 5", 1, "needs a value", "upvotes:>50"),
        ("a auther:hinton", 3, "no field “auther:”", "Did you mean author:"),
        ("au:hinton", 1, "no field “au:”", "Did you mean author:"),
        ("zzz:hinton", 1, "no field “zzz:”", "upvotes:"),
        ("cat:???", 5, "not a category", "cat:cs.CL"),
        ("cat:cs.LG,cs.CL", 5, "One category", "(cat:cs.LG OR cat:cs.CL)"),
        ("id:foo", 4, "not the id", "2503.01234"),
        ("after:soon", 7, "not a date", "2025-01-31"),
        ("after:2025-02-30", 7, "February 2025 has 28 days", "2025-02-28"),
        ("before:2025-13-01", 8, "12 months", "2025-01-31"),
        ("before:0001-01-01", 8, "No paper is of the year 0001", "2025"),
        ("since:7", 7, "not a span", "since:7d"),
        ("since:0d", 7, "look back", "since:7d"),
        ("since:999999999y", 7, "look back", "since:7d"),
        ("since:2025-02-30", 7, "28 days", "2025-02-28"),
        ("upvotes:>", 9, "number is missing", "upvotes:>50"),
        ("stars:many", 7, "not a number", "stars:>50"),
        ("stars:1234567890", 7, "too large", "stars:>50"),
        ("has:cheese", 5, "nothing that a paper can have", "has:code"),
        ("is:great", 4, "nothing that a paper can be", "is:withdrawn"),
        ("x" * 501, 501, "too long", "matter"),
        (" OR ".join(f"after:{year}" for year in range(1991, 2026)), 487, "too long", "matter"),
    ],
)
def test_what_cannot_be_read_is_pointed_at_with_what_to_write_instead(
    text: str, column: int, problem: str, hint: str
) -> None:
    with pytest.raises(QuerySyntaxError) as raised:
        parse_query(text)
    assert raised.value.column == column
    assert problem in raised.value.problem
    assert hint in raised.value.hint
    assert f"(at column {column})" in str(raised.value)


@pytest.mark.parametrize(
    ("tree", "text"),
    [
        (And((A, Or((B, C)))), "a (b OR c)"),
        (Or((And((A, B)), C)), "a b OR c"),
        (And((A, Not(Or((B, C))))), "a -(b OR c)"),
        (And((A, Not(Days(date(2025, 1, 1), date(2025, 1, 31))))), "a -(after:2025-01-01 before:2025-02-01)"),
        (Words("deep learn", TITLE, phrase=True, prefix=True), 'title:"deep learn*"'),
        (Count("stars", "=", 3), "stars:3"),
        (LastDays(14), "since:14d"),
    ],
)
def test_a_tree_is_written_the_usual_way(tree: Query, text: str) -> None:
    assert canonical(tree) == text
    assert parse_query(text) == tree


PIECES = st.sampled_from(
    [
        *(
            "foo",
            "BERT",
            "c++",
            "gpt-4",
            "-",
            "(",
            ")",
            '"',
            "“",
            "*",
            "|",
            "OR",
            "AND",
            "NOT",
            ":",
            "!",
            "/",
            ",",
            "a:b",
        ),
        *("author:", "title:", "org:", "cat:cs.LG", "cat:cs.*", "id:", "2503.01234", "since:7d", "after:2025-01-01"),
        *("before:2025", "upvotes:>5", "stars:", "has:code", "is:withdrawn", "https://arxiv.org/abs/2503.01234v2"),
        *("状态", "🔥", "K:x", "İ", "ß", "ﷺ", "ـ", "é", "hep-th/9901001"),
    ]
)
QUERIES = st.one_of(
    st.lists(PIECES, max_size=12).map(" ".join), st.lists(PIECES, max_size=12).map("".join), st.text(max_size=60)
)


def read(text: str) -> Query | QuerySyntaxError:
    try:
        return parse_query(text)
    except QuerySyntaxError as refused:
        return refused


@given(QUERIES)
def test_any_text_is_read_or_refused_and_what_was_read_is_written_so_that_it_reads_the_same(text: str) -> None:
    found = read(text)
    if isinstance(found, QuerySyntaxError):
        assert 1 <= found.column <= len(text) + 1
        assert found.problem
        assert found.hint
    else:
        assert parse_query(canonical(found)) == found
        assert len(canonical(found)) <= LONGEST


LEAVES = st.one_of(
    st.builds(
        Words,
        st.sampled_from(["deep", "gpt-4", "c++", "机器"]),
        st.sampled_from([None, TITLE, AUTHOR]),
        st.just(value=False),
    ),
    st.builds(
        Words, st.sampled_from(["deep nets", "of the"]), st.sampled_from([None, TITLE, ORG]), st.just(value=True)
    ),
    st.builds(Words, st.just("transf"), prefix=st.just(value=True)),
    st.builds(Days, since=st.dates(date(1991, 1, 1), date(2100, 1, 1))),
    st.builds(LastDays, st.integers(1, 365)),
    st.builds(Count, st.just("upvotes"), st.sampled_from(["<", "<=", "=", ">=", ">"]), st.integers(0, 999)),
    st.just(Has("code")),
)
TREES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.builds(lambda parts: And(tuple(parts)), st.lists(inner, min_size=2, max_size=3)),
        st.builds(lambda parts: Or(tuple(parts)), st.lists(inner, min_size=2, max_size=3)),
        st.builds(Not, inner),
    ),
    max_leaves=8,
)


@given(TREES)
def test_every_tree_in_its_simplest_form_survives_being_written_and_read(tree: Query) -> None:
    simplest = read(f"x ({canonical(tree)})")
    if isinstance(simplest, QuerySyntaxError):
        assert "too long" in simplest.problem or "brackets" in simplest.problem
    else:
        assert parse_query(canonical(simplest)) == simplest
