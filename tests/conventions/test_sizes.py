"""Sizes of files and functions, and how deep they nest."""

import ast
from collections.abc import Iterator

import pytest
from source import INTEGRATION, functions, modules

NESTING = (ast.If, ast.For, ast.AsyncFor, ast.While, ast.With, ast.AsyncWith, ast.Try, ast.Match)


def length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Count the lines of a function without its docstring."""
    first = function.body[0]
    documented = ast.get_docstring(function) is not None
    docstring = (first.end_lineno or 0) - first.lineno + 1 if documented else 0
    return (function.end_lineno or 0) - function.lineno + 1 - docstring


def depth(nodes: Iterator[ast.AST], level: int = 0) -> int:
    """Return the deepest nesting of control flow; an `elif` is as deep as its `if`."""
    deepest = level
    for node in nodes:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        inner = level + isinstance(node, NESTING)
        if isinstance(node, ast.If) and len(node.orelse) == 1 and isinstance(node.orelse[0], ast.If):
            deepest = max(deepest, depth(iter(node.orelse), level), depth(iter(node.body), inner))
            continue
        deepest = max(deepest, depth(ast.iter_child_nodes(node), inner))
    return deepest


def test_functions_were_found() -> None:
    assert sum(1 for tree in modules().values() for _ in functions(tree)) > 200


@pytest.mark.parametrize("path", modules())
def test_a_file_has_at_most_500_lines(path: str) -> None:
    assert len((INTEGRATION / path).read_text("utf-8").splitlines()) <= 500


@pytest.mark.parametrize("path", modules())
def test_a_function_has_at_most_50_lines(path: str) -> None:
    long = {
        function.name: length(function) for function in functions(modules()[path]) if length(function) > 50
    }
    assert long == {}


@pytest.mark.parametrize("path", modules())
def test_a_function_nests_at_most_three_deep(path: str) -> None:
    deep = {function.name: depth(iter(function.body)) for function in functions(modules()[path])}
    assert {name: level for name, level in deep.items() if level > 3} == {}
