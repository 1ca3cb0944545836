"""What the conversation says, on its way to the outbox."""

from collections.abc import Callable, Iterable, Sequence

from ..delivery.outgoing import Outgoing
from ..model.history import TopicRow
from ..model.notice import Notice
from ..model.rules import Priority, Subscription
from ..ports import History, Ports
from ..rendering.readings import render_untold
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

    def say_untold(
        self, untold: Sequence[TopicRow], best: Callable[[str], Subscription | None], ports: Ports
    ) -> None:
        """Say as one message what an earlier run took in, to each contact what it gets of that."""
        rules = {row.topic: best(row.topic) for row in untold}
        priorities = {topic: rule.priority if rule else Priority.NORMAL for topic, rule in rules.items()}
        shares: dict[str, list[TopicRow]] = {}
        for row in untold:
            for to in self._conversation.hearers(row.topic, max(Priority.NORMAL, priorities[row.topic])):
                shares.setdefault(to, []).append(row)
        for to, rows in shares.items():
            text = render_untold(rows, rules, ports.phrases)
            urgent = max([Priority.NORMAL, *(priorities[row.topic] for row in rows)])
            self._outgoing.send([Notice(ports.clock.new_id(), to, text, ports.clock.now(), urgent)])
        if untold:
            self._history.mark_told(rules)
