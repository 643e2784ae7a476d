"""What can go wrong in the bot, named by who has to act.

BotError
├── SettingsError             the operator edits .env; every problem is named at once
├── SourceError(source)
│   ├── SourceUnreachable     try again later; the store keeps answering
│   ├── SourceThrottled       the site asks for patience; obeyed
│   └── SourceChanged         the site's format moved; a developer has to look
│       └── NotThere          the site has nothing at that address
├── OutboxError(destination)
│   ├── Unreachable           a person has to act: permission, a vanished channel, closed direct messages
│   ├── RetryLater            nothing was sent; Discord asks to try again at a known time
│   ├── Refused               Discord will never accept this very message
│   │   ├── TooLarge          nothing was sent; the same message, made smaller, may go out under the same token
│   │   └── Filtered          a filter (AutoMod, harmful links) stopped it; without what it stumbled on it may go out
│   └── SendUncertain         it may or may not have been sent; the ledger finds out before it tries again
├── ModelFailed(fault)        the language model gave no whole answer; passages come in its place
├── MeaningUnavailable        the semantic part does not work on this machine; search goes on by words
└── InvalidInput(hint)        a person asked for something that cannot be; the message says what to write instead
    ├── QuerySyntaxError      a query, with the column at which it stops making sense
    ├── UnknownPaper          a right name of a paper that the store does not hold
    ├── MayNotAsk(role_ids)   in this server it takes a role to ask
    └── WrongSetups           a file of channel setups; every problem is named at once, each with its place
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from storage.records import Destination, Obstacle


class BotError(Exception):
    """Every error that Paperboy raises on purpose. Its message is fit for a person to read."""


@dataclass(frozen=True, slots=True)
class SettingProblem:
    """One wrong value: its name, what is wrong with it, and a value that would do."""

    name: str
    problem: str
    example: str

    def __str__(self) -> str:
        return f"{self.name}: {self.problem} (for example: {self.name}={self.example})"


class SettingsError(BotError):
    def __init__(self, problems: tuple[SettingProblem, ...]) -> None:
        self.problems = problems
        lines = "\n".join(f"  {problem}" for problem in problems)
        super().__init__(f"The settings are wrong; mend them in the environment or in .env:\n{lines}")


class SourceError(BotError):
    def __init__(self, source: str, message: str) -> None:
        self.source = source
        super().__init__(message)


class SourceUnreachable(SourceError):
    """The site did not answer, or answered with a failure of its own, after every retry."""


class SourceThrottled(SourceError):
    """The site's rate limit is spent until ``retry_at``."""

    def __init__(self, source: str, message: str, *, retry_at: datetime) -> None:
        self.retry_at = retry_at
        super().__init__(source, message)


class SourceChanged(SourceError):
    """The answer is not what this source sends: truncated, too large, HTML, or of another shape."""


class NotThere(SourceChanged):
    """The site answered that it has nothing at that address; where a list should be, that is a change of the site."""


class OutboxError(BotError):
    def __init__(self, destination: Destination, message: str) -> None:
        self.destination = destination
        super().__init__(message)


class Unreachable(OutboxError):
    def __init__(self, destination: Destination, message: str, *, obstacle: Obstacle) -> None:
        self.obstacle = obstacle
        super().__init__(destination, message)


class RetryLater(OutboxError):
    def __init__(self, destination: Destination, message: str, *, retry_at: datetime) -> None:
        self.retry_at = retry_at
        super().__init__(destination, message)


class Refused(OutboxError):
    """The message itself is not acceptable; sending it again would be refused again."""


class TooLarge(Refused):
    """The message is over one of Discord's limits. Nothing was sent, so a smaller one may use the same token."""


class Filtered(Refused):
    """A filter of this server's or of Discord's does not let these words through. Nothing was sent."""


class SendUncertain(OutboxError):
    """The connection ended before an answer came."""


class ModelFault(StrEnum):
    """Why a language model gave no whole answer."""

    UNREACHABLE = "unreachable"
    THROTTLED = "throttled"
    QUOTA = "quota"
    """The account has no credit left: trying again changes nothing."""
    REFUSED = "refused"
    """Key, model name or address are not accepted: the operator has to look."""
    TOO_LONG = "too long"
    PROTOCOL = "protocol"
    """What came is not what such a server sends."""
    INCOMPLETE = "incomplete"
    """It broke off; also where the server said that it was done, but not why."""
    CUT = "cut"
    """It came to the limit of its length."""
    FILTERED = "filtered"
    TOO_SLOW = "too slow"
    BUDGET = "budget"
    """The day's tokens or money are spent."""
    PERSON = "person"
    """Who asks has asked as often as a person may in a day."""
    SERVER = "server"
    """Likewise the members of their server together."""


class ModelFailed(BotError):
    def __init__(self, fault: ModelFault, message: str, *, retry_at: datetime | None = None) -> None:
        self.fault = fault
        self.retry_at = retry_at
        super().__init__(message)


class MeaningUnavailable(BotError):
    """The model that reads the meaning of texts cannot be loaded or used; the message says why."""


class InvalidInput(BotError):
    """A person's input cannot be used; the message says why and what to write instead."""


class QuerySyntaxError(InvalidInput):
    """A query that cannot be read. ``column`` counts from 1."""

    def __init__(self, text: str, *, column: int, problem: str, hint: str) -> None:
        self.text = text
        self.column = column
        self.problem = problem
        self.hint = hint
        super().__init__(f"{problem} (at column {column}). {hint}")


class UnknownPaper(InvalidInput):
    """The call was right, but the store does not hold that paper."""


class MayNotAsk(InvalidInput):
    """In this server only members with one of these roles may ask."""

    def __init__(self, role_ids: tuple[int, ...]) -> None:
        self.role_ids = role_ids
        super().__init__("In this server it takes a role to ask, which you do not have.")


class WrongSetups(InvalidInput):
    """A file of channel setups that cannot be brought in; nothing of it was. Each problem begins with its place."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        self.problems = problems
        count = f"{len(problems):,} problems" if len(problems) > 1 else "a problem"
        lines = "\n".join(f"  {problem}" for problem in problems)
        super().__init__(f"The file has {count}, so nothing of it was brought in:\n{lines}")
