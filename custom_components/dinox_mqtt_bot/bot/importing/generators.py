"""Alerts of Alert2 that are written once for each element of a list."""

from collections.abc import Mapping
import re

from .conditions import ENTITY_ID, LONGEST_TEMPLATE
from .recognise import Fields, text

type Element = Mapping[str, str | float]
"""What an alert's templates call one element of the list, and all that it holds."""

_MOST_FIELDS = 40
_MOST_WITHIN = 10
_DEEPEST = 3
_NESTED = frozenset({"threshold", "trigger", "triggers", "trigger_on", "notifier"})
_PLAIN = re.compile(r"[\w .:/%-]{1,100}")
_NAME = re.compile(r"[A-Za-z]\w*")
_WRITTEN = re.compile(r"\{\{-?\s*\[([^\[\]{}]*)\]\s*-?\}\}")
_ITEM = re.compile(r"\s*(?:'([^']*)'|\"([^\"]*)\"|(-?\d+(?:\.\d+)?))\s*(?:,|\Z)")
_TEMPLATE = re.compile(r"\{\{[^{}]*\}\}")
_QUOTED = r"(?:'[^'{}]*'|\"[^\"{}]*\")"
_CHAIN = re.compile(rf"{_QUOTED}(?:\s*[+~]\s*{_QUOTED})+")
_CHOICE = re.compile(rf"\[\s*({_QUOTED}(?:\s*,\s*{_QUOTED})*)\s*\]\[(\d{{1,3}})\]")
_PIECE = re.compile(_QUOTED)
_ALONE = re.compile(rf"\{{\{{-?\s*(?:({_QUOTED})|(-?\d+(?:\.\d+)?))\s*-?\}}\}}")


def elements(generator: object, most: int) -> list[Element]:
    """Return the first elements of a list that stands there, none of what would have to be searched for."""
    rows = generator[: max(0, most)] if isinstance(generator, list) else _written(text(generator))
    found = [_element(row) for row in rows]
    return [each | {"genIdx": at} for at, each in enumerate(found)] if all(found) else []


def alert_of(fields: Fields, element: Element) -> Fields:
    """Return the alert of one element: its name and its conditions, with the element in their place."""
    depths = {name: 0 if name in _NESTED else _DEEPEST for name in fields}
    made = {name: _filled(value, element, depths[name]) for name, value in fields.items()}
    if "{" in text(made.get("name")):
        made["name"] = " ".join(str(value) for name, value in element.items() if name != "genIdx")
    return {name: value for name, value in made.items() if name not in {"generator", "generator_name"}}


def _written(said: str) -> list[str]:
    """Return the texts and numbers of a list that a template writes out, none of any other template."""
    found = _WRITTEN.fullmatch(said) if len(said) <= LONGEST_TEMPLATE else None
    listed, at = found[1].rstrip() if found else "", 0
    items: list[str] = []
    while at < len(listed):
        item = _ITEM.match(listed, at)
        if item is None:
            return []
        items.append(next(each for each in item.groups() if each is not None))
        at = item.end()
    return items


def _element(row: object) -> dict[str, str | float]:
    """Return what an element is called and what it holds; nothing, if that is more than a plain text."""
    if isinstance(row, Mapping):
        held = {str(name): value for name, value in row.items()} if len(row) <= _MOST_FIELDS else {}
    else:
        held = {"genEntityId" if ENTITY_ID.fullmatch(text(row)) else "genElem": row}
    if not all(_NAME.fullmatch(name) and _PLAIN.fullmatch(text(value)) for name, value in held.items()):
        return {}
    return {name: value if type(value) in {int, float} else text(value) for name, value in held.items()}


def _filled(said: object, element: Element, depth: int) -> object:
    """Return what is said with the element in its place; what is too much stays as it is."""
    if isinstance(said, str):
        return _with_element(said, element) if len(said) <= LONGEST_TEMPLATE else said
    if not isinstance(said, (Mapping, list)) or depth >= _DEEPEST or len(said) > _MOST_WITHIN:
        return said
    if isinstance(said, list):
        return [_filled(each, element, depth + 1) for each in said]
    return {str(name): _filled(value, element, depth + 1) for name, value in said.items()}


def _with_element(said: str, element: Element) -> str:
    names = re.compile(rf"(?<![\w.'\"])(?:{'|'.join(map(re.escape, element))})(?![\w'\"])")

    def literal(found: re.Match[str]) -> str:
        value = element[found[0]]
        return f"'{value}'" if isinstance(value, str) else str(value)

    def filled(found: re.Match[str]) -> str:
        written = _CHAIN.sub(_joined, names.sub(literal, found[0]))
        return _ALONE.sub(_bare, _CHOICE.sub(_chosen, written))

    return _TEMPLATE.sub(filled, said)


def _joined(found: re.Match[str]) -> str:
    return "'" + "".join(each[1:-1] for each in _PIECE.findall(found[0])) + "'"


def _chosen(found: re.Match[str]) -> str:
    choices = _PIECE.findall(found[1])
    return choices[int(found[2])] if int(found[2]) < len(choices) else found[0]


def _bare(found: re.Match[str]) -> str:
    return found[1][1:-1] if found[1] else found[2]
