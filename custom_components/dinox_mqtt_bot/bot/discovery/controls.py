"""What can be set: the words, numbers and texts that a thing takes, and what is published for them."""

from dataclasses import dataclass
import json
from math import ceil

from ..model.topics import fold
from ..text.numbers import number, number_text, with_unit
from ..text.units import comparable, convert

_NEAR = 1e-6

_SAME = {
    **dict.fromkeys(("an", "ein", "true", "yes"), "on"),
    **dict.fromkeys(("aus", "false", "no"), "off"),
    **dict.fromkeys(("auf", "öffnen", "offen", "opened"), "open"),
    **dict.fromkeys(("zu", "schließen", "closed"), "close"),
    **dict.fromkeys(("verriegeln", "abschließen", "locked"), "lock"),
    **dict.fromkeys(("entriegeln", "aufschließen", "unlocked"), "unlock"),
    **dict.fromkeys(("stopp", "halt"), "stop"),
    **dict.fromkeys(("drücken", "push"), "press"),
}
"""What is said for a word."""

_HARMLESS = frozenset({"lock", "close", "stop"})


@dataclass(frozen=True, slots=True)
class Scale:
    """A range of numbers. Without a `step` each number in it is allowed.

    The device counts from `ends[0]` at `low` to `ends[1]` at `high`, or a million by it (`mired`, as lamps
    do).
    """

    low: float
    high: float
    step: float = 0.0
    unit: str = ""
    ends: tuple[float, float] | None = None
    mired: bool = False
    up: bool = False

    def take(self, said: str) -> float | None:
        """Return the number that was said, in the unit of the range; None if it is not allowed."""
        found = number(said)
        if found is None:
            return None
        value, unit = found
        if not comparable(unit, self.unit):
            return None
        value = convert(value, unit, self.unit)
        return value if self.low <= value <= self.high and self._on_step(value) else None

    def _on_step(self, value: float) -> bool:
        if self.step <= 0:
            return True
        steps = (value - self.low) / self.step
        return abs(steps - round(steps)) < _NEAR

    def payload(self, value: float) -> float:
        """Return the device's number for one of ours."""
        if self.mired:
            return round(1_000_000 / value)
        if self.ends is None:
            return value
        first, last = self.ends
        own = first + (value - self.low) / (self.high - self.low) * (last - first)
        return ceil(own - _NEAR) if self.up else round(own)


@dataclass(frozen=True, slots=True)
class Control:
    """One thing about an entity that can be set; its main one has no `aspect`.

    `words` map to payloads; `letters` are the shortest and the longest text. A `shy` one has to be named
    (`swing on`). `key` is the payload's place in a JSON object. `before` and `after` (topic, payload) are
    published along. What is `guarded` is asked about before it is opened.
    """

    aspect: str
    topic: str
    words: tuple[tuple[str, str], ...] = ()
    scale: Scale | None = None
    letters: tuple[int, int] | None = None
    template: str = ""
    key: str = ""
    shy: bool = False
    guarded: bool = False
    before: tuple[str, str] | None = None
    after: tuple[str, str] | None = None

    @property
    def usable(self) -> bool:
        """Whether there is a way to say anything to it."""
        ranged = self.scale is not None and self.scale.low < self.scale.high
        return bool(self.topic) and (bool(self.words) or ranged or self.letters is not None)

    def take(self, said: str) -> SetValue | None:
        """Return what was said as a value of this; None if it is not allowed."""
        if (word := self._word(said)) is not None:
            return word
        if self.scale is not None and (amount := self.scale.take(said)) is not None:
            own = self.scale.payload(amount)
            said = with_unit(number_text(amount), self.scale.unit)
            return SetValue(said, number_text(own), amount == self.scale.low)
        if self.letters is not None and self.letters[0] <= len(said) <= self.letters[1]:
            return SetValue(said, said)
        return None

    def _word(self, said: str) -> SetValue | None:
        """Find the word that was said, else the payload, else the word that means the same."""
        folded = fold(said)
        names = [(fold(word), fold(word.replace("_", " "))) for word, _ in self.words]
        payloads = [(fold(payload),) for _, payload in self.words]
        for wanted, every in ((folded, names), (folded, payloads), (_SAME.get(folded), names)):
            for (word, payload), each in zip(self.words, every, strict=True):
                if wanted in each:
                    return SetValue(word, payload, word in _HARMLESS)
        return None

    def asks_first(self, value: SetValue) -> bool:
        """Say whether a value is one that a person should confirm."""
        return self.guarded and not value.harmless

    def written(self, payload: str) -> str:
        """Return what is published: the payload, or a JSON object with it; a lamp is switched on with it."""
        if not self.key:
            return payload
        value: object = payload
        if self.scale is not None:
            value = json.loads(payload)
        state = {"state": "ON"} if self.key != "state" else {}
        return json.dumps({**state, self.key: value}, ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class SetValue:
    """Something a control takes, as it is told and as the device wants it."""

    said: str
    payload: str
    harmless: bool = False
