"""Which topic is meant, by its name, an alias or a field that only it has; and its stored readings."""

from collections.abc import AsyncIterator, Mapping, Sequence
from copy import replace
import re
from typing import Protocol

from ..discovery.entities import Entity, name_words
from ..model.history import Past, Run
from ..model.message import MORE, Kind, Message, Reading
from ..model.moment import Moment
from ..model.replies import BotError
from ..model.rules import Value
from ..model.topics import Subscriptions, is_wild, shared, valid_filter, valid_topic
from ..payload.paths import lookup, parse_path, write_path
from ..ports import Ports
from .meant import MOST_NAMED, Ambiguous, Begun, Meant, shown
from .names import Names
from .readings import Readings
from .wording import FILLERS, Known, behind_fillers, split_known, splits

__all__ = [
    "ENTITY",
    "FILLERS",
    "MOST_NAMED",
    "Ambiguous",
    "Begun",
    "Known",
    "Meant",
    "Names",
    "Past",
    "Run",
    "behind_fillers",
    "name_words",
    "shown",
    "split_known",
]
ENTITY = re.compile(r"[a-z_]+\.[a-z0-9_]+")
"""How Home Assistant calls its entities."""
_SIGNS = set("/+#$")
_QUOTES = frozenset("\"'")
_MOST_TOPICS = 3
"""Topics that are named where a device has several."""


async def known_names(lookups: Lookups) -> Names:
    """Return what knows every name, of what came in until now. Raises BotError if that cannot be read."""
    names = lookups.names
    await names.refresh(lookups.ports.history)
    return names


async def find_topic(lookups: Lookups, text: str) -> tuple[str, str]:
    """Return the topic or filter that a text means, and a field of it, if any. Raises as `find_name`."""
    meant = await find_name(lookups, text)
    return meant.topic, meant.field


async def find_name(lookups: Lookups, text: str) -> Meant:
    """Return what a text means: what is called so, a field that only one has, or a filter as it is written.

    Raises Ambiguous where it may be several, `no_name` where nothing is called so, `invalid_filter` where it
    can be no filter.
    """
    names = await known_names(lookups)
    if found := names.find(text):
        return only(text, found)
    begun = names.begin(text)
    if begun.written is not None and begun.end == len(text):
        meant, text = begun.written, begun.written.topic
        if looks_like_topic(text):
            valid_filter(text)
            return meant
    if not looks_like_topic(text):
        if found := await by_field(lookups, text):
            return only(text, found)
        raise no_name(names, text)
    valid_filter(text)
    if found := names.ending(text):
        return only(text, found)
    return Meant(text, name=text)


async def find_all(lookups: Lookups, text: str) -> tuple[Meant, ...]:
    """Return everything that a text may mean. Raises BotError `no_name` or `invalid_filter`."""
    try:
        return (await find_name(lookups, text),)
    except Ambiguous as several:
        return several.options


async def published(lookups: Lookups, said: str, *, force: bool = False) -> tuple[str, Names]:
    """Return the topic that is published to by what was said, nothing where nothing is called so.

    What is written as a topic is one. Raises Ambiguous, BotError `publish_device`, `publish_told` for what is
    a device's, or `invalid_topic`.
    """
    names, resolved = lookups.names, lookups.subscriptions.resolve(said)
    if not (force or resolved != said or ("/" in said and not _QUOTES & set(said) and not said.split()[1:])):
        names = await known_names(lookups)
        if not names.literal(said):
            found = names.find(said)
            if speaking := names.speaking(said, found):
                raise _no_topic(said, speaking)
            meant = only(said, found) if found else Meant(said)
            resolved = said if meant.field else meant.topic
            if resolved == said and not looks_like_topic(said):
                resolved = ""
    valid_topic(resolved or said)
    return resolved, names


def _no_topic(said: str, entities: Sequence[Entity]) -> BotError:
    """Return why a device is no topic: how it is set, or where it tells how it is."""
    commands = dict.fromkeys(control.topic for entity in entities for control in entity.controls)
    told = dict.fromkeys(topic for entity in entities for topic, _ in entity.values)
    topics = ", ".join([*(commands or told)][:_MOST_TOPICS])
    return BotError("publish_device" if commands else "publish_told", name=said, topics=topics)


async def by_field(lookups: Lookups, text: str) -> tuple[Meant, ...]:
    """Return the field that is called so, of each topic whose newest messages have it."""
    field, called = write_path(parse_path(text)), lookups.names.name
    return tuple(Meant(topic, field, f"{called(topic)} {field}") for topic in await with_field(lookups, text))


async def has_field(lookups: Lookups, topic: str, field: str) -> bool:
    """Say whether the newest messages of a topic have a field of this name."""
    path = parse_path(field)
    return any(lookup(each, path) is not None for each in await newest_readings(lookups, topic))


async def field_ending(lookups: Lookups, topic: str, said: str) -> str:
    """Return the one field of the newest messages of a topic whose last words these are, if there is one."""
    words = name_words(said)
    readings = await newest_readings(lookups, topic)
    every = dict.fromkeys(each.name for reading in readings for each in reading.fields if each.name != MORE)
    found = [each for each in every if words and name_words(each)[-len(words) :] == words]
    return write_path(parse_path(found[0])) if len(found) == 1 else ""


def which_of(lookups: Lookups, said: str, topics: Sequence[str]) -> Ambiguous:
    """Return the question which of some topics is meant."""
    return Ambiguous(said, [Meant(each, name=topic_name(lookups, each)) for each in topics])


async def only_topic(lookups: Lookups, said: str, meant: Meant) -> Meant:
    """Return what is meant with the only topic of its filter. Raises Ambiguous, or BotError `no_name`."""
    if not is_wild(meant.topic):
        return meant
    found = [row.topic for row in await lookups.ports.history.topics(meant.topic, MOST_NAMED + 1)]
    if not found:
        raise no_name(lookups.names, said)
    if len(found) > 1:
        raise which_of(lookups, said, found)
    return replace(meant, topic=found[0], name=topic_name(lookups, found[0]))


def looks_like_topic(text: str) -> bool:
    """Say whether a text is written as a topic or a filter, and so is meant as one by whoever writes it."""
    return bool(_SIGNS & set(text))


def only(text: str, found: Sequence[Meant]) -> Meant:
    """Return the one that is meant. Raises Ambiguous where there are several."""
    if len(found) > 1:
        raise Ambiguous(text, found)
    return found[0]


def no_name(names: Names, text: str) -> BotError:
    """Return the error for a name that nothing has, with those that look like it."""
    text = text[max(behind_fillers(text), default=0) :]
    near = names.nearest(text)
    unknown = "no_entity" if ENTITY.fullmatch(text) else "no_name"
    return BotError("no_name_near" if near else unknown, name=text, near=", ".join(near))


def split_topic(text: str, known: Known) -> tuple[str, str]:
    """Part `home/data.temperature` into topic and field; known topics and `net/192.168.1.5` stay whole."""
    if known(text):
        return text, ""
    parts = split_known(text, known)
    topic, field = parts or next(splits(text), (text, ""))
    return (topic, field) if parts or field[:1].isalpha() or field[:1] in tuple("_\"'") else (text, "")


def topic_name(lookups: Lookups, topic_filter: str) -> str:
    """Return what a filter's topics are called: alias, device name (plain topic), or itself."""
    subscription = lookups.subscriptions.get(topic_filter)
    if subscription is not None and subscription.alias:
        return subscription.alias
    topic = shared(topic_filter)[1]
    if "+" in topic or "#" in topic:
        return topic_filter
    return lookups.readings.name(topic, lookups.subscriptions.best(topic))


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
