"""A menu offers the papers of a list where there is room for it, and nothing that Discord would refuse."""

import pytest

from bot.core.pages import Freshness
from bot.render.digest import channel_digest
from bot.render.limits import fits, measure
from bot.render.paper_lines import discuss_one
from bot.render.phrases import text
from bot.render.post import Button, Buttons, Menu, Post
from storage.records import Layout
from tests.builders import make_delivery, make_paper, make_papers, make_setup


@pytest.mark.parametrize("count", [1, 9])
def test_a_list_with_room_offers_each_of_its_papers_by_title(count: int) -> None:
    papers = make_papers(count)
    (menu,) = discuss_one(papers)
    assert menu.choices == tuple((paper.id, paper.title) for paper in papers)
    assert fits(Post((text("x"), menu)))


@pytest.mark.parametrize("count", [0, 10])
def test_a_full_list_and_an_empty_one_offer_none(count: int) -> None:
    assert discuss_one(make_papers(count)) == ()


@pytest.mark.parametrize("title", ["x" * 300, "深" * 300, "🔥" * 300, "\u200b\u200b", "\n"])
def test_whatever_a_paper_is_called_its_choice_has_a_name_that_fits(title: str) -> None:
    (menu,) = discuss_one([make_paper(title=title)])
    assert fits(Post((text("x"), menu)))


def test_a_digest_of_fewer_than_ten_papers_has_one_but_not_where_each_has_its_own_button() -> None:
    def menus(count: int, layout: Layout = Layout.DIGEST, *, number: int = 1) -> int:
        papers = make_papers(count)
        delivery = make_delivery(*(paper.id for paper in papers), id=number)
        post = channel_digest(delivery, papers, Freshness(papers=1), setup=make_setup(layout=layout))
        assert fits(post)
        return sum(isinstance(block, Menu) for block in post.blocks)

    assert (menus(9), menus(10), menus(5, Layout.THREADS), menus(5, number=0)) == (1, 0, 0, 0)


def choices(count: int, name: str = "x") -> tuple[tuple[str, str], ...]:
    return tuple((str(number), name) for number in range(count))


@pytest.mark.parametrize(
    ("menu", "problem"),
    [
        (Menu("?", "pb:x", choices(26)), "26 choices in a menu, at most 25"),
        (Menu("?", "pb:x", choices(1, "x" * 101)), "101 characters of a choice, at most 100"),
        (Menu("?", "pb:x", (("x" * 101, "x"),)), "101 characters of a choice's value, at most 100"),
        (Menu("?" * 151, "pb:x", choices(1)), "151 characters in a menu's prompt, at most 150"),
        (Menu("?", "x" * 101, choices(1)), "101 characters in an action, at most 100"),
        (Menu("?", "pb:x", ()), "a menu without choices"),
        (Menu("?", "pb:x", choices(1) * 2), "a menu without choices, with the same one twice"),
        (Menu("?", "pb:x", choices(1, " ")), "or with one that has no name"),
        (Menu("?", "pb:0", choices(1)), "two buttons with the same action"),
    ],
)
def test_what_does_not_fit_is_named(menu: Menu, problem: str) -> None:
    found = measure(Post((text("x"), menu, Buttons((Button("Press", action="pb:0"),)))))
    assert any(problem in one for one in found.problems)


def test_a_menu_takes_two_components() -> None:
    assert measure(Post((text("x"), Menu("?", "pb:x", choices(25))))).components == 4
