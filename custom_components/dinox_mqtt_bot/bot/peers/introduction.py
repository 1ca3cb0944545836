"""How a bot introduces itself to who reads Home Assistant's discovery: a device, and where its states are."""

from collections.abc import Mapping
from typing import Final

from ..text.foreign import one_line, plain
from .beacon import discovery_node, dumped, iso, last_alert_topic, remote_topic, status_topic

_LONGEST_STATE: Final = 254
"""Characters of a text, without the sign that it was cut: Home Assistant takes 255."""

type _Entity = dict[str, object]


def introduction(bot_id: str, name: str, version: str, names: Mapping[str, str], *, commands: bool) -> bytes:
    """Write the discovery configuration of a bot; `names` are those of its entities, by key.

    `commands`: with what pauses the bot and what has it connect anew.
    """
    node = discovery_node(bot_id)
    device = {"identifiers": [node], "name": name, "manufacturer": "DinoX", "model": "MQTT Bot"}
    program = {"name": "DinoX MQTT Bot", "support_url": "https://github.com/rallep71/dinox-mqtt-bot"}
    entities = _states(bot_id) | _controls(bot_id, commands=commands)
    return dumped(
        {
            "device": {**device, "sw_version": version},
            "origin": {**program, "sw_version": version},
            "qos": 1,
            "components": {
                key: {"platform": platform}
                | ({"unique_id": f"{node}_{key}", "name": names[key], **told} if told else {})
                for key, (platform, told) in entities.items()
            },
        }
    )


def _states(bot_id: str) -> dict[str, tuple[str, _Entity]]:
    """Return the entities that only show something, each with its platform."""
    status, alert = status_topic(bot_id), last_alert_topic(bot_id)
    online: _Entity = {
        "state_topic": status,
        "value_template": _field("status"),
        "payload_on": "online",
        "payload_off": "offline",
        "device_class": "connectivity",
        "entity_category": "diagnostic",
    }
    firing = {"state_topic": status, "value_template": _field("alerts_firing"), "state_class": "measurement"}
    last = {"state_topic": alert, "value_template": _field("text"), "json_attributes_topic": alert}
    return {
        "online": ("binary_sensor", online),
        "alerts_firing": ("sensor", firing | _while_there(bot_id)),
        "last_alert": ("sensor", last | _while_there(bot_id)),
    }


def _controls(bot_id: str, *, commands: bool) -> dict[str, tuple[str, _Entity]]:
    """Return whether the bot is paused, as what can be set or only seen, and what has it connect anew.

    What there is not is named with its platform alone: whoever knew it before forgets it by that.
    """
    shown = _field("paused", "'ON' if value_json.paused else 'OFF'")
    paused = {"state_topic": status_topic(bot_id), "value_template": shown} | _while_there(bot_id)
    pause = paused | {"command_topic": remote_topic(bot_id, "pause")}
    reconnect = {"command_topic": remote_topic(bot_id, "reconnect")} | _while_there(bot_id)
    return {
        "paused": ("binary_sensor", {} if commands else paused),
        "pause": ("switch", pause if commands else {}),
        "reconnect": ("button", reconnect if commands else {}),
    }


def _while_there(bot_id: str) -> _Entity:
    """Return what makes an entity unavailable while the bot is away."""
    return {
        "availability_topic": status_topic(bot_id),
        "availability_template": _field("status"),
    }


def _field(name: str, shown: str = "") -> str:
    """Return the template of one field.

    It shows nothing, so that nothing changes, where the field is missing: a connection begins and ends
    with a status that has no counters, and what is cleared is no JSON.
    """
    there = f"value_json is defined and value_json.{name} is defined"
    return f"{{% if {there} %}}{{{{ {shown or f'value_json.{name}'} }}}}{{% endif %}}"


def last_alert(text: str, at: float) -> bytes:
    """Write which alert was the last: a line that can be a state, and since when (Unix time)."""
    return dumped({"text": one_line(plain(text), _LONGEST_STATE), "time": iso(at)})
