"""Devices behind gateways that do not announce them: known by the topics and the keys of their messages.

OpenMQTTGateway and Theengs Gateway (`…/BTtoMQTT/<id>`, `…/RTL_433toMQTT/<model>/<id>`) and rtl_433
(`rtl_433/<host>/devices/<model>/<id>/<key>`, `rtl_433/<host>/events`).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
import re

from ...text.foreign import cut
from ..config import Config, path
from .gateway_keys import GatewayKey, key_of

_OBJECT = re.compile(r".+/(?:BTtoMQTT|RTL_433toMQTT)/.+")
_VALUE = re.compile(r"rtl_433/[^/]+/devices((?:/[^/]+)+)/([A-Za-z]\w*)")
_EVENTS = re.compile(r"rtl_433/[^/]+/events|.+/RTL_433toMQTT")

_MOST_TOPICS, _MOST_KEYS, _MOST_SEEN, _LONGEST = 1_000, 40, 200, 60
"""Topics that are known, values and keys of one, and characters of what is in a name."""


class GatewayTopic(Enum):
    """What the messages on a topic tell: of one device, one value of it, or each of another device."""

    OBJECT = "object"
    VALUE = "value"
    EVENTS = "events"


def told_on(topic: str) -> GatewayTopic | None:
    """Say what a gateway tells on a topic; None for what is none of theirs."""
    if not ("toMQTT" in topic or topic.startswith("rtl_433/")):
        return None
    if (found := _VALUE.fullmatch(topic)) is not None:
        return GatewayTopic.VALUE if key_of(found[2]) else None
    if _EVENTS.fullmatch(topic):
        return GatewayTopic.EVENTS
    return GatewayTopic.OBJECT if _OBJECT.fullmatch(topic) else None


@dataclass(frozen=True, slots=True)
class _Heard:
    """What is known of a topic: its device, whether that has a name of its own, all keys, those of values."""

    device: str = ""
    named: bool = False
    seen: frozenset[str] = frozenset()
    keys: Mapping[str, GatewayKey] = field(default_factory=dict)

    @property
    def is_device(self) -> bool:
        return self.device != "" and any(key.unit or key.device_class for key in self.keys.values())


class Gateways:
    """The devices that were heard, by topic."""

    def __init__(self) -> None:
        self._heard: dict[str, _Heard] = {}

    def news(self, topic: str, told: GatewayTopic, said: object) -> list[Config]:
        """Return the configurations of all that a topic tells, if a message has said something new."""
        before = self._heard.get(topic)
        if before is None and len(self._heard) >= _MOST_TOPICS:
            return []
        if told is GatewayTopic.VALUE:
            heard = before or _of_value(topic)
        else:
            heard = _of_object(before or _Heard(), said) if isinstance(said, dict) else before
        if heard is None or heard is before:
            return []
        self._heard[topic] = heard
        return _configs(topic, heard, plain=told is GatewayTopic.VALUE) if heard.is_device else []


def _of_value(topic: str) -> _Heard | None:
    found = _VALUE.fullmatch(topic)
    key = key_of(found[2]) if found else None
    if found is None or key is None:
        return None
    return _Heard(" ".join(found[1].strip("/").split("/")), keys={found[2]: key})


def _of_object(before: _Heard, said: dict[str, object]) -> _Heard:
    """Return what is known of a topic with what a message has said; the same if that is nothing new."""
    named = bool(said.get("name"))
    device = before.device if before.named or (before.device and not named) else device_name(said)
    new = len(before.seen) < _MOST_SEEN and not said.keys() <= before.seen
    if not new and device == before.device:
        return before
    seen = before.seen | set(list(said)[:_MOST_SEEN])
    keys = list((dict(_keys(said)) | dict(before.keys)).items())
    return _Heard(device, named or before.named, seen, dict(keys[:_MOST_KEYS]))


def _configs(topic: str, heard: _Heard, *, plain: bool) -> list[Config]:
    return [
        _config(topic, heard.device, key, "" if plain else path(name, partial=True))
        for name, key in heard.keys.items()
    ]


def device_name(said: Mapping[str, object]) -> str:
    """Return what the device of a message is called: its name, else its model with its number."""
    if name := _text(said.get("name")):
        return name
    model, *numbers = (_text(said.get(key)) for key in ("model", "channel", "id"))
    return " ".join(filter(None, (model, *numbers))) if model else ""


def _text(value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        return ""
    return cut(str(value), _LONGEST).strip() if isinstance(value, str) else f"{value:d}"[:_LONGEST]


def _keys(said: Mapping[str, object]) -> Iterator[tuple[str, GatewayKey]]:
    """Yield the keys of what is told by each; of two that tell the same degrees only one."""
    for name, value in said.items():
        if name == "tempf" and "tempc" in said:
            continue
        if isinstance(value, (str, int, float)) and (key := key_of(name, value)) is not None:
            yield name, key


def _config(topic: str, device: str, key: GatewayKey, template: str) -> Config:
    config: dict[str, object] = {
        "platform": key.platform,
        "name": key.name,
        "device": {"name": device},
        "state_topic": topic,
    }
    given = {
        "value_template": template,
        "unit_of_measurement": key.unit,
        "device_class": key.device_class,
        "payload_on": key.on,
        "payload_off": key.off,
    }
    return {**config, **{name: value for name, value in given.items() if value}}
