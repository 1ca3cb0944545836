"""Devices behind gateways that announce nothing: named and counted by what their messages hold."""

from hypothesis import given, strategies as st
import pytest

from bot.discovery.native import gateways
from bot.discovery.native.gateway_keys import Key, key_of
from bot.discovery.native.gateways import Gateways, Told, name_in, told_on

BEACON = "attic/pi/BTtoMQTT/A4C138000001"


@pytest.mark.parametrize(
    ("topic", "told"),
    [
        (BEACON, Told.OBJECT),
        ("attic/RTL_433toMQTT/Nexus-TH/2/31", Told.OBJECT),
        ("attic/RTL_433toMQTT", Told.EVENTS),
        ("rtl_433/shed/events", Told.EVENTS),
        ("rtl_433/shed/devices/Nexus-TH/2/31/temperature_C", Told.VALUE),
        ("rtl_433/shed/devices/Nexus-TH/2/31/mic", None),
        ("rtl_433/shed/devices/Nexus-TH/2/31", None),
        ("rtl_433/shed/states", None),
        ("attic/pi/SYStoMQTT", None),
        ("attic/433toMQTT", None),
        ("home/lamp", None),
    ],
)
def test_gateways_are_known_by_their_topics(topic: str, told: Told | None) -> None:
    assert told_on(topic) is told


@pytest.mark.parametrize(
    ("name", "value", "key"),
    [
        ("tempc", 21, Key("Temperature", "°C", "temperature")),
        ("tempc2", 21, Key("Temperature 2", "°C", "temperature")),
        ("temperature_2_F", 70, Key("Temperature 2", "°F", "temperature")),
        ("temperature_C", 21, Key("Temperature", "°C", "temperature")),
        ("batt", 90, Key("Battery", "%", "battery")),
        ("fer", 300, Key("Fertility", "µS/cm")),
        ("wind_avg_km_h", 4, Key("Wind avg", "km/h", "speed")),
        ("wind_max_m_s", 4, Key("Wind max", "m/s", "speed")),
        ("rain_mm", 4, Key("Rain", "mm")),
        ("rain_rate_in_h", 4, Key("Rain rate", "in/h")),
        ("wind_dir_deg", 4, Key("Wind dir", "°")),
        ("battery_V", 3, Key("Battery", "V", "voltage")),
        ("battery_ok", 1, Key("Battery", "", "battery", "binary_sensor", "0", "1")),
        ("contact_open", 1, Key("Contact open", "", "opening", "binary_sensor", "1", "0")),
        ("open", True, Key("Open", "", "opening", "binary_sensor", "true", "false")),
        ("silenced", False, Key("Silenced", "", "", "binary_sensor", "true", "false")),
        ("button", 3, Key("Button")),
        ("learn_mode", 3, Key("Learn mode")),
        ("rssi", -70, None),
        ("grüße", 1, None),
    ],
)
def test_keys_mean_what_is_documented(name: str, value: object, key: Key | None) -> None:
    assert key_of(name, value) == key


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ({"name": "Attic", "model": "X"}, "Attic"),
        ({"model": "Nexus-TH", "channel": 2, "id": 31}, "Nexus-TH 2 31"),
        ({"model": "LYWSD03MMC", "id": "A4:C1"}, "LYWSD03MMC A4:C1"),
        ({"id": 31}, ""),
        ({"name": True, "model": [1], "id": 3}, ""),
    ],
)
def test_a_device_is_called_by_its_name_or_model(said: dict[str, object], name: str) -> None:
    assert name_in(said) == name


def names(found: list[gateways.Config]) -> list[tuple[object, object]]:
    return [(each["name"], each.get("unit_of_measurement")) for each in found]


def test_what_a_message_says_is_announced_once() -> None:
    heard = Gateways()
    said = {"id": "A4:C1", "model": "M", "rssi": -60, "tempc": 21.5, "tempf": 70.7}
    found = heard.news(BEACON, Told.OBJECT, said)
    assert found == [
        {
            "platform": "sensor",
            "name": "Temperature",
            "device": {"name": "M A4:C1"},
            "state_topic": BEACON,
            "value_template": "{{ value_json['tempc'] | is_defined }}",
            "unit_of_measurement": "°C",
            "device_class": "temperature",
        }
    ]
    assert heard.news(BEACON, Told.OBJECT, said) == []
    assert heard.news(BEACON, Told.OBJECT, {"id": "A4:C1", "rssi": -61}) == []
    # What only some messages say is known with the rest.
    more = heard.news(BEACON, Told.OBJECT, said | {"batt": 80})
    assert sorted(names(more)) == [("Battery", "%"), ("Temperature", "°C")]


def test_a_name_takes_the_place_of_a_model_and_stays() -> None:
    heard = Gateways()
    heard.news(BEACON, Told.OBJECT, {"model": "M", "hum": 40})
    assert heard.news(BEACON, Told.OBJECT, {"model": "N", "hum": 40}) == []
    named = heard.news(BEACON, Told.OBJECT, {"name": "Attic", "hum": 40})
    assert named[0]["device"] == {"name": "Attic"}
    assert heard.news(BEACON, Told.OBJECT, {"name": "Cellar", "hum": 40}) == []


@pytest.mark.parametrize(
    "said", [{"id": "x", "tempc": 1}, {"model": "M", "button": 1}, {"model": "M", "hum": [1]}, [1], None]
)
def test_what_nobody_can_name_or_count_is_no_device(said: object) -> None:
    assert Gateways().news(BEACON, Told.OBJECT, said) == []


def test_a_value_is_known_by_its_topic() -> None:
    heard, topic = Gateways(), "rtl_433/shed/devices/Nexus-TH/2/31/temperature_C"
    found = heard.news(topic, Told.VALUE, None)
    assert names(found) == [("Temperature", "°C")]
    assert found[0]["device"] == {"name": "Nexus-TH 2 31"}
    assert "value_template" not in found[0]
    assert heard.news(topic, Told.VALUE, None) == []
    assert heard.news("rtl_433/shed/devices/x", Told.VALUE, None) == []


def test_so_many_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gateways, "_MOST_TOPICS", 2)
    monkeypatch.setattr(gateways, "_MOST_KEYS", 3)
    heard = Gateways()
    said = {"model": "M", "hum": 1, **{f"k{number}": 1 for number in range(500)}}
    assert len(heard.news("a", Told.OBJECT, said)) == 3
    assert heard.news("a", Told.OBJECT, said | {"another": 1}) == []
    assert heard.news("b", Told.OBJECT, said) != []
    assert heard.news("c", Told.OBJECT, said) == []


VALUES = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.lists(st.integers())
KEYS = st.text() | st.sampled_from(["name", "model", "id", "channel", "tempc", "hum", "open", "wind_avg_m_s"])


@given(st.lists(st.dictionaries(KEYS, VALUES)), st.sampled_from([Told.OBJECT, Told.EVENTS]))
def test_nothing_that_is_said_raises(every: list[dict[str, object]], told: Told) -> None:
    heard = Gateways()
    for said in every:
        for config in heard.news("a/BTtoMQTT/b", told, said):
            assert config["name"]
