"""The topics on which discovered devices tell how they are, as few topic filters to ask a broker for."""

from collections.abc import Iterable, Iterator

from ..model.replies import BotError
from ..model.topics import LONGEST_HEARD, shared, valid_filter

MOST_TOPICS = 5_000
"""Topics that are listened to without being subscribed."""
MOST_FILTERS = 500
"""Filters for all of them; each is a packet to a broker with subscription identifiers (MQTT 5 §3.8.2.1.2)."""
ONE_BY_ONE = 100
"""So many topics are asked for by their names: no broker sends more than is wanted then."""
ALIKE = 4
"""Topics that differ in one level only, from which a wildcard takes their place."""
_DEEPEST = 10
"""Levels of a topic that may be one of a group."""


class StateTopics:
    """The topics in the order they became known, the first ones if there are too many.

    `add` and `drop` cost some microseconds, as they come with every configuration; `filters` some
    milliseconds, so it is asked for after many.
    """

    def __init__(self) -> None:
        self._topics: dict[str, None] = {}
        self._waiting: dict[str, None] = {}
        self._groups: dict[str, dict[str, None]] = {}
        self._cut = 0
        self._refused: set[str] = set()

    def __len__(self) -> int:
        """How many topics there are, those without room too."""
        return len(self._topics) + len(self._waiting)

    @property
    def left_out(self) -> int:
        """How many topics are not asked for, as there are too many."""
        return len(self._waiting) + self._cut

    def add(self, topic: str) -> None:
        """Take in a topic; one that is no topic, or a wildcard for everything, is left alone."""
        if not _fits(topic):
            return
        if len(self._topics) >= MOST_TOPICS:
            self._waiting[topic] = None
            return
        self._topics[topic] = None
        for group in _groups(topic):
            self._groups.setdefault(group, {})[topic] = None

    def drop(self, topic: str) -> None:
        self._waiting.pop(topic, None)
        if topic not in self._topics:
            return
        del self._topics[topic]
        for group in _groups(topic):
            del self._groups[group][topic]
            if not self._groups[group]:
                del self._groups[group]
        if self._waiting:
            heir = next(iter(self._waiting))
            del self._waiting[heir]
            self.add(heir)

    def clear(self) -> None:
        for each in (self._topics, self._waiting, self._groups):
            each.clear()

    def refuse(self, filters: Iterable[str]) -> set[str]:
        """Take the topics of some filters one by one from now on; return those that stood for several."""
        groups = {one for one in filters if one not in self._topics and "+" in one}
        self._refused |= groups
        return groups

    def filters(self) -> tuple[str, ...]:
        """Return what to subscribe to: names if they are few, else wildcards for what is alike."""
        self._cut = 0
        if len(self._topics) <= ONE_BY_ONE:
            return tuple(self._topics)
        sizes = {one: len(topics) for one, topics in self._grouped(self._groups, self._topics).items()}
        if len(sizes) > MOST_FILTERS:
            groups: dict[str, dict[str, None]] = {}
            for one in sizes:
                for group in _groups(one):
                    groups.setdefault(group, {})[one] = None
            wider = self._grouped(groups, sizes)
            sizes = {one: sum(sizes[each] for each in parts) for one, parts in wider.items()}
        found = sorted(sizes, key=lambda one: -sizes[one])
        self._cut = sum(sizes[one] for one in found[MOST_FILTERS:])
        return tuple(found[:MOST_FILTERS])

    def _grouped(self, groups: dict[str, dict[str, None]], every: Iterable[str]) -> dict[str, list[str]]:
        """Return which filter stands for which topics: the largest groups, then what is in none."""
        left = dict.fromkeys(every)
        found: dict[str, list[str]] = {}
        large = [
            group for group, topics in groups.items() if len(topics) >= ALIKE and group not in self._refused
        ]
        for group in sorted(large, key=lambda group: -len(groups[group])):
            topics = [topic for topic in groups[group] if topic in left]
            if len(topics) >= ALIKE:
                found[group] = topics
                for topic in topics:
                    del left[topic]
        return found | {topic: [topic] for topic in left}


def _fits(topic: str) -> bool:
    """Say whether a topic may be asked for: any device may announce any text."""
    if len(topic) > LONGEST_HEARD or shared(topic)[0]:
        return False
    try:
        valid_filter(topic)
    except BotError:
        return False
    # `+/+/BTtoMQTT/A4C138` is what gateways announce; `#` and `+/+` would bring everything.
    return "#" not in topic and any(level not in ("", "+") for level in topic.split("/"))


def _groups(topic: str) -> Iterator[str]:
    """Yield the filters that a topic shares with those that differ in one level, never in the first name."""
    levels = topic.split("/")
    first = 1 if levels[0] else 2
    if len(levels) > _DEEPEST or levels[0] == "+":
        return
    for at in range(first, len(levels)):
        if levels[at] != "+":
            yield "/".join((*levels[:at], "+", *levels[at + 1 :]))
