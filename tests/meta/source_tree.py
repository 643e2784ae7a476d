"""The repository's own Python files, read as syntax trees: what the rules about the code are checked on."""

import ast
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
    def nodes(self) -> tuple[ast.AST, ...]:
        """Its syntax tree, walked; read when the first rule looks at it, since every worker collects all tests."""
        return tuple(ast.walk(ast.parse(self.text)))

    @cached_property
    def imports(self) -> tuple[str, ...]:
        """Every module that is imported anywhere in the file, inside functions too."""
        found: list[str] = []
        for node in self.nodes:
            if isinstance(node, ast.Import):
                found += [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.module:
                found += [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        return tuple(found)


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
