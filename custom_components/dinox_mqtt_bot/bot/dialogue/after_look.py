"""What is asked after a question: the same of another thing or time, something else of it, or to be told."""

from dataclasses import replace

from ..ports import Ports
from ..reading.around import called_beside, is_named, is_place, tells_kind, told_around
from ..text.ellipsis import ShortLine
from ..text.tongue import lead, phrases, words
from .hearing import CommandReader, Understood
from .intents import meaning
from .looks import Compared, Earlier, Look, again_at, again_now
from .turns import Aimed, Turn


def _since(said: ShortLine, about: str, kind: str) -> Earlier | None:
    """Return the question since when something is as it is: `since when`, `since when so high`."""
    sense, end = lead("asks", said.words)
    rest = " ".join(said.words[end:])
    way = phrases("since_so").get(tuple(rest.split()), "")
    if sense != "since" or (rest and not way):
        return None
    return Earlier(name=about, kind=kind, how="since", way="" if way == "is" else way)


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
        compared = turn.command if isinstance(turn.command, Compared) else Compared(names=(), kind="")
        about = turn.said("name", "place") or (compared.names[0] if len(compared.names) == 1 else "")
        if not (about := about or str(turn.facts.get("name", ""))):
            return None
        if said.says("follow_when"):
            name, state = turn.said("name"), turn.said("state")
            # Without a state nobody knows what is waited for: it is said how to say that.
            return self._hearing.parse(f"once {name} = {self._word(state)}" if name and state else "once")
        look = turn.command if isinstance(turn.command, Look) else Look(name=about, kind=compared.kind)
        if (since := _since(said, about, look.kind)) is not None:
            return since
        return self._measured(about, said.unit) or await self._other(said, look, about)

    def at_another_time(self, said: ShortLine, turn: Turn) -> Understood | None:
        """Return the same question about another time: `and yesterday?`, `and now?`; None if it is none."""
        before = turn.command
        if isinstance(before, Earlier) and before.name and (since := _since(said, before.name, before.kind)):
            return since
        if not (said.joined or said.asks):
            return None
        if said.now:
            return again_now(turn.command)
        time = said.without_lead("follow_place").text
        tried = (time, f"{time}:00") if time else ()  # `yesterday at 8`
        now, local = self._clock.now(), self._clock.local
        asked = (again_at(turn.command, each, now, local) for each in tried)
        return next((each for each in asked if each is not None), None)

    def _word(self, state: str) -> str:
        """Return the word for a state as a person types it."""
        known = words(f"state_{state}")
        return self._phrases.phrase(f"common.words_state_{state}").partition(",")[0] if known else state

    def _measured(self, about: str, unit: str) -> Aimed | None:
        """Return the question for what is measured in a unit: `how many kW`, `how full is it`."""
        every = {each.handle: each for each in told_around(self._names, about)}.values() if unit else ()
        found = [each for each in every if each.is_in(unit)]
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
