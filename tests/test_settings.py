from pathlib import Path

import pytest

from bot.core.feeds import NAMES_TAKEN
from bot.core.preprints import SUBJECTS
from bot.errors import SettingsError
from bot.render.status import SOURCES
from bot.sample import SAMPLE
from bot.settings import load_settings

NOWHERE = Path("no-such-file.env")


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DISCORD_TOKEN", "DISCORD_API_URL", "DATABASE_URL", "INDEX_PATH", "HF_ENDPOINT", "HF_TOKEN", "ARXIV"):
        monkeypatch.delenv(name, raising=False)
    for name in ("LOG_LEVEL", "LOG_FORMAT"):
        monkeypatch.delenv(name, raising=False)


def test_everything_has_a_default() -> None:
    settings = load_settings(NOWHERE)
    assert settings.discord_token is None
    assert settings.hf_endpoint == "https://huggingface.co"
    assert settings.index_folder == Path("data/paperboy-index")


def test_every_wrong_value_is_reported_at_once_with_its_name_and_an_example(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "huggingface")
    monkeypatch.setenv("LOG_FORMAT", "xml")
    monkeypatch.setenv("DATABASE_URL", "mysql://somebody:hunter2@db/papers")
    with pytest.raises(SettingsError) as caught:
        load_settings(NOWHERE)
    assert {problem.name for problem in caught.value.problems} == {"HF_ENDPOINT", "LOG_FORMAT", "DATABASE_URL"}
    message = str(caught.value)
    assert "HF_ENDPOINT=https://huggingface.co" in message
    assert "'console' or 'json'" in message
    assert "hunter2" not in message


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DISCORD_TOKEN", "Bot abc.def.ghi"),
        ("DISCORD_API_URL", "ftp://discord.com"),
        ("DISCORD_API_URL", "https://"),
        ("DATABASE_URL", "paperboy.db"),
        ("LOG_LEVEL", "loud"),
        ("LOG_FORMAT", "yaml"),
        ("HF_ENDPOINT", "https://hugging face.co"),
        ("LLM_BASE_URL", "localhost:11434"),
        ("LLM_TOKENS_A_DAY", "0"),
        ("LLM_MONEY_A_DAY", "free"),
        ("LLM_PROMPT_PRICE", "-1"),
        ("FEEDS", "https://journal.example/feed.xml"),
        ("FEEDS", "journal"),
        ("FEEDS", "journal=http://journal.example/feed.xml"),
        ("FEEDS", "journal=https://"),
        ("FEEDS", "journal=https://[journal.example/"),
        ("FEEDS", "journal=https://journal.example:99999999/"),
        ("FEEDS", "journal=https://me:secret@journal.example/"),
        ("FEEDS", "journal=https://a.example/ Journal=https://b.example/"),
        ("FEEDS", "arXiv=https://journal.example/"),
        ("FEEDS", "a_name=https://journal.example/"),
        ("FEEDS", "papers=https://rss.arxiv.org/rss/cs.CL"),
        ("FEEDS", "papers=https://huggingface.co/feed"),
        ("BIORXIV", "neurosience"),
        ("BIORXIV", "neuroscience bioinformatics"),
        ("MEDRXIV", "cell biology"),
    ],
)
def test_a_wrong_value_is_refused(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match=name):
        load_settings(NOWHERE)


def test_each_feed_has_a_name_and_an_address(monkeypatch: pytest.MonkeyPatch) -> None:
    assert load_settings(NOWHERE).feed_addresses == {}
    monkeypatch.setenv("FEEDS", "bioRxiv=https://a.example/x.php?subject=a,b&n=1  ACL-2=https://b.example:8443/feed")
    addresses = {"bioRxiv": "https://a.example/x.php?subject=a,b&n=1", "ACL-2": "https://b.example:8443/feed"}
    assert load_settings(NOWHERE).feed_addresses == addresses


def test_no_feed_may_be_called_as_another_source_is() -> None:
    assert {name.removesuffix(" details") for name in SOURCES} - SUBJECTS.keys() | {SAMPLE} <= NAMES_TAKEN


def test_subjects_are_those_of_the_server_however_they_are_written(monkeypatch: pytest.MonkeyPatch) -> None:
    assert load_settings(NOWHERE).preprints == {}
    monkeypatch.setenv("BIORXIV", "Neuroscience, cell_biology,")
    monkeypatch.setenv("MEDRXIV", "HIV/AIDS, all")
    assert load_settings(NOWHERE).preprints == {
        "biorxiv": frozenset({"neuroscience", "cell biology"}),
        "medrxiv": frozenset({"all"}),
    }


def test_one_server_is_not_read_in_two_ways_under_one_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FEEDS", "bioRxiv=https://connect.biorxiv.org/biorxiv_xml.php?subject=all")
    assert load_settings(NOWHERE).feed_addresses
    monkeypatch.setenv("BIORXIV", "all")
    with pytest.raises(SettingsError, match="FEEDS has a feed called 'bioRxiv', too; leave out one"):
        load_settings(NOWHERE)


def test_a_model_server_needs_the_name_of_a_model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LLM_BASE_URL", "http://localhost:11434/v1")
    with pytest.raises(SettingsError, match="LLM_MODEL: is needed where LLM_BASE_URL is set"):
        load_settings(NOWHERE)


def test_several_models_may_be_offered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LLM_MODEL", "qwen3:8b, org/large 1 ,qwen3:8b,")
    assert load_settings(NOWHERE).models == ()
    monkeypatch.setenv("LLM_BASE_URL", "http://localhost:11434/v1")
    assert load_settings(NOWHERE).models == ("qwen3:8b", "org/large 1")
    monkeypatch.setenv("LLM_MODEL", " , ")
    with pytest.raises(SettingsError, match="LLM_MODEL: is needed"):
        load_settings(NOWHERE)


@pytest.mark.parametrize("name", ["passages", "extractive"])
def test_no_model_may_be_called_as_answers_without_one_are(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv("LLM_BASE_URL", "http://localhost:11434/v1")
    monkeypatch.setenv("LLM_MODEL", f"qwen3:8b, {name}")
    with pytest.raises(SettingsError, match=f"LLM_MODEL: '{name}' is what Paperboy itself calls"):
        load_settings(NOWHERE)


def test_the_key_of_a_model_is_a_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LLM_API_KEY", "sk-secret")
    settings = load_settings(NOWHERE)
    assert "sk-secret" in settings.secrets
    assert "sk-secret" not in repr(settings)


def test_an_empty_value_counts_as_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISCORD_TOKEN", "")
    monkeypatch.setenv("LOG_LEVEL", "")
    settings = load_settings(NOWHERE)
    assert settings.discord_token is None
    assert settings.log_level is None


def test_the_environment_wins_over_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / ".env"
    file.write_text("HF_ENDPOINT=https://file.example\nLOG_LEVEL=INFO\n")
    monkeypatch.setenv("HF_ENDPOINT", "https://environment.example/")
    settings = load_settings(file)
    assert settings.hf_endpoint == "https://environment.example"
    assert settings.log_level == "info"


def test_a_misspelt_name_in_the_file_is_named_with_the_right_one(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("DISCORD_TOKN=abc\nSOMETHING_ELSE=1\n")
    with pytest.raises(SettingsError, match="did you mean DISCORD_TOKEN") as caught:
        load_settings(file)
    assert len(caught.value.problems) == 1
    assert "abc" not in str(caught.value)


def test_a_file_that_is_not_text_is_named(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_bytes(b"DISCORD_TOKEN=\xff\xfe\x00")
    with pytest.raises(SettingsError, match="UTF-8"):
        load_settings(file)


def test_no_secret_shows_in_a_repr(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISCORD_TOKEN", "very-secret-token")
    monkeypatch.setenv("HF_TOKEN", "hf_alsosecret")
    monkeypatch.setenv("DATABASE_URL", "postgresql://paperboy:hunter2@db/papers")
    settings = load_settings(NOWHERE)
    shown = f"{settings!r} {settings} {settings.model_dump()}"
    assert not [secret for secret in settings.secrets if secret in shown]
    assert len(settings.secrets) == 3


@pytest.mark.parametrize(
    ("url", "folder"),
    [
        ("sqlite+aiosqlite:///data/paperboy.db", "data/paperboy-index"),
        ("sqlite+aiosqlite:////srv/papers/mine.sqlite", "/srv/papers/mine-index"),
        ("postgresql://db/papers", "data/index"),
    ],
)
def test_the_index_stands_beside_the_store(url: str, folder: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", url)
    assert load_settings(NOWHERE).index_folder == Path(folder)
