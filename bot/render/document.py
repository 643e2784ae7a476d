"""The JSON documents of the command line, as plain values. A fact that is not known is null; moments are in UTC."""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Any

from bot.core import intake
from bot.core.comparison import Comparison
from bot.core.digest import DigestPlan
from bot.core.grounding import Answer, Claim, Read
from bot.core.pages import Found, SearchPage, SimilarPage, Snippet, TrendingPage
from bot.core.period import Days
from bot.core.reports import Feedback, Health, SetupHealth, SourceReport
from bot.core.schedule import Slot
from bot.core.summary import Summary
from bot.core.tags import print_tags
from bot.render.preview import standing
from storage.records import ChannelSetup, Delivery, Message, Paper, PaperId
from storage.source_state import SourceState

Document = dict[str, Any]


def paper(record: Paper) -> Document:
    """All that is known of one paper."""
    return {
        "id": record.id,
        "title": record.title,
        "abstract": record.abstract or None,
        "authors": list(record.authors),
        "published_at": moment(record.published_at),
        "daily_on": day(record.daily_on),
        "categories": list(record.categories),
        "upvotes": record.upvotes,
        "comments": record.comments,
        "url": record.url,
        "pdf_url": record.pdf_url,
        "discussion_url": record.discussion_url,
        "code_url": record.code_url,
        "code_stars": record.code_stars,
        "project_url": record.project_url,
        "organization": record.organization,
        "summary": record.summary,
        "keywords": list(record.keywords),
        "version": record.version,
        "withdrawn_at": moment(record.withdrawn_at),
        "citations": record.citations,
        "fields_of_study": list(record.fields_of_study),
        "said_by": {name: {"source": said.source, "at": moment(said.at)} for said in record.said for name in said.facts}
        or None,
    }


def trending(page: TrendingPage) -> Document:
    """The papers of a period in order, each with its score and reasons."""
    return {
        "period": str(page.period) if page.period else None,
        "sort": str(page.sort),
        "total": page.total,
        "offset": page.offset,
        "papers": [
            {"paper": paper(ranked.paper), "score": ranked.score, "reasons": list(ranked.reasons)}
            for ranked in page.ranked
        ],
        "note": page.freshness.note or None,
    }


def search(page: SearchPage) -> Document:
    """One page of results; ``total`` is exact or a lower bound, and ``total_is`` says which."""
    return {
        "query": page.query,
        "sort": page.sort,
        "total": page.total,
        "total_is": "exact" if page.exact else "at least",
        "offset": page.offset,
        "results": _results(page.results),
        "did_you_mean": page.did_you_mean,
        "corrected": page.corrected,
        "partial": page.partial,
        "engine": str(page.engine),
        "took_ms": page.took_ms,
        "note": page.freshness.note or None,
    }


def similar(page: SimilarPage) -> Document:
    """One page of the papers most like one; ``total`` is how many were compared closely."""
    return {
        "query": None,
        "like": page.paper.id,
        "total": page.total,
        "total_is": "at least",
        "offset": page.offset,
        "results": _results(page.results),
        "did_you_mean": None,
        "engine": str(page.engine),
        "took_ms": page.took_ms,
        "note": page.freshness.note or None,
    }


def ask(answer: Answer, *, took_ms: float) -> Document:
    """An answer with every claim and its quotation."""
    return {
        "question": answer.question,
        "status": str(answer.status),
        "coverage": str(answer.coverage),
        "read": _read(answer.read),
        "engine": answer.engine,
        "note": answer.note,
        "claims": [_claim(claim) for claim in answer.claims],
        "nearest": [_claim(claim) for claim in answer.nearest],
        "took_ms": took_ms,
    }


def summary(found: Summary) -> Document:
    """A paper in a few lines, each with its quotation."""
    return {
        "paper": found.paper.id,
        "style": str(found.style),
        "engine": found.engine,
        "note": found.note,
        "read": _read([found.read]),
        "lines": [_claim(line.claim) | {"aspect": line.aspect and str(line.aspect)} for line in found.lines],
    }


def comparison(found: Comparison) -> Document:
    """Papers by aspects; the cell of a paper of which nothing was found that tells an aspect is null."""
    return {
        "papers": [one.id for one in found.papers],
        "engine": found.engine,
        "note": found.note,
        "read": _read(found.read),
        "rows": [
            {
                "aspect": str(row.aspect),
                "cells": [_claim(row.cells[one.id]) if one.id in row.cells else None for one in found.papers],
            }
            for row in found.rows
        ],
    }


def ingest(reports: Iterable[SourceReport], *, files: Iterable[SourceReport] = ()) -> Document:
    """What each source brought, and where recorded files were read what each of them did."""
    told: Document = {"sources": [_report(report) for report in reports]}
    read = [_report(report) for report in files]
    return told | {"files": read} if read else told


def _report(report: SourceReport) -> Document:
    return {
        "name": report.name,
        "fetched": report.fetched,
        "new": report.new,
        "updated": report.updated,
        "unchanged": report.unchanged,
        "rejected": report.rejected,
        "rejects": list(report.rejects),
        "error": report.error,
        "took_ms": round(report.took.total_seconds() * 1000, 1),
    }


def status(health: Health) -> Document:
    """What is fresh, failing and due."""
    return {
        "version": health.version,
        "now": moment(health.now),
        "papers": health.papers,
        "latest_day": day(health.latest_day),
        "latest_day_papers": health.latest_day_papers,
        "newest_sighting": moment(health.newest_sighting),
        "index_behind": health.index_behind,
        "vectors_behind": health.vectors_behind,
        "topics": health.topics,
        "people": health.people,
        "is_sample": health.is_sample,
        "sources": [_source(state, health) for state in health.sources],
        "channels": [_setup(setup) for setup in health.setups],
        "deliveries": [delivery(one) for one in health.recent],
        "answers": _feedback(health.feedback),
        "memory_bytes": health.memory_bytes,
        "up_seconds": int(health.up_for.total_seconds()),
    }


def _feedback(told: Feedback | None) -> Document | None:
    return None if told is None else {"good": told.good, "bad": told.bad, "disliked": list(told.disliked)}


def delivery(record: Delivery) -> Document:
    """One row of the ledger."""
    return {
        "destination": str(record.key.destination),
        "slot": record.key.slot,
        "local_date": day(record.key.local_date),
        "cadence": str(record.cadence),
        "state": str(record.state),
        "due_at": moment(record.due_at),
        "expires_at": moment(record.expires_at),
        "not_before": moment(record.not_before),
        "held": record.is_held,
        "ended_at": moment(record.ended_at),
        "considered": record.considered,
        "picked": len(record.paper_ids),
        "left_out": dict(record.left_out),
        "papers": list(record.paper_ids),
        "empty_because": record.empty_because,
        "added": list(record.added),
        "also": list(record.also),
        "messages": [_message(one) for one in record.messages],
        "attempts": record.attempts,
        "problem": record.problem,
    }


def channels(setups: Iterable[SetupHealth]) -> Document:
    """Every channel setup, and when it comes next."""
    return {"channels": [_setup(one) for one in setups]}


def imported(
    guild_id: int, added: Iterable[ChannelSetup], unchanged: int, *, answers: bool | None, dry_run: bool
) -> Document:
    """What came of a file of channel setups; ids are null where nothing was kept."""
    return {
        "server": str(guild_id),
        "dry_run": dry_run,
        "added": [{"id": setup.id or None, "destination": str(setup.destination)} for setup in added],
        "unchanged": unchanged,
        "answers": None if answers is None else "added" if answers else "unchanged",
    }


def preview(
    setup: ChannelSetup, decision: DigestPlan, slot: Slot | None, *, empty_because: str | None = None
) -> Document:
    """What the next run would post: every paper that was considered, picked in order or left out with its reason."""
    return {
        "setup": setup.id,
        "destination": str(setup.destination),
        "local_date": day(slot.local_date) if slot else None,
        "due_at": moment(slot.due_at) if slot else None,
        "considered": decision.considered,
        "picked": len(decision.picked),
        "left_out": decision.counts(),
        "papers": [
            {"paper": paper(ranked.paper), "score": ranked.score, "reasons": list(ranked.reasons)}
            for ranked in decision.picked
        ],
        "papers_left_out": [{"id": left.paper_id, "reason": str(left.reason)} for left in decision.left_out],
        "empty_because": empty_because,
    }


def why_paper(decision: DigestPlan, paper_id: PaperId, record: Paper | None, *, days: Days | None = None) -> Document:
    """Where one paper stands: ``outcome`` is picked, left out, not considered or unknown."""
    found = standing(decision, paper_id)
    known = "not considered" if record else "unknown"
    outcome = "picked" if found.place else "left out" if found.left_out else known
    return {
        "id": paper_id,
        "outcome": outcome,
        "place": found.place,
        "reason": str(found.left_out) if found.left_out else None,
        "listed_on": day(record.daily_on) if record else None,
        "days": [day(days.first), day(days.last)] if days else None,
    }


def _message(record: Message) -> Document:
    return {
        "part": record.part,
        "message_id": record.message_id,
        "paper": record.paper_id,
        "sent_at": moment(record.sent_at),
        "problem": record.problem,
    }


def snippet(found: Snippet) -> str:
    """The text with each hit between two pairs of asterisks; marks that overlap are joined."""
    parts: list[str] = []
    at = 0
    for mark_start, mark_end in sorted(found.marks):
        start, end = max(mark_start, at), min(mark_end, len(found.text))
        if start < end:
            parts += [found.text[at:start], "**", found.text[start:end], "**"]
            at = end
    return "".join([*parts, found.text[at:]])


def moment(at: datetime | None) -> str | None:
    """ISO 8601 in UTC, ending in Z."""
    return at.astimezone(UTC).isoformat().removesuffix("+00:00") + "Z" if at else None


def day(value: date | None) -> str | None:
    """``2026-06-30``."""
    return value.isoformat() if value else None


def _results(results: Iterable[Found]) -> list[Document]:
    return [
        {
            "paper": paper(found.paper),
            "score": found.score,
            "snippet": snippet(found.snippet),
            "partial": found.partly,
        }
        for found in results
    ]


def _read(read: Iterable[Read]) -> list[Document]:
    return [{"paper": one.paper_id, "text": str(one.origin or "abstract"), "whole": one.whole} for one in read]


def _claim(claim: Claim) -> Document:
    return {
        "text": claim.text,
        "label": str(claim.label),
        "quote": claim.quote,
        "section": claim.section,
        "paper": claim.paper_id,
        "matched": list(claim.matched),
    }


def _source(state: SourceState, health: Health) -> Document:
    return {
        "name": state.name,
        "succeeded_at": moment(state.succeeded_at),
        "failed_at": moment(state.failed_at),
        "problem": state.problem,
        "retry_at": moment(state.retry_at),
        "fetched": state.fetched,
        "rejected": state.rejected,
        "rejects": list(state.rejects),
        "usual_share": state.usual_share,
        "has_changed": intake.has_changed(state.usual_share, fetched=state.fetched, rejected=state.rejected),
        "next_look": moment(health.next_looks.get(state.name)),
    }


def _setup(health: SetupHealth) -> Document:
    setup = health.setup
    return {
        "id": setup.id,
        "destination": str(setup.destination),
        "at": setup.schedule.at.strftime("%H:%M"),
        "zone": setup.schedule.zone,
        "weekdays": sorted(setup.schedule.weekdays),
        "grace_seconds": int(setup.schedule.grace.total_seconds()),
        "papers": setup.limit,
        "sort": str(setup.sort),
        "query": setup.query,
        "min_upvotes": setup.min_upvotes,
        "cadence": str(setup.schedule.cadence),
        "layout": str(setup.layout),
        "settle": str(setup.settle),
        "publish": setup.publish,
        "quiet": setup.quiet,
        "role": setup.role_id,
        "tags": print_tags(setup.tags) or None,
        "paused_because": setup.paused_because,
        "obstacle": str(setup.obstacle) if setup.obstacle else None,
        "paused_at": moment(setup.paused_at),
        "next_due": moment(health.next_due),
    }
