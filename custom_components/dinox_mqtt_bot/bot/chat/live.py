"""Bubbles that are corrected in place: one per topic and contact (XEP-0308)."""

from dataclasses import dataclass, field

from ..model.message import Reading
from ..model.rules import Subscription
from ..model.timers import NEVER, is_due

CORRECT_EVERY = 5.0
CORRECTIONS_PER_SECOND = 4.0
LONGEST = 3600.0
MOST_CORRECTIONS = 30
MAX_BUBBLES = 200


@dataclass(slots=True)
class Bubble:
    """What one topic shows. `ids` are notices by contact, none before it was said; `unsaid` a count."""

    reading: Reading
    subscription: Subscription
    ids: dict[str, str] = field(default_factory=dict)
    since: float = 0.0
    said: float = 0.0
    shown: str = ""
    corrections: int = 0
    unsaid: int = 1

    def worn(self, now: float) -> bool:
        """Say whether a new one is due: it is an hour old, was corrected thirty times, or nobody has it.

        It is then far up in the conversation, and clients refuse to correct what is old.
        """
        old = not self.since <= now < self.since + LONGEST
        return old or not self.ids or self.corrections >= MOST_CORRECTIONS


class Live:
    """The bubbles of all topics. `due_at` is when the next new one, `correct_at` when a correction is due."""

    delay = 0.0

    def __init__(self) -> None:
        self.due_at = NEVER
        self.correct_at = NEVER
        self._bubbles: dict[str, Bubble] = {}
        self._new: dict[str, float] = {}
        self._stale: dict[str, float] = {}

    def __contains__(self, topic: str) -> bool:
        """Say whether something of a topic waits to be shown."""
        return topic in self._new or topic in self._stale

    def take(self, reading: Reading, subscription: Subscription, now: float) -> bool:
        """Note what a topic's bubble has to show next; False if there are too many bubbles."""
        topic = reading.message.topic
        bubble = self._bubbles.get(topic)
        if bubble is not None and (bubble.unsaid or not bubble.worn(now)):
            bubble.reading, bubble.subscription = reading, subscription
            bubble.unsaid += 1
            if topic not in self._new and topic not in self._stale:
                self._stale[topic] = max(now, bubble.said + self._interval)
                self.correct_at = min(self.correct_at, self._stale[topic])
            return True
        if not self._room(topic):
            return False
        self._bubbles[topic] = Bubble(reading, subscription)
        self._new[topic] = now
        self.due_at = min(self.due_at, now)
        return True

    def corrects(self, topic: str, now: float) -> bool:
        """Say whether a topic has a bubble in the chat that can still be corrected."""
        bubble = self._bubbles.get(topic)
        return bubble is not None and not bubble.worn(now)

    @property
    def _interval(self) -> float:
        """Seconds between two corrections of a bubble; many bubbles share what a client can bear."""
        return max(CORRECT_EVERY, len(self._bubbles) / CORRECTIONS_PER_SECOND)

    def _room(self, topic: str) -> bool:
        """Make room for a topic's new bubble: the oldest one that has nothing left to say goes."""
        self._bubbles.pop(topic, None)
        if len(self._bubbles) < MAX_BUBBLES:
            return True
        idle = next((topic for topic, bubble in self._bubbles.items() if not bubble.unsaid), None)
        if idle is not None:
            del self._bubbles[idle]
        return idle is not None

    def next_new(self) -> Bubble:
        """Take the bubble that waited longest to be said for the first time."""
        topic = next(iter(self._new))
        del self._new[topic]
        self.due_at = next(iter(self._new.values()), NEVER)
        return self._bubbles[topic]

    def next_stale(self, now: float) -> list[Bubble]:
        """Take the bubbles whose correction is due."""
        due = [topic for topic, at in self._stale.items() if is_due(at, now, self._interval)]
        for topic in due:
            del self._stale[topic]
        self.correct_at = min(self._stale.values(), default=NEVER)
        return [self._bubbles[topic] for topic in due]

    def unsaid(self) -> list[Bubble]:
        """Take all that has not been said, new bubbles first, whenever it is due."""
        waiting = [self._bubbles[topic] for topic in (*self._new, *self._stale)]
        self._new.clear()
        self._stale.clear()
        self.due_at = self.correct_at = NEVER
        return waiting
