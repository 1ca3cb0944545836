"""A Zigbee bridge: each device has one topic with one JSON object, and its availability beside it."""

from collections.abc import Mapping
from typing import Any

from .device import Device

BASE = "zigbee2mqtt"
BRIDGE = f"{BASE}/bridge/state"
MEASURES: dict[str, tuple[str, str]] = {
    "temperature": ("temperature", "°C"),
    "humidity": ("humidity", "%"),
    "pressure": ("atmospheric_pressure", "hPa"),
    "illuminance": ("illuminance", "lx"),
    "co2": ("carbon_dioxide", "ppm"),
    "pm25": ("pm25", "µg/m³"),
    "power": ("power", "W"),
    "current": ("current", "A"),
    "voltage": ("voltage", "V"),
    "energy": ("energy", "kWh"),
    "soil_moisture": ("moisture", "%"),
}
CLASSES = {
    "contact": "door",
    "occupancy": "occupancy",
    "water_leak": "moisture",
    "smoke": "smoke",
    "vibration": "vibration",
    "gas": "gas",
    "tamper": "tamper",
    "presence": "presence",
    "carbon_monoxide": "carbon_monoxide",
}
ADVANCED = {"entity_category": "config"}
INNER = {"entity_category": "diagnostic"}


class ZigbeeDevice(Device):
    """One paired device, `state` being all that it knows of itself."""

    def __init__(self, name: str, address: int, model: str, area: str = "") -> None:
        self.topic = f"{BASE}/{name}"
        self.state: dict[str, Any] = {}
        available = [
            {"topic": where, "value_template": "{{ value_json.state }}"}
            for where in (BRIDGE, f"{self.topic}/availability")
        ]
        super().__init__(
            "Zigbee2MQTT",
            name,
            f"0x00158d{address:010x}",
            about={
                "manufacturer": "Elmwood",
                "model": model,
                "via_device": "zigbee2mqtt_bridge_0x00158d00000000ff",
            },
            area=area,
            common={
                "state_topic": self.topic,
                "availability": available,
                "availability_mode": "all",
                "origin": {"name": "Zigbee2MQTT", "sw": "2.14.1"},
            },
        )

    def knows(self, **state: Any) -> ZigbeeDevice:
        self.state |= state
        return self

    def done(self, *, battery: int | None = None) -> ZigbeeDevice:
        """Announce what all of them have, and say everything once."""
        if battery is not None:
            self.measure("battery", battery, "battery", "%", **INNER)
        self.add(
            "sensor",
            "linkquality",
            name="Linkquality",
            value_template="{{ value_json.linkquality }}",
            unit_of_measurement="lqi",
            state_class="measurement",
            enabled_by_default=False,
            **INNER,
        )
        self.add(
            "sensor",
            "last_seen",
            name="Last seen",
            value_template="{{ value_json.last_seen }}",
            device_class="timestamp",
            enabled_by_default=False,
            **INNER,
        )
        self.knows(linkquality=96 + len(self.name), last_seen="2026-11-28T18:04:11+01:00")
        self.say(f"{self.topic}/availability", {"state": "online"}, retain=True)
        return self.say(self.topic, self.state)  # type: ignore[return-value]

    # What devices have.

    def measure(self, key: str, value: Any, device_class: str, unit: str, **more: Any) -> ZigbeeDevice:
        kind = {"device_class": device_class} if device_class else {}
        self.add(
            "sensor",
            key,
            name=key.replace("_", " ").capitalize(),
            value_template=f"{{{{ value_json.{key} }}}}",
            unit_of_measurement=unit,
            state_class="total_increasing" if device_class == "energy" else "measurement",
            **kind,
            **more,
        )
        return self.knows(**{key: value})

    def measures(self, **values: float) -> ZigbeeDevice:
        for key, value in values.items():
            self.measure(key, value, *MEASURES[key])
        return self

    def detects(self, *, inverted: tuple[str, ...] = (), **values: bool) -> ZigbeeDevice:
        for key in values:
            self.add(
                "binary_sensor",
                key,
                name=key.replace("_", " ").capitalize(),
                value_template=f"{{{{ value_json.{key} }}}}",
                payload_on=key not in inverted,
                payload_off=key in inverted,
                device_class=CLASSES.get(key),
                **(INNER if key == "tamper" else {}),
            )
        return self.knows(**values)

    def switch(self, state: str, endpoint: str = "", name: str | None = None) -> ZigbeeDevice:
        key = f"state_{endpoint}" if endpoint else "state"
        self.add(
            "switch",
            f"switch_{endpoint}" if endpoint else "switch",
            name=name,
            command_topic=f"{self.topic}/{endpoint}/set" if endpoint else f"{self.topic}/set",
            payload_on="ON",
            payload_off="OFF",
            value_template=f"{{{{ value_json.{key} }}}}",
        )
        return self.knows(**{key: state})

    def choice(self, key: str, value: str, *options: str, **more: Any) -> ZigbeeDevice:
        self.add(
            "select",
            key,
            name=key.replace("_", " ").capitalize(),
            command_topic=f"{self.topic}/set/{key}",
            options=list(options),
            value_template=f"{{{{ value_json.{key} }}}}",
            **(more or ADVANCED),
        )
        return self.knows(**{key: value})

    def number(
        self, key: str, value: float, least: float, most: float, step: float, unit: str = "", **more: Any
    ):
        self.add(
            "number",
            key,
            name=key.replace("_", " ").capitalize(),
            command_topic=f"{self.topic}/set/{key}",
            min=least,
            max=most,
            step=step,
            unit_of_measurement=unit or None,
            value_template=f"{{{{ value_json.{key} }}}}",
            **(more or ADVANCED),
        )
        return self.knows(**{key: value})

    def setting(self, key: str, value: str, on: str, off: str, **more: Any) -> ZigbeeDevice:
        self.add(
            "switch",
            f"switch_{key}",
            name=key.replace("_", " ").capitalize(),
            command_topic=f"{self.topic}/set/{key}",
            payload_on=on,
            payload_off=off,
            value_template=f"{{{{ value_json.{key} }}}}",
            **(more or ADVANCED),
        )
        return self.knows(**{key: value})

    def words(self, key: str, value: str) -> ZigbeeDevice:
        """Have a text, read and written."""
        self.add(
            "text",
            key,
            name=key.replace("_", " ").capitalize(),
            command_topic=f"{self.topic}/set/{key}",
            value_template=f"{{{{ value_json.{key} | default('') | string | truncate(254, True, '', 0) }}}}",
        )
        return self.knows(**{key: value})

    def press(self, key: str, name: str) -> ZigbeeDevice:
        self.add(
            "button",
            key,
            name=name,
            state_topic=None,
            command_topic=f"{self.topic}/set",
            payload_press=f'{{"{key}": ""}}',
            **ADVANCED,
        )
        return self

    def updates(self, installed: int, latest: int) -> ZigbeeDevice:
        state = "available" if installed != latest else "idle"
        field = "value_json['update']"
        self.add(
            "update",
            "update",
            name=None,
            device_class="firmware",
            command_topic=f"{BASE}/bridge/request/device/ota_update/update",
            payload_install=f'{{"id": "{self.node}"}}',
            value_template=(
                f'{{"latest_version":"{{{{ {field}[\'latest_version\'] }}}}",'
                f'"installed_version":"{{{{ {field}[\'installed_version\'] }}}}"}}'
            ),
            **ADVANCED,
        )
        return self.knows(update={"state": state, "installed_version": installed, "latest_version": latest})

    def lamp(
        self,
        state: str,
        brightness: int,
        *modes: str,
        kelvin: int = 0,
        colour: Mapping[str, float] | None = None,
    ) -> ZigbeeDevice:
        effects = ["blink", "breathe", "okay", "finish_effect"]
        mireds = {"min_mireds": 153, "max_mireds": 454} if "color_temp" in modes else {}
        self.add(
            "light",
            "light",
            name=None,
            schema="json",
            command_topic=f"{self.topic}/set",
            brightness=True,
            brightness_scale=254,
            supported_color_modes=list(modes or ("brightness",)),
            effect=True,
            effect_list=effects,
            **mireds,
        )
        self.knows(state=state, brightness=brightness)
        if kelvin:
            self.knows(color_temp=round(1_000_000 / kelvin), color_mode="color_temp")
        if colour:
            self.knows(color=dict(colour), color_mode="xy")
        topic = f"{self.topic}/set/effect"
        self.add(
            "select",
            "effect",
            name="Effect",
            state_topic=None,
            command_topic=topic,
            options=effects,
            **ADVANCED,
        )
        return self.choice("power_on_behavior", "previous", "off", "on", "toggle", "previous")

    def cover(self, state: str, position: int, tilt: int | None = None) -> ZigbeeDevice:
        tilting = {
            "tilt_command_topic": f"{self.topic}/set/tilt",
            "tilt_status_topic": self.topic,
            "tilt_status_template": "{{ value_json.tilt }}",
        }
        self.add(
            "cover",
            "cover",
            name=None,
            command_topic=f"{self.topic}/set",
            position_topic=self.topic,
            position_template="{{ value_json.position }}",
            set_position_topic=f"{self.topic}/set",
            set_position_template='{ "position": {{ position }} }',
            value_template="{{ value_json.state }}",
            state_open="OPEN",
            state_closed="CLOSE",
            state_stopped="STOP",
            **(tilting if tilt is not None else {}),
        )
        self.knows(state=state, position=position)
        return self.knows(tilt=tilt) if tilt is not None else self

    def lock(self, state: str) -> ZigbeeDevice:
        self.add(
            "lock",
            "lock",
            name=None,
            command_topic=f"{self.topic}/set",
            payload_lock="LOCK",
            payload_unlock="UNLOCK",
            state_locked="LOCK",
            state_unlocked="UNLOCK",
            value_template="{{ value_json.state }}",
        )
        return self.knows(state=state)

    def climate(self, mode: str, wanted: float, measured: float, running: str, *presets: str) -> ZigbeeDevice:
        setting = {
            "preset_modes": list(presets),
            "preset_mode_command_topic": f"{self.topic}/set/preset",
            "preset_mode_state_topic": self.topic,
            "preset_mode_value_template": "{{ value_json.preset }}",
        }
        running_words = "{'idle': 'idle', 'heat': 'heating', 'cool': 'cooling'}"
        self.add(
            "climate",
            "climate",
            name=None,
            state_topic=None,
            modes=["off", "heat", "auto"],
            mode_state_topic=self.topic,
            mode_state_template="{{ value_json.system_mode }}",
            mode_command_topic=f"{self.topic}/set/system_mode",
            temperature_state_topic=self.topic,
            temperature_state_template="{{ value_json.occupied_heating_setpoint }}",
            temperature_command_topic=f"{self.topic}/set/occupied_heating_setpoint",
            current_temperature_topic=self.topic,
            current_temperature_template="{{ value_json.local_temperature }}",
            action_topic=self.topic,
            action_template=f"{{% set words = {running_words} %}}{{{{ words[value_json.running_state] }}}}",
            temperature_unit="C",
            min_temp=5,
            max_temp=30,
            temp_step=0.5,
            **(setting if presets else {}),
        )
        self.knows(system_mode=mode, occupied_heating_setpoint=wanted, local_temperature=measured)
        self.knows(running_state=running)
        return self.knows(preset=presets[0]) if presets else self

    def fan(self, state: str, mode: str) -> ZigbeeDevice:
        speeds = "{0:'off', 1:'low', 2:'medium', 3:'high'}"
        self.add(
            "fan",
            "fan",
            name=None,
            command_topic=f"{self.topic}/set/fan_state",
            state_value_template="{{ value_json.fan_state }}",
            payload_on="ON",
            payload_off="OFF",
            percentage_state_topic=self.topic,
            percentage_command_topic=f"{self.topic}/set/fan_mode",
            percentage_value_template=(
                "{{ {'off':0, 'low':1, 'medium':2, 'high':3}[value_json.fan_mode] | default('None') }}"
            ),
            percentage_command_template=f"{{{{ {speeds}[value] | default('') }}}}",
            speed_range_min=1,
            speed_range_max=3,
            preset_modes=["auto", "smart"],
            preset_mode_state_topic=self.topic,
            preset_mode_command_topic=f"{self.topic}/set/fan_mode",
            preset_mode_value_template=(
                "{{ value_json.fan_mode if value_json.fan_mode in ['auto', 'smart'] else 'None' }}"
            ),
        )
        return self.knows(fan_state=state, fan_mode=mode)

    def siren(self) -> ZigbeeDevice:
        self.add(
            "siren",
            "siren",
            name=None,
            command_topic=f"{self.topic}/set",
            available_tones=["burglar", "fire", "emergency"],
            state_value_template="{{ value_json.alarm }}",
            state_on="ON",
            state_off="OFF",
            command_template=(
                '{"warning": {"mode": "{{ tone | default(\'emergency\') if state == \'ON\' or '
                "value == 'ON' else 'stop' }}\"{% if duration is defined %}, "
                '"duration": {{ duration }}{% endif %}{% if volume_level is defined %}, '
                '"level": {{ volume_level }}{% endif %}}}'
            ),
        )
        return self.knows(alarm="OFF")

    def buttons(self, *actions: str) -> ZigbeeDevice:
        """Announce a remote control: an event, and its presses as automations."""
        self.add(
            "event",
            "action",
            name="Action",
            event_types=list(actions),
            value_template=(
                "{% set said = value_json.action | default('') | string %}"
                "{% if said %}{{ {'event_type': said} | tojson }}{% endif %}"
            ),
        )
        for action in actions[:2]:
            self.add(
                "device_automation",
                f"action_{action}",
                automation_type="trigger",
                type="action",
                subtype=action,
                payload=action,
                topic=f"{self.topic}/action",
            )
        return self.knows(action=actions[0])
