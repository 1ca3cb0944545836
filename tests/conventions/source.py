"""The integration's own source, as every convention test reads it."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
INTEGRATION = ROOT / "custom_components" / "dinox_mqtt_bot"


@cache
def modules() -> dict[str, ast.Module]:
    """Return every Python file of the integration, parsed, by its path inside the integration."""
    files = sorted(INTEGRATION.rglob("*.py"))
    return {str(file.relative_to(INTEGRATION)): ast.parse(file.read_text("utf-8")) for file in files}


ADAPTERS = {"broker": "paho", "xmpp": "slixmpp", "store": "sqlite3"}
LAYERS = ("bot", *ADAPTERS)


def layer(path: str) -> str:
    """Return `bot`, `broker`, `xmpp`, `store` or, for all other folders and the files at the top, `glue`."""
    first = path.split("/", maxsplit=1)[0]
    return first if first in LAYERS else "glue"


def imports(path: str, tree: ast.Module) -> Iterator[str]:
    """Yield the dotted names a file imports; relative ones with the integration's folders: `.bot.topics`."""
    package = path.split("/")[:-1]
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield node.module or ""
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1]
            names = [node.module] if node.module else [alias.name for alias in node.names]
            yield from ("." + ".".join([*base, name]) for name in names)


def functions(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Yield every function and method, nested ones too."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node
