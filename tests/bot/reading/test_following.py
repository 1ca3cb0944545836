"""What is followed, by name and by key, and which topics that comes to."""

import json

import pytest

from bot.discovery.devices import Devices
from bot.discovery.discovery import Discovery
from bot.model.replies import BotError
from bot.model.rules import Display, Follow, Scope
from bot.reading.following import Followed, entities_of, follow_name, to_follow

STOVE = {"name": "Stove", "ids": ["s1"], "sa": "Kitchen"}
CONFIGS: dict[str, dict[str, object]] = {
    "sensor/heat": {"name": "Heat", "stat_t": "h/stove", "avty_t": "h/stove/there", "dev": STOVE},
    "sensor/wifi": {"name": "Signal", "stat_t": "h/stove/wifi", "ent_cat": "diagnostic", "dev": STOVE},
    "switch/hood": {"name": None, "stat_t": "h/hood", "dev": {"name": "Hood", "ids": "h1", "sa": "kitchen"}},
    "switch/pump": {"name": "Pump", "stat_t": "h/pump", "dev": {"name": "Well", "ids": "w1"}},
    "sensor/bridge": {"name": "Version", "stat_t": "h/v", "ent_cat": "diagnostic", "dev": {"name": "Bridge"}},
    "sensor/wild": {"name": "Wild", "stat_t": "+/x/wild", "dev": {"name": "Wild"}},
    "sensor/twin1": {"name": "Level", "stat_t": "h/twin1", "dev": {"name": "Twin", "ids": "t1"}},
    "sensor/twin2": {"name": "Level", "stat_t": "h/twin2", "dev": {"name": "Twin", "ids": "t2"}},
    "sensor/alone": {"name": "Cellar", "stat_t": "h/cellar"},
}


def house(**other: object) -> Devices:
    devices = Devices()
    discovery = Discovery("homeassistant", devices)
    for topic, config in {**CONFIGS, **other}.items():
        discovery.learn(f"homeassistant/{topic}/config", json.dumps(config).encode())
    return devices


def topics(*follows: Follow) -> set[str]:
    followed = Followed(house())
    followed.find(follows)
    return set(followed.topics)


def test_a_device_is_what_it_is_there_for_and_whether_it_is_there() -> None:
    assert topics(Follow(Scope.DEVICE, "s1")) == {"h/stove", "h/stove/there"}


def test_a_device_that_has_nothing_else_is_its_diagnosis() -> None:
    assert topics(Follow(Scope.DEVICE, "Bridge")) == {"h/v"}


def test_an_area_and_everything_leave_diagnoses_out() -> None:
    assert topics(Follow(Scope.AREA, "kitchen")) == {"h/stove", "h/stove/there", "h/hood"}
    every = topics(Follow(Scope.ALL))
    assert {"h/pump", "h/cellar", "+/x/wild"} < every
    assert not {"h/v", "h/stove/wifi"} & every


def test_an_entity_is_itself_whatever_it_is() -> None:
    wifi = next(entity for entity in house() if entity.name == "Signal")
    assert topics(Follow(Scope.ENTITY, wifi.id)) == {"h/stove/wifi"}


def test_nothing_followed_is_nothing() -> None:
    assert (topics(), entities_of((), house())) == (set(), [])


def test_what_is_followed_is_told_as_it_changes() -> None:
    followed = Followed(house())
    followed.find([Follow(Scope.ALL)])
    assert len(followed) == len(list(followed.topics))
    pump = followed.best("h/pump")
    assert pump is not None
    assert (pump.filter, pump.display) == ("h/pump", Display.CHANGES)
    assert followed.best("a/x/wild") is followed.best("b/x/wild")
    assert followed.best("h/elsewhere") is None
    followed.find([Follow(Scope.DEVICE, "w1")])
    assert followed.best("h/pump") is pump


@pytest.mark.parametrize(
    ("name", "follows"),
    [
        ("kitchen", (Follow(Scope.AREA, "kitchen", "kitchen"),)),
        ("STOVE", (Follow(Scope.DEVICE, "s1", "Stove"),)),
        ("stove heat", (Follow(Scope.ENTITY, "homeassistant/sensor/heat/config 0", "Stove Heat"),)),
        ("cellar", (Follow(Scope.ENTITY, "homeassistant/sensor/alone/config 0", "Cellar"),)),
        ("wel", (Follow(Scope.DEVICE, "w1", "Well"),)),
        ("device hood", (Follow(Scope.DEVICE, "h1", "Hood"),)),
        ("Gerät hood", (Follow(Scope.DEVICE, "h1", "Hood"),)),
        ("bereich kitchen", (Follow(Scope.AREA, "kitchen", "kitchen"),)),
        ("twin", (Follow(Scope.DEVICE, "t1", "Twin"), Follow(Scope.DEVICE, "t2", "Twin"))),
    ],
)
def test_a_name_means(name: str, follows: tuple[Follow, ...]) -> None:
    assert to_follow(house(), name) == follows


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("attic", "no_device"),
        ("Stowe", "no_device_similar"),
        ("s", "device_ambiguous"),
        ("...", "no_device"),
    ],
)
def test_a_name_that_means_nothing_or_several(name: str, error: str) -> None:
    with pytest.raises(BotError) as raised:
        to_follow(house(), name)
    assert raised.value.key == error


def test_an_area_that_is_called_as_a_device_must_be_told_from_it() -> None:
    devices = house(**{"sensor/k": {"name": None, "stat_t": "k", "dev": {"name": "Kitchen", "ids": "k"}}})
    with pytest.raises(BotError) as raised:
        to_follow(devices, "kitchen")
    assert raised.value.key == "area_or_device"
    assert to_follow(devices, "area kitchen")[0].scope is Scope.AREA
    assert to_follow(devices, "device kitchen")[0].scope is Scope.DEVICE


def test_it_is_called_as_it_is_now_and_if_it_is_gone_as_it_was() -> None:
    devices = house()
    wifi = next(entity for entity in devices if entity.name == "Signal")
    assert follow_name(Follow(Scope.DEVICE, "s1", "Old stove"), devices) == "Stove"
    assert follow_name(Follow(Scope.AREA, "kitchen", "kitchen"), devices) == "Kitchen"
    assert follow_name(Follow(Scope.ENTITY, wifi.id, "x"), devices) == "Stove Signal"
    assert follow_name(Follow(Scope.DEVICE, "gone", "Gone"), devices) == "Gone"
    assert follow_name(Follow(Scope.ALL), devices) == ""
