"""Home Assistant's discovery entities: what they are called, where values are, what can be set."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
import re
import unicodedata

from ..model.message import QoS
from ..text.foreign import cut
from .bindings import Binding, entity_name, full_name, is_main
from .config import Config, amount, area_of, device_of, string, truth
from .control_kinds import controls_of
from .controls import Control
from .sources import Source, sources_of

__all__ = ["Entity", "Source", "entity_of", "kept", "name_words"]

_MOST_SOURCES = 10
_ENTITY, _PART, _WORD_KEPT, _CHOICE = 1_200, 400, 200, 120
"""Bytes that are kept of an entity, each topic and control of it, each word of its names, each choice."""
_LONGEST_ID = 100
_WORD = re.compile(r"\w+")
_POSSESSIVE = re.compile(r"(?<=\w)['’´`]s\b")
_UMLAUT = re.compile(r"(?<![aeoq])([aou])e")
"""An umlaut as it is written where there is no key for it; `Bauer` and `queue` have none."""


@dataclass(frozen=True, slots=True)
class Entity:
    """One entity.

    `values`: topics of its values; `sources` and `mode` (`all`, `any`, `latest`) tell whether it is there.
    `main` is False for what configures or diagnoses. `optimistic`: it does not tell what became of a command.
    `expires`: seconds that a value holds, if it holds only for a time; `off_after`: that `on` does.
    `repeats`: topics that only say again what another one says.
    `device_id` is the device's own for ever, whatever it is called; its name where it says none.
    """

    id: str
    component: str
    device: str
    name: str
    area: str
    values: tuple[tuple[str, Binding], ...] = ()
    controls: tuple[Control, ...] = ()
    sources: tuple[Source, ...] = ()
    mode: str = "latest"
    main: bool = True
    optimistic: bool = False
    qos: QoS = QoS.AT_MOST_ONCE
    retain: bool = False
    expires: float = 0.0
    repeats: tuple[str, ...] = ()
    device_id: str = ""
    off_after: float = 0.0

    @property
    def config(self) -> str:
        """The topic of the configuration that it is in."""
        return self.id.rpartition(" ")[0]

    @property
    def told(self) -> tuple[tuple[str, Binding], ...]:
        """The values on the topics that are the first to tell of them."""
        if not self.repeats:
            return self.values
        return tuple(each for each in self.values if each[0] not in self.repeats)

    @property
    def full_name(self) -> str:
        """The name as Home Assistant gives it."""
        return full_name(self.device, self.name) or self.component


def entity_of(entity_id: str, config: Config, bindings: Iterable[tuple[str, Binding]]) -> Entity:
    """Return what a configuration, with its `bindings_of`, says of its entity. Total."""
    device, component = device_of(config), string(config, "platform")
    values = [(topic, binding) for topic, binding in bindings if not binding.aside]
    controls = controls_of(config)
    return Entity(
        entity_id,
        component,
        string(device, "name"),
        entity_name(config),
        area_of(config),
        tuple(values),
        controls,
        sources_of(config)[:_MOST_SOURCES],
        string(config, "availability_mode") or "latest",
        is_main(config),
        bool(controls) and (truth(config, "optimistic") or not values),
        QoS(min(2, max(0, int(amount(config, "qos", 0))))),
        truth(config, "retain"),
        max(0.0, amount(config, "expire_after", 0)),
        _topics(config, "repeats") + (_triggers(values) if component == "event" else ()),
        _device_id(device),
        max(0.0, amount(config, "off_delay", 0)) if component == "binary_sensor" else 0.0,
    )


def _triggers(values: Iterable[tuple[str, Binding]]) -> tuple[str, ...]:
    """Return where Zigbee2MQTT says an action once more, for Home Assistant's device triggers."""
    return tuple(f"{topic}/action" for topic, _ in values)


def _topics(config: Config, key: str) -> tuple[str, ...]:
    given = config.get(key)
    return tuple(each for each in given if isinstance(each, str)) if isinstance(given, tuple) else ()


def _device_id(device: Config) -> str:
    """Return by what Home Assistant knows a device again: its first identifier, else its first connection."""
    for key in ("identifiers", "ids", "connections", "cns"):
        given = device.get(key)
        while isinstance(given, list) and given:
            given = given[-1] if key in ("connections", "cns") else given[0]
        if isinstance(given, str) and given:
            return cut(given, _LONGEST_ID)
    return string(device, "name")


def kept(entity: Entity) -> int:
    """Return about how many bytes an entity takes as long as it is known."""
    names = (entity.name, entity.device, entity.area, entity.full_name)
    texts = [*names, *(topic for topic, _ in entity.values)]
    texts += [binding.template.source for _, binding in entity.values if binding.template]
    parts = len(entity.values) + len(entity.sources) + len(entity.controls)
    size = _ENTITY + parts * _PART + sum(len(name_words(name)) for name in names) * _WORD_KEPT
    for control in entity.controls:
        texts += [control.topic, control.template]
        size += len(control.words) * _CHOICE + sum(
            len(word) + len(payload) for word, payload in control.words
        )
    return size + sum(map(len, texts))


@lru_cache(4_096)
def name_words(text: str) -> tuple[str, ...]:
    """Return the words of a name as they are compared: without case, accents and what stands between them.

    An umlaut is the same however it is written, `Tür` and `Tuer`; so are `Mia's` and `Mias`.
    """
    if not text.isascii():
        signs = unicodedata.normalize("NFKD", text)
        text = "".join(sign for sign in signs if not unicodedata.combining(sign)).casefold()
    words = _WORD.findall(_POSSESSIVE.sub("s", text.replace("_", " ").lower()))
    return tuple(_UMLAUT.sub(r"\1", word) for word in words)
