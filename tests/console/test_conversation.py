"""A conversation at the prompt, from the first list to leaving, on a real store."""

import json
import re
from datetime import timedelta

import pytest

from bot.console import reading
from bot.console.following import setup_here
from bot.console.trouble import BUG
from storage.records import Settle
from tests.builders import FakeClock, make_family
from tests.console.conftest import Terminal
from tests.services.seeding import keep


async def test_a_number_opens_that_paper_of_the_list(terminal: Terminal) -> None:
    listed = await terminal.type("/papers today --sort top")
    assert " 2  Attention is enough" in listed
    opened = await terminal.type("2")
    assert opened.startswith("Attention is enough")
    assert "Abstract" in opened


async def test_a_number_goes_on_to_mean_the_list_after_a_paper_was_opened(terminal: Terminal) -> None:
    await terminal.type("/papers today --sort top")
    await terminal.type("2")
    assert (await terminal.type("1")).startswith("Diffusion for video")


async def test_numbers_of_all_pages_that_were_turned_mean_something(terminal: Terminal) -> None:
    await terminal.type("/papers today --sort top")
    assert " 6  A paper called 2503.00006" in await terminal.type("/next")
    assert (await terminal.type("1")).startswith("Diffusion for video")
    assert (await terminal.type("7")).startswith("A paper called 2503.00007")


async def test_pages_are_turned_to_the_end_and_back(terminal: Terminal) -> None:
    await terminal.type("/papers today --sort top")
    assert "6–10 of 12" in await terminal.type("/next")
    assert "11–12 of 12" in await terminal.type("/next")
    assert "last page" in await terminal.type("/next")
    assert "6–10 of 12" in await terminal.type("/back")
    assert "1–5 of 12" in await terminal.type("/back")
    assert "first page" in await terminal.type("/back")


async def test_a_list_is_as_long_as_it_was_asked_for(terminal: Terminal) -> None:
    listed = await terminal.type("/papers today --limit 12")
    assert re.findall(r"^ ?(\d+)  ", listed, re.MULTILINE) == [str(number) for number in range(1, 13)]


@pytest.mark.parametrize("line", ["diffusion", "/papers search diffusion"])
async def test_words_are_a_search(terminal: Terminal, line: str) -> None:
    found = await terminal.type(line)
    assert "Diffusion for video" in found
    assert "Diffusion in latent space" in found
    assert "Attention" not in found
    assert "/topics follow diffusion" in found


async def test_a_search_is_sorted_anew_from_its_beginning(terminal: Terminal) -> None:
    await terminal.type("paper")
    await terminal.type("/next")
    assert "newest first" in await terminal.type("/sort new")
    assert "relevance, match, new, top" in await terminal.type("/sort trending")


@pytest.mark.parametrize("line", ["2503.00002", "https://arxiv.org/pdf/2503.00002v3", "/papers show arXiv:2503.00002"])
async def test_an_id_or_an_address_is_that_paper(terminal: Terminal, line: str) -> None:
    assert (await terminal.type(line)).startswith("Attention is enough")


async def test_papers_like_a_number_are_a_list_of_their_own(terminal: Terminal) -> None:
    await keep(terminal.r, *make_family())
    await terminal.type("zeolite")
    likes = await terminal.type("/papers similar 1")
    assert likes.startswith("Like “Zeolite crystals")
    assert "1–5 of 6" in likes
    assert " 6  Zeolite crystals" in await terminal.type("/next")
    assert "no other order" in await terminal.type("/sort new")
    assert "/papers similar 2504." in await terminal.type("6")


async def test_a_question_about_a_number_is_about_that_paper(terminal: Terminal) -> None:
    await terminal.type("/papers today --sort top")
    answer = await terminal.type("/ask which test reads best? --paper 2")
    assert "closest passages" in answer
    assert "Attention is enough" in answer


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("5", "No list is on the screen"),
        ("/next", "There is no list"),
        ("/sort new", "There is no list"),
        ("/why", "No digest has come yet"),
        ("/papers show 2503.99999", "not in the store"),
        ('"open', '  "open'),
        ("/papers today 2999-01-01", "still to come"),
        ("/papers today --limit 1000", "1 to 100"),
        ("/ask … --paper 2503.00001", "in place of the dots"),
        ("/channels pause", "Begin with /setup"),
        ("/topics unfollow 7", "do not follow"),
        ("/setup --zone Nowhere/Land", "is not a time zone"),
        ("/setup --papers 11", "1 to 10"),
        ("/nonsense", "/help"),
        ("/help nonsense", "/help"),
    ],
)
async def test_what_cannot_be_is_told_and_the_conversation_goes_on(terminal: Terminal, line: str, says: str) -> None:
    told = await terminal.type(line)
    assert told.startswith("✗ ")
    assert says in told
    assert await terminal.type("/status")


async def test_a_number_that_is_not_in_the_list_is_told_with_those_that_are(terminal: Terminal) -> None:
    await terminal.type("/papers today")
    assert "numbers 1 to 5" in await terminal.type("9")


async def test_a_bug_in_one_command_ends_nothing(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(*_: object) -> None:
        raise RuntimeError("nobody foresaw this")

    monkeypatch.setattr(reading, "open_number", broken)
    assert BUG in await terminal.type("1")
    assert "Status" in await terminal.type("/status")


async def test_topics_are_followed_listed_and_left_again(terminal: Terminal) -> None:
    followed = await terminal.type("/topics follow diffusion --hour 7:30")
    assert "07:30 (Europe/Berlin)" in followed
    assert "Diffusion for video" in followed
    assert "diffusion" in await terminal.type("/topics")
    assert "no longer follow" in await terminal.type("/topics unfollow diffusion")
    assert "You follow no topics" in await terminal.type("/topics list")


async def test_the_zone_of_later_topics_stays_as_it_was_chosen(terminal: Terminal) -> None:
    await terminal.type("/topics follow diffusion --zone Asia/Tokyo")
    assert "(Asia/Tokyo)" in await terminal.type("/topics follow attention")


async def test_a_setup_is_made_changed_and_told(terminal: Terminal) -> None:
    made = await terminal.type("/setup --hour 8:30 --days weekdays --query diffusion --min-upvotes 3 --sort top")
    for part in ("08:30 (Europe/Berlin)", "Monday to Friday", "“diffusion”", "3 upvotes"):
        assert part in " ".join(made.split())
    changed = await terminal.type('/setup --papers 2 --query ""')
    assert "up to 2" in changed
    assert "diffusion" not in changed
    assert "1 channel setup" in await terminal.type("/setup")


async def test_a_setup_has_every_term_that_makes_sense_at_a_terminal(terminal: Terminal) -> None:
    made = await terminal.type("/setup --every weekly --days mon --layout cards --quiet yes --grace 90m")
    told = " ".join(made.split())
    assert "each week on Monday at 09:00 (Europe/Berlin)" in told
    assert "Each paper comes as a message of its own. A week without papers passes in silence." in told
    setup = await setup_here(terminal.r)
    assert setup is not None
    assert (setup.settle, setup.schedule.grace) == (Settle.NOW, timedelta(minutes=90))
    settled = await terminal.type("/channels edit 1 --every daily --days daily --list settled")
    assert "those of the day before, whose list is complete" in " ".join(settled.split())
    assert "one of digest, cards" in await terminal.type("/channels edit 1 --layout threads")
    assert "/help channels edit" in await terminal.type("/channels edit 1")
    assert "Begin with /setup" not in await terminal.type("/channels edit --quiet no")


async def test_what_comes_next_is_told_with_its_sums_and_of_a_paper_why_not(terminal: Terminal) -> None:
    await terminal.type("/papers today --sort top")
    await terminal.type("/setup --papers 2 --sort top --hour 23")
    assert "12 considered = 2 picked + 10 over the limit." in await terminal.type("/channels preview 1")
    picked = await terminal.type("/channels preview 1 --paper 2")
    assert picked.startswith("It would be in the next digest\nAttention is enough")
    assert "2 papers rank before it" in await terminal.type("/channels preview 1 --paper 3")


async def test_a_setup_is_paused_resumed_and_removed(terminal: Terminal) -> None:
    await terminal.type("/setup --hour 9")
    assert "Paused" in await terminal.type("/channels pause")
    assert "paused" in (await terminal.type("/channels")).lower()
    assert "Running again" in await terminal.type("/channels resume 1")
    assert "Removed" in await terminal.type("/channels remove 1")
    assert "No channels yet" in await terminal.type("/channels list")


async def test_a_preview_shows_a_digest_and_sends_none(terminal: Terminal) -> None:
    await terminal.type("/setup --papers 1")
    assert "Diffusion for video" in await terminal.type("/channels preview")
    assert "No digest has come yet" in await terminal.type("/why")


async def test_a_digest_that_is_asked_for_is_shown_once_and_explained(terminal: Terminal, clock: FakeClock) -> None:
    await terminal.type("/setup --papers 10 --sort top")
    digest = await terminal.type("/channels post")
    assert digest.count("Diffusion for video") == 1
    assert "/why" in digest
    why = await terminal.type("/why")
    assert "12 considered = 10 picked + 2" in why
    assert (await terminal.type("2")).startswith("Attention is enough")
    clock.advance(minutes=5)
    rest = await terminal.type("/channels post 1")
    assert "Diffusion for video" not in rest
    assert "2503.00012" in rest
    clock.advance(minutes=5)
    assert "Nothing to post" in await terminal.type("/channels post 1")


async def test_what_is_kept_of_the_person_is_shown_and_deleted_once_they_say_yes(terminal: Terminal) -> None:
    await terminal.type("/topics follow diffusion")
    assert json.loads(await terminal.type("/privacy export"))["topics"][0]["query"] == "diffusion"
    assert "/privacy forget yes" in await terminal.type("/privacy forget")
    assert json.loads(await terminal.type("/privacy export"))["topics"]
    await terminal.type("/privacy forget yes")
    assert not json.loads(await terminal.type("/privacy export"))["topics"]


async def test_help_names_every_command_and_tells_one_in_full(terminal: Terminal) -> None:
    from bot.console.vocabulary import COMMANDS

    everything = await terminal.type("/help")
    assert not [command.name for command in COMMANDS if command.name not in everything]
    assert "has given me a language model" in " ".join(everything.split())
    assert max(map(len, everything.splitlines())) <= 80
    assert "--min-upvotes N" in await terminal.type("/help setup")
    assert (await terminal.type("/help papers")).count("For example:") == 7


@pytest.mark.parametrize("line", ["/quit", "/exit", "/q"])
async def test_leaving_ends_it(terminal: Terminal, line: str) -> None:
    assert not await terminal.commands.obey(line)


async def test_completion_offers_what_is_there(terminal: Terminal) -> None:
    await terminal.type("/papers today --sort top")
    await terminal.type("/topics follow diffusion")
    await terminal.type("/setup --hour 9")
    await terminal.commands.look_around()
    choices = terminal.commands.choices
    assert choices.papers[0] == ("1", "Diffusion for video")
    assert choices.topics == (("1", "diffusion"),)
    assert choices.setups == (("1", "every day at 09:00 (Europe/Berlin)"),)
