"""The words of the project."""

import ast
import re

import pytest
from source import INTEGRATION, ROOT, functions, modules

BANNED_PART = re.compile(r"Manager|Handler|Helper|Utils?(?![a-z])|Info(?![a-z])|Data$|misc|(^|_)process(_|$)")
# Names that Home Assistant or a library calls, so that we cannot choose them.
FOREIGN = {"DeviceInfo"}


def defined(tree: ast.Module) -> set[str]:
    """Return the names of classes and functions a file defines."""
    classes = {node.name for node in ast.walk(tree) if isinstance(node, ast.ClassDef)}
    return (classes | {function.name for function in functions(tree)}) - FOREIGN


def test_names_were_found() -> None:
    assert sum(len(defined(tree)) for tree in modules().values()) > 300


@pytest.mark.parametrize("path", modules())
def test_no_banned_word_in_a_name(path: str) -> None:
    assert [name for name in sorted(defined(modules()[path])) if BANNED_PART.search(name)] == []


@pytest.mark.parametrize("path", modules())
def test_no_future_import_and_no_open_task(path: str) -> None:
    text = (INTEGRATION / path).read_text("utf-8")
    assert "from __future__" not in text
    assert "TODO" not in text
    assert "FIXME" not in text


@pytest.mark.parametrize("path", modules())
def test_a_docstring_says_something(path: str) -> None:
    tree = modules()[path]
    for function in functions(tree):
        docstring = ast.get_docstring(function)
        assert docstring is None or len(docstring.split()) >= 4, f"{function.name}: {docstring}"


@pytest.mark.parametrize("path", modules())
def test_a_broad_except_says_why(path: str) -> None:
    lines = (INTEGRATION / path).read_text("utf-8").splitlines()
    for node in ast.walk(modules()[path]):
        if (
            isinstance(node, ast.ExceptHandler)
            and isinstance(node.type, ast.Name)
            and node.type.id == "Exception"
        ):
            assert "#" in lines[node.lineno - 1], f"line {node.lineno}"


def test_the_project_names_no_machine() -> None:
    files = [
        path for pattern in ("*.py", "*.md", "*.json", "*.yaml", "*.toml") for path in ROOT.glob(pattern)
    ]
    files += [
        path for folder in ("docs", "scripts", "custom_components") for path in (ROOT / folder).rglob("*.*")
    ]
    files = [path for path in files if path.suffix in {".py", ".md", ".json", ".yaml", ".toml"}]
    assert len(files) > 40
    found = [str(path) for path in files if re.search(r"/(work|root|home/[a-z]+)/", path.read_text("utf-8"))]
    assert found == []
