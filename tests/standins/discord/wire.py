"""One HTTP request on its way: kept, checked, limited, spoiled where a test wants it, carried out, answered."""

import asyncio
import json
import traceback
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import BodyPartReader, web

from tests.standins.discord import answers, errors
from tests.standins.discord.accounting import LOST, Accounts
from tests.standins.discord.clock import StandInClock
from tests.standins.discord.faults import Answer, Drop, Fault, Hang, Script, Stall, TooManyRequests
from tests.standins.discord.limits import RateLimiter
from tests.standins.discord.openapi import Description
from tests.standins.discord.signals import Signal
from tests.standins.discord.weather import Trouble, Weather

Json = dict[str, Any]

PREFIX = "/api/v10"
HANGING_LOOKS = 0.01
"""Seconds between looks whether a client that waits in vain is gone."""


@dataclass(slots=True, eq=False)
class Request:
    """What was sent and how it was answered; ``status`` is 0 while it waits and where no answer was given."""

    method: str
    path: str
    operation: str
    json: Any
    status: int = 0
    code: int = 0
    fault: Fault | None = None


@dataclass(slots=True, eq=False)
class Upload:
    filename: str
    content: bytes


@dataclass(slots=True, eq=False)
class Call:
    """A request as a route sees it."""

    record: Request
    params: Mapping[str, str]
    query: Mapping[str, str]
    body: Any
    files: list[Upload]

    def id(self, name: str) -> int:
        try:
            return int(self.params[name])
        except ValueError:
            problems = errors.FormErrors()
            problems.add((name,), "NUMBER_TYPE_COERCE", f'Value "{self.params[name]}" is not snowflake.')
            problems.refuse()
            raise  # pragma: no cover - refuse() has raised

    @property
    def object(self) -> Json:
        if not isinstance(self.body, dict):
            raise errors.invalid_json()
        return self.body


Handler = Callable[[Call], Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class Route:
    """``operation`` is Discord's own name for it; ``by_token`` routes need no authorization header.

    ``created``: success is a 201.
    """

    method: str
    path: str
    operation: str
    handler: Handler
    by_token: bool = False
    created: bool = False


@dataclass(frozen=True, slots=True)
class Violation:
    """A body that Discord would refuse, or answer with a failure of its own."""

    operation: str
    path: str
    problem: str


@dataclass(slots=True, eq=False)
class Wire:
    token: str
    clock: StandInClock
    limiter: RateLimiter
    description: Description | None
    signal: Signal
    accounts: Accounts
    disturb: Callable[[Trouble], None]
    """Hands the gateway what the weather does to it."""
    keep_requests: bool = True
    weather: Weather | None = None
    script: Script = field(default_factory=Script)
    requests: list[Request] = field(default_factory=list)
    violations: list[Violation] = field(default_factory=list)
    unknown_routes: list[str] = field(default_factory=list)
    crashes: list[str] = field(default_factory=list)
    hanging: int = 0
    """How many requests wait at this moment for an answer that never comes."""

    async def unknown(self, request: web.Request) -> web.Response:
        self.unknown_routes.append(f"{request.method} {request.path}")
        refusal = errors.no_such_route()
        return answers.as_json(refusal.body, refusal.status)

    def serve(self, route: Route) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def handle(request: web.Request) -> web.StreamResponse:
            path = request.path.removeprefix(PREFIX)
            record = Request(request.method, path, route.operation, None)
            if self.keep_requests:
                self.requests.append(record)
            body, files, problem = await _read(request)
            record.json = body
            fault = record.fault = self._weather_permitting(route, record)
            if (spoiled := await self._before(request, route, record)) is not None:
                return spoiled
            call = Call(record, request.match_info, request.query, body, files)
            response = await self._answer(route, call, request.headers, problem)
            match fault:
                case Answer(executed=True):
                    response = answers.scripted(fault)
                    record.code = answers.code_of(fault)
                case Stall(seconds, executed=True):
                    await asyncio.sleep(seconds)
                case _:
                    pass
            self._finish(route, record, response, lost=isinstance(fault, Drop | Hang))
            if isinstance(fault, Drop):
                return answers.lose(request, reset=fault.reset)
            return await self._hang(request) if isinstance(fault, Hang) else response

        return handle

    def _weather_permitting(self, route: Route, record: Request) -> Fault | None:
        """What a test scripted for this request, or what the weather does to it."""
        fault = self.script.take(record.method, record.path)
        if fault is not None or self.weather is None:
            return fault
        path = f"{record.method} {record.path}"
        fault, trouble = self.weather.decide(route.operation, path, by_token=route.by_token)
        if trouble is not None:
            self.disturb(trouble)
        return fault

    async def _before(self, request: web.Request, route: Route, record: Request) -> web.Response | None:
        """The answer, where a fault lets the request come no further."""
        match record.fault:
            case Answer(executed=False) | TooManyRequests() as fault:
                record.code = answers.code_of(fault)
                return self._finish(route, record, answers.scripted(fault))
            case Stall(seconds, executed=False):
                await asyncio.sleep(seconds)
            case Drop(executed=False, reset=reset):
                self._count(route, LOST)
                return answers.lose(request, reset=reset)
            case Hang(executed=False):
                self._count(route, LOST)
                return await self._hang(request)
            case _:
                pass
        return None

    async def _hang(self, request: web.Request) -> web.Response:
        self.hanging += 1
        self.signal.tell()
        while request.transport is not None and not request.transport.is_closing():  # noqa: ASYNC110 - no event tells
            await asyncio.sleep(HANGING_LOOKS)
        self.hanging -= 1
        self.signal.tell()
        return web.Response(status=answers.NO_CONTENT)

    def _finish(self, route: Route, record: Request, response: web.Response, *, lost: bool = False) -> web.Response:
        record.status = response.status
        self._count(route, LOST if lost else response.status, response.headers.get("X-RateLimit-Scope", ""))
        self.signal.tell()
        return response

    def _count(self, route: Route, status: int, scope: str = "") -> None:
        self.accounts.count(f"{route.method} {route.path}", status, scope=scope, now=self.clock.now().timestamp())

    async def _answer(
        self, route: Route, call: Call, headers: Mapping[str, str], problem: errors.Refusal | None
    ) -> web.Response:
        verdict = self.limiter.ask(
            route.operation,
            _major(call.params),
            now=self.clock.now().timestamp(),
            counts_overall=not route.by_token,
        )
        try:
            self._admit(route, headers)
            if verdict.retry_after is not None:
                return answers.too_many(verdict)
            result = await self._carry_out(route, call, problem)
        except errors.Refusal as refusal:
            self._note(route.operation, refusal)
            call.record.code = refusal.body["code"]
            return answers.as_json(refusal.body, refusal.status, {**verdict.headers, **refusal.headers})
        except Exception:  # noqa: BLE001 - a fault of the stand-in must fail the test, not look like Discord's
            self.crashes.append(traceback.format_exc())
            return answers.as_json({"message": "the stand-in has a fault of its own", "code": -1}, 501)
        if result is None:
            return web.Response(status=answers.NO_CONTENT, headers=verdict.headers)
        return answers.as_json(result, 201 if route.created else 200, verdict.headers)

    def _admit(self, route: Route, headers: Mapping[str, str]) -> None:
        """discord.py sends neither a token nor its name with what it answers by an interaction's token."""
        if route.by_token:
            return
        if headers.get("Authorization") != f"Bot {self.token}":
            raise errors.unauthorized()
        if not headers.get("User-Agent", "").startswith("DiscordBot ("):
            raise errors.blocked_client()

    async def _carry_out(self, route: Route, call: Call, problem: errors.Refusal | None) -> Any:
        if problem is not None:
            raise problem
        self._check_against_description(route.operation, call.body)
        return await route.handler(call)

    def _check_against_description(self, operation: str, body: Any) -> None:
        if self.description is None or body is None:
            return
        problems = errors.FormErrors()
        for path, code, words in self.description.problems(operation, body):
            problems.add(path, code, words)
        problems.refuse()

    def _note(self, operation: str, refusal: errors.Refusal) -> None:
        if "errors" in refusal.body:
            for path, words in _leaves(refusal.body["errors"]):
                self.violations.append(Violation(operation, path, words))
        elif refusal.body in (errors.empty_message().body, errors.server_error().body):
            self.violations.append(Violation(operation, "", refusal.body["message"]))


def _leaves(tree: Json, path: str = "") -> list[tuple[str, str]]:
    found = [(path, error["message"]) for error in tree.get("_errors", [])]
    for key, inner in tree.items():
        if key != "_errors":
            found += _leaves(inner, f"{path}.{key}" if path else key)
    return found


def _major(params: Mapping[str, str]) -> str:
    """The part of a path by which Discord counts apart."""
    return "/".join(params[key] for key in ("channel_id", "guild_id", "webhook_id", "webhook_token") if key in params)


async def _read(request: web.Request) -> tuple[Any, list[Upload], errors.Refusal | None]:
    """The JSON body, uploaded files, and what is wrong with the body's form."""
    if request.content_type == "multipart/form-data":
        return await _read_parts(request)
    raw = await request.read()
    if not raw:
        return None, [], None
    try:
        body = json.loads(raw)
    except ValueError:
        return None, [], errors.invalid_json()
    problem = None if request.content_type == "application/json" else errors.invalid_json()
    return body, [], problem


async def _read_parts(request: web.Request) -> tuple[Any, list[Upload], errors.Refusal | None]:
    body: Any = {}
    files: list[Upload] = []
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader):
            return None, [], errors.invalid_json()
        content = bytes(await part.read(decode=False))
        if part.name == "payload_json":
            body = json.loads(content)
        else:
            files.append(Upload(part.filename or "", content))
    return body, files, None
