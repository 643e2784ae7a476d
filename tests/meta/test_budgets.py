"""Files and functions stay of a size that can be read in one go."""

import ast
from collections.abc import Iterator

from tests.meta.source_tree import PRODUCTION, Module, modules

FILE_LINES = 400
SOURCE_LINES = 150
FUNCTION_LINES = 60
POSITIONAL_PARAMETERS = 5
TEST_FUNCTION_LINES = 60

Function = ast.FunctionDef | ast.AsyncFunctionDef


def functions(module: Module) -> Iterator[Function]:
    return (node for node in module.nodes if isinstance(node, Function))


def length(function: Function) -> int:
    return (function.end_lineno or function.lineno) - function.lineno + 1


def is_command(function: Function) -> bool:
    """A command's parameters are its options: they are counted by their readers, not by this test."""
    return any("command" in ast.unparse(decorator) for decorator in function.decorator_list)


def test_a_file_fits_in_a_head() -> None:
    assert not [
        f"{module.path} has {lines} lines"
        for module in modules(*PRODUCTION, "tests", "benchmarks")
        if (lines := module.text.count("\n")) > FILE_LINES
    ]


def test_what_asks_a_source_is_short() -> None:
    """As docs/sources.md says: a source has days that are worth a look, a catalogue looks papers up."""
    asking = [
        module
        for module in modules("bot/sources")
        if {"days_now", "look_up"} & {function.name for function in functions(module)}
    ]
    assert len(asking) >= 5, "the rule looks at what there is"
    assert not [
        f"{module.path} has {lines} lines" for module in asking if (lines := module.text.count("\n")) > SOURCE_LINES
    ]


def test_a_function_fits_on_a_screen() -> None:
    assert not [
        f"{module.name}.{function.name} has {length(function)} lines"
        for module in modules(*PRODUCTION)
        for function in functions(module)
        if length(function) > FUNCTION_LINES
    ]


def test_a_call_can_be_read_without_counting() -> None:
    assert not [
        f"{module.name}.{function.name} takes {count}"
        for module in modules(*PRODUCTION)
        for function in functions(module)
        if (count := len([a for a in function.args.args if a.arg not in {"self", "cls"}])) > POSITIONAL_PARAMETERS
        and not is_command(function)
    ]


def test_a_test_tells_one_story() -> None:
    assert not [
        f"{module.path}: {function.name} has {length(function)} lines"
        for module in modules("tests")
        for function in functions(module)
        if function.name.startswith("test_") and length(function) > TEST_FUNCTION_LINES
    ]
