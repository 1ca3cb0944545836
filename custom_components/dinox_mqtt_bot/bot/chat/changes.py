"""What of what comes in is a change: another word, or a number that is off by more than it always is."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import IntEnum
import re

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


@dataclass(slots=True)
class _Topic:
    text: int | None
    at: float
    told: bool = True
    words: dict[str, str] = field(default_factory=dict)
    numbers: dict[str, _Number] = field(default_factory=dict)


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
            for part, value, _ in _parts(reading):
                _keep(topic, part, value)
            return Change.FIRST
        busy, topic.at = 0 <= now - topic.at <= BUSY, now
        if topic.text == text:
            return Change.NONE
        topic.text = text
        every = list(_parts(reading))
        # Each is looked at, so that the noise of each is learned.
        change = max([_change(topic, *each, busy=busy) for each in every], default=Change.NONE)
        if not topic.told:
            topic.told, change = True, Change.FIRST
        if change:
            for part, value, _ in every:
                _keep(topic, part, value)
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
    main = next(_parts(reading), ("", "", ""))
    return number(main[1]) is None


def _parts(reading: Reading) -> Iterator[tuple[str, str, str]]:
    """Yield the values of a reading that may change: name, what Home Assistant keeps or the text, unit."""
    fields = reading.told or reading.fields
    if not fields:
        yield from _within("", reading.exact or reading.text, reading.unit)
    for each in fields[:MOST_PARTS]:
        if each.name == MORE or not is_technical(each.name):
            yield from _within(each.name, each.exact or each.text, each.unit)


def _within(name: str, text: str, unit: str) -> Iterator[tuple[str, str, str]]:
    """Yield a value, and apart from it the measures that are part of a longer text."""
    found = [] if len(text) > _LONGEST or number(text) else _WITHIN.findall(text)
    yield name, _WITHIN.sub("#", text) if found else text, unit
    for at, (value, its) in enumerate(found):
        yield f"{name}#{at}", value, its


def _change(topic: _Topic, part: str, text: str, unit: str, *, busy: bool) -> Change:
    read, known = number(text), topic.numbers.get(part)
    if read is not None and known is not None:
        return Change.NUMBER if known.differs(read[0], unit or read[1], busy=busy) else Change.NONE
    return Change.NONE if topic.words.get(part) == text and known is None else Change.WORD


def _keep(topic: _Topic, part: str, text: str) -> None:
    """Keep a value as told."""
    read = number(text)
    if read is None:
        topic.words[part] = text
        topic.numbers.pop(part, None)
    elif (known := topic.numbers.get(part)) is not None:
        known.told = read[0]
    else:
        topic.words.pop(part, None)
        topic.numbers[part] = _Number(read[0], read[0])
