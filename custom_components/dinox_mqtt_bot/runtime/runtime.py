"""One running bot: the parts of a config entry, wired to each other and to Home Assistant, and taken down."""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
import logging
from typing import TYPE_CHECKING, Any

from homeassistant.config_entries import SOURCE_REAUTH, ConfigEntry, ConfigSubentry
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback

from ..bot.alerts.watches import BROKER
from ..bot.bot import Bot
from ..bot.model.announcements import AlertChanged, AlertValue, Announcement, ChatReceived, MessageReceived
from ..bot.model.errors import BotError
from ..bot.model.message import Message
from ..bot.model.notice import Notice, is_target
from ..bot.model.reading import Reading
from ..bot.model.rules import Priority
from ..bot.model.status import BotStatus, Delivery, LinkStatus, Phase
from ..bot.model.utterance import Reaction, Utterance
from ..bot.ports import Ports
from ..bot.reading.readings import Readings
from ..broker.link import BrokerLink
from ..const import (
    ATTR_LINK,
    CONF_BARE_COMMANDS,
    CONF_DND_ENTITY,
    CONF_PAUSED,
    DEFAULT_BARE_COMMANDS,
    LinkName,
)
from ..entry.account import has_chat, shares_account
from ..entry.beacon import bot_id, rules_of
from ..entry.rule_store import RuleStore
from ..entry.snapshot import Snapshot
from ..hass.clock import Allowance, LoopClock, Pulse
from ..hass.conversation_agent import HaAgent
from ..hass.dnd_source import DndSource
from ..hass.events import (
    EVENT_ALERT,
    EVENT_CHAT,
    EVENT_MESSAGE,
    EVENTS_AT_ONCE,
    EVENTS_PER_SECOND,
    alert_event,
    chat_event,
    is_event,
    message_event,
    priority_of,
    step_of,
)
from ..hass.no_chat import NoChat, NoUploads, TargetsBook, TargetsOutbox, require_chat
from ..hass.notifier import Notifier
from ..hass.phrases import async_load_phrases
from ..hass.pictures import PillowPictures
from ..hass.templates import SandboxedTemplates
from ..issues.watch import Issues
from ..peers.status import OnMqtt
from ..store.store import Store
from ..xmpp.link import XmppLink
from ..xmpp.pubsub.pubsub_broker import PubSubBroker
from .build import (
    async_build_broker,
    async_build_chat,
    async_open_store,
    build_notifier,
    connection,
    held_filters,
    remember_filters,
)
from .pubsub import PubSubSource

if TYPE_CHECKING:
    from ..hass.mqtt_broker import HaBroker

_LOGGER = logging.getLogger(__name__)

type BotConfigEntry = ConfigEntry[BotCoordinator]


class BotCoordinator:
    """The running parts of one config entry."""

    store: Store
    broker: BrokerLink | HaBroker | PubSubBroker
    chat: XmppLink | NoChat
    notifier: Notifier
    bot: Bot

    def __init__(self, hass: HomeAssistant, entry: BotConfigEntry) -> None:
        self.hass = hass
        self.entry = entry
        self.has_chat = has_chat(entry)
        self.pulse = Pulse(hass.loop)
        self.clock = LoopClock(hass.loop, self._tick)
        self._watchers: dict[str, list[Callable[[Reading], None]]] = {}
        self._followers: list[Callable[[ConfigSubentry], None]] = []
        self._event_listeners: list[Callable[[MessageReceived], None]] = []
        self._alert_listeners: list[Callable[[AlertChanged], None]] = []
        self.allowance = Allowance(EVENTS_PER_SECOND, EVENTS_AT_ONCE)
        self._snapshot = Snapshot.of(entry)
        self._told: BotStatus | None = None
        self._closed = False
        self._behind: list[Notice] | None = None

    async def async_open(self) -> None:
        """Load the words, open the database, build the links and the bot; nothing connects yet.

        Raises BotError where the database or a certificate of the entry cannot be used.
        """
        self.phrases = await async_load_phrases(self.hass)
        self.store = await async_open_store(self)
        try:
            self.chat = await async_build_chat(self)
            self.broker = await async_build_broker(self)
            self._pubsub = PubSubSource(self)
            self.notifier = build_notifier(self)
            self.bot = self._build_bot()
            self._dnd = DndSource(self.hass, self.bot.peace.set_source, told=self.bot.disturbance.source)
            self._silence = self.bot.listen(self._announced)
            self._issues = Issues(self)
            self.on_mqtt = OnMqtt(self)
            await self.bot.say_untold()
        except BaseException:  # whatever it was: the writer's thread would keep Home Assistant from ending
            await self.hass.async_add_executor_job(self.store.close)
            raise

    def _build_bot(self) -> Bot:
        outbox, alerts = self.store.outbox, self.store.alerts
        ports = Ports(
            broker=self.broker,
            chat=self.chat,
            history=self.store.history,
            outbox=outbox if self.has_chat else TargetsOutbox(outbox),
            alerts=alerts if self.has_chat else TargetsBook(alerts),
            memory=self.store,
            uploads=self.chat if isinstance(self.chat, XmppLink) else NoUploads(),
            pictures=PillowPictures(self.hass, self.clock.local, self.phrases),
            agent=HaAgent(self.hass),
            rules=RuleStore(self.hass, self.entry),
            phrases=self.phrases,
            templates=SandboxedTemplates(self.hass),
            clock=self.clock,
        )
        return Bot(
            ports,
            Readings(ports.templates),
            rules_of(self.entry),
            paused=self.entry.options.get(CONF_PAUSED, False),
            name=self.entry.title,
            bot_id=bot_id(self.entry),
            bare_commands=self._bare_commands,
            connection=connection(self.entry),
            dropped=lambda: self.store.dropped,
            spawn=lambda work: self.create_task(work(), "tell what was held"),
            kept=alerts.kept,
            last_number=alerts.last_number,
        )

    @property
    def _bare_commands(self) -> bool:
        """Whether a command needs no `/mqtt`; in a user's own self-chat every note would be taken for one."""
        wanted: bool = self.entry.options.get(CONF_BARE_COMMANDS, DEFAULT_BARE_COMMANDS)
        return wanted and not shares_account(self.entry)

    @callback
    def async_start(self) -> None:
        """Let both links connect, and reconnect for as long as the bot runs."""
        self._dnd.follow(self.entry.options.get(CONF_DND_ENTITY, ""))
        self._issues.start()
        self._pubsub.start(self.bot.wanted)
        self.broker.start()
        self.chat.start()
        self.notifier.start()

    async def async_close(self) -> None:
        """Say what is buffered, commit, acknowledge, disconnect, and leave nothing running."""
        if self._closed:
            return
        self._closed = True
        self.clock.close()
        self._dnd.stop()
        self._issues.stop()
        await self.on_mqtt.stop()
        # First: nobody would say what comes after the bot has said what it holds.
        self.broker.pause()
        self._pubsub.pause()
        self.bot.close()
        # A read sees everything handed over before: what is committed is said and acknowledged by then.
        with suppress(BotError):
            await self.store.outbox.waiting()
        try:
            await asyncio.gather(
                self.broker.stop(), self._pubsub.stop(), self.chat.stop(), self.notifier.stop()
            )
        finally:
            self._silence()
            self.pulse.close()
            await self.hass.async_add_executor_job(self.store.close)

    # What the adapters and the clock tell.

    def _tick(self, now: float) -> None:
        self.bot.tick(now)

    def receive(self, message: Message) -> None:
        """Hand a message of the broker to the bot, which must not take one any more once it closes."""
        if not self._closed and not self._pubsub.holds(message):
            self.take(message)

    def take(self, message: Message) -> None:
        """Hand a message to the bot that was held back, or fetched."""
        if not self.on_mqtt.takes(message):
            self.bot.receive(message)

    def committed(self, messages: list[Message]) -> None:
        """Acknowledge to the broker what the history holds."""
        self.broker.acknowledge(messages)

    def stored(self, notice: Notice) -> None:
        """Say what the outbox holds."""
        if is_target(notice.to):
            self.notifier.say(notice)
        elif self._behind is None:
            self.chat.say(notice)
        else:
            self._behind.append(notice)

    def hear(self, utterance: Utterance) -> None:
        """Let the bot answer a contact, without holding up the XMPP stream."""
        self.create_task(self.bot.hear(utterance), "hear")

    def reacted(self, reaction: Reaction) -> None:
        """Let the bot do what a contact's reaction to a message asks for."""
        self.create_task(self.bot.react(reaction), "react")

    def presence_changed(self, jid: str, disturbed: bool) -> None:
        """Hold back from a contact what is not critical while it shows that it must not be disturbed."""
        self.bot.peace.set_contact(jid, disturbed)

    def session_began(self) -> None:
        """Say what an earlier session could not deliver, and only then what comes meanwhile."""
        self._behind = self._behind or []
        self.create_task(self._say_again(), "say again")

    async def _say_again(self) -> None:
        try:
            waiting = await self.store.outbox.waiting()
        except BotError as err:
            _LOGGER.warning("What waits to be said cannot be read: %s", err)
            waiting = []
        behind, self._behind = self._behind or [], None
        for notice in (*waiting, *behind):
            if not is_target(notice.to):
                self.chat.say(notice)

    def delivered(self, notice_id: str, delivery: Delivery, at: float, note: str = "") -> None:
        """Write down how far a notice has come."""
        self.store.outbox.mark(notice_id, delivery, at, note)
        self.bot.delivered(notice_id, delivery, at)

    def broker_changed(self, status: LinkStatus) -> None:
        """Pass on what the MQTT side tells of itself."""
        self.bot.broker_changed(status)
        self._pubsub.broker_changed(status)
        if status.phase is Phase.ONLINE:
            remember_filters(self.store, self._wanted)
        self._ask_for_credentials(status, LinkName.BROKER)

    def chat_changed(self, status: LinkStatus) -> None:
        """Pass on what the XMPP side tells of itself."""
        self.bot.chat_changed(status)
        self._pubsub.chat_changed(status)
        self._ask_for_credentials(status, LinkName.XMPP)

    def _ask_for_credentials(self, status: LinkStatus, link: LinkName) -> None:
        if status.fatal and status.reason == "invalid_auth":
            self.entry.async_start_reauth(self.hass, data={ATTR_LINK: link.value})
        elif self.broker.status.phase is Phase.ONLINE and self.chat.status.phase is Phase.ONLINE:
            # Both were let in after all, so nobody needs to be asked.
            for flow in list(self.entry.async_get_active_flows(self.hass, {SOURCE_REAUTH})):
                self.hass.config_entries.flow.async_abort(flow["flow_id"])

    def create_task(self, work: Coroutine[Any, Any, None], name: str) -> asyncio.Task[None]:
        """Start work that ends with the config entry."""
        return self.entry.async_create_background_task(self.hass, work, f"{self.entry.title}: {name}")

    # What entities and actions ask.

    def send(self, text: str, to: str = "", priority: Priority = Priority.NORMAL) -> list[Notice]:
        """Say something to one contact, or to all that receive. Raises BotError."""
        require_chat(self.has_chat)
        return self.bot.send(text, to, priority)

    @property
    def online(self) -> bool:
        """Whether the broker is there."""
        return self.broker.status.phase is Phase.ONLINE

    def watch(self, topic: str, watcher: Callable[[Reading], None]) -> CALLBACK_TYPE:
        """Call `watcher` with every reading of one topic, until the function returned is called."""
        watchers = self._watchers.setdefault(topic, [])
        watchers.append(watcher)
        return lambda: watchers.remove(watcher)

    def listen_for_events(self, listener: Callable[[MessageReceived], None]) -> CALLBACK_TYPE:
        """Call `listener` with every message that is an event, until the function returned is called."""
        self._event_listeners.append(listener)
        return lambda: self._event_listeners.remove(listener)

    def listen_for_alerts(self, listener: Callable[[AlertChanged], None]) -> CALLBACK_TYPE:
        """Call `listener` with every change of an alert, until the function returned is called."""
        self._alert_listeners.append(listener)
        return lambda: self._alert_listeners.remove(listener)

    def listen_for_subentries(self, follower: Callable[[ConfigSubentry], None]) -> CALLBACK_TYPE:
        """Call `follower` with every subentry that comes or changes, until the function returned is called."""
        self._followers.append(follower)
        return lambda: self._followers.remove(follower)

    @callback
    def async_apply(self) -> bool:
        """Take over what changed in the entry, without touching a connection; False if that needs a reload."""
        before, self._snapshot = self._snapshot, Snapshot.of(self.entry)
        if before.fixed != self._snapshot.fixed:
            return False
        for subentry in self._snapshot.changed_since(before, self.entry):
            for follower in list(self._followers):
                follower(subentry)
        self.bot.apply(rules_of(self.entry))
        self._dnd.follow(self.entry.options.get(CONF_DND_ENTITY, ""))
        # What is wanted no more is held until the broker has heard of it.
        remember_filters(self.store, self._wanted | set(held_filters(self.store)))
        self._pubsub.follow(self._wanted)
        self.pulse.tell()
        return True

    @property
    def _wanted(self) -> set[str]:
        return set(self.bot.wanted)

    # What the bot announces.

    def _announced(self, announcement: Announcement) -> None:
        if isinstance(announcement, MessageReceived):
            self._announce_message(announcement)
        elif isinstance(announcement, ChatReceived):
            self.hass.bus.async_fire(EVENT_CHAT, chat_event(self.entry.entry_id, announcement))
        elif isinstance(announcement, AlertChanged):
            self._announce_alert(announcement)
        elif isinstance(announcement, AlertValue):
            self.pulse.beat()
        else:
            self._announce_status(announcement.status)

    def _announce_message(self, message: MessageReceived) -> None:
        for watcher in self._watchers.get(message.reading.message.topic, ()):
            watcher(message.reading)
        if is_event(message):
            self._tell_automations(message)
        self.pulse.beat()

    def _tell_automations(self, message: MessageReceived) -> None:
        """Fire the events of a message; normal ones by the thousand would drown Home Assistant's recorder."""
        if priority_of(message) is Priority.NORMAL and not self.allowance.take(self.hass.loop.time()):
            if self.allowance.refused == 1:
                _LOGGER.warning("More than %d messages a second: some fire no event", EVENTS_PER_SECOND)
            return
        self.hass.bus.async_fire(EVENT_MESSAGE, message_event(self.entry.entry_id, message))
        for listener in list(self._event_listeners):
            listener(message)

    def _announce_alert(self, change: AlertChanged) -> None:
        # That the broker is away for a moment, as at every start, would only fill the logbook.
        if change.rule.id != BROKER.id or step_of(change) is not None:
            self.hass.bus.async_fire(EVENT_ALERT, alert_event(self.entry.entry_id, change))
        for listener in list(self._alert_listeners):
            listener(change)
        self.pulse.beat()

    def _announce_status(self, status: BotStatus) -> None:
        told, self._told = self._told, status
        if told is None or _standing(told) != _standing(status):
            self.pulse.tell()
        else:
            self.pulse.beat()


def _standing(status: BotStatus) -> tuple[object, ...]:
    """Return the part of a status that must not wait a second."""
    peace = status.paused, status.quiet_until, status.do_not_disturb
    return status.state, status.broker, status.chat, status.firing, peace
