"""Devices behind gateways that announce nothing: named and counted by what their messages hold."""

from hypothesis import given, strategies as st
import pytest

from bot.discovery.native import gateways
from bot.discovery.native.gateway_keys import GatewayKey, key_of
from bot.discovery.native.gateways import Gateways, GatewayTopic, device_name, told_on

BEACON = "attic/pi/BTtoMQTT/A4C138000001"


@pytest.mark.parametrize(
    ("topic", "told"),
    [
        (BEACON, GatewayTopic.OBJECT),
        ("attic/RTL_433toMQTT/Nexus-TH/2/31", GatewayTopic.OBJECT),
        ("attic/RTL_433toMQTT", GatewayTopic.EVENTS),
        ("rtl_433/shed/events", GatewayTopic.EVENTS),
        ("rtl_433/shed/devices/Nexus-TH/2/31/temperature_C", GatewayTopic.VALUE),
        ("rtl_433/shed/devices/Nexus-TH/2/31/mic", None),
        ("rtl_433/shed/devices/Nexus-TH/2/31", None),
        ("rtl_433/shed/states", None),
        ("attic/pi/SYStoMQTT", None),
        ("attic/433toMQTT", None),
        ("home/lamp", None),
    ],
)
def test_gateways_are_known_by_their_topics(topic: str, told: GatewayTopic | None) -> None:
    assert told_on(topic) is told


@pytest.mark.parametrize(
    ("name", "value", "key"),
    [
        ("tempc", 21, GatewayKey("Temperature", "°C", "temperature")),
        ("tempc2", 21, GatewayKey("Temperature 2", "°C", "temperature")),
        ("temperature_2_F", 70, GatewayKey("Temperature 2", "°F", "temperature")),
        ("temperature_C", 21, GatewayKey("Temperature", "°C", "temperature")),
        ("batt", 90, GatewayKey("Battery", "%", "battery")),
        ("fer", 300, GatewayKey("Fertility", "µS/cm")),
        ("wind_avg_km_h", 4, GatewayKey("Wind avg", "km/h", "speed")),
        ("wind_max_m_s", 4, GatewayKey("Wind max", "m/s", "speed")),
        ("rain_mm", 4, GatewayKey("Rain", "mm")),
        ("rain_rate_in_h", 4, GatewayKey("Rain rate", "in/h")),
        ("wind_dir_deg", 4, GatewayKey("Wind dir", "°")),
        ("battery_V", 3, GatewayKey("Battery", "V", "voltage")),
        ("battery_ok", 1, GatewayKey("Battery", "", "battery", "binary_sensor", "0", "1")),
        ("contact_open", 1, GatewayKey("Contact open", "", "opening", "binary_sensor", "1", "0")),
        ("open", True, GatewayKey("Open", "", "opening", "binary_sensor", "true", "false")),
        ("silenced", False, GatewayKey("Silenced", "", "", "binary_sensor", "true", "false")),
        ("button", 3, GatewayKey("Button")),
        ("learn_mode", 3, GatewayKey("Learn mode")),
        ("rssi", -70, None),
        ("grüße", 1, None),
    ],
)
def test_keys_mean_what_is_documented(name: str, value: object, key: GatewayKey | None) -> None:
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
    assert device_name(said) == name


def names(found: list[gateways.Config]) -> list[tuple[object, object]]:
    return [(each["name"], each.get("unit_of_measurement")) for each in found]


def test_what_a_message_says_is_announced_once() -> None:
    heard = Gateways()
    said = {"id": "A4:C1", "model": "M", "rssi": -60, "tempc": 21.5, "tempf": 70.7}
    found = heard.news(BEACON, GatewayTopic.OBJECT, said)
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
    assert heard.news(BEACON, GatewayTopic.OBJECT, said) == []
    assert heard.news(BEACON, GatewayTopic.OBJECT, {"id": "A4:C1", "rssi": -61}) == []
    # What only some messages say is known with the rest.
    more = heard.news(BEACON, GatewayTopic.OBJECT, said | {"batt": 80})
    assert sorted(names(more)) == [("Battery", "%"), ("Temperature", "°C")]


def test_a_name_takes_the_place_of_a_model_and_stays() -> None:
    heard = Gateways()
    heard.news(BEACON, GatewayTopic.OBJECT, {"model": "M", "hum": 40})
    assert heard.news(BEACON, GatewayTopic.OBJECT, {"model": "N", "hum": 40}) == []
    named = heard.news(BEACON, GatewayTopic.OBJECT, {"name": "Attic", "hum": 40})
    assert named[0]["device"] == {"name": "Attic"}
    assert heard.news(BEACON, GatewayTopic.OBJECT, {"name": "Cellar", "hum": 40}) == []


@pytest.mark.parametrize(
    "said", [{"id": "x", "tempc": 1}, {"model": "M", "button": 1}, {"model": "M", "hum": [1]}, [1], None]
)
def test_what_nobody_can_name_or_count_is_no_device(said: object) -> None:
    assert Gateways().news(BEACON, GatewayTopic.OBJECT, said) == []


def test_a_value_is_known_by_its_topic() -> None:
    heard, topic = Gateways(), "rtl_433/shed/devices/Nexus-TH/2/31/temperature_C"
    found = heard.news(topic, GatewayTopic.VALUE, None)
    assert names(found) == [("Temperature", "°C")]
    assert found[0]["device"] == {"name": "Nexus-TH 2 31"}
    assert "value_template" not in found[0]
    assert heard.news(topic, GatewayTopic.VALUE, None) == []
    assert heard.news("rtl_433/shed/devices/x", GatewayTopic.VALUE, None) == []


def test_so_many_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gateways, "_MOST_TOPICS", 2)
    monkeypatch.setattr(gateways, "_MOST_KEYS", 3)
    heard = Gateways()
    said = {"model": "M", "hum": 1, **{f"k{number}": 1 for number in range(500)}}
    assert len(heard.news("a", GatewayTopic.OBJECT, said)) == 3
    assert heard.news("a", GatewayTopic.OBJECT, said | {"another": 1}) == []
    assert heard.news("b", GatewayTopic.OBJECT, said) != []
    assert heard.news("c", GatewayTopic.OBJECT, said) == []


VALUES = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.lists(st.integers())
KEYS = st.text() | st.sampled_from(["name", "model", "id", "channel", "tempc", "hum", "open", "wind_avg_m_s"])


@given(st.lists(st.dictionaries(KEYS, VALUES)), st.sampled_from([GatewayTopic.OBJECT, GatewayTopic.EVENTS]))
def test_nothing_that_is_said_raises(every: list[dict[str, object]], told: GatewayTopic) -> None:
    heard = Gateways()
    for said in every:
        for config in heard.news("a/BTtoMQTT/b", told, said):
            assert config["name"]
