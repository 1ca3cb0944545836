"""How the entities of discovery are: their values, and whether they are there."""

from collections.abc import Iterator, Sequence

from ..model.message import Kind
from ..payload.interpret import interpret
from ..ports import Templates
from .bindings import Binding, value_in
from .devices import Devices
from .entities import Entity, Source
from .telling import value_line
from .templates import ValueTemplate

_NOTHING = b"None"
"""What says that there is no value any more."""


def state_text(entity: Entity, devices: Devices, templates: Templates, now: float = 0.0) -> str:
    """Return the newest values of an entity on one line, the main one first: `on, 40 %`.

    What has `expired` by the Unix time `now` is no value any more.
    """
    return value_line(told_values(entity, devices, templates, now)) or devices.assumed(entity)


def told_values(
    entity: Entity, devices: Devices, templates: Templates, now: float = 0.0
) -> Iterator[tuple[Binding, str]]:
    """Yield the newest value of each aspect, which may be told on several topics."""
    found: dict[str, tuple[float, Binding, str]] = {}
    for topic, binding in entity.values:
        for at, payload in devices.heard(topic):
            if _is_over(entity, at, now) or (binding.aspect in found and at <= found[binding.aspect][0]):
                break
            if binding.template is None and payload == _NOTHING:
                break
            meaning = interpret(payload)
            if meaning.kind in (Kind.EMPTY, Kind.BINARY):
                continue
            if (value := value_in(meaning, binding, templates)) is not None:
                over = value == "on" and 0 < entity.off_after <= now - at
                found[binding.aspect] = at, binding, "off" if over else value
                break
    yield from ((binding, value) for _, binding, value in found.values())


def expired(entity: Entity, devices: Devices, now: float) -> bool:
    """Say whether the values of an entity hold only for a time, and that is over or has not begun."""
    if not entity.expires:
        return False
    newest = [found[0] for topic, _ in entity.values if (found := devices.newest(topic)) is not None]
    return bool(newest) and _is_over(entity, max(newest), now)


def _is_over(entity: Entity, at: float, now: float) -> bool:
    return 0 < entity.expires <= now - at


def is_offline(entity: Entity, devices: Devices, templates: Templates, now: float = 0.0) -> bool:
    """Say whether an entity is known not to be there. What has said nothing so far is taken to be there."""
    if expired(entity, devices, now):
        return True
    said = [each for source in entity.sources for each in _presence(source, devices, templates)]
    if not said:
        return False
    if entity.mode == "all":
        return not all(there for _, _, there in said)
    if entity.mode == "any":
        return len(said) == len(entity.sources) and not any(there for _, _, there in said)
    return not _latest(said, devices)


def _latest(said: Sequence[tuple[float, str, bool]], devices: Devices) -> bool:
    """Return what was said last; several may have been read at one time."""
    newest = max(at for at, _, _ in said)
    every = {topic: there for at, topic, there in said if at == newest}
    return every[devices.last(every) if len(every) > 1 else next(iter(every))]


def _presence(source: Source, devices: Devices, templates: Templates) -> Iterator[tuple[float, str, bool]]:
    """Yield when it was said on which topic whether something is there, if it was."""
    newest = devices.newest(source.topic)
    if newest is None:
        return
    at, payload = newest
    there = source.says(_rendered(source.template, payload, templates))
    if there is not None:
        yield at, source.topic, there


def _rendered(template: ValueTemplate | None, payload: bytes, templates: Templates) -> str | None:
    meaning = interpret(payload)
    if template is None:
        return meaning.raw.strip()
    return template.render(meaning.raw, meaning.json, templates)
