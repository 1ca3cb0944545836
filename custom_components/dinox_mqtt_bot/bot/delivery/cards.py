"""The card of an incident: who sees to it stands below what was told, where clients take a correction."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import replace

from ..model.bounded import Bounded
from ..model.notice import CORRECTABLE, Notice, is_target
from ..model.rules import Priority
from ..ports import Outbox

_MOST = 200


class Cards:
    """Knows what each contact was told last of alerts, in this run; rooms have each message by itself.

    What is told below it rings nobody, and a lost correction is not repeated. So it is corrected only once a
    client has it, and only with all that it said.
    """

    def __init__(self, outbox: Outbox, holds: Callable[[str, Priority], bool]) -> None:
        self._outbox = outbox
        self._holds = holds
        self._cards = Bounded[str, Notice](_MOST)

    def note(self, said: Iterable[Notice]) -> None:
        """Take note of what goes out."""
        for notice in said:
            if notice.room or is_target(notice.to):
                continue
            card = self._cards.get(notice.to)
            corrected = card is not None and notice.replaces == card.id
            self._cards.put(notice.to, replace(card, text=notice.text) if card and corrected else notice)

    def placed(self, notice: Notice, about: Collection[str], now: float) -> Notice:
        """Return a notice about what these told: below the card of its contact, or as it is."""
        card = self._cards.get(notice.to)
        if card is None or card.id not in about or not self._is_open(card, now):
            return notice
        if self._holds(notice.to, notice.priority):
            return notice
        return replace(notice, text=f"{card.text}\n{notice.text}", replaces=card.id)

    def _is_open(self, card: Notice, now: float) -> bool:
        """Say whether a client has it, as the last thing that was said, and still corrects it."""
        here = self._outbox.newest(card.to) == card.id == self._outbox.confirmed(card.to)
        return here and 0 <= now - card.at < CORRECTABLE
