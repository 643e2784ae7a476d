from pathlib import Path

import pytest

from bot.answering.extractive import Extractive
from bot.ports import Resources
from storage.search_index import SearchIndex
from storage.store import Store
from tests.builders import FakeClock
from tests.services.doubles import FakeOutbox, FakeSource


@pytest.fixture
def source(clock: FakeClock) -> FakeSource:
    return FakeSource(clock)


@pytest.fixture
def outbox(clock: FakeClock) -> FakeOutbox:
    return FakeOutbox(clock)


@pytest.fixture
def r(store: Store, source: FakeSource, clock: FakeClock, tmp_path: Path) -> Resources:
    index = SearchIndex.open(tmp_path / "index")
    return Resources(store=store, index=index, sources=(source,), answerer=Extractive(), clock=clock)
