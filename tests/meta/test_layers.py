"""The house has one arrow: what stands below never imports what stands above."""

from tests.meta.source_tree import PRODUCTION, modules

# From the ground up. A package may import those on lower floors and itself, never a neighbour on its own floor.
FLOORS: tuple[tuple[str, ...], ...] = (
    ("storage.naming",),
    ("storage.records", "storage.query", "storage.errors"),
    ("storage.words",),
    ("storage",),
    ("bot.errors",),
    ("bot.core",),
    ("bot.render", "bot.answering", "bot.fulltext", "bot.setting_types"),
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
    "sqlalchemy": ("storage", "bot.setting_types", "bot.settings"),
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


def test_every_module_stands_on_a_floor() -> None:
    homeless = [
        module.name for module in modules(*PRODUCTION) if module.name not in PRODUCTION and not place(module.name)
    ]
    assert not homeless, "give it one in this test"


def test_a_module_imports_only_what_stands_below_it() -> None:
    floors = {module.name: place(module.name) for module in modules(*PRODUCTION)}
    upward = [
        f"{module.name} must not import {imported}"
        for module in modules(*PRODUCTION)
        if (here := floors[module.name])
        for imported in module.imports
        if (there := floors.get(imported)) and not (there[0] < here[0] or there[1] == here[1])
    ]
    assert not upward


def test_a_library_is_known_in_one_place_only() -> None:
    strangers = {
        f"{module.name} must not import {library}"
        for module in modules(*PRODUCTION)
        for imported in module.imports
        if (library := imported.split(".")[0]) in ONLY_IN
        and not any(within(module.name, home) for home in ONLY_IN[library])
    }
    assert not strangers


def test_what_decides_is_pure() -> None:
    impure = {
        f"{module.name} imports {imported}"
        for module in modules(*PRODUCTION)
        if any(within(module.name, package) for package in PURE)
        for imported in module.imports
        if imported.split(".")[0] in IMPURE
    }
    assert not impure


def test_storage_does_not_know_the_bot() -> None:
    assert not [module.name for module in modules("storage") if any(within(name, "bot") for name in module.imports)]
