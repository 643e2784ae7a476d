"""Rules of the repository that would only be wishes if nothing executed them."""

import ast
import re
import subprocess
from pathlib import Path

import pytest

from bot.settings import Settings
from tests.meta.source_tree import PRODUCTION, ROOT, modules

TOP_LEVEL = {
    "bot", "storage", "tests", "benchmarks", "docs", "pyproject.toml", "README.md", "Makefile",
    "requirements.lock", "requirements-dev.lock",
}  # fmt: skip
DRAWERS = {"utils", "util", "misc", "helpers", "helper", "common", "manager"}
TEXT = {".py", ".md", ".toml", ".lock", ".example", ".json", ".yml", ".cfg", ".txt", ""}


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)  # noqa: S607  # git of this machine
    if listed.returncode:
        pytest.skip("not a git checkout")
    return [ROOT / name for name in listed.stdout.decode().split("\0") if name and (ROOT / name).exists()]


def settings_in_example() -> dict[str, str]:
    found = re.findall(r"^# ([A-Z0-9_]+)=(.*)$", (ROOT / ".env.example").read_text(encoding="utf-8"), re.MULTILINE)
    return dict(found)


def test_the_example_file_lists_exactly_the_settings() -> None:
    assert list(settings_in_example()) == [name.upper() for name in Settings.model_fields]


def test_each_example_is_a_value_that_would_do(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in settings_in_example().items():
        monkeypatch.setenv(name, value)
    Settings(_env_file=None)  # type: ignore[call-arg]  # pydantic-settings takes it, its types hide it


def test_each_setting_says_what_it_is_for_in_the_example_file() -> None:
    text = " ".join((ROOT / ".env.example").read_text(encoding="utf-8").replace("\n# ", " ").split())
    for name, field in Settings.model_fields.items():
        assert field.description, name
        assert field.description in text, f"{name}: the example file tells something else"


def test_the_top_level_stays_tidy() -> None:
    top = {path.relative_to(ROOT).parts[0] for path in tracked()}
    assert {name for name in top if not name.startswith(".")} <= TOP_LEVEL


def test_no_module_is_a_drawer() -> None:
    assert not [module.name for module in modules(*PRODUCTION, "tests") if module.path.stem in DRAWERS]


def test_nothing_is_left_for_later() -> None:
    later = re.compile(r"\b(TODO|FIXME|XXX|NotImplementedError)\b|not implemented")
    assert not [
        f"{module.name}: {found.group()}" for module in modules(*PRODUCTION) if (found := later.search(module.text))
    ]


def test_no_error_is_swallowed() -> None:
    silent = [
        f"{module.path}:{handler.lineno}"
        for module in modules(*PRODUCTION)
        for handler in module.nodes
        if isinstance(handler, ast.ExceptHandler) and all(isinstance(line, ast.Pass) for line in handler.body)
    ]
    assert not silent, "say why with contextlib.suppress and a comment, or handle it"


def test_production_code_does_not_ask_whether_it_is_tested() -> None:
    assert not [module.name for module in modules(*PRODUCTION) if "pytest" in module.text.lower()]


def test_no_mock_without_a_spec() -> None:
    assert not [
        f"{module.path}:{node.lineno}"
        for module in modules("tests")
        for node in module.nodes
        if isinstance(node, ast.Call)
        and re.fullmatch(r"(mock\.)?(Magic|Async)?Mock", ast.unparse(node.func))
        and not {"spec", "spec_set"} & {keyword.arg for keyword in node.keywords}
    ]


def test_the_lock_files_pin_everything_and_name_no_index() -> None:
    for name in ("requirements.lock", "requirements-dev.lock"):
        text = (ROOT / name).read_text(encoding="utf-8")
        assert "://" not in text
        assert "--index" not in text
        for requirement in re.findall(r"^[A-Za-z0-9].*?(?=^[A-Za-z0-9]|\Z)", text, re.MULTILINE | re.DOTALL):
            assert re.match(r"[A-Za-z0-9._\[\]-]+==\S+", requirement), requirement
            assert "--hash=sha256:" in requirement, requirement


def test_no_file_holds_a_path_of_somebodys_machine() -> None:
    private = re.compile(r"/(root|work|opt)/\w|/(home|Users)/(?!somebody)\w")
    allowed = {Path(__file__)}
    for path in tracked():
        if path.suffix in TEXT and path not in allowed:
            found = private.search(path.read_text(encoding="utf-8", errors="replace"))
            assert not found, f"{path.relative_to(ROOT)}: {found.group()}"
