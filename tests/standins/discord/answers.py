"""What goes back over the wire: bodies, refusals, scripted answers, or a lost connection."""

import json
import socket
import struct
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from tests.standins.discord import errors
from tests.standins.discord.faults import Answer, TooManyRequests
from tests.standins.discord.limits import VIA, Verdict

NO_CONTENT = 204


def as_json(body: Any, status: int, headers: Mapping[str, str] | None = None) -> web.Response:
    # discord.py reads a body only where the type is exactly this, so aiohttp must not add a charset
    return web.Response(
        body=json.dumps(body).encode(),
        status=status,
        headers={**(headers or {}), "Content-Type": "application/json", "Via": VIA},
    )


def too_many(verdict: Verdict, code: int = 0) -> web.Response:
    refusal = errors.limited(code, verdict.retry_after or 0.0, scope=verdict.scope)
    body = refusal.body | {"global": verdict.scope == "global"}
    return as_json(body, 429, {**verdict.headers, **refusal.headers})


def code_of(fault: Answer | TooManyRequests) -> int:
    if isinstance(fault, TooManyRequests):
        return fault.code
    return int(fault.body.get("code", 0)) if isinstance(fault.body, dict) else 0


def scripted(fault: Answer | TooManyRequests) -> web.Response:
    if isinstance(fault, TooManyRequests):
        everywhere = {"X-RateLimit-Global": "true"} if fault.scope == "global" else {}
        verdict = Verdict(everywhere, retry_after=fault.retry_after, scope=fault.scope)
        response = too_many(verdict, fault.code)
        if not fault.via:
            del response.headers["Via"]
        return response
    if isinstance(fault.body, str):
        headers = {**fault.headers, "Content-Type": "text/html"}
        return web.Response(text=fault.body, status=fault.status, headers=headers)
    return as_json(fault.body, fault.status, fault.headers)


def lose(request: web.Request, *, reset: bool) -> web.Response:
    transport = request.transport
    if transport is not None:
        if reset:
            # closing with a linger time of zero makes the kernel send a reset
            transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        transport.abort()
    return web.Response(status=NO_CONTENT)
