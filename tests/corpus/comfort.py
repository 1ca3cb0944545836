"""Thermostats, fans, covers, valves and locks, with words and scales of their own."""

from .device import Device


def comfort() -> list[Device]:
    """Return thermostats, fans, humidifiers, covers and valves of hand-made firmware."""
    fahrenheit = Device("DIY", "Cabin heater", "cabin1")
    fahrenheit.add(
        "climate",
        "heater",
        name=None,
        temperature_unit="F",
        min_temp=50,
        max_temp=86,
        temp_step=1,
        current_temperature_topic="cabin/now",
        temperature_state_topic="cabin/want",
        temperature_command_topic="cabin/want/set",
        mode_state_topic="cabin/mode",
        mode_command_topic="cabin/mode/set",
        modes=["off", "heat", "cool", "heat_cool"],
        fan_modes=["low", "high"],
        fan_mode_state_topic="cabin/fan",
        fan_mode_command_topic="cabin/fan/set",
        swing_modes=["on", "off"],
        swing_mode_state_topic="cabin/swing",
        swing_mode_command_topic="cabin/swing/set",
        power_command_topic="cabin/power/set",
    )
    for key, value in (("now", "66.2"), ("want", "68"), ("mode", "heat"), ("fan", "low"), ("swing", "off")):
        fahrenheit.say(f"cabin/{key}", value, retain=True)
    ac = Device("Faikin", "Office AC", "ac1", area="Office")
    ac.add(
        "climate",
        "ac",
        name="Climate",
        modes=["auto", "off", "cool", "heat", "dry", "fan_only"],
        mode_state_topic="ac/state",
        mode_state_template="{{ value_json.mode }}",
        mode_command_topic="ac/mode",
        temperature_high_state_topic="ac/state",
        temperature_high_state_template="{{ value_json.high }}",
        temperature_high_command_topic="ac/high",
        temperature_low_state_topic="ac/state",
        temperature_low_state_template="{{ value_json.low }}",
        temperature_low_command_topic="ac/low",
        current_temperature_topic="ac/state",
        current_temperature_template="{{ value_json.temp }}",
        current_humidity_topic="ac/state",
        current_humidity_template="{{ value_json.hum }}",
        target_humidity_command_topic="ac/hum",
        target_humidity_state_topic="ac/state",
        target_humidity_state_template="{{ value_json.want_hum }}",
        action_topic="ac/state",
        action_template="{{ value_json.action }}",
    )
    ac.add(
        "sensor",
        "outside",
        name="Outside temperature",
        state_topic="ac/state",
        value_template="{{ value_json.out }}",
        unit_of_measurement="°C",
        device_class="temperature",
    )
    ac.say(
        "ac/state",
        {
            "mode": "cool",
            "high": 26,
            "low": 21,
            "temp": 24.5,
            "hum": 51,
            "want_hum": 45,
            "action": "cooling",
            "out": 31.5,
        },
    )
    fan = Device("DIY", "Ceiling", "ceil1", area="Den")
    fan.add(
        "fan",
        "fan",
        name=None,
        state_topic="ceil/fan",
        command_topic="ceil/fan/set",
        percentage_state_topic="ceil/speed",
        percentage_command_topic="ceil/speed/set",
        speed_range_min=1,
        speed_range_max=10,
        preset_modes=["sleep", "breeze"],
        preset_mode_state_topic="ceil/preset",
        preset_mode_command_topic="ceil/preset/set",
        oscillation_state_topic="ceil/osc",
        oscillation_command_topic="ceil/osc/set",
        direction_state_topic="ceil/dir",
        direction_command_topic="ceil/dir/set",
        payload_on="true",
        payload_off="false",
    )
    fan.add(
        "light",
        "light",
        name=None,
        state_topic="ceil/light",
        command_topic="ceil/light/set",
        brightness_state_topic="ceil/bri",
        brightness_command_topic="ceil/bri/set",
    )
    for key, value in (
        ("fan", "true"),
        ("speed", "4"),
        ("preset", "breeze"),
        ("osc", "oscillate_on"),
        ("dir", "reverse"),
        ("light", "OFF"),
        ("bri", "200"),
    ):
        fan.say(f"ceil/{key}", value, retain=True)
    humid = Device("DIY", "Steam", "steam1").add(
        "humidifier",
        "steam",
        name="Humidifier",
        device_class="humidifier",
        state_topic="steam/state",
        command_topic="steam/set",
        target_humidity_state_topic="steam/want",
        target_humidity_command_topic="steam/want/set",
        current_humidity_topic="steam/now",
        modes=["normal", "eco", "boost"],
        mode_state_topic="steam/mode",
        mode_command_topic="steam/mode/set",
        min_humidity=30,
        max_humidity=80,
        action_topic="steam/act",
    )
    for key, value in (
        ("state", "ON"),
        ("want", "55"),
        ("now", "48"),
        ("mode", "eco"),
        ("act", "humidifying"),
    ):
        humid.say(f"steam/{key}", value, retain=True)
    return [fahrenheit, ac, fan, humid, *_covers()]


def _covers() -> list[Device]:
    upside = Device("DIY", "Awning", "awning1").add(
        "cover",
        "awning",
        name=None,
        device_class="awning",
        command_topic="awning/set",
        position_topic="awning/pos",
        set_position_topic="awning/pos/set",
        position_open=0,
        position_closed=100,
        tilt_command_topic="awning/tilt/set",
        tilt_status_topic="awning/tilt",
        tilt_min=0,
        tilt_max=180,
    )
    upside.say("awning/pos", "30").say("awning/tilt", "90")
    words = Device("DIY", "Barn gate", "barn1").add(
        "cover",
        "gate",
        name="Gate",
        device_class="gate",
        command_topic="barn/set",
        state_topic="barn/state",
        payload_open="go up",
        payload_close="go down",
        payload_stop=None,
        state_open="1",
        state_closed="0",
        state_opening="2",
        state_closing="3",
    )
    words.say("barn/state", "2")
    shade = (
        Device("DIY", "Shade", "shade1")
        .add(
            "cover",
            "shade",
            name=None,
            command_topic="shade/set",
            state_topic="shade/state",
            device_class="shade",
        )
        .say("shade/state", "closed")
    )
    main = Device("DIY", "Water main", "main1").add(
        "valve",
        "valve",
        name="Valve",
        command_topic="main/set",
        state_topic="main/state",
        reports_position=True,
        device_class="water",
    )
    main.say("main/state", {"position": 40})
    gas = Device("DIY", "Gas valve", "gas1").add(
        "valve",
        "valve",
        name=None,
        command_topic="gas/set",
        state_topic="gas/state",
        payload_open="OUVRIR",
        payload_close="FERMER",
        state_open="ouvert",
        state_closed="ferme",
    )
    gas.say("gas/state", "ouvert")
    door = Device("Nuki", "Yard door", "nuki1").add(
        "lock",
        "lock",
        name="Lock",
        command_topic="nuki/set",
        state_topic="nuki/state",
        payload_lock="2",
        payload_unlock="1",
        payload_open="3",
        state_locked="1",
        state_unlocked="3",
        state_locking="4",
        state_unlocking="2",
        state_jammed="254",
    )
    door.add(
        "binary_sensor",
        "door",
        name="Door",
        state_topic="nuki/door",
        payload_on="3",
        payload_off="2",
        device_class="door",
    )
    return [upside, words, shade, main, gas, door.say("nuki/state", "1").say("nuki/door", "2")]
