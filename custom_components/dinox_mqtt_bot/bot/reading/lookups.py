"""What looking something up takes, and what was stored, read again: to say what an alert rule would meet."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from typing import Protocol

from ..model.history import Past
from ..model.message import MORE, Kind, Message, Reading
from ..model.moment import Moment
from ..model.rules import Value
from ..model.topics import Subscriptions
from ..payload.paths import lookup, parse_path
from ..ports import Ports
from .names import Names
from .readings import Readings

CHUNK = 200
NEWEST = 20
"""Messages that are looked at to see what comes in under a filter."""

LOOKED_THROUGH = 400
MOST_READ = 2_000
"""Messages that are read again to find one field in them."""


class Lookups(Protocol):
    """The world, what is subscribed, what messages mean, what is called how, and how times are written."""

    @property
    def ports(self) -> Ports: ...

    @property
    def subscriptions(self) -> Subscriptions: ...

    @property
    def readings(self) -> Readings: ...

    @property
    def names(self) -> Names: ...

    def is_told(self, topic: str) -> bool:
        """Say whether what comes in on a topic is told, as what is followed is."""

    def moment(self, at: float) -> Moment: ...


def read_again(lookups: Lookups, past: Past) -> Reading:
    """Return what a stored message means with today's names and units."""
    message = Message(
        past.topic, past.payload.encode(errors="replace"), retain=past.retain, received=past.time
    )
    reading = lookups.readings.read(message, lookups.subscriptions.best(past.topic))
    # Bytes are shown as digits, and of a text of blanks nothing is left: neither is what it looks like.
    if past.kind == Kind.BINARY or (past.kind == Kind.TEXT and reading.kind is Kind.EMPTY):
        return replace(reading, kind=Kind(past.kind), value=None, unit="", fields=(), json=None)
    return reading


async def stored_readings(
    lookups: Lookups, topic_filter: str, since: float, most: int
) -> AsyncIterator[list[Reading]]:
    """Yield a filter's messages, oldest first, `most` at most; in chunks, so the loop gets its turn."""
    after, left = 0, most
    while left > 0:
        chunk = await lookups.ports.history.past(topic_filter, since, after, min(CHUNK, left))
        if chunk:
            yield [read_again(lookups, past) for past in chunk]
        if len(chunk) < min(CHUNK, left):
            return
        after, left = chunk[-1].id, left - len(chunk)


async def newest_readings(lookups: Lookups, topic_filter: str, limit: int = NEWEST) -> list[Reading]:
    """Return some of the newest messages of a filter, oldest first.

    What a device said is known without being stored: nobody has to follow it for that.
    """
    rows = await lookups.ports.history.page(topic_filter, limit)
    found: list[Reading] = []
    if rows:
        since = min(row.time for row in rows)
        async for chunk in stored_readings(lookups, topic_filter, since, LOOKED_THROUGH):
            found += chunk
    return found[-limit:] or _said_by_devices(lookups, topic_filter)


def _said_by_devices(lookups: Lookups, topic: str) -> list[Reading]:
    """Return what the devices have said last on a topic, oldest first."""
    return [
        lookups.readings.read(Message(topic, payload, received=at), lookups.subscriptions.best(topic))
        for at, payload in reversed(lookups.readings.devices.heard(topic))
    ]


async def with_field(lookups: Lookups, field: str) -> list[str]:
    """Return the topics whose newest messages have a field of this name."""
    path = parse_path(field)
    last: Mapping[str, Reading] = {
        reading.message.topic: reading for reading in await newest_readings(lookups, "#", CHUNK)
    }
    return [topic for topic, reading in last.items() if lookup(reading, path) is not None]


async def field_values(
    lookups: Lookups, topic_filter: str, field: str, since: float
) -> tuple[dict[tuple[str, float], Value], list[str]]:
    """Return what a field said in a filter's messages, by topic and time, and the names of all fields."""
    path, values, names = parse_path(field), dict[tuple[str, float], Value](), dict[str, None]()
    async for readings in stored_readings(lookups, topic_filter, since, MOST_READ):
        for reading in readings:
            names |= dict.fromkeys(each.name for each in reading.fields if each.name not in {"", MORE})
            if (value := lookup(reading, path)) is not None:
                values[reading.message.topic, reading.message.received] = value
    return values, list(names)
