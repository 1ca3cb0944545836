"""The arrows between the layers: glue to adapters to bot, and each adapter to one library."""

import sys

import pytest
from source import ADAPTERS, INTEGRATION, imports, layer, modules

CLOCKS = {"time", "datetime", "random", "uuid", "secrets"}


def test_every_layer_was_found() -> None:
    assert {layer(path) for path in modules()} == {"glue", "bot", *ADAPTERS}
    assert sum(1 for path, tree in modules().items() for _ in imports(path, tree)) > 100


@pytest.mark.parametrize("path", [path for path in modules() if layer(path) == "bot"])
def test_bot_is_pure_standard_library(path: str) -> None:
    for name in imports(path, modules()[path]):
        assert name.startswith(".bot") or name.split(".")[0] in sys.stdlib_module_names, name
        assert name.split(".")[0] not in {"socket", "asyncio", "threading", "sqlite3", "ssl"}, name


@pytest.mark.parametrize("path", [path for path in modules() if layer(path) == "bot"])
def test_bot_has_no_clock_and_no_chance_of_its_own(path: str) -> None:
    taken = {name.split(".")[0] for name in imports(path, modules()[path])} & CLOCKS
    text = (INTEGRATION / path).read_text("utf-8")
    assert taken <= {"datetime"}, "time and chance come in as arguments"
    assert not any(word in text for word in (".now(tz", "datetime.now", "utcnow", "time.time("))


@pytest.mark.parametrize("path", [path for path in modules() if layer(path) in ADAPTERS])
def test_an_adapter_imports_the_bot_and_one_library(path: str) -> None:
    own = layer(path)
    for name in imports(path, modules()[path]):
        if name.startswith("."):
            assert name.split(".")[1] in {"bot", own}, name
        else:
            top = name.split(".")[0]
            assert top in sys.stdlib_module_names or top == ADAPTERS[own], name
            assert top != "sqlite3" or own == "store", name


def test_only_the_glue_imports_home_assistant() -> None:
    guilty = {
        path
        for path, tree in modules().items()
        if layer(path) != "glue"
        and any(name.split(".")[0] == "homeassistant" for name in imports(path, tree))
    }
    assert guilty == set()
