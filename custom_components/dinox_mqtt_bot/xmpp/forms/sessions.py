"""Which commands are being filled in, and by whom."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

from slixmpp import JID

from ...bot.model.bounded import Bounded
from ...bot.model.forms import FormStep

MOST_OF_ONE: Final = 10
MOST: Final = 100
_MOST_ENDED: Final = 200


class Gone(Enum):
    """Why there is no such session: it is over, or nobody of this address ever had it."""

    EXPIRED = auto()
    UNKNOWN = auto()


@dataclass(slots=True, eq=False)
class FormSession:
    """One command of one client, by full JID; `busy` while it is being worked on. `step` is None before."""

    id: str
    who: JID
    node: str
    deadline: float
    step: FormStep | None = None
    busy: bool = False

    def is_of(self, who: JID, node: str) -> bool:
        """Say whether it belongs to this client and this command."""
        return self.who == who and self.node == node


class Sessions:
    """All that are open; of too many the oldest go, and none lives longer than `patience` seconds idle."""

    def __init__(self, patience: float, now: Callable[[], float], new_id: Callable[[], str]) -> None:
        self._patience = patience
        self._now = now
        self._new_id = new_id
        self._open: dict[str, FormSession] = {}
        self._ended = Bounded[str, FormSession](_MOST_ENDED)

    def __len__(self) -> int:
        return len(self._open)

    def busy(self, bare: str) -> int:
        """Return how many commands of a contact are being worked on."""
        return sum(each.busy for each in self._open.values() if each.who.bare == bare)

    def begin(self, who: JID, node: str) -> FormSession:
        self._expire()
        mine = [each for each in self._open.values() if each.who.bare == who.bare]
        if len(mine) >= MOST_OF_ONE:
            self.end(_oldest(mine))
        if len(self._open) >= MOST:
            self.end(_oldest(list(self._open.values())))
        session = FormSession(self._new_id(), who, node, self._now() + self._patience)
        self._open[session.id] = session
        return session

    def find(self, session_id: str, who: JID, node: str) -> FormSession | Gone:
        """Return the session of a client; another's is told to be unknown, as one that never was."""
        self._expire()
        ended = self._ended.get(session_id)
        if ended is not None and ended.is_of(who, node):
            return Gone.EXPIRED
        session = self._open.get(session_id)
        return session if session is not None and session.is_of(who, node) else Gone.UNKNOWN

    def go_on(self, session: FormSession, step: FormStep) -> None:
        """Wait for what is filled in next, in the place of what was shown before."""
        session.step, session.deadline = step, self._now() + self._patience

    def end(self, session: FormSession) -> None:
        if self._open.pop(session.id, None) is not None:
            session.step = None
            self._ended.put(session.id, session)

    def clear(self) -> None:
        """Forget all: the clients have lost the stream that they were filled in on."""
        self._open.clear()
        self._ended.clear()

    def _expire(self) -> None:
        for session in [each for each in self._open.values() if each.deadline < self._now()]:
            self.end(session)


def _oldest(sessions: list[FormSession]) -> FormSession:
    """Return the session that was begun or gone on with longest ago, one at rest before one at work."""
    return min(sessions, key=lambda each: (each.busy, each.deadline))
