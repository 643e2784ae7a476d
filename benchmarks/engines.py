"""What somebody would take instead of Paperboy's search: each holds the same papers and answers the same questions."""

import os
import sqlite3
from collections.abc import AsyncIterable, Callable, Iterable
from datetime import date
from pathlib import Path
from typing import Any

import asyncpg  # type: ignore[import-untyped]  # it has no types
import bm25s
import tantivy

from benchmarks.questions import Question
from storage.records import Paper

BEST = 10
POSTGRES = os.environ.get("TEST_DATABASE_URL", "postgresql://postgres@127.0.0.1:5432/test").replace("+asyncpg", "")
LONG_AGO = date(1990, 1, 1)

Ask = Callable[[Question], Any]
"""Gives the ids of the best; a coroutine where the engine is asked so."""


def plain_tantivy(folder: Path, papers: Iterable[Paper]) -> Ask:
    """Title and abstract with its English stemmer, its own parser; ids only."""
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("id", stored=True, tokenizer_name="raw", index_option="basic")
    for name in ("title", "abstract"):
        builder.add_text_field(name, tokenizer_name="en_stem")
    builder.add_text_field("authors")
    builder.add_text_field("categories", tokenizer_name="raw", index_option="basic")
    builder.add_integer_field("day", indexed=True, fast=True)
    folder.mkdir()
    index = tantivy.Index(builder.build(), path=str(folder))
    writer = index.writer(num_threads=1)
    for paper in papers:
        document = tantivy.Document(
            id=paper.id, title=paper.title, abstract=paper.text, authors=", ".join(paper.authors), day=_day(paper)
        )
        for code in paper.categories:
            document.add_text("categories", code)
        writer.add_document(document)
    writer.commit()
    writer.wait_merging_threads()
    index.reload()

    def ask(question: Question) -> list[str]:
        words = " ".join(question.words)
        parts = [f'"{words}"' if question.phrase else f"({words.replace(' ', ' OR ' if question.either else ' AND ')})"]
        parts += [f'categories:"{question.category}"'] if question.category else []
        parts += [f"authors:{question.author}"] if question.author else []
        parts += [f"day:[{question.since.toordinal()} TO 4000000]"] if question.since else []
        searcher = index.searcher()
        found = searcher.search(index.parse_query(" AND ".join(parts), ["title", "abstract"]), BEST)
        return [searcher.doc(address)["id"][0] for _, address in found.hits]

    return ask


def sqlite(folder: Path, papers: Iterable[Paper]) -> tuple[Ask, Ask]:
    """FTS5 with its own ranking, and a scan of all texts."""
    database = sqlite3.connect(folder / "fts5.db", check_same_thread=False)
    database.execute("CREATE TABLE d (id TEXT, title TEXT, abstract TEXT, authors TEXT, categories TEXT, day INTEGER)")
    database.execute(
        "CREATE VIRTUAL TABLE f USING fts5"
        "(title, abstract, authors, categories, content=d, tokenize='porter unicode61')"
    )
    rows = ((p.id, p.title, p.text, ", ".join(p.authors), " ".join(p.categories), _day(p)) for p in papers)
    with database:
        database.executemany("INSERT INTO d VALUES (?, ?, ?, ?, ?, ?)", rows)
        database.execute("INSERT INTO f(f) VALUES ('rebuild')")

    def ranked(question: Question) -> list[str]:
        words = " ".join(question.words)
        parts = [f'"{words}"' if question.phrase else f"({words.replace(' ', ' OR ' if question.either else ' AND ')})"]
        parts += [f'categories:"{question.category}"'] if question.category else []
        parts += [f"authors:{question.author}"] if question.author else []
        since = (question.since or LONG_AGO).toordinal()
        found = database.execute(
            "SELECT d.id FROM f JOIN d ON d.rowid = f.rowid WHERE f MATCH ? AND d.day >= ? ORDER BY rank LIMIT ?",
            (" AND ".join(parts), since, BEST),
        )
        return [row[0] for row in found]

    def scanned(question: Question) -> list[str]:
        words = [" ".join(question.words)] if question.phrase else question.words
        text = "title || ' ' || abstract LIKE ?"
        where = f"({(' OR ' if question.either else ' AND ').join([text] * len(words))})"
        found = database.execute(
            f"SELECT id FROM d WHERE {where} AND categories LIKE ? AND authors LIKE ? AND day >= ?"  # noqa: S608  # words are bound
            f" ORDER BY day DESC LIMIT {BEST}",
            [
                *(f"%{word}%" for word in words),
                f"%{question.category or ''}%",
                f"%{question.author or ''}%",
                (question.since or LONG_AGO).toordinal(),
            ],
        )
        return [row[0] for row in found]

    return ranked, scanned


def bag_of_words(papers: Iterable[Paper]) -> Ask:
    """bm25s in memory: it knows neither phrases nor filters and adds no paper later; ids only."""
    retriever = bm25s.BM25()
    retriever.index(
        bm25s.tokenize([f"{paper.title} {paper.text}" for paper in papers], show_progress=False), show_progress=False
    )

    def ask(question: Question) -> object:
        tokens = bm25s.tokenize([" ".join(question.words)], show_progress=False)
        return retriever.retrieve(tokens, k=BEST, show_progress=False)

    return ask


async def postgres(pieces: AsyncIterable[list[Paper]]) -> Ask | None:
    """PostgreSQL with a GIN index and ts_rank, in a table that goes with the connection; None without a server."""
    try:
        connection = await asyncpg.connect(POSTGRES, timeout=5)
    except (OSError, asyncpg.PostgresError):
        return None
    await connection.execute(
        "CREATE TEMPORARY TABLE d (id text, authors text, categories text[], day int, words tsvector)"
    )
    async for papers in pieces:
        await connection.executemany(
            "INSERT INTO d VALUES ($1, $3, $4, $5, to_tsvector('english', $2))",
            ((p.id, f"{p.title} {p.text}", ", ".join(p.authors), list(p.categories), _day(p)) for p in papers),
        )
    await connection.execute("CREATE INDEX ON d USING gin (words); ANALYZE d")

    async def ask(question: Question) -> object:
        read = "phraseto_tsquery" if question.phrase else "to_tsquery"
        sign = " " if question.phrase else " | " if question.either else " & "
        return await connection.fetch(
            f"SELECT id FROM d, {read}('english', $1) AS q WHERE words @@ q"  # noqa: S608  # one of two names
            " AND ($2::text IS NULL OR $2 = ANY(categories)) AND authors ILIKE $3 AND day >= $4"
            f" ORDER BY ts_rank(words, q) DESC LIMIT {BEST}",
            sign.join(question.words),
            question.category,
            f"%{question.author or ''}%",
            (question.since or LONG_AGO).toordinal(),
        )

    return ask


def _day(paper: Paper) -> int:
    return paper.published_at.toordinal() if paper.published_at else 0
