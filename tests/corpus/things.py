"""Cameras, robots, and what speaks by Z-Wave or at 433 MHz."""

from .device import Device

INNER = {"entity_category": "diagnostic"}


def zwave() -> list[Device]:
    """Return nodes of a Z-Wave gateway: `zwave/<node>/<class>/<endpoint>/<property>`, values from 0 to 99."""
    found = []
    for number, (name, value) in enumerate((("Stair dimmer", 45), ("Porch dimmer", 0)), 11):
        device = _zwave(name, number)
        topic = f"zwave/{name.replace(' ', '_')}/38/0"
        device.add(
            "light",
            "dimmer",
            name="dimmer",
            state_topic=f"{topic}/currentValue",
            command_topic=f"{topic}/targetValue/set",
            brightness_command_topic=f"{topic}/targetValue/set",
            brightness_state_topic=f"{topic}/currentValue",
            brightness_scale=99,
            on_command_type="brightness",
            payload_off=0,
            payload_on=255,
            brightness_value_template="{{ value_json.value }}",
            state_value_template="{{ 0 if value_json.value == 0 else 255 }}",
        )
        found.append(
            device.say(f"{topic}/currentValue", {"time": 1_795_000_000, "value": value}, retain=True)
        )
    bolt = _zwave("Cellar bolt", 13)
    bolt.add(
        "lock",
        "lock",
        name="lock",
        state_topic="zwave/Cellar_bolt/98/0/currentMode",
        command_topic="zwave/Cellar_bolt/98/0/targetMode/set",
        payload_lock="255",
        payload_unlock="0",
        state_locked="255",
        state_unlocked="0",
        value_template="{{ value_json.value }}",
    )
    bolt.add(
        "sensor",
        "battery",
        name="battery_level",
        state_topic="zwave/Cellar_bolt/128/0/level",
        value_template="{{ value_json.value }}",
        unit_of_measurement="%",
        device_class="battery",
        **INNER,
    )
    found.append(
        bolt.say("zwave/Cellar_bolt/98/0/currentMode", {"value": 255}, retain=True).say(
            "zwave/Cellar_bolt/128/0/level", {"value": 85}
        )
    )
    shutter = _zwave("Bay shutter", 14)
    topic = "zwave/Bay_shutter/38/0"
    shutter.add(
        "cover",
        "cover",
        name="cover",
        command_topic=f"{topic}/targetValue/set",
        position_topic=f"{topic}/currentValue",
        position_template="{{ value_json.value | round(0) }}",
        set_position_topic=f"{topic}/targetValue/set",
        position_open=99,
        position_closed=0,
        payload_open=99,
        payload_close=0,
        device_class="shutter",
    )
    found.append(shutter.say(f"{topic}/currentValue", {"value": 66}, retain=True))
    probe = _zwave("Attic probe", 15)
    probe.add(
        "sensor",
        "air",
        name="air_temperature",
        state_topic="zwave/Attic_probe/49/0/Air_temperature",
        value_template="{{ value_json.value }}",
        unit_of_measurement="°C",
        device_class="temperature",
        state_class="measurement",
    )
    probe.add(
        "binary_sensor",
        "motion",
        name="motion",
        state_topic="zwave/Attic_probe/113/0/Motion",
        value_template="{{ 'true' if value_json.value == 8 else 'false' }}",
        payload_on="true",
        payload_off="false",
        device_class="motion",
    )
    return [
        *found,
        probe.say("zwave/Attic_probe/49/0/Air_temperature", {"value": 12.4}).say(
            "zwave/Attic_probe/113/0/Motion", {"value": 8}
        ),
    ]


def _zwave(name: str, number: int) -> Device:
    device = Device("zwave-js-ui", name, f"zwavejs2mqtt_0xe1a2_node{number}", about={"manufacturer": "Sigma"})
    status = f"zwave/{name.replace(' ', '_')}/status"
    gateway = "zwave/_CLIENTS/ZWAVE_GATEWAY/status"
    template = "{{'online' if value_json.value else 'offline'}}"
    device.common = {
        "availability": [
            {"topic": status, "value_template": template},
            {"topic": gateway, "value_template": template},
        ],
        "availability_mode": "all",
    }
    return device.say(status, {"value": True}, retain=True).say(gateway, {"value": True}, retain=True)


def frigate() -> list[Device]:
    """Return cameras that see persons: switches of what is detected, counts, pictures."""
    found = []
    for camera, persons in (("driveway", 1), ("backyard", 0)):
        device = Device("Frigate", camera.capitalize(), f"frigate_{camera}", area="Outside")
        device.common = {"availability_topic": "frigate/available"}
        device.add("camera", "person", name="Person", topic=f"frigate/{camera}/person/snapshot")
        device.add(
            "image", "still", name="Still", image_topic=f"frigate/{camera}/still", content_type="image/jpeg"
        )
        for kind, state in (("detect", "ON"), ("recordings", "ON"), ("snapshots", "OFF"), ("motion", "ON")):
            topic = f"frigate/{camera}/{kind}"
            device.add(
                "switch",
                kind,
                name=kind.capitalize(),
                state_topic=f"{topic}/state",
                command_topic=f"{topic}/set",
                payload_on="ON",
                payload_off="OFF",
                entity_category="config",
            )
            device.say(f"{topic}/state", state, retain=True)
        device.add(
            "binary_sensor",
            "occupied",
            name="Person occupancy",
            state_topic=f"frigate/{camera}/person",
            value_template="{{ 'ON' if value | int > 0 else 'OFF' }}",
            device_class="occupancy",
        )
        device.add(
            "sensor",
            "persons",
            name="Person count",
            state_topic=f"frigate/{camera}/person",
            unit_of_measurement="objects",
            state_class="measurement",
        )
        device.add(
            "number",
            "threshold",
            name="Motion threshold",
            state_topic=f"frigate/{camera}/motion_threshold/state",
            command_topic=f"frigate/{camera}/motion_threshold/set",
            min=1,
            max=255,
            entity_category="config",
        )
        device.say("frigate/available", "online", retain=True).say(f"frigate/{camera}/person", str(persons))
        found.append(device.say(f"frigate/{camera}/motion_threshold/state", "35", retain=True))
    return found


def robots() -> list[Device]:
    """Return two vacuums and two mowers."""
    valetudo = Device("Valetudo", "Dusty", "valetudo_dusty", about={"manufacturer": "Dreame"})
    base = "valetudo/dusty"
    valetudo.common = {
        "availability_topic": f"{base}/$state",
        "payload_available": "ready",
        "payload_not_available": "lost",
    }
    valetudo.add(
        "vacuum",
        "vacuum",
        name=None,
        supported_features=[
            "start",
            "stop",
            "pause",
            "return_home",
            "locate",
            "status",
            "fan_speed",
            "send_command",
        ],
        command_topic=f"{base}/BasicControlCapability/operation/set",
        state_topic=f"{base}/hass/state",
        payload_start="START",
        payload_pause="PAUSE",
        payload_stop="STOP",
        payload_return_to_base="HOME",
        fan_speed_list=["low", "medium", "high"],
        set_fan_speed_topic=f"{base}/FanSpeedControlCapability/preset/set",
        payload_locate="PERFORM",
    )
    valetudo.add(
        "sensor",
        "battery",
        name="Battery level",
        state_topic=f"{base}/BatteryStateAttribute/level",
        unit_of_measurement="%",
        device_class="battery",
        **INNER,
    )
    valetudo.add(
        "select",
        "water",
        name="Water",
        state_topic=f"{base}/WaterUsage/preset",
        command_topic=f"{base}/WaterUsage/preset/set",
        options=["off", "low", "high"],
        entity_category="config",
    )
    valetudo.add(
        "sensor",
        "area",
        name="Current area",
        state_topic=f"{base}/CurrentStatistics/area",
        value_template="{{ value | float / 10000 }}",
        unit_of_measurement="m²",
    )
    valetudo.add(
        "button",
        "locate",
        name="Play sound",
        command_topic=f"{base}/LocateCapability/locate/set",
        payload_press="PERFORM",
    )
    for key, value in (
        ("$state", "ready"),
        ("hass/state", '{"state": "docked", "fan_speed": "medium"}'),
        ("BatteryStateAttribute/level", "96"),
        ("WaterUsage/preset", "low"),
        ("CurrentStatistics/area", "184000"),
    ):
        valetudo.say(f"{base}/{key}", value, retain=True)
    classic = Device("Vacuum", "Crumbs", "crumbs1").add(
        "vacuum",
        "robot",
        name="Robot",
        command_topic="crumbs/do",
        state_topic="crumbs/state",
        supported_features=["start", "stop", "pause", "return_home", "clean_spot", "locate"],
    )
    classic.say("crumbs/state", {"state": "cleaning"})
    mower = Device("Mower", "Lawny", "lawny1")
    mower.add(
        "lawn_mower",
        "mower",
        name=None,
        activity_state_topic="lawny/activity",
        dock_command_topic="lawny/dock",
        pause_command_topic="lawny/pause",
        start_mowing_command_topic="lawny/go",
    )
    mower.say("lawny/activity", "mowing", retain=True)
    return [valetudo, classic, mower]


def radios() -> list[Device]:
    """Return what 433 MHz sensors say, in the manner of rtl_433, each value on a topic of its own."""
    found = []
    for number, (model, measures) in enumerate(
        (
            (
                "Acurite-Tower",
                (
                    ("temperature_C", "Temperature", "temperature", "°C", "6.7"),
                    ("humidity", "Humidity", "humidity", "%", "88"),
                ),
            ),
            (
                "Nexus-TH",
                (
                    ("temperature_C", "Temperature", "temperature", "°C", "-3.2"),
                    ("battery_ok", "Battery", "battery", "%", "1"),
                ),
            ),
            (
                "Fineoffset-WH24",
                (
                    ("wind_avg_m_s", "Wind Average", "wind_speed", "km/h", "3.6"),
                    ("rain_mm", "Rain Total", "precipitation", "mm", "112.8"),
                    ("wind_dir_deg", "Wind Direction", "", "°", "270"),
                    ("light_lux", "Outside Luminance", "illuminance", "lx", "1200"),
                ),
            ),
            (
                "Ecowitt-WH40",
                (
                    ("rain_mm", "Rain Total", "precipitation", "mm", "9.5"),
                    ("battery_mV", "Battery mV", "voltage", "mV", "1500"),
                ),
            ),
        ),
        1,
    ):
        node = f"{model}-{number * 17}"
        device = Device("rtl_433", node, node, about={"model": model, "manufacturer": "rtl_433"})
        for key, title, kind, unit, value in measures:
            template = (
                "{{ ((float(value) * 99)|round(0)) + 1 }}"
                if key == "battery_ok"
                else "{{ (float(value|float) * 3.6) | round(2) }}"
                if key == "wind_avg_m_s"
                else "{{ value|float|round(1) }}"
                if key == "temperature_C"
                else "{{ value|int }}"
                if key == "light_lux"
                else None
            )
            topic = f"rtl_433/attic/devices/{model}/{number * 17}/{key}"
            device.add(
                "sensor",
                key,
                name=f"{node}-{title}",
                state_topic=topic,
                value_template=template,
                device_class=kind or None,
                unit_of_measurement=unit,
                expire_after=3600,
            )
            device.say(topic, value)
        found.append(device)
    return found
