"""What the user configured: subscriptions, contacts and alert rules, the same values for every surface."""

from dataclasses import dataclass
from enum import IntEnum, StrEnum

from .message import QoS


class Operator(StrEnum):
    """How a value is compared; the word a user types."""

    ABOVE = ">"
    BELOW = "<"
    AT_LEAST = ">="
    AT_MOST = "<="
    EQUAL = "=="
    UNEQUAL = "!="
    CONTAINS = "contains"
    MATCHES = "matches"
    BETWEEN = "between"
    OUTSIDE = "outside"
    CHANGES = "changes"
    STALE = "stale"
    RISES = "rises"
    FALLS = "falls"
    HAPPENS = "happens"

    @property
    def word(self) -> str:
        return self.name.lower()

    @property
    def momentary(self) -> bool:
        """Whether it is true but for a moment, so that what it fires is over at once."""
        return self in _MOMENTARY

    @property
    def level(self) -> bool:
        """Whether a value alone tells if it holds now: not how it moved, nor that none came."""
        return not self.momentary and self not in _TIMED

    @property
    def numeric(self) -> bool:
        """Whether it compares numbers."""
        return self in _NUMERIC


_MOMENTARY = frozenset({Operator.CHANGES, Operator.HAPPENS})
_TIMED = frozenset({Operator.STALE, Operator.RISES, Operator.FALLS})
_NUMERIC = frozenset(
    {
        *(Operator.ABOVE, Operator.BELOW, Operator.AT_LEAST, Operator.AT_MOST),
        *(Operator.BETWEEN, Operator.OUTSIDE, Operator.RISES, Operator.FALLS),
    }
)


@dataclass(frozen=True, slots=True)
class Condition:
    """An operator with what it compares to.

    `values` are as typed: two for BETWEEN and OUTSIDE, none for CHANGES and STALE, one or none for HAPPENS,
    else one. At `clear` an alert is over; empty: when the condition fails; with `missing_clears` also at a
    message without the field. `seconds`: RISES and FALLS look back, STALE bears (0: learned).
    """

    operator: Operator
    values: tuple[str, ...] = ()
    clear: str = ""
    seconds: float = 0.0
    missing_clears: bool = False


@dataclass(frozen=True, slots=True)
class Value:
    """What a rule looks at in a reading: the number if it is one, its unit, and the text without the unit.

    `exact` is what Home Assistant keeps for a text that is its word for it: `off` for `closed`. `raw` is what
    the device wrote, where that is something else. `word` is the English word for the
    state of a binary sensor: `closed`, and `off` where no class tells what that is. `gas` is the device class
    of a number that is about a gas.
    """

    text: str
    number: float | None = None
    unit: str = ""
    exact: str = ""
    raw: str = ""
    word: str = ""
    gas: str = ""


class Priority(IntEnum):
    """How much a message matters; higher passes more barriers."""

    SILENT = 0
    NORMAL = 1
    ALERT = 2
    CRITICAL = 3

    @property
    def word(self) -> str:
        return self.name.lower()


class Display(StrEnum):
    """How the messages of a topic appear in the chat."""

    EACH = "each"
    DIGEST = "digest"
    BOARD = "board"
    CHANGES = "changes"
    SILENT = "silent"
    # What it was called before, in entries and by people.
    LIVE = "board"


class Role(IntEnum):
    """What a contact may ask for."""

    VIEWER = 1
    OPERATOR = 2
    ADMIN = 3

    @property
    def word(self) -> str:
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class Subscription:
    """One topic filter the user wants, with how its messages are shown.

    `sound`: it rings (critical ones always do). `keep_days` its messages stay, 0: as long as all others.
    """

    filter: str
    qos: QoS = QoS.AT_LEAST_ONCE
    alias: str = ""
    priority: Priority = Priority.NORMAL
    display: Display = Display.EACH
    icon: str = ""
    sound: bool = True
    keep_days: float = 0.0


class Scope(StrEnum):
    """What is chosen of what announced itself: one entity, one device, an area, or everything.

    A contact's choice may be a topic filter too.
    """

    TOPIC = "topic"
    ENTITY = "entity"
    DEVICE = "device"
    AREA = "area"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Follow:
    """Something that announced itself whose main values are told, as they change.

    `key` is the entity's or device's own for ever, the area's folded name, the topic filter, or empty for
    everything; `name` is what it was called when it was chosen.
    """

    scope: Scope
    key: str = ""
    name: str = ""


def usual_display(topic_filter: str) -> Display:
    """Return how a new subscription appears: of many topics only what changes."""
    return Display.CHANGES if "+" in topic_filter or "#" in topic_filter else Display.EACH


@dataclass(frozen=True, slots=True)
class Clause:
    """A further condition of a rule, on one topic (`filter`; empty: the rule's own), called `name`."""

    condition: Condition
    filter: str = ""
    field: str = ""
    name: str = ""


CHART = "chart"
"""The picture of an alert that is drawn from its numbers of the last hour."""


@dataclass(frozen=True, slots=True)
class AlertRule:
    """When to raise an alert, about what, and whom to tell.

    `id` is its own for ever (its subentry's; empty before), `number` and `name` the handles for typing.
    `field` is a path into the payload (`paths.lookup`), empty for the whole. It must last `hold` seconds to
    fire and is told again each `repeat` seconds until acknowledged (0: never); what HAPPENS is told only
    once in that time. `contacts` (bare JIDs; none:
    all that receive) and `targets` (notify entities or actions, beside the bot's) are told. Unacknowledged,
    each `escalate_after` seconds (0: never) the next of `escalate_to` is told, at last all, as critical.
    It fires `only` at some times of the week (`text.weekly`; empty: at any). What fires `once` is gone then,
    or at `until` (Unix time; 0: it waits for ever). `text` is what it says in place of name and value, with
    `{name} {area} {value} {limit} {duration} {rule} {topic}`. Its condition holds only with all `others`,
    or, if `either`, with any of them. `then` is done when it fires, `afterwards` when it is over: a
    wish, or a preset, as it is typed. It says nothing while the rule fires that it comes `after` (its
    number). Its `picture` follows what it says: CHART, a camera or an image entity, or none.
    """

    filter: str
    condition: Condition
    field: str = ""
    name: str = ""
    id: str = ""
    number: int = 0
    hold: float = 0.0
    repeat: float = 0.0
    priority: Priority = Priority.ALERT
    enabled: bool = True
    contacts: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    escalate_after: float = 0.0
    escalate_to: tuple[str, ...] = ()
    only: str = ""
    once: bool = False
    until: float = 0.0
    text: str = ""
    after: str = ""
    others: tuple[Clause, ...] = ()
    either: bool = False
    then: str = ""
    afterwards: str = ""
    picture: str = ""

    @property
    def asks(self) -> tuple[object, ...]:
        """What it asks of which topics: as long as that stays, its alerts do."""
        return self.filter, self.field, self.condition, self.others, self.either


@dataclass(frozen=True, slots=True)
class Contact:
    """A bare JID the bot talks to; `receives`: messages are told to it unasked.

    `user` is the HA user in whose name a conversation agent acts for it, or empty; `language` that of the
    answers to it, empty for Home Assistant's. A `room` (XEP-0045) is entered as `nick` (empty: the bot's
    name), is told everything once, and its role is the most that anybody may do there.

    It is told `about` topics, devices and areas (none: all), of what matters at `least` so much, at some
    `hours` of the week (`text.weekly`; empty: at any) and else of it all afterwards; with `digest` values
    come together from time to time. Below its role it `operates` topics, devices and areas.
    """

    jid: str
    name: str = ""
    role: Role = Role.ADMIN
    receives: bool = True
    user: str = ""
    language: str = ""
    room: bool = False
    nick: str = ""
    about: tuple[Follow, ...] = ()
    least: Priority = Priority.NORMAL
    hours: str = ""
    digest: bool = False
    operates: tuple[Follow, ...] = ()


class Direction(StrEnum):
    """Which way a bridge carries messages: from MQTT to the chat, the other way, or both."""

    OUT = "out"
    IN = "in"
    BOTH = "both"


class Format(StrEnum):
    """What a bridge makes of a message: name and value, the payload alone, one short line, a file."""

    FULL = "full"
    PAYLOAD = "payload"
    SHORT = "short"
    FILE = "file"


@dataclass(frozen=True, slots=True)
class Bridge:
    """Carries messages between a topic filter and a contact or room.

    `id`, `number`, `name` are as in `AlertRule`. `to` is a bare JID, with `room` that of a room (XEP-0045)
    joined as `nick` (empty: the bot's name). `template`: text with `{name} {topic} {value} {unit} {time}
    {payload}`, empty: the format's. What those of `role` say there is published on `topic`, empty:
    `dinox/bridge/<bot>/<local part of to>`; in a room of another server all are viewers, unless the room is
    `trusted`. More than `per_minute` messages out are told as one; 0: each
    singly and in order, as answers to questions must be.
    """

    filter: str
    to: str
    id: str = ""
    number: int = 0
    name: str = ""
    room: bool = False
    nick: str = ""
    direction: Direction = Direction.OUT
    format: Format = Format.FULL
    template: str = ""
    topic: str = ""
    role: Role = Role.OPERATOR
    per_minute: int = 30
    qos: QoS = QoS.AT_LEAST_ONCE
    retain: bool = False
    enabled: bool = True
    trusted: bool = False


@dataclass(frozen=True, slots=True)
class Preset:
    """A named publish; `payload` may hold `{value}` (words after name), `{contact}`, `{timestamp}`: ISO."""

    name: str
    topic: str
    payload: str = ""
    id: str = ""
    number: int = 0
    qos: QoS = QoS.AT_LEAST_ONCE
    retain: bool = False
    role: Role = Role.OPERATOR


class Ear(StrEnum):
    """Where a text that is no command goes: nowhere, to a topic, or to a conversation agent."""

    OFF = "off"
    TOPIC = "topic"
    AGENT = "agent"


@dataclass(frozen=True, slots=True)
class FreeText:
    """What becomes of text that is no command.

    TOPIC publishes it on `topic`; what comes on `response_topic` within `timeout` seconds is the answer.
    AGENT asks the conversation agent of this id, empty: HA's own; `without_user` lets it act, with all
    rights, for contacts without HA user.
    """

    ear: Ear = Ear.OFF
    topic: str = ""
    response_topic: str = ""
    timeout: float = 30.0
    agent: str = ""
    without_user: bool = False


@dataclass(frozen=True, slots=True)
class RuleSet:
    """Everything configured for one bot, replaced as a whole when anything changes.

    `targets` (notify entities and actions) get every alert. `sound` is `Subscription.sound` for all. More
    than `storm` alert notices a minute are told as one (0: never). `click` is the HA path or address a
    notification opens, or empty. What is subscribed to `beside` reaches the bot and is told to nobody.
    `follows` are devices and areas whose main values are told.
    """

    subscriptions: tuple[Subscription, ...] = ()
    contacts: tuple[Contact, ...] = ()
    discovery_prefix: str = "homeassistant"
    digest_seconds: float = 300.0
    alerts: tuple[AlertRule, ...] = ()
    targets: tuple[str, ...] = ()
    sound: bool = True
    storm: int = 10
    click: str = ""
    bridges: tuple[Bridge, ...] = ()
    presets: tuple[Preset, ...] = ()
    free_text: FreeText = FreeText()
    beside: tuple[Subscription, ...] = ()
    follows: tuple[Follow, ...] = ()
