"""What there is to say to the bot, what it keeps, and where to read on."""

from dataclasses import dataclass

from bot.render.phrases import command, fine, heading, strong, text
from bot.render.post import Block, Listing, Post, Span


@dataclass(frozen=True, slots=True)
class Example:
    """One command: something to type, and what it does."""

    command: str
    does: str


GROUPS: dict[str, tuple[Example, ...]] = {
    "Read": (
        Example("/papers today", "the newest papers, in the order you like"),
        Example("/papers search diffusion author:ho", "search everything I have"),
        Example("/papers show 2503.01234", "one paper; an address or DOI of it will do"),
        Example("/papers similar 2503.01234", "the papers most like one"),
        Example("/papers save 2503.01234", "keep one, and hear when it is withdrawn or renewed; Save on its card too"),
        Example("/papers saved", "what you saved, the last one first; with query: what of it matches"),
        Example("/papers unsave 2503.01234", "take one out again"),
        Example("/ask how large is the dataset?", "the passages closest to a question, quoted word for word"),
        Example("/summary 2503.01234", "a paper in a few lines, each with the words that it stands on"),
        Example("/compare 2503.01234 2503.05678", "two to four papers side by side, in their own words"),
        Example("/discuss start 2503.01234", "a thread in which /ask is about a paper; Discuss on its card too"),
        Example("/discuss add 2503.05678", "one more paper in the thread where you type it"),
        Example("/discuss papers", "which ones it is about"),
    ),
    "Follow": (
        Example("/topics follow retrieval cat:cs.CL", "what matches comes as one direct message a day"),
        Example("/topics list", "your topics"),
        Example("/topics unfollow 3", "end one"),
    ),
    "A digest in a channel (needs Manage Server)": (
        Example("/setup", "choose where, when, in which messages and how many papers"),
        Example("/channels list", "all setups, how they are doing and their numbers"),
        Example("/channels edit 1", "change one: only what you name"),
        Example("/channels pause 1", "send nothing for a while"),
        Example("/channels resume 1", "go on"),
        Example("/channels post 1", "post its digest now"),
        Example("/channels preview 1", "see what comes next; with paper: why that one, or why not"),
        Example("/channels remove 1", "end it"),
    ),
    "Answers in a server (needs Manage Server)": (
        Example("/answers", "which model answers, in which language, to whom and how often; each can be changed"),
    ),
    "About me": (
        Example("/status", "what is fresh, failing and due"),
        Example("/quota", "how many questions a language model still answers you today"),
        Example("/privacy export", "all that I keep of you"),
        Example("/privacy forget", "delete it at once"),
        Example("/help", "this page"),
    ),
}

QUERIES = (
    ('"exact phrase"', "words side by side"),
    ("-word", "not this word"),
    ("a OR b", "either"),
    ("diffus*", "a beginning"),
    ("title: author: cat: org:", "where to look"),
    ("after:2026-01-01 since:7d", "when"),
    ("upvotes:>50 has:code", "how it is received"),
)  # fmt: skip

ANSWERS = (
    "What I answer stands in the papers: by myself I quote the closest passages. Where whoever runs me has given me a "
    "language model, it words an answer, and each of its sentences needs a quotation that I found in the text."
)
KEPT = (
    "What I keep of you: your Discord id, your topics, the papers that you saved, when your daily message comes, what "
    "I sent you, your votes on answers, how often you asked the model today, and which channel setups you made. I "
    "read no messages but those in threads about papers that mention me. Questions and what I quoted I keep for 30 "
    "days, without who asked; those in threads with who asked, for some weeks, so that a question may go on from the "
    "last one. Where a language model answers, the question, the thread's last turns and passages go to its server, "
    "but no name and no id."
)
SOURCES = (
    Span("Papers come from "),
    Span("Hugging Face's daily lists", url="https://huggingface.co/papers"),
    Span(" and live on "),
    Span("arXiv", url="https://arxiv.org"),
    Span(". Thank you to arXiv for use of its open access interoperability."),
)


def help_post() -> Post:
    """Every command with an example, the query language in short, and what is kept."""
    blocks: list[Block] = [heading("What I can do for you")]
    for title, examples in GROUPS.items():
        entries = tuple((command(example.command), Span(f": {example.does}")) for example in examples)
        blocks += [text(strong(title)), Listing(entries)]
    entries = tuple((command(written), Span(f": {meaning}")) for written, meaning in QUERIES)
    blocks += [text(strong("In a search or topic")), Listing(entries)]
    return Post((*blocks, text(ANSWERS), text(KEPT), fine(*SOURCES)))
