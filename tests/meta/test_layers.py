"""The house has one arrow: what stands below never imports what stands above."""

import pytest

from tests.meta.source_tree import PRODUCTION, Module, modules

# From the ground up. A package may import those on lower floors and itself, never a neighbour on its own floor.
FLOORS: tuple[tuple[str, ...], ...] = (
    ("storage.naming",),
    ("storage.records", "storage.query", "storage.errors"),
    ("storage.words",),
    ("storage",),
    ("bot.errors",),
    ("bot.core",),
    ("bot.render", "bot.answering", "bot.fulltext"),
    ("bot.ports",),
    ("bot.sources", "bot.sample", "bot.meaning", "bot.evaluation"),
    ("bot.services",),
    ("bot.pages",),
    ("bot.discord_ui", "bot.console", "bot.scheduler", "bot.settings", "bot.logs"),
    ("bot.app",),
    ("bot.cli",),
    ("bot.__main__",),
)

# Libraries that only one place may know.
ONLY_IN = {
    "discord": ("bot.discord_ui",),
    "sqlalchemy": ("storage", "bot.settings"),
    "tantivy": ("storage.search_index", "storage.words"),
    "alembic": ("storage",),
    "httpx": ("bot.sources", "bot.answering.chat", "bot.app"),
    "apscheduler": ("bot.scheduler",),
    "prompt_toolkit": ("bot.console",),
    "typer": ("bot.cli",),
    "onnxruntime": ("bot.meaning",),
    "numpy": ("bot.meaning",),
    "selectolax": ("bot.fulltext",),
    "pypdfium2": ("bot.fulltext",),
}

# What decides stays pure: no clock, no network, no threads, no files.
IMPURE = ("asyncio", "httpx", "discord", "sqlalchemy", "time", "random", "os", "socket", "pathlib", "structlog")
PURE = ("bot.core", "bot.render", "bot.answering.extractive", "storage.records", "storage.query", "storage.words")


def within(name: str, package: str) -> bool:
    return name == package or name.startswith(f"{package}.")


def place(name: str) -> tuple[int, str] | None:
    """The floor and the package of a module: the most particular one that is listed."""
    found = [(floor, package) for floor, row in enumerate(FLOORS) for package in row if within(name, package)]
    return max(found, key=lambda entry: len(entry[1]), default=None)


@pytest.mark.parametrize("module", modules(*PRODUCTION), ids=lambda module: module.name)
def test_a_module_imports_only_what_stands_below_it(module: Module) -> None:
    if module.name in PRODUCTION:
        return
    here = place(module.name)
    assert here is not None, f"{module.name} stands on no floor; give it one in this test"
    known = {other.name for other in modules(*PRODUCTION)}
    for imported in module.imports():
        there = place(imported) if imported in known else None
        if there is None:
            continue
        assert there[0] < here[0] or there[1] == here[1], f"{module.name} must not import {imported}"


@pytest.mark.parametrize("library", ONLY_IN)
def test_a_library_is_known_in_one_place_only(library: str) -> None:
    strangers = {
        module.name
        for module in modules(*PRODUCTION)
        if any(within(imported, library) for imported in module.imports())
        and not any(within(module.name, home) for home in ONLY_IN[library])
    }
    assert not strangers


def test_what_decides_is_pure() -> None:
    impure = {
        f"{module.name} imports {imported}"
        for module in modules(*PRODUCTION)
        if any(within(module.name, package) for package in PURE)
        for imported in module.imports()
        if imported.split(".")[0] in IMPURE
    }
    assert not impure


def test_storage_does_not_know_the_bot() -> None:
    assert not [module.name for module in modules("storage") if any(within(name, "bot") for name in module.imports())]
