"""What a command prints: a post for a person, or one JSON document for a program."""

import json
import sys
from collections.abc import Iterable
from typing import Any

from rich.console import Console

from bot.console.layout import Reach, papers_in
from bot.console.terminal import Screen
from bot.render.post import Post


def show(post: Post) -> None:
    """Print ``post``; a paper of a list has its id at the margin, which is what the other commands take."""
    names = {paper_id: str(paper_id) for paper_id in papers_in(post)}
    Screen(Console()).show(post, Reach(names=names, typed=lambda _: None))


def say(lines: Iterable[str]) -> None:
    """Print lines as they are."""
    for line in lines:
        print(line)  # noqa: T201  # this is what the command is for


def print_json(document: dict[str, Any]) -> None:
    """Print the document and nothing else, in characters that the reader's encoding has."""
    ascii_only = not (sys.stdout.encoding or "").lower().startswith("utf")
    print(json.dumps(document, ensure_ascii=ascii_only, indent=2))  # noqa: T201  # this is what --json is for
