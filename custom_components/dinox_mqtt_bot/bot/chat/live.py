"""Bubbles that are corrected in place: one per subscription and contact (XEP-0308)."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from ..model.message import Reading
from ..model.rules import Subscription
from ..model.timers import NEVER, is_due
from ..model.topics import shared
from ..ports import Phrases, When
from ..rendering.readings import render_digest, render_reading

BUFFER = 0.3
CORRECT_EVERY = 5.0
CORRECTIONS_PER_SECOND = 4.0
LONGEST = 3600.0
MOST_CORRECTIONS = 30
MAX_BUBBLES = 200
MOST_ON_BOARD = 200
MOST_LINES = 11


@dataclass(slots=True)
class Bubble:
    """What a subscription shows: one reading, or a line for each topic of a wildcard in the order they came.

    `ids` are notices by contact, none before it was said; `unsaid` counts what came since, by topic.
    """

    subscription: Subscription
    readings: dict[str, Reading]
    ids: dict[str, str] = field(default_factory=dict)
    since: float = 0.0
    said: float = 0.0
    shown: str = ""
    corrections: int = 0
    unsaid: Counter[str] = field(default_factory=Counter)

    def put(self, reading: Reading, subscription: Subscription) -> bool:
        """Show a reading in the place of its topic's last; False if there are too many topics."""
        topic = reading.message.topic
        if topic not in self.readings and len(self.readings) >= MOST_ON_BOARD:
            return False
        self.readings[topic], self.subscription = reading, subscription
        self.unsaid[topic] += 1
        return True

    def worn(self, now: float) -> bool:
        """Say whether a new one is due: it is an hour old, was corrected thirty times, or nobody has it.

        It is then far up in the conversation, and clients refuse to correct what is old.
        """
        old = not self.since <= now < self.since + LONGEST
        return old or not self.ids or self.corrections >= MOST_CORRECTIONS

    def settle(self) -> list[str]:
        """Take note that all of it is said; return the topics that were not."""
        topics = list(self.unsaid)
        self.unsaid.clear()
        return topics

    def render(self, phrases: Phrases, when: When) -> str:
        every = list(self.readings.values())
        if len(every) == 1:
            return render_reading(every[0], self.subscription, phrases, when)
        shown = [(each, self.subscription, 1) for each in every[:MOST_LINES]]
        text = render_digest(shown, 0, phrases)
        rest = len(every) - len(shown)
        return f"{text}\n{phrases.phrase('common.more_topics', count=rest)}" if rest else text


class Live:
    """The bubbles of all subscriptions; `due_at` is of the next new one, `correct_at` of a correction."""

    delay = BUFFER

    def __init__(self) -> None:
        self.due_at = NEVER
        self.correct_at = NEVER
        self._bubbles: dict[str, Bubble] = {}
        self._by_topic: dict[str, str] = {}
        self._new: dict[str, float] = {}
        self._stale: dict[str, float] = {}

    def __contains__(self, topic: str) -> bool:
        """Say whether something of a topic waits to be shown."""
        name = self._by_topic.get(topic, "")
        return (name in self._new or name in self._stale) and topic in self._bubbles[name].unsaid

    def take(self, reading: Reading, subscription: Subscription, now: float) -> bool:
        """Note what a subscription's bubble has to show next; False if there is no room for it."""
        topic = reading.message.topic
        wanted = shared(subscription.filter)[1]
        wide = "+" in wanted or "#" in wanted
        name = subscription.filter if wide else topic
        # What comes together is shown together.
        soon = now + BUFFER if wide else now
        bubble = self._bubbles.get(name)
        if bubble is None or not (bubble.unsaid or not bubble.worn(now)):
            if not self._room(name):
                return False
            # A new one shows all that the old one did.
            bubble = self._bubbles[name] = Bubble(subscription, dict(bubble.readings) if bubble else {})
            self._new[name] = soon
            self.due_at = min(self.due_at, soon)
        if not bubble.put(reading, subscription):
            return False
        self._by_topic[topic] = name
        if name not in self._new and name not in self._stale:
            self._stale[name] = max(soon, bubble.said + self._interval)
            self.correct_at = min(self.correct_at, self._stale[name])
        return True

    def corrects(self, topic: str, now: float) -> bool:
        """Say whether the topic is in a bubble in the chat that can still be corrected."""
        bubble = self._bubbles.get(self._by_topic.get(topic, ""))
        return bubble is not None and not bubble.worn(now)

    @property
    def _interval(self) -> float:
        """Seconds between two corrections of a bubble; many bubbles share what a client can bear."""
        return max(CORRECT_EVERY, len(self._bubbles) / CORRECTIONS_PER_SECOND)

    def _room(self, name: str) -> bool:
        """Make room for a new bubble: the oldest one that has nothing left to say goes."""
        self._forget(name)
        if len(self._bubbles) < MAX_BUBBLES:
            return True
        idle = next((name for name, bubble in self._bubbles.items() if not bubble.unsaid), None)
        if idle is not None:
            self._forget(idle)
        return idle is not None

    def _forget(self, name: str) -> list[str]:
        """Forget a bubble; return the topics of which something was unsaid."""
        self._new.pop(name, None)
        self._stale.pop(name, None)
        bubble = self._bubbles.pop(name, None)
        if bubble is None:
            return []
        for topic in bubble.readings:
            self._by_topic.pop(topic, None)
        return list(bubble.unsaid)

    def drop(self, gone: Callable[[Subscription], bool]) -> list[str]:
        """Forget the bubbles of subscriptions that are gone; return the topics that were unsaid."""
        names = [name for name, bubble in self._bubbles.items() if gone(bubble.subscription)]
        topics = [topic for name in names for topic in self._forget(name)]
        self.due_at = min(self._new.values(), default=NEVER)
        self.correct_at = min(self._stale.values(), default=NEVER)
        return topics

    def next_new(self) -> Bubble:
        """Take the bubble that waited longest to be said for the first time."""
        name = min(self._new, key=lambda each: self._new[each])
        del self._new[name]
        self.due_at = min(self._new.values(), default=NEVER)
        return self._bubbles[name]

    def next_stale(self, now: float) -> list[Bubble]:
        """Take the bubbles whose correction is due."""
        due = [name for name, at in self._stale.items() if is_due(at, now, self._interval)]
        for name in due:
            del self._stale[name]
        self.correct_at = min(self._stale.values(), default=NEVER)
        return [self._bubbles[name] for name in due]

    def unsaid(self) -> list[Bubble]:
        """Take all that has not been said, new bubbles first, whenever it is due."""
        waiting = [self._bubbles[name] for name in (*self._new, *self._stale)]
        self._new.clear()
        self._stale.clear()
        self.due_at = self.correct_at = NEVER
        return waiting
