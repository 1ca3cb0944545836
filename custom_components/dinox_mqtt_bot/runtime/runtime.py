"""One running bot: the parts of a config entry, started, kept up to date, and taken down."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field

from homeassistant.config_entries import ConfigEntry, ConfigSubentry
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback

from ..bot.bot import Bot
from ..bot.model.announcements import Listeners
from ..const import CONF_DND_ENTITY
from ..entry.beacon import rules_of
from ..entry.journal import Journal
from ..entry.snapshot import Snapshot
from ..hass.clock import LoopClock
from ..hass.dnd_source import DndSource
from ..hass.phrases import Translations
from ..issues.watch import Issues
from ..peers.status import StatusOnMqtt
from ..store.store import Store
from .announcer import Announcer
from .delivery import NoticeDelivery
from .links import AnyBroker, AnyChat, Links

type BotConfigEntry = ConfigEntry[BotRuntime]


@dataclass(slots=True, kw_only=True, eq=False)
class BotRuntime:
    """The running parts of one config entry. `silence` ends that the announcer hears the bot."""

    hass: HomeAssistant
    entry: BotConfigEntry
    phrases: Translations
    clock: LoopClock
    store: Store
    journal: Journal
    links: Links
    bot: Bot
    announcer: Announcer
    silence: CALLBACK_TYPE
    delivery: NoticeDelivery
    on_mqtt: StatusOnMqtt
    dnd: DndSource
    issues: Issues
    entitle: Callable[[Iterable[ConfigSubentry] | None], None]
    """Keeps the titles true of those that changed, or of all."""
    beside: tuple[Callable[[], CALLBACK_TYPE], ...]
    """Each begins what runs beside the links, and returns what ends that."""
    has_chat: bool
    settle: Callable[[], Awaitable[None]]
    """Waits until every change so far is stored, or cannot be for now."""
    subentries: Listeners[ConfigSubentry] = field(default_factory=Listeners)
    """Those who hear of every subentry that comes or changes."""
    snapshot: Snapshot = field(init=False)
    """What the entry said before anything was built from it, or when it was applied last."""
    _closed: bool = False
    _deafen: list[CALLBACK_TYPE] = field(default_factory=list)

    @property
    def broker(self) -> AnyBroker:
        """What stands for the MQTT side."""
        return self.links.broker

    @property
    def chat(self) -> AnyChat:
        """What stands for the XMPP side."""
        return self.links.chat

    @property
    def online(self) -> bool:
        """Whether the broker is there."""
        return self.links.online

    @property
    def settled(self) -> bool:
        """Whether the broker is there, and has been told that the bot is, if anybody is told."""
        return self.online and (bool(self.on_mqtt.silent) or self.on_mqtt.told)

    @property
    def outdated(self) -> bool:
        """Whether the entry says something else than what was built from it, or applied."""
        return self.snapshot != Snapshot.of(self.entry)

    @callback
    def async_start(self) -> None:
        """Let both links connect, and reconnect for as long as the bot runs."""
        self._follow_entity()
        self.entitle(None)
        self.issues.start(self.bot)
        self.links.start(self.delivery)
        self.delivery.start()
        self._deafen = [begin() for begin in self.beside]

    async def async_close(self) -> None:
        """Say what is buffered, commit, acknowledge, disconnect, and leave nothing running."""
        if self._closed:
            return
        self._closed = True
        for end in self._deafen:
            end()
        # First: nobody would say what comes after the bot has said what it holds.
        self.links.pause()
        self.clock.close()
        self.dnd.stop()
        self.issues.stop()
        await self.on_mqtt.stop()
        self.bot.close()
        await self.delivery.settle()
        try:
            await asyncio.gather(self.links.stop(), self.delivery.stop())
        finally:
            self.silence()
            self.announcer.pulse.close()
            self.journal.async_close()
            await self.hass.async_add_executor_job(self.store.close)

    @callback
    def async_apply(self) -> bool:
        """Take over what changed in the entry without touching a connection; False if it needs a reload."""
        self.journal.async_note()
        before, self.snapshot = self.snapshot, Snapshot.of(self.entry)
        if before.fixed != self.snapshot.fixed:
            return False
        changed = list(self.snapshot.changed_since(before, self.entry))
        for subentry in changed:
            self.subentries.announce(subentry)
        self.bot.apply(rules_of(self.entry))
        self.entitle(changed)
        self._follow_entity()
        self.links.follow()
        self.announcer.pulse.notify()
        return True

    def _follow_entity(self) -> None:
        self.dnd.follow(self.entry.options.get(CONF_DND_ENTITY, ""))
