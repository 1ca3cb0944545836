"""How much more or less is wanted of something: `brighter`, `2 degrees warmer`, `up to 21`."""

from dataclasses import dataclass
from math import inf, isinf
import re

from .numbers import number
from .politeness import MARKS, is_wish
from .tongue import either, plainly, senses, words

_STEP_UNITS = frozenset({"%", "°", "°C", "°F", "K"})
_DEGREE = re.compile(rf"(?i)\d ?°|\b(?:{either('degrees')})\b")
_STEP_WORDS = {*words("degrees"), *words("percent"), "%", "°", "°c", "°f"}


@dataclass(frozen=True, slots=True)
class Step:
    """Which way something goes: `what` is its aspect, `by` how much, `inf` a little, `name` the rest."""

    what: str
    by: float
    name: str

    @property
    def said(self) -> str:
        """How much more or less, as it may be said behind any name."""
        way = min(words(f"step_{self.what}_{'up' if self.by > 0 else 'down'}"))
        unit = "°" if self.what == "temperature" else "%"
        return way if isinf(self.by) else f"{abs(self.by):g}{unit} {way}"


def without_way(line: str) -> str:
    """Return a wish without the way beside what it is to become: `auf 21 hoch`, `runter auf 18`."""
    spoken = [] if line.endswith("?") else line.rstrip(MARKS).split()
    for at in range(1, len(spoken) - 1):
        if plainly(spoken[at]) not in words("before_value"):
            continue
        if _is_way(spoken[-1]) and number(" ".join(spoken[at + 1 : -1])):
            return " ".join(spoken[:-1])
        if _is_way(spoken[at - 1]) and at > 1 and number(" ".join(spoken[at + 1 :])):
            return " ".join(spoken[: at - 1] + spoken[at:])
    return line


def _is_way(word: str) -> bool:
    return senses("order").get(plainly(word)) in {"open", "close"}


def step_in(line: str) -> Step | None:
    """Return the step that a line has at an end, and the words around it; None if there is none."""
    little = words("little_step") | words("between_things") | words("in_place")
    spoken, by = _without_amount(line.split())
    spoken = [each for each in spoken if plainly(each) not in little]
    for at in {len(spoken) - 1, 0} if spoken else ():
        sense = senses("step").get(plainly(spoken[at]), "")
        what, _, way = sense.rpartition("_")
        if what:
            return Step(what, by if way == "up" else -by, " ".join(spoken[:at] + spoken[at + 1 :]))
    return None if isinf(by) else _by_degrees(line, spoken, by)


def is_step(line: str) -> bool:
    """Say whether a line tells by how much something is to change."""
    step = step_in(line.rstrip(MARKS))
    return step is not None and not isinf(step.by)


def _by_degrees(line: str, spoken: list[str], by: float) -> Step | None:
    """Return the step of what goes up or down by so many degrees: `turn down the bath by 2 degrees`."""
    if _DEGREE.search(line) is None:
        return None
    spoken = spoken[bool(spoken) and is_wish(spoken[0]) and plainly(spoken[0]) not in senses("goes") :]
    ways = ((at, senses("goes").get(plainly(word), "")) for at, word in enumerate(spoken))
    at, way = next(((at, way) for at, way in ways if way), (0, ""))
    name = " ".join(spoken[:at] + spoken[at + 1 :])
    return Step("temperature", by if way == "up" else -by, name) if way and name else None


def _without_amount(spoken: list[str]) -> tuple[list[str], float]:
    """Return the words without how much something is to change, and that: `um 2 Grad`; `inf` for a little."""
    for at, word in enumerate(spoken):
        unit = spoken[at + 1] if at + 1 < len(spoken) else ""
        said = senses("number").get(plainly(word), "")
        found = number(said if said.isdecimal() else word)
        own = bool(found and found[1] in _STEP_UNITS)
        begin = at - (at > 0 and plainly(spoken[at - 1]) in words("step_by"))
        worded = plainly(unit) in _STEP_WORDS
        # `um 2 wärmer`, with a word for degrees that is polite as well.
        alone = begin < at and plainly(unit) in senses("step")
        if found is not None and found[0] > 0 and (own or worded or alone):
            return spoken[:begin] + spoken[at + 1 + worded :], found[0]
    return spoken, inf
