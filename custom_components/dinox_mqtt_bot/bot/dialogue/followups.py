"""What a line leaves out that was said just before: `and the humidity?`, `off`, `no, 27`."""

from ..commands.command import Command
from ..model.bounded import Bounded
from ..model.replies import Caller, Reply
from ..ports import Ports
from ..text.standing import is_pronoun
from .after_look import AfterLook
from .after_made import AfterMade
from .after_set import AfterSet
from .hearing import CommandReader, Understood
from .pronouns import MOST_TALKERS, PATIENCE, Aimed
from .turns import Said, Turn, read

_MOST_WORDS = 12


class FollowUps:
    """Remembers the last command of each contact, and reads what goes on with it."""

    def __init__(self, ports: Ports, hearing: CommandReader) -> None:
        self._now = ports.clock.now
        self._turns = Bounded[tuple[str, str], tuple[Turn, ...]](MOST_TALKERS)
        self._after_look = AfterLook(ports, hearing)
        self._after_made = AfterMade(ports.clock, hearing)
        self._after_set = AfterSet(ports, hearing)

    def note(self, command: Command, caller: Caller, reply: Reply | None = None) -> None:
        """Take note of a command, and of its answer once there is one."""
        key = caller.who, caller.room
        earlier = tuple(each for each in self._turns.pop(key, ()) if each.command is not command)
        self._turns.put(key, (Turn(self._now(), command, reply), *earlier[:1]))

    async def meant(self, text: str, caller: Caller) -> Understood | Aimed | None:
        """Return the command that a line is together with the one before; None if it is none.

        Where the last command failed, the one before that is still spoken of.
        """
        turns, said = self._turns.get((caller.who, caller.room), ()), read(text)
        if not said.text or len(said.words) > _MOST_WORDS:
            return None
        for turn in turns:
            recent = 0 <= self._now() - turn.at <= PATIENCE
            if recent and (found := await self._after(turn, said)) is not None:
                return found
            if turn.reply is not None:
                break
        return None

    async def _after(self, turn: Turn, said: Said) -> Understood | Aimed | None:
        if (found := self._after_made.meant(said, turn)) is not None:
            return found
        if turn.command.node == "set":
            return self._after_set.meant(said, turn)
        return await self._after_look.meant(said, turn) if turn.command.node == "value" else None


def corrects(text: str) -> bool:
    """Say whether a line says no to what was said before, and what else is meant."""
    return read(text).no


def without_joint(text: str) -> str:
    """Return a line without the words by which it goes on, `is it on` of `is it on now?`; else nothing."""
    said = read(text)
    goes_on = said.joined or any(map(is_pronoun, said.words))
    return f"{said.text}{'?' * text.endswith('?')}" if goes_on and said.text else ""
