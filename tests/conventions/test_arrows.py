"""The rooms of the house: imports go down, never in a circle, and no part holds its owner."""

import ast
import re

from arrows import FLOORS, FOR_ADAPTERS, SIBLINGS, circles, graph, package
import pytest
from source import ADAPTERS, INTEGRATION, functions, layer, modules

MANY_IMPORTS = {"bot/bot.py", "runtime/build.py"}
OWNERS = {"Bot", "BotRuntime"}


def test_every_package_was_found() -> None:
    assert {package(path) for path in modules() if not path.endswith("__init__.py")} == set(FLOORS)
    assert sum(len(targets) for targets in graph().values()) > 500


@pytest.mark.parametrize("path", modules())
def test_imports_go_down(path: str) -> None:
    own = package(path)
    wrong = [
        target
        for target in graph()[path]
        if package(target) != own and FLOORS[package(target)] >= FLOORS[own]
    ]
    assert wrong == []


def test_siblings_do_not_know_each_other() -> None:
    wrong = [
        (path, target)
        for path, targets in graph().items()
        for target in targets
        if {package(path), package(target)} <= SIBLINGS and package(path) != package(target)
    ]
    assert wrong == []


@pytest.mark.parametrize("adapter", ADAPTERS)
def test_an_adapter_takes_values_and_ports_of_the_bot(adapter: str) -> None:
    taken = {package(target) for path in graph() if package(path) == adapter for target in graph()[path]}
    assert len(taken) > 1
    assert taken <= FOR_ADAPTERS | {adapter}


def test_no_circle_of_files() -> None:
    assert circles() == []


def test_nothing_is_imported_for_types_alone() -> None:
    assert [path for path in modules() if "TYPE_CHECKING" in (INTEGRATION / path).read_text("utf-8")] == []


@pytest.mark.parametrize("path", [path for path in modules() if path.endswith("__init__.py") and "/" in path])
def test_a_package_imports_nothing(path: str) -> None:
    assert graph()[path] == set()


@pytest.mark.parametrize("path", modules())
def test_a_file_imports_at_most_15_of_ours(path: str) -> None:
    assert path in MANY_IMPORTS or len(graph()[path]) <= 15


# What everybody speaks in: words, values, ports, keys (ADR 46).
SPOKEN = {"bot/text", "bot/model", "bot/ports", "glue/const"}


def test_a_file_imports_few_of_ours_on_average() -> None:
    arrows = [target for targets in graph().values() for target in targets]
    deeds = [target for target in arrows if package(target) not in SPOKEN]
    assert len(arrows) / len(graph()) < 5.2
    assert 2 < len(deeds) / len(graph()) < 2.7


@pytest.mark.parametrize("path", modules())
def test_no_constructor_takes_its_owner(path: str) -> None:
    taken = [
        f"{function.name}({argument.arg})"
        for function in functions(modules()[path])
        if function.name == "__init__"
        for argument in (*function.args.args, *function.args.kwonlyargs)
        if argument.annotation and ast.unparse(argument.annotation) in OWNERS
    ]
    assert (layer(path) == "glue" and "/" not in path) or taken == []


@pytest.mark.parametrize("path", [path for path in modules() if layer(path) == "glue"])
def test_nobody_reaches_through_the_bot_to_its_ports(path: str) -> None:
    reached = [
        ast.unparse(node)
        for node in ast.walk(modules()[path])
        if isinstance(node, ast.Attribute) and re.search(r"bot\.(ports|alerts\.engine)\.", ast.unparse(node))
    ]
    assert reached == []


def test_folders_hold_few_files() -> None:
    counted: dict[str, int] = {}
    for path in modules():
        folder = path.rpartition("/")[0]
        counted[folder] = counted.get(folder, 0) + 1
    assert counted[""] <= 20  # Home Assistant looks for its platforms there, by their names
    assert max(counted.values()) <= 27
