"""The gateway: hello, identify, ready, heartbeats, dispatch, resume with replay; and what a test can do to it."""

import asyncio
import contextlib
import json
import secrets
import zlib
from collections import deque
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSMsgType, web

from tests.standins.discord import payloads
from tests.standins.discord.signals import Signal
from tests.standins.discord.state import Guild
from tests.standins.discord.weather import Trouble
from tests.standins.discord.world import World

Json = dict[str, Any]

DISPATCH, HEARTBEAT, IDENTIFY, PRESENCE, VOICE, RESUME = 0, 1, 2, 3, 4, 6
RECONNECT, REQUEST_MEMBERS, INVALID_SESSION, HELLO, ACK = 7, 8, 9, 10, 11

GUILDS, GUILD_MESSAGES, DIRECT_MESSAGES, MESSAGE_CONTENT = 1 << 0, 1 << 9, 1 << 12, 1 << 15
PRIVILEGED = (1 << 1) | (1 << 8) | MESSAGE_CONTENT
"""Members, presences and message content: granted in the developer portal only."""

UNKNOWN_OPCODE, DECODE_ERROR, NOT_AUTHENTICATED, AUTHENTICATION_FAILED = 4001, 4002, 4003, 4004
ALREADY_AUTHENTICATED, INVALID_SEQ, RATE_LIMITED, INVALID_SHARD, DISALLOWED_INTENTS = 4005, 4007, 4008, 4010, 4014

MOST_PAYLOAD_BYTES = 4096
MOST_SENDS, SENDS_WINDOW = 120, 60.0
"""What one connection may send, and the seconds in which."""

_LEAVING = (1000, 1001)
"""With these close codes a client ends its session; with any other it may resume."""


@dataclass(slots=True, eq=False)
class Connection:
    """One socket. Frames go out in order through a queue, so that dispatching never has to wait."""

    socket: web.WebSocketResponse
    compress: bool
    session: "Session | None" = None
    closing: bool = False
    sent_at: deque[float] = field(default_factory=deque)
    queue: "asyncio.Queue[Json | int]" = field(default_factory=asyncio.Queue)

    def push(self, frame: Json) -> None:
        self.queue.put_nowait(frame)

    def close(self, code: int) -> None:
        """After everything that was pushed before."""
        self.closing = True
        self.queue.put_nowait(code)

    async def write(self) -> None:
        deflate = zlib.compressobj()
        with contextlib.suppress(ConnectionError):  # the client went away: reading notices and cleans up
            while not isinstance(frame := await self.queue.get(), int):
                text = json.dumps(frame)
                if self.compress:
                    await self.socket.send_bytes(deflate.compress(text.encode()) + deflate.flush(zlib.Z_SYNC_FLUSH))
                else:
                    await self.socket.send_str(text)
            await self.socket.close(code=frame)


@dataclass(slots=True, eq=False)
class Session:
    """What survives a lost connection: the events, numbered, for a resume."""

    id: str
    shard: int
    shard_count: int
    intents: int
    connection: Connection | None
    events: list[Json] = field(default_factory=list)

    def dispatch(self, name: str, data: Json) -> None:
        event = {"op": DISPATCH, "t": name, "s": len(self.events) + 1, "d": data}
        self.events.append(event)
        if self.connection is not None:
            self.connection.push(event)

    def wants(self, name: str, guild: Guild | None) -> bool:
        """Whether this shard is responsible and the intents that the client gave include such events."""
        if self.shard != (0 if guild is None else (guild.id >> 22) % self.shard_count):
            return False
        if name == "INTERACTION_CREATE":
            return True
        if name.startswith("MESSAGE_"):
            return bool(self.intents & (DIRECT_MESSAGES if guild is None else GUILD_MESSAGES))
        return guild is None or bool(self.intents & GUILDS)


@dataclass(slots=True, eq=False)
class Gateway:
    """``privileged`` are the intents that the portal grants; ``url`` is known once the server listens."""

    token: str
    shards: int = 1
    privileged: int = 0
    heartbeat_interval: float = 41.25
    acknowledge_heartbeats: bool = True
    url: str = ""
    signal: Signal = field(default_factory=Signal)
    sessions: dict[str, Session] = field(default_factory=dict)
    identifies: list[Json] = field(default_factory=list)
    resumes: int = 0
    heartbeats: int = 0
    close_codes: list[int] = field(default_factory=list)
    """With which code the client ended each connection, oldest first; 1006 where it broke without a word."""
    _world: World | None = None
    _connections: set[Connection] = field(default_factory=set)

    def attach(self, world: World) -> None:
        self._world = world

    @property
    def world(self) -> World:
        if self._world is None:
            raise RuntimeError("the gateway has no world yet")
        return self._world

    def emit(self, name: str, data: Json, guild: Guild | None) -> int:
        """To how many sessions the event went."""
        wanting = [session for session in self.sessions.values() if session.wants(name, guild)]
        for session in wanting:
            session.dispatch(name, self._readable(session, name, data))
        self.signal.tell()
        return len(wanting)

    def _readable(self, session: Session, name: str, data: Json) -> Json:
        """Without the message content intent, words of others reach a bot only in direct messages and mentions."""
        if name not in ("MESSAGE_CREATE", "MESSAGE_UPDATE") or session.intents & MESSAGE_CONTENT:
            return data
        bot = self.world.bot.id
        own = data["author"]["id"] == str(bot)
        if own or "guild_id" not in data or f"<@{bot}>" in data["content"]:
            return data
        return {**data, "content": "", "embeds": [], "attachments": [], "components": []}

    @property
    def online(self) -> bool:
        """Whether every shard has a live session."""
        live = [session for session in self.sessions.values() if session.connection is not None]
        return bool(live) and len({session.shard for session in live}) == live[0].shard_count

    async def wait(self, seconds: float, *, online: bool = True) -> None:
        """Until all shards are (or are no longer) connected. Raises TimeoutError."""
        await self.signal.until(lambda: self.online is online, seconds)

    def ask_to_reconnect(self) -> None:
        """Opcode 7: the client is expected to resume."""
        for connection in self._connections:
            connection.push({"op": RECONNECT, "d": None, "s": None, "t": None})

    def invalidate(self, *, resumable: bool = False) -> None:
        """Opcode 9: the client has to identify again, or where ``resumable`` resume."""
        for connection in self._connections:
            if not resumable and connection.session is not None:
                self.sessions.pop(connection.session.id, None)
            connection.push({"op": INVALID_SESSION, "d": resumable, "s": None, "t": None})

    def close(self, code: int) -> None:
        """Close every connection with this code; sessions stay for a resume."""
        for connection in self._connections:
            connection.close(code)

    def suffer(self, trouble: Trouble) -> None:
        match trouble:
            case Trouble.CUT:
                self.cut()
            case Trouble.RECONNECT:
                self.ask_to_reconnect()
            case Trouble.INVALID | Trouble.INVALID_RESUMABLE:
                self.invalidate(resumable=trouble is Trouble.INVALID_RESUMABLE)

    def cut(self) -> None:
        """Every connection breaks without a word."""
        for connection in self._connections:
            transport = connection.socket._req.transport if connection.socket._req else None
            if transport is not None:
                transport.abort()

    async def handle(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(autoping=True)
        await socket.prepare(request)
        connection = Connection(socket, compress=request.query.get("compress") == "zlib-stream")
        self._connections.add(connection)
        writer = asyncio.create_task(connection.write())
        interval = int(self.heartbeat_interval * 1000)
        connection.push({"op": HELLO, "d": {"heartbeat_interval": interval}, "s": None, "t": None})
        try:
            async for frame in socket:
                if frame.type is WSMsgType.TEXT:
                    self._receive(connection, frame.data)
        finally:
            if connection.closing:
                # the client's own close frame is still awaited there
                await asyncio.wait({writer}, timeout=1)
            writer.cancel()
            self._leave(connection)
        return socket

    def _leave(self, connection: Connection) -> None:
        self._connections.discard(connection)
        code = connection.socket.close_code or 1006
        if not connection.closing:
            self.close_codes.append(code)
        session = connection.session
        if session is not None and session.connection is connection:
            session.connection = None
            if code in _LEAVING and not connection.closing:
                self.sessions.pop(session.id, None)
        self.signal.tell()

    def _receive(self, connection: Connection, text: str) -> None:
        if len(text.encode()) > MOST_PAYLOAD_BYTES:
            return connection.close(DECODE_ERROR)
        if self._too_many(connection):
            return connection.close(RATE_LIMITED)
        try:
            frame = json.loads(text)
            code, data = frame["op"], frame.get("d")
        except (ValueError, KeyError, TypeError):
            return connection.close(DECODE_ERROR)
        match code:
            case 1:
                self._heartbeat(connection)
            case 2:
                self._identify(connection, data)
            case 6:
                self._resume(connection, data)
            case 3 | 4 | 8:
                if connection.session is None:
                    connection.close(NOT_AUTHENTICATED)
            case _:
                connection.close(UNKNOWN_OPCODE)
        return None

    def _too_many(self, connection: Connection) -> bool:
        now = self.world.clock.now().timestamp()
        connection.sent_at.append(now)
        while connection.sent_at[0] <= now - SENDS_WINDOW:
            connection.sent_at.popleft()
        return len(connection.sent_at) > MOST_SENDS

    def _heartbeat(self, connection: Connection) -> None:
        self.heartbeats += 1
        self.signal.tell()
        if self.acknowledge_heartbeats:
            connection.push({"op": ACK, "d": None, "s": None, "t": None})

    def _identify(self, connection: Connection, data: Json) -> None:
        self.identifies.append({key: value for key, value in data.items() if key != "token"})
        shard, count = data.get("shard", [0, 1])
        intents = data.get("intents", 0)
        if connection.session is not None:
            return connection.close(ALREADY_AUTHENTICATED)
        if data.get("token") != self.token:
            return connection.close(AUTHENTICATION_FAILED)
        if not 0 <= shard < count:
            return connection.close(INVALID_SHARD)
        if intents & PRIVILEGED & ~self.privileged:
            return connection.close(DISALLOWED_INTENTS)
        for old in list(self.sessions.values()):
            if old.shard == shard and old.connection is None:
                # nobody will come back for it: its program identified anew
                del self.sessions[old.id]
        session = Session(secrets.token_hex(16), shard, count, intents, connection)
        self.sessions[session.id] = session
        connection.session = session
        guilds = [guild for guild in self.world.guilds.values() if session.wants("GUILD_CREATE", guild)]
        session.dispatch("READY", self._ready(session, guilds))
        for guild in filter(lambda one: one.described, guilds):
            session.dispatch("GUILD_CREATE", payloads.guild_create(guild, self.world.bot, known=True))
        self.signal.tell()
        return None

    def _ready(self, session: Session, guilds: list[Guild]) -> Json:
        return {
            "v": 10,
            "user": payloads.user(self.world.bot),
            "guilds": [{"id": str(guild.id), "unavailable": True} for guild in guilds],
            "private_channels": [],
            "session_id": session.id,
            "resume_gateway_url": self.url,
            "shard": [session.shard, session.shard_count],
            "application": {"id": str(self.world.bot.id), "flags": 0},
        }

    def _resume(self, connection: Connection, data: Json) -> None:
        if data.get("token") != self.token:
            return connection.close(AUTHENTICATION_FAILED)
        session = self.sessions.get(data.get("session_id", ""))
        if session is None:
            return connection.push({"op": INVALID_SESSION, "d": False, "s": None, "t": None})
        seen = data.get("seq") or 0
        if seen > len(session.events):
            return connection.close(INVALID_SEQ)
        if session.connection is not None:
            session.connection.session = None
        session.connection, connection.session = connection, session
        self.resumes += 1
        for event in session.events[seen:]:
            connection.push(event)
        session.dispatch("RESUMED", {})
        self.signal.tell()
        return None
