"""Readings that wait to be told together."""

from collections.abc import Callable, Iterable, Mapping
from copy import replace
from dataclasses import dataclass

from ..model.message import Reading
from ..model.rules import Subscription
from ..model.timers import NEVER
from ..ports import Phrases, When
from ..rendering.gathered import MOST_LINES, render_gathered
from ..rendering.readings import render_digest, render_reading
from .pace import LONGEST_PACE, ToldOrder

IN_FULL = 3
MOST_KEPT = 200
"""Topics of which the newest value is kept."""
MOST_NAMED = 10_000
LARGE_JSON = 4_096


@dataclass(slots=True)
class Latest:
    reading: Reading
    subscription: Subscription
    count: int = 1


@dataclass(frozen=True, slots=True)
class Short:
    """What is told of a batch, in each language, and the topics that are only counted in one of them."""

    texts: Mapping[Phrases, str]
    left_out: list[str]


class Batch:
    """What came in since the last time, due `delay` seconds after the first: three readings in full.

    Beyond that the newest of each topic, and late ones a line each: how it ended does not tell what happened
    meanwhile. Its size is bounded; the rest is counted. It is not due before `not_before`.
    """

    def __init__(self, delay: float, in_full: int = IN_FULL, *, not_before: float = 0.0) -> None:
        self.delay = delay
        self.not_before = not_before
        self.due_at = NEVER
        self._in_full = in_full
        self._first: list[Latest] = []
        # By topic, and for a reading that came late its number.
        self._latest: dict[tuple[str, int], Latest] = {}
        self._more: set[str] = set()
        self.unlisted = 0
        self.count = 0

    @property
    def latest(self) -> Iterable[Latest]:
        """The lines in the order in which they first came."""
        return self._latest.values()

    @property
    def topics(self) -> list[str]:
        """All topics, those without a line of their own too, up to a bound."""
        return list(dict.fromkeys((*(topic for topic, _ in self._latest), *self._more)))

    def __contains__(self, topic: str) -> bool:
        if not self.count:
            return False
        known = (topic, 0) in self._latest or topic in self._more
        return known or any(topic == one for one, number in self._latest if number)

    def add(self, reading: Reading, subscription: Subscription, now: float) -> None:
        if not self.count:
            # Farther off than the longest gap: the clock was set back.
            wait = self.not_before - now
            self.delay = max(self.delay, wait if wait <= LONGEST_PACE else 0.0)
            self.due_at = now + self.delay
        self.count += 1
        # Parsed, JSON takes many times the memory of its text, and no text is made of it.
        if len(reading.message.payload) > LARGE_JSON and reading.json is not None:
            reading = replace(reading, json=None)
        if self.count <= self._in_full:
            self._first.append(Latest(reading, subscription))
        elif self._first:
            self._first.clear()
        topic = reading.message.topic
        line = topic, self.count if reading.message.fetched else 0
        known = self._latest.get(line)
        if known is not None:
            known.reading, known.subscription = reading, subscription
            known.count += 1
        elif len(self._latest) < MOST_KEPT:
            self._latest[line] = Latest(reading, subscription)
        else:
            self.unlisted += 1
            if len(self._more) < MOST_NAMED:
                self._more.add(topic)

    def hasten(self, now: float, delay: float) -> None:
        """Have it due so soon, whatever waits."""
        self.not_before = 0.0
        if self.count:
            self.due_at = min(self.due_at, now + delay)

    def drop(self, gone: Callable[[Subscription], bool]) -> list[str]:
        """Forget what came in under subscriptions that are gone; return the topics."""
        self._first = [one for one in self._first if not gone(one.subscription)]
        lines = [line for line, one in self._latest.items() if gone(one.subscription)]
        for line in lines:
            self.count -= self._latest.pop(line).count
        if lines and not self._latest:
            # What has no line of its own is of no subscription that is known any more.
            self.count = self.unlisted = 0
            self._more.clear()
        if not self.count:
            self.due_at = NEVER
        return [topic for topic, _ in lines]

    def part(self, keep: Callable[[str], bool]) -> Batch:
        """Return what is in it of some topics."""
        part = Batch(self.delay, self._in_full)
        part._latest = {line: one for line, one in self._latest.items() if keep(line[0])}
        part._first = [one for one in self._first if keep(one.reading.message.topic)]
        part._more = {topic for topic in self._more if keep(topic)}
        part.unlisted = len(part._more)
        part.count = sum(one.count for one in part.latest) + part.unlisted
        return part

    def absorb(self, other: Batch) -> None:
        """Take in all of another batch, as newest values."""
        self._first.clear()
        before = self.count
        self.count += other.count
        self.unlisted += other.unlisted
        self._more |= other._more
        for (topic, number), one in other._latest.items():
            line = topic, number and before + number
            known = self._latest.get(line)
            if known is not None:
                known.reading, known.subscription = one.reading, one.subscription
                known.count += one.count
            elif len(self._latest) < MOST_KEPT:
                self._latest[line] = replace(one)
            else:
                self.unlisted += one.count
                self._more.add(topic)

    def render(self, phrases: Phrases, when: When) -> str:
        if self.count <= self._in_full:
            return self._whole(phrases, when)
        entries = [(one.reading, one.subscription, one.count) for one in self.latest]
        return render_digest(entries, self.unlisted, phrases)

    def short(
        self, speeches: Iterable[Phrases], when: When, seen: ToldOrder, most: int = MOST_LINES
    ) -> Short:
        """Return it as `most` lines: where not all fits, first what was not told for longest.

        What came late is told whole all the same.
        """
        lines = sorted(self.latest, key=lambda one: seen.rank(one.reading.message.topic))
        entries = [(one.reading, one.subscription, one.count) for one in lines]
        whole = self.count <= self._in_full or any(number for _, number in self._latest)
        texts, shown = {}, len(lines)
        for phrases in set(speeches):
            text, count = render_gathered(entries, self.unlisted, phrases, most)
            texts[phrases] = self.render(phrases, when) if whole else text
            shown = shown if whole else min(shown, count)
        for one in lines[:shown]:
            seen.note(one.reading.message.topic)
        return Short(texts, [*(one.reading.message.topic for one in lines[shown:]), *self._more])

    def _whole(self, phrases: Phrases, when: When) -> str:
        blocks = [render_reading(one.reading, one.subscription, phrases, when) for one in self._first]
        return ("\n\n" if any("\n" in block for block in blocks) else "\n").join(blocks)
