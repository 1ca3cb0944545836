"""A condition, made ready to judge the values of many messages."""

from collections.abc import Callable, Iterator
from functools import lru_cache
from math import isclose
import operator
import re

from ..model.rules import Condition, Operator, Value
from ..text.numbers import number, with_unit
from ..text.states import is_state_word, same_state, side_of
from ..text.units import comparable, conversion, convert

type Samples = tuple[tuple[float, float], ...]
"""What a rule remembers of older values: (Unix time, number), the oldest first."""

MOST_REMEMBERED = 60
_ALIKE = {"true": "on", "yes": "on", "false": "off", "no": "off"}
_LEVELS: dict[Operator, Callable[[float, float], bool]] = {
    Operator.ABOVE: operator.gt,
    Operator.BELOW: operator.lt,
    Operator.AT_LEAST: operator.ge,
    Operator.AT_MOST: operator.le,
}
_RANGES = frozenset({Operator.BETWEEN, Operator.OUTSIDE})
_WINDOWED = frozenset({Operator.RISES, Operator.FALLS})
_HIGHEST = frozenset({Operator.ABOVE, Operator.AT_LEAST, Operator.RISES})
_LOWEST = frozenset({Operator.BELOW, Operator.AT_MOST, Operator.FALLS})
_PATTERNED = frozenset({Operator.MATCHES, Operator.HAPPENS})
_WORDY = frozenset({Operator.EQUAL, Operator.UNEQUAL, Operator.HAPPENS})
_UNITS_KEPT = 64

"""Operators that nothing but numbers can meet."""


class Judge:
    """Judges one condition.

    `edge`: it is true but for a moment; `event`: each message anew, else with a change of the value. `timed`:
    time makes it true, no value. `windowed`: it needs older values. `wordy`: it compares with a word. With a
    limit that is no number where one is needed it never says anything (`problem`).
    """

    def __init__(self, condition: Condition) -> None:
        self._condition = condition
        self._operator = condition.operator
        self.edge = self._operator.momentary
        self.event = self._operator is Operator.HAPPENS
        self.timed = self._operator is Operator.STALE
        self.windowed = self._operator in _WINDOWED
        self._numbers = [number(text) for text in condition.values]
        self._clear = number(condition.clear)
        # `between 5 and 10 °C`: the unit is that of all numbers that have none.
        units = [found[1] for found in (self._clear, *self._numbers) if found is not None and found[1]]
        self._unit = units[-1] if units else ""
        if self._clear is not None and not comparable(self._clear[1], self._unit):
            self._clear = None
        self._limits = self._of_one_unit()
        self._word = condition.values[0] if condition.values else ""
        self._folded = self._word.casefold()
        self.wordy = self._operator in _WORDY and bool(self._word) and self._numbers[0] is None
        self._glob = _Glob(self._word if self._operator in _PATTERNED else "")
        self._by_unit: dict[tuple[str, str], Callable[[float], float] | None] = {}

    def holds(self, value: Value, before: str | None, memory: Samples, now: float) -> bool | None:
        """Say whether it holds, `before` being the text before.

        None: there is no number where one is needed, or one whose unit measures something else.
        """
        if self._operator.numeric:
            return self._measured(value, memory, now)
        match self._operator:
            case Operator.EQUAL:
                return self._same(value, self._word)
            case Operator.UNEQUAL:
                same = self._same(value, self._word)
                return None if same is None else not same
            case Operator.CONTAINS:
                return any(self._folded in _folded(text) for text in _texts(value))
            case Operator.MATCHES:
                return any(map(self._glob.matches, _texts(value)))
            case Operator.CHANGES:
                return before is not None and not self._same(value, before)
            case Operator.HAPPENS:
                return not self._word or self._same(value, self._word) or self._glob.matches(value.text)
        return False  # a value came: whatever it is, there is no silence

    def clears(self, value: Value) -> bool:
        """Say whether a value for which the condition does not hold ends an alert."""
        if not self._condition.clear or self.edge or self.timed:
            return True
        if not self._operator.numeric:
            return bool(self._same(value, self._condition.clear))
        amount = self.amount(value)
        if self._clear is None or amount is None:
            return self._clear is None
        if self._operator in _RANGES:
            return self._passed(amount, self._clear)
        level = convert(*self._clear, self._unit)
        return amount <= level if self._operator in _HIGHEST else amount >= level

    def amount(self, value: Value) -> float | None:
        """Return the number of a value in the unit of the limits; None if that measures something else.

        A limit or a value without a unit is taken to be in that of the other.
        """
        amount, unit = value.number, value.unit
        if amount is None or not unit or not self._unit or unit == self._unit:
            return amount
        key = unit, value.gas
        if key not in self._by_unit:
            if len(self._by_unit) >= _UNITS_KEPT:
                self._by_unit.clear()
            self._by_unit[key] = conversion(unit, self._unit, gas=value.gas)
        converted = self._by_unit[key]
        return None if converted is None else converted(amount)

    def remember(self, memory: Samples, value: Value, now: float) -> Samples:
        """Return the memory with this value: what may still be the window's lowest (RISES) or highest.

        What a later value makes useless goes, so does what follows a more extreme one within 1/60 of the
        window (some sixty stay), and what is from the future (a clock set back).
        """
        amount, rises = self.amount(value), self._operator is Operator.RISES
        if not self.windowed or amount is None:
            return memory
        kept = [
            (at, old)
            for at, old in memory
            if now - self._condition.seconds <= at <= now and (old < amount if rises else old > amount)
        ]
        if not kept or now - kept[-1][0] >= self._condition.seconds / MOST_REMEMBERED:
            kept.append((now, amount))
        return tuple(kept)

    def worse(self, amount: float | None, peak: float | None) -> bool:
        """Say whether an `amount` is worse than the worst so far."""
        limits = self._limits
        if amount is None or limits is None or self._operator is Operator.BETWEEN:
            return False
        if self._operator in _HIGHEST:
            return peak is None or amount > peak
        if self._operator in _LOWEST:
            return peak is None or amount < peak
        return peak is None or _beyond(amount, limits) > _beyond(peak, limits)

    def problem(self) -> str:
        """Return why the condition can never be met: a key below `common.`; empty if it can."""
        wanted = 2 if self._operator in _RANGES else 0 if self.edge or self.timed else 1
        if len(self._condition.values) != wanted and not self.event:
            return "rule_limit_missing"
        if not self._operator.numeric:
            return ""
        if None in self._numbers:
            return "rule_limit_no_number"
        if self._limits is None:
            return "rule_limit_units"
        if self.windowed and self._condition.seconds <= 0:
            return "rule_window_missing"
        return "rule_clear_no_number" if self._condition.clear and self._clear is None else ""

    def _measured(self, value: Value, memory: Samples, now: float) -> bool | None:
        limits, amount = self._limits, self.amount(value)
        if amount is None or limits is None:
            return None
        if self._operator in _RANGES:
            return (limits[0] <= amount <= limits[1]) is (self._operator is Operator.BETWEEN)
        if not self.windowed:
            return _LEVELS[self._operator](amount, limits[0])
        since = now - self._condition.seconds
        window = [old for at, old in memory if since <= at <= now]
        if not window:
            return False
        moved = amount - min(window) if self._operator is Operator.RISES else max(window) - amount
        return moved >= limits[0]

    def _of_one_unit(self) -> tuple[float, ...] | None:
        """Return the limits in one unit, the lower one first; None if they are no numbers of one quantity."""
        found = [each for each in self._numbers if each is not None]
        if not self._operator.numeric or len(found) != (2 if self._operator in _RANGES else 1):
            return None
        if not all(comparable(unit, self._unit) for _, unit in found):
            return None
        return tuple(
            sorted(convert(amount, unit, self._unit, difference=self.windowed) for amount, unit in found)
        )

    def _passed(self, amount: float, clear: tuple[float, str]) -> bool:
        """Say whether an amount is past a border by the distance of `clear`."""
        if self._limits is None:
            return True
        low, high = self._limits
        distance = abs(convert(*clear, self._unit, difference=True))
        if self._operator is Operator.BETWEEN:
            return amount <= low - distance or amount >= high + distance
        distance = min(distance, (high - low) / 2)  # there must be a place where it is over
        return low + distance <= amount <= high - distance

    def _same(self, value: Value, text: str) -> bool | None:
        """Say whether a value is what a text says; None if their units measure different things."""
        if value.number is not None and (found := number(text)) is not None:
            amount, unit = found
            if not comparable(value.unit, unit, value.gas):
                return None
            own = convert(value.number, value.unit, unit, gas=value.gas)
            return isclose(own, amount, rel_tol=1e-9, abs_tol=0.0)
        return _same_word(value, text)


def _same_word(value: Value, text: str) -> bool:
    """Say whether a value is what a word says: one that people read for it, else what the device wrote."""
    word = _plain(text)
    if value.raw and not is_state_word(text):
        if _is_truth(text) and _is_truth(value.raw):
            return _folded(text.strip()) == _folded(value.raw.strip())
        if word == _plain(value.raw):
            return True
    if value.exact and (word == _plain(value.exact) or _is_said(word, value)):
        return True
    return word in (_plain(value.text), _plain(with_unit(value.text, value.unit)))


def _is_said(word: str, value: Value) -> bool:
    """Say whether a word is one for the state, in any language or of its kind of thing, or of any unknown."""
    if value.word in ("on", "off") and side_of(word) == value.word:
        return True
    return any(same_state(word, each) for each in (value.text, value.exact, value.word) if each)


def _is_truth(text: str) -> bool:
    return _folded(text.strip()) in _ALIKE


def _texts(value: Value) -> Iterator[str]:
    """Yield all that a value is written as: with its unit, as Home Assistant keeps it, as the device does."""
    yield with_unit(value.text, value.unit)
    yield from filter(None, (value.text if value.unit else "", value.exact, value.raw))


def _plain(text: str) -> str:
    word = _folded(text.strip())
    return _ALIKE.get(word, word)


@lru_cache(16)
def _folded(text: str) -> str:
    """Return text as words are compared: once for all rules that judge a value, which may be a long one."""
    return text.casefold()


def _beyond(amount: float, limits: tuple[float, ...]) -> float:
    return max(limits[0] - amount, amount - limits[-1])


class _Glob:
    """A pattern: `*` is any text, `?` one character. No backtracking, so time grows with the text only."""

    def __init__(self, pattern: str) -> None:
        first, *rest = pattern.casefold().split("*")
        self._first = _exactly(first)
        self._middle = [_exactly(each) for each in rest[:-1] if each]
        self._last = _exactly(rest[-1]) if rest else None
        self._length = len(rest[-1]) if rest else 0

    def matches(self, text: str) -> bool:
        """Say whether the whole text is of the pattern, in upper or lower case."""
        text = _folded(text.strip())
        if self._last is None:
            return self._first.fullmatch(text) is not None
        found = self._first.match(text)
        for part in self._middle:
            found = part.search(text, found.end()) if found else None
        start = len(text) - self._length
        return found is not None and start >= found.end() and self._last.match(text, start) is not None


def _exactly(part: str) -> re.Pattern[str]:
    return re.compile("".join("." if letter == "?" else re.escape(letter) for letter in part), re.DOTALL)
