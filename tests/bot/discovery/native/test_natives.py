"""What devices say of themselves in their own way: bounded, switched off with discovery, never doubled."""

import json

from fakes import World
import pytest

from bot.discovery.discovery import Discovery
from bot.discovery.native import natives
from bot.discovery.native.doubles import Doubles
from bot.discovery.native.natives import FILTERS, Natives
from bot.model.rules import Subscription
from bot.model.timers import NEVER

CONFIG = "tasmota/discovery/C0FFEE/config"
SENSORS = "tasmota/discovery/C0FFEE/sensors"
PLUG: dict[str, object] = {
    "dn": "Kettle",
    "fn": ["Kettle"],
    "t": "kettle",
    "ft": "%topic%/%prefix%/",
    "tp": ["cmnd", "stat", "tele"],
    "rl": [1],
}
TELEMETRY = {"ENERGY": {"Power": 1_900, "Total": 12.5}}
RELAY: dict[str, object] = {
    "name": "Kettle",
    "stat_t": "kettle/tele/STATE",
    "cmd_t": "kettle/cmnd/POWER",
    "val_tpl": "{{value_json.POWER}}",
    "dev": {"name": "Kettle"},
}
POWER: dict[str, object] = {
    "name": "Kettle ENERGY Power",
    "stat_t": "kettle/tele/SENSOR",
    "val_tpl": "{{ value_json['ENERGY'].Power }}",
    "dev": {"name": "Kettle"},
}


def announced(home: World) -> None:
    home.receive(CONFIG, json.dumps(PLUG), retain=True)
    home.receive(SENSORS, json.dumps({"sn": TELEMETRY}), retain=True)


def finish(home: World) -> None:
    while home.bot.readings.due_at != NEVER:
        home.later(0)


def configs(home: World) -> list[tuple[str, str]]:
    """Return the main entities, each with the beginning of the topic that has told of it."""
    finish(home)
    return sorted(
        (entity.full_name, entity.config.partition("/")[0])
        for entity in home.bot.readings.devices
        if entity.main
    )


OWN = [("Kettle", "tasmota"), ("Kettle ENERGY Power", "tasmota"), ("Kettle ENERGY Total", "tasmota")]
BOTH = [("Kettle", "homeassistant"), ("Kettle ENERGY Power", "homeassistant"), OWN[2]]


def test_what_home_assistants_discovery_has_is_not_doubled() -> None:
    home = World()
    announced(home)
    assert configs(home) == OWN
    home.receive("homeassistant/switch/C0FFEE_RL_1/config", json.dumps(RELAY), retain=True)
    home.receive("homeassistant/sensor/C0FFEE_power/config", json.dumps(POWER), retain=True)
    assert configs(home) == BOTH


def test_in_whatever_order_both_come() -> None:
    home = World()
    home.receive("homeassistant/switch/C0FFEE_RL_1/config", json.dumps(RELAY), retain=True)
    home.receive("homeassistant/sensor/C0FFEE_power/config", json.dumps(POWER), retain=True)
    announced(home)
    assert configs(home) == BOTH
    home.receive("homeassistant/switch/C0FFEE_RL_1/config", "", retain=True)
    home.receive("homeassistant/sensor/C0FFEE_power/config", "", retain=True)
    assert configs(home) == OWN


def test_a_large_configuration_is_as_good_as_a_small_one() -> None:
    home = World()
    announced(home)
    parts = {
        "relay": RELAY | {"p": "switch"},
        "power": POWER | {"p": "sensor"},
        "x": {"p": "button", "name": "x" * 17_000},
    }
    home.receive("homeassistant/device/kettle/config", json.dumps({"cmps": parts}), retain=True)
    assert configs(home)[:2] == BOTH[:2]


def test_what_only_shows_a_state_is_no_double_of_what_switches_it() -> None:
    home = World()
    announced(home)
    home.receive("homeassistant/binary_sensor/kettle/config", json.dumps(RELAY), retain=True)
    assert ("Kettle", "tasmota") in configs(home)


def test_an_entity_of_another_template_is_no_double() -> None:
    home = World()
    announced(home)
    other = POWER | {"val_tpl": "{{ value_json.ENERGY.Total }}", "name": "Total"}
    home.receive("homeassistant/sensor/kettle/config", json.dumps(other), retain=True)
    plain = {"name": "Raw", "stat_t": "kettle/stat/POWER", "cmd_t": "kettle/cmnd/POWER"}
    home.receive("homeassistant/switch/raw/config", json.dumps(plain), retain=True)
    assert configs(home) == [
        ("Kettle ENERGY Power", "tasmota"),
        ("Kettle Total", "homeassistant"),
        ("Raw", "homeassistant"),
    ]


def test_without_discovery_nothing_is_asked_for_and_nothing_is_known() -> None:
    home = World(Subscription("tasmota/#"), discovery_prefix="")
    announced(home)
    assert list(home.bot.readings.devices) == []
    assert set(home.broker.wanted[-1]) == {"tasmota/#"}
    assert [each[0].message.topic for each in home.history.appended] == [CONFIG, SENSORS]
    assert set(FILTERS) < set(World().broker.wanted[-1])


async def test_switched_off_and_on_the_devices_come_again() -> None:
    home = World()
    announced(home)
    await home.ask("discovery off")
    assert configs(home) == []
    assert not set(FILTERS) & set(home.broker.wanted[-1])
    await home.ask("discovery on")
    assert set(FILTERS) < set(home.broker.wanted[-1])
    announced(home)
    assert configs(home) == OWN


def test_another_prefix_is_nothing_to_them() -> None:
    home = World()
    announced(home)
    home.bot.readings.use_prefix("ha")
    assert configs(home) == OWN


async def test_read_anew_what_is_gone_from_the_broker_is_gone() -> None:
    home = World()
    announced(home)
    await home.ask("discovery refresh")
    assert configs(home) == []
    assert set(FILTERS) < set(home.broker.renewed)


# How much of it there may be.


def hear(said: Natives, device: str, part: str, payload: bytes) -> bool:
    found = said.place(f"{device}/{part}")
    assert found is not None
    return said.hear(found[0], device, part, payload)


@pytest.mark.parametrize(
    ("bound", "most"),
    [("_MOST_DEVICES", 2), ("_MOST_PARTS", 2), ("_MOST_KEPT", 900), ("_MOST_KEPT_OF_ONE", 500)],
)
def test_there_is_no_room_for_everything(monkeypatch: pytest.MonkeyPatch, bound: str, most: int) -> None:
    monkeypatch.setattr(natives, bound, most)
    said = Natives()
    taken = [
        hear(said, f"homie/{device}", part, b"x" * 20)
        for device in ("a", "b", "c", "d")
        for part in ("$name", "$nodes", "$homie")
    ]
    assert not all(taken)
    assert any(taken)
    # What is there already may be said anew, and be taken back.
    assert hear(said, "homie/a", "$name", b"y" * 20)
    for device in ("a", "b", "c", "d"):
        for part in ("$name", "$nodes", "$homie"):
            assert hear(said, f"homie/{device}", part, b"")
    assert list(said) == []
    assert (said._size, said._sizes) == (0, {})


def test_a_part_has_an_end() -> None:
    assert not hear(Natives(), "homie/a", "$name", b"x" * 262_145)
    assert hear(Natives(), "homie/a", "$name", b"x" * 262_144)


def test_what_there_is_no_room_for_is_counted_and_said() -> None:
    home = World()
    home.receive(CONFIG, b"x" * 262_145, retain=True)
    assert home.bot.readings.refused == 1
    announced(home)
    assert home.bot.readings.refused == 0


def test_a_large_device_waits_its_turn() -> None:
    home = World()
    home.receive(CONFIG, json.dumps(PLUG | {"x": "y" * 17_000}), retain=True)
    assert list(home.bot.readings.devices) == []
    assert configs(home) == OWN[:1]


def test_only_so_many_share_a_topic() -> None:
    doubles = Doubles()
    for number in range(12):
        doubles.speaks(f"device {number}", ["t", "t"])
    doubles.doubt(["t", "other"])
    assert doubles.take_doubted() == [f"device {number}" for number in range(10)]
    assert doubles.take_doubted() == []
    for number in range(12):
        doubles.forget(f"device {number}")
    assert (doubles._speakers, doubles._topics) == ({}, {})


def test_nobody_else_is_heard() -> None:
    assert Natives().place("home/kettle") is None
    assert Discovery("homeassistant").hear("homeassistant/sensor/x/config", b"{}") is None
    assert list(Natives().read("homie/x")) == []
