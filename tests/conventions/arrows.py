"""Which package stands above which, and what imports what: type-only imports are arrows like all others."""

import ast
from collections.abc import Iterator
from functools import cache

from source import ADAPTERS, layer, modules

# From the ground up: a package imports from lower floors and from itself, not from its own floor or above.
BOT = (
    ("text",),
    ("model",),
    ("ports", "payload", "peers", "pubsub"),
    ("discovery", "rendering", "delivery"),
    ("reading", "chat", "bridges", "alerts"),
    ("history",),
    ("alerts/rules",),
    ("commands",),
    ("dialogue", "forms", "importing"),
    ("bot",),
)
GLUE = (
    ("const",),
    ("entry", "hass"),
    ("peers", "probing"),
    ("issues",),
    ("runtime",),
    ("flows",),
    ("root",),
)
FOR_ADAPTERS = {"bot/model", "bot/ports", "bot/pubsub", "bot/text"}

FLOORS = {
    **{f"bot/{package}": floor for floor, packages in enumerate(BOT) for package in packages},
    **dict.fromkeys(ADAPTERS, len(BOT)),
    **{
        f"glue/{package}": len(BOT) + 1 + floor for floor, packages in enumerate(GLUE) for package in packages
    },
}
SIBLINGS = {"bot/alerts", "bot/chat", "bot/bridges", "bot/history"}


def package(path: str) -> str:
    """Return a file's package: `bot/alerts/rules`, `xmpp`, `glue/entry`; `glue/root` of one at the top."""
    first, *rest = path.removesuffix(".py").split("/")
    if path == "const.py":
        return "glue/const"
    if layer(path) == "glue":
        return f"glue/{first}" if rest else "glue/root"
    if first in ADAPTERS:
        return first
    return "bot/alerts/rules" if rest[:2] == ["alerts", "rules"] else f"bot/{rest[0]}"


@cache
def graph() -> dict[str, frozenset[str]]:
    """Return what each file imports of the integration, as paths; names of a package as its `__init__.py`."""
    return {path: frozenset(_targets(path, tree)) for path, tree in modules().items()}


def _targets(path: str, tree: ast.Module) -> set[str]:
    return {target for target, _ in _imported(path, tree)} - {path}


def _imported(path: str, tree: ast.Module) -> Iterator[tuple[str, ast.alias]]:
    """Yield the files of ours that a file imports from, each with what it imports."""
    folder = path.split("/")[:-1]
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.level:
            base = [*folder[: len(folder) - node.level + 1], *(node.module or "").split(".")]
            for alias in node.names:
                yield _file([part for part in base if part], alias.name), alias


@cache
def taken() -> frozenset[tuple[str, str]]:
    """Return the names that files take from other files of ours, each with the file that it is taken from."""
    found: set[tuple[str, str]] = set()
    for path, tree in modules().items():
        imported = list(_imported(path, tree))
        found |= {(target, alias.name) for target, alias in imported}
        files = {alias.asname or alias.name: target for target, alias in imported}
        found |= {
            (files[node.value.id], node.attr)
            for node in ast.walk(tree)
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in files
        }
    return frozenset(found)


def defined(tree: ast.Module) -> Iterator[str]:
    """Yield the names that a file defines for all of itself."""
    for node in tree.body:
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                yield node.name
            case ast.TypeAlias() | ast.AnnAssign():
                yield ast.unparse(node.name if isinstance(node, ast.TypeAlias) else node.target)
            case ast.Assign():
                every = (name for target in node.targets for name in ast.walk(target))
                yield from (name.id for name in every if isinstance(name, ast.Name))


def _file(base: list[str], name: str) -> str:
    """Return the file that `from base import name` reads."""
    candidates = ("/".join(base) + ".py", "/".join([*base, name]) + ".py")
    return next((file for file in candidates if file in modules()), "/".join([*base, "__init__.py"]))


def circles() -> list[set[str]]:
    """Return the sets of files that import one another in a circle."""
    reach = {path: _reachable(path) for path in graph()}
    found: list[set[str]] = []
    for path in graph():
        together = {other for other in reach[path] if path in reach[other]}
        if len(together) > 1 and together not in found:
            found.append(together)
    return found


def _reachable(start: str) -> set[str]:
    seen: set[str] = set()
    todo = [start]
    while todo:
        for path in graph().get(todo.pop(), ()):
            if path not in seen:
                seen.add(path)
                todo.append(path)
    return seen
