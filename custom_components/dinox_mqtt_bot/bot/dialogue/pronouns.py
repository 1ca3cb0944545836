"""`it`: the thing that was spoken of last, or the only one that can be meant."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest

from ..commands.command import Command, typed
from ..commands.devices import Set
from ..model.bounded import Bounded
from ..model.replies import BotError, Caller, Typed
from ..reading.topic_lookup import FILLERS, Meant, Names
from ..text.happening import change_of, named_after
from ..text.politeness import MARKS, is_wish
from ..text.standing import is_pronoun, pronoun_in
from ..text.states import is_state_word

PATIENCE = 600.0
"""Seconds for which it is remembered what was spoken of."""
_MOST = 5
_LONGEST_WISH = 8
"""Words of a wish in which `it` is looked for."""
MOST_TALKERS = 100
_CLASSES = {"rain": frozenset({"moisture", "precipitation", "precipitation_intensity"})}
"""What is meant where nothing is called after what happens: the kinds of value for it."""

type _Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Aimed:
    """A command about one of several things, in which it is called as was `said`."""

    command: Command
    said: str
    options: tuple[Meant, ...]


class Pronouns:
    """Knows what each contact spoke of last, and what it means by `it`."""

    def __init__(self, now: Callable[[], float], names: Names) -> None:
        self._now = now
        self._names = names
        self._spoken = Bounded[_Key, tuple[float, tuple[Meant, ...]]](MOST_TALKERS)

    def note(self, who: str, room: str, things: Sequence[Meant]) -> None:
        """Take note of what was spoken of: a few things at most, else nobody means one of them."""
        self._spoken.pop((who, room), None)
        if 0 < len(things) <= _MOST:
            self._spoken.put((who, room), (self._now(), tuple(things)))

    def after(self, command: Command, caller: Caller, told: Collection[str] = ()) -> None:
        """Take note of what a command was about: of several that are called so, on which topics it `told`."""
        if isinstance(command, Set):  # the value follows the name
            found = self._names.begin(f"{command.name} {command.value}").meant
        else:
            said = _first(command)[0] if command.takes_name() else str(getattr(command, "name", ""))
            found = self._names.find(said) if said else ()
        if len(told) == 1 and len(found) != 1:
            entities = [each for topic in told for each in self._names.entities(topic) if each.main]
            answered = [meant for each in entities for meant in self._names.find(each.full_name)]
            found = tuple(each for each in answered if each.topic in told) or found
        if found or len(told) > 1:
            self.note(caller.who, caller.room, found)

    def filled(self, line: str, caller: Caller) -> str:
        """Return a wish with the name of what was spoken of last in place of `it`: `turn it off`."""
        spoken, things = line.split(), self.last(caller.who, caller.room)
        if len(things) != 1 or not 1 < len(spoken) <= _LONGEST_WISH or not is_wish(spoken[0]):
            return line
        return " ".join(
            things[0].name if is_pronoun(word) and _alone(word, after) else word
            for word, after in zip_longest(spoken, spoken[1:], fillvalue="")
        )

    def aimed(self, command: Command, caller: Caller) -> Aimed | Command | None:
        """Return the command about what is meant by `it`; None where nothing is called so.

        Raises BotError `which_thing` where nobody can know.
        """
        if isinstance(command, Set):
            things = self.last(caller.who, caller.room) if is_pronoun(command.name) else ()
            return replace(command, name=things[0].name) if len(things) == 1 else None
        if not command.takes_name():
            return None
        said, rest = pronoun_in(*_first(command), FILLERS)
        if not said or self._names.find(said):
            return None
        about = replace(command, **dict(zip(_names_of(command), (said, rest), strict=False)))
        if (done := self._done(command, rest.strip(MARKS))) is not None:
            return done
        change = change_of(rest.strip(MARKS))
        # What rings is a bell, and never what happens to be spoken of.
        spoken = () if named_after(change) else self.last(caller.who, caller.room)
        if options := self._happening(change) or spoken:
            return Aimed(about, said, options)
        raise BotError("which_thing", said=said, example=self._example(command))

    def _done(self, command: Command, text: str) -> Aimed | None:
        """Return the command about what somebody does something to: `rings the doorbell`."""
        spoken = text.split()
        for at in range(1, len(spoken)):
            for change, name in ((spoken[:at], spoken[at:]), (spoken[at:], spoken[:at])):
                said = " ".join(name[name[0].casefold() in FILLERS :])
                if change_of(" ".join(change)) and said and (found := self._names.find(said)):
                    names = zip(_names_of(command), (said, " ".join(change)), strict=False)
                    return Aimed(replace(command, **dict(names)), said, found)
        return None

    def last(self, who: str, room: str) -> tuple[Meant, ...]:
        """Return what somebody spoke of last, if that is not long ago."""
        at, things = self._spoken.get((who, room), (0.0, ()))
        return things if 0 <= self._now() - at <= PATIENCE else ()

    def _happening(self, change: str) -> tuple[Meant, ...]:
        """Return what something happens to that is said of the weather, or of the door: `it rains`."""
        called = named_after(change)
        if not called:
            return ()
        every = [each for each in self._names.devices if each.main and each.values]
        named = [each for each in every if any(map(_ending(called), each.full_name.casefold().split()))]
        kinds = _CLASSES.get(change, frozenset())
        found = named or [each for each in every if any(one.device_class in kinds for _, one in each.values)]
        things = [one for each in found[:_MOST] for one in self._names.find(each.full_name)]
        begun = () if things else map(self._names.begin, sorted(called))
        things = things or [one for each in begun if each.exact for one in each.meant]
        return tuple({(each.topic, each.field): each for each in things}.values())

    def _example(self, command: Command) -> Typed:
        name = next((each.full_name for each in self._names.devices if each.main and each.values), "")
        condition = len(_names_of(command)) > 1 and command.node == "alert"
        return Typed(command.node, name or "home/freezer", "operator_changes" if condition else "")


def _ending(called: Collection[str]) -> Callable[[str], bool]:
    """Return what says whether a word ends as one of some: `Türklingel` as a bell."""
    return lambda word: word.endswith(tuple(called))


def _names_of(command: Command) -> list[str]:
    """Return what the name is in that a command takes, and what stands behind it."""
    return [each.name for each in typed(type(command)) if each.kind is str][:2]


def _alone(word: str, after: str) -> bool:
    """Say whether a word stands for a thing, and is no article before it: `das aus`, but `das Licht aus`."""
    return word.casefold() not in FILLERS or not after or is_state_word(after)


def _first(command: Command) -> tuple[str, str]:
    first, second = [*(str(getattr(command, name) or "") for name in _names_of(command)), ""][:2]
    return first, second
