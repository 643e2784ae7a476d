"""Answers are kept for a while, without who asked; people think of them what they think last."""

from dataclasses import replace
from datetime import timedelta

from storage.kept_answers import KeptAnswer, Quotation, Vote
from storage.store import Store
from tests.builders import BASE, GUILD_ID, PERSON_ID, make_id

QUOTATION = Quotation(paper_id=make_id(1), section="2 Größe", quote="“𝒪(n²)” stands here.")
ANSWER = KeptAnswer(question="How fast?", quotations=(QUOTATION,), guild_id=GUILD_ID, kept_at=BASE)
LATER = BASE + timedelta(days=1)


async def keep(store: Store, answer: KeptAnswer) -> str:
    async with store.write() as tx:
        return await tx.answers.keep(answer)


async def vote(store: Store, token: str, person_id: int = PERSON_ID, *, is_good: bool = False, after: int = 0) -> bool:
    async with store.write() as tx:
        return await tx.answers.vote(token, person_id, is_good=is_good, at=BASE + timedelta(minutes=after))


async def test_an_answer_comes_back_and_the_same_one_has_the_same_token(each_store: Store) -> None:
    token = await keep(each_store, ANSWER)
    assert await keep(each_store, replace(ANSWER, kept_at=LATER)) == token
    assert await keep(each_store, replace(ANSWER, guild_id=None)) != token
    async with each_store.read() as tx:
        assert await tx.answers.get(token) == replace(ANSWER, kept_at=LATER)
        assert await tx.answers.get("unknown") is None


async def test_a_person_has_one_vote_on_an_answer_and_may_change_it(each_store: Store) -> None:
    token = await keep(each_store, ANSWER)
    assert await vote(each_store, token, is_good=True)
    assert await vote(each_store, token, after=1)
    assert await vote(each_store, token, PERSON_ID + 1, is_good=True)
    assert not await vote(each_store, "unknown")
    async with each_store.read() as tx:
        assert await tx.answers.counts() == (1, 1)
        assert await tx.answers.votes_of(PERSON_ID) == [
            Vote(question="How fast?", is_good=False, voted_at=BASE + timedelta(minutes=1))
        ]


async def test_each_server_sees_its_own_and_the_last_question_first(each_store: Store) -> None:
    first, second, elsewhere, liked = [
        await keep(each_store, replace(ANSWER, question=question, guild_id=guild_id))
        for question, guild_id in (("One?", GUILD_ID), ("Two?", GUILD_ID), ("Three?", None), ("Four?", GUILD_ID))
    ]
    for after, token in enumerate((first, second, elsewhere)):
        await vote(each_store, token, after=after)
    await vote(each_store, first, PERSON_ID + 1, after=9)
    await vote(each_store, liked, is_good=True)
    async with each_store.read() as tx:
        assert await tx.answers.disliked(GUILD_ID, limit=9) == ["One?", "Two?"]
        assert await tx.answers.disliked(limit=2) == ["One?", "Three?"]
        assert await tx.answers.counts(GUILD_ID) == (1, 3)
        assert await tx.answers.counts() == (1, 4)


async def test_old_answers_go_with_their_votes_and_a_person_goes_with_theirs(each_store: Store) -> None:
    old, new = await keep(each_store, ANSWER), await keep(each_store, replace(ANSWER, question="?", kept_at=LATER))
    for token in (old, new):
        await vote(each_store, token)
        await vote(each_store, token, PERSON_ID + 1, is_good=True)
    async with each_store.write() as tx:
        await tx.answers.forget_before(LATER)
        assert await tx.answers.get(old) is None
        assert await tx.answers.counts() == (1, 1)
        await tx.answers.forget_votes_of(PERSON_ID)
        assert await tx.answers.counts() == (1, 0)
        assert await tx.answers.get(new) is not None


async def test_questions_of_a_day_are_counted_by_name_up_to_the_most(each_store: Store) -> None:
    today, before = BASE.date(), BASE.date() - timedelta(days=1)
    async with each_store.write() as tx:
        assert [await tx.questions.take(today, "person:1", most=2) for _ in range(3)] == [True, True, False]
        assert await tx.questions.take(today, "person:2", most=None)
        assert await tx.questions.take(before, "person:1", most=1)
        await tx.questions.give_back(today, "person:1")
        await tx.questions.give_back(today, "nobody")
        assert await tx.questions.asked(today, "person:1") == 1
        await tx.questions.forget_before(today)
        assert await tx.questions.asked(before, "person:1") == 0
        await tx.questions.forget("person:1")
        assert await tx.questions.asked(today, "person:1") == 0
        assert await tx.questions.asked(today, "person:2") == 1
