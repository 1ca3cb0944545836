"""Messages of gateways that announce nothing: names, units and devices all the same."""

import json

from fakes import World
import pytest

from bot.model.rules import Subscription

BEACON = "attic/pi/BTtoMQTT/A4C138000001"
VALUE = "rtl_433/shed/devices/Nexus-TH/2/31/temperature_C"
SAID = {"id": "A4:C1", "name": "Wardrobe", "model": "M", "rssi": -60, "tempc": 19.5, "hum": 55}


def world() -> World:
    return World(Subscription("attic/#"), Subscription("rtl_433/#"))


def fields(home: World) -> list[tuple[str, str, str]]:
    reading = home.history.appended[-1][0]
    return [(field.name, field.text, field.unit) for field in reading.fields]


async def test_the_first_message_tells_all_that_is_needed() -> None:
    home = world()
    home.receive(BEACON, json.dumps(SAID))
    assert home.history.appended[-1][0].name == "Wardrobe"
    assert sorted(fields(home)) == [("Humidity", "55", "%"), ("Temperature", "19.5", "°C")]
    told = await home.ask("devices wardrobe")
    assert "Wardrobe Humidity — 55 %" in told
    # What a message leaves out is known from the one before.
    home.receive(BEACON, '{"id": "A4:C1", "tempc": 20.0}')
    told = await home.ask("devices wardrobe")
    assert "Wardrobe Humidity — 55 %" in told
    assert "Wardrobe Temperature — 20 °C" in told


async def test_a_topic_of_one_value_has_name_and_unit() -> None:
    home = world()
    home.receive(VALUE, "4.5")
    reading = home.history.appended[-1][0]
    assert (reading.name, reading.text, reading.unit) == ("Nexus-TH 2 31 Temperature", "4.5", "°C")
    assert "Nexus-TH 2 31 Temperature — 4.5 °C" in await home.ask("devices nexus")


def test_what_is_no_message_of_a_device_is_shown_as_it_is() -> None:
    home = world()
    home.receive(BEACON, '{"id": "A4:C1", "rssi": -60}')
    assert home.history.appended[-1][0].name == BEACON
    assert ("rssi", "-60", "") in fields(home)


def test_on_a_shared_topic_each_message_has_a_name_of_its_own() -> None:
    home = World(Subscription("rtl_433/+/events"))
    for number, degrees in ((31, 4.5), (32, 6)):
        said = {"time": "x", "model": "Nexus-TH", "id": number, "temperature_C": degrees, "mic": "CRC"}
        home.receive("rtl_433/shed/events", json.dumps(said))
        reading = home.history.appended[-1][0]
        assert (reading.name, fields(home)) == (
            f"Nexus-TH {number}",
            [("Temperature", str(degrees), "°C")],
        )
    assert list(home.bot.readings.devices) == []


@pytest.mark.parametrize("payload", ['{"model": "M", "mic": "CRC"}', '{"humidity": 40}', "hello", "[1]"])
def test_what_names_no_device_is_shown_as_it_is(payload: str) -> None:
    home = World(Subscription("rtl_433/+/events"))
    home.receive("rtl_433/shed/events", payload)
    assert home.history.appended[-1][0].name == "rtl_433/shed/events"


def test_an_alias_is_the_name_of_all() -> None:
    home = World(Subscription("rtl_433/+/events", alias="Radio"))
    home.receive("rtl_433/shed/events", '{"model": "M", "humidity": 40}')
    assert home.history.appended[-1][0].name == "Radio / shed"


def test_without_discovery_nothing_is_found_out() -> None:
    home = World(Subscription("attic/#"), discovery_prefix="")
    home.receive(BEACON, json.dumps(SAID))
    assert home.history.appended[-1][0].name == BEACON
    assert list(home.bot.readings.devices) == []


@pytest.mark.parametrize("first", [True, False])
def test_what_is_announced_is_better(first: bool) -> None:
    home = world()
    config = {
        "name": "Warmth",
        "stat_t": BEACON,
        "val_tpl": "{{ value_json.tempc }}",
        "dev": {"name": "Closet"},
    }
    if first:
        home.receive("homeassistant/sensor/A4C1/config", json.dumps(config), retain=True)
    home.receive(BEACON, json.dumps(SAID))
    home.receive("homeassistant/sensor/A4C1/config", json.dumps(config), retain=True)
    home.receive(BEACON, json.dumps(SAID))
    assert home.history.appended[-1][0].name == "Closet Warmth"
    assert [entity.full_name for entity in home.bot.readings.devices] == ["Closet Warmth"]


async def test_read_anew_they_are_known_with_their_next_message() -> None:
    home = world()
    home.receive(VALUE, "4.5")
    await home.ask("discovery refresh")
    assert list(home.bot.readings.devices) == []
    home.receive(VALUE, "4.5")
    assert len(home.bot.readings.devices) == 1
