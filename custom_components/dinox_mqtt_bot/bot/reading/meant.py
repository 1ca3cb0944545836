"""What a name stands for: a topic or filter, perhaps a field of it, and what it is called."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile
import re

from ..discovery.entities import name_words
from ..model.replies import BotError
from ..text.units import comparable
from .wording import BEFORE_PLACES, FILLERS

_QUOTES = ('"', "'")
MOST_NAMED = 8
"""Things that are listed where several are meant, or near."""

_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Meant:
    """One thing: `topic` or a filter, `field` as a rule has it; what it is called, and where it stands.

    `whole` is what its topic is called, `unit` what it is measured in, `settable` says that it is also set.
    """

    topic: str
    field: str = ""
    name: str = ""
    area: str = ""
    whole: str = ""
    main: bool = True
    unit: str = ""
    settable: bool = False

    @property
    def measured(self) -> bool:
        """Whether it has a unit."""
        return bool(self.unit)

    def is_in(self, unit: str) -> bool:
        """Say whether it is measured in what can be compared with a unit."""
        return bool(self.unit) and comparable(self.unit, unit)

    @property
    def handle(self) -> str:
        """Return a text that means this and nothing else."""
        quote = "'" if '"' in self.topic else '"'
        path = f".{self.field}" if self.field and self.field[0] != "[" else self.field
        return f"{quote}{self.topic}{quote}{path}"


@dataclass(frozen=True, slots=True)
class Begun:
    """What a text begins with: the name as it was said, where it ends in the text, what it may mean.

    `written` is what stands in quotes, and the field behind them, where nothing is known of that. `exact`:
    what is meant is called so, and not only alike.
    """

    said: str
    end: int
    meant: tuple[Meant, ...] = ()
    written: Meant | None = None
    exact: bool = True

    def standing(self, place: str, area: Callable[[str], str]) -> Begun | None:
        """Return the only one of what it may mean that stands in a place: `smoke` with `in the kitchen`.

        `area` tells where the device stands that speaks on a topic.
        """
        wanted = {*name_words(place)} - BEFORE_PLACES
        named = ((each, name_words(f"{area(each.topic)} {each.name}")) for each in self.meant)
        there = [each for each, words in named if wanted.issubset(words)]
        return replace(self, said=there[0].name, meant=(there[0],)) if wanted and len(there) == 1 else None


class Ambiguous(BotError):
    """A name that several things have: they are asked about where somebody can answer."""

    def __init__(self, said: str, options: Sequence[Meant]) -> None:
        names, words = labels(options), telling(options)
        more = ["…"] * (len(options) > MOST_NAMED)
        super().__init__(
            "which_name",
            name=called_together(said, options),
            names=", ".join([*names, *more]),
            words=", ".join(words),
        )
        self.said = said
        self.options = tuple(options)


def with_field(name: str, field: str) -> str:
    """Return what a field of something is called; one that is called as the whole is no more than that."""
    return name if field.casefold() == name.casefold() else f"{name} {field}"


def labels(options: Sequence[Meant]) -> list[str]:
    """Return what each of several is called, told apart by area or topic where names are alike."""
    shown = options[:MOST_NAMED]
    names = [each.name for each in shown]
    placed = [f"{each.name} ({each.area})" if each.area else each.name for each in shown]
    told = [f"{each.name} ({each.topic})" if each.name != each.topic else each.name for each in shown]
    return [
        name if names.count(name) == 1 else place if placed.count(place) == 1 else topic
        for name, place, topic in zip(names, placed, told, strict=True)
    ]


def telling(options: Sequence[Meant]) -> list[str]:
    """Return a word for each of several things that only it has, as far as there is one that people say."""
    every = [words_of(each) for each in options[:MOST_NAMED]]
    found, ends = [], _ends(options)
    for at, option in enumerate(options[:MOST_NAMED]):
        others = {word for other in every[:at] + every[at + 1 :] for word in other}
        spoken = _spoken(option)
        own = [word for word in every[at] if word in spoken and word not in others]
        end = "" if own or ends.count(ends[at]) > 1 else " ".join(ends[at])
        end = "" if end.isdigit() else end  # that means one by where it stands in the list
        found += [spoken[own[0]]] if own else [end] * bool(end)
    return found


def _spoken(meant: Meant) -> dict[str, str]:
    """Return the words that people say for a thing, as they are compared, each as it is written.

    Neither a mere number nor what only machines are called: `0x00158d0001` of a topic.
    """
    said = (word for word in _WORD.findall(f"{meant.name} {meant.area}") if not word.isdigit())
    topic = (word for word in _WORD.findall(meant.topic) if word.isalpha())
    found: dict[str, str] = {}
    for word in (*said, *topic):
        for part in name_words(word):
            found.setdefault(part, word.lower())
    return found


def _ends(options: Sequence[Meant]) -> list[tuple[str, ...]]:
    """Return what the names of several have behind the words that all of them begin with."""
    names = [name_words(each.name) for each in options[:MOST_NAMED]]
    columns = takewhile(lambda words: len(set(words)) == 1, zip(*names, strict=False))
    common = sum(1 for _ in columns)
    return [each[common:] for each in names]


def words_of(meant: Meant) -> tuple[str, ...]:
    return (*name_words(meant.name), *name_words(meant.area), *name_words(meant.topic))


def narrowed(options: Sequence[Meant], text: str) -> list[Meant]:
    """Return those that a further word means: all of what tells one apart, whole words, then beginnings."""
    said = [word for word in name_words(text) if word not in FILLERS]
    if not said:
        return []
    ends = _ends(options)
    if ends.count(tuple(said)) == 1:
        return [options[ends.index(tuple(said))]]
    whole = [each for each in options if set(said) <= set(words_of(each))]
    return whole or [
        each
        for each in options
        if all(any(word.startswith(part) for word in words_of(each)) for part in said)
    ]


def merged(found: Iterable[Meant]) -> tuple[Meant, ...]:
    """Return each once, the main ones if there are any; several of one topic are the topic as a whole."""
    every = list({(each.topic, each.field): each for each in found}.values())
    by_topic: dict[str, list[Meant]] = {}
    for each in [each for each in every if each.main] or every:
        by_topic.setdefault(each.topic, []).append(each)
    return tuple(some[0] if len(some) == 1 else _whole(some) for some in by_topic.values())


def _whole(some: Sequence[Meant]) -> Meant:
    first = next((each for each in some if not each.field), some[0])
    return replace(first, field="", name=first.whole or first.name)


def called_together(said: str, options: Sequence[Meant]) -> str:
    """Return how several things are spoken of together: as they were called, a handle by its meaning."""
    wholes = {each.whole or each.name for each in options}
    if said[:1] not in _QUOTES:
        return said
    return wholes.pop() if len(wholes) == 1 else said.strip("\"'")


def shown(said: str, meant: Meant) -> str:
    """Return how a thing is spoken of to whoever said its name: in the same words, unless it was a handle."""
    return meant.name if said[:1] in _QUOTES else said


def refines(alike: Sequence[Meant], exact: Sequence[Meant]) -> bool:
    """Say whether what has more of the words is meant instead of what is called exactly as the first ones."""
    if len(exact) == 1:
        return {each.topic for each in alike} == {exact[0].topic} or _measures(alike, exact[0])
    return not exact or len(alike) == 1


def _measures(alike: Sequence[Meant], thing: Meant) -> bool:
    """Say whether what is alike is something measured of a thing: `plug power` is not all of the plug."""
    return bool(alike) and all(
        each.measured and f"{each.name} ".startswith(f"{thing.name} ") for each in alike
    )
