"""Draw the pictures of this folder: the bundled sample's digest as Discord shows it, into ``digest.png``.

Run with ``.venv/bin/python docs/draw.py``; it needs Chromium. The message is the one that the bot would send: the same
builder, the same Markdown, the same limits. Only the dress (colours, sizes) is an imitation.
"""

import asyncio
import html
import shutil
import subprocess
import sys
import tempfile
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

from markdown_it import MarkdownIt

from bot.answering.extractive import Extractive
from bot.ports import Resources
from bot.render.markdown import Pick, Row, Rule, Side, Text, layout
from bot.render.post import Button, ButtonLook, Post
from bot.services import delivery, ingest
from storage.records import ChannelSetup, Destination, DestinationKind, Schedule
from storage.search_index import SearchIndex
from storage.store import Store

HERE = Path(__file__).parent
WIDTH = 720
MARKDOWN = MarkdownIt("commonmark", {"breaks": True, "html": False})
DRESS = """
* { box-sizing: border-box; margin: 0 }
body { background: #313338; color: #dbdee1; font: 15.5px/1.42 "Noto Sans", "gg sans", sans-serif; padding: 18px 20px }
.message { display: flex; gap: 14px }
.face { width: 42px; height: 42px; border-radius: 50%; background: #e8590c; color: #fff; font: 700 19px/42px sans-serif;
  text-align: center;
  flex: none }
.who { font-weight: 600; color: #f2f3f5; margin-bottom: 5px }
.who small { background: #5865f2; color: #fff; border-radius: 4px; padding: 1px 5px; font-size: 10.5px; margin: 0 6px }
.who time { color: #949ba4; font-weight: 400; font-size: 12px }
.box { background: #2b2d31; border: 1px solid #3f4147; border-left: 4px solid #e8590c; border-radius: 8px;
  padding: 14px 16px; display: flex; flex-direction: column; gap: 11px }
h1, h2, h3 { color: #f2f3f5; line-height: 1.25 } h1 { font-size: 22px } h2 { font-size: 19px } h3 { font-size: 16.5px }
a { color: #00a8fc; text-decoration: none } strong { color: #f2f3f5 }
.fine, .fine strong { color: #949ba4; font-size: 12.5px }
.side { display: flex; justify-content: space-between; gap: 16px; align-items: flex-start }
.row { display: flex; gap: 8px; flex-wrap: wrap }
.button { background: #4e5058; color: #fff; border-radius: 4px; padding: 6px 14px; font-size: 14px; font-weight: 500;
  white-space: nowrap }
.button.primary { background: #5865f2 } .button.danger { background: #da373c }
blockquote { border-left: 4px solid #4e5058; padding-left: 12px; margin: 3px 0 }
hr { border: 0; border-top: 1px solid #3f4147 }
"""


def as_html(text: str) -> str:
    """Discord's Markdown of one text, as HTML; ``-#`` is Discord's own small print."""
    parts = []
    for line in text.split("\n"):
        small = line.startswith("-# ")
        body = MARKDOWN.render(line.removeprefix("-# "))
        parts.append(f'<div class="fine">{body}</div>' if small else body)
    return "".join(parts)


def button(drawn: Button) -> str:
    """A button; one that leads out of Discord has an arrow."""
    look = "primary" if drawn.look is ButtonLook.PRIMARY else "danger" if drawn.look is ButtonLook.DANGER else ""
    return f'<span class="button {look}">{html.escape(drawn.label)}{" ↗" if drawn.url else ""}</span>'


def page(post: Post) -> str:
    """The whole picture as one HTML page."""
    pieces = []
    for piece in layout(post):
        match piece:
            case Text(text):
                pieces.append(f"<div>{as_html(text)}</div>")
            case Side(text, beside):
                pieces.append(f'<div class="side"><div>{as_html(text)}</div>{button(beside)}</div>')
            case Row(buttons):
                pieces.append(f'<div class="row">{"".join(map(button, buttons))}</div>')
            case Pick(menu):
                pieces.append(f'<div class="row"><span class="button">{html.escape(menu.prompt)} ⌄</span></div>')
            case Rule():
                pieces.append("<hr>")
    who = '<div class="who">Paperboy<small>APP</small><time>Today at 09:00</time></div>'
    box = f'<div class="box">{"".join(pieces)}</div>'
    return (
        f"<!doctype html><meta charset=utf-8><style>{DRESS}</style>"
        f'<div class="message"><div class="face">P</div><div>{who}{box}</div></div>'
    )


async def digest() -> Post:
    """The digest of the sample's last day, made by the bot itself."""
    now = datetime(2026, 6, 30, 9, tzinfo=UTC)
    with tempfile.TemporaryDirectory() as folder:
        store = await Store.open(f"sqlite+aiosqlite:///{folder}/paperboy.db")
        index = SearchIndex.open(Path(folder) / "index")
        r = Resources(store=store, index=index, sources=(), answerer=Extractive(), clock=lambda: now)
        await ingest.load_sample(r)
        async with store.write() as tx:
            await tx.facts.put(ingest.SAMPLE_FACT, "")  # the picture shows an ordinary day
        setup = ChannelSetup(
            guild_id=1,
            destination=Destination(kind=DestinationKind.CHANNEL, id=1),
            schedule=Schedule(at=time(9), zone="UTC"),
            created_by=1,
            created_at=now - timedelta(days=1),
        )
        post, _ = await delivery.preview(r, setup)
        await store.close()
    return post


def photograph(markup: str, target: Path, *, height: int) -> None:
    """A picture of the page by headless Chromium."""
    browser = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if browser is None:
        sys.exit("Chromium is needed to draw; install it and try again.")
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "page.html"
        source.write_text(markup, encoding="utf-8")
        flags = ["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--disable-background-networking"]
        flags += [f"--user-data-dir={folder}/profile", "--force-device-scale-factor=2"]
        size = f"--window-size={WIDTH},{height}"
        command = [browser, *flags, size, f"--screenshot={target}", source.as_uri()]
        subprocess.run(command, check=True, capture_output=True)  # noqa: S603  # our own page


if __name__ == "__main__":
    photograph(page(asyncio.run(digest())), HERE / "digest.png", height=int(sys.argv[1]) if len(sys.argv) > 1 else 1040)
