"""A server is answered as its admins chose, within what whoever runs the bot offers and allows."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.allowance import Asker
from bot.core.choices import MOST_ROLES, Offer, Wish, changed, may_ask, terms
from bot.core.grounding import EXTRACTIVE
from bot.core.languages import LANGUAGES, in_english, language_of
from bot.errors import InvalidInput
from storage.server_choices import ServerChoices
from tests.builders import GUILD_ID

OFFER = Offer(models=("small-1", "large-1"), questions_a_server=500)
NOTHING = ServerChoices(guild_id=GUILD_ID)
ALL = ServerChoices(guild_id=GUILD_ID, engine="large-1", language="de", role_ids=(7,), questions_a_day=100)


def test_where_nothing_is_chosen_the_usual_model_answers_everybody_in_their_language() -> None:
    held = terms(NOTHING, OFFER)
    assert (held.engine, held.language, held.role_ids, held.questions_a_day) == ("small-1", None, (), 500)
    assert terms(NOTHING, Offer()).engine == EXTRACTIVE


def test_what_is_chosen_holds() -> None:
    held = terms(ALL, OFFER)
    assert (held.engine, held.language, held.role_ids, held.questions_a_day) == ("large-1", "German", (7,), 100)


def test_a_model_that_is_offered_no_more_is_named_and_the_usual_one_answers() -> None:
    held = terms(ALL, Offer(models=("small-1",)))
    assert (held.engine, held.missing) == ("small-1", "large-1")
    assert terms(changed(NOTHING, Wish(model="passages"), OFFER), OFFER).missing is None


@given(wished=st.none() | st.integers(1, 10**6), allowed=st.none() | st.integers(1, 10**6))
def test_no_server_may_ask_more_often_than_is_allowed(wished: int | None, allowed: int | None) -> None:
    limit = terms(ServerChoices(guild_id=1, questions_a_day=wished), Offer(questions_a_server=allowed)).questions_a_day
    assert limit in {wished, allowed}
    assert allowed is None or (limit is not None and limit <= allowed)
    assert wished is None or (limit is not None and limit <= wished)


def test_only_what_is_named_becomes_different() -> None:
    assert changed(ALL, Wish(), OFFER) == ALL
    step = changed(NOTHING, Wish(model="large-1", language="Deutsch"), OFFER)
    assert changed(step, Wish(role_id=7, questions=100), OFFER) == ALL
    for name in ("model", "language", "roles", "questions"):
        step = changed(step, Wish(without=name), OFFER)
    assert step == NOTHING


def test_roles_are_added_one_by_one_or_replaced() -> None:
    both = changed(ALL, Wish(role_id=8), OFFER)
    assert both.role_ids == changed(both, Wish(role_id=7), OFFER).role_ids == (7, 8)
    assert changed(both, Wish(role_id=9, without="roles"), OFFER).role_ids == (9,)


@pytest.mark.parametrize(
    ("wish", "words"),
    [
        (Wish(model="huge-1"), "Choose small-1, large-1 or passages."),
        (Wish(language="Klingon"), "German or Deutsch"),
        (Wish(questions=501), "allows each server 500"),
        (Wish(questions=0), "choose passages"),
        (Wish(role_id=GUILD_ID), "Everybody may ask where no role is chosen"),
        (Wish(model="small-1", without="model"), "not both at once"),
        (Wish(without="manners"), "choose model, language, roles or questions"),
    ],
)
def test_what_cannot_be_chosen_is_told_with_what_can(wish: Wish, words: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        changed(ALL, wish, OFFER)
    assert words in str(refusal.value)


def test_where_no_model_is_offered_only_passages_can_be_chosen() -> None:
    with pytest.raises(InvalidInput, match="so answers are passages"):
        changed(NOTHING, Wish(model="small-1"), Offer())
    assert changed(NOTHING, Wish(model="Passages"), Offer()).engine == EXTRACTIVE


def test_there_is_an_end_to_roles() -> None:
    full = ServerChoices(guild_id=GUILD_ID, role_ids=tuple(range(1, MOST_ROLES + 1)))
    with pytest.raises(InvalidInput, match="Up to 10 roles"):
        changed(full, Wish(role_id=99), OFFER)


def test_one_of_the_roles_is_enough_and_none_may_be_needed() -> None:
    member, guest = Asker(person_id=1, guild_id=2, role_ids=frozenset({2, 7})), Asker(person_id=3, guild_id=2)
    assert may_ask(member, (7, 8))
    assert not may_ask(guest, (7, 8))
    assert may_ask(guest, ())


@pytest.mark.parametrize("text", ["de", "German", " deutsch ", "DEUTSCH"])
def test_a_language_has_several_names(text: str) -> None:
    assert language_of(text) == "de"


def test_every_language_is_found_by_each_of_its_names() -> None:
    for code, (english, own) in LANGUAGES.items():
        assert {language_of(name) for name in (code, english, own.upper())} == {code}
        assert in_english(code) == english
    assert language_of("") is None
    assert in_english("tlh") is in_english(None) is None
