"""What can be set: the words, numbers, colours and texts that a thing takes, and what is published."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
import json

from ..model.vocabulary import BUILT_IN, Vocabulary
from ..text.numbers import number_text, with_unit
from ..text.tongue import fold, senses, words
from .setting.codes import Code
from .setting.color_names import white
from .setting.moments import moment
from .setting.palettes import Palette
from .setting.scales import Scale, whole
from .setting.sirens import Extras

__all__ = ["Code", "Control", "Extras", "Scale", "SetValue"]

_SAME = senses("order")
"""What is said for a word."""

_SWITCHED = {"stop": "off", "start": "on"}
"""What is meant by a word where a thing can only be switched."""
_CLOCK = words("time_oclock")
_HARMLESS = frozenset({"lock", "close", "stop"})
_SHORT = 60
_KELVIN = "K"


@dataclass(frozen=True, slots=True)
class Control:
    """One thing about an entity that can be set; its main one has no `aspect`.

    `words` map to payloads, `alias` what else is said to one of them; `letters` are the shortest and longest
    text. A `shy` one has to be named (`swing on`). `key` is the payload's place in a JSON object. `before`
    and `after` (topic, payload) are published along. What is `guarded` is asked about before it is opened.

    A command `template` gets the value as `value` (unless it is `bare`) and as `called`, the number that was
    said as `said_as`, and what is `given`. `recalls`: a topic and a template that tell the last value, which
    is published again; `restores` is the control that does so besides this one. `moment`: it takes a
    date, a time or both.
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
    alias: tuple[tuple[str, str], ...] = ()
    palette: Palette | None = None
    extras: Extras | None = None
    code: Code | None = None
    bare: bool = False
    called: str = ""
    said_as: str = ""
    given: tuple[tuple[str, object], ...] = ()
    recalls: tuple[str, str] | None = None
    restores: Control | None = None
    moment: str = ""

    @property
    def usable(self) -> bool:
        """Whether there is a way to say anything to it."""
        ranged = self.scale is not None and self.scale.low < self.scale.high
        says = bool(self.words) or ranged or self.letters is not None or bool(self.moment)
        return bool(self.topic) and (says or self.palette is not None)

    def take(self, said: str, vocabulary: Vocabulary = BUILT_IN) -> SetValue | None:
        """Return what was said as a value of this; None if it is not allowed."""
        if self.code is not None:
            return self._coded(said, self.code, vocabulary)
        said = dict(self.alias).get(fold(said), said) if len(said) <= _SHORT else said
        if (word := self._word(said, vocabulary)) is not None:
            return word
        for found in (self._extra(said, vocabulary), self._number(said, vocabulary)):
            if found is not None:
                return found
        if self.palette is not None and (tint := self.palette.take(said, vocabulary)) is not None:
            return SetValue(tint.said, tint.payload, given=tint.given)
        if self.moment and (at := moment(_without_clock(said), self.moment)) is not None:
            return SetValue(at, at)
        if self.letters is not None and self.letters[0] <= len(said) <= self.letters[1]:
            return SetValue(said, said)
        return None

    def _coded(self, said: str, code: Code, vocabulary: Vocabulary) -> SetValue | None:
        """Return a word with the code behind it, and what is wrong with the code, if anything is."""
        alias = dict(self.alias)
        for text, key in code.parted(said):
            if (word := self._word(alias.get(fold(text), text), vocabulary)) is not None:
                told = word.said.replace("_", " ")
                given = (("action", word.payload), ("code", key or None))
                return replace(word, said=told, given=given, refusal=code.refusal(word.said, key))
        return None

    def _extra(self, said: str, vocabulary: Vocabulary) -> SetValue | None:
        """Return what a siren is to do: `on 30s tone fire volume 50`."""
        taken = self.extras.take(said) if self.extras is not None else None
        word = self._word(taken.word, vocabulary) if taken is not None else None
        if taken is None or word is None:
            return None
        return replace(word, said=f"{word.said} {taken.said}", given=taken.given)

    def _number(self, said: str, vocabulary: Vocabulary) -> SetValue | None:
        if self.scale is None:
            return None
        amount = self.scale.take(said)
        if amount is None and self.scale.unit == _KELVIN and (kelvins := white(said, vocabulary)) is not None:
            amount = self.scale.nearest(kelvins)
        if amount is None:
            return None
        own = whole(self.scale.payload(amount))
        told = with_unit(number_text(round(amount) if self.scale.mired else amount), self.scale.unit)
        return SetValue(told, number_text(own), amount == self.scale.low, number=own, amount=whole(amount))

    def _word(self, said: str, vocabulary: Vocabulary) -> SetValue | None:
        """Find the word that was said, else the payload, else the word that means the same."""
        folded = fold(said)
        names = [(fold(word), fold(word.replace("_", " "))) for word, _ in self.words]
        payloads = [(fold(payload),) for _, payload in self.words]
        same = [_SAME[folded]] if folded in _SAME else sorted(vocabulary.states.get(folded, ()))
        same += [_SWITCHED[each] for each in (*same, folded) if each in _SWITCHED]
        tried: list[tuple[str, Sequence[tuple[str, ...]]]] = [(folded, names), (folded, payloads)]
        for wanted, every in (*tried, *((each, names) for each in same)):
            for (word, payload), known in zip(self.words, every, strict=True):
                if wanted in known:
                    return SetValue(word, payload, word in _HARMLESS, number=self._counted(payload))
        return None

    def _counted(self, payload: str) -> float | None:
        """Return the number that a word of a thing that counts stands for: the ends of a tilt."""
        if self.scale is None or not payload.lstrip("-").isdecimal():
            return None
        return int(payload)

    def asks_first(self, value: SetValue) -> bool:
        """Say whether a value is one that a person should confirm."""
        return self.guarded and not value.harmless

    def written(self, value: SetValue) -> str:
        """Return what is published: the payload, or a JSON object with it; a lamp is switched on with it."""
        if not self.key:
            return value.payload
        main = value.payload if value.number is None else value.number
        state = {"state": "ON"} if self.key != "state" else {}
        return json.dumps({**state, self.key: main, **dict(value.given)}, ensure_ascii=False)

    def variables(self, value: SetValue) -> Mapping[str, object]:
        """Return what the command template gets, by its names."""
        main = value.payload if value.number is None else value.number
        found: dict[str, object] = {"value": None if self.bare else main, **dict(self.given)}
        if self.called:
            found[self.called] = main
        if self.said_as:
            found[self.said_as] = main if value.amount is None else value.amount
        return found | dict(value.given)


@dataclass(frozen=True, slots=True)
class SetValue:
    """Something a control takes, as it is told and as the device wants it.

    `number` is the payload of what is a number, `amount` what was said of it, `given` what a template or a
    JSON object gets besides. `refusal` is the error that is the answer, as for a wrong code.
    """

    said: str
    payload: str
    harmless: bool = False
    number: float | None = None
    amount: float | None = None
    given: tuple[tuple[str, object], ...] = ()
    refusal: str = ""


def _without_clock(said: str) -> str:
    """Return a time of day without the word behind it: `14:00` of `14:00 Uhr`."""
    time, _, last = said.rpartition(" ")
    return time if fold(last) in _CLOCK else said
