"""Records with sensible defaults: a test names only what it is about. All moments hang on ``BASE``, a Friday."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from hashlib import sha256
from typing import Any

from bot.core.grounding import Answer, AnswerStatus, Claim, Label, Read
from storage.records import (
    ChangeKind,
    ChannelSetup,
    Delivery,
    DeliveryKey,
    Destination,
    DestinationKind,
    Message,
    Paper,
    PaperChange,
    PaperId,
    Person,
    Schedule,
    Sighting,
    Topic,
)

BASE = datetime(2025, 3, 14, 9, 0, tzinfo=UTC)
"""Friday, 14 March 2025, 09:00 UTC."""

DAY = BASE.date()
CHANNEL = Destination(kind=DestinationKind.CHANNEL, id=111_000_000_000_000_001)
GUILD_ID = 222_000_000_000_000_001
PERSON_ID = 333_000_000_000_000_001


class FakeClock:
    """A clock that stands still until it is told to move."""

    def __init__(self, now: datetime = BASE) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def advance(self, by: timedelta | None = None, **parts: float) -> datetime:
        """Move on, by a timedelta or by its parts (``hours=2``); gives the new now."""
        self.now += timedelta(**parts) if by is None else by
        return self.now


def make_id(number: int, month: str = "2503") -> PaperId:
    """The ``number``-th paper of a month: ``2503.00001`` and so on."""
    return PaperId(f"{month}.{number:05}")


def make_paper(id: str = "2503.01234", **facts: Any) -> Paper:  # noqa: A002  # reads as the field it fills
    defaults: dict[str, Any] = {
        "title": f"A paper called {id}",
        "abstract": "We study how a test reads best. It names only what it is about.",
        "authors": ("Ada Lovelace", "Emmy Noether"),
        "categories": ("cs.CL",),
        "published_at": BASE - timedelta(days=1),
        "daily_on": DAY,
        "upvotes": 10,
        "comments": 1,
    }
    return Paper(id=PaperId(id), **(defaults | facts))


def make_claim(**facts: Any) -> Claim:
    defaults: dict[str, Any] = {
        "text": "It has 3 million pairs.",
        "label": Label.QUOTED,
        "quote": "Our dataset holds 3 million pairs.",
        "section": "Abstract",
        "paper_id": PaperId("2503.01234"),
        "matched": ("dataset",),
    }
    return Claim(**(defaults | facts))


def make_answer(*claims: Claim, **facts: Any) -> Answer:
    defaults: dict[str, Any] = {
        "question": "How large is the dataset?",
        "status": AnswerStatus.PASSAGES,
        "engine": "extractive",
        "read": (Read(paper_id=make_id(1)), Read(paper_id=make_id(2))),
    }
    return Answer(claims=claims, **(defaults | facts))


def make_papers(count: int, **facts: Any) -> tuple[Paper, ...]:
    """``count`` papers with the ids ``2503.00001`` and on, alike in all else."""
    return tuple(make_paper(make_id(number), **facts) for number in range(1, count + 1))


def make_family() -> tuple[Paper, ...]:
    """Seven papers that are like each other, the first of them ``2504.00001``, among thirty that are not."""
    family = (make_paper(make_id(number, "2504"), title=f"Zeolite crystals {number}") for number in range(1, 8))
    return (*family, *(make_paper(make_id(number, "2504")) for number in range(8, 38)))


def make_sighting(paper_id: str = "2503.01234", **facts: Any) -> Sighting:
    defaults: dict[str, Any] = {
        "source": "huggingface",
        "seen_at": BASE,
        "daily_on": DAY,
        "upvotes": 10,
        "comments": 1,
    }
    return Sighting(paper_id=PaperId(paper_id), **(defaults | facts))


def sighting_of(paper: Paper, **facts: Any) -> Sighting:
    """What a source said of ``paper`` that made it as it is."""
    said = {"daily_on": paper.daily_on, "upvotes": paper.upvotes, "comments": paper.comments, "stars": paper.code_stars}
    return make_sighting(paper.id, **(said | facts))


def make_change(paper_id: str = "2503.01234", **facts: Any) -> PaperChange:
    """A second version six days after ``BASE``, unless told otherwise."""
    defaults: dict[str, Any] = {"kind": ChangeKind.VERSION, "version": 2, "at": BASE + timedelta(days=6)}
    return PaperChange(paper_id=PaperId(paper_id), **(defaults | facts))


def make_schedule(at: time = time(9), zone: str = "UTC", **facts: Any) -> Schedule:
    return Schedule(at=at, zone=zone, **facts)


def make_setup(**facts: Any) -> ChannelSetup:
    defaults: dict[str, Any] = {
        "guild_id": GUILD_ID,
        "destination": CHANNEL,
        "schedule": make_schedule(),
        "created_by": PERSON_ID,
        "created_at": BASE - timedelta(days=30),
    }
    return ChannelSetup(**(defaults | facts))


def make_person(id: int = PERSON_ID, **facts: Any) -> Person:  # noqa: A002  # reads as the field it fills
    return Person(id=id, **({"schedule": make_schedule()} | facts))


def make_topic(query: str = "diffusion", **facts: Any) -> Topic:
    defaults: dict[str, Any] = {"person_id": PERSON_ID, "created_at": BASE - timedelta(days=30)}
    return Topic(query=query, **(defaults | facts))


def make_key(destination: Destination = CHANNEL, local_date: date = DAY, slot: str = "setup-1") -> DeliveryKey:
    return DeliveryKey(destination=destination, local_date=local_date, slot=slot)


def make_delivery(*paper_ids: str, key: DeliveryKey | None = None, **facts: Any) -> Delivery:
    """A planned delivery of ``paper_ids`` in one message, due at ``BASE``; its token follows from its key."""
    key = key or make_key()
    token = sha256(f"{key.destination} {key.local_date} {key.slot}".encode()).hexdigest()[:25]
    defaults: dict[str, Any] = {
        "due_at": BASE,
        "expires_at": BASE + timedelta(hours=6),
        "token": token,
        "messages": () if "ended_at" in facts else (Message(part=0, token=token),),
        "considered": len(paper_ids),
        "planned_at": BASE,
    }
    ids = tuple(PaperId(paper_id) for paper_id in paper_ids)
    return Delivery(key=key, paper_ids=ids, **(defaults | facts))


def make_cards(*paper_ids: str, key: DeliveryKey | None = None, **facts: Any) -> Delivery:
    """The same in one message a paper."""
    delivery = make_delivery(*paper_ids, key=key, **facts)
    messages = (
        Message(part=part, token=f"{delivery.token[:22]}-{part}" if part else delivery.token, paper_id=paper_id)
        for part, paper_id in enumerate(delivery.paper_ids)
    )
    return replace(delivery, messages=tuple(messages))
