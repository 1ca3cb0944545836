"""What is asked after a question: the same of another thing or time, something else of it, or to be told."""

from dataclasses import replace
from typing import Any

from ..commands.command import Command
from ..history.spans import parse_span
from ..ports import Ports
from ..reading.around import called_beside, is_named, is_place, tells_kind, told_around
from ..text.ellipsis import ShortLine
from ..text.times import read_point, time_words
from ..text.tongue import words
from ..text.units import comparable
from .hearing import CommandReader, Understood
from .intents import meaning
from .looks import Compared, Earlier, Events, Look
from .turns import Aimed, Turn

_RANGED = frozenset({"chart", "history"})
"""Commands that look at a range of time."""


class AfterLook:
    """Reads a question that leaves out what it is about, or what is asked about it."""

    def __init__(self, ports: Ports, hearing: CommandReader) -> None:
        self._clock = ports.clock
        self._sentences = ports.sentences
        self._phrases = ports.phrases
        self._names = hearing.names
        self._hearing = hearing

    async def meant(self, said: ShortLine, turn: Turn) -> Understood | Aimed | None:
        """Return the question that a line is after another one; None if it is none."""
        if not (about := turn.said("name", "place")):
            return None
        if said.says("follow_when"):
            name, state = turn.said("name"), turn.said("state")
            # Without a state nobody knows what is waited for: it is said how to say that.
            return self._hearing.parse(f"once {name} = {self._word(state)}" if name and state else "once")
        look = turn.command if isinstance(turn.command, Look) else Look(name=about)
        return self._measured(about, said.unit) or await self._other(said, look, about)

    def at_another_time(self, said: ShortLine, turn: Turn) -> Understood | None:
        """Return the same question about another time: `and yesterday?`, `and now?`; None if it is none."""
        command, time = turn.command, said.without_lead("follow_place").text
        if not (said.joined or said.asks):
            return None
        if said.now:
            return self._now(command)
        tried = (time, f"{time}:00")  # `yesterday at 8`
        now, local = self._clock.now(), self._clock.local
        time = next((each for each in tried if time and parse_span(each, now, local) is not None), "")
        point = read_point(time_words(time))
        how = "at" if point is not None and point.clock is not None else ""
        if not time:
            return None
        changes: dict[str, Any] = {"span": time}
        if isinstance(command, (Earlier, Events)):
            return replace(command, **changes)
        if command.node in _RANGED:
            changes = {"range": time, "page": 1} if hasattr(command, "page") else {"range": time}
            return replace(command, **changes)
        if isinstance(command, Look):
            name, kind, state = command.name or command.place, command.kind, command.state
            return Earlier(name=name, kind=kind, state=state.replace(" ", "_"), span=time, how=how)
        if isinstance(command, Compared) and len(command.names) == 1:
            name = command.names[0]
            return Earlier(name=name, kind=command.kind, outside=not name, span=time, how=how)
        name = turn.said("name") if command.node == "value" else ""
        return Earlier(name=name, said=name, span=time, how=how) if name else None

    def _now(self, command: Command) -> Understood | None:
        """Return the question how it is now, of what was asked about an earlier time."""
        if isinstance(command, Earlier):
            if command.outside:
                return Compared(names=("",), kind=command.kind)
            asks = "one_yesno" if command.state and command.name else ""
            return Look(name=command.name, kind=command.kind, state=command.state, asks=asks)
        if command.node in _RANGED and (name := str(getattr(command, "topic", ""))):
            return Look(name=name)
        return command if isinstance(command, Look) else None

    def _word(self, state: str) -> str:
        """Return the word for a state as a person types it."""
        known = words(f"state_{state}")
        return self._phrases.phrase(f"common.words_state_{state}").partition(",")[0] if known else state

    def _measured(self, about: str, unit: str) -> Aimed | None:
        """Return the question for what is measured in a unit: `how many kW`, `how full is it`."""
        every = {each.handle: each for each in told_around(self._names, about)}.values() if unit else ()
        found = [each for each in every if each.unit and comparable(each.unit, unit)]
        charged = [each for each in found if "battery" in self._names.classes(each)]
        found = charged or found if unit == "%" else found
        return Aimed(Look(name=about), about, tuple(found)) if found else None

    async def _other(self, said: ShortLine, look: Look, about: str) -> Look | None:
        """Return the question for something else of the same, or for the same of something else."""
        wanted = said.thing
        if not wanted or said.wishes or not (said.goes_on or said.about_its):
            return None
        kind = await self._kind(wanted)
        if await self._kind(about):
            return None  # there are no other things of the same
        if kind and tells_kind(self._names, about, kind):
            return replace(look, kind=kind, state="", asks="", component="")
        if called := called_beside(self._names, about, wanted):
            return Look(name=called)
        return None if kind else self._elsewhere(wanted, look, about)

    async def _kind(self, text: str) -> str:
        """Return the kind of value that a word is for: `humidity`; nothing if it is for none."""
        intent = await self._sentences.recognise(text, ())
        look = meaning(intent) if intent is not None else None
        return look.kind if isinstance(look, Look) and not (look.name or look.place or look.state) else ""

    def _elsewhere(self, wanted: str, look: Look, about: str) -> Look | None:
        """Return the same question about what is called so, or stands there."""
        there = is_place(self._names, wanted)
        name, place = ("", wanted) if there else (wanted, "")
        if look.state and (there or is_named(self._names, wanted)):
            return replace(look, name=name, place=place)
        classes = {kind for each in self._names.find(about) for kind in self._names.classes(each)}
        kind = look.kind or (classes.pop() if len(classes) == 1 else "")
        return (
            Look(name=name, place=place, kind=kind)
            if kind and tells_kind(self._names, wanted, kind)
            else None
        )
