"""A device as it is on a broker: what it announces, and what it says."""

from collections.abc import Mapping
from dataclasses import dataclass, field
import json
from typing import Any, NamedTuple

DISCOVERY = "homeassistant"
NO_ENTITY = frozenset({"device_automation", "tag"})
"""Components of discovery that no entity comes of."""


class Part(NamedTuple):
    """One configuration, with its keys as the firmware writes them."""

    component: str
    topic: str
    unique_id: str
    config: Mapping[str, Any]
    main: bool


class Said(NamedTuple):
    """One message of a device."""

    topic: str
    payload: str
    retain: bool = False


@dataclass
class Device:
    """A device of one kind of firmware. `whole`: it announces all of its parts on one topic."""

    firmware: str
    name: str
    node: str
    about: Mapping[str, Any] = field(default_factory=dict)
    area: str = ""
    common: Mapping[str, Any] = field(default_factory=dict)
    short: bool = False
    whole: bool = False
    parts: list[Part] = field(default_factory=list)
    messages: list[Said] = field(default_factory=list)

    @property
    def block(self) -> dict[str, Any]:
        """What every configuration says of the device."""
        area = {"sa" if self.short else "suggested_area": self.area} if self.area else {}
        ids, name = ("ids", "name") if self.short else ("identifiers", "name")
        return {ids: [self.node], name: self.name, **self.about, **area}

    def add(self, component: str, key: str, **config: Any) -> Device:
        """Announce one thing of the device; None leaves a key of the common ones out."""
        unique, device = ("uniq_id", "dev") if self.short else ("unique_id", "device")
        unique_id = f"{self.node}_{key}"
        main = not ({"entity_category", "ent_cat"} & config.keys()) and config.get(
            "enabled_by_default", config.get("en", True)
        )
        shared = {name: value for name, value in self.common.items() if config.get(name, ...) is not None}
        config = {name: value for name, value in config.items() if value is not None or name == "name"}
        topic = f"{DISCOVERY}/{component}/{self.node}/{key}/config"
        if self.whole:
            topic = f"{DISCOVERY}/device/{self.node}/config"
            config = {**shared, **config, "p": component, unique: unique_id}
        elif component in NO_ENTITY:
            config = {**config, device: self.block}
        else:
            config = {**shared, **config, unique: unique_id, device: self.block}
        self.parts.append(Part(component, topic, unique_id, config, bool(main)))
        return self

    def say(self, topic: str, payload: object, *, retain: bool = False) -> Device:
        """Say something: a text as it is, all else as JSON."""
        text = payload if isinstance(payload, str) else json.dumps(payload, ensure_ascii=False)
        self.messages.append(Said(topic, text, retain))
        return self

    def configurations(self) -> list[Said]:
        """Return what the device announces, retained."""
        if not self.whole:
            return [
                Said(part.topic, json.dumps(part.config, ensure_ascii=False), True) for part in self.parts
            ]
        told = {
            "dev": self.block,
            "o": {"name": self.firmware},
            "cmps": {part.unique_id: dict(part.config) for part in self.parts},
        }
        return [Said(self.parts[0].topic, json.dumps(told, ensure_ascii=False), True)] if self.parts else []
