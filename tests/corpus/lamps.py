"""Lamps of all three schemas, and what is wired to them."""

from .device import Device

INNER = {"entity_category": "diagnostic"}


def lamps() -> list[Device]:
    """Return lamps of all three schemas, in the manner of WLED, Shelly, hand-made ones."""
    wled = Device("WLED", "Shelf strip", "wled1", common={"availability_topic": "wled/shelf/status"})
    wled.add(
        "light",
        "strip",
        name=None,
        state_topic="wled/shelf/g",
        command_topic="wled/shelf",
        brightness_state_topic="wled/shelf/g",
        brightness_command_topic="wled/shelf",
        brightness_scale=255,
        on_command_type="brightness",
        payload_on="ON",
        payload_off="OFF",
        state_value_template="{{ 'OFF' if value == '0' else 'ON' }}",
        rgb_state_topic="wled/shelf/c",
        rgb_command_topic="wled/shelf/col",
        rgb_command_template="{{ '#%02x%02x%02x' | format(red, green, blue) }}",
        rgb_value_template=",".join(f"{{{{ value[{at}:{at + 2}] | int(base=16) }}}}" for at in (1, 3, 5)),
        effect_command_topic="wled/shelf/api",
        effect_command_template="FX={{ value }}",
        effect_list=["Solid", "Blink", "Chase"],
        optimistic=False,
    )
    wled.say("wled/shelf/status", "online", retain=True).say("wled/shelf/g", "128", retain=True).say(
        "wled/shelf/c", "#ff8000", retain=True
    )
    shelly = Device("Shelly", "Pendant", "shellybulb1", whole=True)
    shelly.add(
        "light",
        "light",
        name=None,
        schema="template",
        state_topic="shellies/pendant/color/0/status",
        command_topic="shellies/pendant/color/0/set",
        command_on_template=(
            '{"turn": "on"{% if brightness is defined %}, '
            '"gain": {{ (brightness | float / 2.55) | round(0) | int }}{% endif %}}'
        ),
        command_off_template='{"turn": "off"}',
        state_template="{{ 'on' if value_json.ison else 'off' }}",
        brightness_template="{{ (value_json.gain | float * 2.55) | round(0) | int }}",
    )
    shelly.add(
        "sensor",
        "power",
        name="Power",
        state_topic="shellies/pendant/color/0/power",
        unit_of_measurement="W",
        device_class="power",
    )
    shelly.add(
        "button",
        "reboot",
        name="Reboot",
        command_topic="shellies/pendant/command",
        payload_press="reboot",
        entity_category="config",
    )
    shelly.say("shellies/pendant/color/0/status", {"ison": True, "gain": 60}).say(
        "shellies/pendant/color/0/power", "6.31"
    )
    relay = Device(
        "Shelly",
        "Boiler room relay",
        "shellyplus1",
        whole=True,
        common={
            "availability_topic": "relay1/online",
            "payload_available": "true",
            "payload_not_available": "false",
        },
    )
    relay.add(
        "switch",
        "relay",
        name=None,
        state_topic="relay1/status/switch:0",
        command_topic="relay1/rpc",
        value_template="{{ 'on' if value_json.output else 'off' }}",
        payload_on='{"id":1,"src":"ha","method":"Switch.Set","params":{"id":0,"on":true}}',
        payload_off='{"id":1,"src":"ha","method":"Switch.Set","params":{"id":0,"on":false}}',
        state_on="on",
        state_off="off",
    )
    relay.add(
        "sensor",
        "tc",
        name="Temperature",
        state_topic="relay1/status/switch:0",
        value_template="{{ value_json.temperature.tC }}",
        unit_of_measurement="°C",
        device_class="temperature",
        **INNER,
    )
    relay.add(
        "event",
        "input",
        name="Input",
        event_types=["single_push", "double_push"],
        state_topic="relay1/events/rpc",
        value_template=(
            "{% if value_json.event is defined %}{{ {'event_type': value_json.event} | tojson }}{% endif %}"
        ),
    )
    relay.say("relay1/online", "true", retain=True).say(
        "relay1/status/switch:0", {"id": 0, "output": False, "temperature": {"tC": 38.9, "tF": 102.0}}
    ).say("relay1/events/rpc", {"event": "single_push"})
    basic = Device("DIY", "Desk lamp", "desk1", common={"qos": 1})
    basic.add(
        "light",
        "lamp",
        name=None,
        state_topic="desk/state",
        command_topic="desk/set",
        brightness_state_topic="desk/bri",
        brightness_command_topic="desk/bri/set",
        color_temp_state_topic="desk/ct",
        color_temp_command_topic="desk/ct/set",
        color_temp_kelvin=True,
        min_kelvin=2200,
        max_kelvin=6500,
        hs_state_topic="desk/hs",
        hs_command_topic="desk/hs/set",
        effect_list=["calm", "party"],
        effect_command_topic="desk/fx/set",
        effect_state_topic="desk/fx",
        payload_on="1",
        payload_off="0",
    )
    for key, value in (("state", "1"), ("bri", "153"), ("ct", "3000"), ("fx", "calm")):
        basic.say(f"desk/{key}", value, retain=True)
    rgbw = Device("DIY", "Stage spot", "stage1").add(
        "light",
        "spot",
        name="Spot",
        schema="json",
        state_topic="stage/spot",
        command_topic="stage/spot/set",
        brightness=True,
        supported_color_modes=["rgbw"],
        flash_time_short=2,
    )
    rgbw.say(
        "stage/spot",
        {"state": "ON", "brightness": 255, "color_mode": "rgbw", "color": {"r": 1, "g": 2, "b": 3, "w": 4}},
    )
    plain = Device("DIY", "Cupboard light", "cup1").add(
        "light", "led", name="LED", command_topic="cup/set", retain=True
    )
    dimmer = Device("DIY", "Hall dimmer", "hall1").add(
        "light",
        "led",
        name=None,
        state_topic="hall/state",
        command_topic="hall/set",
        brightness_command_topic="hall/bri",
        brightness_state_topic="hall/bri/state",
        on_command_type="first",
        brightness_scale=1000,
    )
    dimmer.say("hall/state", "ON").say("hall/bri/state", "420")
    return [wled, shelly, relay, basic, rgbw, plain, dimmer]
