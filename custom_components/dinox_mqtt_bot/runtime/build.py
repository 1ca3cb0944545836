"""Build the parts of one bot from its config entry; nothing connects here."""

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
import ssl
import time
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import CALLBACK_TYPE, HomeAssistant
from homeassistant.helpers.start import async_at_started

from ..bot.bot import Bot
from ..bot.forms.buttons import Buttons
from ..bot.forms.forms import Forms
from ..bot.model.notice import Notice
from ..bot.model.replies import BotError
from ..bot.payload.paths import number_in
from ..bot.peers.beacon import presence_payload, status_topic
from ..bot.ports import Clock, Phrases, Ports, StateWords
from ..bot.reading.readings import Readings
from ..bot.reading.topic_lookup import topic_name
from ..broker.link import BrokerLink
from ..broker.settings import BrokerSettings, Will
from ..const import (
    CONF_BARE_COMMANDS,
    CONF_ENTITIES,
    CONF_MODE,
    CONF_PAUSED,
    CONF_XMPP_CA,
    DEFAULT_BARE_COMMANDS,
    Mode,
)
from ..entry.account import connection, has_chat, is_pubsub_only, pubsub_service, shares_account
from ..entry.beacon import bot_id, rules_of, tells_status
from ..entry.connections import broker_settings, broker_tls, retention, xmpp_settings, xmpp_tls
from ..entry.journal import Journal
from ..entry.paths import database_path, received_path
from ..entry.rule_store import RuleStore
from ..entry.snapshot import Snapshot
from ..hass.clock import LoopClock
from ..hass.connected_broker import ConnectedBroker, async_ha_broker
from ..hass.conversation_agent import HaAgent
from ..hass.dnd_source import DndSource
from ..hass.no_chat import NoChat, TargetsBook, TargetsOutbox
from ..hass.notifier import Notifier
from ..hass.phone_buttons import BUTTONS, async_hear_buttons
from ..hass.phrases import Translations, async_load_all
from ..hass.pictures import PillowPictures
from ..hass.sentences import KnownSentences
from ..hass.targets import NoticeLook, async_push
from ..hass.tasks import CreateTask, tasks_of
from ..hass.templates import SandboxedTemplates
from ..hass.uploads import http_get, http_put
from ..hass.vocabulary import async_load_vocabulary
from ..issues.server_hint import ServerHint
from ..issues.watch import Issues
from ..peers.incoming import PeerMessages
from ..peers.introduction import Introduction
from ..peers.others import OtherBots
from ..peers.publications import Publications
from ..peers.remote import RemoteControl
from ..peers.status import StatusOnMqtt
from ..store.keeping import Retention
from ..store.schema import unusable
from ..store.store import Store
from ..xmpp.link import XmppLink
from ..xmpp.pubsub.pubsub_broker import PubSubBroker
from .alert_pictures import AlertPictures
from .announcer import Announcer
from .delivery import NoticeDelivery
from .entity_source import EntitySource, WithEntities
from .filters import held_filters
from .links import AnyChat, Links, catch_up
from .receiving import Receiving
from .runtime import BotConfigEntry, BotRuntime
from .titles import async_keep_titles
from .webhooks import Webhooks

AVATAR = Path(__file__).parents[1] / "brand" / "icon.png"


async def async_build(hass: HomeAssistant, entry: BotConfigEntry) -> BotRuntime:
    """Load words, database, links and bot. Raises BotError for an unusable database or certificate."""
    snapshot = Snapshot.of(entry)
    phrases = await async_load_all(hass, bare=bare_commands(entry))
    store = await async_open_store(hass, entry)
    try:
        journal = Journal(hass, entry, store)
        journal.async_restore()
        runtime = await _async_build_on(hass, entry, store, phrases, journal)
        runtime.snapshot = snapshot
        await runtime.bot.say_untold()
    except BaseException:  # whatever it was: the writer's thread would keep Home Assistant from ending
        await hass.async_add_executor_job(store.close)
        raise
    return runtime


async def _async_build_on(
    hass: HomeAssistant, entry: BotConfigEntry, store: Store, phrases: Translations, journal: Journal
) -> BotRuntime:
    clock, create_task = LoopClock(hass.loop), tasks_of(hass, entry)
    chat = await async_build_chat(hass, entry, clock, create_task)
    broker = await async_build_broker(
        hass, entry, store=store, chat=chat, phrases=phrases, clock=clock, create_task=create_task
    )
    ports = build_ports(
        hass, entry, store=store, broker=broker, chat=chat, phrases=phrases, clock=clock, journal=journal
    )
    entities = EntitySource(hass, create_task)
    ports = replace(ports, broker=WithEntities(broker, entities))
    ports = replace(ports, vocabulary=await async_load_vocabulary(hass), languages=phrases.languages)
    bot = build_bot(entry, ports, store, create_task)
    clock.start(bot.tick)
    notifier = build_notifier(hass, entry, store=store, phrases=phrases, clock=clock, create_task=create_task)
    delivery = NoticeDelivery(store.outbox, chat, notifier, on_mark=bot.delivered, create_task=create_task)
    store.start(broker.acknowledge, delivery.say, broker.acknowledge_all, bot.history_changed)
    announcer, others = Announcer(hass, entry.entry_id), OtherBots(hass, entry)
    on_mqtt = build_on_mqtt(
        hass, entry, others, broker=broker, store=store, phrases=phrases, clock=clock, create_task=create_task
    )
    on_mqtt.start(lambda: bot.status, announcer.pulse, announcer.alerts, announcer.events)
    links = build_links(
        hass, entry, bot, others, broker=broker, chat=chat, store=store, clock=clock, create_task=create_task
    )
    hint = ServerHint(hass, entry, chat=chat, memory=store, create_task=create_task)
    return BotRuntime(
        hass=hass,
        entry=entry,
        phrases=phrases,
        clock=clock,
        store=store,
        journal=journal,
        links=links,
        bot=bot,
        announcer=announcer,
        silence=bot.listen(announcer.announce),
        delivery=delivery,
        on_mqtt=on_mqtt,
        dnd=DndSource(hass, bot.held.set_source, told=bot.do_not_disturb.source),
        issues=Issues(hass, entry, broker=broker, store=store, phrases=phrases, hint=hint),
        entitle=partial(async_keep_titles, hass, entry, phrases, partial(topic_name, bot)),
        beside=tuple(
            beside(hass, entry, bot, entities, chat=chat, settle=ports.rules.settle, create_task=create_task)
        ),
        has_chat=has_chat(entry),
        settle=ports.rules.settle,
    )


def build_on_mqtt(
    hass: HomeAssistant,
    entry: ConfigEntry[Any],
    others: OtherBots,
    *,
    broker: ConnectedBroker,
    store: Store,
    phrases: Phrases,
    clock: Clock,
    create_task: CreateTask,
) -> StatusOnMqtt:
    """Build what the bot shows of itself to other clients of its broker."""
    publisher = Publications(broker, create_task=create_task)
    introduction = Introduction(entry, publisher, phrases=phrases, clock=clock)
    return StatusOnMqtt(
        hass, entry, others, introduction, publisher=publisher, broker=broker, memory=store, clock=clock
    )


def build_links(
    hass: HomeAssistant,
    entry: ConfigEntry[Any],
    bot: Bot,
    others: OtherBots,
    *,
    broker: ConnectedBroker,
    chat: AnyChat,
    store: Store,
    clock: LoopClock,
    create_task: CreateTask,
) -> Links:
    """Build what leads from the connections to the bot."""

    def reconnect() -> None:
        broker.reconnect()
        chat.reconnect()

    remote = RemoteControl(
        entry, pause=bot.pause, reconnect=reconnect, now=clock.now, create_task=create_task
    )
    return Links(
        hass=hass,
        entry=entry,
        broker=broker,
        chat=chat,
        missed=catch_up(entry, chat, store, clock, create_task),
        peers=PeerMessages(entry, others, skip=store.history.skip, command=remote.take),
        memory=store,
        bot=bot,
        forms=Forms(bot, bot.execute),
        buttons=Buttons(bot, bot.confirmation, bot.dialogue.inquiries.buttons, store.outbox.addressee).of,
    )


def beside(
    hass: HomeAssistant,
    entry: ConfigEntry[Any],
    bot: Bot,
    entities: EntitySource,
    *,
    chat: AnyChat,
    settle: Callable[[], Awaitable[None]],
    create_task: CreateTask,
) -> Iterator[Callable[[], CALLBACK_TYPE]]:
    """Yield what begins to hear buttons and webhooks, to show alerts, to tell of entities, to fetch files.

    And what reads the sentences when Home Assistant has started.
    """
    yield partial(async_at_started, hass, _read_sentences)
    yield partial(
        async_hear_buttons,
        hass,
        entry.entry_id,
        press=bot.press,
        contacts=lambda: bot.rules.contacts,
        create_task=create_task,
    )
    yield Webhooks(
        hass,
        entry,
        receive=bot.receive,
        alerts=bot.alerts,
        settle=settle,
        create_task=create_task,
    ).start
    pictures = AlertPictures(
        hass,
        bot,
        alerts=bot.alerts,
        uploads=bot.uploads,
        speech=bot.outgoing.speech,
        create_task=create_task,
    )
    yield partial(bot.listen, pictures.hear)
    if knows_entities(entry):
        yield partial(entities.start, bot.receive)
    if isinstance(chat, XmppLink):
        yield partial(receiving(hass, entry, bot, chat, create_task).start, bot.listen)


async def _read_sentences(hass: HomeAssistant) -> None:
    """Have the sentences parsed before somebody says one: with the first that is looked up they all are."""
    await KnownSentences(hass.config.language, hass.async_add_executor_job).recognise("?", ())


def receiving(
    hass: HomeAssistant, entry: ConfigEntry[Any], bot: Bot, chat: XmppLink, create_task: CreateTask
) -> Receiving:
    """Build what fetches the files of contacts."""

    def refuse(jid: str, why: BotError) -> None:
        text = bot.outgoing.speech(jid).phrase(f"exceptions.{why.key}.message", **why.placeholders)
        bot.outgoing.answer(jid, text)

    return Receiving(
        hass,
        entry.entry_id,
        received_path(hass, entry.entry_id),
        fetch=chat.fetch,
        refuse=refuse,
        create_task=create_task,
    )


def knows_entities(entry: ConfigEntry[Any]) -> bool:
    """Say whether the bot is to know Home Assistant's own entities, announced as MQTT devices are."""
    return bool(entry.options.get(CONF_ENTITIES)) and bool(rules_of(entry).discovery_prefix)


def settling(journal: Journal, store: Store) -> Callable[[], Awaitable[None]]:
    """Return what waits until every change is stored, of the rules and of all that the bot remembers."""

    async def settle() -> None:
        journal.async_write()
        await store.settle()

    return settle


async def async_open_store(hass: HomeAssistant, entry: ConfigEntry[Any]) -> Store:
    """Open the database. Raises BotError `database_unusable` or `database_newer`."""
    path = database_path(hass, entry.entry_id)
    days, rows = retention(entry.options)

    def blocking() -> Store:
        with unusable(path):
            path.parent.mkdir(parents=True, exist_ok=True)
        return Store.open(path, loop=hass.loop, number_in=number_in, retention=Retention(days, rows))

    return await hass.async_add_executor_job(blocking)


async def async_build_broker(
    hass: HomeAssistant,
    entry: ConfigEntry[Any],
    *,
    store: Store,
    chat: AnyChat,
    phrases: Phrases,
    clock: Clock,
    create_task: CreateTask,
) -> ConnectedBroker:
    """Build the MQTT side the entry asks for. Raises BotError if its certificates cannot be read."""
    if is_pubsub_only(entry.data) and isinstance(chat, XmppLink):
        return PubSubBroker(
            chat.pubsub,
            service=pubsub_service(entry.data),
            memory=store,
            phrases=phrases,
            clock=clock,
            create_task=create_task,
        )
    if Mode(entry.data[CONF_MODE]) is Mode.HOME_ASSISTANT:
        return await async_ha_broker(hass, create_task)
    settings = broker_settings(entry.data)
    return BrokerLink(
        announced(settings, entry.title) if tells_status(entry) else settings,
        loop=hass.loop,
        tls=await hass.async_add_executor_job(broker_tls, entry.data),
        run_blocking=hass.async_add_executor_job,
        create_task=create_task,
        ready=store.ready,
        held=held_filters(store),
    )


def announced(settings: BrokerSettings, name: str) -> BrokerSettings:
    """Add the retained message that tells other clients whether this bot is there, as birth and as will."""
    topic = status_topic(settings.client_id)
    return replace(
        settings,
        birth=Will(topic, presence_payload("online", name)),
        will=Will(topic, presence_payload("offline", name)),
    )


async def async_build_chat(
    hass: HomeAssistant, entry: ConfigEntry[Any], clock: Clock, create_task: CreateTask
) -> AnyChat:
    """Build the XMPP side, or what stands in for it. Raises BotError if a certificate cannot be read."""
    if not has_chat(entry):
        return NoChat()

    def blocking() -> tuple[ssl.SSLContext | None, bytes]:
        return xmpp_tls(entry.data), AVATAR.read_bytes() if AVATAR.exists() else b""

    tls, avatar = await hass.async_add_executor_job(blocking)
    own_tls = tls if entry.data[CONF_XMPP_CA] else None
    return XmppLink(
        xmpp_settings(entry.data, name=entry.title, avatar=avatar, language=hass.config.language),
        tls=tls,
        create_task=create_task,
        clock=clock,
        put=http_put(hass, own_tls),
        get=http_get(own_tls),
    )


def build_ports(
    hass: HomeAssistant,
    entry: ConfigEntry[Any],
    *,
    store: Store,
    broker: ConnectedBroker,
    chat: AnyChat,
    phrases: StateWords,
    clock: Clock,
    journal: Journal,
) -> Ports:
    """Return all that the bot has of the world."""
    chats = isinstance(chat, XmppLink)
    return Ports(
        broker=broker,
        chat=chat,
        history=store.history,
        outbox=store.outbox if chats else TargetsOutbox(store.outbox),
        alerts=store.alerts if chats else TargetsBook(store.alerts),
        memory=store,
        uploads=chat,
        pictures=PillowPictures(hass, clock.local),
        agent=HaAgent(hass),
        sentences=KnownSentences(hass.config.language, hass.async_add_executor_job),
        rules=RuleStore(hass, entry, settling(journal, store)),
        phrases=phrases,
        templates=SandboxedTemplates(hass),
        clock=clock,
    )


def build_bot(entry: ConfigEntry[Any], ports: Ports, store: Store, create_task: CreateTask) -> Bot:
    """Build the bot over its ports."""
    return Bot(
        ports,
        Readings(ports.templates, ticks=time.perf_counter, words=ports.phrases),
        rules_of(entry),
        paused=entry.options.get(CONF_PAUSED, False),
        name=entry.title,
        bot_id=bot_id(entry),
        bare_commands=bare_commands(entry),
        connection=connection(entry),
        dropped=lambda: store.dropped,
        spawn=lambda work: create_task(work(), "tell what was held"),
        kept=store.alerts.kept,
        last_number=store.alerts.last_number,
    )


def bare_commands(entry: ConfigEntry[Any]) -> bool:
    """Say whether a command needs no `/mqtt`; in a user's own self-chat every note would be taken for one."""
    wanted: bool = entry.options.get(CONF_BARE_COMMANDS, DEFAULT_BARE_COMMANDS)
    return wanted and not shares_account(entry)


def build_notifier(
    hass: HomeAssistant,
    entry: ConfigEntry[Any],
    *,
    store: Store,
    phrases: Phrases,
    clock: Clock,
    create_task: CreateTask,
) -> Notifier:
    """Build what tells Home Assistant's notifications."""
    labels = {button: phrases.phrase(f"common.button_{button}") for button in BUTTONS}
    look = NoticeLook(entry.entry_id, phrases.phrase("common.silent_channel"), labels)

    async def push(notice: Notice) -> None:
        await async_push(hass, notice, look)

    return Notifier(
        hass,
        entry,
        push=push,
        waiting=store.outbox.waiting,
        on_failure=store.outbox.note_failure,
        create_task=create_task,
        phrases=phrases,
        now=clock.now,
    )
