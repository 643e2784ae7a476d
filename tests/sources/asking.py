"""What asking a site in a test takes: a request, and pauses that are written down and move the clock."""

from dataclasses import dataclass, field
from typing import Any

from bot.sources.exchange import Ask
from tests.builders import DAY, FakeClock
from tests.standins.hugging_face import PATH, HuggingFaceStandIn


@dataclass
class Pauses:
    """What a client slept, in seconds."""

    clock: FakeClock
    taken: list[float] = field(default_factory=list)

    async def sleep(self, seconds: float) -> None:
        self.taken.append(seconds)
        self.clock.advance(seconds=seconds)


def make_ask(site: HuggingFaceStandIn, **facts: Any) -> Ask:
    return Ask(**{"source": "huggingface", "url": f"{site.url}{PATH}", "params": {"date": str(DAY)}, **facts})
