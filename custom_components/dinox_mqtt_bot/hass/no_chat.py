"""A bot without an XMPP account: it is met in Assist, in entities, actions and notifications only."""

from collections.abc import Iterable, Mapping, Set as AbstractSet
from contextlib import AbstractContextManager, nullcontext
from typing import override

from ..bot import ports
from ..bot.model.alert import AlertEvent, Period, Record
from ..bot.model.history import LedgerRow, Span
from ..bot.model.notice import Notice, is_target
from ..bot.model.replies import BotError
from ..bot.model.rules import Contact
from ..bot.model.status import BotState, LinkStatus, Phase

# Not offline: nothing is missing that the user asked for, so the bot's state is the broker's alone.
NOT_CONFIGURED = LinkStatus(Phase.ONLINE, reason="not_configured")


class NoChat:
    """`bot.ports.Chat` where there is nobody to talk to, and `Uploads` where nobody puts files."""

    status = NOT_CONFIGURED

    def start(self, **_callbacks: object) -> None:
        """Do nothing, there is no connection to make."""

    async def stop(self) -> None:
        """Do nothing, there is no connection to end."""

    def say(self, notice: Notice) -> None:
        """Drop the notice, which nobody could read."""

    def answering(self, jid: str) -> AbstractContextManager[None]:
        """Show nothing: nobody waits here."""
        return nullcontext()

    def show(self, state: BotState, text: str) -> None:
        """Do nothing, nobody sees a presence."""

    def meet(self, contacts: Iterable[Contact]) -> None:
        """Do nothing, there is no roster."""

    @property
    def rooms_refused(self) -> Mapping[str, str]:
        """None: there are no rooms."""
        return {}

    def available(self, jid: str) -> bool:
        """Say no: nobody is seen."""
        return False

    async def inquire(self, jid: str) -> str:
        """Find nothing amiss: there is nobody to ask."""
        return ""

    def join(self, rooms: Mapping[str, str]) -> None:
        """Do nothing, there is no room."""

    def reconnect(self) -> None:
        """Do nothing, there is no connection."""

    async def upload(self, name: str, mime: str, payload: bytes) -> str:
        """Raise BotError `upload_unavailable`, because there is no server."""
        raise BotError("upload_unavailable")


class TargetsOutbox(ports.Outbox):
    """The outbox without what is for contacts, so that rows do not pile up for a server that never comes."""

    def __init__(self, outbox: ports.Outbox) -> None:
        self._outbox = outbox

    @property
    @override
    def undelivered(self) -> int:
        return self._outbox.undelivered

    @property
    @override
    def failed(self) -> int:
        return self._outbox.failed

    @property
    @override
    def unread(self) -> int:
        return self._outbox.unread

    @override
    def newest(self, to: str) -> str:
        return self._outbox.newest(to)

    @override
    def confirmed(self, to: str) -> str:
        return self._outbox.confirmed(to)

    @override
    def put(self, notice: Notice) -> None:
        if is_target(notice.to):
            self._outbox.put(notice)

    @override
    def hold(self, notice: Notice) -> None:
        if is_target(notice.to):
            self._outbox.hold(notice)

    @property
    @override
    def held_for(self) -> AbstractSet[str]:
        return {to for to in self._outbox.held_for if is_target(to)}

    @override
    async def held(self, to: str) -> list[Notice]:
        return await self._outbox.held(to)

    @override
    def merge(self, notices: Iterable[Notice], into: Notice | None) -> None:
        if into is None or is_target(into.to):
            self._outbox.merge(notices, into)

    @override
    def pass_on(self, notices: Iterable[Notice], instead: Iterable[Notice]) -> None:
        self._outbox.pass_on(notices, [notice for notice in instead if is_target(notice.to)])

    @override
    async def ledger(self, notice_ids: Iterable[str]) -> list[LedgerRow]:
        return await self._outbox.ledger(notice_ids)

    @override
    def mark_all_read(self, to: str = "") -> None:
        self._outbox.mark_all_read(to)


class TargetsBook(ports.AlertBook):
    """The alerts, without what would be said of them to contacts."""

    def __init__(self, book: ports.AlertBook) -> None:
        self._book = book

    @override
    def save(self, record: Record, notices: Iterable[Notice] = (), held: Iterable[Notice] = ()) -> None:
        self._book.save(record, _for_targets(notices), _for_targets(held))

    @override
    async def log(self, number: int) -> list[AlertEvent]:
        return await self._book.log(number)

    @override
    async def incidents(self, limit: int) -> list[AlertEvent]:
        return await self._book.incidents(limit)

    @override
    async def past(self, span: Span, limit: int) -> list[AlertEvent]:
        return await self._book.past(span, limit)

    @override
    async def periods(self, topic: str, span: Span) -> list[Period]:
        return await self._book.periods(topic, span)


def _for_targets(notices: Iterable[Notice]) -> list[Notice]:
    return [notice for notice in notices if is_target(notice.to)]


def require_chat(has_chat: bool) -> None:
    """Raise BotError `chat_not_configured` where somebody asks to have something said."""
    if not has_chat:
        raise BotError("chat_not_configured")
