"""How the bot writes: in which language, with which sign before a command, and its numbers how."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from copy import copy
from dataclasses import dataclass
import re
from typing import Self, override

from ..text.units import is_unit

PREFIX = "/mqtt"
"""What a command is addressed with where a text may be anything."""

THIN = "\u202f"
"""What parts the thousands: a narrow blank at which no line ends."""

MINUS = "−"
_CHOICE = "choice_"
_COMMAND = "command_"
_PLACEHOLDER = re.compile(r"\{(\w+)\}")
_AMOUNT = re.compile(r"(-?)(0|[1-9][0-9]*)(?:\.([0-9]+))?(?:( ?)([^\s0-9.,:/+-]\S*))?")
_NAMED = re.compile(r"((?:[^\n]* )?)(-?[0-9]+(?:\.[0-9]+)? ?[^\s0-9.,:/+-]\S*)")
_BETWEEN = re.compile(r"( · | → |, )")
_LONGEST_AMOUNT = 64
_LONGEST_LISTED = 500
_GROUPED = 5
"""Digits from which thousands are parted."""


class Said(ABC):
    """Something in a sentence that each language and each surface writes in its own way."""

    __slots__ = ()

    @abstractmethod
    def write(self, speech: Speech) -> str:
        """Return it in the words of a speech."""


@dataclass(frozen=True, slots=True)
class Typed(Said):
    """A command as somebody types it: `rest` is as it is, `last` the key of a word that each language has."""

    node: str
    rest: str = ""
    last: str = ""

    @override
    def __str__(self) -> str:
        return " ".join(filter(None, (PREFIX, self.node, self.rest, self.last.removeprefix(_CHOICE))))

    @override
    def write(self, speech: Speech) -> str:
        last = speech.word(self.last, self.last) if self.last else ""
        return " ".join(filter(None, (speech.address, speech.command(self.node), self.rest, last)))


@dataclass(frozen=True, slots=True)
class FieldName(Said):
    """A parameter of a command."""

    node: str
    name: str

    @override
    def __str__(self) -> str:
        return self.name

    @override
    def write(self, speech: Speech) -> str:
        return speech.text(f"services.{self.node}.fields.{self.name}.name", self.name).lower()


@dataclass(frozen=True, slots=True)
class ChoiceWord(Said):
    """One of the words that a parameter takes."""

    word: str

    @override
    def __str__(self) -> str:
        return self.word

    @override
    def write(self, speech: Speech) -> str:
        return speech.word(f"{_CHOICE}{self.word}", self.word)


@dataclass(frozen=True, slots=True)
class ConditionWord(Said):
    """What an alert rule asks for, as somebody types it: a sign, or a word, and what stands behind it."""

    key: str
    plain: str
    rest: str = ""

    @override
    def __str__(self) -> str:
        return f"{self.plain} {self.rest}".rstrip()

    @override
    def write(self, speech: Speech) -> str:
        word = speech.word(f"operator_{self.key}", self.plain) if self.plain.isalpha() else self.plain
        return f"{word} {self.rest}".rstrip()


@dataclass(frozen=True, slots=True)
class Term(Said):
    """A word of the bot's own for something: `common.<key>`, else `plain`."""

    key: str
    plain: str

    @override
    def __str__(self) -> str:
        return self.plain

    @override
    def write(self, speech: Speech) -> str:
        return speech.text(f"common.{self.key}", self.plain)


@dataclass(frozen=True, slots=True)
class Amount(Said):
    """A value: a number, with or without a unit, is written as the language does."""

    value: str

    @override
    def __str__(self) -> str:
        return self.value

    @override
    def write(self, speech: Speech) -> str:
        return speech.amount(self.value)


@dataclass(frozen=True, slots=True)
class Worded(Said):
    """A text that is `made` anew in each language; `plain` is it in that of the home."""

    plain: str
    made: Callable[[Speech], str]

    @override
    def __str__(self) -> str:
        return self.plain

    @override
    def write(self, speech: Speech) -> str:
        return self.made(speech)


@dataclass(frozen=True, slots=True)
class Count(Said):
    """How many there are of something."""

    number: int

    @override
    def __str__(self) -> str:
        return str(self.number)

    @override
    def write(self, speech: Speech) -> str:
        return grouped(str(self.number))


@dataclass(frozen=True, slots=True)
class Slot:
    """A parameter as it stands in a usage: `<topic>`, `[time…]`, `[--qos 0|1|2]`."""

    name: FieldName
    choices: tuple[ChoiceWord, ...] = ()
    required: bool = False
    greedy: bool = False
    option: bool = False
    switch: bool = False


@dataclass(frozen=True, slots=True)
class Usage(Said):
    """How a command is typed, with all its parameters."""

    node: str
    slots: tuple[Slot, ...] = ()

    @override
    def __str__(self) -> str:
        return self._with(f"{PREFIX} {self.node}", str)

    @override
    def write(self, speech: Speech) -> str:
        return self._with(Typed(self.node).write(speech), lambda part: part.write(speech))

    def _with(self, command: str, written: Callable[[Said], str]) -> str:
        return " ".join((command, *(_slot(slot, written) for slot in self.slots)))


def _slot(slot: Slot, written: Callable[[Said], str]) -> str:
    value = "|".join(written(each) for each in slot.choices) or written(slot.name)
    if slot.option:
        return f"[--{slot.name.name}{'' if slot.switch else f' {value}'}]"
    value = value if slot.choices or not slot.greedy else f"{value}…"
    return f"<{value}>" if slot.required else f"[{value}]"


class Speech:
    """Texts of one language by dotted path. `address` stands before each command that is written.

    `words` are what values are called in the language in which the home is read, each with what it is called
    in this one, if that is another.
    """

    def __init__(
        self, texts: Mapping[str, str], *, address: str = PREFIX, words: Mapping[str, str] | None = None
    ) -> None:
        self._texts = texts
        self._words = words or {}
        self.address = address
        self._point = texts.get("common.decimal_mark", ".")

    def addressed(self, address: str) -> Self:
        """Return the same speech with another address."""
        other = copy(self)
        other.address = address
        return other

    def phrase(self, key: str, **placeholders: object) -> str:
        """Return the text at a dotted path, filled; the key itself if there is none.

        Where `count` is one, that of `<key>_one`, if there is one.
        """
        one = f"{key}_one" if str(placeholders.get("count")) == "1" else key
        text = self._texts.get(one) or self._texts.get(key)
        if text is None:
            return key
        return _PLACEHOLDER.sub(lambda found: self._placed(found[1], placeholders), text)

    def _placed(self, name: str, placeholders: Mapping[str, object]) -> str:
        """Return what stands at a placeholder; `command_<node>` and `choice_<word>` need not be given."""
        if name in placeholders:
            return self.write(placeholders[name])
        if name.startswith(_CHOICE):
            return self.word(name, name.removeprefix(_CHOICE))
        command = name.removeprefix(_COMMAND)
        return Typed(command).write(self) if command != name else f"{{{name}}}"

    def write(self, value: object) -> str:
        """Return a placeholder in the words of this speech."""
        if isinstance(value, Said):
            return value.write(self)
        if isinstance(value, tuple):
            return ", ".join(map(self.write, value))
        return str(value)

    def text(self, key: str, otherwise: str) -> str:
        return self._texts.get(key, otherwise)

    def word(self, key: str, otherwise: str) -> str:
        """Return the word for something that is typed: the first of those that are understood."""
        return self._texts.get(f"common.words_{key}", otherwise).partition(",")[0]

    def command(self, node: str) -> str:
        return self.word(f"{_COMMAND}{node}", node)

    def amount(self, text: str) -> str:
        """Return a number, with or without a unit, or the word of a state as the language writes it.

        Any other text stays as it is. Several values side by side each so, if they have units. Thousands are
        parted only where there is a unit: without one it may be no amount, but a code.
        """
        if self._words and (word := self._word(text)):
            return word
        if text.isalpha() or len(text) > _LONGEST_LISTED:
            return text
        parts = _BETWEEN.split(text)
        if len(parts) == 1:
            return self._amount(text)
        return "".join(part if number % 2 else self._listed(part) for number, part in enumerate(parts))

    def _word(self, text: str) -> str:
        """Return what a value is called that has a word, which may stand behind a version; else nothing."""
        version, _, word = text.partition(" ")
        if version[:1].isdecimal() and word in self._words:
            return f"{version} {self._words[word]}"
        return self._words.get(text, "")

    def _listed(self, part: str) -> str:
        """Return one of several values, which may have a name before it."""
        if self._words and (word := self._word(part)):
            return word
        found = _NAMED.fullmatch(part)
        return f"{found[1]}{self._amount(found[2])}" if found else part

    def _amount(self, text: str) -> str:
        found = _AMOUNT.fullmatch(text) if len(text) <= _LONGEST_AMOUNT else None
        if found is None or (found[5] and not is_unit(found[5])):
            return text
        whole = grouped(found[2]) if found[5] else found[2]
        fraction = f"{self._point}{found[3]}" if found[3] else ""
        return f"{MINUS if found[1] else ''}{whole}{fraction}{found[4] or ''}{found[5] or ''}"


def grouped(digits: str) -> str:
    """Return many digits with their thousands parted."""
    if len(digits) < _GROUPED:
        return digits
    first = len(digits) % 3 or 3
    return THIN.join([digits[:first], *(digits[at : at + 3] for at in range(first, len(digits), 3))])
