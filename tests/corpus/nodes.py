"""Devices that announce themselves with short keys: ESPHome, Tasmota, OpenMQTTGateway."""

from typing import Any

from .device import Device

INNER = {"ent_cat": "diagnostic"}


def esphome() -> list[Device]:
    """Return nodes each value of which has a topic of its own, `<node>/<component>/<object>/state`."""
    return [_greenhouse(), _pool(), _garage(), _bedroom_node(), _old_node()]


class _Node(Device):
    def __init__(self, name: str, node: str, area: str = "") -> None:
        super().__init__(
            "ESPHome",
            name,
            node,
            about={"mf": "espressif", "mdl": "esp32dev", "sw": "2026.10.1"},
            area=area,
            common={"avty_t": f"{node}/status"},
            short=True,
        )
        self.say(f"{node}/status", "online", retain=True)

    def has(
        self, component: str, name: str, state: str | None, *, commands: bool = False, **config: Any
    ) -> _Node:
        key = name.lower().replace(" ", "_")
        topic = f"{self.node}/{component}/{key}"
        topics = {"stat_t": f"{topic}/state"} if state is not None else {}
        topics |= {"cmd_t": f"{topic}/command"} if commands else {}
        self.add(component, key, name=name, **topics, **config)
        if state:
            self.say(f"{topic}/state", state, retain=True)
        return self

    def measures(self, name: str, value: str, unit: str = "", kind: str = "", digits: int = -1, **more: Any):
        config: dict[str, Any] = {"unit_of_meas": unit} if unit else {}
        config |= {"dev_cla": kind} if kind else {}
        config |= {"sug_dsp_prc": digits} if digits >= 0 else {}
        return self.has("sensor", name, value, stat_cla="measurement", **config, **more)


def _greenhouse() -> Device:
    node = _Node("Greenhouse", "greenhouse", "Garden")
    node.measures("Air temperature", "23.456789", "°C", "temperature", 1)
    node.measures("Air humidity", "64.0721", "%", "humidity", 0)
    node.measures("Soil moisture", "38.500000", "%")
    node.measures("Water level", "112.75", "cm", "distance", 0)
    node.measures("WiFi signal", "-64", "dBm", "signal_strength", **INNER)
    node.measures("Uptime", "86422", "s", "duration", **INNER)
    node.has("switch", "Pump", "OFF", commands=True, ic="mdi:pump")
    node.has("switch", "Mist", "ON", commands=True)
    node.has("binary_sensor", "Roof window", "ON", dev_cla="window")
    node.has("binary_sensor", "Tank empty", "OFF", dev_cla="problem")
    node.has(
        "number", "Target humidity", "60", commands=True, min=20, max=95, step=1, unit_of_meas="%", mode="box"
    )
    node.has("text", "Label", "tomatoes", commands=True, min=0, max=32, mode="text")
    node.has("sensor", "Phase", "germination")
    node.has("button", "Reset counter", None, commands=True, ent_cat="config")
    node.has(
        "update",
        "Firmware",
        None,
        commands=True,
        pl_inst="INSTALL",
        dev_cla="firmware",
        stat_t=f"{node.node}/update/firmware/state",
    )
    node.say(
        "greenhouse/update/firmware/state",
        {"installed_version": "2026.9.0", "latest_version": "2026.10.1", "title": "Greenhouse"},
        retain=True,
    )
    return node


def _pool() -> Device:
    node = _Node("Pool", "pool", "Garden")
    node.measures("Water temperature", "26.31", "°C", "temperature", 1)
    node.measures("pH", "7.21", "", "ph", 2)
    node.measures("Pump power", "412.9", "W", "power", 0)
    node.measures("Pump energy", "1033.271", "kWh", "energy", 1)
    node.measures("Chlorine", "nan", "mg/L")
    topic = "pool/climate/heater"
    node.add(
        "climate",
        "heater",
        name="Heater",
        curr_temp_t=f"{topic}/current_temperature/state",
        mode_stat_t=f"{topic}/mode/state",
        mode_cmd_t=f"{topic}/mode/command",
        modes=["off", "heat"],
        temp_stat_t=f"{topic}/target_temperature/state",
        temp_cmd_t=f"{topic}/target_temperature/command",
        act_t=f"{topic}/action/state",
        min_temp=10,
        max_temp=35,
        temp_step=0.5,
        temp_unit="C",
    )
    for part, value in (
        ("current_temperature", "26.3"),
        ("mode", "heat"),
        ("target_temperature", "28.0"),
        ("action", "heating"),
    ):
        node.say(f"{topic}/{part}/state", value, retain=True)
    node.has("valve", "Inlet", "closed", commands=True, dev_cla="water")
    node.has("event", "Skimmer", None, evt_typ=["full", "empty"], stat_t="pool/event/skimmer/state")
    return node.say("pool/event/skimmer/state", {"event_type": "full"})


def _garage() -> Device:
    node = _Node("Garage", "garage")
    topic = "garage/cover/door"
    node.add(
        "cover",
        "door",
        name="Garage door",
        dev_cla="garage",
        stat_t=f"{topic}/state",
        cmd_t=f"{topic}/command",
        pos_t=f"{topic}/position/state",
        set_pos_t=f"{topic}/position/command",
    )
    node.say(f"{topic}/state", "closed", retain=True).say(f"{topic}/position/state", "0", retain=True)
    node.has("lock", "Side door", "LOCKED", commands=True)
    node.has("binary_sensor", "Car", "ON", dev_cla="occupancy")
    node.has(
        "light",
        "Strip",
        None,
        commands=True,
        schema="json",
        stat_t="garage/light/strip/state",
        brightness=True,
        sup_clrm=["rgb"],
        effect=True,
        fx_list=["None", "Rainbow", "Pulse"],
    )
    node.say(
        "garage/light/strip/state",
        {"state": "ON", "color_mode": "rgb", "brightness": 178, "color": {"r": 255, "g": 120, "b": 0}},
        retain=True,
    )
    node.has(
        "light",
        "Neon",
        None,
        commands=True,
        schema="json",
        stat_t="garage/light/neon/state",
        sup_clrm=["onoff"],
    )
    node.say("garage/light/neon/state", {"state": "OFF"}, retain=True)
    node.has("select", "Door mode", "auto", commands=True, ops=["auto", "hold", "party"])
    node.has(
        "alarm_control_panel",
        "Alarm",
        "armed_away",
        commands=True,
        cod_arm_req=False,
        sup_feat=["arm_home", "arm_away"],
    )
    return node


def _bedroom_node() -> Device:
    node = _Node("Bedroom air", "bedroom-air", "Bedroom")
    topic = "bedroom-air/fan/purifier"
    node.add(
        "fan",
        "purifier",
        name="Purifier",
        stat_t=f"{topic}/state",
        cmd_t=f"{topic}/command",
        osc_stat_t=f"{topic}/oscillation/state",
        osc_cmd_t=f"{topic}/oscillation/command",
        pct_stat_t=f"{topic}/speed_level/state",
        pct_cmd_t=f"{topic}/speed_level/command",
        spd_rng_max=4,
        dir_stat_t=f"{topic}/direction/state",
        dir_cmd_t=f"{topic}/direction/command",
    )
    for part, value in (
        ("state", "ON"),
        ("oscillation/state", "oscillate_off"),
        ("speed_level/state", "3"),
        ("direction/state", "forward"),
    ):
        node.say(f"{topic}/{part}", value, retain=True)
    node.measures("PM 2.5", "11.0", "µg/m³", "pm25", 0).measures("VOC index", "84")
    node.has("date", "Filter changed", "2026-10-04", commands=True)
    node.has("time", "Night begins", "22:30:00", commands=True)
    node.has("datetime", "Next service", "2027-01-31T08:00:00+00:00", commands=True)
    node.has("binary_sensor", "Filter", "OFF", dev_cla="problem", ent_cat="diagnostic")
    node.has("sensor", "Last boot", "2026-11-27T05:12:00+00:00", dev_cla="timestamp", ent_cat="diagnostic")
    return node


def _old_node() -> Device:
    """Return a node that says of its availability only that it is gone."""
    node = _Node("Shed", "shed")
    node.measures("Temperature", "4.5", "°C", "temperature").has(
        "binary_sensor", "Door", "OFF", dev_cla="door"
    )
    return node.has("switch", "Lamp", "OFF", commands=True).say("shed/status", "offline", retain=True)


def tasmota() -> list[Device]:
    """Return plugs, lamps and a shutter that say `tele/<topic>/SENSOR` and obey `cmnd/<topic>/<command>`."""
    found = []
    for number, name in enumerate(("Fridge plug", "Oven plug", "Dryer plug", "Kettle plug"), 1):
        device = _tasmota(name, f"tasmota_B{number}").relay("ON" if number % 2 else "OFF")
        for key, label, value, unit, kind in (
            ("Power", "Power", 17 * number, "W", "power"),
            ("Total", "Energy Total", 121.5 + number, "kWh", "energy"),
            ("Voltage", "Voltage", 229, "V", "voltage"),
            ("Current", "Current", 0.082 * number, "A", "current"),
        ):
            device.reading("ENERGY", key, label, value, unit, kind)
        found.append(device.done())
    strip = _tasmota("Power strip", "tasmota_C1")
    for relay in (1, 2, 3):
        strip.relay("ON" if relay == 2 else "OFF", relay)
    found.append(strip.done())
    weather = _tasmota("Balcony weather", "tasmota_D1")
    weather.reading("BME280", "Temperature", "BME280 Temperature", 8.4, "°C", "temperature")
    weather.reading("BME280", "Humidity", "BME280 Humidity", 81.2, "%", "humidity")
    weather.reading("BME280", "Pressure", "BME280 Pressure", 1009.6, "hPa", "atmospheric_pressure")
    found.append(weather.done())
    found.append(_tasmota_bulb())
    return found


class _Tasmota(Device):
    sensors: dict[str, dict[str, Any]]
    powers: dict[str, str]

    def relay(self, state: str, number: int = 0) -> _Tasmota:
        key = f"POWER{number or ''}"
        self.add(
            "switch",
            f"RL_{number or 1}",
            name=f"Socket {number}" if number else None,
            stat_t=f"tele/{self.node}/STATE",
            val_tpl=f"{{{{value_json.{key}}}}}",
            cmd_t=f"cmnd/{self.node}/{key}",
            pl_off="OFF",
            pl_on="ON",
        )
        self.powers[key] = state
        return self

    def reading(self, sensor: str, key: str, name: str, value: float, unit: str, kind: str) -> _Tasmota:
        self.add(
            "sensor",
            f"{sensor}_{key}",
            name=name,
            stat_t=f"tele/{self.node}/SENSOR",
            val_tpl=f"{{{{value_json['{sensor}'].{key}}}}}",
            unit_of_meas=unit,
            dev_cla=kind,
            stat_cla="total_increasing" if kind == "energy" else "measurement",
        )
        self.sensors.setdefault(sensor, {})[key] = value
        return self

    def done(self) -> Device:
        self.add(
            "sensor",
            "status",
            name="RSSI",
            stat_t=f"tele/{self.node}/STATE",
            val_tpl="{{value_json.Wifi.RSSI}}",
            unit_of_meas="%",
            **INNER,
        )
        state = {
            "Time": "2026-11-28T18:00:00",
            "UptimeSec": 4000,
            "Wifi": {"RSSI": 62, "Signal": -69},
            **self.powers,
        }
        self.say(f"tele/{self.node}/LWT", "Online", retain=True).say(f"tele/{self.node}/STATE", state)
        if self.sensors:
            self.say(f"tele/{self.node}/SENSOR", {"Time": "2026-11-28T18:00:00", **self.sensors})
        return self


def _tasmota(name: str, node: str) -> _Tasmota:
    device = _Tasmota(
        "Tasmota",
        name,
        node,
        about={"mdl": "Sonoff S31", "sw": "15.1.0(tasmota)", "mf": "Tasmota"},
        common={"avty_t": f"tele/{node}/LWT", "pl_avail": "Online", "pl_not_avail": "Offline"},
        short=True,
    )
    device.sensors, device.powers = {}, {}
    return device


def _tasmota_bulb() -> Device:
    bulb = _tasmota("Reading bulb", "tasmota_E1")
    command = "cmnd/tasmota_E1"
    bulb.add(
        "light",
        "LI_1",
        name=None,
        stat_t="tele/tasmota_E1/STATE",
        stat_val_tpl="{{value_json.POWER}}",
        cmd_t=f"{command}/POWER",
        pl_on="ON",
        pl_off="OFF",
        bri_cmd_t=f"{command}/Dimmer",
        bri_stat_t="tele/tasmota_E1/STATE",
        bri_scl=100,
        on_cmd_type="brightness",
        bri_val_tpl="{{value_json.Dimmer}}",
        clr_temp_cmd_t=f"{command}/CT",
        clr_temp_stat_t="tele/tasmota_E1/STATE",
        clr_temp_val_tpl="{{value_json.CT}}",
        min_mirs=153,
        max_mirs=500,
        fx_cmd_t=f"{command}/Scheme",
        fx_stat_t="tele/tasmota_E1/STATE",
        fx_val_tpl="{{value_json.Scheme}}",
        fx_list=["0", "1", "2", "3", "4"],
    )
    bulb.powers |= {"POWER": "ON", "Dimmer": 30, "CT": 250, "Scheme": 0}
    return bulb.done()


def gateway() -> list[Device]:
    """Return what a Bluetooth and 433 MHz gateway announces of itself and of what it hears."""
    base = "home/OMG_cellar"
    common = {"avty_t": f"{base}/LWT", "pl_avail": "online", "pl_not_avail": "offline"}
    about = {"mf": "OMG_community", "mdl": '["BT"]', "sw": "v1.8"}
    hub = Device("OpenMQTTGateway", "OMG_cellar", "A0B1C2", about=about, common=common, short=True)
    hub.add(
        "sensor",
        "uptime",
        name="SYS: Uptime",
        stat_t=f"{base}/SYStoMQTT",
        val_tpl="{{ value_json.uptime }}",
        unit_of_meas="s",
        dev_cla="duration",
        **INNER,
    )
    hub.add(
        "binary_sensor",
        "connectivity",
        name="SYS: Connectivity",
        avty_t=None,
        pl_avail=None,
        pl_not_avail=None,
        stat_t=f"{base}/LWT",
        pl_on="online",
        pl_off="offline",
        dev_cla="connectivity",
    )
    hub.add(
        "switch",
        "active",
        name="BT: Active scan",
        stat_t=f"{base}/BTtoMQTT",
        cmd_t=f"{base}/commands/MQTTtoBT/config",
        val_tpl="{{ value_json.activescan }}",
        pl_on='{"activescan":true,"save":true}',
        pl_off='{"activescan":false,"save":true}',
        stat_on=True,
        stat_off=False,
        ent_cat="config",
    )
    hub.add(
        "button",
        "restart",
        name="SYS: Restart",
        cmd_t=f"{base}/commands/MQTTtoSYS/config",
        pl_prs='{"cmd":"restart"}',
        dev_cla="restart",
        ent_cat="config",
    )
    hub.say(f"{base}/LWT", "online", retain=True)
    hub.say(f"{base}/SYStoMQTT", {"uptime": 7264, "version": "v1.8", "freemem": 98312}).say(
        f"{base}/BTtoMQTT", {"activescan": True}
    )
    found = [hub]
    for number, (name, model) in enumerate(
        (("Aroma", "LYWSD03"), ("Pantry", "TPS"), ("Sauna", "SBS1"), ("Loft", "H5074")), 1
    ):
        mac = f"C0FFEE0000{number:02X}"
        device = Device(
            "OpenMQTTGateway", f"{name} {model}", mac, about={"mf": "Theengs", "mdl": model}, short=True
        )
        topic = f"+/+/BTtoMQTT/{mac}"
        for key, kind, unit in (
            ("tempc", "temperature", "°C"),
            ("hum", "humidity", "%"),
            ("batt", "battery", "%"),
            ("rssi", "signal_strength", "dBm"),
        ):
            more = INNER if key == "rssi" else {}
            device.add(
                "sensor",
                key,
                name=f"{model}-{key}",
                stat_t=topic,
                val_tpl=f"{{{{ value_json.{key} | is_defined }}}}",
                unit_of_meas=unit,
                dev_cla=kind,
                stat_cla="measurement",
                **more,
            )
        said = {
            "id": ":".join(mac[at : at + 2] for at in range(0, 12, 2)),
            "rssi": -60 - number,
            "tempc": 17.3 + number,
            "hum": 50.5 + number,
            "batt": 90 - number,
        }
        device.say(f"{base}/BTtoMQTT/{mac}", said)
        found.append(device)
    door = Device("OpenMQTTGateway", "Letterbox BTH", "D00D00000001", about={"mf": "Theengs"}, short=True)
    door.add(
        "binary_sensor",
        "open",
        name="open",
        stat_t="+/+/BTtoMQTT/D00D00000001",
        val_tpl="{{ value_json.open | is_defined }}",
        pl_on="True",
        pl_off="False",
        dev_cla="opening",
    )
    door.add(
        "device_tracker",
        "presence",
        name="tracker",
        stat_t="+/+/BTtoMQTT/D00D00000001",
        val_tpl="{% if value_json.get('rssi') -%}home{%- else -%}not_home{%- endif %}",
        src_type="bluetooth_le",
    )
    found.append(door.say(f"{base}/BTtoMQTT/D00D00000001", {"rssi": -71, "open": False}))
    return found
