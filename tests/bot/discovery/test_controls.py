"""What can be set about an entity, read from its discovery configuration."""

from importlib.util import find_spec
import json
from math import isfinite
from pathlib import Path
import runpy

from hypothesis import given, strategies as st
from phrases import RealPhrases
import pytest

from bot.discovery.abbreviations import COMMAND_KEYS, STATE_KEYS
from bot.discovery.config import configs
from bot.discovery.control_kinds import controls_of
from bot.discovery.controls import Control, Scale
from bot.discovery.set_request import describe

PHRASES = RealPhrases()


def made(component: str, **config: object) -> tuple[Control, ...]:
    """Return the controls of one entity, as its configuration on the broker would make them."""
    (entity,) = configs(component, json.dumps(config).encode())
    return controls_of(entity)


def published(component: str, said: str, aspect: str = "", **config: object) -> str | None:
    """Return what is published for words about one aspect; None if they are not allowed."""
    for control in made(component, **config):
        if control.aspect == aspect and (value := control.take(said)) is not None:
            return control.written(value)
    return None


def described(component: str, **config: object) -> str:
    return "; ".join(describe(control, PHRASES) for control in made(component, **config))


def test_every_short_key_of_a_command_is_that_of_home_assistant() -> None:
    spec = find_spec("homeassistant")
    assert spec is not None
    assert spec.submodule_search_locations
    path = Path(spec.submodule_search_locations[0]) / "components/mqtt/abbreviations.py"
    known: dict[str, str] = runpy.run_path(str(path))["ABBREVIATIONS"]
    assert len(COMMAND_KEYS) > 80
    assert {short: known.get(short) for short in COMMAND_KEYS} == COMMAND_KEYS
    sent = {short: full for short, full in known.items() if full.endswith("command_topic")}
    left = set(sent.values()) - set(COMMAND_KEYS.values())
    # What a person hardly says in a chat.
    assert {name.removesuffix("_command_topic") for name in left} == {"clean_segments", "stop"}
    assert not set(COMMAND_KEYS) & set(STATE_KEYS)


@pytest.mark.parametrize(
    ("component", "config", "said", "payload"),
    [
        ("switch", {}, "on", "ON"),
        ("switch", {}, "AUS", "OFF"),
        ("switch", {"pl_on": "1", "pl_off": 0}, "on", "1"),
        ("switch", {"pl_on": "1", "pl_off": 0}, "off", "0"),
        ("switch", {"pl_on": "1", "pl_off": 0}, "0", "0"),
        ("switch", {"pl_on": True, "pl_off": False}, "an", "True"),
        ("switch", {}, "up", None),
        ("switch", {"pl_on": {"a": 1}}, "on", None),
        ("siren", {}, "on", '{"state": "ON"}'),
        ("siren", {"cmd_tpl": "{{ value }}"}, "on", "ON"),
        ("number", {"min": 0, "max": 100, "step": 5, "unit_of_meas": "%"}, "45", "45"),
        ("number", {"min": 0, "max": 100, "step": 5, "unit_of_meas": "%"}, "45 %", "45"),
        ("number", {"min": 0, "max": 100, "step": 5, "unit_of_meas": "%"}, "47", None),
        ("number", {"min": 0, "max": 100, "step": 5, "unit_of_meas": "%"}, "105", None),
        ("number", {"min": 0, "max": 100, "unit_of_meas": "W"}, "0,05 kW", "50"),
        ("number", {"min": 0, "max": 100, "unit_of_meas": "W"}, "5 m", None),
        ("number", {"min": 0.1, "max": 1, "step": 0.1}, "0.7", "0.7"),
        ("number", {}, "nan", None),
        ("number", {"min": "-5", "max": "x"}, "-4.5", "-4.5"),
        ("number", {"min": 5, "max": 5}, "5", None),
        ("select", {"ops": ["Eco", "Comfort mode", 3, True, None]}, "comfort  MODE", "Comfort mode"),
        ("select", {"ops": ["Eco", "Comfort mode", 3, True, None]}, "3", "3"),
        ("select", {"ops": ["Eco", "Comfort mode", 3, True, None]}, "on", "on"),
        ("select", {"ops": [False]}, "aus", "off"),
        ("select", {"ops": "broken"}, "on", None),
        ("text", {"min": 2, "max": 4}, "abc", "abc"),
        ("text", {"min": 2, "max": 4}, "abcde", None),
        ("button", {}, "press", "PRESS"),
        ("scene", {"pl_on": "GO"}, "on", "GO"),
        ("lock", {}, "verriegeln", "LOCK"),
        ("lock", {}, "open", None),
        ("lock", {"pl_open": "UNLATCH"}, "auf", "UNLATCH"),
        ("cover", {}, "zu", "CLOSE"),
        ("cover", {"pl_stop": None}, "stop", None),
        ("valve", {}, "open", "OPEN"),
        ("valve", {}, "stop", None),
        ("valve", {"pos": True, "pos_clsd": 10, "pos_open": 60}, "open", "60"),
        ("valve", {"pos": True, "pos_clsd": 10, "pos_open": 60}, "50 %", "35"),
        ("fan", {}, "on", "ON"),
        ("humidifier", {}, "off", "OFF"),
        ("vacuum", {}, "on", "start"),
        ("vacuum", {}, "return", "return_to_base"),
        ("light", {}, "on", "ON"),
        ("light", {"schema": "json"}, "on", '{"state": "ON"}'),
        ("light", {"schema": "template"}, "on", None),
        ("sensor", {}, "on", None),
    ],
)
def test_the_main_thing_is_set(
    component: str, config: dict[str, object], said: str, payload: str | None
) -> None:
    assert published(component, said, cmd_t="z/set", **config) == payload


@pytest.mark.parametrize(
    ("component", "aspect", "config", "said", "payload"),
    [
        ("light", "brightness", {"bri_cmd_t": "b"}, "50 %", "128"),
        ("light", "brightness", {"bri_cmd_t": "b"}, "100", "255"),
        ("light", "brightness", {"bri_cmd_t": "b"}, "1", "3"),
        ("light", "brightness", {"bri_cmd_t": "b", "bri_scl": 100}, "40", "40"),
        ("light", "brightness", {"bri_cmd_t": "b"}, "101", None),
        ("light", "brightness", {"bri_cmd_t": "b"}, "0", None),
        ("light", "color_temp", {"clr_temp_cmd_t": "c"}, "2700 K", "370"),
        ("light", "color_temp", {"clr_temp_cmd_t": "c", "clr_temp_k": True}, "2700", "2700"),
        ("light", "color_temp", {"clr_temp_cmd_t": "c", "max_mirs": 400}, "2400", None),
        ("light", "effect", {"fx_cmd_t": "e", "fx_list": ["Rainbow"]}, "rainbow", "Rainbow"),
        ("cover", "position", {"set_pos_t": "p"}, "30 %", "30"),
        ("cover", "position", {"set_pos_t": "p", "pos_open": 0, "pos_clsd": 200}, "25", "150"),
        ("cover", "tilt", {"tilt_cmd_t": "t", "tilt_max": 180}, "50", "90"),
        ("fan", "speed", {"pct_cmd_t": "p", "spd_rng_max": 3}, "34", "2"),
        ("fan", "speed", {"pct_cmd_t": "p", "spd_rng_max": 3}, "100", "3"),
        ("fan", "speed", {"pct_cmd_t": "p"}, "40", "40"),
        ("fan", "preset", {"pr_mode_cmd_t": "p", "pr_modes": ["auto"]}, "auto", "auto"),
        ("fan", "oscillation", {"osc_cmd_t": "o"}, "on", "oscillate_on"),
        ("fan", "direction", {"dir_cmd_t": "d"}, "reverse", "reverse"),
        ("humidifier", "humidity", {"hum_cmd_t": "h", "max_hum": 80}, "45", "45"),
        ("humidifier", "mode", {"mode_cmd_t": "m", "modes": ["eco"]}, "eco", "eco"),
        ("climate", "temperature", {"temp_cmd_t": "t"}, "21,5 °C", "21.5"),
        ("climate", "temperature", {"temp_cmd_t": "t", "temp_unit": "F"}, "20 °C", "68"),
        ("climate", "temperature", {"temp_cmd_t": "t"}, "36", None),
        ("climate", "mode", {"mode_cmd_t": "m"}, "fan only", "fan_only"),
        ("climate", "", {"pow_cmd_t": "p"}, "off", "OFF"),
        ("climate", "preset", {"pr_mode_cmd_t": "p", "pr_modes": ["away"]}, "none", "none"),
        ("climate", "fan", {"fan_mode_cmd_t": "f"}, "low", "low"),
        ("climate", "swing", {"swing_mode_cmd_t": "s"}, "on", "on"),
        ("climate", "swing_horizontal", {"swing_h_mode_cmd_t": "s"}, "off", "off"),
        ("climate", "temperature_high", {"temp_hi_cmd_t": "t"}, "25", "25"),
        ("climate", "temperature_low", {"temp_lo_cmd_t": "t"}, "18", "18"),
        ("climate", "humidity", {"hum_cmd_t": "h"}, "29", None),
        ("water_heater", "temperature", {"temp_cmd_t": "t"}, "50", "50"),
        ("water_heater", "mode", {"mode_cmd_t": "m"}, "heat pump", "heat_pump"),
        ("vacuum", "speed", {"set_fan_spd_t": "s", "fanspd_lst": ["max"]}, "max", "max"),
        ("lawn_mower", "", {"strt_mw_cmd_t": "s", "dock_cmd_t": "d"}, "dock", "dock"),
    ],
)
def test_other_things_are_set(
    component: str, aspect: str, config: dict[str, object], said: str, payload: str | None
) -> None:
    assert published(component, said, aspect, **config) == payload


JSON_LAMP = {
    "schema": "json",
    "cmd_t": "z/lamp/set",
    "brightness": True,
    "bri_scl": 254,
    "sup_clrm": ["color_temp"],
    "effect": True,
    "fx_list": ["blink"],
}


@pytest.mark.parametrize(
    ("aspect", "said", "payload"),
    [
        ("", "off", {"state": "OFF"}),
        ("brightness", "100", {"state": "ON", "brightness": 254}),
        ("color_temp", "4000 K", {"state": "ON", "color_temp": 250}),
        ("effect", "Blink", {"state": "ON", "effect": "blink"}),
    ],
)
def test_a_lamp_of_the_json_schema_gets_an_object(aspect: str, said: str, payload: object) -> None:
    written = published("light", said, aspect, **JSON_LAMP)
    assert written is not None
    assert json.loads(written) == payload


def test_a_lamp_can_be_dimmed_if_it_has_a_mode_that_can() -> None:
    assert [control.aspect for control in made("light", schema="json", cmd_t="z", sup_clrm=["rgb"])] == [
        "",
        "brightness",
        "color",
    ]
    assert [control.aspect for control in made("light", schema="json", cmd_t="z", sup_clrm=["onoff"])] == [""]


@pytest.mark.parametrize(
    ("order", "before", "after"),
    [
        ("last", None, ("z/set", "ON")),
        (None, None, ("z/set", "ON")),
        ("first", ("z/set", "ON"), None),
        ("brightness", None, None),
    ],
)
def test_a_lamp_is_switched_on_when_its_configuration_says_so(
    order: str | None, before: object, after: object
) -> None:
    controls = made("light", cmd_t="z/set", bri_cmd_t="z/b", on_cmd_type=order)
    dimmed = next(control for control in controls if control.aspect == "brightness")
    assert (dimmed.before, dimmed.after) == (before, after)
    switched = next(control for control in controls if control.take("on"))
    assert switched.topic == ("z/b" if order == "brightness" else "z/set")


@pytest.mark.parametrize(
    ("component", "config", "said", "asked"),
    [
        ("lock", {}, "unlock", True),
        ("lock", {"pl_open": "OPEN"}, "open", True),
        ("lock", {}, "lock", False),
        ("cover", {"dev_cla": "garage"}, "open", True),
        ("cover", {"dev_cla": "garage"}, "close", False),
        ("cover", {"dev_cla": "garage"}, "stop", False),
        ("cover", {"dev_cla": "gate", "set_pos_t": "p"}, "20", True),
        ("cover", {"dev_cla": "gate", "set_pos_t": "p"}, "0", False),
        ("cover", {"dev_cla": "blind"}, "open", False),
        ("switch", {}, "on", False),
    ],
)
def test_only_what_lets_somebody_in_is_asked_about(
    component: str, config: dict[str, object], said: str, asked: bool
) -> None:
    taken = [(c, value) for c in made(component, cmd_t="z", **config) if (value := c.take(said))]
    control, value = taken[0]
    assert control.asks_first(value) is asked


@pytest.mark.parametrize(
    ("component", "config", "text"),
    [
        ("switch", {}, "on, off"),
        ("number", {"min": 0, "max": 100, "step": 5, "unit_of_meas": "%"}, "0 to 100 %, in steps of 5"),
        ("number", {"min": 0.5, "max": 2}, "0.5 to 2"),
        ("select", {"ops": ["eco", "comfort"]}, "eco, comfort"),
        ("select", {"ops": list(range(25))}, ", ".join(map(str, [*range(20), "…"]))),
        ("text", {"max": 10}, "text of 0 to 10 characters"),
        ("light", {"bri_cmd_t": "b"}, "on, off; brightness 1 to 100 %"),
        (
            "climate",
            {"temp_cmd_t": "t", "temp_step": 0.5, "temp_unit": "C"},
            "temperature 7 to 35 °C, in steps of 0.5",
        ),
    ],
)
def test_what_can_be_set_is_said_in_words(component: str, config: dict[str, object], text: str) -> None:
    assert described(component, cmd_t="z", **config) == text


@pytest.mark.parametrize("topic", ["a/+", "#", "", 7, None, "a\0b"])
def test_a_topic_that_cannot_be_published_to_is_none(topic: object) -> None:
    assert made("switch", cmd_t=topic) == ()


@pytest.mark.parametrize("high", [1e999, "1e999", 10**400, "nan", [5]])
def test_a_limit_that_no_device_can_mean_is_the_usual_one(high: object) -> None:
    assert described("number", cmd_t="z", max=high) == "1 to 100"


def test_mireds_of_nothing_are_the_usual_ones() -> None:
    assert described("light", clr_temp_cmd_t="c", min_mirs=0, max_mirs=-5) == "color temp 2000 to 6535 K"
    assert made("light", clr_temp_cmd_t="c", min_mirs=500, max_mirs=153) == ()


ANY = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.sampled_from(["on", "z/set", "12", "{{ value }}"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)
KEYS = st.sampled_from([*COMMAND_KEYS, *COMMAND_KEYS.values(), "schema", "brightness", "effect", "temp_step"])
COMPONENTS = st.sampled_from(
    [
        "light",
        "climate",
        "cover",
        "fan",
        "number",
        "select",
        "text",
        "valve",
        "lock",
        "vacuum",
        "water_heater",
    ]
)


@given(
    COMPONENTS, st.dictionaries(KEYS, ANY, max_size=12), st.sampled_from(["on", "50", "2700 K", "", "open"])
)
def test_no_configuration_makes_it_raise(component: str, config: dict[str, object], said: str) -> None:
    for control in made(component, **{"cmd_t": "z", **config}):
        describe(control, PHRASES)
        if (value := control.take(said)) is not None:
            control.written(value)


@pytest.mark.parametrize(
    ("unit", "said", "taken"),
    [
        ("hPa", "1013 mbar", 1013.0),
        ("kW", "0 W", 0.0),
        ("MW", "5 mW", 5e-9),
        ("W", "5 °C", None),
        ("mW", "5 mw", 5.0),
        ("L/min", "1.5 m³/h", 25.0),
    ],
)
def test_a_number_in_another_unit_is_converted(unit: str, said: str, taken: float | None) -> None:
    assert Scale(0, 2000, 0, unit).take(said) == taken


@given(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6), st.floats(0, 100), st.floats(0, 255), st.floats(0, 255))
def test_a_number_that_is_taken_is_in_the_range(
    low: float, high: float, said: float, first: float, last: float
) -> None:
    scale = Scale(low, high, 0, "", (first, last))
    if low < high and (taken := scale.take(f"{said:.6f}")) is not None:
        assert low <= taken <= high
        own = scale.payload(taken)
        assert isfinite(own)
        assert min(first, last) - 1 <= own <= max(first, last) + 1
