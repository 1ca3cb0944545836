"""Which topic is meant: by its name, an alias, what people call it, or a field that only it has."""

from collections.abc import Callable, Iterator, Sequence
from itertools import islice
import re

from ..model.errors import BotError
from ..model.history import TopicRow
from ..model.topics import fold, shared, valid_filter
from ..payload.paths import parse_path, write_path
from .lookups import Lookups
from .replay import with_field

MOST_TOPICS = 5_000
MOST_NAMED = 8
_PLAIN = set("/+#$")

type Known = Callable[[str], bool]
"""Says whether a text is a topic, a topic filter or an alias that there is."""

MOST_BORDERS = 20
_BORDER = re.compile(r"[.\[]")


async def find_topic(lookups: Lookups, text: str) -> tuple[str, str]:
    """Return the topic or filter that a text means, and the field behind it, if any.

    Raises BotError `which_topic` where it may be several, `invalid_filter` where it can be none.
    """
    rows = await lookups.ports.history.topics("#", MOST_TOPICS)
    seen = {row.topic for row in rows}
    subscriptions = lookups.subscriptions

    def known(name: str) -> bool:
        return name in seen or subscriptions.get(name) is not None or fold(name) in subscriptions.aliases

    topic, field = split_topic(text, known)
    if known(topic):
        return subscriptions.resolve(topic), write_path(parse_path(field))
    if called := _called(text, rows):
        return _only(text, called), ""
    if not _PLAIN & set(text) and (topics := await with_field(lookups, text)):
        return _only(text, topics), write_path(parse_path(text))
    valid_filter(text)
    return text, ""


def _called(text: str, rows: Sequence[TopicRow]) -> list[str]:
    """Return the topics that have this name, else those that end in it."""
    name = fold(text)
    return [row.topic for row in rows if fold(row.name) == name] or [
        row.topic for row in rows if fold(row.topic.rpartition("/")[2]) == name
    ]


def _only(text: str, topics: Sequence[str]) -> str:
    if len(topics) > 1:
        raise BotError("which_topic", name=text, topics=", ".join(topics[:MOST_NAMED]))
    return topics[0]


def split_topic(text: str, known: Known) -> tuple[str, str]:
    """Part `home/data.temperature` into topic and field; known topics and `net/192.168.1.5` stay whole."""
    if known(text):
        return text, ""
    parts = split_known(text, known)
    topic, field = parts or next(iter(_splits(text)), (text, ""))
    return (topic, field) if parts or field[:1].isalpha() or field[:1] in tuple("_\"'") else (text, "")


def split_known(text: str, known: Known) -> tuple[str, str] | None:
    """Return the topic that is known, and the field behind it, if there is such a topic."""
    return next(((topic, field) for topic, field in _splits(text) if field and known(topic)), None)


def _splits(text: str) -> Iterator[tuple[str, str]]:
    last = text.rfind("/") + 1
    found = (match.start() for match in _BORDER.finditer(text, last + 1))
    for at in islice(found, MOST_BORDERS):
        yield text[:at], text[at:].removeprefix(".")


def topic_name(lookups: Lookups, topic_filter: str) -> str:
    """Return what a filter's topics are called: alias, device name (plain topic), or itself."""
    subscription = lookups.subscriptions.get(topic_filter)
    if subscription is not None and subscription.alias:
        return subscription.alias
    topic = shared(topic_filter)[1]
    if "+" in topic or "#" in topic:
        return topic_filter
    return lookups.readings.name(topic, lookups.subscriptions.best(topic))
