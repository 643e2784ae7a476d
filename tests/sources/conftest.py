"""A client that never really sleeps, and a site to ask."""

from collections.abc import AsyncIterator

import httpx
import pytest

from bot.sources.http import PoliteClient, certificates
from tests.builders import FakeClock
from tests.sources.asking import Pauses
from tests.standins.hugging_face import HuggingFaceStandIn


@pytest.fixture
def pauses(clock: FakeClock) -> Pauses:
    return Pauses(clock)


@pytest.fixture
async def polite(clock: FakeClock, pauses: Pauses) -> AsyncIterator[PoliteClient]:
    """A client whose chance always says nought, so that its pauses are the longest it takes."""
    async with httpx.AsyncClient(verify=certificates()) as client:
        yield PoliteClient(client, clock=clock, sleep=pauses.sleep, chance=lambda: 0.0)


@pytest.fixture
async def site() -> AsyncIterator[HuggingFaceStandIn]:
    async with HuggingFaceStandIn() as standin:
        yield standin
