"""What the bot listens to, by topic: who is told of it, and what the broker is asked for."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from ..model.message import Message, Presence, QoS
from ..model.replies import Text
from ..model.rules import Display, Priority, RuleSet, Subscription
from ..model.timers import NEVER, is_due
from ..model.topics import Subscriptions, covers, shared
from ..ports import Ports
from .audience import Audience
from .following import Followed, all_topics
from .readings import Readings
from .technical import presence_in, says_presence, technical

WAIT = 0.5
"""Seconds from a configuration until the broker is asked for its topics: mostly hundreds come at once."""
_KNOWN_TOPICS = 20_000
_MOST_NAMED = 3
"""Filters that are named of those that the broker refuses."""
_REPEATED = "/STATE"
"""How a topic of Tasmota ends that may tell for hours alone how a device is."""


class Listening:
    """Knows under which subscription a message comes in, and has the broker bring what is wanted.

    What devices announce is listened to without being subscribed: it is in `devices`, and told to nobody
    unless it is followed. `tell` hears once that there is too much of it; `changed` that the broker is asked
    for something else.
    """

    def __init__(self, ports: Ports, readings: Readings, tell: Callable[[Text], None]) -> None:
        self._ports = ports
        self._readings = readings
        self._tell = tell
        self.changed: Callable[[], None] = _ignore
        self.subscriptions = Subscriptions()
        self.followed = Followed(readings.devices)
        self.audience = Audience(lambda chosen: all_topics(chosen, readings.devices))
        self.wanted: Mapping[str, QoS] | None = None
        self.due_at = NEVER
        self._rules = RuleSet()
        self._implied = Subscriptions()
        self._heard: dict[str, Subscription | None] = {}
        self._presences: set[str] = set()
        self._kept_only: dict[str, Subscription] = {}
        self._told_full = False
        self._refused: set[str] = set()
        self._unsaid: dict[str, str] = {}
        self._asked: frozenset[str] = frozenset()
        self._fresh: frozenset[str] = frozenset()
        readings.renew = self._renewed

    def apply(self, rules: RuleSet, implied: Iterable[Subscription]) -> None:
        """Take over what is subscribed, and what is listened to for other reasons."""
        self._rules = rules
        self.audience.apply(rules.contacts)
        self._implied = Subscriptions(implied)
        self._kept_only.clear()
        before = self.wanted or {}
        self._look()
        self._fresh = frozenset(one for one, qos in (self.wanted or {}).items() if before.get(one) != qos)

    def _renewed(self) -> None:
        """Take note that devices are known otherwise: the broker is asked for their topics soon."""
        self._forget()
        self.audience.renew()
        self._look_soon()

    def _look_soon(self) -> None:
        if self.due_at == NEVER:
            self.due_at = 0.0
            self._ports.clock.wake(self._ports.clock.now())

    def tick(self, now: float) -> None:
        if not self.due_at:
            self.due_at = now + WAIT
        elif is_due(self.due_at, now, WAIT):
            self.due_at = NEVER
            self._do_without()
            self._look()
            self.changed()

    def _look(self) -> None:
        """Find out what is followed, and ask the broker for what is wanted."""
        self._forget()
        rules = self._rules
        self.followed.find(rules.follows)
        every = Subscriptions((*rules.beside, *self._implied, *rules.subscriptions))
        states = self._readings.devices.uses.states
        filters = states.filters() if rules.discovery_prefix else ()
        self._asked = frozenset((*self._readings.discovery_filters, *filters))
        wanted = every.wanted(self._readings.discovery_filters, filters)
        if wanted != self.wanted:
            self.wanted = wanted
            self._ports.broker.want(wanted)
        full = states.left_out > 0
        if full and not self._told_full:
            self._tell(Text("states_full", {"count": str(states.left_out), "all": str(len(states))}))
        self._told_full = full

    def _forget(self) -> None:
        self._heard.clear()
        self._presences.clear()

    def bringing(self, filters: Iterable[str]) -> list[str]:
        """Return what is asked of the broker that brings what some filters match."""
        asked = list(filters)
        return [each for each in self.wanted or () if any(covers(each, one) for one in asked)]

    def again(self, filters: Iterable[str]) -> list[str]:
        """Return what brings what some filters match, and was asked for before: its retained ones are due."""
        return self.bringing(each for each in filters if each not in self._fresh)

    def best(self, topic: str) -> Subscription | None:
        """Return how a topic is told and kept, None if neither; one look-up for a topic known before."""
        try:
            return self._heard[topic]
        except KeyError:
            pass
        if len(self._heard) >= _KNOWN_TOPICS:
            self._forget()
        found = self._found(topic)
        if not self._tells_first(topic):
            self._heard[topic] = found
        return found

    def _tells_first(self, topic: str) -> bool:
        """Say whether a device told something only by what it repeats each few minutes, so far."""
        devices = self._readings.devices
        if not topic.endswith(_REPEATED) or not devices.uses.is_repeated(topic):
            return False
        first = devices.uses.first(topic)
        return bool(first) and all(devices.newest(each) is None for each in first)

    def _found(self, topic: str) -> Subscription | None:
        own, followed = self.subscriptions.best(topic), self.followed.best(topic)
        if own is not None and (shared(own.filter)[1] == topic or own.priority >= Priority.ALERT):
            followed = None
        told = followed or own
        if told is None:
            return self._implied.best(topic)
        if shared(told.filter)[1] == topic and told is own:
            return told
        uses = self._readings.devices.uses
        if self._tells_first(topic):
            return told
        if not uses.devices(topic) and technical(topic, self._rules.discovery_prefix, uses):
            return self._history_only(told)
        if says_presence(topic, uses):
            self._presences.add(topic)
        return told

    def _history_only(self, told: Subscription) -> Subscription:
        """Return a subscription that keeps what it brings and tells nobody."""
        kept = self._kept_only.get(told.filter)
        if kept is None or kept.qos is not told.qos:
            kept = replace(told, priority=Priority.SILENT, display=Display.SILENT)
            self._kept_only[told.filter] = kept
        return kept

    def say_refusals(self) -> None:
        """Tell of each topic once that the broker will not deliver, soon where nobody subscribed to it."""
        for topic_filter, reason in self._ports.broker.refused.items():
            if topic_filter in self._refused:
                continue
            if self.subscriptions.get(topic_filter) is not None:
                self._refused.add(topic_filter)
                self._tell(Text("refused", {"filter": topic_filter, "reason": reason}))
            elif topic_filter in self._asked:
                self._refused.add(topic_filter)
                self._unsaid[topic_filter] = reason
        if self._unsaid:
            self._look_soon()

    def _do_without(self) -> None:
        """Ask for the topics of devices by their names where wildcards are refused, and tell what is."""
        unsaid, self._unsaid = self._unsaid, {}
        if not unsaid:
            return
        announced = [one for one in unsaid if one in self._readings.discovery_filters]
        states = [one for one in unsaid if one not in announced]
        groups = self._readings.devices.uses.states.refuse(states)
        for key, some in (
            ("refused_groups", [one for one in states if one in groups]),
            ("refused_discovery", announced),
            ("refused_states", [one for one in states if one not in groups]),
        ):
            if some:
                told = ", ".join([*some[:_MOST_NAMED], *["…"] * (len(some) > _MOST_NAMED)])
                self._tell(Text(key, {"filters": told, "count": str(len(some)), "reason": unsaid[some[0]]}))

    def is_gone(self, subscription: Subscription) -> bool:
        """Say whether what came in under a subscription is told to nobody any more."""
        own = self.subscriptions.get(subscription.filter)
        return own is None and self.followed.best(subscription.filter) is None

    def presence(self, message: Message) -> Presence | None:
        """Return whether devices are there, if that is all that a message tells."""
        topic = message.topic
        if topic not in self._presences:
            return None
        uses = self._readings.devices.uses
        if devices := uses.devices(topic):
            there = uses.is_there(topic, message.payload, self._ports.templates)
            return None if there is None else Presence(there, tuple(devices))
        there = presence_in(message.payload[:1_000].decode(errors="replace"))
        return None if there is None else Presence(there, (self._readings.name(_device_topic(topic)),))


def _device_topic(topic: str) -> str:
    """Return the topic whose name is that of what a topic tells the presence of: `z/lamp/availability`."""
    return topic.rpartition("/")[0] or topic


def _ignore() -> None:
    """Leave it unsaid: nobody listens yet."""
