"""What of what comes in is a change: another word, or a number that is off by more than it always is."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import IntEnum
import re
from typing import NamedTuple

from ..model.bounded import Bounded
from ..model.message import MORE, Reading
from ..payload.technical import is_technical
from ..text.numbers import number

MAX_COMPARED_TOPICS = 10_000
MOST_PARTS = 40
BUSY = 330.0
"""Seconds between two messages of a topic, up to which what goes to and fro is noise."""
TIMES = 8.0
"""By how many times its noise a number is off if it has changed."""
LEARNED = 0.1
"""The share of what is new in what is known of the noise."""

_AT_LEAST = {
    **dict.fromkeys(("°C", "K"), 0.5),
    **dict.fromkeys(("°F", "%", "hPa", "mbar", "mmHg", "km/h", "mph", "ft/s", "kn"), 1.0),
    "m/s": 0.5,
    "kPa": 0.1,
    "inHg": 0.05,
}
"""By how much a number has to be off, by its unit; what Home Assistant takes for significant."""
_RELATIVE = 0.02
"""The same of others that have a unit, as a part of the number."""


# What is of a thermostat or a lamp: `20.4 °C → 22, idle`, `on, 79 %`.
_WITHIN = re.compile(r"([-−]?\d+(?:[.,]\d+)?) ?(°C|°F|%)(?!\w)")
_LONGEST = 100


class Change(IntEnum):
    """How a reading differs from what was told of its topic: not, as it is the first, or in what."""

    NONE = 0
    FIRST = 1
    NUMBER = 2
    WORD = 3


@dataclass(slots=True)
class _Number:
    """A number: what was told, what came last and how it differed from before, how it goes to and fro."""

    told: float
    last: float
    step: float = 0.0
    noise: float = 0.0

    def differs(self, value: float, unit: str, *, busy: bool) -> bool:
        """Learn what came in; say whether it is a change since it was told."""
        step = value - self.last
        if not busy:
            self.noise = 0.0
        elif step or self.noise:
            # What goes on in one direction is no noise.
            back = min(abs(step), abs(self.step)) if step * self.step < 0 else 0.0
            self.noise += LEARNED * (back - self.noise)
        self.last, self.step = value, step
        least = _AT_LEAST.get(unit, max(abs(self.told), abs(value)) * _RELATIVE if unit else 0.0)
        off = abs(value - self.told)
        # Of 20.1 and 20.6 the computer says that they differ by a little less.
        return bool(off) and off >= least * 0.999_999 and off > TIMES * self.noise


class _Part(NamedTuple):
    """One value of a reading: its name, its text, the number that this is, and its unit."""

    name: str
    text: str
    value: float | None
    unit: str


@dataclass(slots=True)
class _Topic:
    text: int | None
    at: float
    told: bool = True
    words: dict[str, str] = field(default_factory=dict)
    numbers: dict[str, _Number] = field(default_factory=dict)

    def change(self, parts: Iterable[_Part], *, busy: bool) -> Change:
        """Return in what values differ from those told; each is looked at, so that its noise is learned."""
        change = Change.NONE
        for name, text, value, unit in parts:
            known = self.numbers.get(name)
            if value is None or known is None:
                if known is not None or self.words.get(name) != text:
                    change = Change.WORD
            elif known.differs(value, unit, busy=busy) and change is Change.NONE:
                change = Change.NUMBER
        return change

    def keep(self, parts: Iterable[_Part]) -> None:
        """Keep values as told."""
        for name, text, value, _ in parts:
            known = self.numbers.get(name)
            if value is None:
                self.words[name] = text
                if known is not None:
                    del self.numbers[name]
            elif known is not None:
                known.told = value
            else:
                self.words.pop(name, None)
                self.numbers[name] = _Number(value, value)


class Changes:
    """Knows of each topic what was told last, and how its numbers go to and fro."""

    def __init__(self) -> None:
        self._topics = Bounded[str, _Topic](MAX_COMPARED_TOPICS)

    def of(self, reading: Reading, now: float) -> Change:
        """Return how a reading differs from the last one told, and keep it as that if it does."""
        name, text = reading.message.topic, hash(reading.text)
        topic = self._topics.get(name)
        if topic is None:
            self._topics.put(name, topic := _Topic(text, now))
            topic.keep(_parts(reading))
            return Change.FIRST
        busy, topic.at = 0 <= now - topic.at <= BUSY, now
        if topic.text == text:
            return Change.NONE
        topic.text = text
        parts = _parts(reading)
        change = topic.change(parts, busy=busy)
        if not topic.told:
            topic.told, change = True, Change.FIRST
        if change:
            topic.keep(parts)
            self._topics.put(name, topic)
        return change

    def forget(self, topics: Iterable[str], *, same: bool = False) -> None:
        """Take what comes next of these topics for the first, what is the `same` only if that is wanted."""
        for name in topics:
            if (topic := self._topics.get(name)) is not None:
                topic.told = False
                topic.text = None if same else topic.text


def is_word(reading: Reading) -> bool:
    """Say whether the main value of a reading is a word, as a door's is, and not a number."""
    if reading.value is not None and not reading.fields:
        return False
    main = next(iter(_parts(reading)), None)
    return main is None or main.value is None


def _parts(reading: Reading) -> list[_Part]:
    """Return the values of a reading that may change, as Home Assistant keeps them or as they are told."""
    fields = reading.told or reading.fields
    if not fields:
        return _within("", reading.exact or reading.text, reading.unit)
    parts: list[_Part] = []
    for name, text, unit, exact in fields[:MOST_PARTS]:
        if name == MORE or not is_technical(name):
            parts += _within(name, exact or text, unit)
    return parts


def _within(name: str, text: str, unit: str) -> list[_Part]:
    """Return a value, and apart from it the measures that are part of a longer text."""
    if (read := number(text)) is not None:
        return [_Part(name, text, read[0], unit or read[1])]
    found = [] if len(text) > _LONGEST else _WITHIN.findall(text)
    if not found:
        return [_Part(name, text, None, unit)]
    parts = [_Part(name, _WITHIN.sub("#", text), None, unit)]
    for at, (value, its) in enumerate(found):
        parts += _within(f"{name}#{at}", value, its)
    return parts
