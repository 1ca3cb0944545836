"""Build the adapters of one bot from its config entry; nothing connects here."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
import ssl
from typing import TYPE_CHECKING, Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_HOST, CONF_PORT
from homeassistant.core import HomeAssistant
from homeassistant.helpers.importlib import async_import_module
from homeassistant.helpers.storage import STORAGE_DIR

from ..bot.model.notice import Notice
from ..bot.peers.beacon import said, status_topic
from ..broker.link import BrokerLink
from ..broker.settings import BrokerSettings, Will
from ..const import (
    CONF_DETECTED,
    CONF_JID,
    CONF_MODE,
    CONF_PUBSUB_SERVICE,
    CONF_SERVER,
    CONF_SERVER_VERSION,
    CONF_XMPP_CA,
    DOMAIN,
    Mode,
)
from ..entry.account import has_chat, is_on_account, is_prosody, is_pubsub_only
from ..entry.beacon import tells_status
from ..entry.connections import broker_settings, broker_tls, retention, xmpp_settings, xmpp_tls
from ..hass.no_chat import NoChat
from ..hass.notifier import Notifier
from ..hass.targets import Look, async_push
from ..hass.uploads import http_put
from ..store.keeping import Retention
from ..store.store import Store
from ..xmpp.link import XmppLink
from ..xmpp.pubsub.pubsub_broker import PubSubBroker
from .pubsub import build_pubsub_broker, pubsub_service

if TYPE_CHECKING:
    from ..hass.mqtt_broker import HaBroker
    from .runtime import BotCoordinator

HELD = "held_filters"
AVATAR = Path(__file__).parents[1] / "brand" / "icon.png"


def database_path(hass: HomeAssistant, entry_id: str) -> Path:
    """Return where a bot's database is; Home Assistant's backups take it along."""
    return Path(hass.config.path(STORAGE_DIR, DOMAIN, f"{entry_id}.db"))


def connection(entry: ConfigEntry[Any]) -> dict[str, str]:
    """Return what the `config` command tells of the links; nothing secret."""
    data = entry.data
    if Mode(data[CONF_MODE]) is Mode.HOME_ASSISTANT:
        told = {"broker": "Home Assistant"}
    elif is_pubsub_only(data):
        told = {"broker": f"PubSub ({data[CONF_PUBSUB_SERVICE]})"}
    else:
        told = {"broker": f"{data[CONF_HOST]}:{data[CONF_PORT]}"}
    if is_prosody(data) and not is_pubsub_only(data):
        told["pubsub"] = pubsub_service(data)
    if is_on_account(data):
        version = data.get(CONF_SERVER_VERSION) or data[CONF_SERVER]
        told["server"] = f"{version} ({data.get(CONF_DETECTED, '–')})"
    return {**told, "account": data[CONF_JID]} if has_chat(entry) else told


async def async_open_store(coordinator: BotCoordinator) -> Store:
    """Open the database. Raises BotError `database_unusable` or `database_newer`."""
    hass, entry = coordinator.hass, coordinator.entry
    path = database_path(hass, entry.entry_id)
    days, rows = retention(entry.options)

    def blocking() -> Store:
        path.parent.mkdir(parents=True, exist_ok=True)
        return Store.open(
            path,
            loop=hass.loop,
            on_committed=coordinator.committed,
            on_stored=coordinator.stored,
            retention=Retention(days, rows),
        )

    return await hass.async_add_executor_job(blocking)


async def async_build_broker(coordinator: BotCoordinator) -> BrokerLink | HaBroker | PubSubBroker:
    """Build the MQTT side the entry asks for. Raises BotError if its certificates cannot be read."""
    hass, entry = coordinator.hass, coordinator.entry
    if is_pubsub_only(entry.data) and isinstance(coordinator.chat, XmppLink):
        return build_pubsub_broker(coordinator, coordinator.chat)
    if Mode(entry.data[CONF_MODE]) is Mode.HOME_ASSISTANT:
        # Loads the `mqtt` integration: not before somebody wants it, and not in the event loop.
        module = await async_import_module(hass, f"{__package__.rpartition('.')[0]}.hass.mqtt_broker")
        broker: HaBroker = module.HaBroker(
            hass,
            on_message=coordinator.receive,
            on_status=coordinator.broker_changed,
            create_task=coordinator.create_task,
        )
        return broker
    settings = broker_settings(entry.data)
    return BrokerLink(
        announced(settings, entry.title) if tells_status(entry) else settings,
        loop=hass.loop,
        tls=await hass.async_add_executor_job(broker_tls, entry.data),
        on_message=coordinator.receive,
        on_status=coordinator.broker_changed,
        run_blocking=hass.async_add_executor_job,
        create_task=coordinator.create_task,
        ready=coordinator.store.ready,
        held=held_filters(coordinator.store),
    )


def held_filters(store: Store) -> list[str]:
    """Return what the broker's session may still hold from an earlier run."""
    return [topic_filter for topic_filter in store.get(HELD).split("\n") if topic_filter]


def remember_filters(store: Store, filters: Iterable[str]) -> None:
    """Write down what the broker's session may hold when the next run begins."""
    store.set(HELD, "\n".join(sorted(filters)))


def announced(settings: BrokerSettings, name: str) -> BrokerSettings:
    """Add the retained message that tells other clients whether this bot is there, as birth and as will."""
    topic = status_topic(settings.client_id)
    return replace(settings, birth=Will(topic, said("online", name)), will=Will(topic, said("offline", name)))


async def async_build_chat(coordinator: BotCoordinator) -> XmppLink | NoChat:
    """Build the XMPP side, or what stands in for it. Raises BotError if a certificate cannot be read."""
    hass, entry = coordinator.hass, coordinator.entry
    if not has_chat(entry):
        return NoChat()

    def blocking() -> tuple[ssl.SSLContext | None, bytes]:
        return xmpp_tls(entry.data), AVATAR.read_bytes() if AVATAR.exists() else b""

    tls, avatar = await hass.async_add_executor_job(blocking)
    return XmppLink(
        xmpp_settings(entry.data, name=entry.title, avatar=avatar, language=hass.config.language),
        tls=tls,
        on_status=coordinator.chat_changed,
        on_text=coordinator.hear,
        on_reaction=coordinator.reacted,
        on_presence=coordinator.presence_changed,
        on_session=coordinator.session_began,
        on_delivery=coordinator.delivered,
        create_task=coordinator.create_task,
        clock=coordinator.clock,
        put=http_put(hass, tls if entry.data[CONF_XMPP_CA] else None),
    )


def build_notifier(coordinator: BotCoordinator) -> Notifier:
    """Build what tells Home Assistant's notifications."""
    hass, entry, phrases = coordinator.hass, coordinator.entry, coordinator.phrases
    look = Look(group=entry.entry_id, silent=phrases.phrase("common.silent_channel"))

    async def push(notice: Notice) -> None:
        await async_push(hass, notice, look)

    return Notifier(
        hass,
        entry,
        push=push,
        waiting=coordinator.store.outbox.waiting,
        on_delivery=coordinator.delivered,
        on_failure=coordinator.store.outbox.note_failure,
        create_task=coordinator.create_task,
        phrases=phrases,
        now=coordinator.clock.now,
    )
