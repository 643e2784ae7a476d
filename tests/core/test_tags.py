"""Which tags a forum post gets, and how the rules for them are written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.tags import MOST_TAGS, ForumTag, fallback, parse_tags, print_tags, tags_for, vanished
from bot.errors import InvalidInput
from storage.records import TagRule
from tests.builders import BASE, make_paper

FORUM = (
    ForumTag(1, "NLP", moderated=False),
    ForumTag(2, "Vision", moderated=False),
    ForumTag(3, "Papers", moderated=False),
    ForumTag(4, "Staff pick", moderated=True),
)
RULES = parse_tags("Vision: title:image; NLP: cat:cs.CL; Papers: *")
TEXT = make_paper(title="Words", abstract="", categories=("cs.CL",))
PICTURES = make_paper(title="An image of words", abstract="", categories=("cs.CL",))
OTHER = make_paper(title="Sums", abstract="", categories=("math.NT",))


def test_rules_match_by_their_query_and_stand_in_their_order() -> None:
    assert tags_for(TEXT, RULES, FORUM) == (1,)
    assert tags_for(PICTURES, RULES, FORUM) == (2, 1)


def test_the_rule_for_all_others_counts_where_nothing_else_did() -> None:
    assert tags_for(OTHER, RULES, FORUM) == (3,)
    assert tags_for(OTHER, (), FORUM) == ()
    assert fallback(RULES, FORUM) == (3,)
    assert fallback([TagRule(name="Staff pick")], FORUM) == ()
    assert fallback([TagRule(name="Staff pick")], FORUM, may_moderate=True) == (4,)


def test_a_renamed_tag_is_found_by_its_id_and_an_unknown_id_by_its_name() -> None:
    assert tags_for(TEXT, [TagRule(name="Language", query="cat:cs.CL", tag_id=1)], FORUM) == (1,)
    assert tags_for(TEXT, [TagRule(name="nlp", query="cat:cs.CL", tag_id=99)], FORUM) == (1,)
    swapped = TagRule(name="Vision", query="cat:cs.CL", tag_id=1)
    assert tags_for(TEXT, [swapped], FORUM) == (1,)


def test_a_rule_whose_tag_vanished_is_passed_over_and_reported() -> None:
    gone = TagRule(name="Speech", query="cat:cs.CL", tag_id=9)
    assert tags_for(TEXT, [gone, *RULES], FORUM) == (1,)
    assert vanished([gone, *RULES], FORUM) == (gone,)


def test_tags_named_like_a_category_or_a_keyword_need_no_rule() -> None:
    forum = ((1, "cs.cl", False), (2, "CS.LG", False), (3, "Large  Language Models", False), (4, "math", False))
    paper = make_paper(categories=("cs.LG", "cs.CL"), keywords=("large language models", "other"))
    assert tags_for(paper, (), forum) == (2, 1, 3)
    assert tags_for(paper, [TagRule(name="math")], forum) == (2, 1, 3)


def test_a_moderated_tag_is_given_only_by_who_may() -> None:
    rules = [TagRule(name="Staff pick", query="cat:cs.CL")]
    assert tags_for(TEXT, rules, FORUM) == ()
    assert tags_for(TEXT, rules, FORUM, may_moderate=True) == (4,)
    assert vanished(rules, FORUM) == ()


def test_a_query_about_the_last_days_counts_from_the_given_day() -> None:
    rules = [TagRule(name="NLP", query="since:7d")]
    paper = make_paper(title="", categories=())
    assert tags_for(paper, rules, FORUM) == (1,)
    assert tags_for(paper, rules, FORUM, today=BASE.date().replace(year=2026)) == ()


@given(st.integers(0, 12), st.lists(st.integers(0, 11), max_size=12))
def test_never_more_than_five_each_once_and_all_of_the_forum(count: int, ruled: list[int]) -> None:
    forum = [ForumTag(number + 1, f"k{number}", moderated=False) for number in range(count)]
    rules = [TagRule(name=f"K{number}", query="cat:cs.CL", tag_id=number + 1) for number in ruled]
    found = tags_for(make_paper(keywords=tuple(f"k{n}" for n in range(12))), rules, forum)
    assert len(found) == len(set(found)) <= MOST_TAGS
    assert set(found) <= {tag.tag_id for tag in forum}
    wanted = list(dict.fromkeys([number + 1 for number in ruled if number < count]))
    assert list(found[: len(wanted)]) == wanted[:MOST_TAGS]


# --- how they are written ---


def test_rules_are_read_as_they_are_written() -> None:
    assert parse_tags(' NLP: cat:cs.cl ;Vision:cat:cs.CV OR title:image; "Q&A: all; more": "a; b"; Papers: *;') == (
        TagRule(name="NLP", query="cat:cs.CL"),
        TagRule(name="Vision", query="cat:cs.CV OR title:image"),
        TagRule(name="Q&A: all; more", query='"a; b"'),
        TagRule(name="Papers"),
    )
    assert parse_tags("  ") == ()


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("NLP", "“NLP” says no query for its tag. Write each tag"),
        ("NLP:", "“NLP:” says no query for its tag"),
        (": diffusion", "names no tag"),
        ('"": diffusion', "names no tag"),
        ("NLP: (a", "The query of the tag “NLP” cannot be read: "),
        ("NLP: a; nlp: b", "The tag “nlp” stands there twice; join its queries with OR."),
        ("x" * 51 + ": a", "too long for a tag's name"),
        ("; ".join(f"T{n}: a" for n in range(21)), "These are 21 tags; a forum has 20 at most."),
    ],
)
def test_what_is_no_rule_is_said_with_what_to_write(text: str, problem: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        parse_tags(text)
    assert problem in str(caught.value)


names = st.text("ab:; &É-", min_size=1, max_size=20).map(lambda name: " ".join(name.split())).filter(bool)
queries = st.sampled_from(["", "diffusion", "cat:cs.CL", 'title:"a b" OR -c', "(a OR b) since:7d", "has:code"])


@given(st.lists(st.tuples(names, queries), max_size=20, unique_by=lambda rule: rule[0].casefold()))
def test_printed_rules_are_read_as_the_same_rules(written: list[tuple[str, str]]) -> None:
    text = "; ".join(f'"{name}": {query or "*"}' for name, query in written)
    rules = parse_tags(text)
    assert [rule.name for rule in rules] == [name for name, _ in written]
    assert parse_tags(print_tags(rules)) == rules
    assert print_tags(parse_tags(print_tags(rules))) == print_tags(rules)


@given(st.text(max_size=60))
def test_any_text_is_rules_or_a_reason(text: str) -> None:
    try:
        rules = parse_tags(text)
    except InvalidInput:
        return
    assert parse_tags(print_tags(rules)) == rules
