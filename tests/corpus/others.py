"""People, scenes, texts, tags and what else there is."""

from typing import Any

from .device import Device


def others() -> list[Device]:
    """Return people, scenes, texts, tags and what else there is."""
    room = Device("ESPresense", "Ann's phone", "presense1").add(
        "device_tracker",
        "ann",
        name="Ann",
        state_topic="espresense/ann",
        payload_home="here",
        payload_not_home="gone",
        source_type="bluetooth_le",
    )
    room.add(
        "sensor",
        "room",
        name="Room",
        state_topic="espresense/ann/room",
        json_attributes_topic="espresense/ann/attr",
    )
    room.say("espresense/ann", "here").say("espresense/ann/room", "kitchen").say(
        "espresense/ann/attr", {"distance": 1.31}
    )
    owntracks = Device("OwnTracks", "Ben's phone", "own1").add(
        "device_tracker", "ben", name=None, state_topic="own/ben", json_attributes_topic="own/ben/json"
    )
    owntracks.say("own/ben", "not_home")
    hub = Device("Node-RED", "House logic", "logic1")
    hub.add("scene", "movie", name="Movie night", command_topic="logic/scene", payload_on="movie")
    hub.add(
        "scene", "morning", name="Morning", command_topic="logic/scene", payload_on="morning", retain=True
    )
    hub.add(
        "text", "note", name="Fridge note", state_topic="logic/note", command_topic="logic/note/set", max=40
    )
    hub.add(
        "notify",
        "ticker",
        name="Ticker",
        command_topic="logic/ticker",
        command_template='{"text": "{{ value }}"}',
    )
    hub.add(
        "select",
        "house",
        name="House mode",
        state_topic="logic/mode",
        command_topic="logic/mode/set",
        options=["home", "away", "holiday"],
    )
    hub.add(
        "number",
        "delay",
        name="Exit delay",
        state_topic="logic/delay",
        command_topic="logic/delay/set",
        command_template='{"seconds": {{ value }}}',
        min=0,
        max=300,
        step=10,
        unit_of_measurement="s",
    )
    hub.add("button", "bell", name="Ring bell", command_topic="logic/bell", payload_press="ring", qos=2)
    hub.add("switch", "guest", name="Guest mode", command_topic="logic/guest/set")
    hub.add(
        "switch",
        "away",
        name="Away",
        state_topic="logic/away",
        command_topic="logic/away/set",
        payload_on="yes",
        payload_off="no",
        state_on="present: no",
        state_off="present: yes",
    )
    hub.add(
        "sensor",
        "phase",
        name="Moon",
        state_topic="logic/moon",
        device_class="enum",
        options=["new", "waxing", "full", "waning"],
    )
    hub.add(
        "sensor",
        "ratio",
        name="Load ratio",
        state_topic="logic/load",
        value_template="{{ (value_json.volts * value_json.amps) | round(1) }}",
        unit_of_measurement="W",
    )
    hub.add(
        "sensor",
        "begun",
        name="Begun",
        state_topic="logic/load",
        value_template="{{ value_json.begun | timestamp_custom('%H:%M', false) }}",
    )
    hub.add(
        "sensor",
        "next",
        name="Next bin",
        state_topic="logic/bin",
        value_template="{{ strptime(value, '%d.%m.%Y').strftime('%Y-%m-%d') }}",
        device_class="date",
    )
    hub.add(
        "sensor",
        "short",
        name="Headline",
        state_topic="logic/news",
        value_template="{{ value | truncate(20, True) }}",
    )
    hub.add(
        "sensor",
        "mass",
        name="Parcel",
        state_topic="logic/mass",
        value_template="{{ '%.2f' | format(value | float) }}",
        unit_of_measurement="kg",
        device_class="weight",
    )
    hub.add(
        "update",
        "core",
        name="Logic core",
        state_topic="logic/core",
        latest_version_topic="logic/core/latest",
        command_topic="logic/core/install",
        payload_install="install",
    )
    hub.add("update", "nodes", name="Logic nodes", state_topic="logic/nodes", entity_category="diagnostic")
    hub.add(
        "binary_sensor",
        "mail",
        name="Mail",
        state_topic="logic/mail",
        payload_on="arrived",
        payload_off="none",
    )
    hub.add("tag", "reader", topic="logic/tag", value_template="{{ value_json.uid }}")
    hub.add(
        "device_automation",
        "trigger",
        automation_type="trigger",
        type="button_short_press",
        subtype="button_1",
        topic="logic/button",
        payload="short",
    )
    said: tuple[tuple[str, Any], ...] = (
        ("note", "milk"),
        ("mode", "away"),
        ("delay", "30"),
        ("away", "present: yes"),
        ("moon", "waxing"),
        ("load", {"volts": 230, "amps": 1.5, "begun": 1_795_000_000}),
        ("bin", "04.12.2026"),
        ("news", "Snow expected on all hills above the river"),
        ("mass", "1.5"),
        ("core", "4.1.0"),
        ("core/latest", "4.1.0"),
        ("nodes", {"installed_version": "1.2", "latest_version": "1.3", "title": "Nodes"}),
        ("mail", "arrived"),
    )
    for key, value in said:
        hub.say(f"logic/{key}", value, retain=True)
    bed = (
        Device("DIY", "Bed", "bed1")
        .add("sensor", "bedding", name="Bedding moisture", state_topic="bed/moist", unit_of_measurement="%")
        .say("bed/moist", "12")
    )
    ebus = (
        Device("ebusd", "ebusd bai", "ebusd_bai")
        .add(
            "sensor",
            "flow",
            name="FlowTemp",
            state_topic="ebusd/bai/FlowTemp",
            value_template="{{ value_json['temp'].value }}",
            unit_of_measurement="°C",
        )
        .add(
            "sensor",
            "pressure",
            name="WaterPressure",
            state_topic="ebusd/bai/WaterPressure",
            value_template="{{ value_json['press'].value }}",
            unit_of_measurement="bar",
        )
    )
    ebus.say("ebusd/bai/FlowTemp", {"temp": {"value": 38.06}, "sensor": {"value": "ok"}}).say(
        "ebusd/bai/WaterPressure", {"press": {"value": 1.421}}
    )
    return [room, owntracks, hub, bed, ebus]
