"""What is wished for after something was set: another value, the same for another thing, or later."""

from dataclasses import replace
from functools import partial
from typing import Any

from ..discovery.setting.set_choice import (
    LastSet,
    allowed,
    taking,
    understood,
    wants,
    ways_back,
    wishes_typed,
)
from ..model.replies import BotError, Worded
from ..ports import Ports
from ..reading.topic_lookup import Meant
from ..text.ellipsis import ShortLine, short_line
from ..text.times import parted_moment
from ..text.tongue import skip, words
from .hearing import CommandReader, Understood
from .turns import Aimed, Command, Turn

_ON, _OFF, _STOP = "on", "off", "stop"
_MOST = 8
"""Things that are set one by one."""
_FEW = 3
"""Words of an amount: `by 2 degrees`."""


class AfterSet:
    """Reads a line that leaves out what is to be set, or to what."""

    def __init__(self, ports: Ports, hearing: CommandReader) -> None:
        self._phrases = ports.phrases
        self._vocabulary = ports.vocabulary
        self._clock = ports.clock
        self._templates = ports.templates
        self._names = hearing.names
        self._hearing = hearing

    def meant(self, said: ShortLine, turn: Turn) -> Understood | Aimed | str | None:
        """Return the wish that a line is after another one; None if it is none."""
        last = self._last(_set_of(turn))
        if len(last.wishes) > _MOST or said.asks:
            return None
        if last.wishes and not turn.asks and said.stops:
            return self._stopped(last)
        if last.wishes and not turn.asks and (found := self._valued(said, last) or self._later(said, last)):
            return found
        return self._elsewhere(said, turn, last) if said.goes_on else None

    def way_back(self, command: Command) -> str:
        """Return what takes back what a command sets, as `set` takes it; nothing where that is not known."""
        wishes = self._last(_said_in(command)).wishes if command.node == "set" else ()
        devices = self._names.devices
        back = ways_back(wishes, devices, self._templates, self._vocabulary, changing=True)
        return wishes_typed(back, self._phrases) if back and all(to.value for _, to in back) else ""

    def _stopped(self, last: LastSet) -> Understood:
        """Return the wish that what was set stops, as far as it moves or runs; else what it may be."""
        handles = " and ".join(last.handles)
        if last.takes_just(_STOP):
            return self._hearing.parse(f"set {handles} {_STOP}")
        if last.setting == _ON and last.takes(_OFF):
            return self._hearing.parse(f"set {handles} {_OFF}")
        entity = last.wishes[0].entity
        choice = Worded(allowed(entity, self._phrases), partial(allowed, entity))
        return BotError("nothing_to_stop", name=entity.full_name, allowed=choice)

    def those(self, said: ShortLine, turn: Turn) -> Understood | None:
        """Return the wish for all that was told: `turn them off`, behind a list of lamps."""
        verb = said.words[0] if said.wishes else ""
        spoken = said.words[bool(verb) :]
        ends = ((at, skip("follow_those", spoken, at)) for at in range(len(spoken)))
        at, end = next(((at, end) for at, end in ends if end > at), (0, 0))
        rest = [*spoken[:at], *spoken[max(end, skip("follow_again", spoken, end)) :]]
        if not end or said.asks:
            return None
        value = " ".join(rest) or verb
        taken = taking(self._names.devices, turn.topics, value, self._vocabulary)
        if len(taken) > _MOST:
            return BotError("set_too_many", most=_MOST)
        joined = f" {min(words('joint'))} ".join(each for each, _ in taken)
        return self._hearing.parse(f"set {joined} {value}") if taken else None

    def _last(self, said: str) -> LastSet:
        devices = self._names.devices
        for text in dict.fromkeys((said, self._names.spread(said))):
            try:
                wishes = understood(devices, text, self._phrases, self._vocabulary)
            except BotError:
                continue
            return LastSet(devices, wishes, self._vocabulary)
        return LastSet(devices, (), self._vocabulary)

    def _valued(self, said: ShortLine, last: LastSet) -> Understood | str | None:
        """Return the wish for another value: `off`, `make it 30 %`; a step as a whole line: `brighter`."""
        line = said.without_lead("follow_make", "before_value", "follow_those", "follow_again", "follow_now")
        if taken := next(filter(last.takes, (line.text, said.of_it)), ""):
            return self._hearing.parse(f"set {' and '.join(last.handles)} {taken}")
        step = _step_of(line)
        return f"{' and '.join(last.names)} {step}" if step else None

    def _later(self, said: ShortLine, last: LastSet) -> Understood | None:
        """Return what is to be done later: `off again in 10 minutes`, `and at 7 again`."""
        moment, rest = parted_moment(said.text, self._clock.now(), self._clock.local)
        value = short_line(rest).text or (last.setting if said.again else "")
        if not moment or not last.takes(value):
            return None
        when = said.text.replace(rest, "").strip() if rest else said.text
        # By its names, so that a person can read it, where those mean nothing else.
        named = " and ".join(last.names)
        same = self._last(f"{named} {value}").handles == last.handles
        return self._hearing.parse(f"later {when} {named if same else ' and '.join(last.handles)} {value}")

    def _elsewhere(self, said: ShortLine, turn: Turn, last: LastSet) -> Understood | Aimed | str | None:
        """Return the same for what is named by its place or by a word: `no, the one in the hall`."""
        named = said.thing
        if not named or said.wishes or bool(last.wishes) is not bool(last.setting):
            return None
        if self._wanted(named):
            return self._hearing.parse(f"set {named}")
        if by := turn.said("by"):
            return f"{named} {by}"
        found = last.alike(named)
        if len(found) == 1 or 1 < min(len(found), len(last.wishes)) <= len(found) <= _MOST:
            return self._hearing.parse(f"set {' and '.join(each for each, _ in found)} {last.setting}")
        if found:
            changes: dict[str, Any] = {"name": named, "value": last.setting}
            options = tuple(Meant(each, name=name) for each, name in found)
            return Aimed(replace(turn.command, **changes), named, options)
        # What is not known, or is of another kind, has the value that was said, which the last words are.
        spoken = _set_of(turn).split()
        ends = [" ".join(spoken[at:]) for at in range(len(spoken) - 1, 0, -1)]
        wished = (f"{named} {value}" for value in filter(None, [last.setting, *ends]))
        return next((self._hearing.parse(f"set {each}") for each in wished if self._wanted(each)), None)

    def _wanted(self, line: str) -> bool:
        return wants(self._names.devices, line, self._phrases, self._vocabulary)


def _step_of(line: ShortLine) -> str:
    """Return how much more or less is wanted: `brighter` of `a bit brighter`, `2 degrees warmer`."""
    spoken = [each for each in line.words if each not in words("little_step") | words("asks_aside")]
    some, last = spoken[:-1], spoken[-1:]
    amount = len(some) <= _FEW and any(each[:1].isdigit() for each in some)
    wanted = words("follow_step").issuperset(last) and bool(last) and (not some or amount)
    return " ".join(spoken) if wanted else ""


def _set_of(turn: Turn) -> str:
    """Return what was set, and to what, as it was said."""
    return _said_in(turn.command)


def _said_in(command: Command) -> str:
    return f"{getattr(command, 'name', '')} {getattr(command, 'value', '')}"
