"""A bot in this process: real parts and a real database, a broker and a chat that only take note."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
import contextlib
from dataclasses import replace
from pathlib import Path
import tempfile
from typing import Any, override

from homeassistant.core import HomeAssistant

from benchmarks.assembly import Assembly, RecordingChat
from custom_components.dinox_mqtt_bot.bot.model.charts import Picture
from custom_components.dinox_mqtt_bot.bot.model.message import Message, Properties, QoS
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
from custom_components.dinox_mqtt_bot.bot.model.status import Delivery, LinkStatus, Phase
from custom_components.dinox_mqtt_bot.bot.ports import Agent, Broker, Chat, Phrases, Pictures, Rules, Uploads
from custom_components.dinox_mqtt_bot.hass.clock import LoopClock
from custom_components.dinox_mqtt_bot.hass.templates import SandboxedTemplates

_KEPT = 200
# Where there is one: a database in memory is written in no time.
_MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108  # its names are drawn
_PATIENCE_SECONDS = 30.0


class NotingBroker:
    """`bot.ports.Broker` that takes everything; `done` counts what it was told to do."""

    def __init__(self) -> None:
        self.status = LinkStatus(Phase.ONLINE)
        self.refused: Mapping[str, str] = {}
        self.done = 0
        self.published: deque[tuple[str, bytes]] = deque(maxlen=_KEPT)

    def want(self, filters: Mapping[str, QoS]) -> None:
        return

    def renew(self, filters: Iterable[str]) -> None:
        return

    async def publish(
        self, topic: str, payload: bytes, qos: QoS, retain: bool, *, properties: Properties | None = None
    ) -> None:
        self.done += 1
        self.published.append((topic, payload))

    def reconnect(self) -> None:
        self.done += 1


class NotingChat(RecordingChat):
    """Keeps the newest notices; `check` sees each one."""

    def __init__(self, on_delivery: Callable[[str, Delivery, float], None]) -> None:
        super().__init__(on_delivery)
        self.notices: deque[Notice] = deque(maxlen=_KEPT)
        self.check: Callable[[Notice], None] = lambda notice: None

    @override
    def say(self, notice: Notice) -> None:
        self.notices.append(notice)
        self.check(notice)
        super().say(notice)

    @override
    def reconnect(self) -> None:
        self.said += 1_000_000


class RulesInMemory:
    """`bot.ports.Rules`: what is written comes back to the bot, as from the config entry.

    `written` counts that, but for what somebody may wait for by itself, which comes and goes.
    """

    def __init__(self, alone: Alone) -> None:
        self._alone = alone
        self.written = 0

    def _write(self, **changed: Any) -> None:
        self.written += 1
        self._alone.bot.apply(replace(self._alone.bot.rules, **changed))

    def _put[T: (AlertRule, Bridge, Preset)](self, kind: str, rule: T) -> T:
        rules: tuple[T, ...] = getattr(self._alone.bot.rules, kind)
        if not rule.id:
            number = max((each.number for each in rules), default=0) + 1
            rule = replace(rule, id=f"{kind}{number}", number=number)
        self._write(**{kind: (*(each for each in rules if each.id != rule.id), rule)})
        return rule

    def _remove(self, kind: str, rule_id: str) -> None:
        rules = getattr(self._alone.bot.rules, kind)
        self._write(**{kind: tuple(each for each in rules if each.id != rule_id)})

    async def put_contact(self, contact: Contact) -> None:
        known = self._alone.bot.rules.contacts
        self._write(contacts=tuple(contact if each.jid == contact.jid else each for each in known))

    async def put_subscription(self, subscription: Subscription) -> None:
        others = (each for each in self._alone.bot.rules.subscriptions if each.filter != subscription.filter)
        self._write(subscriptions=(*others, subscription))

    async def remove_subscription(self, topic_filter: str) -> None:
        before = self._alone.bot.rules.subscriptions
        self._write(subscriptions=tuple(each for each in before if each.filter != topic_filter))

    async def put_alert(self, rule: AlertRule) -> AlertRule:
        self.written -= rule.once
        return self._put("alerts", rule)

    async def remove_alert(self, rule: AlertRule) -> None:
        self.written -= rule.once
        self._remove("alerts", rule.id)

    async def put_bridge(self, bridge: Bridge) -> Bridge:
        return self._put("bridges", bridge)

    async def remove_bridge(self, bridge: Bridge) -> None:
        self._remove("bridges", bridge.id)

    async def put_preset(self, preset: Preset) -> Preset:
        return self._put("presets", preset)

    async def remove_preset(self, preset: Preset) -> None:
        self._remove("presets", preset.id)

    async def set_paused(self, paused: bool) -> None:
        return

    async def settle(self) -> None:
        return

    async def set_discovery(self, on: bool) -> None:
        self._write(discovery_prefix="homeassistant" if on else "")

    async def set_follows(self, follows: Iterable[Follow]) -> None:
        self._write(follows=tuple(follows))


class NotingServices:
    """`bot.ports.Uploads`, `Pictures` and `Agent`; `asked` counts what an agent was asked."""

    def __init__(self) -> None:
        self.asked = 0

    async def upload(self, name: str, mime: str, payload: bytes) -> str:
        return f"https://files.home.test/{len(payload)}"

    async def draw(self, picture: Picture, phrases: Phrases, *, dark: bool = False) -> bytes:
        return b"\x89PNG"

    def shows(self, entity: str) -> bool:
        return True

    async def answer(self, text: str, jid: str, agent: str, user: str = "") -> str:
        self.asked += 1
        return "done"


class JumpingClock(LoopClock):
    """The system's clock, put forward at will."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(loop)
        self._ahead = 0.0

    def jump(self, seconds: float) -> float:
        """Let time go by; return the time it is then."""
        self._ahead += seconds
        return self.now()

    @override
    def now(self) -> float:
        return super().now() + self._ahead


class Alone(Assembly):
    """The assembly of the benchmarks, with Home Assistant's sandbox for templates and rules that change."""

    def __init__(self, hass: HomeAssistant) -> None:
        super().__init__(0)
        self._hass = hass
        self.clock = self.time = JumpingClock(self.loop)
        self.broker = NotingBroker()
        self.services = NotingServices()
        self.rules = RulesInMemory(self)
        self.noting = NotingChat(self.delivered)

    async def begin(self, directory: str, rules: RuleSet, chat: Chat | None = None) -> None:
        """Build the bot, on a chat of its own or on this one."""
        broker: Broker = self.broker
        rules_port: Rules = self.rules
        uploads: Uploads = self.services
        pictures: Pictures = self.services
        agent: Agent = self.services
        await self.open(
            directory,
            rules,
            chat=chat or self.noting,
            templates=SandboxedTemplates(self._hass),
            others={
                "broker": broker,
                "rules": rules_port,
                "uploads": uploads,
                "pictures": pictures,
                "agent": agent,
            },
        )

    def take(self, message: Message) -> None:
        """Let a message come in, as the link hands it over."""
        self.bot.receive(message)

    def jump(self, seconds: float) -> None:
        """Let time go by, then the alarm ring."""
        self.bot.tick(self.time.jump(seconds))

    async def has_room(self) -> None:
        """Wait until the store takes more, as the link does."""
        await until(self.store.ready, "room for more messages in the store")

    async def settled(self) -> None:
        """Wait until everything handed over is committed, and what is to be said is said."""
        await self.store.outbox.waiting()
        await asyncio.sleep(0)


async def until(so: Callable[[], object], what: str, seconds: float = _PATIENCE_SECONDS) -> None:
    """Wait until something is so. Raises TimeoutError that says what never was."""
    try:
        async with asyncio.timeout(seconds):
            while not so():  # noqa: ASYNC110  # what is waited for tells nobody
                await asyncio.sleep(0.002)
    except TimeoutError:
        raise TimeoutError(f"never came: {what}") from None


async def comes(so: Callable[[], object], seconds: float) -> bool:
    """Say whether something became so in time."""
    try:
        await until(so, "", seconds)
    except TimeoutError:
        return False
    return True


@contextlib.asynccontextmanager
async def alone(rules: RuleSet, chat: Chat | None = None) -> AsyncIterator[Alone]:
    """Run a bot on a database that is thrown away."""
    with tempfile.TemporaryDirectory(prefix="attack-", dir=_MEMORY) as directory:
        one = Alone(HomeAssistant(directory))
        await one.begin(directory, rules, chat)
        try:
            yield one
        finally:
            one.bot.close()
            await one.close()
