"""What a line means together with the one before: `and the humidity?`, `off`, `no, 27`."""

from ..model.replies import Caller
from ..ports import Ports
from ..text.ellipsis import ShortLine, corrects, short_line, without_joint
from .after_look import AfterLook
from .after_made import AfterMade
from .after_set import AfterSet
from .hearing import CommandReader, Understood
from .turns import Aimed, Command, Turn, Turns

__all__ = ["FollowUps", "corrects", "without_joint"]
_MOST_WORDS = 12


class FollowUps:
    """Reads what goes on with the last command of a contact."""

    def __init__(self, ports: Ports, hearing: CommandReader) -> None:
        self.turns = Turns(ports.clock.now)
        self._hearing = hearing
        self._is_word = hearing.names.is_word
        self._after_look = AfterLook(ports, hearing)
        self._after_made = AfterMade(ports.clock, hearing)
        self._after_set = AfterSet(ports, hearing)

    def note(self, command: Command, caller: Caller) -> None:
        """Take note of a command that is about to be done."""
        self.turns.note(command, caller, self._after_set.way_back(command))

    def undone(self, command: Command, caller: Caller) -> Command | None:
        """Return what takes back what was set just before, where that is what is to be taken back."""
        last = next(self.turns.of(caller), None)
        if command.node != "undo" or last is None or not (last.done and last.back):
            return None
        made = self._hearing.parse(f"set {last.back}")
        return made if isinstance(made, Command) else None

    async def meant(self, text: str, caller: Caller) -> Understood | Aimed | str | None:
        """Return the command that a line is together with the one before, or the whole line; None if none."""
        said = short_line(text, self._is_word)
        if not (said.text or said.now) or len(said.words) > _MOST_WORDS:
            return None
        for turn in self.turns.of(caller):
            if (found := await self._after(turn, said)) is not None:
                return found
        return None

    async def _after(self, turn: Turn, said: ShortLine) -> Understood | Aimed | str | None:
        if (again := self._after_look.at_another_time(said, turn)) is not None or not said.text:
            return again
        if (found := self._after_made.meant(said, turn)) is not None:
            return found
        if turn.command.node == "set":
            return self._after_set.meant(said, turn)
        if turn.command.node != "value":
            return None
        return self._after_set.those(said, turn) or await self._after_look.meant(said, turn)
