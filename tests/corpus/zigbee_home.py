"""A home on a Zigbee bridge: seventy devices of two dozen kinds."""

from collections.abc import Iterator

from .device import Device
from .zigbee import ADVANCED, BASE, BRIDGE, INNER, ZigbeeDevice

ROOMS = "Kitchen", "Living room", "Bathroom", "Study", "Nursery", "Hallway", "Attic", "Workshop"


def bridge() -> Device:
    """Return the bridge itself."""
    topic = f"{BASE}/bridge"
    device = Device(
        "Zigbee2MQTT",
        "Zigbee2MQTT Bridge",
        "zigbee2mqtt_bridge_0x00158d00000000ff",
        about={"manufacturer": "Zigbee2MQTT", "model": "Bridge", "sw_version": "2.14.1"},
    )
    available = [{"topic": BRIDGE, "value_template": "{{ value_json.state }}"}]
    device.add(
        "binary_sensor",
        "connection_state",
        name="Connection state",
        state_topic=BRIDGE,
        value_template="{{ value_json.state }}",
        payload_on="online",
        payload_off="offline",
        device_class="connectivity",
        **INNER,
    )
    device.common = {"availability": available, "availability_mode": "all"}
    device.add(
        "switch",
        "permit_join",
        name="Permit join",
        state_topic=f"{topic}/info",
        value_template="{{ value_json.permit_join | lower }}",
        command_topic=f"{topic}/request/permit_join",
        state_on="true",
        state_off="false",
        payload_on='{"time": 254}',
        payload_off='{"time": 0}',
    )
    device.add(
        "sensor",
        "version",
        name="Version",
        state_topic=f"{topic}/info",
        value_template="{{ value_json.version }}",
        **INNER,
    )
    device.add(
        "select",
        "log_level",
        name="Log level",
        state_topic=f"{topic}/info",
        value_template="{{ value_json.log_level | lower }}",
        command_topic=f"{topic}/request/options",
        command_template='{"options": {"advanced": {"log_level": "{{ value }}"}}}',
        options=["error", "warning", "info", "debug"],
        **ADVANCED,
    )
    device.add(
        "button", "restart", name="Restart", command_topic=f"{topic}/request/restart", payload_press=""
    )
    device.say(BRIDGE, {"state": "online"}, retain=True)
    schema = {f"option_{number}": {"type": "string", "description": "x" * 200} for number in range(100)}
    info = {"version": "2.14.1", "permit_join": False, "log_level": "info", "config_schema": schema}
    return device.say(f"{topic}/info", info, retain=True)


def devices() -> list[ZigbeeDevice]:
    """Return seventy devices, each of which has said everything once."""
    return list(_devices())


def _devices() -> Iterator[ZigbeeDevice]:
    numbers = iter(range(0x1001, 0x2000))

    def new(name: str, model: str, area: str = "") -> ZigbeeDevice:
        return ZigbeeDevice(name, next(numbers), model, area)

    yield from _lamps(new)
    yield from _sensors(new)
    yield from _switches(new)
    yield from _heating(new)
    yield from _others(new)


def _lamps(new) -> Iterator[ZigbeeDevice]:
    for number, room in enumerate(ROOMS):
        lamp = new(f"{room} ceiling light", "Bulb CT", room)
        lamp.lamp("ON" if number % 2 else "OFF", 60 + 20 * number, "color_temp", kelvin=2500 + 200 * number)
        yield lamp.updates(7, 7 + number % 2).done()
    for room in ROOMS[:4]:
        lamp = new(f"{room} floor lamp", "Bulb RGBW", room)
        lamp.lamp("ON", 200, "xy", "color_temp", colour={"x": 0.5, "y": 0.4, "hue": 30, "saturation": 80})
        yield lamp.words("effect_color", "#ff8800").done()
    for room in ROOMS[2:5]:
        dimmer = new(f"{room} dimmer", "Dimmer", room)
        dimmer.lamp("ON", 127)
        dimmer.number("min_brightness_level", 20, 1, 255, 1)
        yield dimmer.number("countdown", 0, 0, 43200, 1, "s").press("blink_once", "Blink once").done()


def _sensors(new) -> Iterator[ZigbeeDevice]:
    for number, room in enumerate(ROOMS):
        meter = new(f"{room} climate", "TH", room)
        meter.measures(temperature=19.25 + number / 4, humidity=41.5 + number, pressure=1003 + number)
        yield meter.done(battery=70 + number)
    for number, place in enumerate(("Front door", "Patio door", "Cellar window", "Skylight", "Mailbox")):
        contact = new(f"{place} contact", "Magnet")
        contact.detects(inverted=("contact",), contact=number % 2 == 0, tamper=False)
        yield contact.measure("voltage", 2985, "voltage", "mV", **INNER).done(battery=93)
    for number, room in enumerate(ROOMS[3:7]):
        motion = (
            new(f"{room} motion", "PIR", room)
            .detects(occupancy=number % 2 == 0)
            .measures(illuminance=12 * number)
        )
        yield motion.choice("sensitivity", "medium", "low", "medium", "high").done(battery=55)
    for place in ("Sink", "Washer", "Boiler"):
        yield new(f"{place} leak", "Leak").detects(water_leak=False, tamper=False).done(battery=88)
    for room in ("Hallway", "Attic"):
        smoke = new(f"{room} smoke alarm", "Smoke", room).detects(smoke=False)
        yield smoke.press("selftest", "Self-test").done(battery=99)
    air = new("Air monitor", "AQ", "Study").measures(co2=731, pm25=4, temperature=21.75, humidity=44.2)
    yield air.choice(
        "air_quality", "good", "excellent", "good", "moderate", entity_category="diagnostic"
    ).done()
    yield new("Ficus", "Soil").measures(soil_moisture=37, temperature=20.5).done(battery=61)
    presence = new("Desk presence", "mmWave", "Study").detects(presence=True)
    presence.number("detection_distance", 3.5, 0, 10, 0.5, "m")
    yield presence.measure("target_distance", 1.25, "distance", "m").done()


def _switches(new) -> Iterator[ZigbeeDevice]:
    for number, place in enumerate(("Heater", "Dehumidifier", "Aquarium", "Toaster", "Printer", "Projector")):
        plug = new(f"{place} plug", "Plug").switch("ON" if number % 2 else "OFF")
        plug.measures(power=12.5 * number, current=0.05 * number, voltage=231, energy=14.37 + number)
        plug.choice("power_outage_memory", "restore", "on", "off", "restore")
        plug.setting("child_lock", "UNLOCK", "LOCK", "UNLOCK")
        plug.press("reset_energy", "Reset energy").number("overload_protection", 2300, 100, 2300, 100, "W")
        yield plug.updates(16, 16).done()
    for room in ROOMS[:3]:
        wall = new(f"{room} wall switch", "2-gang", room)
        wall.switch("ON", "left", "Left").switch("OFF", "right", "Right")
        yield wall.choice("operation_mode", "control_relay", "control_relay", "decoupled").done()
    valve = new("Garden tap", "Water valve").switch("OFF")
    valve.measure("flow", 0.0, "volume_flow_rate", "m³/h")
    yield valve.number("timer", 10, 0, 60, 1, "min", entity_category="config").done(battery=47)
    for number, name in enumerate(("Sofa remote", "Doorbell button", "Cube", "Stairs remote")):
        actions = ("single", "double", "hold")[: 3 - number % 2]
        yield new(name, "Remote").buttons(*actions).done(battery=77)


def _heating(new) -> Iterator[ZigbeeDevice]:
    for number, room in enumerate(ROOMS[:6]):
        valve = new(f"{room} radiator", "TRV", room)
        presets = ("comfort", "eco", "away") if number % 2 else ()
        valve.climate("heat", 20 + number / 2, 19.5 + number / 4, "heat" if number % 2 else "idle", *presets)
        valve.number("comfort_temperature", 22, 5, 30, 0.5, "°C").number(
            "eco_temperature", 17, 5, 30, 0.5, "°C"
        )
        valve.number("external_temperature_input", 20.1, 0, 55, 0.01, "°C")
        valve.setting("window_detection", "true", "true", "false").detects(battery_low=False)
        yield valve.measure("position", 12.0 * number, "", "%").done(battery=80)
    floor = new("Floor heating", "Thermostat", "Bathroom").climate("auto", 24, 23.5, "idle")
    yield floor.setting("child_lock", "UNLOCK", "LOCK", "UNLOCK").done()


def _others(new) -> Iterator[ZigbeeDevice]:
    for number, room in enumerate(ROOMS[:4]):
        blind = new(f"{room} blind", "Roller", room).cover("OPEN" if number else "CLOSE", 30 * number)
        yield (
            blind.choice("motor_direction", "normal", "normal", "reversed")
            .press("calibrate", "Calibrate")
            .done()
        )
    yield new("Venetian blind", "Tilt", "Study").cover("OPEN", 60, tilt=45).done()
    lock = (
        new("Front door lock", "Bolt", "Hallway").lock("LOCK").setting("auto_relock", "true", "true", "false")
    )
    yield lock.measure("pin_user", 3, "", "", entity_category="diagnostic").done(battery=66)
    fan = new("Nursery fan", "Fan", "Nursery").fan("ON", "medium")
    yield fan.done()
    siren = new("Alarm siren", "Siren").siren().number("max_duration", 1800, 0, 1800, 1, "s")
    yield siren.done(battery=94)
    yield new("Repeater", "Router").updates(3, 4).done()
