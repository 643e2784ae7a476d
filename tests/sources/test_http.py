import gzip
import re
import tracemalloc
from datetime import timedelta

import pytest

from bot.errors import SourceChanged, SourceUnreachable
from bot.sources.exchange import ATTEMPTS, Ask
from bot.sources.http import PoliteClient
from bot.sources.kept import Kept, KeptAnswers
from tests.builders import BASE, DAY, FakeClock
from tests.sources.asking import Pauses, make_ask
from tests.standins.hugging_face import (
    PATH,
    HuggingFaceStandIn,
    body,
    bomb,
    huge,
    make_items,
    redirect,
    reset,
    status,
    truncated,
)
from tests.standins.site import Fault

SECRET = "hf_never-to-be-seen"


async def test_an_answer_comes_with_its_moment_and_its_headers(
    polite: PoliteClient, site: HuggingFaceStandIn, clock: FakeClock
) -> None:
    site.meets(body(b"[]", X_Request_Id="r1"))

    answer = await polite.get(make_ask(site))

    assert (answer.body, answer.at, answer.headers["x-request-id"]) == (b"[]", clock.now, "r1")


async def test_it_says_who_it_is(polite: PoliteClient, site: HuggingFaceStandIn) -> None:
    await polite.get(make_ask(site))

    assert re.fullmatch(r"Paperboy/\d[\w.]* \(\+self-hosted\)", site.seen[0].headers["user-agent"])


async def test_a_compressed_answer_is_read(polite: PoliteClient, site: HuggingFaceStandIn) -> None:
    site.days = {DAY: make_items(50)}

    answer = await polite.get(make_ask(site))

    assert answer.headers["content-encoding"] == "gzip"
    assert answer.body.startswith(b"[{")


# --- the same again ---


async def test_what_has_not_changed_is_not_sent_again(
    polite: PoliteClient, site: HuggingFaceStandIn, clock: FakeClock
) -> None:
    site.days = {DAY: make_items(3)}
    first = await polite.get(make_ask(site))
    clock.advance(minutes=30)

    second = await polite.get(make_ask(site))

    assert site.seen[1].headers["if-none-match"] == first.headers["etag"]
    assert (second.body, second.at) == (first.body, BASE + timedelta(minutes=30))


async def test_what_has_changed_is(polite: PoliteClient, site: HuggingFaceStandIn) -> None:
    site.days = {DAY: make_items(3)}
    first = await polite.get(make_ask(site))
    site.days = {DAY: make_items(4)}

    assert (await polite.get(make_ask(site))).body != first.body


async def test_an_unchanged_answer_that_we_never_had_is_an_error(
    polite: PoliteClient, site: HuggingFaceStandIn
) -> None:
    site.meets(status(304))

    with pytest.raises(SourceChanged, match="304"):
        await polite.get(make_ask(site))


def test_only_a_few_answers_are_kept_and_those_used_last() -> None:
    answers = KeptAnswers(most_answers=2, most_bytes=100)
    for url in ("a", "b"):
        answers.put(url, Kept.of({"etag": url}, b"body"))
    answers.get("a")

    answers.put("c", Kept.of({"etag": "c"}, b"body"))

    assert [url for url in "abc" if answers.get(url)] == ["a", "c"]


@pytest.mark.parametrize(
    ("headers", "size", "is_kept"),
    [
        ({"etag": "1"}, 60, True),
        ({"last-modified": "Fri, 14 Mar 2025 09:00:00 GMT"}, 60, True),
        ({}, 60, False),
        ({"etag": "x" * 600}, 60, False),
        ({"etag": "1"}, 101, False),
    ],
    ids=["by mark", "by date", "no mark", "monstrous mark", "too large"],
)
def test_an_answer_is_kept_when_the_site_gave_a_mark_and_it_is_not_too_large(
    headers: dict[str, str], size: int, *, is_kept: bool
) -> None:
    answers = KeptAnswers(most_answers=5, most_bytes=100)

    answers.put("a", Kept.of(headers, b"x" * size))

    assert (answers.get("a") is not None) == is_kept


def test_the_kept_bodies_stay_below_their_bound() -> None:
    answers = KeptAnswers(most_answers=10, most_bytes=100)

    for url in "abca":
        answers.put(url, Kept.of({"etag": url}, b"x" * 40))

    assert [url for url in "abc" if answers.get(url)] == ["a", "c"]


def test_an_answer_that_is_renewed_does_not_count_twice() -> None:
    answers = KeptAnswers(most_answers=10, most_bytes=100)

    for url in "aaab":
        answers.put(url, Kept.of({"etag": url}, b"x" * 40))

    assert [url for url in "ab" if answers.get(url)] == ["a", "b"]


# --- failures ---


@pytest.mark.parametrize(
    "fault", [status(500), status(503), reset, truncated], ids=["500", "503", "reset", "truncated"]
)
async def test_a_failure_is_tried_again(
    fault: Fault, polite: PoliteClient, site: HuggingFaceStandIn, pauses: Pauses
) -> None:
    site.meets(fault, fault)

    answer = await polite.get(make_ask(site))

    assert answer.body == b"[]"
    assert pauses.taken == [1.0, 2.0]


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (status(500, "our fault"), "answered with status 500: our fault (tried 3 times)."),
        (status(503), "answered with status 503"),
        (reset, "broke off before its answer was complete"),
        (truncated, "broke off before its answer was complete"),
        (body(b"\x1f\x8b\x08garbage", Content_Encoding="gzip"), "compression is damaged"),
        (body(gzip.compress(b"[]")[:-9], Content_Encoding="gzip"), "compression is damaged"),
        (body(b"", Content_Encoding="br"), "compressed in a way we did not ask for: br"),
    ],
    ids=["500", "503", "reset", "truncated", "damaged", "half", "other compression"],
)
async def test_a_failure_that_stays_is_named(
    fault: Fault, words: str, polite: PoliteClient, site: HuggingFaceStandIn
) -> None:
    site.meets(fault, times=ATTEMPTS)

    with pytest.raises((SourceUnreachable, SourceChanged), match=re.escape(words)) as failure:
        await polite.get(make_ask(site))

    assert failure.value.source == "huggingface"


async def test_a_site_that_does_not_answer_is_given_up(polite: PoliteClient, site: HuggingFaceStandIn) -> None:
    site.meets(site.stall, times=ATTEMPTS)

    with pytest.raises(SourceUnreachable, match="took longer than"):
        await polite.get(make_ask(site, deadline=timedelta(seconds=0.05)))


async def test_a_site_that_is_not_there_is_unreachable(polite: PoliteClient) -> None:
    async with HuggingFaceStandIn() as gone:
        ask = make_ask(gone)

    with pytest.raises(SourceUnreachable, match=r"127\.0\.0\.1 could not be reached"):
        await polite.get(ask)


async def test_chance_shortens_a_pause_by_up_to_a_half(
    site: HuggingFaceStandIn, polite: PoliteClient, pauses: Pauses
) -> None:
    polite._chance = lambda: 1.0
    site.meets(status(500), status(500))

    await polite.get(make_ask(site))

    assert pauses.taken == [0.5, 1.0]


@pytest.mark.parametrize("url", ["http://[::1", "ftp://127.0.0.1/x", "http://", "nowhere"])
async def test_an_address_that_is_none_is_an_error_of_the_source(url: str, polite: PoliteClient) -> None:
    with pytest.raises((SourceChanged, SourceUnreachable)):
        await polite.get(Ask(source="huggingface", url=url))


# --- too much ---


@pytest.mark.parametrize("fault", [huge, bomb], ids=["40 MB", "gzip bomb"])
async def test_an_answer_that_is_too_large_is_not_read_to_its_end(
    fault: Fault, polite: PoliteClient, site: HuggingFaceStandIn
) -> None:
    site.meets(fault)

    with pytest.raises(SourceChanged, match="larger than 2 MB"):
        await polite.get(make_ask(site, most_bytes=2 * 2**20))


async def test_a_bomb_is_not_unpacked_further_than_allowed(polite: PoliteClient, site: HuggingFaceStandIn) -> None:
    site.meets(body(gzip.compress(bytes(64 * 2**20), 9), Content_Encoding="gzip"))
    tracemalloc.start()

    with pytest.raises(SourceChanged):
        await polite.get(make_ask(site, most_bytes=2 * 2**20))

    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 8 * 2**20


async def test_an_answer_of_just_the_allowed_size_is_read(polite: PoliteClient, site: HuggingFaceStandIn) -> None:
    site.meets(body(b"x" * 1000), body(b"x" * 1001))
    ask = make_ask(site, most_bytes=1000)

    assert len((await polite.get(ask)).body) == 1000
    with pytest.raises(SourceChanged):
        await polite.get(ask)


# --- errors in words ---


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (status(400, "no such\nday \u202e@everyone"), r"status 400: no such day @everyone\.$"),
        (status(404), r"status 404: Internal Error\.$"),
        (status(400, "body", X_Error_Message="header"), r"status 400: header\.$"),
        (status(400, "x" * 5000), r"status 400: x{199}…\.$"),
        (status(401, "Invalid token."), r"may not accept the access token in the settings: Invalid token\.$"),
    ],
    ids=["unclean", "plain", "in a header", "long", "token refused"],
)
async def test_an_error_is_told_in_the_sites_words_cleaned_and_short(
    fault: Fault, words: str, polite: PoliteClient, site: HuggingFaceStandIn
) -> None:
    site.meets(fault)

    with pytest.raises(SourceChanged, match=words):
        await polite.get(make_ask(site, headers={"Authorization": f"Bearer {SECRET}"}))


# --- no redirects elsewhere ---


async def test_a_redirect_inside_the_server_is_followed(polite: PoliteClient, site: HuggingFaceStandIn) -> None:
    site.meets(redirect(f"{PATH}?date=2025-03-13"))

    await polite.get(make_ask(site))

    assert [seen.query["date"] for seen in site.seen] == ["2025-03-14", "2025-03-13"]


async def test_a_redirect_to_another_server_is_not(polite: PoliteClient, site: HuggingFaceStandIn) -> None:
    async with HuggingFaceStandIn() as other:
        site.meets(redirect(f"{other.url}{PATH}"))

        with pytest.raises(SourceChanged, match="another server"):
            await polite.get(make_ask(site, headers={"Authorization": SECRET}))

        assert other.seen == []


@pytest.mark.parametrize("target", ["", "http://[", "//evil.example/x", "https://127.0.0.1/x", "file:///etc/passwd"])
async def test_nor_is_one_to_nowhere(target: str, polite: PoliteClient, site: HuggingFaceStandIn) -> None:
    site.meets(redirect(target))

    with pytest.raises(SourceChanged, match="sends us to"):
        await polite.get(make_ask(site))


async def test_a_circle_of_redirects_ends(polite: PoliteClient, site: HuggingFaceStandIn) -> None:
    site.meets(redirect(PATH), times=10)

    with pytest.raises(SourceChanged, match="circles"):
        await polite.get(make_ask(site))


# --- secrets ---


def test_a_request_does_not_show_its_headers(site: HuggingFaceStandIn) -> None:
    assert SECRET not in repr(make_ask(site, headers={"Authorization": SECRET}))


async def test_a_token_that_breaks_the_request_is_not_repeated_in_the_error(
    polite: PoliteClient, site: HuggingFaceStandIn
) -> None:
    with pytest.raises(SourceUnreachable, match="check its address and access token") as failure:
        await polite.get(make_ask(site, headers={"Authorization": f"Bearer {SECRET}\x00\n"}))

    seen: BaseException | None = failure.value
    while seen is not None:
        assert SECRET not in str(seen)
        seen = seen.__cause__ or seen.__context__
