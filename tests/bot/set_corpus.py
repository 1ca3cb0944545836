"""Devices as bridges announce them, each with what lies beside its main thing, and what is said to it."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

type Config = dict[str, object]
type Announced = tuple[str, str, Config]
"""Component, object id and configuration."""


@dataclass(frozen=True)
class Main:
    """The main thing of a device: what is said to it, and what is published on which of its topics."""

    component: str
    config: Config
    lines: tuple[tuple[str, str, str], ...]
    """Words, last level of the topic, payload."""


JSON_LAMP = Main(
    "light",
    {
        "schema": "json",
        "stat_t": "~",
        "cmd_t": "~/set",
        "brightness": True,
        "bri_scl": 254,
        "sup_clrm": ["color_temp", "xy"],
        "min_mirs": 153,
        "max_mirs": 500,
        "effect": True,
        "fx_list": ["blink", "breathe"],
    },
    (
        ("on", "set", '{"state": "ON"}'),
        ("aus", "set", '{"state": "OFF"}'),
        ("brightness 40", "set", '{"state": "ON", "brightness": 102}'),
        ("helligkeit 100 %", "set", '{"state": "ON", "brightness": 254}'),
        ("40 %", "set", '{"state": "ON", "brightness": 102}'),
        ("on 40%", "set", '{"state": "ON", "brightness": 102}'),
        ("brightness to 40", "set", '{"state": "ON", "brightness": 102}'),
        ("color temp 3000", "set", '{"state": "ON", "color_temp": 333}'),
        ("color_temp 2200 K", "set", '{"state": "ON", "color_temp": 454}'),
        ("370 mired", "set", '{"state": "ON", "color_temp": 370}'),
        ("color temp 250", "set", '{"state": "ON", "color_temp": 250}'),
        ("warm white", "set", '{"state": "ON", "color_temp": 370}'),
        ("color red", "set", '{"state": "ON", "color": {"x": 0.701, "y": 0.299}}'),
        ("blau", "set", '{"state": "ON", "color": {"x": 0.136, "y": 0.04}}'),
        ("effect blink", "set", '{"state": "ON", "effect": "blink"}'),
    ),
)
DIMMER = Main(
    "light",
    {"cmd_t": "~/set", "stat_t": "~", "bri_cmd_t": "~/dim", "bri_scl": 100, "on_cmd_type": "first"},
    (
        ("on", "set", "ON"),
        ("off", "set", "OFF"),
        ("an", "set", "ON"),
    ),
)
THERMOSTAT = Main(
    "climate",
    {
        "temp_cmd_t": "~/set/setpoint",
        "temp_stat_t": "~",
        "mode_cmd_t": "~/set/mode",
        "modes": ["off", "heat", "auto"],
        "min_temp": 5,
        "max_temp": 30,
        "temp_step": 0.5,
        "pr_mode_cmd_t": "~/set/preset",
        "pr_modes": ["eco", "boost"],
        "temp_unit": "C",
    },
    (
        ("temperature 17.5", "setpoint", "17.5"),
        ("temperatur 20", "setpoint", "20"),
        ("to 21", "setpoint", "21"),
        ("21,5 °C", "setpoint", "21.5"),
        ("auf 21 Grad", "setpoint", "21"),
        ("target temperature 19", "setpoint", "19"),
        ("mode off", "mode", "off"),
        ("off", "mode", "off"),
        ("on", "mode", "heat"),
        ("heat", "mode", "heat"),
        ("modus auto", "mode", "auto"),
        ("preset mode eco", "preset", "eco"),
        ("boost", "preset", "boost"),
    ),
)
BLIND = Main(
    "cover",
    {
        "cmd_t": "~/set",
        "stat_t": "~",
        "pos_t": "~",
        "set_pos_t": "~/set/pos",
        "set_pos_tpl": '{"position": {{ position }} }',
        "tilt_cmd_t": "~/set/tilt",
        "tilt_cmd_tpl": '{"tilt": {{ tilt_position }}, "from": {{ position_closed }} }',
    },
    (
        ("open", "set", "OPEN"),
        ("hoch", "set", "OPEN"),
        ("down", "set", "CLOSE"),
        ("zu", "set", "CLOSE"),
        ("stop", "set", "STOP"),
        ("position 40", "pos", '{"position": 40 }'),
        ("40 %", "pos", '{"position": 40 }'),
        ("to 25", "pos", '{"position": 25 }'),
        ("half", "pos", '{"position": 50 }'),
        ("tilt 30", "tilt", '{"tilt": 30, "from": 0 }'),
        ("tilt position 30", "tilt", '{"tilt": 30, "from": 0 }'),
    ),
)
FAN = Main(
    "fan",
    {
        "cmd_t": "~/set",
        "stat_t": "~",
        "pct_cmd_t": "~/set/speed",
        "spd_rng_max": 3,
        "pct_cmd_tpl": "{{ {0: 'off', 1: 'low', 2: 'mid', 3: 'high'}[value] | default('') }}",
        "pr_mode_cmd_t": "~/set/preset",
        "pr_modes": ["sleep", "auto"],
        "osc_cmd_t": "~/set/swing",
    },
    (
        ("on", "set", "ON"),
        ("aus", "set", "OFF"),
        ("speed 50", "speed", "mid"),
        ("fan speed 100", "speed", "high"),
        ("percentage 20 %", "speed", "low"),
        ("preset mode sleep", "preset", "sleep"),
        ("auto", "preset", "auto"),
        ("oscillation on", "swing", "oscillate_on"),
    ),
)
PLUG = Main(
    "switch",
    {"cmd_t": "~/set", "stat_t": "~", "val_tpl": "{{ value_json.state }}"},
    (("on", "set", "ON"), ("off", "set", "OFF"), ("an", "set", "ON"), ("state on", "set", "ON")),
)
MAINS = (JSON_LAMP, DIMMER, THERMOSTAT, BLIND, FAN, PLUG)


def number(name: str, *, category: str = "config", **more: object) -> Announced:
    config = {"name": name, "cmd_t": f"~/side/{name}", "stat_t": "~", "min": 0, "max": 10_000, **more}
    return "number", name, config | ({"ent_cat": category} if category else {})


def text(name: str, **more: object) -> Announced:
    return "text", name, {"name": name, "cmd_t": f"~/side/{name}", "stat_t": "~", **more}


def button(name: str, **more: object) -> Announced:
    return "button", name, {"name": name, "cmd_t": f"~/side/{name}", "ent_cat": "config", **more}


def select(name: str, options: list[str], **more: object) -> Announced:
    config = {"name": name, "cmd_t": f"~/side/{name}", "stat_t": "~", "ops": options, **more}
    return "select", name, config


def sensor(name: str) -> Announced:
    return "sensor", name, {"name": name, "stat_t": "~", "val_tpl": "{{ value_json.x }}"}


SIDES: tuple[tuple[Announced, ...], ...] = (
    (),
    (text("Effect colour"), text("Label"), text("Message to show")),
    (
        number("External temperature input"),
        number("Comfort temperature"),
        number("Eco temperature"),
        number("Minimum brightness level"),
        number("Position of calibration"),
    ),
    (
        number("Temperature", category=""),
        number("Brightness", category=""),
        number("Position", category=""),
        number("Speed", category=""),
    ),
    (
        number("On level", category=""),
        number("Temperature offset", category=""),
        number("Colour temp startup", category=""),
    ),
    (
        button("Long on command"),
        button("Offset reset"),
        button("Open calibration"),
        button("Identify"),
    ),
    (
        select("Power-on behaviour", ["off", "on", "toggle", "previous"], ent_cat="config"),
        select("Mode of keypad", ["off", "auto"], ent_cat="config"),
        select("Effect memory", ["blink", "off"], ent_cat="config"),
        sensor("Temperature"),
        sensor("Position now"),
    ),
    (
        ("switch", "child", {"name": "Child lock", "cmd_t": "~/side/child", "ent_cat": "config"}),
        ("switch", "led", {"name": "LED disabled", "cmd_t": "~/side/led", "ent_cat": "config"}),
        ("update", "fw", {"name": "Firmware", "cmd_t": "~/side/fw", "pl_inst": "go", "stat_t": "~"}),
    ),
)
NAMES = ("Nook", "Hall north", "Großer Flur", "Bath 2", "On air sign", "Temperature corner")


@dataclass(frozen=True)
class Home:
    """One device with all its entities, below its own topic."""

    base: str
    configs: tuple[Announced, ...]
    name: str
    main: Main


def homes() -> Iterator[Home]:
    """Yield each main thing with each kind of neighbours, alone and with all of them."""
    every = (*SIDES, tuple(each for side in SIDES[:3] + SIDES[4:] for each in side))
    for at, (main, side) in enumerate(product(MAINS, every)):
        name = NAMES[at % len(NAMES)]
        device = {"identifiers": [f"d{at}"], "name": name}
        base = f"corpus/{at}"
        first: Announced = main.component, "main", {**main.config, "name": None}
        configs = tuple(
            (component, f"{at}_{number}", {**config, "~": base, "dev": device})
            for number, (component, _, config) in enumerate((first, *side))
        )
        yield Home(base, configs, name, main)
