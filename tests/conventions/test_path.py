"""The path of a message that CONTRIBUTING prints is the one the code takes."""

import ast
from collections.abc import Iterator
import re

from source import INTEGRATION, ROOT, functions, modules

LOOK_UPS = {"now", "best", "learn", "presence", "covers", "tells", "_news", "_is_cleared"} | {
    *("_changed", "_speak", "_wake", "wake"),
}
"""What `receive` calls to know more, or to see what is due: no step of the path."""

WAY_OUT = {"skip"}
"""Where a message is acknowledged without becoming a row."""


def printed() -> list[str]:
    """Return the steps between Readings and announce as CONTRIBUTING prints them: `Alerts.judge`."""
    text = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    line = next(line for line in text.splitlines() if line.startswith("Readings.read → "))
    return line.split(" → ")


def taken(name: str) -> Iterator[str]:
    """Yield the methods that a method of the bot calls, in the order of the text; its own are looked into."""
    bot = {function.name: function for function in functions(modules()["bot/bot.py"])}
    calls = [node for node in ast.walk(bot[name]) if isinstance(node, ast.Call)]
    for call in sorted(calls, key=lambda node: (node.lineno, node.col_offset)):
        words = ast.unparse(call.func).split(".")
        if words[0] != "self" or words[-1] in LOOK_UPS | WAY_OUT:
            continue
        if len(words) == 2 and words[1] in bot:
            yield from taken(words[1])
        else:
            yield words[-1]


def test_the_printed_path_is_taken() -> None:
    assert [step.rpartition(".")[2] for step in printed()] == list(taken("receive"))
    assert len(printed()) > 5


def test_every_step_is_where_it_says() -> None:
    methods = {
        (node.name, function.name)
        for path, tree in modules().items()
        if path.startswith("bot/")
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
        for function in node.body
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    assert {tuple(step.split(".")) for step in printed()[:-1]} <= methods


def test_every_file_that_contributing_names_is_there() -> None:
    """Whole paths, and files beside one that was named before."""
    named = re.findall(r"`([\w./*]+\.(?:py|md|json|yaml))`", (ROOT / "CONTRIBUTING.md").read_text("utf-8"))
    folders = {ROOT, INTEGRATION}
    for path in named:
        found = [file for folder in folders for file in folder.glob(path)]
        assert found, path
        folders |= {file.parent for file in found}
    assert len(named) > 20
