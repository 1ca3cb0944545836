"""The way of a notice from the outbox to a contact or a target, and what comes back of it."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
import logging

from ..bot.model.notice import Notice, is_target
from ..bot.model.replies import BotError
from ..bot.model.status import Delivery
from ..hass.no_chat import NoChat
from ..hass.notifier import Notifier
from ..hass.tasks import CreateTask
from ..store.outbox import SqliteOutbox
from ..xmpp.link import XmppLink

_LOGGER = logging.getLogger(__name__)

# Notices handed over in one turn of the event loop: a millisecond or two.
_SLICE = 200


class NoticeDelivery:
    """Says what is stored; `on_mark` is told how far a notice has come."""

    def __init__(
        self,
        outbox: SqliteOutbox,
        chat: XmppLink | NoChat,
        notifier: Notifier,
        *,
        on_mark: Callable[[str, Delivery, float], None],
        create_task: CreateTask,
    ) -> None:
        self._outbox = outbox
        self._chat = chat
        self._notifier = notifier
        self._on_mark = on_mark
        self._create_task = create_task
        # What comes while an earlier session's notices are read: those are said first.
        self._behind: list[Notice] | None = None
        self._beginnings = 0

    def start(self) -> None:
        """Let the notifier tell what an earlier run left, and all that follows."""
        self._notifier.start(on_delivery=self.mark)

    async def settle(self) -> None:
        """Wait until what is committed is said and acknowledged."""
        # A read sees everything that was handed over before.
        with suppress(BotError):
            await self._outbox.waiting()

    async def stop(self) -> None:
        """End what the notifier is at."""
        await self._notifier.stop()

    def say(self, notice: Notice) -> None:
        """Say what the outbox holds."""
        if is_target(notice.to):
            self._notifier.say(notice)
        elif self._behind is None:
            self._chat.say(notice)
        else:
            self._behind.append(notice)

    def begin(self) -> None:
        """Say in a new session what an earlier one could not deliver, and only then what comes meanwhile."""
        self._behind = self._behind or []
        self._beginnings += 1
        self._create_task(self._say_again(self._beginnings), "say again")

    async def _say_again(self, beginning: int) -> None:
        """Say what waits, in slices: after a long absence it is very much. A newer session begins anew."""
        try:
            waiting = await self._outbox.waiting()
        except BotError as err:
            _LOGGER.warning("What waits to be said cannot be read: %s", err)
            waiting = []
        for number, notice in enumerate(waiting):
            if number % _SLICE == 0:
                await asyncio.sleep(0)
            if beginning == self._beginnings and not is_target(notice.to) and self._outbox.waits(notice.id):
                self._chat.say(notice)
        if beginning != self._beginnings:
            return
        behind, self._behind = self._behind or [], None
        for notice in behind:
            self._chat.say(notice)

    def addressee(self, notice_id: str) -> str:
        """Return whom a notice is for, empty if it does not matter any more."""
        return self._outbox.addressee(notice_id)

    def waits(self, notice_id: str) -> bool:
        """Say whether a notice is still to be said."""
        return self._outbox.waits(notice_id)

    def mark(self, notice_id: str, delivery: Delivery, at: float, note: str = "") -> None:
        """Write down how far a notice has come."""
        self._outbox.mark(notice_id, delivery, at, note)
        self._on_mark(notice_id, delivery, at)
