"""Homie 3 to 5 (https://homieiot.github.io): devices that describe themselves below `homie/`, retained.

Version 5 says all of a device in one `$description`; before it each attribute has a topic of its own.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
import re

from ...text.foreign import plain
from ..config import Announced, Config, object_in
from .homie_properties import Property, announced

_BASE = "homie/"
_NODE, _PROPERTY = ("$name", "$properties"), ("$name", "$datatype", "$unit", "$format", "$settable")
_DEVICE = ("$homie", "$name", "$nodes")
_HEARD = frozenset((*_DEVICE, *_NODE, *_PROPERTY, "$type", "$retained", "$extensions", "$implementation"))
"""Attributes that say what a device is; `$state` and `$stats` say how it is."""

_DESCRIPTION = re.compile(r"(homie/5/[^/]+)/(\$description)")
_DEEPEST = 3
"""Levels of a property's place: device, node, property."""
_MOST = 1_000
"""Nodes of a device, or properties of a node."""


@dataclass(frozen=True, slots=True)
class _Homie4:
    """`natives.Way` of versions 3 and 4."""

    filters: tuple[str, ...] = (
        *(f"{_BASE}+/{each}" for each in _DEVICE),
        *(f"{_BASE}+/+/{each}" for each in _NODE),
        *(f"{_BASE}+/+/+/{each}" for each in _PROPERTY),
    )
    whole: bool = False

    def place(self, topic: str) -> tuple[str, str] | None:
        if "/$" not in topic:
            return None
        where, _, attribute = topic.rpartition("/")
        levels = where.split("/")[1:]
        if attribute not in _HEARD or not 1 <= len(levels) <= _DEEPEST or not where.startswith(_BASE):
            return None
        return f"{_BASE}{levels[0]}", "/".join((*levels[1:], attribute))

    def announced(self, device: str, said: Mapping[str, bytes]) -> Iterator[Announced]:
        if not _text(said, "$homie").startswith(("3.", "4.")):
            return
        nodes = _ids(said, "$nodes")
        name = _text(said, "$name") or _named(device)
        for node in nodes:
            node_name = _text(said, f"{node}/$name") or _named(node)
            for each in _ids(said, f"{node}/$properties"):
                place = f"{node}/{each}"
                described = {key[1:]: _text(said, f"{place}/{key}") for key in (*_PROPERTY, "$retained")}
                found = Property(
                    f"{device}/{place}",
                    described["name"] or _named(each),
                    described["datatype"] or "string",
                    described["unit"],
                    described["format"],
                    settable=described["settable"] == "true",
                )
                yield (announced(found, name, node_name if len(nodes) > 1 else "", (device,)),)


@dataclass(frozen=True, slots=True)
class _Homie5:
    """`natives.Way` of version 5."""

    filters: tuple[str, ...] = (f"{_BASE}5/+/$description",)
    whole: bool = True

    def place(self, topic: str) -> tuple[str, str] | None:
        found = _DESCRIPTION.fullmatch(topic)
        return (found[1], found[2]) if found else None

    def announced(self, device: str, said: Mapping[str, bytes]) -> Iterator[Announced]:
        described = object_in(said.get("$description", b""))
        nodes = _children(described, "nodes")
        name = _said(described, "name") or _named(device)
        root = _said(described, "root")
        devices = (device, f"{_BASE}5/{root}") if root else (device,)
        for node, node_said in nodes:
            node_name = _said(node_said, "name") or _named(node)
            for each, given in _children(node_said, "properties"):
                found = Property(
                    f"{device}/{node}/{each}",
                    _said(given, "name") or _named(each),
                    _said(given, "datatype") or "string",
                    _said(given, "unit"),
                    _said(given, "format"),
                    settable=given.get("settable") is True,
                )
                yield (announced(found, name, node_name if len(nodes) > 1 else "", devices),)


HOMIE_4, HOMIE_5 = _Homie4(), _Homie5()


def _text(said: Mapping[str, bytes], part: str) -> str:
    return plain(said.get(part, b"").decode(errors="replace")).strip()


def _ids(said: Mapping[str, bytes], part: str) -> list[str]:
    """Return the ids of a list, as they are separated by commas; arrays (`lamps[]`) are none any more."""
    every = islice((each.strip() for each in _text(said, part).split(",")), _MOST)
    return list(dict.fromkeys(each for each in every if _is_id(each)))


def _is_id(text: str) -> bool:
    return bool(text) and not any(sign in text for sign in "/+#$\0[]")


def _children(described: object, key: str) -> list[tuple[str, Config]]:
    """Return what stands under a key by id, that which is described by an object."""
    given = described.get(key) if isinstance(described, dict) else None
    every = given.items() if isinstance(given, dict) else ()
    found = ((each, said) for each, said in every if isinstance(said, dict) and _is_id(each))
    return list(islice(found, _MOST))


def _said(described: object, key: str) -> str:
    value = described.get(key) if isinstance(described, dict) else None
    return plain(value).strip() if isinstance(value, str) else ""


def _named(place: str) -> str:
    """Return a name for what has an id only."""
    words = place.rpartition("/")[2].replace("-", " ").replace("_", " ")
    return words[:1].upper() + words[1:]
