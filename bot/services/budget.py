"""How much a model may answer in a day (UTC), over all processes: tokens, and money where prices are known."""

from dataclasses import dataclass
from decimal import Decimal

from bot.errors import ModelFailed, ModelFault
from bot.ports import Clock
from storage.store import Store

MILLION = 1_000_000
FACT = "model tokens"
"""Its value: a day, the tokens of that day's prompts, and of its answers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """Of one day; None is without limit. Prices are for a million tokens, in whatever currency the limit is."""

    tokens: int | None = None
    money: Decimal | None = None
    prompt_price: Decimal = Decimal(0)
    answer_price: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class DayBudget:
    """Counts in the store, so that it holds over restarts."""

    store: Store
    clock: Clock
    allowance: Allowance

    async def check(self) -> None:
        """Raises ModelFailed: today's tokens or money are spent."""
        async with self.store.read() as tx:
            prompt, answer = self._counted(await tx.facts.get(FACT))
        spent = (prompt * self.allowance.prompt_price + answer * self.allowance.answer_price) / MILLION
        tokens, money = self.allowance.tokens, self.allowance.money
        if (tokens is not None and prompt + answer >= tokens) or (money is not None and spent >= money):
            raise ModelFailed(ModelFault.BUDGET, f"Today's budget is spent: {prompt + answer:,} tokens.")

    async def spend(self, prompt_tokens: int, answer_tokens: int) -> None:
        """Add what one answer took."""
        async with self.store.write() as tx:
            prompt, answer = self._counted(await tx.facts.get(FACT))
            await tx.facts.put(FACT, f"{self._day} {prompt + prompt_tokens} {answer + answer_tokens}")

    @property
    def _day(self) -> str:
        return self.clock().date().isoformat()

    def _counted(self, fact: str | None) -> tuple[int, int]:
        """Today's tokens of prompts and of answers; the count begins anew each day."""
        day, prompt, answer = (fact or "- 0 0").split()
        return (int(prompt), int(answer)) if day == self._day else (0, 0)
