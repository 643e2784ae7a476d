"""The model itself: what is about the same is near, whatever its words; queries come before papers."""

import asyncio
import subprocess
import sys
from typing import Any

import pytest

from bot.errors import MeaningUnavailable
from bot.meaning import MiniLM, missing

pytestmark = pytest.mark.skipif(bool(missing()), reason=f"not installed: {', '.join(missing())}")


@pytest.fixture
def model() -> MiniLM:
    return MiniLM()


async def test_a_paraphrase_is_nearer_than_a_text_that_shares_a_word(model: MiniLM) -> None:
    wanted = await model.of_query("does coffee keep people awake")
    texts = ["Caffeine and insomnia in adults.", "Do people keep dogs?", "Protein folding."]
    near = model.nearness(wanted, await model.of_papers(texts))
    assert near[0] > near[1] + 0.1
    assert near[1] > near[2]


async def test_a_vector_is_384_signed_bytes_and_nearest_to_itself(model: MiniLM) -> None:
    one = await model.of_query("a text")
    assert len(one) == 384
    assert model.nearness(one, [one]) == pytest.approx([1.0])
    assert model.nearness(one, []) == []


async def test_a_query_and_a_paper_of_the_same_text_have_the_same_vector(model: MiniLM) -> None:
    assert [await model.of_query("a text")] == await model.of_papers(["a text"])


async def test_texts_that_say_nothing_can_be_compared_too(model: MiniLM) -> None:
    vectors = await model.of_papers(["", "   ", "\ud800", "x" * 10_000, "中" * 5_000])
    assert all(-1.01 <= near <= 1.01 for near in model.nearness(vectors[0], vectors))


async def test_a_query_does_not_wait_for_the_papers_that_are_being_read(model: MiniLM) -> None:
    order: list[str] = []
    await model.load()

    async def papers() -> None:
        await model.of_papers(["A paper. " * 50] * 20)
        order.append("papers")

    async def query() -> None:
        await model.of_query("a query")
        order.append("query")

    await asyncio.gather(papers(), query())
    assert order == ["query", "papers"]


async def test_the_same_query_is_read_once(model: MiniLM, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []

    def vector(text: str) -> bytes:
        read.append(text)
        return b"\1"

    monkeypatch.setattr(model, "_vector", vector)
    for text in ("one", "two", "one"):
        await model.of_query(text)
    assert read == ["one", "two"]


async def test_a_model_that_cannot_be_loaded_is_named_with_its_problem(
    model: MiniLM, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError("wrong kind of processor")

    monkeypatch.setattr("onnxruntime.InferenceSession", broken)
    with pytest.raises(MeaningUnavailable, match="wrong kind of processor"):
        await model.of_query("a text")


def test_nothing_heavy_is_loaded_before_the_first_text() -> None:
    """A command that needs no meaning starts as fast as it did."""
    code = (
        "import sys; from bot.meaning import MiniLM; MiniLM().name; import bot.app; "
        "print([name for name in ('numpy', 'onnxruntime') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603  # ours
    assert done.stdout.strip() == "[]"
