"""Files and functions stay of a size that can be read in one go."""

import ast
from collections.abc import Iterator

import pytest

from tests.meta.source_tree import PRODUCTION, Module, modules

FILE_LINES = 400
FUNCTION_LINES = 60
POSITIONAL_PARAMETERS = 5
TEST_FUNCTION_LINES = 60

Function = ast.FunctionDef | ast.AsyncFunctionDef


def functions(module: Module) -> Iterator[Function]:
    for node in ast.walk(module.tree):
        if isinstance(node, Function):
            yield node


def length(function: Function) -> int:
    return (function.end_lineno or function.lineno) - function.lineno + 1


def is_command(function: Function) -> bool:
    """A command's parameters are its options: they are counted by their readers, not by this test."""
    return any("command" in ast.unparse(decorator) for decorator in function.decorator_list)


@pytest.mark.parametrize("module", modules(*PRODUCTION, "tests", "benchmarks"), ids=lambda module: str(module.path))
def test_a_file_fits_in_a_head(module: Module) -> None:
    assert module.text.count("\n") <= FILE_LINES


@pytest.mark.parametrize("module", modules(*PRODUCTION), ids=lambda module: module.name)
def test_a_function_fits_on_a_screen(module: Module) -> None:
    too_long = {function.name: length(function) for function in functions(module) if length(function) > FUNCTION_LINES}
    assert not too_long


@pytest.mark.parametrize("module", modules(*PRODUCTION), ids=lambda module: module.name)
def test_a_call_can_be_read_without_counting(module: Module) -> None:
    crowded = {
        function.name: [argument.arg for argument in function.args.args]
        for function in functions(module)
        if len([a for a in function.args.args if a.arg not in {"self", "cls"}]) > POSITIONAL_PARAMETERS
        and not is_command(function)
    }
    assert not crowded


@pytest.mark.parametrize("module", modules("tests"), ids=lambda module: str(module.path))
def test_a_test_tells_one_story(module: Module) -> None:
    assert not {f.name for f in functions(module) if f.name.startswith("test_") and length(f) > TEST_FUNCTION_LINES}
