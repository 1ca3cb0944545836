"""What is asked after a question: the same of another thing, something else of the same, or to be told."""

from collections.abc import Iterator
from dataclasses import replace

from ..commands.command import Command
from ..discovery.entities import name_words
from ..model.replies import Text, Typed
from ..ports import Ports
from ..reading.topic_lookup import FILLERS, Meant
from ..text.politeness import is_wish
from ..text.standing import is_pronoun
from ..text.tongue import skip, words
from ..text.units import comparable
from .hearing import CommandReader, Understood
from .intents import meaning
from .pronouns import Aimed
from .questions import Look
from .turns import Said, Turn

_SHARE = "%"


class AfterLook:
    """Reads a question that leaves out what it is about, or what is asked about it."""

    def __init__(self, ports: Ports, hearing: CommandReader) -> None:
        self._sentences = ports.sentences
        self._names = hearing.names
        self._hearing = hearing

    async def meant(self, said: Said, turn: Turn) -> Understood | Aimed | None:
        """Return the question that a line is after another one; None if it is none."""
        about = str(getattr(turn.command, "name", "") or getattr(turn.command, "place", ""))
        if not about:
            return None
        if " ".join(said.words) in words("follow_when"):
            return self._awaited(turn.command)
        return self._amount(said, about) or (await self._more(said, turn.command, about))

    def _awaited(self, command: Command) -> Understood:
        """Return the wish to be told when what was asked about is so; else how to say what is."""
        name, state = getattr(command, "name", ""), getattr(command, "state", "")
        if not (name and state):
            return Text("follow_when", {"example": Typed("once", last="example_rule")})
        return self._hearing.parse(f"once {name} = {state}")

    # How much of it.

    def _amount(self, said: Said, about: str) -> Aimed | None:
        """Return the question for what is measured in a unit: `how many kW`, `how full is it`."""
        at = skip("follow_amount", said.words)
        full = skip("follow_share", said.words)
        rest = said.words[max(at, full) :]
        if full and all(is_pronoun(each) or each in words("follow_is") for each in rest):
            return self._measured(about, _SHARE)
        unit = said.text.split()[at] if at and len(rest) == 1 else ""
        return self._measured(about, unit) if unit else None

    def _measured(self, about: str, unit: str) -> Aimed | None:
        every = {each.handle: each for each in self._around(about)}.values()
        found = [each for each in every if each.unit and comparable(each.unit, unit)]
        charged = [each for each in found if "battery" in self._names.classes(each)]
        found = charged or found if unit == _SHARE else found
        asked = self._hearing.parse(f"value {about}")
        return Aimed(asked, about, tuple(found)) if found and isinstance(asked, Command) else None

    def _around(self, about: str) -> Iterator[Meant]:
        """Yield what is called so, and all else that the devices of it tell."""
        for meant in self._names.find(about):
            yield meant
            yield from self._names.fields(meant.topic)
            device = self._names.device(meant.topic)
            for entity in self._names.devices.having(name_words(device) or ("",)):
                if entity.device == device:
                    yield from self._names.values(entity)

    # What else, and of what else.

    async def _more(self, said: Said, command: Command, about: str) -> Command | None:
        """Return the question for something else of the same, or for the same of something else."""
        wanted = _bare(said)
        if not wanted or is_wish(said.words[0]) or not (said.goes_on or said.words[0] in words("follow_its")):
            return None
        kind = await self._kind(wanted)
        if kind and self._has(about, kind):
            look = command if isinstance(command, Look) else Look(name=about)
            return replace(look, kind=kind, state="", asks="", component="")
        for called in [f"{each} {wanted}" for each in self._devices(about)]:
            begun = self._names.begin(called)
            if begun.meant and begun.exact and begun.end == len(called):
                return Look(name=called)
        return None if kind else self._elsewhere(wanted, command, about)

    def _has(self, about: str, kind: str) -> bool:
        """Say whether a thing or a place tells a kind of value."""
        if any(kind in self._names.classes(each) for each in self._around(about)):
            return True
        place = name_words(about)
        there = (each for each in self._names.devices if place and name_words(each.area) == place)
        return any(kind == binding.device_class for each in there for _, binding in each.values)

    def _devices(self, about: str) -> list[str]:
        devices = (self._names.device(each.topic) for each in self._names.find(about))
        return list(dict.fromkeys(filter(None, devices)))

    def _elsewhere(self, wanted: str, command: Command, about: str) -> Command | None:
        """Return the same question about what is called so, or stands there."""
        look = command if isinstance(command, Look) else Look(name=about)
        there = name_words(wanted) in self._names.places
        begun = self._names.begin(wanted)
        if look.state and (there or (begun.meant and begun.end == len(wanted))):
            return replace(look, name="" if there else wanted, place=wanted if there else "")
        classes = {kind for each in self._names.find(about) for kind in self._names.classes(each)}
        kind = look.kind or (classes.pop() if len(classes) == 1 else "")
        if not kind or not self._has(wanted, kind):
            return None
        return Look(name="" if there else wanted, place=wanted if there else "", kind=kind)

    async def _kind(self, text: str) -> str:
        """Return the kind of value that a word is for: `humidity`; nothing if it is for none."""
        intent = await self._sentences.recognise(text, ())
        look = meaning(intent) if intent is not None else None
        return look.kind if isinstance(look, Look) and not (look.name or look.place or look.state) else ""


def _bare(said: Said) -> str:
    """Return what is asked for without the words before it: `humidity` of `her humidity`."""
    before = FILLERS | words("follow_its") | words("follow_place")
    spoken = said.text.split()
    while spoken and spoken[0].casefold() in before:
        spoken.pop(0)
    return " ".join(spoken)
