"""Messages become readings: payload decoded and JSON parsed once, the name looked up once a topic."""

from dataclasses import dataclass
from datetime import UTC, datetime

from ..discovery.bindings import value_in
from ..discovery.devices import Devices
from ..discovery.discovery import Binding, Discovery
from ..model.message import NO_PROPERTIES, Field, Kind, Message, Properties, Reading
from ..model.rules import Subscription
from ..model.topics import shared
from ..payload.fields import line
from ..payload.interpret import Meaning, described, interpret, quantity
from ..ports import Templates
from ..text.plain import cut, plain

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
    bindings: tuple[Binding, ...]


class Readings:
    """Knows what the messages of one broker mean."""

    def __init__(self, templates: Templates | None = None, prefix: str = "homeassistant") -> None:
        self._templates = templates
        self.devices = Devices()
        self._discovery = Discovery(prefix, self.devices)
        self._plans: dict[str, _Plan] = {}

    def use_prefix(self, prefix: str) -> None:
        """Learn from discovery configurations under this prefix only, and forget those of another."""
        if prefix != self._discovery.prefix:
            self._start_over(prefix)

    def forget(self) -> None:
        """Forget what was learned: the configurations are about to come again."""
        self._start_over(self._discovery.prefix)

    def _start_over(self, prefix: str) -> None:
        self.devices.forget()
        self._discovery = Discovery(prefix, self.devices)
        self._plans.clear()

    def learn(self, message: Message) -> bool:
        """Take in a discovery configuration. True if the message was on a topic for them, valid or not."""
        if not self._discovery.is_config(message.topic):
            self.devices.note(message)
            return False
        if self._discovery.learn(message.topic, message.payload):
            self._plans.clear()
        return True

    def name(self, topic: str, subscription: Subscription | None = None) -> str:
        """Return what a topic is called: its alias, its name in HA discovery, its Prosody node, or itself."""
        return self._plan(topic, subscription).name

    def read(self, message: Message, subscription: Subscription | None = None) -> Reading:
        """Say what a message means. Total: no message makes it raise."""
        plan = self._plan(message.topic, subscription)
        meaning = interpret(message.payload)
        if plan.bindings:
            meaning = _bound(meaning, plan.bindings, self._templates)
        elif meaning.kind is Kind.JSON:
            meaning = described(meaning)
        kind, text, value, unit, fields, parsed, media = meaning
        properties = message.properties
        if properties is NO_PROPERTIES or not properties.user:
            return Reading(
                message, plan.name, kind, text, value, unit, fields, parsed, message.received, media
            )
        label = "" if plan.named else _property(properties, "label")
        name = _labelled(label, message.topic) if label else plan.name
        unit = _property(properties, "unit") or unit
        time = _time(_property(properties, "timestamp")) or message.received
        return Reading(message, name, kind, text, value, unit, fields, parsed, time, media)

    def classes(self, topic: str) -> tuple[str, str]:
        """Return device and state class of a topic's only value, as HA discovery has them, if so."""
        strong = [binding for binding in self._discovery.bindings(topic) if not binding.aside]
        return (strong[0].device_class, strong[0].state_class) if len(strong) == 1 else ("", "")

    def _plan(self, topic: str, subscription: Subscription | None) -> _Plan:
        plan = self._plans.get(topic)
        if plan is None or plan.subscription is not subscription:
            if len(self._plans) >= _KNOWN_TOPICS:
                self._plans.clear()
            plan = self._plans[topic] = self._made(topic, subscription)
        return plan

    def _made(self, topic: str, subscription: Subscription | None) -> _Plan:
        bindings = self._discovery.bindings(topic)
        alias = _alias(topic, subscription) if subscription and subscription.alias else ""
        name = alias or _discovered(bindings) or _prosody(topic) or topic
        strong = tuple(binding for binding in bindings if not binding.aside)
        name = cut(plain(name).replace("\n", " ").strip(), _LONGEST_NAME) or "…"
        return _Plan(subscription, name, bool(alias), strong)


def _alias(topic: str, subscription: Subscription) -> str:
    """Return the alias, and for one of many topics of a wildcard what tells it from the others."""
    wanted = shared(subscription.filter)[1].split("/")
    levels = topic.split("/")
    parts = [level for want, level in zip(wanted, levels, strict=False) if want == "+"]
    if wanted[-1] == "#":
        parts += levels[len(wanted) - 1 :]
    return " / ".join([subscription.alias, "/".join(parts)] if parts else [subscription.alias])


def _discovered(bindings: tuple[Binding, ...]) -> str:
    names = {binding.name for binding in bindings}
    if len(names) != 1:
        names = {binding.device for binding in bindings}
    return names.pop() if len(names) == 1 else ""


def _prosody(topic: str) -> str:
    host, _, rest = topic.partition("/")
    kind, _, node = rest.partition("/")
    return _PROSODY[kind].format(node) if "." in host and kind in _PROSODY and node else ""


def _bound(meaning: Meaning, bindings: tuple[Binding, ...], templates: Templates | None) -> Meaning:
    """Let the entities of HA discovery say what a payload means."""
    if meaning.kind in (Kind.EMPTY, Kind.BINARY):
        return meaning
    found = [(binding, value_in(meaning, binding, templates)) for binding in bindings]
    fields = tuple(
        Field(plain(binding.entity or binding.device), text, binding.unit)
        for binding, text in found
        if text is not None and binding.template and not text.startswith("{")
    )
    if len(bindings) == 1 or not fields:
        return _only(meaning, *found[0])
    if not all(binding.template for binding in bindings):
        # An entity without a template takes the object as a whole: nothing of it is to be lost.
        taken = {_path(binding) for binding in bindings}
        fields += tuple(field for field in described(meaning).fields if field.name not in taken)
    return meaning._replace(kind=Kind.JSON, text=", ".join(map(line, fields)), fields=fields)


def _only(meaning: Meaning, binding: Binding, text: str | None) -> Meaning:
    """Return what one entity has found as the whole meaning, or the payload as it is if that was nothing."""
    if text is None:
        return described(meaning)
    found = quantity(text)
    if found is None:
        return meaning._replace(kind=Kind.TEXT, text=text, value=None, unit="")
    unit = found.unit or meaning.unit or binding.unit
    return meaning._replace(kind=Kind.NUMBER, text=found.text, value=found.value, unit=unit)


def _path(binding: Binding) -> str:
    template = binding.template
    if template is None or template.root != "value_json":
        return ""
    steps = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in template.path)
    return "".join(steps).removeprefix(".")


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
