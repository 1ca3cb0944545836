"""Asking first: what cannot be undone is done only after a yes."""

import re

from ..model.errors import BotError
from ..model.replies import PREFIX, Caller, Surface, Text
from ..model.topics import fold
from ..ports import Clock
from .command import Command

PATIENCE = 60.0
LATE = 600.0
"""Seconds after which a yes is no answer to the question any more."""

CONVERSING = frozenset({Surface.CHAT, Surface.ASSIST})
"""Where a question can be answered."""

_YES = frozenset({"yes", "y", "yes please", "ja", "j", "ja bitte", "👍"})
_NO = frozenset({"no", "n", "no thanks", "nein", "cancel", "abbrechen", "👎"})
_AROUND = re.compile(rf"(?i)\A\s*(?:{PREFIX}(?!\S))?\s*|[\s.!]+\Z")
_LONGEST = 100
type _Key = tuple[Surface, str, str]


class Confirmation:
    """What waits for a yes: one command for each who asked for it, and each place where it did."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._waiting: dict[_Key, tuple[Command, float]] = {}

    def ask(self, command: Command, caller: Caller, stake: Text) -> Text:
        """Ask about what is at stake. Raises BotError `not_confirmed` where nobody can answer."""
        if caller.surface not in CONVERSING:
            raise BotError("not_confirmed", command=command.node)
        self._waiting[_key(caller)] = command, self._clock.now() + PATIENCE
        return Text("confirm", {"stake": stake}, {"confirm": True})

    def take(self, text: str, caller: Caller) -> Command | Text | None:
        """Return the command a text confirms, what to say to no or too late, or None; any text withdraws."""
        command, until = self._waiting.pop(_key(caller), (None, 0.0))
        late = self._clock.now() - until
        if command is None or late > LATE:
            return None
        if _word(text) in _NO:
            return Text("confirm_no")
        if _word(text) not in _YES:
            return None
        return command if late <= 0 else Text("confirm_late", {"command": f"{PREFIX} {command.node}"})


def _key(caller: Caller) -> _Key:
    return caller.surface, caller.user or caller.who, caller.room


def _word(text: str) -> str:
    # A yes is short, and blanks at the end are looked for from each blank anew.
    return fold(_AROUND.sub("", text)) if len(text) <= _LONGEST else ""
