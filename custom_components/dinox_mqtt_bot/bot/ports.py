"""What the bot needs from the world.

A *tell* port is a plain call: it accepts, returns, and owns its failures. An *ask* port is awaited and may
raise `BotError` to whoever asked.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from .message import Message, QoS
from .reading import Reading
from .rules import Contact, Priority, RuleSet, Subscription
from .status import BotState, LinkStatus


class Broker(Protocol):
    """One MQTT connection."""

    @property
    def status(self) -> LinkStatus:
        """State of the connection now."""

    @property
    def refused(self) -> Mapping[str, str]:
        """Topic filters the broker refused (SUBACK ≥ 0x80), each with the broker's reason."""

    def want(self, filters: Mapping[str, QoS]) -> None:
        """Make the subscriptions at the broker equal to `filters`, now or as soon as connected (tell)."""

    async def publish(self, topic: str, payload: bytes, qos: QoS, retain: bool) -> None:
        """Publish and wait for the broker's acknowledgement (QoS ≥ 1).

        Raises BotError `not_connected`, `publish_refused`, `payload_too_large` or `publish_timeout`.
        """

    def reconnect(self) -> None:
        """Drop the connection and connect again at once (tell)."""


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing the bot has to say to one contact.

    `id` is the stanza id and XEP-0359 origin id, the same in every repetition. `at` is Unix time.
    `replaces` is the id of an earlier notice that this one corrects (XEP-0308), or empty.
    """

    id: str
    to: str
    text: str
    at: float
    priority: Priority = Priority.NORMAL
    replaces: str = ""


class Chat(Protocol):
    """One XMPP account."""

    @property
    def status(self) -> LinkStatus:
        """State of the connection now."""

    def say(self, notice: Notice) -> None:
        """Send if connected; else leave it to the outbox, which says it again later (tell)."""

    def show(self, state: BotState, text: str) -> None:
        """Tell the bot's state as presence (RFC 6121 §4.7; tell)."""

    def meet(self, contacts: Iterable[Contact]) -> None:
        """Know exactly these contacts: roster, presence, who may be heard (tell)."""

    def reconnect(self) -> None:
        """Drop the stream and connect again at once (tell)."""


@dataclass(frozen=True, slots=True)
class Row:
    """One message of the history. `text` is what a person reads; `repeated` marks a redelivery."""

    topic: str
    name: str
    text: str
    time: float
    retain: bool
    repeated: bool
    priority: Priority


@dataclass(frozen=True, slots=True)
class TopicRow:
    """What is remembered of one topic."""

    topic: str
    name: str
    count: int
    first_seen: float
    last_seen: float
    last_text: str


class History(Protocol):
    """Stored messages."""

    def append(self, reading: Reading, priority: Priority, *, untold: bool = False) -> None:
        """Accept a reading; once it is committed the broker gets its acknowledgement (tell).

        One that is `untold` has still to be said in the chat.
        """

    def told(self, topics: Iterable[str]) -> None:
        """Accept that everything untold of these topics so far is in the outbox now (tell)."""

    async def untold(self) -> list[TopicRow]:
        """Return what is untold, the topic that waited longest first, counting only that (ask)."""

    def skip(self, message: Message) -> None:
        """Accept a message that is not stored, so that its acknowledgement goes out in its turn (tell)."""

    def known(self, message: Message) -> bool:
        """Whether a redelivered message (`repeated`) is in the history already. No I/O."""

    def unchanged(self, message: Message) -> bool:
        """Whether the topic's last message, also of an earlier run, had this payload. No I/O."""

    async def page(self, topic_filter: str, limit: int) -> list[Row]:
        """Return the newest `limit` rows whose topic matches, oldest first (ask)."""

    async def topics(self, topic_filter: str, limit: int) -> list[TopicRow]:
        """Return what is remembered of the matching topics, by topic (ask)."""

    def log_publish(self, topic: str, payload: bytes, who: str, at: float) -> None:
        """Remember who published what (tell)."""

    def log_connection(self, link: str, status: LinkStatus, at: float) -> None:
        """Remember that a link came or went (tell)."""


class Outbox(Protocol):
    """What must still reach a contact."""

    @property
    def undelivered(self) -> int:
        """Notices the XMPP server has not acknowledged yet. No I/O."""

    @property
    def unread(self) -> int:
        """Notices acknowledged by the server but not yet marked read. No I/O."""

    def put(self, notice: Notice) -> None:
        """Store a notice; when it is committed, it is said (tell)."""


class Rules(Protocol):
    """Where the rules are kept. The change comes back through `Bot.apply`."""

    async def put_subscription(self, subscription: Subscription) -> None:
        """Add or replace the subscription of the same filter (ask)."""

    async def remove_subscription(self, topic_filter: str) -> None:
        """Remove the subscription of this filter (ask). Raises BotError `not_subscribed`."""

    async def set_paused(self, paused: bool) -> None:
        """Remember across restarts that normal messages are hidden (ask)."""


class Phrases(Protocol):
    """The translations."""

    def phrase(self, key: str, **placeholders: object) -> str:
        """Return the text at a dotted path of the translation file, filled; the key itself if there is none."""


class Templates(Protocol):
    """Value templates of HA discovery that are more than a path (`Templates` runs them in HA's sandbox)."""

    def render(self, template: str, text: str, json: object) -> str | None:
        """Render with `value` and `value_json`; None if it cannot be rendered."""


class Clock(Protocol):
    """Time and chance, handed in."""

    def now(self) -> float:
        """Unix time in seconds."""

    def local(self, at: float) -> datetime:
        """Return a Unix time as the time of day where the user lives."""

    def wake(self, at: float) -> None:
        """Ask that `Bot.tick` be called at this Unix time or soon after; the earliest wish wins (tell)."""

    def new_id(self) -> str:
        """Return a fresh stanza id."""


@dataclass(frozen=True, slots=True)
class Ports:
    """All ports of one bot."""

    broker: Broker
    chat: Chat
    history: History
    outbox: Outbox
    rules: Rules
    phrases: Phrases
    templates: Templates
    clock: Clock


__all__ = [
    "Broker",
    "Chat",
    "Clock",
    "History",
    "Notice",
    "Outbox",
    "Phrases",
    "Ports",
    "Row",
    "RuleSet",
    "Rules",
    "Templates",
    "TopicRow",
]
