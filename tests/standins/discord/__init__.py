"""A stand-in for Discord; see ``app``."""

from tests.standins.discord.app import TOKEN, DiscordStandIn, StandInFault
from tests.standins.discord.clock import StandInClock
from tests.standins.discord.faults import CLOUDFLARE_BAN, UNAUTHORIZED, Answer, Drop, Hang, Stall, TooManyRequests
from tests.standins.discord.filling import CannotDo
from tests.standins.discord.interactions import NoAnswer
from tests.standins.discord.limits import NO_LIMITS, USUAL_LIMITS, Limits, Rate
from tests.standins.discord.people import Choice, Person, Reply
from tests.standins.discord.permissions import EVERYTHING, NOTHING, USUAL, Permission
from tests.standins.discord.state import Channel, ChannelKind, Guild, Message, User
from tests.standins.discord.wire import Request, Violation

__all__ = [
    "CLOUDFLARE_BAN",
    "EVERYTHING",
    "NOTHING",
    "NO_LIMITS",
    "TOKEN",
    "UNAUTHORIZED",
    "USUAL",
    "USUAL_LIMITS",
    "Answer",
    "CannotDo",
    "Channel",
    "ChannelKind",
    "Choice",
    "DiscordStandIn",
    "Drop",
    "Guild",
    "Hang",
    "Limits",
    "Message",
    "NoAnswer",
    "Permission",
    "Person",
    "Rate",
    "Reply",
    "Request",
    "Stall",
    "StandInClock",
    "StandInFault",
    "TooManyRequests",
    "User",
    "Violation",
]
