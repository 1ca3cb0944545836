"""Asking before anything is made on something that nobody knows."""

from ..model.replies import Text
from ..reading.topic_lookup import ENTITY, Meant, Names, known_names, looks_like_topic, only, published
from .command import Command, Parts
from .confirmation import Doubtful

_QUOTES = frozenset("\"'“”„‚‘’«»")
"""Signs at the edge of a topic that rather stand around it, the other one forgotten."""


async def known_topic(parts: Parts, said: str) -> tuple[Meant, Names, bool]:
    """Return the topic or filter that was said, every name, and whether anything is known of the topic.

    Raises Ambiguous where several things are called so.
    """
    names = await known_names(parts)
    found = names.find(said)
    meant = only(said, found) if found else Meant(said, name=said)
    return meant, names, bool(found) or is_known(parts, names, said)


def unknown(names: Names, again: Command, name: str, key: str) -> Doubtful:
    """Return the question about a name that nothing has, with those that look like it."""
    near = names.nearest(name)
    return Doubtful(again, f"{key}_near" if near else key, name=name, near=", ".join(near))


def unknown_topic(names: Names, again: Command, name: str) -> Doubtful:
    """Return the question about what a rule is about; an entity may only have to be let in."""
    if ENTITY.fullmatch(name):
        return Doubtful(again, "unknown_entity", name=name)
    return unknown(names, again, name, "unknown_topic")


def no_field(again: Command, missing: Text) -> Doubtful:
    """Return the question about a field that no message has."""
    return Doubtful(again, "unknown_field", **missing.placeholders)


def is_known(parts: Parts, names: Names, topic_filter: str) -> bool:
    """Say whether anything is known of a topic or filter: it came in, is subscribed, or a device has it.

    A word alone is a name first: that everything is subscribed makes no topic of it.
    """
    if names.known(topic_filter) or names.spoken(topic_filter):
        return True
    if not looks_like_topic(topic_filter) or _QUOTES & {topic_filter[0], topic_filter[-1]}:
        return False
    if parts.subscriptions.covering(topic_filter) is not None:
        return True
    return names.heard_below(topic_filter)


async def topic_to_publish(parts: Parts, said: str, again: Command, *, force: bool) -> str:
    """Return the topic that is published to: what is called so, or what is written as a topic, as it is.

    A device is no topic: what it tells on one, and what it is told on another. Raises BotError
    `publish_device`, `publish_told` or `invalid_topic`, Ambiguous, Doubtful for a word that nothing has.
    """
    topic, names = await published(parts, said, force=force)
    if topic:
        return topic
    raise unknown(names, again, said, "unknown_publish")
