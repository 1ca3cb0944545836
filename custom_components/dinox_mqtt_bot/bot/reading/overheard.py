"""Devices that nobody announces, known by the messages that a gateway sends of them."""

from ..discovery.discovery import Devices, Discovery
from ..discovery.native.gateway_keys import key_of
from ..discovery.native.gateways import Gateways, GatewayTopic, device_name, told_on
from ..model.message import Field, Message
from ..payload.fields import together
from ..payload.interpret import Meaning
from ..payload.technical import told_of
from ..text.foreign import cut, plain

_LONGEST_NAME = 200
__all__ = ["GatewayTopic", "Overheard", "event"]


class Overheard:
    """Learns such devices for `discovery`, where that is on and knows nothing better of a topic."""

    def __init__(self, discovery: Discovery, devices: Devices) -> None:
        self._discovery = discovery
        self._devices = devices
        self._gateways = Gateways()

    def told_on(self, topic: str) -> GatewayTopic | None:
        """Say what a gateway tells on a topic of which discovery says nothing."""
        told = told_on(topic) if self._discovery.prefix else None
        if told is None or all(config == topic for config, _ in self._discovery.spoken(topic)):
            return told
        # It has been announced since: that is better than what was found out.
        self._discovery.take(topic, ())
        return None

    def hear(self, told: GatewayTopic | None, message: Message, meaning: Meaning) -> bool:
        """Learn of a device from its message. True if anything is known otherwise now."""
        if told not in (GatewayTopic.OBJECT, GatewayTopic.VALUE):
            return False
        configs = self._gateways.news(message.topic, told, meaning.json)
        parts = list(self._discovery.parts(message.topic, configs))
        if not parts or not self._discovery.take(message.topic, parts):
            return False
        self._devices.note(message)
        return True


def event(meaning: Meaning) -> tuple[str, Meaning]:
    """Return what a message is called and means on a topic where each may be of another device."""
    said = meaning.json
    name = cut(plain(device_name(said)).strip(), _LONGEST_NAME) if isinstance(said, dict) else ""
    if not name or not isinstance(said, dict):
        return "", meaning
    known = ((field, key_of(field.name, said.get(field.name))) for field in meaning.fields)
    fields = tuple(Field(key.name, field.text, key.unit) for field, key in known if key is not None)
    if not fields:
        return "", meaning
    told = told_of(fields)
    return name, meaning._replace(fields=fields, text=together(told), told=told)
