"""What the bot needs from the world.

*Tell* ports return at once and own their failures; *ask* ports are awaited and may raise `BotError`.
"""

from collections.abc import Callable, Collection, Coroutine, Iterable, Mapping, Sequence, Set as AbstractSet
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Protocol

from .model.alert import AlertEvent, Period, Record
from .model.charts import Picture
from .model.forms import Button, FormStep, Offered, Refused, Values
from .model.history import (
    ALWAYS,
    Entry,
    LedgerRow,
    ListeningSince,
    Past,
    Point,
    Row,
    Run,
    Series,
    Sizes,
    Span,
    Statistics,
    TopicRow,
)
from .model.intents import Called, Intent
from .model.message import Message, Properties, QoS, Reading
from .model.moment import Moment
from .model.notice import Notice
from .model.rules import AlertRule, Bridge, Contact, Follow, Preset, Priority, Subscription
from .model.status import BotState, LinkStatus
from .model.vocabulary import BUILT_IN, Vocabulary

type When = Callable[[float], Moment]
"""A Unix time as people say it, each language in its own way."""

type Spawn = Callable[[Callable[[], Coroutine[Any, Any, None]]], object]
"""Runs what has to wait for something, beside the path of the messages."""

type ButtonsOf = Callable[[Notice], Sequence[Button]]
"""Returns the answers that a message offers as it is sent. No I/O."""

UNSURE_SECONDS = 120.0
"""How long before its end a server may lose an alert it accepted: ejabberd answers, then writes."""

NO_CONTACT = "contact_removed"
"""Why a notice failed whose contact or target is told nothing any more (`replies.REASONS`)."""


class Broker(Protocol):
    """One MQTT connection."""

    @property
    def status(self) -> LinkStatus:
        """State of the connection now."""

    @property
    def refused(self) -> Mapping[str, str]:
        """Filters the broker refused (SUBACK ≥ 0x80), each with its words or one of `replies.REASONS`."""

    def want(self, filters: Mapping[str, QoS]) -> None:
        """Make the subscriptions at the broker equal to `filters`, now or as soon as connected (tell)."""

    def renew(self, filters: Iterable[str]) -> None:
        """Subscribe anew to some of the filters, so that their retained messages come again (tell)."""

    async def publish(
        self, topic: str, payload: bytes, qos: QoS, retain: bool, *, properties: Properties | None = None
    ) -> None:
        """Publish and wait for the broker's acknowledgement (QoS ≥ 1).

        With MQTT 5 response topic, correlation data and user properties go along. Raises BotError
        `not_connected`, `publish_refused`, `payload_too_large` or `publish_timeout`.
        """

    def reconnect(self) -> None:
        """Drop the connection and connect again at once (tell)."""


class Chat(Protocol):
    """One XMPP account."""

    @property
    def status(self) -> LinkStatus:
        """State of the connection now."""

    def say(self, notice: Notice) -> None:
        """Send if connected; else leave it to the outbox, which says it again later (tell)."""

    def answering(self, jid: str) -> AbstractContextManager[None]:
        """Show a contact that it is being answered, should that take long (XEP-0085; tell)."""

    def show(self, state: BotState, text: str) -> None:
        """Tell the bot's state as presence (RFC 6121 §4.7; tell)."""

    def meet(self, contacts: Iterable[Contact]) -> None:
        """Know exactly these contacts: roster, presence, who may be heard (tell)."""

    def join(self, rooms: Mapping[str, str]) -> None:
        """Be in exactly these rooms (bare JID: nick), also reconnected (XEP-0045, XEP-0410; tell)."""

    @property
    def rooms_refused(self) -> Mapping[str, str]:
        """Rooms that keep the bot out or mute, with the error condition (RFC 6120 §8.3.3)."""

    def reconnect(self) -> None:
        """Drop the stream and connect again at once (tell)."""


class CommandForms(Protocol):
    """The commands as forms, for contacts by bare JID; what the chat asks of the bot, not it of the chat."""

    def offered(self, jid: str) -> Sequence[Offered]:
        """Return the commands that a contact may use, what is used most first; none for others. No I/O."""

    async def begin(self, jid: str, node: str) -> FormStep | Refused:
        """Show a command, or do what needs no form (ask)."""

    async def submit(self, jid: str, step: FormStep, filled: Values) -> FormStep | Refused:
        """Go on from a step that has a form, with what was filled in (ask)."""


class Archive(Protocol):
    """Stored messages, looked at as a whole. What came in again counts once in numbers and means."""

    async def series(self, topic: str, field: str, span: Span, buckets: int) -> Series:
        """Return the numbers of a topic, or of a field of its JSON, oldest first (ask).

        The span, which has an end, is cut into `buckets` of one length; each that has numbers is a point.
        They are of the messages, or of what outlives those: the finest that the span needs.
        """

    async def runs(self, topic: str, span: Span) -> list[Run]:
        """Return the words of a topic and its fields within a span, after the last before it, as they came.

        They outlive the messages they were taken from (ask).
        """

    async def beginning(self, topic: str, field: str) -> float:
        """Return when these numbers begin, wherever they are kept; 0 where there are none (ask)."""

    async def numbers(self, topic: str, field: str, limit: int) -> list[Point]:
        """Return the newest `limit` numbers of one topic, or of a field of its JSON, oldest first (ask)."""

    async def statistics(self, topic_filter: str, span: Span) -> Statistics:
        """Return what the messages whose topic matches come to (ask)."""

    async def export(self, topic_filter: str, span: Span, after: int, limit: int) -> list[Entry]:
        """Return the oldest `limit` messages whose topic matches and whose id is above `after` (ask)."""

    async def sizes(self) -> Sizes:
        """Return how much is stored (ask)."""

    async def purge(self, now: float) -> int:
        """Delete what has been kept long enough; return how many rows went (ask)."""

    async def forget(self, topic_filter: str) -> int:
        """Delete all messages whose topic matches; return how many went (ask)."""

    def keep(self, subscriptions: Iterable[Subscription]) -> None:
        """Keep the messages of each topic as long as its subscription says, from now on (tell)."""


class History(Archive, Protocol):
    """Stored messages."""

    def append(
        self, reading: Reading, priority: Priority, *, untold: bool = False, record: Record | None = None
    ) -> None:
        """Accept a reading; once it is committed the broker gets its acknowledgement (tell).

        `untold`: still to be said in the chat. `record`, what it did to the alerts, is committed with it.
        """

    def mark_told(self, topics: Iterable[str]) -> None:
        """Accept that everything untold of these topics so far is in the outbox now (tell)."""

    async def untold(self) -> list[TopicRow]:
        """Return what is untold, the topic that waited longest first, counting only that (ask)."""

    def skip(self, message: Message, *, record: Record | None = None) -> None:
        """Accept what is not stored; `record` is committed, then it is acknowledged in turn (tell)."""

    def known(self, message: Message) -> bool:
        """Whether a redelivered message (`repeated`) is in the history already. No I/O."""

    def unchanged(self, message: Message) -> bool:
        """Whether the topic's last message, also of an earlier run, had this payload. No I/O."""

    def cleared(self, message: Message) -> bool:
        """Whether an empty message takes away what its topic said last. No I/O."""

    async def page(self, topic_filter: str, limit: int, span: Span = ALWAYS, offset: int = 0) -> list[Row]:
        """Return the newest `limit` rows of matching topics but `offset` newer, oldest first (ask)."""

    async def topics(self, topic_filter: str, limit: int) -> list[TopicRow]:
        """Return what is remembered of the matching topics, by topic (ask)."""

    async def past(self, topic_filter: str, since: float, after: int, limit: int) -> list[Past]:
        """Return the oldest `limit` messages of matching topics since a Unix time, above an id (ask)."""

    async def listening(self, since: float) -> list[ListeningSince]:
        """Return what was written down of the broker since a Unix time, and what held then (ask)."""

    def log_publish(self, topic: str, payload: bytes, who: str, at: float) -> None:
        """Remember who published what (tell)."""

    def log_connection(self, link: str, status: LinkStatus, at: float) -> None:
        """Remember that a link came or went (tell)."""

    def log_start(self, ended: float, broker: LinkStatus, at: float) -> None:
        """Remember that nobody listened between the end of an earlier run and the start of this (tell)."""


class Outbox(Protocol):
    """What must still reach a contact."""

    @property
    def undelivered(self) -> int:
        """Notices the XMPP server has not acknowledged yet. No I/O."""

    @property
    def failed(self) -> int:
        """Notices of this run that came back or could not be said. No I/O."""

    @property
    def unread(self) -> int:
        """Notices acknowledged by the server but not yet marked read. No I/O."""

    def newest(self, to: str) -> str:
        """Return the id of what a contact was told last in this run, empty for nothing. No I/O.

        A correction (`replaces`) is the notice that it corrects.
        """

    def confirmed(self, to: str) -> str:
        """Return, in the same way, what a client of a contact has confirmed last (XEP-0184, 0333). No I/O."""

    def put(self, notice: Notice) -> None:
        """Store a notice; when it is committed, it is said (tell).

        What it takes back is said no more; where that is held, nobody has seen it, and nothing is said.
        """

    def hold(self, notice: Notice) -> None:
        """Store a notice that is not to be said before somebody asks for what is `held` (tell)."""

    @property
    def held_for(self) -> AbstractSet[str]:
        """Those for whom something is held. No I/O."""

    async def held(self, to: str) -> list[Notice]:
        """Return what is held for a contact or target, oldest first (ask)."""

    def merge(self, notices: Iterable[Notice], into: Notice | None) -> None:
        """Put one notice in the place of held ones, in one transaction; without, say each (tell)."""

    def pass_on(self, notices: Iterable[Notice], instead: Iterable[Notice]) -> None:
        """Hold others in the place of held notices, in one transaction; without, these have failed (tell)."""

    async def ledger(self, notice_ids: Iterable[str]) -> list[LedgerRow]:
        """Return what became of notices, and of those they were merged into, by time (ask)."""

    def mark_all_read(self, to: str = "") -> None:
        """Count everything sent, to all contacts or to one, as read now (tell)."""


class AlertBook(Protocol):
    """The alerts, kept over restarts."""

    def save(self, record: Record, notices: Iterable[Notice] = (), held: Iterable[Notice] = ()) -> None:
        """Store what changed, and what is to be said or held because of it, in one transaction (tell)."""

    async def log(self, number: int) -> list[AlertEvent]:
        """Return what happened to one incident, oldest first; nothing if it is not known (any more) (ask)."""

    async def incidents(self, limit: int) -> list[AlertEvent]:
        """Return how the newest incidents began (`FormStep.FIRED`), newest first (ask)."""

    async def past(self, span: Span, limit: int) -> list[AlertEvent]:
        """Return how incidents that fired within a span began, were seen to and ended, the newest (ask)."""

    async def periods(self, topic: str, span: Span) -> list[Period]:
        """Return when alerts on a topic were active, within a span, oldest first (ask)."""


class Uploads(Protocol):
    """Where files are put for contacts to fetch."""

    async def upload(self, name: str, mime: str, payload: bytes) -> str:
        """Put a file there and return its address (XEP-0363; ask).

        Raises BotError `upload_unavailable`, `upload_too_large` or `upload_failed`.
        """


class Pictures(Protocol):
    async def draw(self, picture: Picture, phrases: Phrases, *, dark: bool = False) -> bytes:
        """Return a chart as PNG, in the words of a language (ask)."""

    def shows(self, entity: str) -> bool:
        """Say whether there is such a camera or image."""


class Agent(Protocol):
    """A conversation agent of Home Assistant."""

    async def answer(self, text: str, jid: str, agent: str, user: str = "") -> str:
        """Return the agent's answer to a contact, for whom a user (an id) may stand (ask).

        Raises BotError `agent_failed`, `agent_own` or `user_unknown`.
        """


class Sentences(Protocol):
    """Whole sentences in the user's language."""

    async def recognise(
        self, text: str, called: Collection[Called], *, foreign: bool = False
    ) -> Intent | None:
        """Return what a sentence means in which these words are names; None where that is not known (ask).

        A `foreign` one is neither in the user's language nor in English. What is too long to be one is none.
        """


class Memory(Protocol):
    """A few short texts, kept over restarts."""

    def get(self, key: str) -> str:
        """Return what was set, empty if nothing was. No I/O."""

    def set(self, key: str, value: str) -> None:
        """Remember across restarts (tell)."""


class Rules(Protocol):
    """Where the rules are kept. The change comes back through `Bot.apply`."""

    async def put_subscription(self, subscription: Subscription) -> None:
        """Add or replace the subscription of the same filter (ask)."""

    async def remove_subscription(self, topic_filter: str) -> None:
        """Remove the subscription of this filter (ask). Raises BotError `not_subscribed`."""

    async def put_contact(self, contact: Contact) -> None:
        """Replace the contact of the same address (ask). Raises BotError `unknown_contact`."""

    async def put_alert(self, rule: AlertRule) -> AlertRule:
        """Add a rule without id, numbered after the highest or higher, or replace that of its id (ask)."""

    async def remove_alert(self, rule: AlertRule) -> None:
        """Remove a rule (ask). Raises BotError `no_rule`."""

    async def put_bridge(self, bridge: Bridge) -> Bridge:
        """Add a bridge without id, or replace that of the same id; return it as kept (ask)."""

    async def remove_bridge(self, bridge: Bridge) -> None:
        """Remove a bridge (ask). Raises BotError `no_bridge`."""

    async def put_preset(self, preset: Preset) -> Preset:
        """Add a preset without id, or replace that of the same id; return it as kept (ask)."""

    async def remove_preset(self, preset: Preset) -> None:
        """Remove a preset (ask). Raises BotError `no_preset`."""

    async def set_paused(self, paused: bool) -> None:
        """Remember across restarts that normal messages are hidden (ask)."""

    async def set_discovery(self, on: bool) -> None:
        """Use MQTT discovery from now on, or do without (ask)."""

    async def set_follows(self, follows: Iterable[Follow]) -> None:
        """Follow exactly these devices and areas from now on (ask)."""

    async def settle(self) -> None:
        """Return once every change so far, also of alerts and mutes, is stored or cannot be for now (ask)."""


class Phrases(Protocol):
    def phrase(self, key: str, **placeholders: object) -> str:
        """Return the text at a dotted path of the translations, filled; the key if there is none."""

    def write(self, value: object) -> str:
        """Return a placeholder as this language, and who it is for, has it (`model.speech.Said`)."""

    def addressed(self, address: str) -> Phrases:
        """Return the same texts with another sign before the commands in them."""

    def amount(self, text: str) -> str:
        """Return a number, with or without a unit, as the language writes it; any other text as it is."""


IN_ROOM: Final = "mqtt"
"""What a command needs before it in a room, where not everything is meant for the bot."""

type Receivers = Callable[[str, Priority], list[str]]
"""Returns the contacts that are told of what a topic says with a priority, where nobody is named."""

type PhrasesFor = Callable[[str], Phrases]
"""The texts for somebody who is told something: a contact may have a language of its own."""


class StateWords(Phrases, Protocol):
    """The words that people read for states, in the user's language."""

    def state_word(self, component: str, state: str, *, device_class: str = "", attribute: str = "") -> str:
        """Return Home Assistant's word for a state or an attribute's value; that itself if there is none."""


class Templates(Protocol):
    """Value templates of HA discovery that are more than a path (`Templates` runs them in HA's sandbox)."""

    def runs(self, template: str) -> bool:
        """Say whether a template is rendered at all, and make it ready."""

    def render(self, template: str, text: str, json: object) -> str | None:
        """Render with `value` and `value_json`; None if it cannot be rendered."""


class CommandTemplates(Templates, Protocol):
    """Templates, also those that write what a device is told."""

    def command(self, template: str, variables: Mapping[str, object]) -> str | None:
        """Render with variables, each a short text, a number or a truth value; None if it cannot be."""


class Clock(Protocol):
    """Time and chance, handed in."""

    def now(self) -> float:
        """Unix time in seconds."""

    def local(self, at: float) -> datetime:
        """Return a Unix time as the time of day where the user lives."""

    def wake(self, at: float) -> None:
        """Ask that `Bot.tick` be called at this Unix time or soon after; the earliest wish wins (tell).

        It may be called before, since the clock may be set.
        """

    def new_id(self) -> str:
        """Return a fresh stanza id."""


@dataclass(frozen=True, slots=True)
class Ports:
    broker: Broker
    chat: Chat
    history: History
    outbox: Outbox
    alerts: AlertBook
    memory: Memory
    uploads: Uploads
    pictures: Pictures
    agent: Agent
    sentences: Sentences
    rules: Rules
    phrases: StateWords
    templates: CommandTemplates
    clock: Clock
    vocabulary: Vocabulary = BUILT_IN
    languages: Mapping[str, Phrases] = field(default_factory=dict)
