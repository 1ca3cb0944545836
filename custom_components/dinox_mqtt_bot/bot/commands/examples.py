"""What can be typed in this very home: a few lines that work as they stand."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice, takewhile
from math import ceil, isfinite

from ..discovery.entities import Entity
from ..discovery.entity_state import is_offline, state_text
from ..model.history import TopicRow
from ..model.replies import Cell, Text, Typed
from ..model.rules import Role
from ..reading.topic_lookup import Lookups
from ..text.numbers import number, number_text

MOST_LOOKED_AT = 200
"""Entities and topics that are looked at for an example."""

_FAVOURITES = ("°C", "°F", "%", "W")
_SWITCHED = ("light", "switch", "fan")
_PLAIN = "\"'“”„«»‘’,;\n"
"""Signs that make a name need quotes."""


@dataclass(frozen=True, slots=True)
class _Measured:
    name: str
    amount: float
    unit: str


async def examples(parts: Lookups, role: Role) -> tuple[tuple[Cell, ...], ...]:
    """Return lines that can be typed, each with what it does; those first that a role allows."""
    rows: list[tuple[Cell, ...]] = []
    measured = await _measured(parts)
    if measured is not None:
        limit = f"> {number_text(_above(measured.amount))}"
        rows += [
            (Typed("", measured.name), Text("try_value")),
            (Typed("chart", measured.name, "day_0"), Text("try_chart")),
        ]
        if role >= Role.ADMIN:
            rows.append((Typed("alert", f"{measured.name} {limit}"), Text("try_alert")))
    if role >= Role.OPERATOR:
        if lamp := _switchable(parts):
            rows.append((Typed("", lamp, "on"), Text("try_on")))
        rows.append((Typed("quiet", last="example_until"), Text("try_quiet_until")))
    rows.append(
        (Typed("topics"), Text("try_topics")) if measured is None else (Typed("status"), Text("try_status"))
    )
    return tuple(rows)


def own_filter(parts: Lookups) -> str:
    """Return a topic filter that is subscribed here; a made-up one where there is none."""
    return next((each.filter for each in parts.subscriptions), "home/#")


def around(topic: str) -> str:
    """Return the topic filter of what stands beside a topic."""
    return "/".join((*topic.split("/")[:-1], "#"))


async def some_topic(parts: Lookups) -> TopicRow | None:
    """Return a topic that came in, if there is one."""
    return next(iter(await parts.ports.history.topics("#", 1)), None)


def _above(amount: float) -> float:
    """Return a round number that a value would have to rise to."""
    step = 10.0 ** max(0, len(str(int(abs(amount)))) - 2)
    return float((ceil(amount / step) + 2) * step)


async def _measured(parts: Lookups) -> _Measured | None:
    """Return something that is measured here, what people ask for before anything else."""
    found = list(_of_devices(parts)) or await _of_topics(parts)
    ranked = sorted(found, key=lambda each: _FAVOURITES.index(each.unit) if each.unit in _FAVOURITES else 9)
    return ranked[0] if ranked else None


def _of_devices(parts: Lookups) -> Iterator[_Measured]:
    devices, now = parts.readings.devices, parts.ports.clock.now()
    look = parts.readings.limited(parts.ports.templates)
    for entity in takewhile(lambda _: not look.over, _main(devices, ("sensor",))):
        read = number(state_text(entity, devices, look, now))
        if read is not None and isfinite(read[0]) and not is_offline(entity, devices, look, now):
            yield _Measured(devices.label(entity), *read)


def _main(entities: Iterable[Entity], components: tuple[str, ...]) -> Iterator[Entity]:
    wanted = (each for each in entities if each.main and each.component in components)
    return (each for each in islice(wanted, MOST_LOOKED_AT) if not set(_PLAIN) & set(each.full_name))


async def _of_topics(parts: Lookups) -> list[_Measured]:
    """Return what is measured on topics that no device announced."""
    rows = await parts.ports.history.topics("#", MOST_LOOKED_AT)
    named = ((row.name, number(row.last_text)) for row in rows if row.name)
    return [_Measured(name, *read) for name, read in named if read is not None]


def _switchable(parts: Lookups) -> str:
    """Return what a lamp is called here, or something else that is switched; empty if there is nothing."""
    devices = parts.readings.devices
    for component in _SWITCHED:
        for entity in _main(devices, (component,)):
            if entity.controls:
                return devices.label(entity)
    return ""
