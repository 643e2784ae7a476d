"""What the README says is so: each command, setting, target, permission and picture of it exists; none is missing."""

import re

import pytest
from typer.main import get_command

from bot.cli.commands import app
from bot.core.parse_query import parse_query
from bot.discord_ui.permissions import INVITE
from bot.render.help import GROUPS
from bot.settings import Settings
from tests.meta.source_tree import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")


def section(title: str) -> str:
    found = re.search(rf"^##+ {re.escape(title)}$(.*?)(?=^##? |\Z)", README, re.MULTILINE | re.DOTALL)
    assert found, title
    return found.group(1)


@pytest.mark.parametrize("name", [name.upper() for name in Settings.model_fields])
def test_every_setting_is_explained(name: str) -> None:
    assert f"| `{name}` |" in section("Settings")


def test_no_setting_is_explained_that_does_not_exist() -> None:
    explained = re.findall(r"^\| `([A-Z0-9_]+)` \|", section("Settings"), re.MULTILINE)
    assert explained == [name.upper() for name in Settings.model_fields]


@pytest.mark.parametrize("command", sorted(getattr(get_command(app), "commands", {})))
def test_every_command_of_the_shell_is_named(command: str) -> None:
    assert f"`paperboy {command}" in section("At a shell")


@pytest.mark.parametrize("command", [example.command for group in GROUPS.values() for example in group])
def test_every_command_of_discord_is_named(command: str) -> None:
    root, _, rest = command.partition(" ")
    rows = [line for line in section("On Discord").splitlines() if line.startswith("|") and f"`{root}" in line]
    assert rows, root
    subcommand = rest.split(" ")[0]
    if root in {"/channels", "/papers", "/topics", "/privacy"}:
        assert any(f"{subcommand}`" in row for row in rows), command


def test_the_invitation_asks_for_what_is_needed() -> None:
    assert f"permissions={INVITE.value}`" in README


@pytest.mark.parametrize("target", sorted(set(re.findall(r"(?:^|`)make ([a-z]+)", README, re.MULTILINE))))
def test_every_make_target_exists(target: str) -> None:
    assert re.search(rf"^{target}:", MAKEFILE, re.MULTILINE)


@pytest.mark.parametrize("path", re.findall(r"!?\[[^\]]*\]\((?!https?:)([^)]+)\)", README))
def test_every_local_link_leads_somewhere(path: str) -> None:
    assert (ROOT / path).exists()


def test_every_example_of_the_query_language_can_be_read() -> None:
    rows = re.findall(r"^\| (`.+?) \|", section("What you can ask for"), re.MULTILINE)
    examples = [example for row in rows for example in re.findall(r"`([^`]+)`", row)]
    assert len(examples) >= 10
    for example in examples:
        if not example.endswith(":") or example.count(":") > 1:
            parse_query(f"paper {example}" if example.startswith("-") else example)
