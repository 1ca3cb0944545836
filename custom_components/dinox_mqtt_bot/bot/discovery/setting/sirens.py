"""What a siren can be told besides: how long, with which tone, how loud."""

from dataclasses import dataclass

from ...text import tongue
from ...text.durations import leading_duration, parse_duration
from ...text.numbers import number, number_text
from ...text.tongue import fold

_TONE = tongue.words("siren_tone")
_VOLUME = tongue.words("siren_volume")
_DURATION = tongue.words("siren_duration")
_MOST_WORDS = 20
_LONGEST_TONE = 6
"""Words."""


@dataclass(frozen=True, slots=True)
class Extra:
    """What was said to a siren: the word for its state, the rest as it is told and as it is published."""

    word: str
    said: str
    given: tuple[tuple[str, object], ...]


@dataclass(frozen=True, slots=True)
class Extras:
    """What a siren takes besides its state."""

    tones: tuple[str | int, ...] = ()
    duration: bool = True
    volume: bool = True

    def take(self, said: str) -> Extra | None:
        """Read `on 30s tone fire volume 50`; None if any of it is not understood."""
        words = said.split()
        if not words or len(words) > _MOST_WORDS:
            return None
        word = "on"
        if not self._part(words)[1]:
            word, words = words[0], words[1:]
        given: dict[str, object] = {}
        told: list[str] = []
        while words:
            found, count = self._part(words)
            if found is None or found[0] in given:
                return None
            given[found[0]] = found[1]
            told.append(found[2])
            words = words[count:]
        return Extra(word, " ".join(told), tuple(given.items())) if given else None

    def _part(self, words: list[str]) -> tuple[tuple[str, object, str] | None, int]:
        """Return the first part as name, value and words, and how many words it takes; 0 if it is none."""
        first, rest = fold(words[0]), words[1:]
        if self.tones and first in _TONE:
            return self._tone(rest)
        if self.volume and first in _VOLUME and rest:
            found = number(" ".join(rest[:2])) if rest[1:2] == ["%"] else number(rest[0])
            if found is not None and found[1] in {"", "%"} and 0 <= found[0] <= 100:
                told = f"volume {number_text(found[0])} %"
                return ("volume_level", found[0] / 100, told), 2 + (rest[1:2] == ["%"])
        if not self.duration:
            return None, 0
        named = first in _DURATION
        spoken = rest if named else words
        seconds, count = leading_duration(spoken)
        if not count and named and rest and rest[0].isdecimal():
            seconds, count = parse_duration(f"{rest[0]}s") or 0.0, 1
        if seconds < 1:
            return None, 0
        return ("duration", int(seconds), f"{int(seconds)} s"), count + named

    def _tone(self, words: list[str]) -> tuple[tuple[str, object, str] | None, int]:
        for count in range(min(len(words), _LONGEST_TONE), 0, -1):
            said = fold(" ".join(words[:count]))
            for tone in self.tones:
                if fold(str(tone)) == said:
                    return ("tone", tone, f"tone {tone}"), count + 1
        return None, 0
