"""The home of the demonstration, and what the documentation names besides."""

import importlib.util
from pathlib import Path
import sys
from typing import Any

from fakes import World
from homes import announce

from bot.model.rules import AlertRule, Condition, Operator, Preset, Subscription

ROOT = Path(__file__).parents[2]


def demonstration(**how: Any) -> World:
    """Return the home that `scripts/demo` simulates, everything heard once."""
    path = ROOT / "scripts" / "lab" / "devices.py"
    spec = importlib.util.spec_from_file_location("demonstration", path)
    assert spec is not None
    assert spec.loader is not None
    devices = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(devices)
    world = World(Subscription("home/#"), **how)
    kept = (devices.Value("home/kitchen/lamp", b"OFF"), devices.Value("home/freezer/door", b"closed"))
    for value in (*devices.announcements(), *kept, *devices.values(1)):
        world.receive(value.topic, value.payload)
    return world


def documented() -> World:
    """Return that home with the devices that the documentation sets, with alerts, bridges and presets."""
    above = Condition(Operator.ABOVE, ("5",))
    meters = AlertRule("home/meter/+", above, name="Meters", id="r1", number=1)
    other = AlertRule("home/other", above, name="Other", id="r2", number=2)
    waits = AlertRule("home/awaited", above, name="Hot", id="r3", number=3, once=True)
    colder = Condition(Operator.ABOVE, ("-30",))
    freezer = AlertRule("home/freezer/temperature", colder, name="Freezer", id="r4", number=4)
    world = demonstration(
        alerts=(meters, other, waits, freezer), presets=(Preset("Gate", "home/gate/set", "open", "p1", 1),)
    )
    for number in range(12):
        world.receive(f"home/meter/{number}", "9")
        world.later(3)
    _devices(world)
    world.wait(60)
    return world


def _devices(world: World) -> None:
    def add(component: str, called: str, area: str = "", **config: object) -> None:
        topic = f"home/{called.lower().replace(' ', '_')}"
        device = {"name": called, "identifiers": [called], "suggested_area": area}
        known = {"state_topic": topic, "command_topic": f"{topic}/set", "device": device, "name": None}
        announce(world, component, called.replace(" ", "_"), **(known | config))
        world.receive(topic, "OFF")

    lamp = {"schema": "json", "brightness": True, "supported_color_modes": ["rgb", "color_temp"]}
    add("light", "Hall lamp", **lamp, effect=True, effect_list=["blink"])
    add("light", "Porch lamp")
    warm = {"temperature_command_topic": "home/rad/t/set", "temperature_state_topic": "home/rad/t"}
    add("climate", "Radiator", **warm, mode_command_topic="home/rad/m/set", modes=["off", "heat"])
    blind = {"set_position_topic": "home/b/p/set", "tilt_command_topic": "home/b/t/set"}
    add("cover", "Blind", **blind)
    for side in ("left", "right"):
        add("cover", f"Window {side}", "Kitchen")
    add("light", "Kitchen spots", "Kitchen")
    add("switch", "Stove")
    speeds = {"percentage_command_topic": "home/f/s/set", "preset_mode_command_topic": "home/f/p/set"}
    add("fan", "Fan", **speeds, preset_modes=["sleep"])
    add("siren", "Siren", available_tones=["fire"])
    add("lock", "Front door", code_format="^\\d{4}$", command_template="{{ code }}")
    add("alarm_control_panel", "Alarm", code=1234, code_arm_required=False)
    add("update", "Gateway", payload_install="install")
    add("button", "Restart")
    add("text", "Display")
    add("select", "Kitchen lamp effect", options=["blink"])
    ceiling = {"name": "Ceiling", "identifiers": ["ceiling"]}
    add("light", "Ceiling lamp", device=ceiling, name="Lamp")
    add("fan", "Ceiling fan", device=ceiling, name="Fan")
