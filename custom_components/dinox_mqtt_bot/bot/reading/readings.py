"""Messages become readings: payload decoded and JSON parsed once, the name looked up once a topic."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
import logging

from ..discovery.devices import Devices
from ..discovery.discovery import Binding, Discovery
from ..discovery.entities import Entity
from ..discovery.learning import Learning
from ..discovery.narrowing import note
from ..model.message import NO_PROPERTIES, Kind, Message, Properties, Reading
from ..model.replies import Text
from ..model.rules import Subscription
from ..model.timers import NEVER
from ..model.topics import LONGEST_HEARD, is_too_long, shared
from ..payload.interpret import Meaning, described, interpret
from ..ports import StateWords, Templates
from ..text.plain import cut, plain
from .budget import Budget, Found, Limited, Ticks
from .overheard import Overheard, Told, event
from .parts import Arranged, arranged, bound

_LOGGER = logging.getLogger(__name__)

_KNOWN_TOPICS = 20_000
_LONGEST_NAME = 200
_LONGEST_LABEL = 60

# The three item types of Prosody's mod_pubsub_mqtt, whose topics are HOST/TYPE/NODE.
_PROSODY = {"json": "{} (JSON)", "utf8": "{}", "atom_title": "{}"}

_EARLIEST, _LATEST = 946_684_800.0, 4_102_444_800.0
"""The years 2000 to 2100 in Unix seconds: a clock that says anything else is not set."""


@dataclass(frozen=True, slots=True)
class _Plan:
    """What is known of a topic before a message arrives on it."""

    subscription: Subscription | None
    name: str
    named: bool
    arranged: Arranged
    foreign: bool
    gateway: Told | None


class Readings:
    """Knows what the messages of one broker mean.

    `ticks` is a clock for what may take so long and no longer. `tell` hears once of what went wrong in
    discovery, `lose` of topics whose entities were removed, `renew` whenever devices are known otherwise.
    """

    def __init__(
        self,
        templates: Templates | None = None,
        prefix: str = "homeassistant",
        *,
        ticks: Ticks = float,
        words: StateWords | None = None,
    ) -> None:
        self._templates = templates
        self._words = words
        # The last message that was looked into before it was read, and what it means.
        self._taken: tuple[Message, Meaning] | None = None
        self._ticks = ticks
        self.tell: Callable[[Text], None] = _ignore
        self.lose: Callable[[set[str]], None] = _ignore
        self.renew: Callable[[], None] = _ignore_all
        # Messages whose topic was too long.
        self.left_out = 0
        self.devices = Devices()
        self._plans: dict[str, _Plan] = {}
        self._start_over(prefix)

    def use_prefix(self, prefix: str) -> None:
        """Learn from discovery configurations under this prefix only, and forget those of another."""
        before = self._discovery
        if prefix != before.prefix:
            self._start_over(prefix, before if prefix and before.prefix else None)

    @property
    def discovery_filters(self) -> tuple[str, ...]:
        """What brings the discovery configurations."""
        return self._discovery.filters

    def forget(self) -> None:
        """Forget what was learned: the configurations are about to come again."""
        self._start_over(self._discovery.prefix)

    def _start_over(self, prefix: str, before: Discovery | None = None) -> None:
        self.devices.forget()
        natives = before.natives if before else None
        self._discovery = Discovery(prefix, self.devices, self._words, natives)
        self._learning = Learning(self._discovery)
        self._overheard = Overheard(self._discovery, self.devices)
        self._budget = Budget(self._templates, self._ticks, self._switched_off)
        self._full = False
        self._plans.clear()
        self.renew()

    def _switched_off(self, config: str, topic: str) -> None:
        self._plans.clear()
        self.tell(Text("discovery_slow", {"config": config}))

    def learn(self, message: Message) -> bool:
        """Take in a discovery configuration.

        True if nothing else is to become of the message: it was on a topic for them, valid or not, or on one
        that is too long to be known.
        """
        if is_too_long(message.topic):
            self._leave_out(message.topic)
            return True
        if not self._discovery.is_config(message.topic):
            if (meaning := note(message, self._discovery, self.devices)) is not None:
                self._taken = message, meaning
            return False
        if self._learning.put(message.topic, message.payload):
            self._learned(message.topic)
        self._say_full()
        return True

    def _meaning(self, message: Message) -> Meaning:
        if self._taken is not None and self._taken[0] is message:
            return self._taken[1]
        return interpret(message.payload)

    def _leave_out(self, topic: str) -> None:
        if not self.left_out:
            _LOGGER.warning("Topics of more than %d bytes are left out: %.100s…", LONGEST_HEARD, topic)
        self.left_out += 1

    @property
    def due_at(self) -> float:
        """When `tick` has something to do: at once, or never."""
        return 0.0 if self._learning.waiting else NEVER

    def tick(self, now: float) -> None:
        """Take in a little more of the configurations that are large."""
        if topic := self._learning.step():
            self._learned(topic)
        self._say_full()

    def _learned(self, topic: str) -> None:
        self._budget.forgive(topic)
        self._plans.clear()
        self.renew()
        if lost := self._discovery.take_lost():
            self.lose(lost)

    def _say_full(self) -> None:
        """Say once that there is no room for all configurations, and again only if there was room between."""
        refused = self._discovery.refused
        if refused and not self._full:
            self.tell(Text("discovery_full", {"entities": str(len(self.devices))}))
        self._full = refused > 0

    @property
    def refused(self) -> int:
        """Configurations for which there was no room."""
        return self._discovery.refused

    @property
    def slow(self) -> Mapping[str, str]:
        """The configurations that took too long, each with a topic on which it did."""
        return self._budget.off

    def is_raw(self, entity: Entity, templates: Templates) -> bool:
        """Say whether an entity's values are shown as they come, as its templates are not run."""
        sources = (binding.template.source for _, binding in entity.values if binding.template)
        return entity.config in self._budget.off or not all(map(templates.runs, filter(None, sources)))

    def limited(self, templates: Templates) -> Limited:
        """Return templates for a listing of devices: they run for as long as that may take."""
        return Limited(templates, self._ticks)

    def name(self, topic: str, subscription: Subscription | None = None) -> str:
        """Return what a topic is called: its alias, its name in HA discovery, its Prosody node, or itself."""
        return self._plan(topic, subscription).name

    def read(self, message: Message, subscription: Subscription | None = None) -> Reading:
        """Say what a message means. Total: no message makes it raise."""
        plan = self._plan(message.topic, subscription)
        meaning = self._meaning(message)
        found: Found | None = None
        if plan.gateway and self._overheard.hear(plan.gateway, message, meaning):
            self._learned(message.topic)
            plan = self._plan(message.topic, subscription)
        spoken = plan.arranged.spoken
        if spoken and meaning.kind not in (Kind.EMPTY, Kind.BINARY):
            found = self._budget.values(message.topic, meaning, spoken, foreign=plan.foreign)
            meaning = described(meaning) if found is None else bound(meaning, found, plan.arranged)
        elif meaning.kind is Kind.JSON:
            meaning = described(meaning)
        name = plan.name
        if plan.gateway is Told.EVENTS and not plan.named:
            said, meaning = event(meaning)
            name = said or name
        kind, text, value, unit, fields, parsed, media, exact, _, told = meaning
        time, properties = message.received, message.properties
        if properties is not NO_PROPERTIES and properties.user:
            label = "" if plan.named else _property(properties, "label")
            name = _labelled(label, message.topic) if label else name
            unit = _property(properties, "unit") or unit
            time = _time(_property(properties, "timestamp")) or time
        return Reading(
            message, name, kind, text, value, unit, fields, parsed, time, media, exact, found or (), told
        )

    def bindings(self, topic: str) -> tuple[Binding, ...]:
        """Return what entities find on a topic."""
        return self._discovery.bindings(topic)

    def classes(self, topic: str) -> tuple[str, str]:
        """Return device and state class of a topic's only value, as HA discovery has them, if so."""
        strong = [binding for binding in self._discovery.bindings(topic) if not binding.aside]
        return (strong[0].device_class, strong[0].state_class) if len(strong) == 1 else ("", "")

    def devices_on(self, topic: str) -> set[str]:
        """Return the names of the devices that say something on a topic."""
        return {binding.device or binding.entity for binding in self._discovery.bindings(topic)}

    def _plan(self, topic: str, subscription: Subscription | None) -> _Plan:
        plan = self._plans.get(topic)
        if plan is None or plan.subscription is not subscription:
            if len(self._plans) >= _KNOWN_TOPICS:
                self._plans.clear()
            plan = self._plans[topic] = self._made(topic, subscription)
        return plan

    def _made(self, topic: str, subscription: Subscription | None) -> _Plan:
        gateway = self._overheard.told_on(topic)
        spoken = self._discovery.spoken(topic)
        alias = _alias(topic, subscription) if subscription and subscription.alias else ""
        off = self._budget.off
        strong = arranged(
            tuple(
                (config, replace(binding, template=None) if config in off else binding)
                for config, binding in spoken
                if binding.speaks
            )
        )
        name = alias or strong.name or self._discovery.name(topic) or _prosody(topic) or topic
        name = cut(plain(name).replace("\n", " ").strip(), _LONGEST_NAME) or "…"
        templates = (binding.template for _, binding in strong.spoken)
        foreign = any(template is not None and template.source for template in templates)
        return _Plan(subscription, name, bool(alias), strong, foreign, gateway)


def _ignore(what: object) -> None:
    """Leave it unsaid: nobody listens yet."""


def _ignore_all() -> None:
    """Leave it unsaid as well."""


def _alias(topic: str, subscription: Subscription) -> str:
    """Return the alias, and for one of many topics of a wildcard what tells it from the others."""
    wanted = shared(subscription.filter)[1].split("/")
    levels = topic.split("/")
    parts = [level for want, level in zip(wanted, levels, strict=False) if want == "+"]
    if wanted[-1] == "#":
        parts += levels[len(wanted) - 1 :]
    return " / ".join([subscription.alias, "/".join(parts)] if parts else [subscription.alias])


def _prosody(topic: str) -> str:
    host, _, rest = topic.partition("/")
    kind, _, node = rest.partition("/")
    return _PROSODY[kind].format(node) if "." in host and kind in _PROSODY and node else ""


def _property(properties: Properties, name: str) -> str:
    value = next((text for key, text in properties.user if key.lower() == name), "")
    return " ".join(plain(value).split())


def _labelled(label: str, topic: str) -> str:
    """Return what a message calls its topic, and the topic: any message may call itself anything."""
    return f"{cut(label, _LONGEST_LABEL)} ({cut(' '.join(plain(topic).split()), _LONGEST_NAME)})"


def _time(text: str) -> float | None:
    """Read ISO 8601 or Unix seconds, milliseconds or microseconds; None for anything else."""
    try:
        time = float(text)
    except ValueError:
        return _iso_time(text)
    return next((time / unit for unit in (1, 1e3, 1e6) if _EARLIEST <= time / unit <= _LATEST), None)


def _iso_time(text: str) -> float | None:
    try:
        moment = datetime.fromisoformat(text)
        time = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except ValueError, OverflowError:
        return None
    return time if _EARLIEST <= time <= _LATEST else None
