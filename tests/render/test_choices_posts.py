"""Whoever chooses how a server is answered reads what holds, and what waits."""

from bot.core.choices import Offer, terms
from bot.core.grounding import EXTRACTIVE
from bot.render.choices import choices_post, terms_lines
from bot.render.post import Listing, Post
from storage.server_choices import ServerChoices
from tests.builders import GUILD_ID
from tests.render.reading import read

OFFER = Offer(models=("small-1", "large_1"), questions_a_server=500)


def held(offer: Offer = OFFER, *, engine: str | None = None) -> str:
    """What somebody reads who chose German and five questions."""
    chosen = ServerChoices(guild_id=GUILD_ID, engine=engine, language="de", questions_a_day=5)
    return read(choices_post(terms(chosen, offer), changed=True))


def test_a_choice_that_needs_a_model_is_shown_to_be_kept_where_none_answers() -> None:
    words = held(engine=EXTRACTIVE)
    assert "Answers: passages only" in words
    assert "A model's language: German" in words
    assert "5 of all members together" in words
    assert "waits for one" in held(Offer())


def test_others_read_of_passages_only_what_is_so() -> None:
    lines = terms_lines(terms(ServerChoices(guild_id=GUILD_ID, engine=EXTRACTIVE, language="de"), OFFER))
    assert "German" not in read(Post((Listing(lines),)))


def test_a_model_that_is_offered_no_more_is_named_beside_the_one_that_answers() -> None:
    words = held(engine="*gone*")
    assert "Answers: by small-1" in words
    assert r"“\*gone\*” was chosen, and is not offered any more." in words
