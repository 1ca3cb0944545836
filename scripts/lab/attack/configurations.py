"""Random configurations of Home Assistant's MQTT discovery, right, wrong and senseless."""

from collections.abc import Sequence
import random

from .growing import Templates
from .words import Words

_KEYS = (
    *(
        "state_topic",
        "stat_t",
        "~",
        "name",
        "device",
        "dev",
        "unique_id",
        "uniq_id",
        "unit_of_measurement",
        "p",
        "o",
    ),
    *(
        "unit_of_meas",
        "value_template",
        "val_tpl",
        "availability",
        "avty",
        "availability_topic",
        "avty_t",
        "qos",
    ),
    *(
        "payload_available",
        "payload_on",
        "pl_on",
        "payload_off",
        "command_topic",
        "cmd_t",
        "retain",
        "min",
        "max",
    ),
    *(
        "step",
        "options",
        "ops",
        "modes",
        "components",
        "cmps",
        "device_class",
        "state_class",
        "brightness_scale",
    ),
    *(
        "brightness_state_topic",
        "brightness_command_topic",
        "temperature_state_topic",
        "temperature_command_topic",
    ),
    *("mode_state_topic", "mode_command_topic", "json_attributes_topic", "schema", "supported_color_modes"),
    *(
        "event_types",
        "platform",
        "origin",
        "precision",
        "preset_modes",
        "fan_modes",
        "optimistic",
        "effect_list",
    ),
    *(
        "command_template",
        "availability_mode",
        "position_topic",
        "set_position_topic",
        "payload_open",
        "expire_after",
    ),
    *(
        "payload_close",
        "payload_lock",
        "temperature_unit",
        "speed_range_max",
        "rgb_command_topic",
        "position_template",
    ),
)
_LISTS = frozenset(
    {
        "options",
        "ops",
        "modes",
        "preset_modes",
        "fan_modes",
        "event_types",
        "effect_list",
        "supported_color_modes",
    }
)
_NUMBERS = frozenset({"qos", "min", "max", "step", "precision", "brightness_scale", "expire_after"})
_DEVICE = frozenset({"device", "dev", "origin", "o"})


class Configurations:
    """Draws configurations about these topics."""

    def __init__(self, chance: random.Random, words: Words, topics: Sequence[str]) -> None:
        self._chance = chance
        self._words = words
        self._topics = topics
        self._templates = Templates(chance)

    def one(self, depth: int = 0) -> dict[str, object]:
        chance = self._chance
        keys = chance.sample(_KEYS, chance.randrange(1, 14))
        if chance.random() < 0.7:
            keys += ["state_topic", "command_topic", "unique_id", "device"]
        return {key: self._value(key, depth) for key in keys}

    def _value(self, key: str, depth: int) -> object:
        chance, words = self._chance, self._words
        if chance.random() < 0.2:
            return words.value(2)
        if "template" in key or "tpl" in key:
            return self._templates.simple() if chance.random() < 0.7 else self._templates.one()
        if "topic" in key or key.endswith("_t"):
            return chance.choice((*self._topics[:6], "~/x", "x/~", "+/+/state", "#"))
        if key in _DEVICE:
            named = {"name": words.word(), "identifiers": [words.word()], "ids": "x", "mf": words.word()}
            odd = {"name": words.value(2), "identifiers": words.value(2), "connections": words.value(2)}
            return chance.choice((named, named, {}, "x", None, [1], odd))
        if key in {"availability", "avty"}:
            one = [{"t": "home/b", "val_tpl": self._templates.simple()}]
            return chance.choice(({"topic": "home/a"}, one, [words.value(2)], None, {}))
        if key in {"components", "cmps"}:
            return (
                {words.word(): self.one(depth + 1) for _ in range(chance.randrange(4))} if depth < 2 else {}
            )
        if key in _LISTS:
            return chance.choice(([words.word() for _ in range(chance.randrange(5))], words.value(2), "abc"))
        if key in _NUMBERS:
            return chance.choice(
                (words.number(), chance.randint(-5, 300), 1e308, float("nan"), None, 0, [], {})
            )
        return chance.choice((words.word(), words.number(), "sensor", "switch", "json", words.value(3)))
