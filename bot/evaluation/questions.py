"""Questions of which it is known where their answer stands: our own about the bundled sample, and SciFact's claims."""

import csv
import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from bot.core.grounding import Passage
from bot.core.passages import of_paper
from storage.records import Paper, PaperId


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, the passages that are searched, and those among them that hold what it asks for."""

    question: str
    passages: tuple[Passage, ...]
    holding: frozenset[Passage]

    @property
    def paper_id(self) -> PaperId:
        return self.passages[0].paper_id


def about_the_sample(papers: Mapping[PaperId, Paper]) -> list[Asked]:
    """Our own, asked in other words than the summaries use."""
    text = resources.files(__name__.rpartition(".")[0]).joinpath("questions.tsv").read_text("utf-8")
    found = []
    for row in csv.DictReader(text.splitlines(), delimiter="\t"):
        passages = of_paper(papers[PaperId(row["paper"])])
        holding = frozenset(passage for passage in passages if row["holds"] in passage.text)
        found.append(Asked(row["question"], passages, holding))
    return found


def scifact(folder: Path) -> list[Asked]:
    """SciFact's claims, each over an abstract of which experts named the sentences that are evidence.

    Raises:
        OSError: ``folder`` does not hold the set's ``sentences.jsonl`` and ``train.jsonl``.
        ValueError, KeyError: they are something else.
    """
    abstracts: dict[str, tuple[Passage, ...]] = {}
    for line in (folder / "sentences.jsonl").read_text(encoding="utf-8").splitlines():
        read = json.loads(line)
        abstracts[read["doc_id"]] = tuple(
            Passage(paper_id=PaperId(read["doc_id"]), ordinal=n, section="Abstract", text=text, title=read["title"])
            for n, text in enumerate(read["sentences"])
        )
    found = []
    for line in (folder / "train.jsonl").read_text(encoding="utf-8").splitlines():
        claim = json.loads(line)
        for doc_id, told in claim["evidence"].items():
            holding = {abstracts[doc_id][n] for rationale in told["rationales"] for n in rationale}
            found.append(Asked(claim["claim"], abstracts[doc_id], frozenset(holding)))
    return found
