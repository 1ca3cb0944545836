"""Ports that keep what they are told, for looking at."""

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, tzinfo
from itertools import count
from math import inf
from typing import Any

from fake_archive import FakeArchive, FakePictures
from jinja2 import TemplateError
from jinja2.sandbox import SandboxedEnvironment as Environment
from phrases import RealPhrases
from sentences import RealSentences

from bot.alerts.silence import HEARTBEAT
from bot.bot import Bot
from bot.chat.first_look import GREETED
from bot.model.alert import Alert, AlertEvent, Period, Record, Step, dump, load
from bot.model.history import LedgerRow, ListeningSince, Past, Span, TopicRow
from bot.model.message import Kind, Message, Properties, QoS, Reading
from bot.model.notice import Notice
from bot.model.replies import BotError, Caller, Surface
from bot.model.rules import AlertRule, Bridge, Contact, Follow, Preset, Priority, Role, RuleSet, Subscription
from bot.model.speech import PREFIX
from bot.model.status import STOPPED, BotState, LinkStatus, Phase
from bot.model.topics import matches
from bot.model.vocabulary import BUILT_IN, Vocabulary
from bot.ports import Ports
from bot.reading.readings import Readings
from bot.text.numbers import with_unit

NOON = 1_800_000_000.0  # 2027-01-15 08:00:00 UTC

ONLINE = LinkStatus(Phase.ONLINE)
OFFLINE = LinkStatus(Phase.OFFLINE, "not_configured")
CONNECTING = LinkStatus(Phase.CONNECTING)

ME = "me@example.org"
GUEST = "guest@example.org"


class FakeBroker:
    """`bot.ports.Broker`."""

    def __init__(self) -> None:
        self.status = ONLINE
        self.refused: dict[str, str] = {}
        self.wanted: list[Mapping[str, QoS]] = []
        self.published: list[tuple[str, bytes, QoS, bool]] = []
        self.properties: list[Properties | None] = []
        self.answer: Callable[[str, bytes, Properties | None], None] = lambda topic, payload, properties: None
        self.failure: Exception | None = None
        self.reconnects = 0
        self.renewed: list[str] = []

    def want(self, filters: Mapping[str, QoS]) -> None:
        self.wanted.append(filters)

    def renew(self, filters: Iterable[str]) -> None:
        self.renewed += filters

    async def publish(
        self, topic: str, payload: bytes, qos: QoS, retain: bool, *, properties: Properties | None = None
    ) -> None:
        if self.failure is not None:
            raise self.failure
        self.published.append((topic, payload, qos, retain))
        self.properties.append(properties)
        self.answer(topic, payload, properties)

    def reconnect(self) -> None:
        self.reconnects += 1


class FakeChat:
    """`bot.ports.Chat`."""

    def __init__(self) -> None:
        self.status = ONLINE
        self.shown: list[tuple[BotState, str]] = []
        self.met: list[tuple[Contact, ...]] = []
        self.joined: list[Mapping[str, str]] = []
        self.rooms_refused: dict[str, str] = {}
        self.reconnects = 0
        self.answered: list[str] = []
        # Those who are being answered now.
        self.waiting: list[str] = []

    def say(self, notice: Notice) -> None:
        raise AssertionError("the bot says nothing past the outbox")

    @contextmanager
    def answering(self, jid: str) -> Iterator[None]:
        self.waiting.append(jid)
        yield
        self.waiting.remove(jid)
        self.answered.append(jid)

    def show(self, state: BotState, text: str) -> None:
        self.shown.append((state, text))

    def meet(self, contacts: Iterable[Contact]) -> None:
        self.met.append(tuple(contacts))

    def join(self, rooms: Mapping[str, str]) -> None:
        self.joined.append(rooms)

    def reconnect(self) -> None:
        self.reconnects += 1


class FakeHistory(FakeArchive):
    """`bot.ports.History`, in a list."""

    def __init__(self, book: FakeAlertBook) -> None:
        super().__init__()
        self.book = book
        self.skipped: list[Message] = []
        self.publishes: list[tuple[str, bytes, str, float]] = []
        self.connections: list[tuple[str, Phase, float]] = []
        self.log: list[tuple[str, Phase, float, str]] = []
        self.known_messages: set[Message] = set()
        self.unchanged_messages: set[Message] = set()
        self.waiting: dict[str, TopicRow] = {}
        self.unreadable = False

    def append(
        self, reading: Reading, priority: Priority, *, untold: bool = False, record: Record | None = None
    ) -> None:
        self.book.keep(record)
        self.appended.append((reading, priority))
        if untold:
            topic, at = reading.message.topic, reading.message.received
            before = self.waiting.get(topic, TopicRow(topic, reading.name, 0, at, at, ""))
            self.waiting[topic] = replace(
                before, count=before.count + 1, last_seen=at, last_text=reading.text
            )

    def mark_told(self, topics: Iterable[str]) -> None:
        for topic in topics:
            self.waiting.pop(topic, None)

    async def untold(self) -> list[TopicRow]:
        if self.unreadable:
            raise BotError("history_unreadable", reason="gone")
        return list(self.waiting.values())

    def skip(self, message: Message, *, record: Record | None = None) -> None:
        self.book.keep(record)
        self.skipped.append(message)

    async def past(self, topic_filter: str, since: float, after: int, limit: int) -> list[Past]:
        rows = [
            Past(
                number,
                reading.message.topic,
                with_unit(reading.text, reading.unit)
                if reading.json is None and not reading.found
                else reading.message.payload.decode(),
                reading.time,
                reading.message.retain,
                reading.kind,
            )
            for number, (reading, _) in enumerate(self.appended, 1)
            if reading.message not in self.known_messages
        ]
        wanted = (
            row for row in rows if matches(topic_filter, row.topic) and row.time >= since and row.id > after
        )
        return list(wanted)[:limit]

    def known(self, message: Message) -> bool:
        return message in self.known_messages

    def unchanged(self, message: Message) -> bool:
        return message in self.unchanged_messages

    def cleared(self, message: Message) -> bool:
        before = [each.message for each, _ in self.appended if each.message.topic == message.topic]
        return not message.payload and (message.retain or any(each.payload for each in before[-1:]))

    async def listening(self, since: float) -> list[ListeningSince]:
        every = [
            ListeningSince(at, phase is Phase.ONLINE, reason != STOPPED.reason)
            for link, phase, at, reason in self.log
            if link == "broker"
        ]
        before = [number for number, each in enumerate(every) if each.at < since]
        return every[max(before, default=0) :]

    async def topics(self, topic_filter: str, limit: int) -> list[TopicRow]:
        found: dict[str, TopicRow] = {}
        for row in await self.page(topic_filter, 1_000_000):
            before = found.get(row.topic, TopicRow(row.topic, row.name, 0, row.time, row.time, row.text))
            found[row.topic] = replace(before, count=before.count + 1, last_seen=row.time, last_text=row.text)
        return [found[topic] for topic in sorted(found)][:limit]

    def log_publish(self, topic: str, payload: bytes, who: str, at: float) -> None:
        self.publishes.append((topic, payload, who, at))

    def log_connection(self, link: str, status: LinkStatus, at: float) -> None:
        self.connections.append((link, status.phase, at))
        self.log.append((link, status.phase, at, status.reason))

    def log_start(self, ended: float, broker: LinkStatus, at: float) -> None:
        self.log_connection("broker", STOPPED, ended)
        self.log_connection("broker", broker, at)


class FakeOutbox:
    """`bot.ports.Outbox`, in a list."""

    def __init__(self) -> None:
        self.notices: list[Notice] = []
        self.holding: list[Notice] = []
        self.rows: list[LedgerRow] = []
        self.undelivered = 0
        self.failed = 0
        self.unread = 0
        self.unreadable = False
        # Whose client confirms what.
        self.confirmations: dict[str, str] = {}

    def confirmed(self, to: str) -> str:
        return self.confirmations.get(to, "")

    def newest(self, to: str) -> str:
        mine = [each for each in self.notices if each.to == to]
        return mine[-1].replaces or mine[-1].id if mine else ""

    def put(self, notice: Notice) -> None:
        self.notices.append(notice)
        self.rows.append(LedgerRow(notice.id, notice.to, "queued", notice.at))

    def hold(self, notice: Notice) -> None:
        self.holding.append(notice)
        self.rows.append(LedgerRow(notice.id, notice.to, "held", notice.at))

    @property
    def held_for(self) -> set[str]:
        return {notice.to for notice in self.holding}

    async def held(self, to: str) -> list[Notice]:
        if self.unreadable:
            raise BotError("history_unreadable", reason="gone")
        return [notice for notice in self.holding if notice.to == to]

    def merge(self, notices: Iterable[Notice], into: Notice | None) -> None:
        gone = list(notices)
        self.holding = [notice for notice in self.holding if notice not in gone]
        for notice in [into] if into else gone:
            self.put(notice)

    def pass_on(self, notices: Iterable[Notice], instead: Iterable[Notice]) -> None:
        gone = list(notices)
        self.holding = [notice for notice in self.holding if notice not in gone]
        for notice in instead:
            self.hold(notice)

    async def ledger(self, notice_ids: Iterable[str]) -> list[LedgerRow]:
        if self.unreadable:
            raise BotError("history_unreadable", reason="gone")
        wanted = set(notice_ids)
        return [row for row in self.rows if row.notice in wanted]

    def mark_all_read(self, to: str = "") -> None:
        self.unread = 0


class FakeAlertBook:
    """`bot.ports.AlertBook`, in a dict; what it keeps is what a store would read back."""

    def __init__(self, outbox: FakeOutbox) -> None:
        self.outbox = outbox
        self.said: dict[tuple[str, str], str] = {}
        self.events: list[AlertEvent] = []

    def keep(self, record: Record | None) -> None:
        for alert in record.alerts if record else ():
            self.said[alert.rule, alert.topic] = dump(alert)
        for key in record.gone if record else ():
            self.said.pop(key, None)
        self.events += record.events if record else ()

    @property
    def kept(self) -> list[Alert]:
        return [load(rule, topic, said) for (rule, topic), said in self.said.items()]

    @property
    def last_number(self) -> int:
        return max((event.number for event in self.events), default=0)

    def save(self, record: Record, notices: Iterable[Notice] = (), held: Iterable[Notice] = ()) -> None:
        self.keep(record)
        for notice in notices:
            self.outbox.put(notice)
        for notice in held:
            self.outbox.hold(notice)

    async def log(self, number: int) -> list[AlertEvent]:
        return [event for event in self.events if event.number == number]

    async def incidents(self, limit: int) -> list[AlertEvent]:
        return [event for event in reversed(self.events) if event.step is Step.FIRED][:limit]

    async def past(self, span: Span, limit: int) -> list[AlertEvent]:
        fired = [each for each in self.events if each.step is Step.FIRED]
        numbers = sorted({each.number for each in fired if span.since <= each.at < span.until})[-limit:]
        steps = {Step.FIRED, Step.RESOLVED, Step.CLOSED, Step.ACKNOWLEDGED}
        return [each for each in self.events if each.number in numbers and each.step in steps]

    async def periods(self, topic: str, span: Span) -> list[Period]:
        found: list[Period] = []
        for event in (event for event in self.events if event.topic == topic):
            if event.step is Step.FIRED:
                found.append(Period(event.rule, event.at, inf))
            elif event.step in {Step.RESOLVED, Step.CLOSED} and found:
                found[-1] = replace(found[-1], until=event.at)
        return [each for each in found if each.since < span.until and each.until > span.since]


class FakeUploads:
    """`bot.ports.Uploads`, in a list."""

    def __init__(self) -> None:
        self.files: list[tuple[str, str, bytes]] = []
        self.failure: Exception | None = None

    async def upload(self, name: str, mime: str, payload: bytes) -> str:
        if self.failure is not None:
            raise self.failure
        self.files.append((name, mime, payload))
        return f"https://files.example.org/{len(self.files)}/{name}"


class FakeAgent:
    """`bot.ports.Agent` that repeats what it is asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, str, str]] = []
        self.failure: Exception | None = None

    async def answer(self, text: str, jid: str, agent: str, user: str = "") -> str:
        if self.failure is not None:
            raise self.failure
        self.asked.append((text, jid, agent, user))
        return f"You said: {text}"


class FakeMemory:
    """`bot.ports.Memory`, in a dict, of a bot that people know."""

    def __init__(self) -> None:
        self.texts: dict[str, str] = {GREETED: "1"}

    def get(self, key: str) -> str:
        return self.texts.get(key, "")

    def set(self, key: str, value: str) -> None:
        self.texts[key] = value


class FakeRules:
    """`bot.ports.Rules`: what is written comes back to the bot, as from the config entry."""

    def __init__(self) -> None:
        self.bot: Bot | None = None
        self.paused: list[bool] = []
        self.settled = 0

    async def settle(self) -> None:
        self.settled += 1

    async def put_subscription(self, subscription: Subscription) -> None:
        self._write({**self._read(), subscription.filter: subscription})

    async def remove_subscription(self, topic_filter: str) -> None:
        self._write({key: each for key, each in self._read().items() if key != topic_filter})

    async def put_contact(self, contact: Contact) -> None:
        assert self.bot is not None
        rules = self.bot.rules
        if all(each.jid != contact.jid for each in rules.contacts):
            raise BotError("unknown_contact", contact=contact.jid)
        contacts = tuple(contact if each.jid == contact.jid else each for each in rules.contacts)
        self.bot.apply(replace(rules, contacts=contacts))

    async def put_alert(self, rule: AlertRule) -> AlertRule:
        assert self.bot is not None
        rules = self.bot.rules
        if not rule.id:
            number = max(rule.number, max((each.number for each in rules.alerts), default=0) + 1)
            rule = replace(rule, id=f"rule{number}", number=number)
        others = {each.id: each for each in rules.alerts}
        self.bot.apply(replace(rules, alerts=tuple({**others, rule.id: rule}.values())))
        return rule

    async def remove_alert(self, rule: AlertRule) -> None:
        assert self.bot is not None
        rules = self.bot.rules
        left = tuple(each for each in rules.alerts if each.id != rule.id)
        if len(left) == len(rules.alerts):
            raise BotError("no_rule", rule=rule.name)
        self.bot.apply(replace(rules, alerts=left))

    async def put_preset(self, preset: Preset) -> Preset:
        assert self.bot is not None
        rules = self.bot.rules
        if not preset.id:
            number = max((each.number for each in rules.presets), default=0) + 1
            preset = replace(preset, id=f"preset{number}", number=number)
        others = {each.id: each for each in rules.presets}
        self.bot.apply(replace(rules, presets=tuple({**others, preset.id: preset}.values())))
        return preset

    async def remove_preset(self, preset: Preset) -> None:
        assert self.bot is not None
        rules = self.bot.rules
        self.bot.apply(replace(rules, presets=tuple(each for each in rules.presets if each.id != preset.id)))

    async def put_bridge(self, bridge: Bridge) -> Bridge:
        assert self.bot is not None
        rules = self.bot.rules
        if not bridge.id:
            number = max((each.number for each in rules.bridges), default=0) + 1
            bridge = replace(bridge, id=f"bridge{number}", number=number)
        others = {each.id: each for each in rules.bridges}
        self.bot.apply(replace(rules, bridges=tuple({**others, bridge.id: bridge}.values())))
        return bridge

    async def remove_bridge(self, bridge: Bridge) -> None:
        assert self.bot is not None
        rules = self.bot.rules
        self.bot.apply(replace(rules, bridges=tuple(each for each in rules.bridges if each.id != bridge.id)))

    async def set_paused(self, paused: bool) -> None:
        self.paused.append(paused)

    async def set_follows(self, follows: Iterable[Follow]) -> None:
        assert self.bot is not None
        self.bot.apply(replace(self.bot.rules, follows=tuple(follows)))

    async def set_discovery(self, on: bool) -> None:
        assert self.bot is not None
        self.bot.apply(replace(self.bot.rules, discovery_prefix="homeassistant" if on else ""))

    def _read(self) -> dict[str, Subscription]:
        assert self.bot is not None
        return {each.filter: each for each in self.bot.rules.subscriptions}

    def _write(self, subscriptions: dict[str, Subscription]) -> None:
        assert self.bot is not None
        self.bot.apply(replace(self.bot.rules, subscriptions=tuple(subscriptions.values())))


class FakeTemplates:
    """`bot.ports.CommandTemplates`: reads with what a test has `rendered` before, writes with Jinja."""

    def __init__(self) -> None:
        self.rendered: dict[tuple[str, str], str] = {}
        self.refused: set[str] = set()

    def runs(self, template: str) -> bool:
        return template not in self.refused

    def render(self, template: str, text: str, json: object) -> str | None:
        return self.rendered.get((template, text))

    def command(self, template: str, variables: Mapping[str, object]) -> str | None:
        if template in self.refused:
            return None
        try:
            return Environment().from_string(template).render(variables).strip()
        except TemplateError:
            return None


class FakeClock:
    """`bot.ports.Clock`: time stands still until a test moves it."""

    def __init__(self) -> None:
        self.time = NOON
        self.zone: tzinfo = UTC
        self.alarms: list[float] = []
        self._ids = count(1)

    def now(self) -> float:
        return self.time

    def local(self, at: float) -> datetime:
        return datetime.fromtimestamp(at, self.zone)

    def wake(self, at: float) -> None:
        self.alarms.append(at)

    def new_id(self) -> str:
        return f"id{next(self._ids)}"


class World:
    """A bot among fakes."""

    def __init__(
        self,
        *subscriptions: Subscription,
        contacts: tuple[Contact, ...] = (Contact(ME), Contact(GUEST, role=Role.VIEWER, receives=False)),
        discovery_prefix: str = "homeassistant",
        paused: bool = False,
        bare_commands: bool = True,
        broker: LinkStatus = ONLINE,
        chat: LinkStatus = ONLINE,
        alerts: tuple[AlertRule, ...] = (),
        account: str = "",
        bot_id: str = "bot",
        vocabulary: Vocabulary = BUILT_IN,
        language: str = "en",
        **rules: Any,
    ) -> None:
        self.broker, self.chat = FakeBroker(), FakeChat()
        self.outbox, self.rules, self.clock = FakeOutbox(), FakeRules(), FakeClock()
        self.book, self.memory = FakeAlertBook(self.outbox), FakeMemory()
        self.agent, self.uploads, self.pictures = FakeAgent(), FakeUploads(), FakePictures()
        self.history = FakeHistory(self.book)
        self.broker.status, self.chat.status = broker, chat
        self.vocabulary = vocabulary
        self.language = language
        self.dropped = 0
        self.language, self.address = language, "" if bare_commands else PREFIX
        self.spawned: list[Callable[[], Coroutine[Any, Any, None]]] = []
        self._rule_set = RuleSet(subscriptions, contacts, discovery_prefix, alerts=alerts, **rules)
        self._how: dict[str, Any] = {"paused": paused, "bare_commands": bare_commands, "bot_id": bot_id}
        self._connection = {"broker": "127.0.0.1:1883"} | ({"account": account} if account else {})
        self.start()

    def new_templates(self) -> Any:
        return FakeTemplates()

    def start(self) -> None:
        """Begin a run of the bot, with what an earlier one has stored."""
        self.templates = self.new_templates()
        ports = Ports(
            broker=self.broker,
            chat=self.chat,
            history=self.history,
            outbox=self.outbox,
            alerts=self.book,
            memory=self.memory,
            uploads=self.uploads,
            pictures=self.pictures,
            agent=self.agent,
            sentences=RealSentences(self.language),
            rules=self.rules,
            phrases=RealPhrases(self.language, self.address),
            templates=self.templates,
            clock=self.clock,
            vocabulary=self.vocabulary,
            languages={each: RealPhrases(each, self.address, self.language) for each in ("en", "de")},
        )
        self.bot = Bot(
            ports,
            Readings(self.templates, words=ports.phrases),
            self._rule_set,
            name="Home",
            spawn=self.spawned.append,
            kept=self.book.kept,
            last_number=self.book.last_number,
            connection=self._connection,
            dropped=lambda: self.dropped,
            **self._how,
        )
        self.rules.bot = self.bot

    def restart(self) -> None:
        """Kill the bot and start it again: what it had in memory only is gone."""
        self._rule_set = self.bot.rules
        self._how["paused"] = self.bot.paused
        self.spawned.clear()
        self.start()

    async def settle(self) -> None:
        """Let what was spawned run to its end."""
        while self.spawned:
            await self.spawned.pop(0)()
        await asyncio.sleep(0)

    async def ask(self, text: str, who: str = ME, role: Role = Role.ADMIN) -> str:
        """Return the bot's answer to a command."""
        return await self.bot.ask(text, Caller(Surface.CHAT, who, role))

    def receive(self, topic: str, payload: str | bytes, **how: object) -> None:
        """Let a message come in now."""
        data = payload.encode() if isinstance(payload, str) else payload
        self.bot.receive(Message(topic, data, received=self.clock.time, **how))  # type: ignore[arg-type]

    def later(self, seconds: float) -> None:
        """Let time go by, then the alarm ring."""
        self.clock.time += seconds
        self.bot.tick(self.clock.time)

    def wait(self, seconds: float) -> None:
        """Let time go by as it does for a bot that is awake."""
        while seconds > 0:
            self.later(min(seconds, HEARTBEAT))
            seconds -= HEARTBEAT

    @property
    def said(self) -> list[str]:
        """The texts that were handed to the outbox."""
        return [notice.text for notice in self.outbox.notices]


def reading(topic: str, text: str, **how: object) -> Reading:
    """Return a plain reading."""
    return Reading(Message(topic, text.encode()), topic, Kind.TEXT, text, **how)  # type: ignore[arg-type]


def failing(key: str, **placeholders: object) -> BotError:
    """Return an error for a port to raise."""
    return BotError(key, **placeholders)
