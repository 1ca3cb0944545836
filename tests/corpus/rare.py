"""What is rarely seen: odd ranges, templates for commands, words of makers, lamps of all three schemas."""

from typing import Any

from .device import Device

_LAMP_ON = (
    '{"p": "on"{% if brightness is defined %}, "b": {{ brightness }}{% endif %}'
    '{% if color_temp is defined %}, "ct": {{ color_temp }}{% endif %}}'
)


def rare() -> list[Device]:
    """Return devices with rare configurations."""
    return [*_lamps(), *_moved(), *_blown(), *_warmed(), *_guarded(), *_told(), *_gone(), *_odd()]


def _lamps() -> list[Device]:
    string = Device("DIY", "Fairy lights", "fairy1", area="Balcony")
    string.add(
        "light",
        "string",
        name=None,
        state_topic="fairy/state",
        state_value_template="{{ value_json.on }}",
        command_topic="fairy/set",
        payload_on="1",
        payload_off="0",
        brightness_state_topic="fairy/state",
        brightness_value_template="{{ value_json.level }}",
        brightness_command_topic="fairy/level",
        brightness_command_template='{"level": {{ value }}}',
        brightness_scale=1000,
        color_temp_state_topic="fairy/state",
        color_temp_value_template="{{ value_json.k }}",
        color_temp_command_topic="fairy/k",
        color_temp_kelvin=True,
        min_kelvin=2200,
        max_kelvin=4000,
        effect_list=["Slow fade", "sparkle"],
        effect_state_topic="fairy/state",
        effect_value_template="{{ value_json.fx }}",
        effect_command_topic="fairy/fx",
        on_command_type="first",
    )
    string.say("fairy/state", {"on": 1, "level": 430, "k": 2700, "fx": "sparkle"}, retain=True)
    strip = Device("DIY", "Alcove strip", "alcove1", area="Den")
    strip.add(
        "light",
        "strip",
        name="Strip",
        schema="json",
        state_topic="alcove",
        command_topic="alcove/set",
        brightness=True,
        brightness_scale=100,
        supported_color_modes=["rgbw", "color_temp"],
        color_temp_kelvin=True,
        min_kelvin=2000,
        max_kelvin=6500,
        effect=True,
        effect_list=["Rainbow", "Off beat"],
    )
    strip.say("alcove", {"state": "ON", "brightness": 55, "color_mode": "color_temp", "color_temp": 3100})
    dial = Device("DIY", "Reading light", "read1", area="Den")
    dial.add(
        "light",
        "read",
        name=None,
        schema="template",
        state_topic="read/state",
        command_topic="read/set",
        state_template="{{ value_json.on }}",
        command_on_template=_LAMP_ON,
        command_off_template='{"p": "off"}',
        brightness_template="{{ value_json.b }}",
        color_temp_template="{{ value_json.ct }}",
        min_mireds=160,
        max_mireds=450,
    )
    dial.say("read/state", {"on": "on", "b": 128, "ct": 300}, retain=True)
    tint = Device("DIY", "Bowl", "bowl1")
    tint.add(
        "light",
        "bowl",
        name=None,
        state_topic="bowl/s",
        command_topic="bowl/c",
        rgb_state_topic="bowl/rgb",
        rgb_command_topic="bowl/rgb/c",
        rgb_command_template="#{{ '%02x%02x%02x' | format(red, green, blue) }}",
        hs_state_topic="bowl/hs",
        hs_command_topic="bowl/hs/c",
        brightness_state_topic="bowl/b",
        brightness_command_topic="bowl/b/c",
        on_command_type="brightness",
    )
    for key, value in (("s", "ON"), ("rgb", "255,120,0"), ("hs", "28,100"), ("b", "200")):
        tint.say(f"bowl/{key}", value, retain=True)
    return [string, strip, dial, tint]


def _moved() -> list[Device]:
    blind = Device("DIY", "Slat blind", "slat1", area="Den")
    blind.add(
        "cover",
        "slat",
        name=None,
        device_class="blind",
        command_topic="slat/cmd",
        payload_open="UP",
        payload_close="DN",
        payload_stop=None,
        position_topic="slat/pos",
        position_template="{{ value_json.p }}",
        position_open=0,
        position_closed=200,
        set_position_topic="slat/pos/set",
        set_position_template='{"to": {{ position }}}',
        tilt_status_topic="slat/tilt",
        tilt_status_template="{{ value | int // 2 }}",
        tilt_command_topic="slat/tilt/set",
        tilt_command_template='{"t": {{ tilt_position }}}',
        tilt_min=0,
        tilt_max=90,
    )
    blind.say("slat/pos", {"p": 50}, retain=True).say("slat/tilt", "90", retain=True)
    gate = Device("DIY", "Drive gate", "gate9", area="Yard")
    gate.add(
        "cover",
        "gate",
        name=None,
        device_class="gate",
        state_topic="gate9/s",
        value_template="{{ {'0': 'shut', '1': 'wide', '2': 'goes'}[value] }}",
        state_open="wide",
        state_closed="shut",
        state_opening="goes",
        command_topic="gate9/c",
        payload_open="2",
        payload_close="3",
        payload_stop="4",
    )
    gate.say("gate9/s", "1", retain=True)
    water = Device("DIY", "Main tap", "tap9", area="Cellar")
    water.add(
        "valve",
        "tap",
        name=None,
        device_class="water",
        reports_position=True,
        position_closed=10,
        position_open=90,
        state_topic="tap9",
        value_template="{{ value_json.pos }}",
        command_topic="tap9/set",
        command_template='{"pos": {{ value }}}',
    )
    water.say("tap9", {"pos": 30}, retain=True)
    return [blind, gate, water]


def _blown() -> list[Device]:
    tower = Device("DIY", "Tower fan", "tower1", area="Den")
    tower.add(
        "fan",
        "tower",
        name=None,
        state_topic="tower/s",
        state_value_template="{{ value_json.st }}",
        command_topic="tower/c",
        command_template="st={{ value }}",
        payload_on="run",
        payload_off="halt",
        percentage_state_topic="tower/s",
        percentage_value_template="{{ value_json.sp }}",
        percentage_command_topic="tower/sp",
        percentage_command_template="sp={{ value }}",
        speed_range_min=2,
        speed_range_max=9,
        preset_mode_state_topic="tower/s",
        preset_mode_value_template="{{ {1: 'auto', 2: 'turbo mode'}[value_json.pm] }}",
        preset_mode_command_topic="tower/pm",
        preset_mode_command_template="{{ {'auto': 1, 'turbo mode': 2}[value] }}",
        preset_modes=["auto", "turbo mode"],
        oscillation_state_topic="tower/s",
        oscillation_value_template="{{ value_json.os }}",
        oscillation_command_topic="tower/os",
        payload_oscillation_on="left right",
        payload_oscillation_off="still",
    )
    tower.say("tower/s", {"st": "run", "sp": 6, "pm": 2, "os": "still"}, retain=True)
    dry = Device("DIY", "Cellar dryer", "dry9", area="Cellar")
    dry.add(
        "humidifier",
        "dry",
        name=None,
        device_class="dehumidifier",
        state_topic="dry9/s",
        command_topic="dry9/c",
        target_humidity_state_topic="dry9/t",
        target_humidity_command_topic="dry9/t/c",
        target_humidity_command_template="{{ value | int }}",
        min_humidity=35,
        max_humidity=70,
        current_humidity_topic="dry9/now",
        current_humidity_template="{{ value_json.h | round(0) }}",
        modes=["auto", "laundry day"],
        mode_state_topic="dry9/m",
        mode_command_topic="dry9/m/c",
        action_topic="dry9/a",
    )
    for key, value in (("s", "ON"), ("t", "55"), ("m", "laundry day"), ("a", "drying"), ("now", {"h": 61.6})):
        dry.say(f"dry9/{key}", value, retain=True)
    return [tower, dry]


def _warmed() -> list[Device]:
    floor = Device("DIY", "Screed heating", "screed1", area="Bath")
    floor.add(
        "climate",
        "screed",
        name=None,
        modes=["off", "heat"],
        mode_state_topic="screed",
        mode_state_template="{{ 'heat' if value_json.on else 'off' }}",
        mode_command_topic="screed/mode",
        mode_command_template="{{ 1 if value == 'heat' else 0 }}",
        temperature_state_topic="screed",
        temperature_state_template="{{ value_json.set / 10 }}",
        temperature_command_topic="screed/set",
        temperature_command_template="{{ (value * 10) | int }}",
        min_temp=12.5,
        max_temp=32.5,
        temp_step=0.5,
        precision=0.1,
        current_temperature_topic="screed",
        current_temperature_template="{{ value_json.now / 10 }}",
        preset_modes=["eco", "vacation home"],
        preset_mode_state_topic="screed",
        preset_mode_value_template="{{ value_json.pre }}",
        preset_mode_command_topic="screed/pre",
        preset_mode_command_template="P:{{ value }}",
    )
    floor.say("screed", {"on": True, "set": 235, "now": 221, "pre": "vacation home"}, retain=True)
    tank = Device("DIY", "Hot tank", "tank9", area="Cellar")
    tank.add(
        "water_heater",
        "tank",
        name=None,
        modes=["off", "eco", "performance"],
        mode_state_topic="tank9/m",
        mode_command_topic="tank9/m/c",
        temperature_state_topic="tank9/t",
        temperature_command_topic="tank9/t/c",
        temperature_command_template='{"set": {{ value }}}',
        current_temperature_topic="tank9/now",
        min_temp=30,
        max_temp=70,
    )
    for key, value in (("m", "eco"), ("t", "55"), ("now", "51.4")):
        tank.say(f"tank9/{key}", value, retain=True)
    return [floor, tank]


def _guarded() -> list[Device]:
    panel = Device("DIY", "Kiosk alarm", "kiosk1", area="Shop")
    panel.add(
        "alarm_control_panel",
        "panel",
        name=None,
        state_topic="kiosk/s",
        value_template="{{ {'A': 'armed_away', 'D': 'disarmed', 'T': 'triggered'}[value] }}",
        command_topic="kiosk/c",
        command_template='{"do": "{{ action }}", "pin": "{{ code }}"}',
        code="REMOTE_CODE",
        code_arm_required=False,
        supported_features=["arm_away", "arm_home"],
        payload_arm_away="AWAY",
        payload_arm_home="HOME",
        payload_disarm="OPEN",
    )
    panel.say("kiosk/s", "D", retain=True)
    horn = Device("DIY", "Kiosk horn", "horn1", area="Shop")
    horn.add(
        "siren",
        "horn",
        name=None,
        state_topic="horn/s",
        state_value_template="{{ value_json.state }}",
        state_on="loud",
        state_off="mute",
        command_topic="horn/c",
        command_template='{"s": "{{ value }}"{% if tone is defined %}, "t": "{{ tone }}"{% endif %}}',
        available_tones=["fire", "burglar one"],
        support_duration=True,
        support_volume_set=True,
    )
    horn.say("horn/s", {"state": "mute"}, retain=True)
    lock = Device("DIY", "Kiosk door", "sdoor1", area="Shop")
    lock.add(
        "lock",
        "lock",
        name=None,
        state_topic="sdoor/s",
        value_template="{{ value_json.st }}",
        command_topic="sdoor/c",
        command_template='{"cmd": "{{ value }}"}',
        payload_lock="shut",
        payload_unlock="free",
        payload_open="wide",
        state_locked="2",
        state_unlocked="1",
        state_jammed="9",
    )
    lock.say("sdoor/s", {"st": 9}, retain=True)
    return [panel, horn, lock]


def _told() -> list[Device]:
    meter: dict[str, Any] = {"state_topic": "odd/m"}
    odd = Device("DIY", "Odd meter", "odd1", area="Cellar")
    odd.add(
        "sensor",
        "nested",
        name="Phase two",
        value_template="{{ value_json.net['L 2'].volt }}",
        unit_of_measurement="V",
        device_class="voltage",
        suggested_display_precision=1,
        **meter,
    )
    odd.add(
        "sensor",
        "item",
        name="Third",
        value_template="{{ value_json.list[2] }}",
        unit_of_measurement="W",
        **meter,
    )
    odd.add(
        "sensor",
        "sum",
        name="Total",
        value_template="{{ (value_json.list[0] + value_json.list[1]) / 1000 }}",
        unit_of_measurement="kW",
        device_class="power",
        **meter,
    )
    odd.add(
        "sensor",
        "default",
        name="Fallback",
        value_template="{{ value_json.none | default(7) }}",
        unit_of_measurement="L",
        **meter,
    )
    odd.add(
        "sensor",
        "class",
        name="Stage",
        device_class="enum",
        options=["idle", "wash", "spin dry"],
        value_template="{{ ['idle', 'wash', 'spin dry'][value_json.stage] }}",
        **meter,
    )
    odd.add(
        "binary_sensor",
        "full",
        name="Bin",
        device_class="problem",
        value_template="{{ 'ON' if value_json.fill > 80 else 'OFF' }}",
        **meter,
    )
    odd.add(
        "binary_sensor",
        "shut",
        name="Lid",
        device_class="garage_door",
        payload_on=1,
        payload_off=0,
        value_template="{{ value_json.lid }}",
        **meter,
    )
    odd.add(
        "number",
        "limit",
        name="Limit",
        command_topic="odd/limit",
        command_template='{"lim": {{ value | int }}}',
        value_template="{{ value_json.lim }}",
        min=-20,
        max=40,
        step=2.5,
        unit_of_measurement="°C",
        **meter,
    )
    odd.add(
        "select",
        "program",
        name="Program",
        command_topic="odd/program",
        command_template="{{ {'Cotton 40': 1, 'Wool & silk': 2}[value] }}",
        value_template="{{ {1: 'Cotton 40', 2: 'Wool & silk'}[value_json.prog] }}",
        options=["Cotton 40", "Wool & silk"],
        **meter,
    )
    odd.add(
        "switch",
        "eco",
        name="Eco",
        command_topic="odd/eco",
        command_template='{"eco": {{ "true" if value == "on" else "false" }}}',
        payload_on="on",
        payload_off="off",
        value_template="{{ 'on' if value_json.eco else 'off' }}",
        **meter,
    )
    odd.say(
        "odd/m",
        {
            "net": {"L 2": {"volt": 231.456}},
            "list": [1200, 800, 33],
            "stage": 2,
            "fill": 91,
            "lid": 0,
            "lim": -7.5,
            "prog": 2,
            "eco": True,
        },
        retain=True,
    )
    return [odd]


def _gone() -> list[Device]:
    """Devices that are there by lists, templates and words of their own."""
    every = Device("DIY", "Pair", "pair1", area="Shop")
    for key, mode in (("a", "all"), ("b", "any"), ("c", "latest")):
        every.add(
            "sensor",
            key,
            name=f"Way {key}",
            state_topic="pair/v",
            availability_mode=mode,
            availability=[
                {"topic": "pair/one", "payload_available": "yes", "payload_not_available": "no"},
                {"topic": "pair/two", "value_template": "{{ value_json.up }}", "payload_available": "True"}
                | {"payload_not_available": "False"},
            ],
        )
    every.say("pair/one", "yes", retain=True).say("pair/two", {"up": False}, retain=True).say("pair/v", "5")
    lost = Device("DIY", "Lost one", "lost1", area="Shop")
    lost.add(
        "switch",
        "lost",
        name=None,
        state_topic="lost/s",
        command_topic="lost/c",
        availability_topic="lost/up",
        availability_template="{{ 'online' if value == 'A' else 'offline' }}",
    )
    lost.say("lost/s", "ON", retain=True).say("lost/up", "B", retain=True)
    return [every, lost]


def _odd() -> list[Device]:
    """Devices whose states, ranges and names are written in unusual ways."""
    mow = Device("DIY", "Hedgehog", "hedge1", area="Yard")
    mow.add(
        "lawn_mower",
        "mow",
        name=None,
        activity_state_topic="hedge/a",
        activity_value_template="{{ {'0': 'docked', '1': 'mowing', '2': 'returning'}[value] }}",
        start_mowing_command_topic="hedge/c",
        start_mowing_command_template='{"do": "{{ value }}"}',
        pause_command_topic="hedge/c",
        pause_command_template="p",
        dock_command_topic="hedge/dock",
    )
    mow.say("hedge/a", "2", retain=True)
    suck = Device("DIY", "Dust bunny", "bunny1", area="Den")
    suck.add(
        "vacuum",
        "suck",
        name=None,
        state_topic="bunny/s",
        command_topic="bunny/c",
        send_command_topic="bunny/x",
        supported_features=["start", "stop", "return_home", "fan_speed", "locate"],
        set_fan_speed_topic="bunny/f",
        fan_speed_list=["quiet", "full power"],
        payload_start="go",
        payload_return_to_base="home",
    )
    suck.say("bunny/s", {"state": "returning", "battery_level": 71, "fan_speed": "full power"}, retain=True)
    mixed = Device("DIY", "Mixed bag", "mixed1", area="Den", common={"qos": 1})
    base: dict[str, Any] = {"state_topic": "mixed/s"}
    mixed.add(
        "sensor",
        "text",
        name="Message",
        value_template="{{ value_json.msg | upper }}",
        **base,
    )
    mixed.add(
        "sensor",
        "minutes",
        name="Left",
        device_class="duration",
        unit_of_measurement="min",
        value_template="{{ (value_json.left | float / 60) | round(1) }}",
        **base,
    )
    mixed.add(
        "sensor",
        "sign",
        name="Grid",
        device_class="power",
        unit_of_measurement="W",
        state_class="measurement",
        value_template="{{ value_json.grid | float * -1 }}",
        **base,
    )
    mixed.add(
        "sensor",
        "dew",
        name="Dew point",
        device_class="temperature",
        unit_of_measurement="°C",
        value_template="{{ value_json['dew point'] }}",
        suggested_display_precision=0,
        **base,
    )
    mixed.add(
        "sensor",
        "when",
        name="Seen",
        device_class="timestamp",
        value_template="{{ value_json.at | timestamp_local }}",
        **base,
    )
    mixed.add(
        "sensor",
        "chosen",
        name="Chosen",
        value_template="{% if value_json.n > 3 %}many{% elif value_json.n > 1 %}few{% else %}one{% endif %}",
        **base,
    )
    mixed.add(
        "sensor",
        "joined",
        name="Joined",
        value_template="{{ value_json.a ~ '/' ~ value_json.b }}",
        **base,
    )
    mixed.add(
        "binary_sensor",
        "moving",
        name="Moving",
        device_class="moving",
        payload_on="yes",
        payload_off="no",
        value_template="{{ value_json.mv }}",
        **base,
    )
    mixed.add(
        "binary_sensor",
        "tamper",
        name="Case",
        device_class="tamper",
        value_template="{{ value_json.bits | bitwise_and(4) > 0 and 'ON' or 'OFF' }}",
        **base,
    )
    mixed.add(
        "binary_sensor",
        "power",
        name="Mains",
        device_class="plug",
        payload_on="True",
        payload_off="False",
        value_template="{{ value_json.mains }}",
        **base,
    )
    mixed.add(
        "event",
        "knob",
        name="Knob",
        state_topic="mixed/knob",
        event_types=["turn left", "turn right"],
        value_template="{{ {'event_type': 'turn ' ~ value_json.dir} | to_json }}",
    )
    mixed.add(
        "number",
        "fine",
        name="Fine",
        state_topic="mixed/fine",
        command_topic="mixed/fine/c",
        min=0.001,
        max=0.01,
        step=0.001,
        mode="box",
    )
    mixed.add(
        "number",
        "wide",
        name="Wide",
        state_topic="mixed/wide",
        command_topic="mixed/wide/c",
        min=-100000,
        max=100000,
        step=500,
    )
    mixed.add(
        "text",
        "word",
        name="Word",
        state_topic="mixed/word",
        command_topic="mixed/word/c",
        command_template='{"w": {{ value | to_json }}}',
        min=2,
        max=20,
    )
    mixed.add(
        "switch",
        "numbers",
        name="Numbers",
        state_topic="mixed/n",
        command_topic="mixed/n/c",
        payload_on=10,
        payload_off=20,
        state_on=11,
        state_off=21,
    )
    mixed.add(
        "button",
        "blank",
        name="Blank",
        command_topic="mixed/blank",
        command_template='{"press": "{{ value }}"}',
    )
    mixed.say(
        "mixed/s",
        {
            "msg": "grüße & co",
            "left": 1290,
            "grid": 312.5,
            "dew point": 8.46,
            "at": 1_790_000_000,
            "n": 2,
            "a": "x",
            "b": 7,
            "mv": "yes",
            "bits": 6,
            "mains": True,
        },
        retain=True,
    )
    for key, value in (("fine", "0.004"), ("wide", "-25000"), ("word", "Ahoi"), ("n", "11")):
        mixed.say(f"mixed/{key}", value, retain=True)
    mixed.say("mixed/knob", {"dir": "left"})
    screen = Device("DIY", "Roof screen", "screen1", area="Attic")
    screen.add(
        "cover",
        "screen",
        name=None,
        device_class="awning",
        command_topic="screen/c",
        payload_open="ext",
        payload_close="ret",
        payload_stop="halt",
        state_topic="screen/s",
        value_template="{{ 'open' if value_json.p | int > 0 else 'closed' }}",
        position_topic="screen/s",
        position_template="{{ 100 - value_json.p | int }}",
        set_position_topic="screen/p",
        set_position_template="{{ 100 - position }}",
    )
    screen.say("screen/s", {"p": "30"}, retain=True)
    return [mow, suck, mixed, screen]
