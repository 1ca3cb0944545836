"""What is known of a topic before a message arrives on it, and what a message means by that."""

from collections.abc import Container
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from ..discovery.discovery import Discovery
from ..model.message import NO_PROPERTIES, Kind, Message, Origin, Properties, Reading
from ..model.rules import Subscription
from ..model.topics import HOOKS, shared
from ..payload.interpret import Meaning, described
from ..text.foreign import cut, plain
from .budget import Budget, Found
from .overheard import GatewayTopic, event
from .parts import Arranged, arranged, bound

_LONGEST_NAME = 200
_LONGEST_LABEL = 60

# The three item types of Prosody's mod_pubsub_mqtt, whose topics are HOST/TYPE/NODE.
_PROSODY = {"json": "{} (JSON)", "utf8": "{}", "atom_title": "{}"}

_EARLIEST, _LATEST = 946_684_800.0, 4_102_444_800.0
"""The years 2000 to 2100 in Unix seconds: a clock that says anything else is not set."""


@dataclass(frozen=True, slots=True)
class TopicPlan:
    """What is known of a topic.

    `named`: by an alias. `foreign`: some of its entities have templates that are more than paths. `gateway`:
    other devices are told of there.
    """

    subscription: Subscription | None
    name: str
    named: bool
    arranged: Arranged
    foreign: bool
    gateway: GatewayTopic | None
    origin: Origin | None

    def read(self, message: Message, meaning: Meaning, budget: Budget) -> Reading:
        """Return what a message means by what its payload means."""
        found: Found | tuple[()] | None = None
        spoken = self.arranged.spoken
        if spoken and meaning.kind not in (Kind.EMPTY, Kind.BINARY):
            found = budget.values(message.topic, meaning, spoken, foreign=self.foreign)
            meaning = described(meaning) if found is None else bound(meaning, found, self.arranged)
        elif meaning.kind is Kind.JSON:
            meaning = described(meaning)
        name = self.name
        if self.gateway is GatewayTopic.EVENTS and not self.named:
            said, meaning = event(meaning)
            name = said or name
        kind, text, value, unit, fields, parsed, media, exact, _, told = meaning
        time, properties = message.received, message.properties
        if properties is not NO_PROPERTIES and properties.user:
            label = "" if self.named else _property(properties, "label")
            name = _labelled(label, message.topic) if label else name
            unit = _property(properties, "unit") or unit
            time = _time(_property(properties, "timestamp")) or time
        origin = self.origin if name == self.name else None
        found = found or ()
        return Reading(
            message, name, kind, text, value, unit, fields, parsed, time, media, exact, found, told, origin
        )


def planned(
    topic: str,
    subscription: Subscription | None,
    discovery: Discovery,
    off: Container[str],
    gateway: GatewayTopic | None,
) -> TopicPlan:
    """Return what is known of a topic; the configurations that are `off` run no templates."""
    alias = _alias(topic, subscription) if subscription and subscription.alias else ""
    strong = arranged(
        tuple(
            (config, replace(binding, template=None) if config in off else binding)
            for config, binding in discovery.spoken(topic)
            if binding.speaks
        )
    )
    name = alias or strong.name or discovery.name(topic) or _prosody(topic) or topic
    if not alias and (kind := discovery.kind(topic)):
        name = f"{name} ({kind})"
    name = cut(plain(name).replace("\n", " ").strip(), _LONGEST_NAME) or "…"
    templates = (binding.template for _, binding in strong.spoken)
    foreign = any(template is not None and template.source for template in templates)
    origin = None if alias else _origin(name, strong)
    return TopicPlan(subscription, name, bool(alias), strong, foreign, gateway, origin)


def _alias(topic: str, subscription: Subscription) -> str:
    """Return the alias, and for one of many topics of a wildcard what tells it from the others."""
    wanted = shared(subscription.filter)[1].split("/")
    levels = topic.split("/")
    parts = [level for want, level in zip(wanted, levels, strict=False) if want == "+"]
    if wanted[-1] == "#":
        parts += levels[len(wanted) - 1 :]
    return " / ".join([subscription.alias, "/".join(parts)] if parts else [subscription.alias])


def _origin(name: str, strong: Arranged) -> Origin | None:
    """Return whose values are on a topic, if its name says so."""
    device = plain(strong.device)
    label = name[len(device) :]
    if not device or not name.casefold().startswith(device.casefold()) or label[:1].isalnum():
        return None
    areas = (binding.area for _, binding in strong.spoken)
    area = plain(next(filter(None, areas), "")).replace("\n", " ").strip()
    return Origin(device, label.strip(), strong.place, cut(area, _LONGEST_NAME))


def _prosody(topic: str) -> str:
    host, _, rest = topic.partition("/")
    kind, _, node = rest.partition("/")
    return _PROSODY[kind].format(node) if "." in host and kind in _PROSODY and node else ""


def _property(properties: Properties, name: str) -> str:
    value = next((text for key, text in properties.user if key.lower() == name), "")
    return " ".join(plain(value).split())


def _labelled(label: str, topic: str) -> str:
    """Return what a message calls its topic, and the topic: any message may call itself anything.

    Of an incident that came by a webhook only that is told.
    """
    where = topic.split("/")[1] if topic.startswith(HOOKS) else " ".join(plain(topic).split())
    return f"{cut(label, _LONGEST_LABEL)} ({cut(where, _LONGEST_NAME)})"


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
