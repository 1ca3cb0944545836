"""Power: solar inverters, meters, chargers, heat pumps and boilers."""

from typing import Any

from .device import Device

INNER = {"ent_cat": "diagnostic"}


def opendtu() -> list[Device]:
    """Return a solar gateway and its inverters: one plain topic for each value."""
    dtu = Device("OpenDTU", "OpenDTU-5F0A10", "dtu5f0a10", common={"avty_t": "solar/dtu/status"}, short=True)
    for key, name, value, unit in (
        ("uptime", "Uptime", "5021", "s"),
        ("rssi", "WiFi Signal", "-58", "dBm"),
        ("hostname", "Hostname", "opendtu-5f0a10", ""),
    ):
        dtu.add(
            "sensor",
            key,
            name=name,
            stat_t=f"solar/dtu/{key}",
            **({"unit_of_meas": unit} if unit else {}),
            **INNER,
        )
        dtu.say(f"solar/dtu/{key}", value)
    dtu.add(
        "binary_sensor",
        "status",
        name="Status",
        avty_t=None,
        stat_t="solar/dtu/status",
        pl_on="online",
        pl_off="offline",
        dev_cla="connectivity",
        **INNER,
    )
    dtu.say("solar/dtu/status", "online", retain=True)
    return [dtu, inverter("East roof", "116180400011", 412.3), inverter("West roof", "116180400022", 96.8)]


def inverter(name: str, serial: str, power: float) -> Device:
    """Return an inverter with two strings."""
    device = Device(
        "OpenDTU", name, serial, about={"mf": "OpenDTU", "mdl": "HM-800"}, short=True, area="Roof"
    )
    device.common = {"avty_t": "solar/dtu/status", "exp_aft": 3600}
    base = f"solar/{serial}"
    for channel, title in ((0, ""), (1, "CH1 "), (2, "CH2 ")):
        for key, kind, unit, value in (
            ("power", "power", "W", power / (channel + 1)),
            ("voltage", "voltage", "V", 231.4 if not channel else 34.25),
            ("current", "current", "A", power / 230),
            ("yieldday", "energy", "Wh", 1204.0),
            ("yieldtotal", "energy", "kWh", 871.332),
        ):
            total = key.startswith("yield")
            device.add(
                "sensor",
                f"ch{channel}_{key}",
                name=f"{title}{key.capitalize()}",
                stat_t=f"{base}/{channel}/{key}",
                unit_of_meas=unit,
                dev_cla=kind,
                stat_cla="total_increasing" if total else "measurement",
            )
            device.say(f"{base}/{channel}/{key}", f"{value:.3f}" if kind == "energy" else f"{value:.1f}")
    device.add(
        "binary_sensor",
        "reachable",
        name="Reachable",
        exp_aft=None,
        stat_t=f"{base}/status/reachable",
        pl_on="1",
        pl_off="0",
        dev_cla="connectivity",
    )
    device.add(
        "binary_sensor",
        "producing",
        name="Producing",
        exp_aft=None,
        stat_t=f"{base}/status/producing",
        pl_on="1",
        pl_off="0",
    )
    device.add(
        "number",
        "limit_persistent",
        name="Limit NonPersistent Relative",
        exp_aft=None,
        stat_t=f"{base}/status/limit_relative",
        cmd_t=f"{base}/cmd/limit_nonpersistent_relative",
        min=0,
        max=100,
        unit_of_meas="%",
        ent_cat="config",
    )
    device.add(
        "button",
        "restart",
        name="Restart Inverter",
        exp_aft=None,
        cmd_t=f"{base}/cmd/restart",
        pl_prs="1",
        ent_cat="config",
        dev_cla="restart",
    )
    for key, value in (("reachable", "1"), ("producing", "1"), ("limit_relative", "100.00")):
        device.say(f"{base}/status/{key}", value)
    return device


def _plain(
    firmware: str, name: str, node: str, topic: str, rows: tuple[tuple[Any, ...], ...], **common: Any
) -> Device:
    """Return a device of sensors in one object: key, name, value, unit, device class, state class."""
    device = Device(firmware, name, node, common={"state_topic": topic, **common})
    said: dict[str, Any] = {}
    for key, title, value, unit, kind, *state in rows:
        extra = {"unit_of_measurement": unit} if unit else {}
        extra |= {"device_class": kind} if kind else {}
        extra |= {"state_class": state[0]} if state else {}
        device.add("sensor", key, name=title, value_template=f"{{{{ value_json['{key}'] }}}}", **extra)
        said[key] = value
    return device.say(topic, said)


def meters() -> list[Device]:
    """Return meters, chargers and boilers."""
    smart = _plain(
        "DSMR-reader",
        "House meter",
        "dsmr1",
        "dsmr/json",
        (
            ("delivered", "Power consumption", 0.731, "kW", "power", "measurement"),
            ("returned", "Power production", 0.0, "kW", "power", "measurement"),
            ("total_low", "Energy low tariff", 8123.441, "kWh", "energy", "total_increasing"),
            ("total_high", "Energy high tariff", 6040.018, "kWh", "energy", "total_increasing"),
            ("gas", "Gas", 2201.3, "m³", "gas", "total_increasing"),
            ("tariff", "Tariff", "low", "", ""),
            ("serial", "Serial", "E0061003", "", ""),
            ("code", "Fault code", "0Y", "", ""),
        ),
    )
    charger = Device("EVCC", "Wallbox", "evcc_lp1", area="Carport")
    charger.add(
        "select",
        "mode",
        name="Mode",
        state_topic="evcc/loadpoints/1/mode",
        command_topic="evcc/loadpoints/1/mode/set",
        options=["off", "pv", "minpv", "now"],
    )
    charger.add(
        "number",
        "limit_soc",
        name="Limit SoC",
        state_topic="evcc/loadpoints/1/limitSoc",
        command_topic="evcc/loadpoints/1/limitSoc/set",
        min=0,
        max=100,
        step=5,
        unit_of_measurement="%",
    )
    charger.add(
        "number",
        "max_current",
        name="Max current",
        state_topic="evcc/loadpoints/1/maxCurrent",
        command_topic="evcc/loadpoints/1/maxCurrent/set",
        min=6,
        max=32,
        unit_of_measurement="A",
        device_class="current",
    )
    charger.add(
        "binary_sensor",
        "charging",
        name="Charging",
        state_topic="evcc/loadpoints/1/charging",
        payload_on="true",
        payload_off="false",
        device_class="battery_charging",
    )
    charger.add(
        "binary_sensor",
        "plugged",
        name="Connected",
        state_topic="evcc/loadpoints/1/connected",
        payload_on="true",
        payload_off="false",
        device_class="plug",
    )
    charger.add(
        "sensor",
        "power",
        name="Charge power",
        state_topic="evcc/loadpoints/1/chargePower",
        unit_of_measurement="W",
        device_class="power",
        state_class="measurement",
    )
    charger.add(
        "sensor",
        "duration",
        name="Charge duration",
        state_topic="evcc/loadpoints/1/chargeDuration",
        unit_of_measurement="s",
        device_class="duration",
    )
    for key, value in (
        ("mode", "pv"),
        ("limitSoc", "80"),
        ("maxCurrent", "16"),
        ("charging", "true"),
        ("connected", "true"),
        ("chargePower", "3680"),
        ("chargeDuration", "5400"),
    ):
        charger.say(f"evcc/loadpoints/1/{key}", value, retain=True)
    return [smart, charger, _boiler(), _heat_pump(), _battery(), _valley()]


def _boiler() -> Device:
    """Return a boiler in the manner of EMS-ESP."""
    device = Device(
        "EMS-ESP", "Boiler", "ems-boiler", common={"availability_topic": "ems-esp/status"}, area="Cellar"
    )
    data = "ems-esp/boiler_data"
    for key, name, unit, kind in (
        ("curflowtemp", "current flow temperature", "°C", "temperature"),
        ("syspress", "system pressure", "bar", "pressure"),
        ("curburnpow", "burner current power", "%", "power_factor"),
    ):
        device.add(
            "sensor",
            key,
            name=name,
            state_topic=data,
            value_template=f"{{{{ value_json.{key} if value_json.{key} is defined else 0 }}}}",
            unit_of_measurement=unit,
            device_class=kind,
            state_class="measurement",
        )
    device.add(
        "sensor",
        "servicecode",
        name="service code",
        state_topic=data,
        value_template="{{ value_json.servicecode if value_json.servicecode is defined else '' }}",
    )
    device.add(
        "binary_sensor",
        "heatingactive",
        name="heating active",
        state_topic=data,
        value_template="{{ value_json.heatingactive if value_json.heatingactive is defined else 'off' }}",
        payload_on="on",
        payload_off="off",
    )
    device.add(
        "switch",
        "heatingactivated",
        name="heating activated",
        state_topic=data,
        command_topic="ems-esp/boiler/heatingactivated",
        value_template="{{ value_json.heatingactivated }}",
        payload_on="on",
        payload_off="off",
        state_on="on",
        state_off="off",
    )
    device.add(
        "number",
        "heatingtemp",
        name="heating temperature",
        state_topic=data,
        command_topic="ems-esp/boiler/heatingtemp",
        value_template="{{ value_json.heatingtemp }}",
        min=0,
        max=90,
        step=1,
        unit_of_measurement="°C",
        mode="box",
    )
    device.add(
        "climate",
        "hc1",
        name="hc1",
        mode_state_topic="ems-esp/thermostat_data",
        mode_state_template=(
            "{% if value_json.hc1.mode == 'manual' %}heat"
            "{% elif value_json.hc1.mode == 'off' %}off{% else %}auto{% endif %}"
        ),
        mode_command_topic="ems-esp/thermostat/hc1/mode",
        modes=["auto", "heat", "off"],
        temperature_command_topic="ems-esp/thermostat/hc1/seltemp",
        temperature_state_topic="ems-esp/thermostat_data",
        temperature_state_template="{{ value_json.hc1.seltemp }}",
        current_temperature_topic="ems-esp/thermostat_data",
        current_temperature_template="{{ value_json.hc1.currtemp }}",
        min_temp=5,
        max_temp=30,
        temp_step=0.5,
    )
    device.add(
        "water_heater",
        "dhw",
        name="dhw",
        mode_state_topic="ems-esp/boiler_data_dhw",
        mode_state_template="{{ value_json.mode }}",
        mode_command_topic="ems-esp/boiler/wwmode",
        modes=["off", "eco", "performance"],
        temperature_command_topic="ems-esp/boiler/wwseltemp",
        temperature_state_topic="ems-esp/boiler_data_dhw",
        temperature_state_template="{{ value_json.seltemp }}",
        current_temperature_topic="ems-esp/boiler_data_dhw",
        current_temperature_template="{{ value_json.curtemp }}",
        min_temp=30,
        max_temp=65,
    )
    device.say("ems-esp/status", "online", retain=True)
    device.say(
        data,
        {
            "curflowtemp": 41.2,
            "syspress": 1.6,
            "curburnpow": 33,
            "servicecode": "-H",
            "heatingactive": "on",
            "heatingactivated": "on",
            "heatingtemp": 55,
        },
    )
    device.say("ems-esp/thermostat_data", {"hc1": {"mode": "auto", "seltemp": 21.5, "currtemp": 20.9}})
    return device.say("ems-esp/boiler_data_dhw", {"mode": "eco", "seltemp": 50, "curtemp": 47.3})


def _heat_pump() -> Device:
    device = Device("HeishaMon", "Heat pump", "heisha", whole=True)
    for key, title, value, unit, kind in (
        ("Outside_Temp", "Outside temperature", "3", "°C", "temperature"),
        ("Main_Outlet_Temp", "Outlet temperature", "34.75", "°C", "temperature"),
        ("Compressor_Freq", "Compressor frequency", "28", "Hz", "frequency"),
        ("Heat_Power_Production", "Heat power", "2600", "W", "power"),
        ("Operations_Hours", "Operating time", "1204", "h", "duration"),
    ):
        device.add(
            "sensor",
            key.lower(),
            name=title,
            state_topic=f"heisha/main/{key}",
            unit_of_measurement=unit,
            device_class=kind,
        )
        device.say(f"heisha/main/{key}", value, retain=True)
    device.add(
        "select",
        "quiet",
        name="Quiet mode",
        state_topic="heisha/main/Quiet_Mode_Level",
        command_topic="heisha/commands/SetQuietMode",
        options=["Off", "Level 1", "Level 2"],
        value_template="{{ ['Off', 'Level 1', 'Level 2'][value | int] }}",
        command_template="{{ {'Off': 0, 'Level 1': 1, 'Level 2': 2}[value] }}",
    )
    device.add(
        "switch",
        "holiday",
        name="Holiday mode",
        state_topic="heisha/main/Holiday_Mode",
        command_topic="heisha/commands/SetHoliday",
        payload_on="1",
        payload_off="0",
    )
    return device.say("heisha/main/Quiet_Mode_Level", "1", retain=True).say(
        "heisha/main/Holiday_Mode", "0", retain=True
    )


def _battery() -> Device:
    return _plain(
        "SolarAssistant",
        "Battery bank",
        "bank",
        "bank/state",
        (
            ("soc", "State of charge", 71, "%", "battery", "measurement"),
            ("volts", "Voltage", 52.913, "V", "voltage", "measurement"),
            ("amps", "Current", -4.2, "A", "current", "measurement"),
            ("temp", "Temperature", 68.9, "°F", "temperature", "measurement"),
            ("since", "Full since", "2026-11-20T09:00:00Z", "", "timestamp"),
            ("phase", "Charge phase", "absorption", "", ""),
        ),
        expire_after=600,
    )


def _valley() -> Device:
    """Return a weather station whose configurations say how many digits are worth showing."""
    device = Device("Weewx", "Weather station", "weewx1", area="Garden")
    for key, title, value, unit, kind, digits in (
        ("outTemp", "Outdoor temperature", "7.2838", "°C", "temperature", 1),
        ("windSpeed", "Wind speed", "4.0234", "m/s", "wind_speed", 1),
        ("rain", "Rain", "0.50800", "mm", "precipitation", 2),
        ("barometer", "Barometer", "1014.4421", "hPa", "atmospheric_pressure", 1),
        ("UV", "UV index", "2.000", "UV index", "", 0),
        ("radiation", "Radiation", "310.55", "W/m²", "irradiance", 0),
    ):
        more = {"device_class": kind} if kind else {}
        device.add(
            "sensor",
            key,
            name=title,
            state_topic=f"weather/{key}",
            unit_of_measurement=unit,
            suggested_display_precision=digits,
            **more,
        )
        device.say(f"weather/{key}", value)
    return device
