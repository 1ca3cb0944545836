"""The bot's XMPP link on a lying server, and what it hears."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
import contextlib
import time
from typing import Any
import uuid

from custom_components.dinox_mqtt_bot.bot.model.bounded import Bounded
from custom_components.dinox_mqtt_bot.bot.model.notice import Notice
from custom_components.dinox_mqtt_bot.bot.model.rules import Contact
from custom_components.dinox_mqtt_bot.bot.model.status import BotState, Delivery, LinkStatus, Phase
from custom_components.dinox_mqtt_bot.bot.model.utterance import Reaction, Utterance
from custom_components.dinox_mqtt_bot.xmpp.link import XmppLink
from custom_components.dinox_mqtt_bot.xmpp.settings import Timing, XmppSettings

from .alone import comes, until

_KEPT = 500


class Clock:
    """`bot.ports.Clock`, as far as the link asks for it."""

    def now(self) -> float:
        return time.time()

    def new_id(self) -> str:
        return uuid.uuid4().hex

    def wake(self, at: float) -> None:
        raise AssertionError

    def local(self, at: float) -> Any:
        raise AssertionError


class Linked:
    """One link and the newest of what it told; `lost` counts how often it went offline."""

    def __init__(self, settings: XmppSettings, timing: Timing, tls: Any = None) -> None:
        self.texts: deque[Utterance] = deque(maxlen=_KEPT)
        self.reactions: deque[Reaction] = deque(maxlen=_KEPT)
        self.deliveries: deque[tuple[str, Delivery]] = deque(maxlen=_KEPT)
        self.lost = 0
        self.sessions = 0
        self._outbox: dict[str, Notice] = {}
        self._addressees = Bounded[str, str](_KEPT)
        self.link = XmppLink(
            settings,
            tls=tls,
            create_task=lambda work, name: asyncio.get_running_loop().create_task(work, name=name),
            clock=Clock(),
            timing=timing,
        )

    def start(self) -> None:
        self.link.show(BotState.ONLINE, "")
        self.link.start(
            on_status=self._changed,
            on_text=self.texts.append,
            on_reaction=self.reactions.append,
            on_presence=lambda jid, busy: None,
            on_session=self._session_began,
            on_delivery=self._delivered,
            on_reach=lambda jid, reason: None,
            addressee=lambda notice_id: self._addressees.get(notice_id, ""),
        )

    @property
    def is_online(self) -> bool:
        return self.link.status.phase is Phase.ONLINE

    async def online(self, seconds: float = 20.0) -> None:
        """Wait until there is a session. Raises TimeoutError."""
        await until(lambda: self.is_online, "an XMPP session", seconds)

    def has_heard(self, text: str) -> bool:
        return any(said.text == text for said in self.texts)

    async def hears(self, text: str, seconds: float = 8.0) -> bool:
        """Say whether this is heard in time."""
        return await comes(lambda: self.has_heard(text), seconds)

    def say(self, text: str, to: str) -> Notice:
        """Put a notice into the outbox and say it, as the bot does."""
        notice = Notice(uuid.uuid4().hex, to, text, time.time())
        self._outbox[notice.id] = notice
        self._addressees.put(notice.id, to)
        self.link.say(notice)
        return notice

    def progress(self, notice: Notice) -> list[Delivery]:
        return [delivery for told, delivery in self.deliveries if told == notice.id]

    def _changed(self, status: LinkStatus) -> None:
        self.lost += status.phase is Phase.OFFLINE

    def _session_began(self) -> None:
        self.sessions += 1
        for notice in list(self._outbox.values()):
            self.link.say(notice)

    def _delivered(self, notice_id: str, delivery: Delivery, _at: float, _note: str = "") -> None:
        self.deliveries.append((notice_id, delivery))
        if delivery is not Delivery.QUEUED:
            self._outbox.pop(notice_id, None)


@contextlib.asynccontextmanager
async def linked(
    settings: XmppSettings, timing: Timing, *contacts: Contact, tls: Any = None
) -> AsyncIterator[Linked]:
    """Run a link with these contacts."""
    one = Linked(settings, timing, tls)
    one.link.meet(contacts)
    one.start()
    try:
        yield one
    finally:
        await one.link.stop()
