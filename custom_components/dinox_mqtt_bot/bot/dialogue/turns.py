"""The last commands of each contact, and what they were answered."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from ..commands.command import Command
from ..model.bounded import Bounded
from ..model.replies import Caller, Reply, Table, Text
from .pronouns import MOST_TALKERS, PATIENCE, Aimed

__all__ = ["Aimed", "Command", "Turn", "Turns"]
_QUESTIONS = frozenset({"confirm", "options"})
"""Facts of what asks: nothing has been done yet."""


@dataclass(frozen=True, slots=True)
class Turn:
    """A command, when it was given (Unix time), and what it was answered; None if it failed.

    `back`: what takes it back, as `set` takes it.
    """

    at: float
    command: Command
    reply: Reply | None = None
    back: str = ""

    @property
    def asks(self) -> bool:
        """Whether it was answered with a question."""
        return bool(_QUESTIONS & self.facts.keys())

    @property
    def done(self) -> bool:
        """Whether it was done, and is not asked about."""
        return self.reply is not None and not self.asks

    @property
    def lists(self) -> bool:
        """Whether it was answered with a list."""
        return isinstance(self.reply, Table)

    @property
    def facts(self) -> Mapping[str, object]:
        """What its answer is about; of a list the one row, nothing of several."""
        if isinstance(self.reply, Table):
            return self.reply.facts[0] if len(self.reply.facts) == 1 else {}
        return self.reply.facts if isinstance(self.reply, Text) else {}

    @property
    def topics(self) -> set[str]:
        """The topics of all that it was answered with."""
        rows = self.reply.facts if isinstance(self.reply, Table) else (self.facts,)
        return {str(each["topic"]) for each in rows if "topic" in each}

    def said(self, *names: str) -> str:
        """Return the first of some parameters of its command that was given."""
        return next((str(found) for name in names if (found := getattr(self.command, name, ""))), "")


class Turns:
    """Remembers the last turn of each contact, and the one before, where the last one failed."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._last = Bounded[tuple[str, str], tuple[Turn, ...]](MOST_TALKERS)

    def note(self, command: Command, caller: Caller, back: str = "") -> None:
        """Take note of a command that is about to be done, and of what takes it back."""
        self._put(Turn(self._now(), command, None, back), caller)

    def answer(self, command: Command, caller: Caller, reply: Reply) -> None:
        """Take note of what a command was answered."""
        known = (
            each.back for each in self._last.get((caller.who, caller.room), ()) if each.command is command
        )
        self._put(Turn(self._now(), command, reply, next(known, "")), caller)

    def _put(self, turn: Turn, caller: Caller) -> None:
        key = caller.who, caller.room
        earlier = (each for each in self._last.pop(key, ()) if each.command is not turn.command)
        self._last.put(key, (turn, *list(earlier)[:1]))

    def of(self, caller: Caller) -> Iterator[Turn]:
        """Yield what is still spoken of, the newest first: nothing behind what did not fail."""
        for turn in self._last.get((caller.who, caller.room), ()):
            if 0 <= self._now() - turn.at <= PATIENCE:
                yield turn
            if turn.reply is not None:
                return
