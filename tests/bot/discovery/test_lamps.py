"""Lamps of all three schemas: what is published for words, levels, colours and effects."""

import json

from fakes import World
import pytest

from bot.model.rules import Subscription

BASIC: dict[str, object] = {
    "cmd_t": "l/on",
    "stat_t": "l",
    "bri_cmd_t": "l/bri",
    "clr_temp_cmd_t": "l/ct",
    "rgb_cmd_t": "l/rgb",
    "fx_cmd_t": "l/fx",
    "fx_list": ["Fire"],
    "whit_cmd_t": "l/white",
}
TEMPLATE: dict[str, object] = {
    "schema": "template",
    "cmd_t": "l/set",
    "stat_t": "l",
    "cmd_on_tpl": (
        "on{% if brightness is defined %},b{{ brightness }}{% endif %}"
        "{% if color_temp is defined %},t{{ color_temp }}{% endif %}"
        "{% if red is defined %},{{ red }}-{{ green }}-{{ blue }}{% endif %}"
        "{% if effect is defined %},e{{ effect }}{% endif %}"
    ),
    "cmd_off_tpl": "off:{{ state }}",
    "bri_tpl": "{{ value_json.b }}",
    "clr_temp_tpl": "{{ value_json.t }}",
    "red_template": "{{ value_json.r }}",
    "green_template": "{{ value_json.g }}",
    "blue_template": "{{ value_json.b }}",
    "fx_list": ["Fire"],
}


def lamp(**config: object) -> World:
    world = World(Subscription("l/#"))
    every = {"name": "Lamp", **config}
    world.receive("homeassistant/light/l/config", json.dumps(every), retain=True)
    return world


async def published(world: World, said: str) -> list[tuple[str, str]]:
    world.broker.published.clear()
    await world.ask(f"set lamp {said}")
    return [(topic, payload.decode()) for topic, payload, *_ in world.broker.published]


@pytest.mark.parametrize(
    ("said", "every"),
    [
        ("on", [("l/on", "ON")]),
        ("red", [("l/rgb", "255,0,0"), ("l/on", "ON")]),
        ("color #102030", [("l/rgb", "16,32,48"), ("l/on", "ON")]),
        ("2700 K", [("l/ct", "370"), ("l/on", "ON")]),
        ("warmweiß", [("l/ct", "370"), ("l/on", "ON")]),
        ("daylight", [("l/ct", "153"), ("l/on", "ON")]),
        ("effect fire", [("l/fx", "Fire"), ("l/on", "ON")]),
        ("white 50", [("l/white", "128"), ("l/on", "ON")]),
        ("white", [("l/rgb", "255,255,255"), ("l/on", "ON")]),
        ("max", [("l/bri", "255"), ("l/on", "ON")]),
        ("on blue", [("l/rgb", "0,0,255"), ("l/on", "ON")]),
        ("on off", []),
    ],
)
async def test_a_lamp_with_a_topic_for_each_thing(said: str, every: list[tuple[str, str]]) -> None:
    assert await published(lamp(**BASIC), said) == every


@pytest.mark.parametrize(
    ("config", "said", "payload"),
    [
        ({"rgb_cmd_tpl": "{{ '#%02x%02x%02x' | format(red, green, blue) }}"}, "orange", "#ffa500"),
        ({"rgbw_cmd_t": "l/rgbw", "rgb_cmd_t": None}, "red", "255,0,0,0"),
        ({"rgbww_cmd_t": "l/ww", "rgb_cmd_t": None, "rgbww_cmd_tpl": "{{ warm_white }}"}, "red", "0"),
        ({"hs_cmd_t": "l/hs", "rgb_cmd_t": None}, "red", "0.0,100.0"),
        ({"hs_cmd_t": "l/hs", "rgb_cmd_t": None, "hs_cmd_tpl": "{{ hue }}/{{ sat }}"}, "red", "0.0/100.0"),
        ({"xy_cmd_t": "l/xy", "rgb_cmd_t": None}, "red", "0.701,0.299"),
        ({"clr_temp_cmd_t": None}, "warm white", "255,167,87"),
    ],
)
async def test_colours_are_written_as_the_lamp_counts_them(
    config: dict[str, object], said: str, payload: str
) -> None:
    assert (await published(lamp(**{**BASIC, **config}), said))[0][1] == payload


async def test_white_means_a_white_where_there_are_only_whites() -> None:
    world = lamp(cmd_t="l/on", stat_t="l", clr_temp_cmd_t="l/ct")
    assert await published(world, "white") == [("l/ct", "250"), ("l/on", "ON")]
    assert await published(world, "red") == []


async def test_a_lamp_that_knows_only_brightness_is_as_bright_again_as_it_was() -> None:
    world = lamp(
        **{**BASIC, "on_cmd_type": "brightness", "bri_stat_t": "l/state", "bri_val_tpl": "{{ value_json.b }}"}
    )
    assert await published(world, "on") == [("l/bri", "255")]
    world.receive("l/state", '{"b": 80}')
    assert await published(world, "on") == [("l/bri", "80")]
    world.receive("l/state", '{"b": 0}')
    assert await published(world, "on") == [("l/bri", "80")]
    assert await published(world, "red") == [("l/rgb", "255,0,0"), ("l/bri", "80")]
    assert await published(world, "off") == [("l/on", "OFF")]
    world.receive("l/state", '{"b": 999}')
    assert await published(world, "on") == [("l/bri", "255")]
    world.receive("homeassistant/light/l/config", b"", retain=True)
    assert world.bot.readings.devices.level("l/state", "{{ value_json.b }}") is None


async def test_a_lamp_that_does_not_tell_its_brightness_gets_all_of_it() -> None:
    assert await published(lamp(cmd_t="l/on", bri_cmd_t="l/bri", on_cmd_type="brightness"), "on") == [
        ("l/bri", "255")
    ]


@pytest.mark.parametrize(
    ("said", "payload"),
    [
        ("on", "on"),
        ("off", "off:False"),
        ("40 %", "on,b102"),
        ("2700 K", "on,t370"),
        ("red", "on,255-0-0"),
        ("effect fire", "on,eFire"),
    ],
)
async def test_a_lamp_of_the_template_schema(said: str, payload: str) -> None:
    assert await published(lamp(**TEMPLATE), said) == [("l/set", payload)]


async def test_a_lamp_of_the_template_schema_has_what_it_has_templates_for() -> None:
    plain = {key: TEMPLATE[key] for key in ("schema", "cmd_t", "stat_t", "cmd_on_tpl", "cmd_off_tpl")}
    world = lamp(**plain)
    assert [await published(world, said) for said in ("on", "40 %", "red", "2700 K")] == [
        [("l/set", "on")],
        [],
        [],
        [],
    ]
    assert await published(lamp(**{**plain, "cmd_off_tpl": None}), "on") == []
    warm = lamp(**{**plain, "clr_temp_tpl": "{{ value }}"})
    assert await published(warm, "white") == [("l/set", "on,t250")]


@pytest.mark.parametrize(
    ("modes", "said", "color"),
    [
        (["rgb"], "red", {"r": 255, "g": 0, "b": 0}),
        (["rgbw"], "pink", {"r": 84, "g": 0, "b": 15, "w": 255}),
        (["rgbww"], "red", {"r": 255, "g": 0, "b": 0, "c": 0, "w": 0}),
        (["hs"], "red", {"h": 0.0, "s": 100.0}),
        (["xy", "color_temp"], "red", {"x": 0.701, "y": 0.299}),
    ],
)
async def test_a_lamp_of_the_json_schema(modes: list[str], said: str, color: object) -> None:
    world = lamp(schema="json", cmd_t="l/set", stat_t="l", sup_clrm=modes)
    ((_, payload),) = await published(world, said)
    assert json.loads(payload) == {"state": "ON", "color": color}


async def test_a_lamp_of_the_json_schema_with_a_white_of_its_own() -> None:
    world = lamp(schema="json", cmd_t="l/set", stat_t="l", sup_clrm=["rgb", "white"], whit_scl=100)
    ((_, payload),) = await published(world, "white 50")
    assert json.loads(payload) == {"state": "ON", "white": 50}


async def test_what_a_lamp_takes_is_said() -> None:
    assert "color name or #ff8800" in await lamp(**BASIC).ask("set lamp up")
    assert "on, off" in await lamp(**TEMPLATE).ask("set lamp up")


async def test_an_unknown_schema_has_nothing_to_set() -> None:
    assert "Nothing can be set" in await lamp(schema="other", cmd_t="l/set").ask("set lamp on")


async def test_a_level_may_be_told_by_a_template_that_finds_nothing() -> None:
    world = lamp(
        **{**BASIC, "on_cmd_type": "brightness", "bri_stat_t": "l/state", "bri_val_tpl": "{{ value_json.b }}"}
    )
    world.receive("l/state", '{"c": 80}')
    assert await published(world, "on") == [("l/bri", "255")]
    world = lamp(**{**BASIC, "on_cmd_type": "brightness", "bri_stat_t": "l/state"})
    world.receive("l/state", "70")
    assert await published(world, "on") == [("l/bri", "70")]


@pytest.mark.parametrize("template", ["x" * 3_000, "{{ value ~ states('a') }}", "{{ value", "{{ this.x }}"])
async def test_a_template_that_is_not_run_sends_nothing(template: str) -> None:
    world = lamp(cmd_t="l/on", stat_t="l", bri_cmd_t="l/bri", bri_cmd_tpl=template)
    assert await published(world, "40 %") == []
