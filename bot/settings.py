"""What the operator chose: environment variables and ``.env`` in, one checked ``Settings`` out.

Every wrong value is reported at once. Secrets are ``SecretStr``: they show as asterisks wherever they are printed.
"""

import difflib
import logging
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal

from dotenv import dotenv_values
from pydantic import BeforeValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy.engine import make_url

from bot.core.allowance import Allowance
from bot.core.announcements import read_categories, read_kinds
from bot.core.choices import read_models
from bot.core.feeds import read_feeds
from bot.core.preprints import BIORXIV, MEDRXIV, read_subjects
from bot.errors import SettingProblem, SettingsError
from bot.setting_types import (
    Categories,
    DatabaseUrl,
    Feeds,
    Kinds,
    Models,
    ModelServer,
    OptionalPath,
    Secret,
    Subjects,
    WebAddress,
)

ENV_FILE = Path(".env")
MINIMUM_LEDGER_DAYS = 31
"""Messages of the last 30 days are kept true, and the ledger is what knows them."""
DEFAULT_INDEX = Path("data/index")


class Settings(BaseSettings):
    """Each field is an environment variable of the same name in capitals; ``examples`` shows a value that would do."""

    model_config = SettingsConfigDict(env_file=ENV_FILE, extra="ignore", frozen=True, env_ignore_empty=True)

    discord_token: Secret = Field(
        None,
        description="The bot's token from the Discord developer portal. Without it the bot runs at this terminal.",
        examples=["MTIzNDU2.AbCdEf.the-rest-of-it"],
    )
    discord_api_url: WebAddress = Field(
        "https://discord.com/api/v10",
        description="Discord's HTTP API, or any server that speaks it; the gateway is asked from it.",
        examples=["https://discord.com/api/v10"],
    )
    database_url: DatabaseUrl = Field(
        SecretStr("sqlite+aiosqlite:///data/paperboy.db"),
        description="Where everything is kept: a SQLite file, or PostgreSQL for a large installation.",
        examples=["sqlite+aiosqlite:///data/paperboy.db"],
    )
    index_path: OptionalPath = Field(
        None,
        description="The folder of the search index. Left out: beside a SQLite file, else data/index.",
        examples=["data/index"],
    )
    semantic: bool = Field(
        True,  # a setting's default
        description="Whether search also goes by meaning, with a small model on this machine: on or off.",
        examples=["on"],
    )
    hf_endpoint: WebAddress = Field(
        "https://huggingface.co",
        description="Hugging Face, or a mirror of it.",
        examples=["https://huggingface.co"],
    )
    hf_token: Secret = Field(
        None,
        description="A Hugging Face access token; it only raises the number of requests that the site allows.",
        examples=["hf_AbCdEf"],
    )
    arxiv_html_url: WebAddress = Field(
        "https://arxiv.org",
        description="Where the whole text of a paper under discussion is read, as /html/ID and /pdf/ID: arXiv, or a "
        "mirror of it.",
        examples=["https://arxiv.org"],
    )
    arxiv: bool = Field(
        True,  # a setting's default
        description="Whether arXiv is asked beside Hugging Face, for what it announces and for categories: on or off.",
        examples=["on"],
    )
    arxiv_categories: Categories = Field(
        "cs.AI cs.CL cs.CV cs.LG",
        description="The arXiv categories whose announcements are fetched, beside those that topics and channels ask "
        "for.",
        examples=["cs.AI cs.CL cs.CV cs.LG"],
    )
    arxiv_announced: Kinds = Field(
        "new",
        description="Which announcements are fetched: new, cross (into another category), replace, replace-cross.",
        examples=["new cross"],
    )
    arxiv_rss_url: WebAddress = Field(
        "https://rss.arxiv.org",
        description="arXiv's feeds, or a mirror of them.",
        examples=["https://rss.arxiv.org"],
    )
    arxiv_api_url: WebAddress = Field(
        "https://export.arxiv.org/api/query",
        description="arXiv's API, or a mirror of it.",
        examples=["https://export.arxiv.org/api/query"],
    )
    arxiv_oai_url: WebAddress = Field(
        "https://oaipmh.arxiv.org/oai",
        description="arXiv's OAI-PMH server, or a mirror of it.",
        examples=["https://oaipmh.arxiv.org/oai"],
    )
    s2: bool = Field(
        False,  # a setting's default
        description="Whether Semantic Scholar is asked for citations, one-sentence summaries and fields of study: on "
        "or off.",
        examples=["on"],
    )
    s2_api_key: Secret = Field(
        None,
        description="A key of Semantic Scholar's API. Without one few questions go through.",
        examples=["AbCdEf0123"],
    )
    s2_api_url: WebAddress = Field(
        "https://api.semanticscholar.org",
        description="Semantic Scholar's API, or a mirror of it.",
        examples=["https://api.semanticscholar.org"],
    )
    llm_base_url: ModelServer = Field(
        None,
        description="A language model that words answers: any server that speaks OpenAI's chat API. Left out: answers "
        "are the papers' own passages.",
        examples=["http://localhost:11434/v1"],
    )
    llm_model: Models = Field(
        None,
        validate_default=True,
        description="The name of the model at that server; or several, parted by commas: the first is the usual one, "
        "and each server on Discord may choose another.",
        examples=["qwen3:8b"],
    )
    llm_api_key: Secret = Field(
        None,
        description="The key that the server asks for, if it does.",
        examples=["sk-AbCdEf"],
    )
    llm_tokens_a_day: Annotated[int, Field(ge=1)] | None = Field(
        1_000_000,
        description="How many tokens the model may read and write in a day (UTC); after that passages come instead.",
        examples=["1000000"],
    )
    llm_money_a_day: Annotated[Decimal, Field(gt=0)] | None = Field(
        None,
        description="What the model may cost in a day, in the currency of the two prices.",
        examples=["2.50"],
    )
    llm_prompt_price: Annotated[Decimal, Field(ge=0)] = Field(
        Decimal(0),
        description="What a million tokens that the model reads cost.",
        examples=["0.15"],
    )
    llm_answer_price: Annotated[Decimal, Field(ge=0)] = Field(
        Decimal(0),
        description="What a million tokens that the model writes cost.",
        examples=["0.60"],
    )
    llm_questions_a_person: Annotated[int, Field(ge=1)] = Field(
        50,
        description="How many questions of one person the model answers in a day (UTC); after that passages come.",
        examples=["50"],
    )
    llm_questions_a_server: Annotated[int, Field(ge=1)] = Field(
        500,
        description="How many questions of one server's members together it answers in a day.",
        examples=["500"],
    )
    feeds: Feeds = Field(
        "",
        description="Publishers' feeds (RSS or Atom) of new papers, each as NAME=ADDRESS, parted by spaces. Only these "
        "are ever asked, over https and in the public internet.",
        examples=[
            "ACL=https://aclanthology.org/papers/index.xml animals=https://connect.biorxiv.org/biorxiv_xml.php?subject=zoology"
        ],
    )
    biorxiv: Subjects = Field(
        "",
        description="The subjects of bioRxiv whose new preprints are fetched by its API, parted by commas, or all of "
        "them: all. Left out: it is not asked.",
        examples=["neuroscience, cell biology"],
    )
    medrxiv: Subjects = Field("", description="The same of medRxiv.", examples=["all"])
    biorxiv_api_url: WebAddress = Field(
        "https://api.biorxiv.org",
        description="The API of both, or a mirror of it.",
        examples=["https://api.biorxiv.org"],
    )
    papers_folder: OptionalPath = Field(
        None,
        description="A folder of reference files (.bib, .json) whose papers come into the store, and their changes.",
        examples=["data/papers"],
    )
    ledger_days: Annotated[int, Field(ge=MINIMUM_LEDGER_DAYS, le=36500)] = Field(
        180,
        description="For how many days the record of each delivery is kept. That a paper was posted to a channel is "
        "remembered for ever, so that it never comes twice.",
        examples=["180"],
    )
    discussion_days: Annotated[int, Field(ge=0, le=3650)] = Field(
        30,
        description="For how many days a thread remembers its last questions and what was answered, so that a question "
        "may go on from them; 0: not at all.",
        examples=["30"],
    )
    log_level: Annotated[
        Literal["debug", "info", "warning", "error"] | None,
        BeforeValidator(lambda value: value.lower() if isinstance(value, str) else value),
    ] = Field(
        None,
        description="How much is logged to standard error: debug, info, warning or error. Left out: info on Discord, "
        "error at a terminal, where the screen says the rest.",
        examples=["info"],
    )
    log_format: Literal["console", "json"] = Field(
        "console",
        description="How logs look: console for people, json for machines.",
        examples=["json"],
    )

    @property
    def index_folder(self) -> Path:
        """The search index's folder: as chosen, else beside a SQLite file, else ``data/index``."""
        if self.index_path is not None:
            return self.index_path
        url = make_url(self.database_url.get_secret_value())
        if url.get_backend_name() == "sqlite" and url.database and url.database != ":memory:":
            file = Path(url.database)
            return file.with_name(f"{file.stem}-index")
        return DEFAULT_INDEX

    @property
    def models(self) -> tuple[str, ...]:
        """The names of the models that are offered, the usual one first; none where none answers."""
        return read_models(self.llm_model or "") if self.llm_base_url is not None else ()

    @property
    def allowance(self) -> Allowance:
        """What the model may take in a day."""
        return Allowance(
            tokens=self.llm_tokens_a_day,
            money=self.llm_money_a_day,
            prompt_price=self.llm_prompt_price,
            answer_price=self.llm_answer_price,
            questions_a_person=self.llm_questions_a_person,
            questions_a_server=self.llm_questions_a_server,
        )

    @property
    def secrets(self) -> tuple[str, ...]:
        """Every value that must never be shown, for the log's redaction."""
        password = make_url(self.database_url.get_secret_value()).password
        values = [
            secret.get_secret_value()
            for secret in (self.discord_token, self.hf_token, self.s2_api_key, self.llm_api_key)
            if secret is not None
        ]
        return tuple(value for value in (*values, password) if value)

    @property
    def followed(self) -> tuple[str, ...]:
        """The chosen categories, as arXiv spells them."""
        return read_categories(self.arxiv_categories)

    @property
    def announced(self) -> tuple[str, ...]:
        """The chosen kinds of announcements."""
        return read_kinds(self.arxiv_announced)

    @property
    def feed_addresses(self) -> dict[str, str]:
        """The address of each feed by its name, in their order."""
        return read_feeds(self.feeds)

    @property
    def preprints(self) -> dict[str, frozenset[str]]:
        """The chosen subjects of each server of preprints that is asked."""
        chosen = {BIORXIV: read_subjects(self.biorxiv, BIORXIV), MEDRXIV: read_subjects(self.medrxiv, MEDRXIV)}
        return {server: subjects for server, subjects in chosen.items() if subjects}

    @property
    def ledger_kept(self) -> timedelta:
        """How long ended deliveries stay in the ledger."""
        return timedelta(days=self.ledger_days)

    @property
    def remembered(self) -> timedelta:
        """How long the turns of a thread are remembered."""
        return timedelta(days=self.discussion_days)

    def level(self, *, at_terminal: bool) -> int:
        """The threshold of the log as the standard library counts it."""
        name = self.log_level or ("error" if at_terminal else "info")
        return logging.getLevelNamesMapping()[name.upper()]


def load_settings(env_file: Path = ENV_FILE) -> Settings:
    """The settings of the environment and of ``env_file``; the environment wins.

    Raises:
        SettingsError: naming every wrong value and every misspelt name in the file at once.
    """
    problems = _misspelt(env_file)
    try:
        settings = Settings(_env_file=env_file)  # type: ignore[call-arg]  # pydantic-settings takes it, its types hide it
    except ValidationError as error:
        problems += [_problem(detail) for detail in error.errors(include_input=False, include_url=False)]
    except UnicodeDecodeError:
        problems.append(SettingProblem(str(env_file), "is not UTF-8 text", "save it as UTF-8"))
    if problems:
        raise SettingsError(tuple(problems)) from None
    return settings


def _problem(detail: Any) -> SettingProblem:
    name = str(detail["loc"][0])
    examples = Settings.model_fields[name].examples or [""]
    words = str(detail["msg"]).removeprefix("Value error, ").removeprefix("Input ")
    return SettingProblem(name.upper(), words, str(examples[0]))


def _misspelt(env_file: Path) -> list[SettingProblem]:
    """Names in the file that are almost, but not quite, a setting. Foreign names are none of our business."""
    if not env_file.is_file():
        return []
    known = [name.upper() for name in Settings.model_fields]
    problems = []
    try:
        names = dotenv_values(env_file, interpolate=False)
    except UnicodeDecodeError:
        return []
    for name in names:
        near = difflib.get_close_matches(name.upper(), known, n=1, cutoff=0.85)
        if name.upper() not in known and near:
            example = (Settings.model_fields[near[0].lower()].examples or [""])[0]
            problems.append(SettingProblem(name, f"is no setting; did you mean {near[0]}?", str(example)))
    return problems
