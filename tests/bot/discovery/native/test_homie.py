"""Homie devices, of version 4 attribute by attribute, of version 5 in one description."""

import json
from random import Random

from fakes import World
from hypothesis import given, settings, strategies as st
import pytest

from bot.discovery.native.homie import HOMIE_4, HOMIE_5
from bot.model.rules import Subscription
from bot.model.timers import NEVER

ATTRIBUTES = {
    "$homie": "4.0.0",
    "$name": "Greenhouse",
    "$nodes": "climate,window,climate",
    "$implementation": "esp32",
    "climate/$name": "Climate",
    "climate/$type": "sensor",
    "climate/$properties": "temperature,fan,goal,mode,count",
    "climate/temperature/$name": "Temperature",
    "climate/temperature/$datatype": "float",
    "climate/temperature/$unit": "°C",
    "climate/fan/$name": "Fan",
    "climate/fan/$datatype": "boolean",
    "climate/fan/$settable": "true",
    "climate/goal/$name": "Goal",
    "climate/goal/$datatype": "float",
    "climate/goal/$unit": "°C",
    "climate/goal/$format": "5:30",
    "climate/goal/$settable": "true",
    "climate/mode/$datatype": "enum",
    "climate/mode/$format": "auto,manual",
    "climate/mode/$settable": "true",
    "climate/count/$datatype": "integer",
    "climate/count/$unit": "#",
    "window/$name": "Window",
    "window/$properties": "open,label",
    "window/open/$datatype": "boolean",
    "window/label/$name": "Label",
    "window/label/$settable": "true",
}
BASE = "homie/greenhouse"
DESCRIPTION: dict[str, object] = {
    "homie": "5.0",
    "version": 4,
    "name": "Hallway",
    "root": "bridge",
    "nodes": {
        "lamp": {
            "name": "Lamp",
            "properties": {
                "power": {"name": "Power", "datatype": "boolean", "settable": True},
                "level": {"datatype": "integer", "format": "0:100:5", "unit": "%", "settable": True},
                "offset": {"datatype": "integer", "format": ":10", "settable": True},
                "any": {"datatype": "float", "format": "a:b:c", "settable": True},
                "color": {"datatype": "color", "format": "rgb,hsv", "settable": True},
                "used": {"datatype": "float", "unit": "kWh"},
                "broken": 7,
            },
        }
    },
}


def tell(home: World, said: dict[str, str], base: str = BASE) -> None:
    for part, payload in said.items():
        home.receive(f"{base}/{part}", payload, retain=True)
    finish(home)


def finish(home: World) -> None:
    while home.bot.readings.due_at != NEVER:
        home.later(0)


def greenhouse(**said: str) -> World:
    home = World(Subscription("homie/#"))
    tell(home, ATTRIBUTES | said)
    return home


def hallway(**said: object) -> World:
    home = World(Subscription("homie/#"))
    home.receive("homie/5/hall-1/$description", json.dumps(DESCRIPTION | said), retain=True)
    return home


def names(home: World) -> list[str]:
    return [entity.full_name for entity in home.bot.readings.devices]


async def sent(home: World, said: str) -> list[tuple[str, str]]:
    before = len(home.broker.published)
    await home.ask(f"set {said}")
    return [(topic, payload.decode()) for topic, payload, _, _ in home.broker.published[before:]]


async def test_topics_count_those_that_say_what_devices_are() -> None:
    home = World(Subscription("homie/#"), Subscription("homeassistant/#"))
    home.receive("homeassistant/sensor/a/config", '{"name": "A", "stat_t": "a"}', retain=True)
    for part, payload in (("$name", "Boiler"), ("$homie", "4.0.0"), ("$nodes", "heat"), ("$state", "ready")):
        home.receive(f"homie/boiler/{part}", payload, retain=True)
    said = "Topics there that say what devices are: {}. What they say: devices"
    title, state, empty, note = (await home.ask("topics homie")).split("\n")
    assert (title, empty, note) == ("Topics under homie: 1", "", said.format(3))
    assert "$state" in state
    assert await home.ask("topics homeassistant") == said.format(1)
    assert await home.ask("topics homie/other/#") == "Nothing has come in under homie/other/# yet."


def test_what_a_device_has_said_is_known_by_its_names() -> None:
    assert names(greenhouse()) == [
        "Greenhouse Climate Temperature",
        "Greenhouse Climate Fan",
        "Greenhouse Climate Goal",
        "Greenhouse Climate Mode",
        "Greenhouse Climate Count",
        "Greenhouse Window Open",
        "Greenhouse Window Label",
    ]
    assert names(hallway()) == [
        f"Hallway {name}" for name in ("Power", "Level", "Offset", "Any", "Color", "Used")
    ]


def test_a_name_says_nothing_twice() -> None:
    said = {"$nodes": "pump", "pump/$properties": "pump-1", "pump/pump-1/$name": "Pump"}
    assert names(greenhouse(**said)) == ["Greenhouse Pump"]
    both = {"climate/$name": "greenhouse", "window/$name": "Window", "window/open/$name": "Window open"}
    assert names(greenhouse(**both))[0] == "Greenhouse Temperature"
    assert names(greenhouse(**both))[-2:] == ["Greenhouse Window open", "Greenhouse Window Label"]


async def test_values_have_units_and_words() -> None:
    home = greenhouse()
    home.receive(f"{BASE}/climate/temperature", "21.5", retain=True)
    home.receive(f"{BASE}/climate/fan", "true", retain=True)
    home.receive(f"{BASE}/climate/count", "4", retain=True)
    reading = home.history.appended[0][0]
    assert (reading.name, reading.text, reading.unit) == ("Greenhouse Climate Temperature", "21.5", "°C")
    told = await home.ask("devices greenhouse")
    for line in ("Climate Temperature — 21.5 °C", "Climate Fan — on", "Climate Count — 4\n"):
        assert line in told
    assert home.bot.readings.classes(f"{BASE}/climate/temperature") == ("temperature", "measurement")


async def test_what_can_be_set_is_set() -> None:
    home = greenhouse()
    assert await sent(home, "greenhouse climate fan on") == [(f"{BASE}/climate/fan/set", "true")]
    assert await sent(home, "greenhouse climate goal 19.5") == [(f"{BASE}/climate/goal/set", "19.5")]
    assert not [topic for topic, _ in await sent(home, "greenhouse climate goal 31") if "goal" in topic]
    assert await sent(home, "greenhouse climate mode manual") == [(f"{BASE}/climate/mode/set", "manual")]
    assert await sent(home, "greenhouse window label Roof") == [(f"{BASE}/window/label/set", "Roof")]


async def test_ranges_may_be_open() -> None:
    home = hallway()
    base = "homie/5/hall-1/lamp"
    assert await sent(home, "hallway power off") == [(f"{base}/power/set", "false")]
    assert await sent(home, "hallway level 35") == [(f"{base}/level/set", "35")]
    assert not [topic for topic, _ in await sent(home, "hallway level 36") if "level" in topic]
    assert await sent(home, "hallway offset -400") == [(f"{base}/offset/set", "-400")]
    assert not [topic for topic, _ in await sent(home, "hallway offset 11") if "offset" in topic]
    assert await sent(home, "hallway any -0.5") == [(f"{base}/any/set", "-0.5")]
    assert await sent(home, "hallway color rgb,1,2,3") == [(f"{base}/color/set", "rgb,1,2,3")]


@pytest.mark.parametrize(
    ("state", "there"),
    [("ready", 1), ("sleeping", 1), ("alert", 1), ("init", 1), ("lost", 0), ("disconnected", 0)],
)
async def test_its_state_says_whether_a_device_is_there(state: str, there: int) -> None:
    home = greenhouse()
    home.receive(f"{BASE}/$state", state, retain=True)
    assert len(await sent(home, "greenhouse climate fan on")) == there


async def test_a_device_is_there_with_its_bridge() -> None:
    home = hallway()
    home.receive("homie/5/hall-1/$state", "ready", retain=True)
    assert len(await sent(home, "hallway power on")) == 1
    home.receive("homie/5/bridge/$state", "lost", retain=True)
    assert len(await sent(home, "hallway power on")) == 0


@pytest.mark.parametrize(
    ("state", "there"),
    [("ready", True), ("sleeping", True), ("disconnected", False), ("lost", False), ("init", None)],
)
def test_every_word_of_a_state_is_understood_for_all_of_a_device(state: str, there: bool | None) -> None:
    home = greenhouse()
    uses = home.bot.readings.devices.uses
    assert uses.devices(f"{BASE}/$state") == ["Greenhouse"]
    assert uses.is_there(f"{BASE}/$state", state.encode(), home.bot.ports.templates) is there
    tell(home, {"$homie": ""})
    assert uses.devices(f"{BASE}/$state") == []


def test_a_state_is_a_message_like_others() -> None:
    home = greenhouse()
    home.receive(f"{BASE}/$state", "lost")
    home.receive(f"{BASE}/$stats/uptime", "120")
    assert [each[0].text for each in home.history.appended] == ["offline", "120"]


def test_what_is_removed_is_forgotten() -> None:
    home = greenhouse()
    tell(home, {"$nodes": "window"})
    assert names(home) == ["Greenhouse Open", "Greenhouse Label"]
    tell(home, dict.fromkeys(ATTRIBUTES, ""))
    assert (names(home), list(home.bot.readings._discovery.natives)) == ([], [])
    home = hallway()
    home.receive("homie/5/hall-1/$description", "", retain=True)
    assert names(home) == []


@pytest.mark.parametrize("version", ["", "2.0.1", "5.0"])
def test_other_versions_say_it_otherwise(version: str) -> None:
    assert names(greenhouse(**{"$homie": version})) == []


@settings(max_examples=25)
@given(st.randoms(use_true_random=False))
def test_attributes_come_in_any_order(random: Random) -> None:
    every = list(ATTRIBUTES.items())
    random.shuffle(every)
    home = World()
    for part, payload in every:
        home.receive(f"{BASE}/{part}", payload, retain=True)
        if random.random() < 0.2:
            home.later(0)
    finish(home)
    assert list(home.bot.readings.devices) == list(greenhouse().bot.readings.devices)


@given(st.dictionaries(st.sampled_from(sorted(ATTRIBUTES)), st.binary()))
def test_no_attribute_raises(said: dict[str, bytes]) -> None:
    whole = {part: payload.encode() for part, payload in ATTRIBUTES.items()} | said
    list(HOMIE_4.announced(BASE, whole))


SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
ANYTHING = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner)
        | st.dictionaries(st.text() | st.sampled_from(["nodes", "properties", "name", "format"]), inner)
    ),
    max_leaves=12,
)


@given(st.binary() | ANYTHING.map(lambda said: json.dumps(said).encode()))
def test_no_description_raises(payload: bytes) -> None:
    list(HOMIE_5.announced("homie/5/x", {"$description": payload}))


@settings(max_examples=50)
@given(ANYTHING)
def test_whatever_stands_in_a_description(said: object) -> None:
    home = World()
    nodes = {"n": {"properties": {"p": {"datatype": "integer", "format": said, "name": said, "unit": said}}}}
    home.receive("homie/5/x/$description", json.dumps({"nodes": nodes, "name": said}))
    assert len(home.bot.readings.devices) == 1


@pytest.mark.parametrize(
    "topic",
    ["homie/a/b/c/d/$name", "homie/$name", "homie/a/b", "home/a/$name", "homie/a/$state", "homie/a/b/c"],
)
def test_other_topics_announce_nothing(topic: str) -> None:
    assert HOMIE_4.place(topic) is None
    assert HOMIE_5.place(topic) is None


def test_the_filters_bring_what_is_needed() -> None:
    needed = [part for part in ATTRIBUTES if part.rpartition("/")[2] not in {"$implementation", "$type"}]
    home = greenhouse()
    wanted = World().broker.wanted[-1]
    levels = {f"{BASE}/{part}".replace("greenhouse", "+") for part in needed}
    shapes = {"/".join(["homie", *["+"] * (each.count("/") - 1), each.rpartition("/")[2]]) for each in levels}
    assert shapes <= set(wanted)
    assert names(home)
