"""Which topic is meant: by its name, an alias, what people call it, or a field that only it has."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from .errors import BotError
from .grammar import split_topic
from .paths import parse_path, write_path
from .ports import TopicRow
from .samples import with_field
from .subscriptions import fold
from .topics import valid_filter

if TYPE_CHECKING:
    from .bot import Bot

MOST_TOPICS = 5_000
MOST_NAMED = 8

_PLAIN = set("/+#$")


async def find_topic(bot: Bot, text: str) -> tuple[str, str]:
    """Return the topic or filter that a text means, and the field behind it, if any.

    Raises BotError `which_topic` where it may be several, `invalid_filter` where it can be none.
    """
    rows = await bot.ports.history.topics("#", MOST_TOPICS)
    seen = {row.topic for row in rows}
    subscriptions = bot.subscriptions

    def known(name: str) -> bool:
        return name in seen or subscriptions.get(name) is not None or fold(name) in subscriptions.aliases

    topic, field = split_topic(text, known)
    if known(topic):
        return subscriptions.resolve(topic), write_path(parse_path(field))
    if called := _called(text, rows):
        return _only(text, called), ""
    if not _PLAIN & set(text) and (topics := await with_field(bot, text)):
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
