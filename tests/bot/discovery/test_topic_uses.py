"""What devices use their topics for."""

import json

from fakes import FakeTemplates
import pytest

from bot.discovery.devices import Devices
from bot.discovery.discovery import Discovery

LAMP = {
    "name": None,
    "stat_t": "z/lamp",
    "cmd_t": "z/lamp/set",
    "avty": [{"t": "z/bridge"}, {"t": "z/lamp/there", "val_tpl": "{{ value_json.state }}"}],
    "dev": {"name": "Lamp", "ids": "lamp"},
}
METER = {
    "name": "Power",
    "stat_t": "z/meter",
    "avty_t": "z/bridge",
    "dev": {"name": "Meter", "cns": [["mac", "a1"]]},
}
CAMERA = {"name": "Eye", "t": "z/eye", "avty_t": "z/eye/there"}


class House:
    def __init__(self) -> None:
        self.devices = Devices()
        self.discovery = Discovery("homeassistant", self.devices)
        self.uses = self.devices.uses

    def put(self, what: str, config: object) -> None:
        payload = json.dumps(config).encode() if config else b""
        self.discovery.learn(f"homeassistant/{what}/config", payload)


@pytest.fixture
def house() -> House:
    house = House()
    house.put("switch/lamp", LAMP)
    house.put("sensor/meter", METER)
    return house


def test_states_and_availability_are_listened_to(house: House) -> None:
    assert set(house.uses.states.filters()) == {"z/lamp", "z/bridge", "z/lamp/there", "z/meter"}


def test_pictures_are_not(house: House) -> None:
    house.put("camera/eye", CAMERA)
    assert "z/eye" not in house.uses.states.filters()
    assert "z/eye/there" in house.uses.states.filters()


def test_a_topic_stays_as_long_as_a_device_has_it(house: House) -> None:
    house.put("sensor/twin", METER | {"name": "Twin"})
    house.put("sensor/meter", None)
    assert "z/meter" in house.uses.states.filters()
    house.put("sensor/twin", None)
    assert "z/meter" not in house.uses.states.filters()
    assert house.uses.devices("z/bridge") == ["Lamp"]
    house.put("switch/lamp", None)
    assert house.uses.states.filters() == ()
    assert (house.uses.devices("z/bridge"), house.uses.is_command("z/lamp/set")) == ([], False)
    assert not house.uses.is_main("z/lamp")


def test_devices_that_hang_on_one_topic_are_known(house: House) -> None:
    assert house.uses.devices("z/bridge") == ["Lamp", "Meter"]
    assert house.uses.devices("z/lamp/there") == ["Lamp"]
    assert house.uses.devices("z/lamp") == []


@pytest.mark.parametrize(
    ("topic", "payload", "there"),
    [
        ("z/bridge", b"online", True),
        ("z/bridge", b" offline\n", False),
        ("z/bridge", b"perhaps", None),
        ("z/bridge", b"x" * 5_000, None),
        ("z/lamp/there", b'{"state":"offline"}', False),
        ("z/lamp/there", b"offline", None),
    ],
)
def test_a_device_says_how_it_is_known_to_be_there(
    house: House, topic: str, payload: bytes, there: bool | None
) -> None:
    assert house.uses.is_there(topic, payload, FakeTemplates()) is there


def test_a_device_is_known_again_whatever_it_is_called(house: House) -> None:
    ids = {entity.device: entity.device_id for entity in house.devices}
    assert ids == {"Lamp": "lamp", "Meter": "a1"}
    house.put("sensor/bare", {"name": "X", "stat_t": "x", "dev": {"name": "Bare", "ids": []}})
    assert {entity.device_id for entity in house.devices if entity.device == "Bare"} == {"Bare"}


def test_nothing_is_left_of_devices_that_are_forgotten(house: House) -> None:
    house.devices.forget()
    assert house.uses.states.filters() == ()
    assert house.uses.devices("z/bridge") == []
