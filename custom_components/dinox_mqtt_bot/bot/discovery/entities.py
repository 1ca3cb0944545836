"""Home Assistant's discovery entities: what they are called, where values are, what can be set."""

from collections.abc import Iterable
from dataclasses import dataclass
import re
import unicodedata

from ..model.message import QoS
from .bindings import Binding, entity_name, full_name
from .config import Config, amount, device_of, string, truth
from .control_kinds import controls_of
from .controls import Control
from .templates import ValueTemplate, compile_template

_MOST_VALUES = 20
_MOST_SOURCES = 20
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Source:
    """A topic that says whether an entity is there, and how it says so."""

    topic: str
    online: str
    offline: str
    template: ValueTemplate | None = None


@dataclass(frozen=True, slots=True)
class Entity:
    """One entity.

    `values`: topics of its values; `sources` and `mode` (`all`, `any`, `latest`) tell whether it is there.
    `main` is False for what configures or diagnoses. `optimistic`: it does not tell what became of a command.
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
        string(device, "suggested_area") or string(device, "sa"),
        tuple(values[:_MOST_VALUES]),
        controls,
        _sources(config),
        string(config, "availability_mode") or "latest",
        "entity_category" not in config and truth(config, "enabled_by_default", default=True),
        bool(controls) and (truth(config, "optimistic") or not values),
        QoS(min(2, max(0, int(amount(config, "qos", 0))))),
        truth(config, "retain"),
    )


def _sources(config: Config) -> tuple[Source, ...]:
    given = config.get("availability")
    if isinstance(given, list):
        every = [_source(each, "topic", "value_template") for each in given[:_MOST_SOURCES]]
    else:
        every = [_source(config, "availability_topic", "availability_template")]
    return tuple(source for source in every if source.topic)


def _source(config: Config, topic: str, template: str) -> Source:
    compiled = config.get(template)
    return Source(
        string(config, topic),
        string(config, "payload_available") or "online",
        string(config, "payload_not_available") or "offline",
        compile_template(compiled) if isinstance(compiled, str) and compiled else None,
    )


def name_words(text: str) -> tuple[str, ...]:
    """Return the words of a name as they are compared: without case, accents and what stands between them."""
    if text.isascii():
        return tuple(_WORD.findall(text.replace("_", " ").lower()))
    signs = unicodedata.normalize("NFKD", text.replace("_", " "))
    return tuple(_WORD.findall("".join(sign for sign in signs if not unicodedata.combining(sign)).casefold()))
