"""What is kept of a person: shown, and deleted."""

from bot.render.actions import ConfirmForget, encode
from bot.render.phrases import command, counted, heading, listed, text
from bot.render.post import Button, ButtonLook, Buttons, Post

TO_A_MODEL = (
    "What you ask is answered by a language model: your question, passages of papers and the last turns of the thread "
    "go to its server, never your name or any id of Discord's."
)


def exported(
    *,
    topics: int,
    deliveries: int,
    saved: int = 0,
    setups: int = 0,
    votes: int = 0,
    turns: int = 0,
    asked: int = 0,
    hour: bool = False,
    model: bool = False,
) -> Post:
    """The words beside the file with everything that is kept of a person.

    ``hour``: when their daily message comes; ``turns``: questions in threads; ``model``: one answers questions.
    """
    beside = (text(TO_A_MODEL),) if model else ()
    if not any((topics, deliveries, saved, setups, votes, turns, asked, hour)):
        return Post((heading("I keep nothing of you", level=3), text("There is nothing to export."), *beside))
    parts = [counted(topics, "topic"), f"the record of {counted(deliveries, 'message')} to you"]
    if saved:
        parts.insert(1, counted(saved, "saved paper"))
    if hour:
        parts.append("the hour of your daily message")
    if setups:
        parts.append(f"{counted(setups, 'channel setup')} that you made")
    if votes:
        parts.append(f"your {counted(votes, 'vote')} on answers")
    if turns:
        parts.append(f"{counted(turns, 'question')} that you asked in threads lately, with their answers")
    if asked:
        parts.append("how often you asked the model today")
    words = f"The file holds all that I keep of you: {listed(parts)}. It is JSON, which any text editor opens."
    end = text("To delete it: ", command("/privacy forget"))
    return Post((heading("Your data", level=3), text(words), *beside, end))


def confirm_forget(*, topics: int, saved: int = 0) -> Post:
    """Ask before everything that is kept of a person is deleted."""
    words = (
        f"This deletes your {_kept(topics, saved)}, the settings of your daily message, your votes on answers, what "
        "you asked in threads and the record of what I sent you. It cannot be undone. Channel setups stay with their "
        "server, without your name on them."
    )
    forget = Button(
        "Delete it all", action=encode(ConfirmForget()), look=ButtonLook.DANGER, command="/privacy forget yes"
    )
    return Post((heading("Delete everything I keep of you?", level=3), text(words), Buttons((forget,))))


def forgotten(*, topics: int, saved: int = 0) -> Post:
    """The receipt: everything that was kept of a person is gone."""
    words = (
        f"Your {_kept(topics, saved)} and the record of what I sent you are deleted. No more messages will come."
        if topics or saved
        else "I kept no topics and no papers of you; nothing is left."
    )
    return Post((heading("Forgotten", level=3), text(words)))


def _kept(topics: int, saved: int) -> str:
    """``2 topics``, ``1 saved paper``, ``2 topics, 1 saved paper``: the beginning of a list."""
    parts = [counted(topics, "topic")] if topics or not saved else []
    return ", ".join(parts + ([counted(saved, "saved paper")] if saved else []))
