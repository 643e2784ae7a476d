"""What to type at the terminal for a button of a post. Pure."""

from typing import assert_never

from bot.render.actions import (
    Action,
    AskAbout,
    AskTopic,
    ChannelAction,
    Compare,
    ConfirmForget,
    ConfirmSetup,
    Discuss,
    DiscussChosen,
    FollowTopic,
    OpenThread,
    Recheck,
    SavedPage,
    SavePaper,
    SearchPage,
    ShowContext,
    ShowDiscussed,
    ShowPaper,
    ShowSaved,
    ShowSimilar,
    SimilarPage,
    Summarise,
    TrendingPage,
    UnfollowTopic,
    UnsavePaper,
    VoteOn,
    Why,
    WriteAgain,
    decode,
)
from bot.render.post import Button


def typed_for(button: Button, *, offset: int = 0, sort: str | None = None) -> str | None:
    """The command with the button's effect, None where there is none; ``offset`` and ``sort`` are of the list shown."""
    action = decode(button.action) if button.action else None
    if action is None:
        return button.command
    return _typed(action, offset, sort) or button.command


def _typed(action: Action, offset: int, sort: str | None) -> str | None:
    match action:
        case ShowPaper(paper_id):
            return f"/papers show {paper_id}"
        case ShowSimilar(paper_id):
            return f"/papers similar {paper_id}"
        case SavePaper(paper_id):
            return f"/papers save {paper_id}"
        case UnsavePaper(paper_id):
            return f"/papers unsave {paper_id}"
        case ShowSaved():
            return "/papers saved"
        case Summarise(paper_id, style):
            return f"/summary {paper_id} --style {style}"
        case Compare(paper_ids):
            return f"/compare {' '.join(paper_ids)}"
        case Discuss(paper_id):
            return f"/discuss start {paper_id}"
        case AskAbout(paper_id):
            return f"/ask … --paper {paper_id}"
        case SearchPage(_, to, order) | TrendingPage(_, order, to):
            if sort is None:
                return None
            if order != sort:
                return f"/sort {order}"
            return "/next" if to > offset else "/back"
        case Why():
            return "/why"
        case UnfollowTopic(topic_id):
            return f"/topics unfollow {topic_id}"
        case ChannelAction(setup_id, act):
            return f"/channels {act} {setup_id}"
        case ConfirmForget():
            return "/privacy forget yes"
        case ShowDiscussed():
            return "/discuss papers"
        case ShowContext():
            return "/context"
        case VoteOn() | AskTopic() | SimilarPage() | SavedPage() | FollowTopic() | ConfirmSetup():
            return None
        case DiscussChosen() | OpenThread() | Recheck() | WriteAgain():
            return None
        case _:
            assert_never(action)
