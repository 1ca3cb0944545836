"""What a question asks, read word by word: what was, what is compared, two things in one line."""

from collections.abc import Callable, Sequence, Set as AbstractSet
from dataclasses import dataclass
import re

from .numbers import number
from .times import read_point, time_words
from .tongue import lead, plainly, skip, words

_YEAR = re.compile("(19|20)[0-9]{2}")
_MARKS = "?!.,;: "
_MOST_WORDS, _MOST_OF_TIME = 24, 8
_SHORT = 3
"""Letters of a word that alone is no time: `sun`, `so`, `mai`; nor a state within a sentence: `an`, `auf`."""


@dataclass(frozen=True, slots=True)
class Posed:
    """What kinds of words a line has; `spoken` are those that are left, as they are compared.

    `asks` are the senses of its question words, `span` the words of a time and `point` that it is a moment,
    `over` in it that it is none any more. `more` and `less` are kinds of which there is more or less, or
    `any`; `above` and `below` limits. `outside_first`: no name is said before `outside`. `whole` is what is
    left with the words for its kind, `first` the sense of the word that it begins with. `used`: a word in
    it tells of what is used up.
    """

    spoken: tuple[str, ...]
    asks: frozenset[str] = frozenset()
    span: str = ""
    point: bool = False
    over: bool = False
    kind: str = ""
    state: str = ""
    more: str = ""
    less: str = ""
    above: float | None = None
    below: float | None = None
    outside: bool = False
    outside_first: bool = False
    whole: str = ""
    first: str = ""
    used: bool = False

    @property
    def said(self) -> str:
        return " ".join(self.spoken)

    @property
    def of_past(self) -> bool:
        """Whether it asks about what was."""
        asks, timed, now = self.asks, bool(self.span), "is" in self.asks
        was = "was" in asks or (not now and bool(asks & {"events", "been"}))
        was = was or (bool(self.state) and not now and ("who" in asks or {"when", "has"} <= asks))
        counted = bool(asks & {"least", "most", "mean", "has"})
        return was or bool(asks & {"since", "long", "often"}) or (timed and counted)

    @property
    def of_time_over(self) -> bool:
        """Whether it names a time that is over, or asks about what was."""
        return self.over or self.of_past

    @property
    def of_unknown_time(self) -> bool:
        """Whether a word of a time is left that is in no time that is known: `last year`."""
        return any(word in words("unknown_time") or _YEAR.fullmatch(word) for word in self.spoken)


type IsOver = Callable[[str], bool | None]
"""Says of a text whether it means a time that is over; None if it means none that has begun."""


def posed(line: str, is_over: IsOver, named: Sequence[Sequence[str]] = ()) -> Posed:
    """Return what kinds of words a line has; the words of those `named` are none of a time."""
    spoken = [word.strip(_MARKS) for word in plainly(line).split()[:_MOST_WORDS]]
    kept = {
        at + place
        for name in named
        for at in range(len(spoken))
        if spoken[at : at + len(name)] == name
        for place in range(len(name))
    }
    span, spoken = _time_in(spoken, is_over, kept)
    first = lead("asks", spoken)[0]
    used = not words("asks_used").isdisjoint(spoken)
    implied = _sense("implies", spoken)[0]
    asks, spoken = _senses("asks", spoken)
    if "when" in asks and first != "when":
        # Of `tell me when it is open` that is a condition.
        asks = asks - {"when"} | {"if"}
    if "long" in asks and not (span or asks & {"was", "when", "last"}):
        # Of what is so until now that is since when.
        asks = asks - {"long"} | {"since"}
    above, below, spoken = _limits(spoken)
    more, spoken = _sense("more", spoken)
    less, spoken = _sense("less", spoken)
    whole = " ".join(filter(None, spoken))
    kind, spoken = _sense("kind", spoken)
    state, spoken = _state(spoken)
    outside = next((at for at in range(len(spoken)) if skip("place_outside", spoken, at) > at), None)
    before = spoken[:outside]
    if outside is not None:
        spoken = [*spoken[:outside], *spoken[outside + 1 :]]
    ended = bool(span and is_over(span))
    point = read_point(time_words(span)) if span else None
    return Posed(
        tuple(filter(None, spoken)),
        frozenset(asks),
        span,
        point is not None and point.clock is not None,
        ended or (point is not None and (point.days or 0) < 0),
        kind or next((each for each in (more, less) if each not in {"", "any"}), implied),
        state,
        more,
        less,
        above,
        below,
        outside is not None,
        all(len(word) <= _SHORT for word in before),
        whole,
        first,
        used,
    )


def _time_in(spoken: Sequence[str], is_over: IsOver, kept: AbstractSet[int]) -> tuple[str, list[str]]:
    """Return the longest words of a time that has begun, and the others."""
    for count in range(min(len(spoken), _MOST_OF_TIME), 0, -1):
        for at in range(len(spoken) - count + 1):
            said = spoken[at : at + count]
            # Of `was it on today` the time begins with the last word.
            short = count == 1 and len(said[0]) <= _SHORT and not said[0][:1].isdecimal()
            # But the one of `was it open on monday` does not.
            stated = at > 0 and bool(lead("state", spoken[at - 1 : at])[0])
            alone = short or (bool(lead("state", said[:1])[0]) and not stated)
            free = kept.isdisjoint(range(at, at + count))
            if free and not alone and said[0] and is_over(" ".join(said)) is not None:
                return " ".join(said), [*spoken[:at], *spoken[at + count :]]
    return "", list(spoken)


def _senses(kind: str, spoken: Sequence[str]) -> tuple[set[str], list[str]]:
    """Return every sense of a kind that words have, and the words without it."""
    found, rest, at = set[str](), list[str](), 0
    while at < len(spoken):
        sense, end = lead(kind, spoken, at)
        # In German that word asks for what is.
        if sense == "been" and at == 0:
            sense = ""
        rest += [] if sense else [spoken[at]]
        found |= {sense} - {""}
        at = end if sense else at + 1
    return found, rest


def _sense(kind: str, spoken: Sequence[str]) -> tuple[str, list[str]]:
    """Return the first sense of a kind that words have, and the words without all that have it."""
    first = next((sense for at in range(len(spoken)) if (sense := lead(kind, spoken, at)[0])), "")
    return first, _senses(kind, spoken)[1]


def _state(spoken: Sequence[str]) -> tuple[str, list[str]]:
    """Return which state or change is spoken of, the last one, and the words without it."""
    found: list[tuple[int, int, str]] = []
    for at in range(len(spoken)):
        for kind in ("did", "state", "becomes"):
            sense, end = lead(kind, spoken, at)
            ends = end == len(spoken) or spoken[end] in words("in_place")
            if sense and (ends or len(" ".join(spoken[at:end])) > _SHORT):
                found.append((end, -at, sense))
    if not found:
        return "", list(spoken)
    # Of those that end last the longest: `go off`, and not `off`.
    end, before, sense = max(found, key=lambda each: each[:2])
    return sense, [*spoken[:-before], *spoken[end:]]


def _limits(spoken: Sequence[str]) -> tuple[float | None, float | None, list[str]]:
    """Return the limit that is spoken of, above or below, and the words without it."""
    for at in range(len(spoken)):
        sense, end = lead("operator", spoken, at)
        read_here = number(spoken[end]) if sense in {"above", "below"} and end < len(spoken) else None
        if read_here is not None:
            compared = lead("more", spoken, at)[0] or lead("less", spoken, at)[0]
            limit, kept = read_here[0], [spoken[at]] if compared else []
            rest = [*spoken[:at], *kept, *spoken[end + 1 :]]
            return (limit, None, rest) if sense == "above" else (None, limit, rest)
    return None, None, list(spoken)
