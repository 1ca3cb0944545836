"""Colours by name and number, as lamps count them; compared with what Home Assistant makes of them."""

from importlib.util import find_spec
from pathlib import Path
import re

from hypothesis import given, strategies as st
import pytest

from bot.discovery.setting import color_names, colors
from bot.discovery.setting.palettes import Palette
from bot.discovery.setting.scales import Scale
from bot.model.vocabulary import BUILT_IN, Vocabulary

SPANISH = Vocabulary({"rojo": "red"}, {"blanco cálido": 2700}, {"encendido": frozenset({"on"})})


@pytest.mark.parametrize(
    ("said", "rgb"),
    [
        ("red", (255, 0, 0)),
        ("Rot", (255, 0, 0)),
        ("GRÜN", (0, 128, 0)),
        ("weiß", (255, 255, 255)),
        ("dark blue", (0, 0, 139)),
        ("light-pink", (255, 182, 193)),
        ("hellblau", (173, 216, 230)),
        ("#ff8800", (255, 136, 0)),
        ("FF8800", (255, 136, 0)),
        ("#f80", (255, 136, 0)),
        ("255,136,0", (255, 136, 0)),
        ("255 136 0", (255, 136, 0)),
        ("rgb(255, 136, 0)", (255, 136, 0)),
        ("256,0,0", None),
        ("#ff88", None),
        ("reddish", None),
        ("", None),
        ("rojo", None),
        ("x" * 100, None),
    ],
)
def test_a_colour_is_read(said: str, rgb: object) -> None:
    found = color_names.shade(said)
    assert (found.rgb if found else None) == rgb


def test_words_of_another_language_are_colours_too() -> None:
    found = color_names.shade("Rojo", SPANISH)
    assert found is not None
    assert found.rgb == (255, 0, 0)
    assert color_names.white("blanco cálido", SPANISH) == 2700
    assert color_names.white("blanco cálido") is None


@pytest.mark.parametrize(
    ("said", "kelvins"),
    [("warm white", 2700), ("Warmweiß", 2700), ("warm-white", 2700), ("tageslicht", 6500), ("red", None)],
)
def test_whites_have_names(said: str, kelvins: int | None) -> None:
    assert color_names.white(said) == kelvins


def test_every_name_of_css_that_home_assistant_knows_is_known() -> None:
    spec = find_spec("homeassistant")
    assert spec is not None
    assert spec.submodule_search_locations
    source = (Path(spec.submodule_search_locations[0]) / "util/color.py").read_text("utf-8")
    known = re.findall(r'"([a-z]+)": RGBColor\((\d+), (\d+), (\d+)\)', source)
    assert len(known) > 140
    for name, *parts in known:
        found = color_names.shade(name)
        if name != "homeassistant":
            assert found is not None
            assert found.rgb == tuple(map(int, parts))


@pytest.mark.parametrize(
    ("mode", "said", "payload"),
    [
        ("rgb", "orange", "255,165,0"),
        ("rgbw", "pink", "84,0,15,255"),
        ("rgbw", "black", "0,0,0,0"),
        ("hs", "orange", "38.824,100.0"),
        ("xy", "orange", "0.562,0.417"),
        ("xy", "black", "0.0,0.0"),
    ],
)
def test_lamps_count_colours_in_their_way(mode: str, said: str, payload: str) -> None:
    tint = Palette(mode).take(said, BUILT_IN)
    assert tint is not None
    assert tint.payload == payload


def test_two_whites_share_what_is_white_in_a_colour() -> None:
    white = Palette("rgbww").take("white", BUILT_IN)
    red = Palette("rgbww").take("red", BUILT_IN)
    assert white is not None
    assert red is not None
    assert red.payload == "255,0,0,0,0"
    parts = dict(white.given)
    assert parts["cold_white"] == parts["warm_white"] == 255


@pytest.mark.parametrize(
    ("mode", "said", "payload"),
    [
        ("rgbww", "2000 K", "0,0,0,0,255"),
        ("rgbww", "6535 K", "0,0,0,255,0"),
        ("rgbww", "153 mired", "0,0,0,255,0"),
        ("rgb", "warm white", "255,167,87"),
        ("rgb", "1500 K", "255,108,0"),
        ("rgb", "9000 K", "210,223,255"),
    ],
)
def test_a_lamp_without_colour_temperature_mixes_it(mode: str, said: str, payload: str) -> None:
    tint = Palette(mode, whitens=True).take(said, BUILT_IN)
    assert tint is not None
    assert tint.payload == payload


def test_a_bare_number_is_no_colour_temperature_of_colours() -> None:
    assert Palette("rgb", whitens=True).take("2700", BUILT_IN) is None
    assert Palette("rgb").take("2700 K", BUILT_IN) is None


@given(st.tuples(*[st.integers(0, 255)] * 3), st.sampled_from(["rgb", "rgbw", "rgbww", "hs", "xy"]))
def test_every_colour_is_counted_within_its_bounds(rgb: tuple[int, int, int], mode: str) -> None:
    tint = Palette(mode, 2000, 6500, whitens=True).take(",".join(map(str, rgb)), BUILT_IN)
    assert tint is not None
    most = {"hs": 360, "xy": 1}.get(mode, 256)
    assert all(0 <= float(part) <= most for part in tint.payload.split(","))


@given(st.floats(100, 100_000))
def test_every_temperature_glows_in_a_colour(kelvins: float) -> None:
    assert all(0 <= part <= 255 for part in colors.glow(kelvins))


@pytest.mark.parametrize(
    ("said", "taken"),
    [
        ("40 percent", 40.0),
        ("40 Prozent", 40.0),
        ("40%", 40.0),
        ("40 degrees", 40.0),
        ("40°", 40.0),
        ("40 apples", None),
        ("9" * 80, None),
    ],
)
def test_units_are_said_as_words(said: str, taken: float | None) -> None:
    assert Scale(0, 100, 0, "%").take(said) == taken


@pytest.mark.parametrize(
    ("said", "taken"),
    [("2700", 2700.0), ("2700 kelvin", 2700.0), ("400 mired", 2500.0), ("400", 2500.0), ("0 K", None)],
)
def test_colour_temperatures_are_said_in_kelvins_or_mireds(said: str, taken: float | None) -> None:
    assert Scale(2000, 6500, 0, "K", mired=True).take(said) == taken


@pytest.mark.parametrize(
    ("percent", "full", "own"),
    [(50, 255, 128), (1, 255, 3), (50, 254, 127), (100, 100, 100), (1, 10, 1), (50, 65_535, 32_896)],
)
def test_brightness_is_rounded_as_home_assistant_rounds_it(percent: int, full: int, own: int) -> None:
    assert Scale(1, 100, 0, "%", (1, full), dimmer=True).payload(percent) == own
