"""Every message of every builder fits Discord, whatever it is made of."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.core.digest import DigestRules, plan
from bot.core.grounding import Answer, AnswerStatus, Claim, Label, Read
from bot.core.pages import Found, Freshness, SearchPage, Snippet, TrendingPage
from bot.core.period import Period, PeriodKind
from bot.core.ranking import Ranked
from bot.core.reports import Feedback, Health, SetupHealth
from bot.errors import (
    InvalidInput,
    QuerySyntaxError,
    Refused,
    RetryLater,
    SendUncertain,
    SettingProblem,
    SettingsError,
    SourceChanged,
    SourceThrottled,
    Unreachable,
)
from bot.render import channels, failures, privacy, topics
from bot.render import help as help_page
from bot.render.answer import answer_post
from bot.render.cards import digest_card, forum_post
from bot.render.digest import channel_digest, topic_digest
from bot.render.limits import fits, measure, roomiest
from bot.render.paper import paper_card
from bot.render.phrases import text
from bot.render.post import Button, Buttons, Divider, Post, Section
from bot.render.preview import preview_report, why_paper
from bot.render.search import search_page
from bot.render.status import status_post
from bot.render.trending import trending_page
from bot.render.why import why
from storage.fulltext import Origin
from storage.records import Cadence, Delivery, Layout, Obstacle, PaperId, Settle, Sort, TagRule
from storage.source_state import SourceState
from tests.builders import BASE, make_delivery, make_papers, make_person, make_schedule, make_setup, make_topic
from tests.render.hostile import (
    changes_of,
    destinations,
    hostile_deliveries,
    hostile_papers,
    hostile_shelves,
    long_text,
    moments,
)

freshnesses = st.builds(Freshness, papers=st.integers(0, 10**9), note=long_text(2000))
questions = st.lists(long_text(2000), max_size=5).map(tuple)
periods = st.builds(Period, st.sampled_from(PeriodKind), st.dates())
squeezes = st.sampled_from([0, 0, 1, 2])
schedules = st.builds(make_schedule, cadence=st.sampled_from(Cadence))
setups = st.builds(
    make_setup,
    schedule=schedules,
    layout=st.sampled_from(Layout),
    settle=st.sampled_from(Settle),
    role_id=st.none() | st.just(2**63),
    publish=st.booleans(),
    quiet=st.booleans(),
    obstacle=st.none() | st.sampled_from(Obstacle),
    tags=st.lists(st.builds(TagRule, name=long_text(50), query=long_text(500)), max_size=20).map(tuple),
    id=st.integers(0, 10**12),
    destination=destinations,
    query=st.none() | long_text(3000),
    min_upvotes=st.integers(0, 10**9),
    sort=st.sampled_from(Sort),
    paused_because=st.none() | long_text(3000),
)
marks = st.lists(st.tuples(st.integers(-3, 500), st.integers(-3, 500)), max_size=40).map(tuple)
claims = st.builds(
    Claim,
    text=long_text(5000),
    label=st.sampled_from(Label),
    quote=long_text(5000),
    section=long_text(500),
    paper_id=st.sampled_from([PaperId("2503.00001"), PaperId("2503.00002"), PaperId("hep-th/9901001")]),
    matched=st.lists(long_text(30), max_size=3).map(tuple),
)


@st.composite
def digests(draw: st.DrawFn) -> Post:
    papers = draw(hostile_shelves())
    delivery = draw(hostile_deliveries(papers))
    held = papers[: draw(st.integers(0, len(papers)))] if draw(st.booleans()) else papers
    more: dict[str, Any] = {"changes": draw(changes_of(papers)), "squeeze": draw(squeezes)}
    if draw(st.booleans()):
        return topic_digest(delivery, held, draw(freshnesses), **more)
    threads = {paper.id: 10**19 for paper in papers if draw(st.booleans())}
    return channel_digest(delivery, held, draw(freshnesses), setup=draw(st.none() | setups), threads=threads, **more)


@st.composite
def cards_of_digests(draw: st.DrawFn) -> Post:
    paper = draw(hostile_papers())
    delivery = draw(hostile_deliveries((paper,)))
    more: dict[str, Any] = {"setup": draw(st.none() | setups), "first": draw(st.booleans())}
    more |= {"changes": draw(changes_of((paper,))), "squeeze": draw(squeezes)}
    if draw(st.booleans()):
        return digest_card(delivery, "x" * 25, paper, draw(freshnesses), **more)
    name, post = forum_post(delivery, "x" * 25, paper, draw(freshnesses), **more)
    assert 1 <= len(name.strip()) <= 100
    return post


@st.composite
def accounts(draw: st.DrawFn) -> Post:
    papers = draw(hostile_shelves(25))
    return why(draw(hostile_deliveries(papers)), {paper.id: paper for paper in papers[1:]}, sort=None)


@st.composite
def search_pages(draw: st.DrawFn) -> Post:
    papers = draw(hostile_shelves(20))
    snippets = draw(st.lists(st.builds(Snippet, text=long_text(3000), marks=marks), min_size=1, max_size=3))
    found = [Found(paper=paper, score=1.0, snippet=snippets[n % len(snippets)]) for n, paper in enumerate(papers)]
    return search_page(
        SearchPage(
            query=draw(long_text(3000)),
            token="aZ09_-",
            sort=draw(st.sampled_from(["relevance", "match", "new", "top"])),
            results=tuple(found),
            total=draw(st.integers(0, 10**6)),
            exact=draw(st.booleans()),
            offset=draw(st.integers(0, 10**6)),
            limit=draw(st.integers(1, 100)),
            did_you_mean=draw(st.none() | long_text(500)),
            took_ms=draw(st.floats(0, 1e9)),
            freshness=draw(freshnesses),
        )
    )


@st.composite
def trending_pages(draw: st.DrawFn) -> Post:
    reasons = tuple(draw(st.lists(long_text(500), max_size=4)))
    return trending_page(
        TrendingPage(
            period=draw(st.none() | periods),
            sort=draw(st.sampled_from(Sort)),
            ranked=tuple(Ranked(paper, 1.0, reasons) for paper in draw(hostile_shelves(20))),
            total=draw(st.integers(0, 10**6)),
            offset=draw(st.integers(0, 10**6)),
            limit=draw(st.integers(1, 100)),
            freshness=draw(freshnesses),
        )
    )


@st.composite
def answers(draw: st.DrawFn) -> Post:
    many = st.lists(claims, max_size=8).map(tuple)
    answer = Answer(
        question=draw(long_text(2000)),
        status=draw(st.sampled_from(AnswerStatus)),
        engine="extractive",
        claims=draw(many),
        nearest=draw(many),
        read=(Read(paper_id=PaperId("2503.00001"), origin=draw(st.sampled_from([*Origin, None])), whole=False),),
    )
    token = draw(st.none() | st.just("t" * 12))
    return answer_post(answer, {paper.id: paper for paper in draw(hostile_shelves(5))}, token)


@st.composite
def listings(draw: st.DrawFn) -> Post:
    """Lists as long as a store allows, and longer."""
    topic = st.builds(make_topic, long_text(3000), id=st.integers(0, 10**9))
    followed = draw(st.lists(topic, max_size=40, unique_by=lambda topic: topic.id))
    person = make_person(dm_closed_at=draw(st.none() | moments))
    return topics.topic_list(followed, draw(st.none() | st.just(person)))


@st.composite
def setup_healths(draw: st.DrawFn, most: int = 60) -> tuple[SetupHealth, ...]:
    setup = draw(setups)
    last = draw(st.none() | hostile_deliveries(()))
    due = draw(st.none() | moments)
    fields = {name: getattr(setup, name) for name in type(setup).__slots__ if name != "id"}
    count = draw(st.sampled_from([0, 1, 10, most]))
    return tuple(SetupHealth(setup=make_setup(**fields, id=n), next_due=due, last=last) for n in range(count))


@st.composite
def healths(draw: st.DrawFn) -> Post:
    recent: list[Delivery] = [draw(hostile_deliveries(()))] * draw(st.sampled_from([0, 1, 30]))
    source = SourceState(
        name=draw(long_text(200)),
        succeeded_at=draw(st.none() | moments),
        problem=draw(st.none() | long_text(3000)),
        retry_at=draw(st.none() | moments),
        fetched=10**9,
        rejected=draw(st.integers(0, 10**9)),
    )
    return status_post(
        Health(
            version=draw(long_text(100)),
            now=BASE,
            papers=draw(st.integers(0, 10**9)),
            latest_day=draw(st.none() | st.dates()),
            latest_day_papers=10**6,
            newest_sighting=draw(st.none() | moments),
            index_behind=draw(st.integers(0, 10**9)),
            topics=10**9,
            people=10**9,
            feedback=draw(st.none() | st.builds(Feedback, good=st.just(10**9), bad=st.just(10**9), disliked=questions)),
            sources=(source,) * draw(st.sampled_from([0, 1, 12])),
            setups=draw(setup_healths()),
            recent=tuple(recent),
            is_sample=draw(st.booleans()),
            memory_bytes=2**40,
            up_for=timedelta(days=10**5),
        )
    )


@st.composite
def setup_posts(draw: st.DrawFn) -> Post:
    setup, due = draw(setups), draw(st.none() | moments)
    missing = draw(st.lists(long_text(300), max_size=20))
    delivery = draw(hostile_deliveries(()))
    made: Mapping[str, Callable[[], Post]] = {
        "done": lambda: channels.setup_done(setup, next_due=due, missing=missing),
        "preview": lambda: channels.setup_preview(setup, next_due=due, missing=missing),
        "missing": lambda: channels.missing_permissions(setup.destination, missing),
        "list": lambda: channels.channel_list(draw(setup_healths()), BASE),
        "paused": lambda: channels.paused(setup),
        "resumed": lambda: channels.resumed(setup, next_due=due),
        "confirm": lambda: channels.confirm_remove(setup),
        "removed": lambda: channels.removed(setup),
        "notice": lambda: channels.paused_notice(setup, "t" * 25, draw(long_text(3000)), guild=draw(long_text(300))),
        "failed": lambda: channels.recheck_failed(setup, "t" * 25, draw(long_text(3000))),
        "mended": lambda: channels.recheck_done(setup, next_due=due),
        "by hand": lambda: channels.paused_by_hand(setup),
        "edited": lambda: channels.edited(setup, next_due=due, missing=missing),
        "on hold": lambda: channels.on_hold(
            [replace(draw(setups), id=number) for number in range(draw(st.integers(1, 30)))]
        ),
        "posted": lambda: channels.posted(setup, delivery),
    }
    return made[draw(st.sampled_from(sorted(made)))]()


@st.composite
def previews(draw: st.DrawFn) -> Post:
    papers = {paper.id: paper for paper in draw(hostile_shelves(30))}
    rules = DigestRules(limit=draw(st.integers(1, 25)), min_upvotes=draw(st.integers(0, 3)))
    posted = {paper_id for paper_id in papers if draw(st.booleans())} if draw(st.booleans()) else set()
    decision = plan(papers.values(), {}, rules, posted=posted, now=BASE)
    noted = [replace(one, reasons=(draw(long_text(500)),)) for one in decision.picked]
    decision = replace(decision, picked=tuple(noted))
    if not papers or draw(st.booleans()):
        return preview_report(draw(setups), decision, None, papers)
    paper_id = draw(st.sampled_from(sorted(papers)))
    return why_paper(draw(setups), decision, paper_id, papers[paper_id] if draw(st.booleans()) else None)


@st.composite
def topic_posts(draw: st.DrawFn) -> Post:
    topic = make_topic(draw(long_text(3000)), id=draw(st.integers(0, 10**12)))
    person = make_person(dm_closed_at=draw(moments))
    examples = [Ranked(paper, 1.0) for paper in draw(hostile_shelves(5))]
    numbers: dict[str, Any] = {"matched": draw(st.integers(0, 10**6)), "considered": draw(st.integers(0, 10**6))}
    followed = topics.followed(
        topic, person, already=draw(st.booleans()), days=14, examples=examples, next_due=draw(moments), **numbers
    )
    others = (topics.unfollowed(topic), topics.direct_messages_closed(person))
    return draw(st.sampled_from([followed, *others]))


@st.composite
def failure_posts(draw: st.DrawFn) -> Post:
    words, place, when = draw(long_text(5000)), draw(destinations), draw(moments)
    problems = tuple(SettingProblem(words[:50] or "NAME", words, words) for _ in range(draw(st.integers(0, 40))))
    return failures.failure(
        draw(
            st.sampled_from(
                [
                    QuerySyntaxError(words, column=draw(st.integers(-5, 6000)), problem=words, hint=words),
                    InvalidInput(words),
                    SettingsError(problems),
                    SourceThrottled(words, words, retry_at=when),
                    SourceChanged(words, words),
                    Unreachable(place, words, obstacle=draw(st.sampled_from(Obstacle))),
                    RetryLater(place, words, retry_at=when),
                    Refused(place, words),
                    SendUncertain(place, words),
                    RuntimeError(words),
                ]
            )
        )
    )


POSTS: dict[str, st.SearchStrategy[Post]] = {
    "digests": digests(),
    "accounts": accounts(),
    "cards of digests": cards_of_digests(),
    "cards": st.builds(paper_card, hostile_papers(), st.none() | freshnesses),
    "search pages": search_pages(),
    "trending pages": trending_pages(),
    "answers": answers(),
    "topic lists": listings(),
    "topics": topic_posts(),
    "setups": setup_posts(),
    "previews": previews(),
    "health": healths(),
    "failures": failure_posts(),
    "unforeseen failures": st.builds(failures.unforeseen, st.none() | long_text(500)),
    "privacy": st.sampled_from(
        [
            privacy.exported(topics=0, deliveries=0),
            privacy.exported(topics=10**9, deliveries=10**9, setups=10**9, turns=10**9, model=True),
            privacy.confirm_forget(topics=10**9),
            privacy.forgotten(topics=0),
            privacy.forgotten(topics=10**9),
        ]
    ),
    "help": st.just(help_page.help_post()),
}


@pytest.mark.parametrize("kind", POSTS)
def test_every_message_fits_whatever_it_is_made_of(kind: str) -> None:
    @settings(max_examples=20, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], deadline=None)
    @given(POSTS[kind])
    def fits_discord(post: Post) -> None:
        assert measure(post).problems == ()

    fits_discord()


def button(number: int = 0, **facts: Any) -> Button:
    return Button(facts.pop("label", "Press"), **({"action": f"pb:{number}"} | facts))


@pytest.mark.parametrize(
    ("post", "problem"),
    [
        (Post((text("x" * 4001),)), "4001 characters, at most 4000"),
        (Post((text("深" * 3400),)), "10212 bytes, at most 10170"),
        (Post(tuple(Section((text("x"),), button(n)) for n in range(14))), "43 components, at most 40"),
        (Post((text("x"), Buttons(tuple(map(button, range(6)))))), "6 buttons in a row, at most 5"),
        (Post((text("x"), Buttons((button(), button())))), "two buttons with the same action"),
        (Post((text("x"), Buttons((button(label="x" * 81),)))), "81 characters on the button"),
        (Post((text("x"), Buttons((button(label=" "),)))), "a button without a label"),
        (Post((text("x"), Buttons((button(url="https://a.example"),)))), "needs an action or an address"),
        (Post((text("x"), Buttons((Button("x", action="a" * 101),)))), "101 characters in an action"),
        (Post((text("x"), Buttons((Button("x", url="a" * 513),)))), "513 characters in an address"),
        (Post((Buttons((button(),)),)), "no text"),
    ],
)
def test_what_does_not_fit_is_named(post: Post, problem: str) -> None:
    assert not fits(post)
    assert any(found.startswith(problem) or problem in found for found in measure(post).problems)


def test_the_measure_is_discords() -> None:
    post = Post((text("héllo"), Section((text("x"),), button())))
    found = measure(post)
    assert (found.components, found.characters, found.text_bytes) == (1 + 1 + 3, 6, 6 + 12 + 1 + 12)


@pytest.mark.parametrize("most", [1, 3, 3976, 3977, 4001, 9999])
def test_the_roomiest_post_is_the_largest_that_fits_under_the_mention_of_a_role(most: int) -> None:
    post = roomiest(range(1, most + 1), lambda size: Post((text("x" * size),)))
    assert measure(post).characters == min(most, 4000 - 24)


@pytest.mark.parametrize("letter", ["x", "深"])
def test_a_squeezed_post_has_half_the_text_and_a_tighter_one_the_least(letter: str) -> None:
    found = [
        measure(roomiest(range(1, 9999), lambda size: Post((text(letter * size),)), squeeze=squeeze))
        for squeeze in (0, 1, 2, 3)
    ]
    assert found[0].characters in {4000 - 24, (10_170 - 24 - 2 * 12) // 3}
    assert found[0].characters - 10 < 2 * found[1].characters <= found[0].characters
    assert found[2].characters == found[3].characters == 1


@pytest.mark.parametrize("squeeze", [0, 1, 2])
def test_every_digest_leaves_room_for_the_mention_of_a_role(squeeze: int) -> None:
    papers = make_papers(10, title="深" * 300, summary="深" * 900)
    post = channel_digest(
        make_delivery(*(paper.id for paper in papers), id=1), papers, Freshness(papers=1), squeeze=squeeze
    )
    found = measure(Post((text("<@&" + "9" * 19), Divider(), *post.blocks)))
    assert found.components - 1 <= 40
    assert found.problems == ()
