"""Answers hold nothing but what stands in the text, whoever drafts them; what the text does not say is not found."""

from dataclasses import replace
from pathlib import Path

import pytest

from bot.core.grounding import Answer, AnswerStatus, Claim, Coverage, Label, Passage, Read
from bot.errors import InvalidInput
from bot.ports import Resources
from bot.services import discussion
from storage.fulltext import Origin, Piece, PieceKind
from storage.records import PaperId
from tests.builders import BASE, FakeClock, make_id, make_paper
from tests.services.doubles import FakeAnswerer, FakeTexts
from tests.services.meanings import FakeEmbedder
from tests.services.seeding import copy_prepared, keep, prepare

SOUP = make_paper(
    make_id(1),
    title="Noodle soup",
    abstract="We cook noodles in 42 pots. The broth improves by 12 %. Our code is available.",
)
BREAD = make_paper(make_id(2), title="Sourdough", abstract="We bake bread. The crust is golden.")


@pytest.fixture(scope="module")
def two_papers(migrated_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return prepare(migrated_file, tmp_path_factory.mktemp("two-papers"), SOUP, BREAD)


@pytest.fixture
def store_file(two_papers: Path, tmp_path: Path) -> Path:
    return copy_prepared(two_papers, tmp_path)


def answered_by(r: Resources, answerer: FakeAnswerer) -> Resources:
    return replace(r, answerer=answerer)


def claim(quote: str, paper_id: PaperId = SOUP.id, text: str = "It is so.") -> Claim:
    return Claim(text=text, label=Label.STATED, quote=quote, section="Abstract", paper_id=paper_id)


# --- without a model ---


async def test_passages_are_quoted_word_for_word_and_never_called_an_answer(r: Resources) -> None:
    reply = await discussion.ask(r, "How many pots are needed for noodles?")
    assert reply.answer.status is AnswerStatus.PASSAGES
    assert reply.answer.claims[0].quote == "We cook noodles in 42 pots."
    assert len(reply.answer.claims) <= 3
    for one in reply.answer.claims:
        assert one.label is Label.QUOTED
        assert one.quote in reply.papers[one.paper_id].abstract
    assert reply.took_ms > 0


async def test_only_papers_that_are_quoted_come_with_the_answer(r: Resources) -> None:
    reply = await discussion.ask(r, "How are noodles cooked?")
    assert reply.papers == {SOUP.id: SOUP}


async def test_what_no_paper_touches_is_not_found(r: Resources) -> None:
    reply = await discussion.ask(r, "Where do penguins hibernate?")
    assert (reply.answer.status, reply.answer.claims, reply.papers) == (AnswerStatus.NOT_FOUND, (), {})


@pytest.mark.parametrize("question", ["what is it about?", "how does it do that?"])
async def test_a_question_without_a_word_of_content_finds_nothing(question: str, r: Resources) -> None:
    assert (await discussion.ask(r, question)).answer.status is AnswerStatus.NOT_FOUND


async def test_of_a_paper_of_which_only_the_title_is_known_nothing_was_read(r: Resources) -> None:
    bare = make_paper(make_id(9), abstract="", summary="")
    async with r.store.write() as tx:
        await tx.papers.save([bare], [])
    answer = (await discussion.ask(r, "How many sailors?", [bare.id])).answer
    assert (answer.status, answer.read) == (AnswerStatus.NOT_FOUND, ())


async def test_of_a_paper_that_says_nothing_of_it_the_nearest_is_shown_as_such(r: Resources) -> None:
    reply = await discussion.ask(r, "How many sailors?", [SOUP.id])
    assert reply.answer.status is AnswerStatus.NOT_FOUND
    assert [one.quote for one in reply.answer.nearest] == ["The broth improves by 12 %.", "We cook noodles in 42 pots."]
    assert reply.papers == {SOUP.id: SOUP}


async def test_who_watches_an_answer_being_written_sees_nothing_but_what_stands(r: Resources) -> None:
    true, invented = claim("We cook noodles in 42 pots."), claim("We cook noodles in 43 pots.")
    seen: list[Answer] = []
    writing = answered_by(r, FakeAnswerer(claims=(true, invented)))
    reply = await discussion.ask(writing, "How are noodles cooked?", watch=lambda answer, _: seen.append(answer))
    assert [one.claims for one in seen] == [(), (true,), (true,)]
    assert {one.read for one in seen} == {(Read(paper_id=SOUP.id),)}
    assert reply.answer.claims == (true,)


# --- about which papers ---


async def test_only_named_papers_are_read(r: Resources) -> None:
    answerer = FakeAnswerer()
    await discussion.ask(answered_by(r, answerer), "How are noodles cooked?", [f"https://arxiv.org/abs/{BREAD.id}v2"])
    assert {passage.paper_id for passage in answerer.read} == {BREAD.id}
    assert {passage.text for passage in answerer.read} == {"We bake bread.", "The crust is golden."}


async def test_a_paper_that_the_question_names_is_the_one_it_is_about(r: Resources) -> None:
    answerer = FakeAnswerer()
    await discussion.ask(answered_by(r, answerer), f"How are the noodles of {BREAD.id} cooked?")
    assert {passage.paper_id for passage in answerer.read} == {BREAD.id}


async def test_without_a_name_the_papers_that_share_its_words_are_read(r: Resources) -> None:
    answerer = FakeAnswerer()
    await discussion.ask(answered_by(r, answerer), "How are noodles cooked?")
    assert {passage.paper_id for passage in answerer.read} == {SOUP.id}


async def test_a_summary_is_never_taken_for_the_abstract(r: Resources) -> None:
    await keep(r, make_paper(make_id(3), abstract="", summary="A treatise on dumplings."))
    (one,) = (await discussion.ask(r, "dumplings")).answer.claims
    assert one.section == "Summary"


@pytest.mark.parametrize("name", ["2503.09999", "no paper at all"])
async def test_an_unknown_paper_is_refused_before_anything_is_read(name: str, r: Resources) -> None:
    answerer = FakeAnswerer()
    with pytest.raises(InvalidInput):
        await discussion.ask(answered_by(r, answerer), "How?", [SOUP.id, name])
    assert not answerer.read


# --- what may be asked ---


@pytest.mark.parametrize("question", ["", "   ", "\n\t", "?", "…"])
async def test_an_empty_question_is_refused_with_an_example(question: str, r: Resources) -> None:
    with pytest.raises(InvalidInput, match="for example: how large is the dataset"):
        await discussion.ask(r, question)


async def test_a_question_may_be_as_long_as_its_bound_and_no_longer(r: Resources) -> None:
    longest = "noodles " * 62 + "soup"
    assert len(longest) == discussion.LONGEST_QUESTION
    assert (await discussion.ask(r, f"  {longest}  ")).answer.question == longest
    with pytest.raises(InvalidInput, match="501 characters; up to 500"):
        await discussion.ask(r, longest + "s")


async def test_a_question_of_four_thousand_characters_is_told_how_long_it_may_be(r: Resources) -> None:
    with pytest.raises(InvalidInput, match="4000 characters; up to 500"):
        await discussion.ask(r, "noodles?" * 500)


async def test_a_question_in_chinese_about_an_english_paper_finds_nothing_by_words(r: Resources) -> None:
    reply = await discussion.ask(r, "面条用多少个锅煮？", [SOUP.id])
    assert (reply.answer.status, reply.answer.claims) == (AnswerStatus.NOT_FOUND, ())


async def test_a_withdrawn_paper_is_answered_from_what_is_kept_of_it(r: Resources, texts: FakeTexts) -> None:
    gone = make_paper(make_id(8), abstract="We boil rice in 9 pans.", withdrawn_at=BASE)
    await keep(r, gone)
    reply = await discussion.ask(replace(r, texts=texts), "How many pans for rice?", [gone.id])
    assert reply.answer.claims[0].quote == "We boil rice in 9 pans."
    assert texts.asked == [], "its whole text is fetched no more"


async def test_too_many_papers_at_once_are_refused(r: Resources) -> None:
    with pytest.raises(InvalidInput, match="up to 10 papers"):
        await discussion.ask(r, "How?", [SOUP.id] * 11)


# --- an answerer that lies ---


LIES = {
    "another number": claim("We cook noodles in 43 pots."),
    "another letter": claim("we cook noodles in 42 pots."),
    "words left out": claim("We cook noodles. The broth improves"),
    "another paper's words": claim("noodles in 42 pots.", paper_id=BREAD.id),
    "no paper's words": claim("The crust is golden.", paper_id=PaperId("2503.09999")),
    "a title": claim(SOUP.title),
    "nothing": claim(""),
    "blanks": claim("   "),
}


async def test_what_does_not_stand_in_the_text_is_dropped_and_nothing_is_found(r: Resources) -> None:
    for kind, lie in LIES.items():
        liar = FakeAnswerer(claims=(lie,), nearest=(lie,))
        reply = await discussion.ask(answered_by(r, liar), "How are noodles and bread cooked?")
        assert len(liar.read) == 5, "it read both papers"
        assert reply.answer.status is AnswerStatus.NOT_FOUND, kind
        assert (reply.answer.claims, reply.answer.nearest, reply.papers) == ((), (), {}), kind


async def test_of_true_and_false_claims_the_true_ones_stay_in_order(r: Resources) -> None:
    true = (claim("The broth improves by 12 %."), claim("We cook\n noodles"))
    mixed = FakeAnswerer(claims=(true[0], claim("It tastes of fish."), true[1]))
    reply = await discussion.ask(answered_by(r, mixed), "How are noodles cooked?")
    assert (reply.answer.status, reply.answer.claims) == (AnswerStatus.ANSWERED, true)


async def test_a_quotation_of_a_paper_that_was_not_read_is_dropped(r: Resources) -> None:
    answerer = FakeAnswerer(claims=(claim("We bake bread.", paper_id=BREAD.id),))
    reply = await discussion.ask(answered_by(r, answerer), "How?", [SOUP.id])
    assert reply.answer.status is AnswerStatus.NOT_FOUND


async def test_passages_carry_the_title_without_letting_it_be_quoted(r: Resources) -> None:
    answerer = FakeAnswerer()
    await discussion.ask(answered_by(r, answerer), "How?", [SOUP.id])
    first = min(answerer.read, key=lambda passage: passage.ordinal)
    assert first == Passage(paper_id=SOUP.id, ordinal=0, section="Abstract", text=first.text, title=SOUP.title)


# --- whole texts ---


METHOD = Piece("2 Method", PieceKind.PROSE, "The stove is set to 300 degrees. It hums.")
ROW = Piece("3 Results, Table 1", PieceKind.ROW, "Pot: small | Litres: 7")


@pytest.fixture
def texts(clock: FakeClock) -> FakeTexts:
    return FakeTexts(clock, {SOUP.id: (METHOD, ROW)})


async def test_the_whole_text_of_a_named_paper_is_read(r: Resources, texts: FakeTexts) -> None:
    reply = await discussion.ask(replace(r, texts=texts), "How hot is the stove?", [SOUP.id])
    assert [(one.quote, one.section) for one in reply.answer.claims] == [
        ("The stove is set to 300 degrees.", "2 Method")
    ]
    assert reply.answer.read == (Read(paper_id=SOUP.id, origin=Origin.HTML),)
    assert reply.answer.coverage is Coverage.FULL_TEXT


async def test_a_row_of_a_table_is_quoted_whole(r: Resources, texts: FakeTexts) -> None:
    reply = await discussion.ask(replace(r, texts=texts), f"How many litres does the small pot of {SOUP.id} hold?")
    assert reply.answer.claims[0].quote == ROW.text


async def test_of_several_papers_each_says_what_was_read_of_it(r: Resources, texts: FakeTexts) -> None:
    reply = await discussion.ask(replace(r, texts=texts), "How hot is the crust?", [SOUP.id, BREAD.id])
    assert [one.origin for one in reply.answer.read] == [Origin.HTML, None]
    assert reply.answer.coverage is Coverage.ABSTRACT


@pytest.mark.parametrize("question", ["How are noodles cooked?", "How hot is the stove?"])
async def test_a_question_about_no_paper_in_particular_fetches_nothing(
    question: str, r: Resources, texts: FakeTexts
) -> None:
    await discussion.ask(replace(r, texts=texts), question)
    assert texts.asked == []


async def test_but_reads_what_was_fetched_before(r: Resources, texts: FakeTexts) -> None:
    able = replace(r, texts=texts)
    await discussion.ask(able, "How hot is the stove?", [SOUP.id])
    texts.asked.clear()
    reply = await discussion.ask(able, "To how many degrees is the noodle stove set?")
    assert reply.answer.claims[0].quote == "The stove is set to 300 degrees."
    assert reply.answer.coverage is Coverage.FULL_TEXT
    assert texts.asked == []


async def test_where_the_text_cannot_be_had_the_abstract_answers(r: Resources, texts: FakeTexts) -> None:
    texts.down = True
    reply = await discussion.ask(replace(r, texts=texts), "How are noodles cooked?", [SOUP.id])
    assert reply.answer.claims
    assert reply.answer.coverage is Coverage.ABSTRACT


# --- meaning ---

CAR = Piece("2 Method", PieceKind.PROSE, "The automobile goes. It has wheels. Music plays.")


async def test_what_means_the_same_is_found_and_read_once(r: Resources, texts: FakeTexts) -> None:
    embedder = FakeEmbedder()
    texts.texts = {SOUP.id: (CAR,)}
    able = replace(r, texts=texts, embedder=embedder)
    reply = await discussion.ask(able, "Is there a car?", [SOUP.id])
    assert reply.answer.claims[0].quote == "The automobile goes."
    embedder.read.clear()
    await discussion.ask(able, "And a vehicle?", [SOUP.id])
    assert CAR.text not in embedder.read
    assert "Music plays." not in embedder.read, "the vectors of a whole text are kept"


async def test_an_abstract_is_read_for_its_meaning_too(r: Resources) -> None:
    paper = make_paper(make_id(7), abstract="We drive far. The vehicle is red.")
    await keep(r, paper)
    reply = await discussion.ask(replace(r, embedder=FakeEmbedder()), "Which car?", [paper.id])
    assert reply.answer.claims[0].quote == "The vehicle is red."


async def test_where_meaning_fails_words_answer(r: Resources) -> None:
    reply = await discussion.ask(replace(r, embedder=FakeEmbedder(broken=True)), "How are noodles cooked?", [SOUP.id])
    assert reply.answer.claims[0].quote == "We cook noodles in 42 pots."
