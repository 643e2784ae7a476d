from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.digest import DigestPlan, DigestRules, LeaveOut, delivery_token, plan
from bot.core.matching import matches
from storage.query import Query, Words
from storage.records import DeliveryKey, Destination, DestinationKind, Paper, PaperId, Sort
from tests.builders import BASE, CHANNEL, DAY, make_id, make_key, make_paper, make_papers

CATS = Words("cats")


def planned(*papers: Paper, posted: tuple[str, ...] = (), **rules: Any) -> DigestPlan:
    facts: dict[str, Any] = {"limit": 5, "sort": Sort.TOP} | rules
    return plan(papers, {}, DigestRules(**facts), posted={PaperId(paper_id) for paper_id in posted}, now=BASE)


def picked(decision: DigestPlan) -> list[str]:
    return [ranked.paper.id for ranked in decision.picked]


def reasons(decision: DigestPlan) -> dict[str, LeaveOut]:
    return {left.paper_id: left.reason for left in decision.left_out}


class TestWhatIsPicked:
    def test_the_best_in_the_order_asked_for_up_to_the_limit(self) -> None:
        papers = [make_paper(make_id(n), upvotes=n) for n in range(1, 9)]
        assert picked(planned(*papers, limit=3)) == [make_id(8), make_id(7), make_id(6)]

    def test_a_paper_that_comes_twice_is_considered_once(self) -> None:
        decision = planned(make_paper(), make_paper())
        assert (decision.considered, len(decision.picked)) == (1, 1)

    def test_of_nothing_comes_nothing(self) -> None:
        assert planned() == DigestPlan(picked=(), left_out=(), considered=0)


class TestWhatIsLeftOut:
    @pytest.mark.parametrize(
        ("facts", "rules", "reason"),
        [
            ({}, {"posted": ("2503.01234",)}, LeaveOut.POSTED),
            ({"withdrawn_at": BASE}, {}, LeaveOut.WITHDRAWN),
            ({"title": "Dogs"}, {"query": CATS}, LeaveOut.FILTERED),
            ({"upvotes": 4}, {"min_upvotes": 5}, LeaveOut.FEW_UPVOTES),
            ({"upvotes": None}, {"min_upvotes": 1}, LeaveOut.FEW_UPVOTES),
            ({}, {"limit": 0}, LeaveOut.OVER_LIMIT),
        ],
    )
    def test_each_paper_has_its_reason(self, facts: dict[str, Any], rules: dict[str, Any], reason: LeaveOut) -> None:
        decision = planned(make_paper(**facts), **rules)
        assert (picked(decision), reasons(decision)) == ([], {"2503.01234": reason})

    @pytest.mark.parametrize(
        ("facts", "rules"),
        [
            ({"title": "All about cats"}, {"query": CATS}),
            ({"upvotes": 5}, {"min_upvotes": 5}),
            ({"upvotes": None}, {"min_upvotes": 0}),
            ({"upvotes": -3}, {"min_upvotes": 0}),
        ],
    )
    def test_what_meets_the_rules_is_not(self, facts: dict[str, Any], rules: dict[str, Any]) -> None:
        assert picked(planned(make_paper(**facts), **rules)) == ["2503.01234"]

    def test_the_first_reason_that_holds_is_given(self) -> None:
        everything_wrong = make_paper(title="Dogs", withdrawn_at=BASE, upvotes=0)
        rules: dict[str, Any] = {"query": CATS, "min_upvotes": 1, "limit": 0}
        assert reasons(planned(everything_wrong, posted=("2503.01234",), **rules)) == {"2503.01234": LeaveOut.POSTED}
        assert reasons(planned(everything_wrong, **rules)) == {"2503.01234": LeaveOut.WITHDRAWN}

    def test_a_paper_that_was_left_out_takes_no_place(self) -> None:
        papers = [make_paper(make_id(n), upvotes=n) for n in range(1, 5)]
        assert picked(planned(*papers, limit=2, posted=(make_id(4), make_id(3)))) == [make_id(2), make_id(1)]

    def test_the_counts_are_in_words(self) -> None:
        decision = planned(*make_papers(4), limit=1, posted=(make_id(1),))
        assert decision.counts() == {"already posted here": 1, "over the limit": 2}


PAPERS = st.lists(
    st.builds(
        make_paper,
        st.integers(1, 12).map(make_id),
        title=st.sampled_from(["Cats", "Dogs"]),
        upvotes=st.one_of(st.none(), st.integers(-2, 9)),
        daily_on=st.sampled_from([None, DAY, date(2025, 3, 13)]),
        withdrawn_at=st.sampled_from([None, None, None, BASE]),
    ),
    max_size=12,
)


@given(
    PAPERS,
    st.sets(st.integers(1, 12).map(make_id), max_size=4),
    st.integers(-1, 6),
    st.sampled_from(Sort),
    st.sampled_from([None, CATS]),
    st.integers(0, 6),
)
def test_the_sums_hold_and_the_rules_are_kept(
    papers: list[Paper], posted: set[PaperId], limit: int, sort: Sort, query: Query | None, min_upvotes: int
) -> None:
    rules = DigestRules(limit=limit, sort=sort, query=query, min_upvotes=min_upvotes)
    decision = plan(papers, {}, rules, posted=posted, now=BASE)
    out = {left.paper_id for left in decision.left_out}
    assert decision.considered == len(decision.picked) + len(decision.left_out) == len({paper.id for paper in papers})
    assert sum(decision.counts().values()) == len(decision.left_out)
    assert not out & set(picked(decision))
    assert len(decision.picked) <= max(0, limit)
    for ranked in decision.picked:
        paper = ranked.paper
        assert paper.id not in posted
        assert paper.withdrawn_at is None
        assert query is None or matches(query, paper, today=BASE.date())
    if len(decision.picked) < limit:
        assert LeaveOut.OVER_LIMIT not in reasons(decision).values()


KEYS = st.builds(
    DeliveryKey,
    destination=st.builds(Destination, kind=st.sampled_from(DestinationKind), id=st.integers(0, 2**64)),
    local_date=st.dates(),
    slot=st.text(max_size=20),
)


class TestTheToken:
    def test_it_names_the_key_for_ever(self) -> None:
        # Written down: a token that changed with a release would let a delivery of before be sent again.
        assert (
            delivery_token(make_key())
            == delivery_token(make_key(CHANNEL, DAY, "setup-1"))
            == "pbrikqzefiy3pfniolpmqyogi"
        )

    @given(KEYS)
    def test_it_fits_where_discord_takes_a_nonce(self, key: DeliveryKey) -> None:
        token = delivery_token(key)
        assert len(token) <= 25
        assert token.isascii()
        assert token.isalnum()

    @given(KEYS, KEYS)
    def test_two_keys_have_two_tokens(self, one: DeliveryKey, other: DeliveryKey) -> None:
        assert (delivery_token(one) == delivery_token(other)) == (one == other)
