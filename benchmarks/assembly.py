"""A bot of real parts, without Home Assistant around it: broker link, readings, conversation, store."""

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
import json
from pathlib import Path
from time import perf_counter
from typing import Any

from custom_components.dinox_mqtt_bot.bot.bot import Bot
from custom_components.dinox_mqtt_bot.bot.model.charts import Picture
from custom_components.dinox_mqtt_bot.bot.model.message import Message, QoS
from custom_components.dinox_mqtt_bot.bot.model.notice import Notice
from custom_components.dinox_mqtt_bot.bot.model.rules import (
    AlertRule,
    Bridge,
    Contact,
    Follow,
    Preset,
    RuleSet,
    Subscription,
)
from custom_components.dinox_mqtt_bot.bot.model.status import BotState, Delivery, Gap, LinkStatus, Phase
from custom_components.dinox_mqtt_bot.bot.payload.paths import number_in
from custom_components.dinox_mqtt_bot.bot.ports import Chat, CommandTemplates, Phrases, Ports
from custom_components.dinox_mqtt_bot.bot.reading.readings import Readings
from custom_components.dinox_mqtt_bot.broker.link import BrokerLink
from custom_components.dinox_mqtt_bot.broker.settings import BrokerSettings
from custom_components.dinox_mqtt_bot.hass.clock import LoopClock
from custom_components.dinox_mqtt_bot.hass.phrases import Translations
from custom_components.dinox_mqtt_bot.hass.sentences import KnownSentences
from custom_components.dinox_mqtt_bot.store.store import Store

from .receivers import LOOPBACK

WORDS = Path(__file__).parents[1] / "custom_components/dinox_mqtt_bot/translations/en.json"
CONTACT = "you@home.test"


class RecordingChat:
    """`bot.ports.Chat` on a server that takes everything at once."""

    def __init__(self, on_delivery: Callable[[str, Delivery, float], None]) -> None:
        self.status = LinkStatus(Phase.ONLINE)
        self.said = 0
        self._on_delivery = on_delivery

    def say(self, notice: Notice) -> None:
        self.said += 1
        self._on_delivery(notice.id, Delivery.SENT, notice.at)

    def answering(self, jid: str) -> AbstractContextManager[None]:
        return nullcontext()

    def show(self, state: BotState, text: str) -> None:
        return

    def meet(self, contacts: Iterable[Contact]) -> None:
        return

    def join(self, rooms: Mapping[str, str]) -> None:
        return

    @property
    def rooms_refused(self) -> Mapping[str, str]:
        return {}

    def reconnect(self) -> None:
        return


class NoRules:
    """`bot.ports.Rules`: nobody changes a rule here."""

    async def put_contact(self, contact: Contact) -> None:
        raise AssertionError

    async def put_subscription(self, subscription: Subscription) -> None:
        raise AssertionError

    async def remove_subscription(self, topic_filter: str) -> None:
        raise AssertionError

    async def put_alert(self, rule: AlertRule) -> AlertRule:
        raise AssertionError

    async def remove_alert(self, rule: AlertRule) -> None:
        raise AssertionError

    async def put_bridge(self, bridge: Bridge) -> Bridge:
        raise AssertionError

    async def remove_bridge(self, bridge: Bridge) -> None:
        raise AssertionError

    async def put_preset(self, preset: Preset) -> Preset:
        raise AssertionError

    async def remove_preset(self, preset: Preset) -> None:
        raise AssertionError

    async def set_paused(self, paused: bool) -> None:
        raise AssertionError

    async def set_discovery(self, on: bool) -> None:
        raise AssertionError

    async def set_follows(self, follows: Iterable[Follow]) -> None:
        raise AssertionError

    async def settle(self) -> None:
        return


class Nothing:
    """`bot.ports.Uploads`, `Pictures`, `Agent`: nobody asks for a file, a picture, an answer."""

    async def upload(self, name: str, mime: str, payload: bytes) -> str:
        raise AssertionError

    async def draw(self, picture: Picture, phrases: Phrases, *, dark: bool = False) -> bytes:
        raise AssertionError

    def shows(self, entity: str) -> bool:
        raise AssertionError

    async def answer(self, text: str, jid: str, agent: str, user: str = "") -> str:
        raise AssertionError


class NoTemplates:
    """`bot.ports.Templates`: no device of the load has any."""

    def runs(self, template: str) -> bool:
        return False

    def render(self, template: str, text: str, json: object) -> str | None:
        return None

    def command(self, template: str, variables: Mapping[str, object]) -> str | None:
        return None


class Assembly:
    """Opened with a directory for the database; `committed` is told what the store has written."""

    bot: Bot
    store: Store
    chat: Chat

    def __init__(self, port: int, committed: Callable[[int], None] = lambda number: None) -> None:
        self.loop = asyncio.get_running_loop()
        self.received: Callable[[Message], None] = lambda message: None
        self._committed = committed
        self.clock = LoopClock(self.loop)
        self.link = BrokerLink(
            BrokerSettings(LOOPBACK, port, "bench-receiver", session_expiry=0),
            loop=self.loop,
            tls=None,
            run_blocking=lambda function, *given: self.loop.run_in_executor(None, function, *given),
            create_task=self.create_task,
            ready=self._ready,
        )

    def create_task(self, work: Coroutine[Any, Any, None], name: str) -> asyncio.Task[None]:
        return self.loop.create_task(work, name=name)

    async def open(
        self,
        directory: str,
        rules: RuleSet,
        chat: Chat | None = None,
        templates: CommandTemplates | None = None,
        others: Mapping[str, Any] | None = None,
    ) -> None:
        """Build the bot on a database of its own; `others` are ports in place of those here."""
        self.store = await asyncio.to_thread(
            lambda: Store.open(Path(directory, "bot.db"), loop=self.loop, number_in=number_in)
        )
        self.store.start(
            on_committed=self._acknowledge,
            on_stored=self._say,
            on_judged=self.link.acknowledge_all,
            on_gap=self._gap,
        )
        self.chat = chat or RecordingChat(self.delivered)
        ports = Ports(
            broker=self.link,
            chat=self.chat,
            history=self.store.history,
            outbox=self.store.outbox,
            alerts=self.store.alerts,
            memory=self.store,
            uploads=Nothing(),
            pictures=Nothing(),
            agent=Nothing(),
            sentences=KnownSentences("en", asyncio.to_thread),
            rules=NoRules(),
            phrases=Translations(words()),
            templates=templates or NoTemplates(),
            clock=self.clock,
        )
        ports = replace(ports, **(others or {}))
        self.bot = Bot(
            ports,
            Readings(ports.templates, ticks=perf_counter),
            rules,
            paused=False,
            name="Bench",
            spawn=lambda work: self.create_task(work(), "tell what was held"),
        )
        self.clock.start(self.bot.tick)

    def start(self) -> None:
        self.link.start(on_message=self._receive, on_status=self.bot.broker_changed)

    async def close(self) -> None:
        self.clock.close()
        await self.link.stop()
        await asyncio.to_thread(self.store.close)

    def delivered(self, notice_id: str, delivery: Delivery, at: float, note: str = "") -> None:
        self.store.outbox.mark(notice_id, delivery, at, note)
        self.bot.delivered(notice_id, delivery, at)

    # The parts need each other: these are looked up when they are called.

    def _gap(self, gap: Gap) -> None:
        self.bot.history_changed(gap)

    def _ready(self) -> bool:
        return self.store.ready()

    def _say(self, notice: Notice) -> None:
        self.chat.say(notice)

    def chat_changed(self, status: LinkStatus) -> None:
        self.bot.chat_changed(status)

    def _receive(self, message: Message) -> None:
        self.bot.receive(message)
        self.received(message)

    def _acknowledge(self, messages: list[Message]) -> None:
        self.link.acknowledge(messages)
        self._committed(len(messages))


def rules(topic_filter: str, qos: int) -> RuleSet:
    """Show everything under the filter to one contact, with the settings of a new subscription."""
    return RuleSet((Subscription(topic_filter, QoS(qos)),), (Contact(CONTACT),))


def words() -> Mapping[str, str]:
    """Return the English texts by dotted path."""
    return dict(_flat(json.loads(WORDS.read_text("utf-8")), ""))


def _flat(tree: Mapping[str, Any], path: str) -> Iterable[tuple[str, str]]:
    for key, value in tree.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{path}{key}.")
        else:
            yield f"{path}{key}", str(value)
