"""A stand-in for Discord; see ``app``."""

from tests.standins.discord.accounting import Accepted, Accounts
from tests.standins.discord.app import TOKEN, DiscordStandIn, StandInFault
from tests.standins.discord.clock import StandInClock
from tests.standins.discord.faults import CLOUDFLARE_BAN, UNAUTHORIZED, Answer, Drop, Hang, Stall, TooManyRequests
from tests.standins.discord.filling import CannotDo
from tests.standins.discord.interactions import NoAnswer
from tests.standins.discord.limits import (
    CROSSPOST,
    NEW_THREAD,
    NO_LIMITS,
    OLD_EDIT,
    PUBLISHED_EDIT,
    USUAL_LIMITS,
    Hidden,
    Limits,
    Rate,
)
from tests.standins.discord.people import Choice, Person, Reply
from tests.standins.discord.permissions import EVERYTHING, NOTHING, USUAL, Permission
from tests.standins.discord.state import Channel, ChannelKind, Guild, Message, Role, Tag, User
from tests.standins.discord.weather import ROUGH, Rates, Trouble, Weather
from tests.standins.discord.wire import Request, Violation

__all__ = [
    "CLOUDFLARE_BAN",
    "CROSSPOST",
    "EVERYTHING",
    "NEW_THREAD",
    "NOTHING",
    "NO_LIMITS",
    "OLD_EDIT",
    "PUBLISHED_EDIT",
    "ROUGH",
    "TOKEN",
    "UNAUTHORIZED",
    "USUAL",
    "USUAL_LIMITS",
    "Accepted",
    "Accounts",
    "Answer",
    "CannotDo",
    "Channel",
    "ChannelKind",
    "Choice",
    "DiscordStandIn",
    "Drop",
    "Guild",
    "Hang",
    "Hidden",
    "Limits",
    "Message",
    "NoAnswer",
    "Permission",
    "Person",
    "Rate",
    "Rates",
    "Reply",
    "Request",
    "Role",
    "Stall",
    "StandInClock",
    "StandInFault",
    "Tag",
    "TooManyRequests",
    "Trouble",
    "User",
    "Violation",
    "Weather",
]
