"""What can happen to an answer on its way: two thousand kinds of damage, each by its number."""

import random
import re
from collections.abc import Callable

Damage = Callable[[random.Random, bytes], bytes]

NUMBERS = (b"-1", b"1e308", b"99999999999999999999999999999999", b"NaN", b"0x7f", b"1" * 5_000)
SCRAPS = (
    b"", b'"', b"<", b">", b"&", b"&#0;", b"&lol;", b"]]>", b"<!--", b"<![CDATA[", b"{", b"}", b"[", b"]", b",",
    b"null", b"\x00", b"\xff\xfe", b"\xed\xa0\x80", b"</entry>", b"<entry>", b"</item>", b"true",
    b"<?xml version='1.0'?>",
)  # fmt: skip
ENCODINGS = ("utf-16", "utf-16-le", "utf-7", "utf-32", "cp037")
DEPTHS = (3, 30, 30, 300, 300, 3_000)
"""Those that may well be read, and one beyond every stack, which takes ten times as long as all others."""


def some(sign: bytes, chance: random.Random, body: bytes) -> int:
    """Where one of the signs stands, or 0."""
    found = re.compile(sign).search(body, chance.randrange(len(body))) or re.search(sign, body)
    return found.start() if found else 0


def truncated(chance: random.Random, body: bytes) -> bytes:
    return body[: chance.randrange(len(body))]


def swapped(chance: random.Random, body: bytes) -> bytes:
    """Two pieces in each other's place."""
    a, b, c, d = sorted(chance.randrange(len(body) + 1) for _ in range(4))
    return body[:a] + body[c:d] + body[b:c] + body[a:b] + body[d:]


def nested(chance: random.Random, body: bytes) -> bytes:
    """Something opened too often, or far too often."""
    at = chance.randrange(len(body))
    opened = chance.choice([b"[", b'{"paper":', b"<entry>", b"<author><name>"])
    return body[:at] + opened * chance.choice(DEPTHS) + body[at:]


def retyped(chance: random.Random, body: bytes) -> bytes:
    """A text, a number or the inside of an element that is something else now."""
    at = some(rb'[">]', chance, body)
    end = min(len(body), at + chance.randrange(1, 40))
    return body[: at + 1] + chance.choice([*NUMBERS, *SCRAPS]) + body[end:]


def numbered(chance: random.Random, body: bytes) -> bytes:
    """A number that is far too large, or none."""
    at = some(rb"[0-9]", chance, body)
    return body[:at] + chance.choice(NUMBERS) + body[at + 1 :]


def scrapped(chance: random.Random, body: bytes) -> bytes:
    """Bytes that do not belong there."""
    damaged = bytearray(body)
    for _ in range(chance.randint(1, 8)):
        at = chance.randrange(len(damaged) + 1)
        damaged[at : at + chance.randint(0, 12)] = chance.choice(SCRAPS)
    return bytes(damaged)


def reencoded(chance: random.Random, body: bytes) -> bytes:
    """In another encoding, or said to be in another one."""
    name = chance.choice(ENCODINGS)
    if chance.random() < 0.5:
        return body.replace(b"UTF-8", name.encode(), 1)
    return body.decode("utf-8", "replace").encode(name, "replace")


def doubled(chance: random.Random, body: bytes) -> bytes:
    """A piece of it again and again."""
    start, end = sorted(chance.randrange(len(body) + 1) for _ in range(2))
    return body[:end] + body[start : min(end, start + 200)] * chance.randint(1, 8) + body[end:]


KINDS: tuple[Damage, ...] = (truncated, swapped, nested, retyped, numbered, scrapped, reencoded, doubled)


def damaged(number: int, body: bytes) -> bytes:
    """The answer after damage ``number``; half of the numbers damage it twice."""
    chance = random.Random(number)
    for _ in range(chance.randint(1, 2)):
        body = KINDS[number % len(KINDS)](chance, body) if body else body
    return body
