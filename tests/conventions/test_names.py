"""The words of the project."""

import ast
import re

from arrows import defined as defined_above, taken
import pytest
from source import ADAPTERS, INTEGRATION, ROOT, functions, layer, modules

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


@pytest.mark.parametrize("path", modules())
def test_each_way_of_telling_has_its_own_verb(path: str) -> None:
    """ADR 17: say, send, answer, mark told, report, notify, announce; a text is called so."""
    telling = {
        function.name
        for function in functions(modules()[path])
        if re.fullmatch(r"_?(tell|told)", function.name)
        and "property" not in {ast.unparse(each) for each in function.decorator_list}
    }
    assert telling == set()


def public() -> dict[tuple[str, str], set[str]]:
    """Return the names that other files take, by layer, with the files that define them.

    The adapters do not know each other, so each has its names for itself. A command is named after what it
    makes. What another file's name is bound to again is still one thing.
    """
    found: dict[tuple[str, str], set[str]] = {}
    for path, tree in modules().items():
        commands = {node.name for node in tree.body if isinstance(node, ast.ClassDef) and is_command(node)}
        for name in set(defined_above(tree)) - commands - bound_again(tree):
            if (path, name) in taken() and not name.startswith("_"):
                of = layer(path) if layer(path) in ADAPTERS else "the bot and its glue"
                found.setdefault((of, name), set()).add(path)
    return found


def bound_again(tree: ast.Module) -> set[str]:
    """Return the names that stand for the same name of another file: `fold = tongue.fold`."""
    plain = (
        node for node in tree.body if isinstance(node, ast.Assign) and isinstance(node.value, ast.Attribute)
    )
    return {
        name.id
        for node in plain
        for name in node.targets
        if isinstance(name, ast.Name) and name.id == ast.unparse(node.value).rpartition(".")[2]
    }


def is_command(node: ast.ClassDef) -> bool:
    return any(ast.unparse(base).endswith("Command") for base in node.bases)


def test_one_name_stands_for_one_thing() -> None:
    assert len(public()) > 500
    assert {name: sorted(files) for (_, name), files in public().items() if len(files) > 1} == {}


# What Home Assistant or Python looks for by its name.
LOOKED_FOR = re.compile(r"async_\w+|PARALLEL_UPDATES|CONFIG_SCHEMA|DinoxConfigFlow|__all__|_")
# Built by its name, in a thread of its own: `hass/connected_broker.py`.
BY_NAME = {"HaBroker"}


@pytest.mark.parametrize("path", modules())
def test_nothing_is_there_for_tests_alone(path: str) -> None:
    tree = modules()[path]
    names = (node for node in ast.walk(tree) if isinstance(node, ast.Name))
    read = {node.id for node in names if isinstance(node.ctx, ast.Load)}
    unused = {
        name
        for name in defined_above(tree)
        if name not in read and (path, name) not in taken() and not LOOKED_FOR.fullmatch(name)
    }
    assert unused - BY_NAME == set()
