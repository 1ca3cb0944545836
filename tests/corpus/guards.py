"""Alarm panels, bells and their sensors."""

from .device import Device


def alarms() -> list[Device]:
    """Return alarm panels and what belongs to them, in the manner of ring-mqtt and others."""
    ring = Device(
        "ring-mqtt",
        "Home alarm",
        "ring_panel",
        area="Hallway",
        common={"availability_topic": "ring/loc/alarm/status"},
    )
    ring.add(
        "alarm_control_panel",
        "alarm",
        name=None,
        state_topic="ring/loc/alarm/state",
        command_topic="ring/loc/alarm/command",
        code_arm_required=False,
        code_disarm_required=False,
        supported_features=["arm_home", "arm_away"],
    )
    ring.add(
        "switch",
        "siren",
        name="Siren",
        state_topic="ring/loc/siren/state",
        command_topic="ring/loc/siren/command",
    )
    ring.add(
        "number",
        "volume",
        name="Volume",
        state_topic="ring/loc/volume/state",
        command_topic="ring/loc/volume/command",
        min=0,
        max=100,
    )
    for key, value in (
        ("alarm/status", "online"),
        ("alarm/state", "disarmed"),
        ("siren/state", "OFF"),
        ("volume/state", "60"),
    ):
        ring.say(f"ring/loc/{key}", value, retain=True)
    bell = Device("ring-mqtt", "Doorbell", "ring_bell", common={"availability_topic": "ring/loc/bell/status"})
    bell.add(
        "binary_sensor", "ding", name="Ding", state_topic="ring/loc/bell/ding/state", device_class="occupancy"
    )
    bell.add(
        "event",
        "press",
        name="Press",
        device_class="doorbell",
        event_types=["press", "long"],
        state_topic="ring/loc/bell/press",
    )
    bell.add("camera", "snapshot", name="Snapshot", topic="ring/loc/bell/image")
    bell.add("notify", "speak", name="Speak", command_topic="ring/loc/bell/say")
    bell.add(
        "siren",
        "chime",
        name="Chime",
        state_topic="ring/loc/bell/chime/state",
        command_topic="ring/loc/bell/chime/command",
        available_tones=["ding", "dong"],
    )
    for key, value in (("status", "online"), ("ding/state", "OFF"), ("chime/state", "OFF")):
        bell.say(f"ring/loc/bell/{key}", value, retain=True)
    bell.say("ring/loc/bell/press", {"event_type": "press"})
    manual = Device("Alarm", "Shop alarm", "shop1").add(
        "alarm_control_panel",
        "panel",
        name="Panel",
        state_topic="shop/alarm",
        command_topic="shop/alarm/set",
        code="1234",
        command_template='{"action": "{{ action }}", "code": "{{ code }}"}',
        supported_features=["arm_home", "arm_away", "arm_night", "trigger"],
    )
    manual.say("shop/alarm", "armed_night", retain=True)
    konnected = Device("Konnected", "Zone panel", "konn").add(
        "siren",
        "horn",
        name="Horn",
        command_topic="konn/horn",
        support_duration=False,
        support_volume_set=False,
    )
    for zone, kind, state in (
        ("1", "door", "ON"),
        ("2", "window", "OFF"),
        ("3", "motion", "OFF"),
        ("4", "smoke", "OFF"),
        ("5", "lock", "ON"),
        ("6", "garage_door", "OFF"),
        ("7", "safety", "ON"),
        ("8", "tamper", "OFF"),
        ("9", "running", "ON"),
        ("10", "cold", "OFF"),
        ("11", "light", "ON"),
        ("12", "sound", "OFF"),
        ("13", "update", "ON"),
        ("14", "battery", "ON"),
    ):
        konnected.add(
            "binary_sensor",
            f"zone{zone}",
            name=f"Zone {zone}",
            state_topic=f"konn/zone{zone}",
            device_class=kind,
            off_delay=None,
        )
        konnected.say(f"konn/zone{zone}", state)
    return [ring, bell, manual, konnected]
