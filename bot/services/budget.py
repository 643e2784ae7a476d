"""How much a model may still answer today, over all processes: to somebody, to a server, and in tokens and money."""

from dataclasses import dataclass
from datetime import date

from bot.core.allowance import Allowance, Asker, Quota, Share, renewal
from bot.core.choices import lower
from bot.errors import ModelFailed, ModelFault
from bot.ports import Clock, Resources
from storage.questions import of_person, of_server
from storage.store import Store

FACT = "model tokens"
"""Its value: a day, the tokens of that day's prompts, and of its answers."""


@dataclass(frozen=True, slots=True)
class DayBudget:
    """Counts in the store, so that it holds over restarts."""

    store: Store
    clock: Clock
    allowance: Allowance

    async def take(self, asker: Asker | None) -> None:
        """Count one question; whoever runs the bot is None, and asks as much as there is.

        Raises:
            ModelFailed: today's tokens or money are spent, or the person or the server has asked as often as they may.
        """
        day = self.clock().date()
        async with self.store.read() as tx:
            prompt, answer = counted(await tx.facts.get(FACT), day)
        if self.allowance.is_spent(prompt, answer):
            raise ModelFailed(ModelFault.BUDGET, f"Today's budget is spent: {prompt + answer:,} tokens.")
        if asker is None:
            return
        async with self.store.write() as tx:
            if not await tx.questions.take(day, of_person(asker.person_id), most=self.allowance.questions_a_person):
                raise ModelFailed(ModelFault.PERSON, "The person has asked as often as they may today.")
            if asker.guild_id is None:
                return
            chosen = await tx.choices.get(asker.guild_id)
            most = lower(chosen.questions_a_day, self.allowance.questions_a_server)
            if not await tx.questions.take(day, of_server(asker.guild_id), most=most):
                raise ModelFailed(ModelFault.SERVER, "The server has asked as often as it may today.")

    async def give_back(self, asker: Asker | None) -> None:
        """Count a question no more that was taken and not answered."""
        if asker is None:
            return
        day = self.clock().date()
        async with self.store.write() as tx:
            await tx.questions.give_back(day, of_person(asker.person_id))
            if asker.guild_id is not None:
                await tx.questions.give_back(day, of_server(asker.guild_id))

    async def spend(self, prompt_tokens: int, answer_tokens: int) -> None:
        """Add what one answer took."""
        day = self.clock().date()
        async with self.store.write() as tx:
            prompt, answer = counted(await tx.facts.get(FACT), day)
            await tx.facts.put(FACT, f"{day.isoformat()} {prompt + prompt_tokens} {answer + answer_tokens}")


async def quota(r: Resources, asker: Asker | None) -> Quota | None:
    """What is left to ``asker`` today; None where no model answers, so that nothing is counted."""
    if r.allowance is None:
        return None
    now = r.clock()
    day, person, server = now.date(), None, None
    async with r.store.read() as tx:
        tokens = counted(await tx.facts.get(FACT), day)
        if asker is not None:
            asked = await tx.questions.asked(day, of_person(asker.person_id))
            person = Share(asked=asked, most=r.allowance.questions_a_person)
        if asker is not None and asker.guild_id is not None:
            asked = await tx.questions.asked(day, of_server(asker.guild_id))
            chosen = await tx.choices.get(asker.guild_id)
            server = Share(asked=asked, most=lower(chosen.questions_a_day, r.allowance.questions_a_server))
    return Quota(person=person, server=server, is_spent=r.allowance.is_spent(*tokens), renews_at=renewal(now))


def counted(fact: str | None, today: date) -> tuple[int, int]:
    """Today's tokens of prompts and of answers; the count begins anew each day."""
    day, prompt, answer = (fact or "- 0 0").split()
    return (int(prompt), int(answer)) if day == today.isoformat() else (0, 0)
