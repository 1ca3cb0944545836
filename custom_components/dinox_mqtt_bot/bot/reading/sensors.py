"""What of a reading can be a sensor of its own: what entities of discovery found, and every other field."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from ..discovery.bindings import Binding
from ..model.message import MORE, Kind, Reading
from ..payload.fields import fields_of
from ..payload.paths import write_path

_WORDLESS = frozenset({Kind.EMPTY, Kind.BINARY})
_LONGEST = 255
"""Characters of a name or path; what is longer is none that a person has given."""


@dataclass(frozen=True, slots=True)
class FoundValue:
    """A value that a topic has: `lookup` finds it by `path`, empty for the value of the whole topic.

    `component` and `unique_id` are those of the entity of discovery that it belongs to, empty for none.
    """

    path: str
    name: str
    component: str = ""
    unique_id: str = ""


def values_of(reading: Reading, most: int) -> list[FoundValue]:
    """Return the values in a reading, those that discovery names first."""
    every = _fields(reading) if isinstance(reading.json, (dict, list)) else _whole(reading)
    return list(islice((each for each in every if len(each.path) <= _LONGEST >= len(each.name)), most))


def _whole(reading: Reading) -> Iterator[FoundValue]:
    if reading.kind in _WORDLESS:
        return
    bindings = [each for each, _ in reading.found if isinstance(each, Binding)]
    only = bindings[0] if len(bindings) == 1 else None
    yield _of(only, "", reading.name) if only else FoundValue("", reading.name)


def _fields(reading: Reading) -> Iterator[FoundValue]:
    taken: set[str] = set()
    for naming, text in reading.found:
        if text is None or text.startswith("{") or not isinstance(naming, Binding):
            continue
        name = naming.field(text).name
        if name.casefold() not in taken:
            yield _of(naming, write_path((name,)), name)
        taken.add(name.casefold())
        taken.add(naming.template.place.casefold() if naming.template else "")
    for field in fields_of(reading.json) if isinstance(reading.json, (dict, list)) else ():
        if field.name != MORE and field.name.casefold() not in taken:
            yield FoundValue(field.name, field.name or reading.name)


def _of(binding: Binding, path: str, name: str) -> FoundValue:
    return FoundValue(path, name, binding.component, binding.unique_id)


def classes_of(reading: Reading, path: str) -> tuple[str, str]:
    """Return device and state class that discovery has for a value, if it has."""
    bindings = [
        each
        for each, _ in reading.found
        if isinstance(each, Binding) and (not path or write_path((each.field("").name,)) == path)
    ]
    return (bindings[0].device_class, bindings[0].state_class) if len(bindings) == 1 else ("", "")
