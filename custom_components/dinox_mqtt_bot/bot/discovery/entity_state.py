"""How the entities of discovery are: their values, and whether they are there."""

from collections.abc import Iterator

from ..model.message import Kind
from ..payload.interpret import interpret, quantity
from ..ports import Templates
from ..text.numbers import number_text, with_unit
from ..text.plain import plain
from .bindings import value_in
from .devices import Devices
from .entities import Entity, Source
from .templates import ValueTemplate

_MOST = 6


def state_text(entity: Entity, devices: Devices, templates: Templates) -> str:
    """Return the newest values of an entity on one line, the main one first: `on, brightness 40 %`."""
    found: dict[str, tuple[float, str]] = {}
    for at, aspect, text in _values(entity, devices, templates):
        if aspect not in found or at > found[aspect][0]:
            found[aspect] = at, text
    parts = [
        f"{aspect} {text}".strip()
        for aspect, (_, text) in sorted(found.items(), key=lambda each: each[0] != "")
    ]
    return ", ".join(parts[:_MOST]) or devices.assumed(entity)


def _values(entity: Entity, devices: Devices, templates: Templates) -> Iterator[tuple[float, str, str]]:
    for topic, binding in entity.values:
        at, payload = devices.newest(topic) or (0.0, b"")
        meaning = interpret(payload)
        if meaning.kind in (Kind.EMPTY, Kind.BINARY):
            continue
        aspect = binding.entity.removeprefix(entity.name).strip().lower()
        text = value_in(meaning, binding, templates)
        if text is not None:
            amount = quantity(text)
            yield at, aspect, with_unit(amount.text, amount.unit or binding.unit) if amount else text
        elif isinstance(meaning.json, dict) and binding.template is None:
            yield from ((at, *said) for said in _lamp(entity, meaning.json))


def _lamp(entity: Entity, state: dict[str, object]) -> Iterator[tuple[str, str]]:
    """Yield what Home Assistant's own form of a state says: `{"state": "ON", "brightness": 102}`."""
    if isinstance(word := state.get("state"), str):
        yield "", plain(word).lower() if word.lower() in {"on", "off"} else plain(word)
    scales = {control.key: control.scale for control in entity.controls if control.key and control.scale}
    for key, scale in scales.items():
        value = state.get(key)
        if not isinstance(value, int | float) or isinstance(value, bool):
            continue
        if scale.ends is not None and scale.ends[1]:
            yield key, with_unit(number_text(round(value / scale.ends[1] * 100)), scale.unit)
        elif value > 0:
            yield key.replace("_", " "), f"{round(1_000_000 / value if scale.mired else value)} {scale.unit}"


def is_offline(entity: Entity, devices: Devices, templates: Templates) -> bool:
    """Say whether an entity is known not to be there. What has said nothing so far is taken to be there."""
    said = [(at, there) for source in entity.sources for at, there in _presence(source, devices, templates)]
    if not said:
        return False
    if entity.mode == "all":
        return not all(there for _, there in said)
    if entity.mode == "any":
        return len(said) == len(entity.sources) and not any(there for _, there in said)
    return not max(said, key=lambda each: each[0])[1]


def _presence(source: Source, devices: Devices, templates: Templates) -> Iterator[tuple[float, bool]]:
    newest = devices.newest(source.topic)
    if newest is None:
        return
    at, payload = newest
    text = _rendered(source.template, payload, templates)
    if text in (source.online, source.offline):
        yield at, text == source.online


def _rendered(template: ValueTemplate | None, payload: bytes, templates: Templates) -> str | None:
    meaning = interpret(payload)
    if template is None:
        return meaning.text.strip()
    return template.render(meaning.text, meaning.json, templates)
