"""A rule judges what the chat shows under a name."""

import json

from fakes import World
from homes import announce, say
import pytest

from bot.alerts.judge import Judge
from bot.alerts.rules.grammar import read_rule
from bot.alerts.watches import Watch
from bot.model.message import Field, Kind, Message, Reading
from bot.model.rules import Condition, Operator, Subscription, Value
from bot.payload.paths import lookup, parse_path
from bot.reading.readings import Readings

GATE = {
    "dev": {"ids": ["g"], "name": "Gate"},
    "o": {"name": "made up"},
    "stat_t": "zb/Gate",
    "cmps": {
        "c": {
            "p": "binary_sensor",
            "name": "Contact",
            "dev_cla": "door",
            "pl_on": False,
            "pl_off": True,
            "val_tpl": "{{ value_json.contact }}",
            "uniq_id": "g1",
        },
        "b": {
            "p": "sensor",
            "name": "Battery",
            "unit_of_meas": "%",
            "val_tpl": "{{ value_json.battery }}",
            "uniq_id": "g2",
        },
        "s": {"p": "sensor", "name": "Light", "val_tpl": "{{ value_json.lux * 2 }}", "uniq_id": "g3"},
    },
}
OPEN, CLOSED = b'{"battery": 80, "contact": false}', b'{"battery": 80, "contact": true}'


def readings(topic: str = "homeassistant/device/gate/config", config: dict[str, object] = GATE) -> Readings:
    found = Readings()
    assert found.learn(Message(topic, json.dumps(config).encode()))
    return found


def holds(rule: str, reading: Reading) -> bool | None:
    watch = Watch.of(read_rule(rule, {"zb/Gate", "a/b"}.__contains__))
    value = watch.value(reading)
    return None if value is None else watch.judge.holds(value, None, (), 0.0)


@pytest.mark.parametrize(
    ("rule", "fires"),
    [
        ("zb/Gate contact == on", "open"),
        ("zb/Gate Contact is an", "open"),
        ("zb/Gate.contact != off", "open"),
        ("zb/Gate.contact == off", "closed"),
        ("zb/Gate contact == aus", "closed"),
        ("zb/Gate contact happens on", "open"),
        # What only the device writes goes on meaning that.
        ("zb/Gate contact == false", "open"),
        ("zb/Gate contact == true", "closed"),
        ("zb/Gate contact is not true", "open"),
        ("zb/Gate contact matches fal*", "open"),
        ("zb/Gate raw.contact == false", "open"),
        ("zb/Gate roh.contact == true", "closed"),
        ("zb/Gate contact contains true", "closed"),
        ("zb/Gate contact is open", "open"),
        ("zb/Gate contact ist geschlossen", "closed"),
        ("zb/Gate == on", "open"),
        ("zb/Gate is open", "open"),
        ("zb/Gate is off", "closed"),
    ],
)
def test_a_name_means_what_the_chat_shows_under_it(rule: str, fires: str) -> None:
    known = readings()
    for state, payload in (("open", OPEN), ("closed", CLOSED)):
        assert holds(rule, known.read(Message("zb/Gate", payload))) is (state == fires)


@pytest.mark.parametrize(
    ("rule", "fires"),
    [
        ("zb/Gate contact == on", "open"),
        ("zb/Gate.contact offen", "open"),
        ("zb/Gate contact == off", "closed"),
        ("zb/Gate contact == false", "open"),
        ("zb/Gate raw.contact == true", "closed"),
        ("zb/Gate tor ist offen", "open"),
    ],
)
def test_a_field_means_what_the_chat_shows_of_it_under_another_name(rule: str, fires: str) -> None:
    cmps = {key: dict(each) for key, each in GATE["cmps"].items()}  # type: ignore[attr-defined]
    cmps["c"]["name"] = "Tor"
    known = readings(config={**GATE, "cmps": cmps})
    for state, payload in (("open", OPEN), ("closed", CLOSED)):
        assert holds(rule, known.read(Message("zb/Gate", payload))) is (state == fires)
    reading = known.read(Message("zb/Gate", b'{"battery": 80, "contact": true, "lid": false}'))
    assert lookup(reading, parse_path("lid")) == Value("false")


def test_what_discovery_does_not_find_is_looked_for_in_the_payload() -> None:
    reading = readings().read(Message("zb/Gate", b'{"battery": 80, "voltage": 3000}'))
    assert lookup(reading, parse_path("voltage")) == Value("3000", 3000.0)
    assert lookup(reading, parse_path("battery")) == Value("80", 80.0, "%")
    assert lookup(reading, parse_path("contact")) is None
    assert lookup(reading, parse_path("raw")) is None
    assert lookup(reading, parse_path("raw.contact")) is None
    assert lookup(reading, parse_path("raw.voltage")) == Value("3000", 3000.0)


def test_a_name_may_be_that_of_an_entity_alone_on_its_topic() -> None:
    config: dict[str, object] = {
        "name": "Window",
        "stat_t": "a/b",
        "pl_on": "1",
        "pl_off": "0",
        "uniq_id": "w",
    }
    known = readings("homeassistant/binary_sensor/w/config", config)
    opened, shut = (known.read(Message("a/b", payload)) for payload in (b"1", b"0"))
    for rule in ("a/b window == on", "a/b == on", "a/b == ein", "a/b == 1"):
        assert (rule, holds(rule, opened), holds(rule, shut)) == (rule, True, False)


def test_a_word_inside_an_object_is_what_the_device_wrote() -> None:
    config: dict[str, object] = {
        "name": "Gate",
        "stat_t": "a/b",
        "val_tpl": "{{ value_json.x }}",
        "uniq_id": "w",
    }
    reading = readings("homeassistant/sensor/w/config", config).read(Message("a/b", b'{"x": "OPEN"}'))
    assert lookup(reading, ()) == Value("OPEN", exact="OPEN")


def test_a_number_that_the_device_writes_for_a_word_can_still_be_compared() -> None:
    found = Naming("Lock", Field("Lock", "locked", exact="locked"))
    reading = Reading(Message("a", b""), "a", Kind.JSON, "", json={"lock": 255}, found=[(found, "locked")])
    value = lookup(reading, parse_path("lock"))
    assert value == Value("locked", 255.0, exact="locked", raw="255")
    for operator, limit in ((Operator.EQUAL, "verriegelt"), (Operator.EQUAL, "255"), (Operator.ABOVE, "200")):
        assert Judge(Condition(operator, (limit,))).holds(value, None, (), 0.0)


class Naming:
    """What an entity calls what it finds."""

    def __init__(self, name: str, field: Field) -> None:
        self.called = name.casefold()
        self.device_class = ""
        self.component = "lock"
        self._field = field

    def field(self, value: str) -> Field:
        return self._field


@pytest.mark.parametrize(
    ("text", "exact", "word", "same"),
    [
        ("closed", "off", "off", True),
        ("closed", "off", "geschlossen", True),
        ("closed", "off", "zu", True),
        ("closed", "off", "aus", True),
        ("closed", "off", "open", False),
        ("closed", "off", "on", False),
        ("Geöffnet", "on", "open", True),
        ("Geöffnet", "on", "on", True),
        ("Geöffnet", "on", "wet", False),
        ("on", "on", "open", False),
        ("on", "on", "ein", True),
        ("blue", "blue", "Blue", True),
    ],
)
def test_a_word_in_the_other_language_is_the_same(text: str, exact: str, word: str, same: bool) -> None:
    judge = Judge(Condition(Operator.EQUAL, (word,)))
    assert judge.holds(Value(text, exact=exact, raw="x"), None, (), 0.0) is same


def test_a_word_of_its_kind_of_thing_is_understood_whatever_is_shown() -> None:
    value = Value("fermé", exact="off", word="closed")
    for word, same in (("closed", True), ("zu", True), ("fermé", True), ("open", False), ("dry", False)):
        assert Judge(Condition(Operator.EQUAL, (word,))).holds(value, None, (), 0.0) is same


def test_without_a_class_any_word_for_on_is_on() -> None:
    value = Value("on", exact="on", word="on")
    for word, same in (("open", True), ("nass", True), ("on", True), ("zu", False), ("blue", False)):
        assert Judge(Condition(Operator.EQUAL, (word,))).holds(value, None, (), 0.0) is same


def test_a_word_of_no_entity_is_taken_as_it_is_written() -> None:
    judge = Judge(Condition(Operator.EQUAL, ("on",)))
    assert not judge.holds(Value("open"), None, (), 0.0)
    assert not judge.holds(Value("an"), None, (), 0.0)
    assert judge.holds(Value("true"), None, (), 0.0)


@pytest.mark.parametrize(
    ("payload", "rule", "held"),
    [
        ('{"state": "offline"}', "a/b is offline", True),
        ('{"state": "online"}', "a/b is offline", False),
        ('{"state": "online"}', "a/b is not online", False),
        ('{"state": "offline"}', "a/b offline", True),
        ('{"state": "offline", "at": "2026-02-01T10:00:00", "n": 4}', "a/b offline", True),
        ('{"state": "offline", "time": "07:15:00"}', "a/b offline", True),
        ('{"value": "offline"}', "a/b offline", True),
        ('{"state": "offline", "was": "online"}', "a/b offline", False),
        ('{"n": 4}', "a/b offline", False),
        ('{"state": "offline"}', "a/b happens offline", True),
        ('["offline"]', "a/b offline", True),
    ],
)
def test_the_only_word_of_an_object_is_judged(payload: str, rule: str, held: bool) -> None:
    assert holds(rule, Readings().read(Message("a/b", payload.encode()))) is held


@pytest.mark.parametrize(
    ("payload", "shown"),
    [("61,5 deg C", "61,5 °C"), ("61.5 °C", "61.5 °C"), ("61.5", "61.5 °C"), ("61.5℃", "61.5 °C")],
)
async def test_a_unit_that_a_device_writes_itself_is_told_once(payload: str, shown: str) -> None:
    world = World(Subscription("home/#"))
    announce(*(world, "sensor", "boiler"), name="Boiler", state_topic="home/b", unit_of_measurement="°C")
    world.receive("home/b", payload)
    assert f"It reports {shown} now" in await world.ask("alert boiler > 5 kWh")
    await world.ask("alert boiler > 5")
    world.receive("home/b", payload)
    world.later(5)
    assert any(f"*Boiler > 5 °C*: {shown}\n" in text for text in world.said)
    assert not any("°C °C" in text or "deg" in text for text in world.said[-1:])


@pytest.mark.parametrize(
    ("device_class", "unit", "limit", "calm", "fires"),
    [
        ("ozone", "ppb", "> 120 µg/m³", "60", "61"),
        ("nitrogen_dioxide", "µg/m³", "> 100 ppb", "191", "192"),
        ("carbon_monoxide", "ppm", "> 30 mg/m³", "25", "26"),
    ],
)
@pytest.mark.parametrize("field", ["", "air"])
async def test_a_share_of_a_gas_is_compared_with_its_density(
    device_class: str, unit: str, limit: str, calm: str, fires: str, field: str
) -> None:
    world = World(Subscription("#"))
    config: dict[str, object] = {"device_class": device_class, "unit_of_measurement": unit}
    template = {"value_template": "{{ value_json.air }}"} if field else {}
    announce(
        *(world, "sensor", "gas"), name="Air", state_topic="hall/air", device="Hall", **(config | template)
    )
    written = '{{"air": {}}}' if field else "{}"
    world.receive("hall/air", written.format(calm))
    assert "⚠" not in await say(world, f"alert hall air {limit}")
    before = len(world.said)
    for payload in (calm, fires):
        world.receive("hall/air", written.format(payload))
        world.later(5)
    assert [text for text in world.said[before:] if text.startswith("⚠")], world.said
    assert len([text for text in world.said if text.startswith("⚠")]) == 1


async def test_a_share_of_an_unknown_gas_is_not_judged_and_the_answer_says_so() -> None:
    world = World(Subscription("#"))
    announce(
        world, "sensor", "gas", name="Air", state_topic="hall/air", device="Hall", unit_of_measurement="ppb"
    )
    world.receive("hall/air", "60")
    assert "µg/m³" in await say(world, "alert hall air > 120 µg/m³")
