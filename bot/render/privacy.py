"""What is kept of a person: shown, and deleted."""

from bot.render.actions import ConfirmForget, encode
from bot.render.phrases import command, counted, heading, listed, text
from bot.render.post import Button, ButtonLook, Buttons, Post


def exported(
    *, topics: int, deliveries: int, setups: int = 0, votes: int = 0, asked: int = 0, hour: bool = False
) -> Post:
    """The words beside the file with everything that is kept of a person; ``hour``: when their daily message comes."""
    if not any((topics, deliveries, setups, asked, votes, hour)):
        return Post((heading("I keep nothing of you", level=3), text("There is nothing to export.")))
    parts = [counted(topics, "topic"), f"the record of {counted(deliveries, 'message')} to you"]
    if hour:
        parts.append("the hour of your daily message")
    if setups:
        parts.append(f"{counted(setups, 'channel setup')} that you made")
    if votes:
        parts.append(f"your {counted(votes, 'vote')} on answers")
    if asked:
        parts.append("how often you asked the model today")
    words = f"The file holds all that I keep of you: {listed(parts)}. It is JSON, which any text editor opens."
    return Post((heading("Your data", level=3), text(words), text("To delete it: ", command("/privacy forget"))))


def confirm_forget(*, topics: int) -> Post:
    """Ask before everything that is kept of a person is deleted."""
    words = (
        f"This deletes your {counted(topics, 'topic')}, the settings of your daily message, your votes on answers and "
        "the record of what I sent you. It cannot be undone. Channel setups stay with their server, without your name "
        "on them."
    )
    forget = Button(
        "Delete it all", action=encode(ConfirmForget()), look=ButtonLook.DANGER, command="/privacy forget yes"
    )
    return Post((heading("Delete everything I keep of you?", level=3), text(words), Buttons((forget,))))


def forgotten(*, topics: int) -> Post:
    """The receipt: everything that was kept of a person is gone."""
    words = (
        f"Your {counted(topics, 'topic')} and the record of what I sent you are deleted. No more messages will come."
    )
    return Post((heading("Forgotten", level=3), text(words if topics else "I kept no topics of you; nothing is left.")))
