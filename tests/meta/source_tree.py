"""The repository's own Python files, read as syntax trees: what the rules about the code are checked on."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

ROOT = Path(__file__).parents[2]
PRODUCTION = ("bot", "storage")


@dataclass(frozen=True)
class Module:
    path: Path
    name: str
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        """Parsed when a rule looks at it: every worker collects all tests, and runs a few."""
        return ast.parse(self.text)

    def imports(self) -> Iterator[str]:
        """Every module that is imported anywhere in the file, inside functions too."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module:
                yield node.module
                yield from (f"{node.module}.{alias.name}" for alias in node.names)


@cache
def modules(*folders: str) -> tuple[Module, ...]:
    """The Python files below ``folders``, sorted by path."""
    found = []
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")):
            parts = path.relative_to(ROOT).with_suffix("").parts
            name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
            text = path.read_text(encoding="utf-8")
            found.append(Module(path.relative_to(ROOT), name, text))
    return tuple(found)
