"""What is wished for after something was set: another value, the same for another thing, or later."""

from collections.abc import Sequence

from ..commands.command import Command
from ..discovery.entities import Entity, name_words
from ..discovery.set_request import Wish, wish
from ..discovery.setting.kinds import EXACT_ONLY
from ..discovery.setting.set_choice import understood, wants
from ..discovery.setting.set_targets import How, handle
from ..model.replies import BotError
from ..ports import Ports
from ..reading.topic_lookup import FILLERS, Meant
from ..text.times import parted_moment
from ..text.tongue import words
from .hearing import CommandReader
from .pronouns import Aimed
from .turns import Said, Turn, behind, read

_MOST = 8
"""Things that are set one by one."""


class AfterSet:
    """Reads a line that leaves out what is to be set, or to what."""

    def __init__(self, ports: Ports, hearing: CommandReader) -> None:
        self._phrases = ports.phrases
        self._vocabulary = ports.vocabulary
        self._clock = ports.clock
        self._names = hearing.names
        self._hearing = hearing

    def meant(self, said: Said, turn: Turn) -> Command | Aimed | None:
        """Return the wish that a line is after another one; None if it is none."""
        before = f"{getattr(turn.command, 'name', '')} {getattr(turn.command, 'value', '')}"
        wishes = self._wishes(before)
        if len(wishes) > _MOST:
            return None
        if not turn.asks and wishes and (found := self._valued(said, wishes) or self._later(said, wishes)):
            return found
        return self._elsewhere(said, before, wishes) if said.goes_on else None

    def _wishes(self, said: str) -> tuple[Wish, ...]:
        for text in dict.fromkeys((said, self._names.spread(said))):
            try:
                return understood(self._names.devices, text, self._phrases, self._vocabulary)
            except BotError:
                continue
        return ()

    # Another value.

    def _valued(self, said: Said, wishes: Sequence[Wish]) -> Command | None:
        value = behind(said, "follow_make", "before_value").text
        every = [each.entity for each in wishes]
        if self._take(every, value):
            return self._set(every, value)
        # What none of them takes is refused with what they do take.
        step = value.casefold() in words("follow_step")
        return self._set(every[:1], value) if step and not self._takes(every[0], value) else None

    def _take(self, every: Sequence[Entity], value: str) -> bool:
        """Say whether all of some things take a value, and none of them just any text."""
        return all(self._takes(each, value) for each in every)

    def _takes(self, entity: Entity, value: str) -> bool:
        may = value and entity.component not in EXACT_ONLY
        return bool(may) and wish(entity, value, How.NAME, self._vocabulary) is not None

    def _set(self, every: Sequence[Entity], value: str) -> Command | None:
        joint = " and ".join(map(handle, every))
        return self._parsed(f"set {joint} {value}")

    def _parsed(self, line: str) -> Command | None:
        found = self._hearing.parse(line)
        return found if isinstance(found, Command) else None

    # At another time.

    def _later(self, said: Said, wishes: Sequence[Wish]) -> Command | None:
        """Return what is to be done later: `off again in 10 minutes`, `and at 7 again`."""
        moment, rest = parted_moment(said.text, self._clock.now(), self._clock.local)
        value = read(rest).text
        at = said.text.replace(rest, "").strip() if rest else said.text
        if moment and not value and said.again and len({str(each.setting) for each in wishes}) == 1:
            value = str(wishes[0].setting)
        every = [each.entity for each in wishes]
        if not moment or not self._take(every, value):
            return None
        named = " and ".join(self._said(each, value) for each in every)
        return self._parsed(f"later {at} {named} {value}")

    def _said(self, entity: Entity, value: str) -> str:
        """Return the name of a thing as far as that means only it, so that a person can read it."""
        found = self._wishes(f"{entity.full_name} {value}")
        return entity.full_name if [each.entity.id for each in found] == [entity.id] else handle(entity)

    # Another thing.

    def _elsewhere(self, said: Said, before: str, wishes: Sequence[Wish]) -> Command | Aimed | None:
        """Return the same for what is named by its place or by a word: `no, the one in the hall`."""
        named = _thing(said)
        settings = {str(each.setting) for each in wishes}
        if not named or len(settings) > 1:
            return None
        if not wishes:
            return self._instead(named, before)
        value = settings.pop()
        found = self._alike(named, wishes, value)
        if len(found) == 1 or (found and len(wishes) > 1):
            return self._set(found, value)
        if found:
            asked = self._parsed(f"set {named} {value}")
            options = tuple(Meant(handle(each), name=each.full_name, area=each.area) for each in found)
            return Aimed(asked, named, options) if asked is not None else None
        return self._parsed(f"set {named} {value}") if self._wanted(f"{named} {value}") else None

    def _alike(self, named: str, wishes: Sequence[Wish], value: str) -> list[Entity]:
        """Return the things of the same kind that are called so or stand there, but for those before."""
        kinds, ids = {each.entity.component for each in wishes}, {each.entity.id for each in wishes}
        wanted, devices = set(name_words(named)), self._names.devices
        found = [
            each
            for each in devices
            if each.main and each.component in kinds and each.id not in ids
            if wanted <= {word for part in devices.words(each) for word in part}
            if self._takes(each, value)
        ]
        return found if wanted and len(found) <= _MOST else []

    def _instead(self, named: str, before: str) -> Command | None:
        """Return the wish with another name, where what was named is not known: with its last words."""
        spoken = before.split()
        ends = (" ".join(spoken[at:]) for at in range(len(spoken) - 1, 0, -1))
        value = next((each for each in ends if self._wanted(f"{named} {each}")), "")
        return self._parsed(f"set {named} {value}") if value else None

    def _wanted(self, line: str) -> bool:
        return wants(self._names.devices, line, self._phrases, self._vocabulary)


def _thing(said: Said) -> str:
    """Return what is named, without what stands around a name: `hall` of `the ones in the hall`."""
    around = FILLERS | words("follow_place") | words("follow_one")
    spoken = said.text.split()
    while spoken and spoken[0].casefold() in around:
        spoken.pop(0)
    while spoken and spoken[-1].casefold() in words("follow_one"):
        spoken.pop()
    return " ".join(spoken)
