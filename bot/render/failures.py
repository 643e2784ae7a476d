"""Every failure in clear words: what happened, who has to act, and how."""

from datetime import datetime

from bot.errors import (
    BotError,
    Filtered,
    InvalidInput,
    MayNotAsk,
    MeaningUnavailable,
    OutboxError,
    QuerySyntaxError,
    Refused,
    RetryLater,
    SendUncertain,
    SettingsError,
    SourceChanged,
    SourceError,
    SourceThrottled,
    SourceUnreachable,
    TooLarge,
    UnknownPaper,
    Unreachable,
)
from bot.render.choices import roles
from bot.render.limits import roomiest
from bot.render.phrases import command, fine, heading, line, place, sentence, strong, text, when
from bot.render.post import Block, Inline, Listing, Post, Span
from bot.render.status import SOURCES
from storage.errors import (
    NotFound,
    StorageError,
    StoreBusy,
    StoreCorrupt,
    StoreFull,
    StoreReadOnly,
    StoreTooNew,
    StoreUnreachable,
)
from storage.records import DestinationKind, Obstacle

LONGEST_DETAIL = 600
LONGEST_QUERY_PART = 120

OPERATOR = "Whoever runs this bot"
WHO_LETS_ASK = (
    "Someone who manages the server can give you that role, or let others ask with /answers. /papers search and "
    "/papers show are for everybody."
)

OBSTACLES: dict[Obstacle, tuple[str, str]] = {
    Obstacle.PERMISSION: (
        "I may not post there",
        "Someone who manages the server allows it in the channel's settings, then runs /channels resume.",
    ),
    Obstacle.GONE: (
        "That place is gone",
        "Someone who manages the server chooses another one with /channels edit, or ends it with /channels remove.",
    ),
    Obstacle.WRONG_KIND: (
        "I cannot post in a place of that kind",
        "Someone who manages the server chooses another channel, or a layout that it takes, with /channels edit.",
    ),
    Obstacle.TAG_NEEDED: (
        "The forum wants a tag that I do not have",
        "Someone who manages the server names one for every paper with /channels edit, as in the tags: Papers: *",
    ),
    Obstacle.LEFT: (
        "I am not in that server any more",
        "Someone who manages the server invites me again; within a week every setup is still there.",
    ),
    Obstacle.DM_CLOSED: (
        "Your direct messages are closed to me",
        "In a server that we share, open its Privacy Settings and allow direct messages; then follow a topic again.",
    ),
    Obstacle.BLOCKED: (
        "Discord does not let me write there",
        f"{OPERATOR} looks into Discord's developer portal, where the reason is told.",
    ),
}

STORE: dict[type[StorageError], tuple[str, str]] = {
    StoreBusy: ("My store is busy", "Try again in a moment; another process is writing to it."),
    StoreReadOnly: ("I cannot write to my store", f"{OPERATOR} gives me the right to write to its file and folder."),
    StoreFull: ("The disk is full", f"{OPERATOR} makes room on the disk. Nothing half-written was kept."),
    StoreCorrupt: ("My store is damaged", f"{OPERATOR} restores a backup with: paperboy db restore PATH"),
    StoreTooNew: ("My store is newer than I am", f"{OPERATOR} installs the version that wrote it, or a newer one."),
    StoreUnreachable: (
        "My store cannot be reached",
        f"{OPERATOR} looks whether the database runs and whether DATABASE_URL names it.",
    ),
}


def failure(error: BaseException) -> Post:
    """What ``error`` means to the person in front of it.

    The text of an unforeseen error is never shown: nobody knows what stands in it.
    """
    match error:
        case QuerySyntaxError():
            return _query(error)
        case UnknownPaper():
            return _post("I do not have that paper", _detail(error))
        case MayNotAsk(role_ids=role_ids):
            words = text("In this server only members with ", *roles(role_ids), " may ask.")
            return _post("You may not ask here", words, mend=WHO_LETS_ASK)
        case InvalidInput():
            return _post("Not quite", _detail(error))
        case SettingsError():
            return _settings(error)
        case SourceError():
            return _source(error)
        case OutboxError():
            return _outbox(error)
        case StorageError():
            return _storage(error)
        case MeaningUnavailable():
            return _post("I cannot read for meaning here", _detail(error), mend="I search by words alone until then.")
        case BotError():
            return _post("That did not work", _detail(error))
        case _:
            return unforeseen()


def unforeseen(reference: str | None = None) -> Post:
    """Something that nobody foresaw; ``reference`` finds it in the log."""
    blocks: list[Block] = [text("The mistake is mine, not yours, and it stands in my log. Please try again.")]
    if reference:
        blocks.append(fine(f"If it stays, tell whoever runs this bot: {line(reference, 60)}"))
    return Post((heading("Something went wrong", level=3), *blocks))


def _query(error: QuerySyntaxError) -> Post:
    """The query up to where it stops making sense, so that nobody has to count columns."""
    at = max(error.column - 1, 0)
    before, rest = error.text[:at][-LONGEST_QUERY_PART:], error.text[at : at + LONGEST_QUERY_PART]
    where: list[Inline] = [Span(f"At column {error.column}")]
    if before.strip():
        where += [Span(", after "), command(before.strip())]
    if rest.strip():
        where += [Span(", at "), command(rest.strip())]
    problem = sentence(line(error.problem, LONGEST_DETAIL))
    hint = sentence(line(error.hint, LONGEST_DETAIL))
    return _post("I cannot read this query", text(problem), text(*where, "."), mend=hint)


def _settings(error: SettingsError) -> Post:
    def build(count: int) -> Post:
        shown = error.problems[:count]
        entries = tuple((Span(line(str(problem), 300)),) for problem in shown)
        rest = len(error.problems) - len(shown)
        more = (fine(f"and {rest:,} more"),) if rest else ()
        mend = f"{OPERATOR} mends them in the environment or in .env, then starts me again."
        return _post("My settings are wrong", Listing(entries), *more, mend=mend)

    return roomiest(range(1, max(len(error.problems), 1) + 1), build)


def _source(error: SourceError) -> Post:
    name = SOURCES.get(error.source, line(error.source, 40))
    match error:
        case SourceThrottled(retry_at=retry_at):
            words = text(f"{name} asks me to wait; I ask it again at ", _at(retry_at), ".")
            return _post(
                f"{name} asks for patience", words, mend="Nothing to do: what I know already stays here to read."
            )
        case SourceChanged():
            mend = f"{OPERATOR} looks for a newer version of Paperboy. Until then I answer from what I know."
            return _post(f"{name} sends something I cannot read", _detail(error), mend=mend)
        case SourceUnreachable():
            mend = "Nothing to do: I try again by myself, and answer from what I know."
            return _post(f"{name} does not answer", _detail(error), mend=mend)
        case _:
            return _post(f"{name} is in trouble", _detail(error), mend="I try again by myself.")


def _outbox(error: OutboxError) -> Post:
    where = place(error.destination)
    match error:
        case Unreachable(obstacle=obstacle):
            title, mend = OBSTACLES[obstacle]
            is_channel = error.destination.kind in {DestinationKind.CHANNEL, DestinationKind.THREAD}
            return _post(title, text(*(("In ", where, ": ") if is_channel else ()), _words(error)), mend=mend)
        case RetryLater(retry_at=retry_at):
            words = text("Nothing was sent to ", where, f". {_words(error)} I try again at ", _at(retry_at), ".")
            return _post("A little later", words, mend="Nothing to do.")
        case TooLarge():
            mend = f"{OPERATOR} finds the message in my log. The next digest is tried as usual."
            return _post("Too large for Discord", text("For ", where, f": {_words(error)}"), mend=mend)
        case Filtered():
            mend = "Someone who manages the server looks at its AutoMod rules, and lets my messages through."
            return _post("A filter stopped this message", text("For ", where, f": {_words(error)}"), mend=mend)
        case Refused():
            mend = f"{OPERATOR} finds the message in my log. The next digest is tried as usual."
            return _post("Discord refused this message", text("For ", where, f": {_words(error)}"), mend=mend)
        case SendUncertain():
            words = text("Whether the message to ", where, f" arrived is not known yet. {_words(error)}")
            return _post("Not sure yet", words, mend="Nothing to do: I look for it before I send anything again.")
        case _:
            return _post("I could not post", text("To ", where, f": {_words(error)}"))


def _storage(error: StorageError) -> Post:
    if isinstance(error, NotFound):
        return _post("That is not there", _detail(error))
    title, mend = STORE.get(type(error), ("My store is in trouble", f"{OPERATOR} finds the reason in my log."))
    return _post(title, mend=mend)


def _post(title: str, *blocks: Block, mend: str = "") -> Post:
    closing = (text(strong("What helps"), f": {mend}"),) if mend else ()
    return Post((heading(title, level=3), *blocks, *closing))


def _detail(error: Exception) -> Block:
    return text(_words(error) or "No more is known.")


def _words(error: Exception) -> str:
    return sentence(line(str(error), LONGEST_DETAIL))


def _at(moment: datetime) -> Inline:
    return when(moment)
