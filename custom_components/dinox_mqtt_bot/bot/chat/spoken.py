"""What the conversation says, on its way to the outbox."""

from collections.abc import Iterable

from ..delivery.outgoing import Outgoing
from ..model.notice import Notice
from ..ports import History
from .conversation import Conversation


class Spoken:
    """Hands over what the conversation says, and only then calls it told."""

    def __init__(self, conversation: Conversation, outgoing: Outgoing, history: History) -> None:
        self._conversation = conversation
        self._outgoing = outgoing
        self._history = history

    @property
    def due_at(self) -> float:
        return self._conversation.wake_at

    def tick(self, now: float) -> None:
        self.settle(self._conversation.due(now))

    def settle(self, notices: Iterable[Notice] = ()) -> None:
        """Hand notices to the outbox; what the conversation told with them or before is told."""
        self._outgoing.send(notices)
        self._history.mark_told(self._conversation.take_told())
