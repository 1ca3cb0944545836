"""Which rules go blind: their topics speak, but say nothing that could be judged."""

from dataclasses import dataclass, replace

from ..model.alert import Alert
from ..model.announcements import AlertBlind
from ..model.message import Reading
from ..model.timers import Key
from .watches import Watch

MOST_KNOWN = 20_000
FEWEST = 3
"""Messages in a row without a value after which a rule is surely blind, not for a moment only."""

TIMES = 3
"""Devices leave a field out now and then: so many times as often as ever before is too often."""


@dataclass(slots=True)
class _Topic:
    """When the newest value came, how many messages without one since, and the most between two values."""

    seen: float
    misses: int = 0
    most: int = 0


class Blindness:
    """Counts for each rule and topic the messages without a value. Times are Unix seconds."""

    def __init__(self) -> None:
        self._topics: dict[Key, _Topic] = {}

    def see(self, key: Key, now: float) -> None:
        """Take note of a value."""
        topic = self._topics.get(key)
        if topic is None:
            if len(self._topics) >= MOST_KNOWN:
                self._topics.clear()
            self._topics[key] = _Topic(now)
            return
        topic.seen = now
        if topic.misses:
            topic.most = max(topic.most, topic.misses)
            topic.misses = 0

    def miss(
        self, alert: Alert | None, watch: Watch, reading: Reading, now: float
    ) -> tuple[Alert | None, AlertBlind | None]:
        """Take note of a message without a value: what the alert is now, and what there is to tell.

        Who waits for messages will hear of it anyway. What some messages leave out is not missed.
        """
        if any(each.partial for each, _ in reading.found):
            return None, None
        if watch.judge.timed:
            return (replace(alert, blind=now) if alert is not None and not alert.blind else None), None
        key = watch.rule.id, reading.message.topic
        topic = self._topic(key, alert)
        if topic is None:
            return None, None
        topic.misses += 1
        unusual = TIMES * topic.most + 1
        sure = max(FEWEST, unusual)
        hangs = alert is not None and alert.active and not alert.blind
        if not hangs and topic.misses not in {unusual, sure}:
            return None, None
        found = alert or Alert(*key)
        since = topic.seen or found.seen or found.since
        blind = replace(found, name=reading.name, seen=since, blind=found.blind or now)
        if blind.blind_told or topic.misses < unusual:
            return blind, None
        return blind, AlertBlind(blind, watch.rule, reading.text, sure=topic.misses == sure)

    def _topic(self, key: Key, alert: Alert | None) -> _Topic | None:
        """Return what is known of a topic; one that never had a value has none to miss."""
        if key not in self._topics and alert is not None and (alert.active or alert.seen):
            self._topics[key] = _Topic(alert.seen)
        return self._topics.get(key)

    def forget(self, key: Key) -> None:
        self._topics.pop(key, None)

    def shift(self, seconds: float) -> None:
        """Move all times, because the clock was moved."""
        for topic in self._topics.values():
            topic.seen += seconds
